# The emulated link: a pure model on a virtual clock, and the program that runs it.
noinst_LIBRARIES += libwaywiremodel.a
libwaywiremodel_a_SOURCES = \
	emu/wire/bottleneck.c \
	emu/wire/bucket.c emu/wire/bucket.h \
	emu/wire/chain.c emu/wire/chain.h \
	emu/wire/codel.c emu/wire/codel.h \
	emu/wire/corrupt.c \
	emu/wire/decision.c emu/wire/decision.h \
	emu/wire/delay.c \
	emu/wire/draw.c emu/wire/draw.h \
	emu/wire/duplicate.c \
	emu/wire/ecn.c emu/wire/ecn.h \
	emu/wire/element.h \
	emu/wire/frame.c emu/wire/frame.h \
	emu/wire/gate.c \
	emu/wire/jitter.c emu/wire/jitter.h \
	emu/wire/lateness.c emu/wire/lateness.h \
	emu/wire/loss.c \
	emu/wire/offload.c emu/wire/offload.h \
	emu/wire/pace.c emu/wire/pace.h \
	emu/wire/parameters.c emu/wire/parameters.h \
	emu/wire/queue.c emu/wire/queue.h \
	emu/wire/red.c emu/wire/red.h \
	emu/wire/replay.c emu/wire/replay.h \
	emu/wire/schedule.c emu/wire/schedule.h \
	emu/wire/segment.c emu/wire/segment.h \
	emu/wire/trace.c emu/wire/trace.h \
	emu/wire/verdict.c emu/wire/verdict.h
libwaywiremodel_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(XXHASH_CFLAGS)
WIRE_MODEL_LIBS = libwaywiremodel.a libwaypacket.a $(JANSSON_LIBS) $(XXHASH_LIBS) -lm

# What the program reads and writes beside frames: its configuration, the control
# protocol, captures and logs.
noinst_LIBRARIES += libwaywireio.a
libwaywireio_a_SOURCES = \
	emu/wire/capture.c emu/wire/capture.h \
	emu/wire/changes.c emu/wire/changes.h \
	emu/wire/control.c emu/wire/control.h \
	emu/wire/control_client.c emu/wire/control_client.h \
	emu/wire/decisions.c emu/wire/decisions.h \
	emu/wire/direction.c emu/wire/direction.h \
	emu/wire/direction_json.c \
	emu/wire/direction_loss.c \
	emu/wire/direction_parts.h \
	emu/wire/direction_queue.c \
	emu/wire/link_settings.c \
	emu/wire/material.c emu/wire/material.h \
	emu/wire/request.c emu/wire/request.h \
	emu/wire/output.c emu/wire/output.h \
	emu/wire/ring.c emu/wire/ring.h \
	emu/wire/settings.c emu/wire/settings.h \
	emu/wire/textfile.c emu/wire/textfile.h \
	emu/wire/writer.c emu/wire/writer.h
libwaywireio_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) -pthread
WIRE_IO_LIBS = libwaywireio.a libwaywiremodel.a libwaypacket.a libwaycommon.a $(JANSSON_LIBS) \
	$(XXHASH_LIBS) $(YAML_LIBS) -lm

# The program: ends, loop, and all put together.
sbin_PROGRAMS += waylay-wire
waylay_wire_SOURCES = \
	emu/wire/closing.c emu/wire/closing.h \
	emu/wire/counters.c emu/wire/counters.h \
	emu/wire/device.c emu/wire/device.h \
	emu/wire/end.c emu/wire/end.h emu/wire/end_kinds.h \
	emu/wire/end_packet.c \
	emu/wire/end_tap.c \
	emu/wire/fidelity.c emu/wire/fidelity.h \
	emu/wire/handlers.c emu/wire/handlers.h \
	emu/wire/intake.c \
	emu/wire/link.c emu/wire/link.h \
	emu/wire/link_frames.c emu/wire/link_frames.h \
	emu/wire/loop.c emu/wire/loop.h \
	emu/wire/main.c \
	emu/wire/netns.c emu/wire/netns.h \
	emu/wire/realtime.c emu/wire/realtime.h \
	emu/wire/wire.c emu/wire/wire.h
waylay_wire_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(NL_CFLAGS) -pthread
waylay_wire_LDADD = $(WIRE_IO_LIBS) $(NL_LIBS)

