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

# HTTP: the parsers (each input cut in two ways), and the values of fields.
fuzz_http_libs = libwayhttptest.a libwaytest.a libwaycache.a libwayhttp.a $(LLHTTP_LIBS) \
	$(XXHASH_LIBS) $(CUNIT_LIBS)
if FUZZERS
noinst_LIBRARIES += libwayhttptest.a libwaytest.a
noinst_PROGRAMS += fuzz-http-request fuzz-http-response fuzz-http-values
fuzz_http_request_SOURCES = tests/fuzz/fuzz-http-request.c
fuzz_http_request_LDADD = $(fuzz_http_libs)
fuzz_http_request_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_http_response_SOURCES = tests/fuzz/fuzz-http-response.c
fuzz_http_response_LDADD = $(fuzz_http_libs)
fuzz_http_response_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_http_values_SOURCES = tests/fuzz/fuzz-http-values.c
fuzz_http_values_LDADD = $(fuzz_http_libs)
fuzz_http_values_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-http-request replay-http-response replay-http-values
TESTS += replay-http-request replay-http-response replay-http-values
replay_http_request_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-http-request.c
replay_http_request_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"http-request"'
replay_http_request_LDADD = $(fuzz_http_libs)
replay_http_response_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-http-response.c
replay_http_response_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"http-response"'
replay_http_response_LDADD = $(fuzz_http_libs)
replay_http_values_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-http-values.c
replay_http_values_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"http-values"'
replay_http_values_LDADD = $(fuzz_http_libs)

EXTRA_DIST += tests/fuzz/corpus/http-request tests/fuzz/corpus/http-response \
	tests/fuzz/corpus/http-values

# Judging: captures of any bytes.
if FUZZERS
noinst_PROGRAMS += fuzz-judge
fuzz_judge_SOURCES = tests/fuzz/fuzz-judge.c
fuzz_judge_LDADD = $(JUDGE_LIBS)
fuzz_judge_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-judge
TESTS += replay-judge
replay_judge_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-judge.c
replay_judge_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"judge"'
replay_judge_LDADD = $(JUDGE_LIBS)

EXTRA_DIST += tests/fuzz/corpus/judge

# The URLs that waylay-origin is asked for.
if FUZZERS
noinst_PROGRAMS += fuzz-origin-url
fuzz_origin_url_SOURCES = tests/fuzz/fuzz-origin-url.c
fuzz_origin_url_LDADD = liborigin.a $(GLIB_LIBS)
fuzz_origin_url_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-origin-url
TESTS += replay-origin-url
replay_origin_url_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-origin-url.c
replay_origin_url_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"origin-url"'
replay_origin_url_LDADD = liborigin.a $(GLIB_LIBS)

EXTRA_DIST += tests/fuzz/corpus/origin-url

# The router: its decision with what follows from it, and its configuration.
fuzz_router_libs = libwayrouter.a libwaydatapath.a libwaypacket.a libwaycommon.a $(NL_LIBS) \
	$(YAML_LIBS)
if FUZZERS
noinst_PROGRAMS += fuzz-router fuzz-config
fuzz_router_SOURCES = tests/fuzz/fuzz-router.c
fuzz_router_LDADD = $(fuzz_router_libs)
fuzz_router_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_config_SOURCES = tests/fuzz/fuzz-config.c
fuzz_config_LDADD = $(fuzz_router_libs)
fuzz_config_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-router replay-config
TESTS += replay-router replay-config
replay_router_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-router.c
replay_router_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"router"'
replay_router_LDADD = $(fuzz_router_libs)
replay_config_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-config.c
replay_config_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"config"'
replay_config_LDADD = $(fuzz_router_libs)

EXTRA_DIST += tests/fuzz/corpus/router tests/fuzz/corpus/config

# The emulated link: decision logs and traces.
if FUZZERS
noinst_PROGRAMS += fuzz-wire
fuzz_wire_SOURCES = tests/fuzz/fuzz-wire.c
fuzz_wire_LDADD = $(WIRE_MODEL_LIBS)
fuzz_wire_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-wire
TESTS += replay-wire
replay_wire_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-wire.c
replay_wire_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"wire"'
replay_wire_LDADD = $(WIRE_MODEL_LIBS)

