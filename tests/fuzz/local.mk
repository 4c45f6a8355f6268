# Fuzz targets (configure --enable-fuzzers CC=clang), one a parser, and for every
# build their kept corpora, replayed as tests.
#
#     ./fuzz-packet -max_total_time=60 NEW_CORPUS $(srcdir)/tests/fuzz/corpus/packet

if FUZZERS
noinst_PROGRAMS += fuzz-packet
fuzz_packet_SOURCES = tests/fuzz/fuzz-packet.c
fuzz_packet_LDADD = libwaypacket.a
fuzz_packet_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-packet
TESTS += replay-packet
replay_packet_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-packet.c
replay_packet_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"packet"'
replay_packet_LDADD = libwaypacket.a

EXTRA_DIST += tests/fuzz/corpus/packet
