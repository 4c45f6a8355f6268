# What every test program links: CUnit behind a TAP printer, and buffers that
# end at an unreadable page.
check_LIBRARIES += libwaytest.a
libwaytest_a_SOURCES = tests/unit/tap.c tests/unit/tap.h tests/unit/guard.c tests/unit/guard.h
libwaytest_a_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)

include tests/kernel/local.mk
include tests/emu/local.mk
include tests/bench/local.mk
include tests/runner/local.mk
include tests/fuzz/local.mk
include tests/expect/local.mk
include tests/conformance/local.mk
