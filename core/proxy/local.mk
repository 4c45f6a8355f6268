# The proxy: the pure parts as a library (the tests link it), the program, and the
# same program with faults for the tests.
noinst_LIBRARIES += libwayproxy.a
libwayproxy_a_SOURCES = \
	core/proxy/addresses.c core/proxy/addresses.h \
	core/proxy/counters.c core/proxy/counters.h \
	core/proxy/hold.c core/proxy/hold.h \
	core/proxy/settings.c core/proxy/settings.h \
	core/proxy/sort.c core/proxy/sort.h
libwayproxy_a_CFLAGS = $(AM_CFLAGS) $(NL_CFLAGS) $(XXHASH_CFLAGS)

sbin_PROGRAMS += waylay-proxy
waylay_proxy_sources = \
	core/proxy/accesslog.c core/proxy/accesslog.h \
	core/proxy/client.c core/proxy/client.h \
	core/proxy/exchange.c core/proxy/exchange.h core/proxy/exchange_parts.h \
	core/proxy/exchange_response.c \
	core/proxy/flow.h \
	core/proxy/handshake.c core/proxy/handshake.h \
	core/proxy/listener.c core/proxy/listener.h \
	core/proxy/main.c \
	core/proxy/origin.c core/proxy/origin.h \
	core/proxy/refuse.c core/proxy/refuse.h \
	core/proxy/session.c core/proxy/session.h \
	core/proxy/stream.c core/proxy/stream.h \
	core/proxy/tunnel.c core/proxy/tunnel.h \
	core/proxy/upstream.c core/proxy/upstream.h \
	core/proxy/wayout.c core/proxy/wayout.h \
	core/proxy/worker.c core/proxy/worker.h
waylay_proxy_cflags = $(AM_CFLAGS) $(UV_CFLAGS) $(JANSSON_CFLAGS) $(NL_CFLAGS)
waylay_proxy_ldadd = libwayproxy.a libwaycache.a libwayhttp.a libwaydatapath.a libwaypacket.a \
	libwaycommon.a $(UV_LIBS) $(JANSSON_LIBS) $(NL_LIBS) $(YAML_LIBS) $(LLHTTP_LIBS) $(XXHASH_LIBS)
waylay_proxy_SOURCES = $(waylay_proxy_sources)
waylay_proxy_CFLAGS = $(waylay_proxy_cflags)
waylay_proxy_LDADD = $(waylay_proxy_ldadd)

if FAULTS
noinst_PROGRAMS += waylay-proxy-fault-early-ack waylay-proxy-fault-own-address
waylay_proxy_fault_early_ack_SOURCES = $(waylay_proxy_sources)
waylay_proxy_fault_early_ack_CPPFLAGS = $(AM_CPPFLAGS) -DWAYLAY_FAULT_EARLY_ACK
waylay_proxy_fault_early_ack_CFLAGS = $(waylay_proxy_cflags)
waylay_proxy_fault_early_ack_LDADD = $(waylay_proxy_ldadd)
waylay_proxy_fault_own_address_SOURCES = $(waylay_proxy_sources)
waylay_proxy_fault_own_address_CPPFLAGS = $(AM_CPPFLAGS) -DWAYLAY_FAULT_OWN_ADDRESS
waylay_proxy_fault_own_address_CFLAGS = $(waylay_proxy_cflags)
waylay_proxy_fault_own_address_LDADD = $(waylay_proxy_ldadd)
endif

check_PROGRAMS += test-hold test-origin-connect test-sort
TESTS += test-hold test-origin-connect test-sort
proxy_test_libs = libwaypackets.a libwaytest.a libwayproxy.a libwaydatapath.a libwaypacket.a \
	libwaycommon.a $(NL_LIBS) $(YAML_LIBS) $(CUNIT_LIBS)
test_hold_SOURCES = tests/unit/test-hold.c
test_hold_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_hold_LDADD = $(proxy_test_libs)
test_origin_connect_SOURCES = tests/unit/test-origin-connect.c core/proxy/origin.c
test_origin_connect_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_origin_connect_LDADD = $(proxy_test_libs)
test_sort_SOURCES = tests/unit/test-sort.c
test_sort_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_sort_LDADD = $(proxy_test_libs)
