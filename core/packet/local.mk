# Pure functions over packet bytes: no I/O, no allocation, nothing else of ours.
noinst_LIBRARIES += libwaypacket.a
libwaypacket_a_SOURCES = \
	core/packet/buffer.h \
	core/packet/build.c core/packet/build.h \
	core/packet/bytes.h \
	core/packet/checksum.c core/packet/checksum.h \
	core/packet/cursor.h \
	core/packet/error.c core/packet/error.h \
	core/packet/icmp.c core/packet/icmp.h \
	core/packet/icmp_quote.h \
	core/packet/ipv4.c core/packet/ipv4.h \
	core/packet/route_option.h \
	core/packet/route_push.c core/packet/route_push.h \
	core/packet/tcp.c core/packet/tcp.h \
	core/packet/tuple.h

EXTRA_DIST += core/packet/COPYING
