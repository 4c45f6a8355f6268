# waylay-ctl: asks programs of a run through their control sockets.
noinst_LIBRARIES += libwayctl.a
libwayctl_a_SOURCES = \
	emu/ctl/ask.c emu/ctl/ask.h \
	emu/ctl/standing.c emu/ctl/standing.h \
	emu/ctl/tell.c emu/ctl/tell.h \
	emu/ctl/value.c emu/ctl/value.h \
	emu/ctl/words.c emu/ctl/words.h
libwayctl_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)

bin_PROGRAMS += waylay-ctl
waylay_ctl_SOURCES = emu/ctl/main.c
waylay_ctl_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
waylay_ctl_LDADD = libwayctl.a libwaycommon.a $(JANSSON_LIBS) $(YAML_LIBS)

check_PROGRAMS += test-ctl
TESTS += test-ctl
test_ctl_SOURCES = tests/unit/test-ctl.c
test_ctl_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(JANSSON_CFLAGS)
test_ctl_LDADD = libwaytest.a $(waylay_ctl_LDADD) $(CUNIT_LIBS)
