# Keys, freshness, the memory store.
noinst_LIBRARIES += libwaycache.a
libwaycache_a_SOURCES = \
	core/cache/entry.h core/cache/entry.c \
	core/cache/fill.c \
	core/cache/freshness.h core/cache/freshness.c \
	core/cache/invalidate.h core/cache/invalidate.c \
	core/cache/key.h core/cache/key.c \
	core/cache/lookup.h core/cache/lookup.c \
	core/cache/lru.c \
	core/cache/policy.h \
	core/cache/rules.h core/cache/rules.c \
	core/cache/store.h core/cache/store.c
libwaycache_a_CFLAGS = $(AM_CFLAGS) $(XXHASH_CFLAGS)

# Its tests.
cache_tests = test-cache-freshness test-cache-rules test-cache-store test-cache-exchange
cache_test_libs = libwayhttptest.a libwaytest.a libwaycache.a libwayhttp.a $(LLHTTP_LIBS) \
	$(XXHASH_LIBS) $(CUNIT_LIBS)
check_PROGRAMS += $(cache_tests)
TESTS += $(cache_tests)
test_cache_freshness_SOURCES = tests/unit/test-cache-freshness.c
test_cache_freshness_LDADD = $(cache_test_libs)
test_cache_rules_SOURCES = tests/unit/test-cache-rules.c
test_cache_rules_LDADD = $(cache_test_libs)
test_cache_store_SOURCES = tests/unit/test-cache-store.c
test_cache_store_LDADD = $(cache_test_libs)
test_cache_exchange_SOURCES = tests/unit/test-cache-exchange.c
test_cache_exchange_LDADD = $(cache_test_libs)
