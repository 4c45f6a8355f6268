# Devices, netlink, supervisor: what touches the kernel's side of the datapath.
noinst_LIBRARIES += libwaydatapath.a
libwaydatapath_a_SOURCES = \
	core/datapath/device.c core/datapath/device.h \
	core/datapath/diversion.c core/datapath/diversion.h \
	core/datapath/diverted.c core/datapath/diverted.h \
	core/datapath/filter.c core/datapath/filter.h \
	core/datapath/link.c core/datapath/link.h \
	core/datapath/netlink.c core/datapath/netlink.h \
	core/datapath/packet_ring.c core/datapath/packet_ring.h \
	core/datapath/rule.c core/datapath/rule.h \
	core/datapath/sockdiag.c core/datapath/sockdiag.h \
	core/datapath/supervisor.c core/datapath/supervisor.h \
	core/datapath/sysctl.c core/datapath/sysctl.h \
	core/datapath/tun.c core/datapath/tun.h \
	core/datapath/veth.c core/datapath/veth.h
libwaydatapath_a_CFLAGS = $(AM_CFLAGS) $(NL_CFLAGS)

check_PROGRAMS += test-sockdiag test-diverted
TESTS += test-sockdiag test-diverted
test_diverted_SOURCES = tests/unit/test-diverted.c
test_diverted_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_diverted_LDADD = libwaytest.a libwaydatapath.a libwaypacket.a libwaycommon.a $(NL_LIBS) $(CUNIT_LIBS)
test_sockdiag_SOURCES = tests/unit/test-sockdiag.c
test_sockdiag_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_sockdiag_LDADD = libwaytest.a libwaydatapath.a $(CUNIT_LIBS)
