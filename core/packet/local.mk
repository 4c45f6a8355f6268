# Pure functions over packet bytes: no I/O, no allocation, nothing else of ours.
noinst_LIBRARIES += libwaypacket.a
libwaypacket_a_SOURCES = \
	core/packet/buffer.h \
	core/packet/build.c core/packet/build.h \
	core/packet/bytes.h \
	core/packet/checksum.c core/packet/checksum.h \
	core/packet/cursor.h \
	core/packet/error.c core/packet/error.h \
	core/packet/header.c core/packet/header.h \
	core/packet/icmp.c core/packet/icmp.h \
	core/packet/icmp_quote.c core/packet/icmp_quote.h \
	core/packet/ipv4.c core/packet/ipv4.h \
	core/packet/route_option.h \
	core/packet/route_push.c core/packet/route_push.h \
	core/packet/tcp.c core/packet/tcp.h \
	core/packet/tuple.h

EXTRA_DIST += core/packet/COPYING

# Its tests.
check_LIBRARIES += libwaypackets.a
libwaypackets_a_SOURCES = tests/unit/packets.c tests/unit/packets.h

packet_tests = test-packet-checksum test-packet-parse test-route-push test-route-property \
	test-packet-build test-icmp-quote
packet_test_libs = libwaypackets.a libwaytest.a libwaypacket.a $(CUNIT_LIBS)
check_PROGRAMS += $(packet_tests)
TESTS += $(packet_tests) tests/unit/test-bpf-compile.sh
test_packet_checksum_SOURCES = tests/unit/test-packet-checksum.c
test_packet_checksum_LDADD = $(packet_test_libs)
test_packet_parse_SOURCES = tests/unit/test-packet-parse.c
test_packet_parse_LDADD = $(packet_test_libs)
test_route_push_SOURCES = tests/unit/test-route-push.c
test_route_push_LDADD = $(packet_test_libs)
test_route_property_SOURCES = tests/unit/test-route-property.c
test_route_property_LDADD = $(packet_test_libs)
test_packet_build_SOURCES = tests/unit/test-packet-build.c
test_packet_build_LDADD = $(packet_test_libs)
test_icmp_quote_SOURCES = tests/unit/test-icmp-quote.c
test_icmp_quote_LDADD = $(packet_test_libs)
EXTRA_DIST += tests/unit/test-bpf-compile.sh