# The model on an invented clock.
check_LIBRARIES += libwaywiretest.a
libwaywiretest_a_SOURCES = tests/unit/wire_line.c tests/unit/wire_line.h
libwaywiretest_a_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(XXHASH_CFLAGS)
WIRE_TEST_LIBS = libwaywiretest.a libwaytest.a $(WIRE_MODEL_LIBS) $(CUNIT_LIBS)

check_PROGRAMS += test-wire-delay test-wire-loss test-wire-queue test-wire-rate test-wire-replay
TESTS += test-wire-delay test-wire-loss test-wire-queue test-wire-rate test-wire-replay
test_wire_delay_SOURCES = tests/unit/test-wire-delay.c
test_wire_delay_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_wire_delay_LDADD = $(WIRE_TEST_LIBS)
test_wire_loss_SOURCES = tests/unit/test-wire-loss.c
test_wire_loss_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_wire_loss_LDADD = $(WIRE_TEST_LIBS)
test_wire_queue_SOURCES = tests/unit/test-wire-queue.c
test_wire_queue_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_wire_queue_LDADD = $(WIRE_TEST_LIBS)
test_wire_rate_SOURCES = tests/unit/test-wire-rate.c
test_wire_rate_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_wire_rate_LDADD = $(WIRE_TEST_LIBS)
test_wire_replay_SOURCES = tests/unit/test-wire-replay.c
test_wire_replay_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_wire_replay_LDADD = $(WIRE_TEST_LIBS)

check_PROGRAMS += test-wire-lateness test-wire-offload test-wire-schedule test-wire-segment
TESTS += test-wire-lateness test-wire-offload test-wire-schedule test-wire-segment
test_wire_lateness_SOURCES = tests/unit/test-wire-lateness.c
test_wire_lateness_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(JANSSON_CFLAGS)
test_wire_lateness_LDADD = $(WIRE_TEST_LIBS)
test_wire_offload_SOURCES = tests/unit/test-wire-offload.c
test_wire_offload_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_wire_offload_LDADD = $(WIRE_TEST_LIBS)
test_wire_schedule_SOURCES = tests/unit/test-wire-schedule.c
test_wire_schedule_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_wire_schedule_LDADD = $(WIRE_TEST_LIBS)

# What is read and written beside frames.
WIRE_IO_TESTS = test-wire-settings test-wire-direction test-wire-request test-wire-control \
	test-wire-capture test-wire-changes
check_PROGRAMS += $(WIRE_IO_TESTS)
TESTS += $(WIRE_IO_TESTS)
WIRE_IO_TEST_LIBS = libwaytest.a $(WIRE_IO_LIBS) $(CUNIT_LIBS)
WIRE_IO_TEST_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(JANSSON_CFLAGS)
test_wire_settings_SOURCES = tests/unit/test-wire-settings.c
test_wire_settings_CFLAGS = $(WIRE_IO_TEST_CFLAGS)
test_wire_settings_LDADD = $(WIRE_IO_TEST_LIBS)
test_wire_direction_SOURCES = tests/unit/test-wire-direction.c
test_wire_direction_CFLAGS = $(WIRE_IO_TEST_CFLAGS)
test_wire_direction_LDADD = $(WIRE_IO_TEST_LIBS)
test_wire_request_SOURCES = tests/unit/test-wire-request.c
test_wire_request_CFLAGS = $(WIRE_IO_TEST_CFLAGS)
test_wire_request_LDADD = $(WIRE_IO_TEST_LIBS)
test_wire_changes_SOURCES = tests/unit/test-wire-changes.c
test_wire_changes_CFLAGS = $(WIRE_IO_TEST_CFLAGS)
test_wire_changes_LDADD = $(WIRE_IO_TEST_LIBS)
test_wire_control_SOURCES = tests/unit/test-wire-control.c
test_wire_control_CFLAGS = $(WIRE_IO_TEST_CFLAGS)
test_wire_control_LDADD = $(WIRE_IO_TEST_LIBS)
test_wire_capture_SOURCES = tests/unit/test-wire-capture.c
test_wire_capture_CFLAGS = $(WIRE_IO_TEST_CFLAGS)
test_wire_capture_LDADD = $(WIRE_IO_TEST_LIBS)
test_wire_segment_SOURCES = tests/unit/test-wire-segment.c
test_wire_segment_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_wire_segment_LDADD = $(WIRE_TEST_LIBS)
