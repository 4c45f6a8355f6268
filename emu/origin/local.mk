# waylay-origin: an origin server whose responses are scripted in the URL.
noinst_LIBRARIES += liborigin.a
liborigin_a_SOURCES = \
	emu/origin/body.c emu/origin/body.h \
	emu/origin/digest.c emu/origin/digest.h \
	emu/origin/etag.c emu/origin/etag.h \
	emu/origin/object.c emu/origin/object.h \
	emu/origin/verify.c emu/origin/verify.h
liborigin_a_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS) $(XXHASH_CFLAGS)

bin_PROGRAMS += waylay-origin
waylay_origin_SOURCES = \
	emu/origin/main.c \
	emu/origin/server.c emu/origin/server.h
waylay_origin_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS) $(MHD_CFLAGS) -pthread
waylay_origin_LDADD = liborigin.a libwaycommon.a $(MHD_LIBS) $(GLIB_LIBS)

check_PROGRAMS += test-origin
TESTS += test-origin
test_origin_SOURCES = tests/unit/test-origin.c
test_origin_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS) $(CUNIT_CFLAGS)
test_origin_LDADD = libwaytest.a liborigin.a $(GLIB_LIBS) $(CUNIT_LIBS)

# The program itself, on the loopback, against curl.
TESTS += tests/origin/origin.sh
EXTRA_DIST += tests/origin/origin.sh
