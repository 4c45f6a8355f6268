# Keys, freshness, the memory store.
noinst_LIBRARIES += libwaycache.a
libwaycache_a_SOURCES = \
	core/cache/entry.h core/cache/entry.c \
	core/cache/freshness.h core/cache/freshness.c \
	core/cache/invalidate.h core/cache/invalidate.c \
	core/cache/key.h core/cache/key.c \
	core/cache/lru.c \
	core/cache/policy.h \
	core/cache/rules.h core/cache/rules.c \
	core/cache/store.h core/cache/store.c
libwaycache_a_CFLAGS = $(AM_CFLAGS) $(XXHASH_CFLAGS)