EXTRA_DIST += tests/fuzz/corpus/wire

# Frames as they come with their virtio headers: cut, finished.
if FUZZERS
noinst_PROGRAMS += fuzz-wire-frame
fuzz_wire_frame_SOURCES = tests/fuzz/fuzz-wire-frame.c
fuzz_wire_frame_LDADD = $(WIRE_MODEL_LIBS)
fuzz_wire_frame_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-wire-frame
TESTS += replay-wire-frame
replay_wire_frame_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-wire-frame.c
replay_wire_frame_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"wire-frame"'
replay_wire_frame_LDADD = $(WIRE_MODEL_LIBS)

EXTRA_DIST += tests/fuzz/corpus/wire-frame

# The language of expectations.
if FUZZERS
noinst_PROGRAMS += fuzz-lang
fuzz_lang_SOURCES = tests/fuzz/fuzz-lang.c
fuzz_lang_LDADD = $(LANG_LIBS)
fuzz_lang_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-lang
TESTS += replay-lang
replay_lang_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-lang.c
replay_lang_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"lang"'
replay_lang_LDADD = $(LANG_LIBS)

EXTRA_DIST += tests/fuzz/corpus/lang

# The wire's configuration and its control requests.
if FUZZERS
noinst_PROGRAMS += fuzz-wire-settings
fuzz_wire_settings_SOURCES = tests/fuzz/fuzz-wire-settings.c
fuzz_wire_settings_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
fuzz_wire_settings_LDADD = $(WIRE_IO_LIBS)
fuzz_wire_settings_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-wire-settings
TESTS += replay-wire-settings
replay_wire_settings_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-wire-settings.c
replay_wire_settings_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"wire-settings"'
replay_wire_settings_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
replay_wire_settings_LDADD = $(WIRE_IO_LIBS)

EXTRA_DIST += tests/fuzz/corpus/wire-settings

# Packets, and the capture files they come in.
if FUZZERS
noinst_PROGRAMS += fuzz-dissect fuzz-source fuzz-streams
fuzz_dissect_SOURCES = tests/fuzz/fuzz-dissect.c
fuzz_dissect_LDADD = $(DISSECT_LIBS)
fuzz_dissect_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_streams_SOURCES = tests/fuzz/fuzz-streams.c
fuzz_streams_LDADD = $(DISSECT_LIBS)
fuzz_streams_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_source_SOURCES = tests/fuzz/fuzz-source.c
fuzz_source_LDADD = $(CAPTURE_LIBS)
fuzz_source_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-dissect replay-source replay-streams
TESTS += replay-dissect replay-source replay-streams
replay_streams_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-streams.c
replay_streams_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"streams"'
replay_streams_LDADD = $(DISSECT_LIBS)
replay_dissect_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-dissect.c
replay_dissect_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"dissect"'
replay_dissect_LDADD = $(DISSECT_LIBS)
replay_source_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-source.c
replay_source_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"source"'
replay_source_LDADD = $(CAPTURE_LIBS)

EXTRA_DIST += tests/fuzz/corpus/dissect tests/fuzz/corpus/source tests/fuzz/corpus/streams

# Files of a run's folder: names, access logs, the wire's decisions.
if FUZZERS
noinst_PROGRAMS += fuzz-run-files
fuzz_run_files_SOURCES = tests/fuzz/fuzz-run-files.c
fuzz_run_files_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
fuzz_run_files_LDADD = $(ASSERT_LDADD)
fuzz_run_files_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
endif

check_PROGRAMS += replay-run-files
TESTS += replay-run-files
replay_run_files_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz-run-files.c
replay_run_files_CPPFLAGS = $(AM_CPPFLAGS) -DWAY_CORPUS='"run-files"'
replay_run_files_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
replay_run_files_LDADD = $(ASSERT_LDADD)

EXTRA_DIST += tests/fuzz/corpus/run-files
