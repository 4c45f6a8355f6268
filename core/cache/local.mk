# Keys, freshness, the memory store.
noinst_LIBRARIES += libwaycache.a
libwaycache_a_SOURCES = \
	core/cache/freshness.h \
	core/cache/invalidate.h \
	core/cache/key.h core/cache/key.c \
	core/cache/policy.h \
	core/cache/rules.h \
	core/cache/store.h
libwaycache_a_CFLAGS = $(AM_CFLAGS) $(XXHASH_CFLAGS)
