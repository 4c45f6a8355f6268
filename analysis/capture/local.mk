# Captures, read in one pass and constant memory: files of every kind, live
# interfaces, and many of them merged in the order of time.
noinst_LIBRARIES += libwaycapture.a
libwaycapture_a_SOURCES = \
	analysis/capture/decoder.c analysis/capture/decoder.h \
	analysis/capture/format.h \
	analysis/capture/link.c analysis/capture/link.h \
	analysis/capture/live.c analysis/capture/live.h \
	analysis/capture/merge.c analysis/capture/merge.h \
	analysis/capture/pcap.c \
	analysis/capture/pcapng.c \
	analysis/capture/record.h \
	analysis/capture/ring.c analysis/capture/ring.h \
	analysis/capture/source.c analysis/capture/source.h \
	analysis/capture/stream.c analysis/capture/stream.h \
	analysis/capture/writer.c analysis/capture/writer.h
libwaycapture_a_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) $(ZLIB_CFLAGS) $(ZSTD_CFLAGS)
CAPTURE_LIBS = libwaycapture.a $(PCAP_LIBS) $(ZLIB_LIBS) $(ZSTD_LIBS)
