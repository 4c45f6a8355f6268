# Measurements; none is a test, and each prints what it found.
EXTRA_DIST += tests/bench/start tests/bench/wire

# Sends frames at a pace, for tests/bench/wire.
noinst_PROGRAMS += bench-pulse
bench_pulse_SOURCES = tests/bench/pulse.c
bench_pulse_LDADD = libwaycommon.a

# Reading captures, selections and fields: tests/bench/assert/bench builds them.
EXTRA_PROGRAMS += bench-capture bench-read
bench_capture_SOURCES = tests/bench/assert/make-capture.c
bench_read_SOURCES = tests/bench/assert/read-capture.c
bench_read_LDADD = $(DISSECT_LIBS)
CLEANFILES += bench-capture$(EXEEXT) bench-read$(EXEEXT)
EXTRA_DIST += tests/bench/assert/bench tests/bench/assert/bench-expect
