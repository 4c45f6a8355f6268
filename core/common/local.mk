# Configuration, log, clock, counters, command line: what every program has.
noinst_LIBRARIES += libwaycommon.a
libwaycommon_a_SOURCES = \
	core/common/cleanup.h \
	core/common/clock.c core/common/clock.h \
	core/common/config.c core/common/config_value.c core/common/config.h \
	core/common/counters.c core/common/counters.h \
	core/common/log.c core/common/log.h \
	core/common/options.c core/common/options.h \
	core/common/services.c core/common/services.h
libwaycommon_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)

check_PROGRAMS += test-config test-common
TESTS += test-config test-common
test_config_SOURCES = tests/unit/test-config.c
test_config_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_config_LDADD = libwaytest.a libwaycommon.a $(YAML_LIBS) $(CUNIT_LIBS)
test_common_SOURCES = tests/unit/test-common.c
test_common_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_common_LDADD = libwaytest.a libwaycommon.a $(CUNIT_LIBS)
