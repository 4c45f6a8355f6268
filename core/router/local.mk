# waylay-router: everything but main is a library, so that tests link it.
noinst_LIBRARIES += libwayrouter.a
libwayrouter_a_SOURCES = \
	core/router/counters.c core/router/counters.h \
	core/router/fragments.c core/router/fragments.h \
	core/router/loop.c core/router/loop.h \
	core/router/policy.c core/router/policy.h \
	core/router/redirect.c core/router/redirect.h \
	core/router/settings.c core/router/settings.h \
	core/router/surroundings.c core/router/surroundings.h
libwayrouter_a_CFLAGS = $(AM_CFLAGS) $(NL_CFLAGS)

sbin_PROGRAMS += waylay-router
waylay_router_SOURCES = core/router/main.c
waylay_router_CFLAGS = $(AM_CFLAGS) $(NL_CFLAGS)
waylay_router_LDADD = libwayrouter.a libwaydatapath.a libwaypacket.a libwaycommon.a \
	$(NL_LIBS) $(YAML_LIBS)

# Broken on purpose, for tests that must notice; never installed.
if FAULTS
noinst_PROGRAMS += waylay-router-fault-no-option
waylay_router_fault_no_option_SOURCES = core/router/main.c core/router/redirect.c
waylay_router_fault_no_option_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_FAULT_NO_OPTION
waylay_router_fault_no_option_CFLAGS = $(AM_CFLAGS) $(NL_CFLAGS)
waylay_router_fault_no_option_LDADD = $(waylay_router_LDADD)
endif

check_PROGRAMS += test-fragments test-policy test-router-settings
TESTS += test-fragments test-policy test-router-settings
test_fragments_SOURCES = tests/unit/test-fragments.c
test_fragments_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_fragments_LDADD = libwaytest.a libwayrouter.a libwaypacket.a $(CUNIT_LIBS)
test_policy_SOURCES = tests/unit/test-policy.c
test_policy_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_policy_LDADD = libwaytest.a libwayrouter.a libwaypacket.a libwaycommon.a $(YAML_LIBS) \
	$(CUNIT_LIBS)
test_router_settings_SOURCES = tests/unit/test-router-settings.c
test_router_settings_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_router_settings_LDADD = libwaytest.a libwayrouter.a libwaycommon.a $(YAML_LIBS) $(CUNIT_LIBS)

# The live test, in network namespaces of its own; needs root.
check_PROGRAMS += popper
popper_SOURCES = tests/emu/popper.c
popper_CFLAGS = $(AM_CFLAGS) $(NL_CFLAGS)
popper_LDADD = libwaydatapath.a libwaypacket.a libwaycommon.a $(NL_LIBS)
EXTRA_DIST += tests/emu/test-router-live
.PHONY: check-live
check-live: waylay-router popper
	@echo '# program tests/emu/test-router-live'
	@top_builddir='$(top_builddir)' /usr/bin/python3 $(top_srcdir)/tests/emu/test-router-live
	@echo '# program tests/emu/test-router-live, packet'
	@top_builddir='$(top_builddir)' WAYLAY_TEST_DEVICE=packet \
	    /usr/bin/python3 $(top_srcdir)/tests/emu/test-router-live
