# Measurements; none is a test, and each prints what it found.
EXTRA_DIST += tests/bench/start tests/bench/wire

# Sends frames at a pace, for tests/bench/wire.
noinst_PROGRAMS += bench-pulse
bench_pulse_SOURCES = tests/bench/pulse.c
bench_pulse_LDADD = libwaycommon.a

# Reading captures, and expectations over them: the programs in tests/bench/assert build these.
EXTRA_PROGRAMS += bench-capture bench-read
bench_capture_SOURCES = tests/bench/assert/make-capture.c tests/bench/assert/made-flow.c \
	tests/bench/assert/made-flow.h
bench_capture_LDADD = libwaypacket.a
bench_read_SOURCES = tests/bench/assert/read-capture.c
bench_read_LDADD = $(DISSECT_LIBS)
CLEANFILES += bench-capture$(EXEEXT) bench-read$(EXEEXT)
EXTRA_DIST += tests/bench/assert/bench tests/bench/assert/bench-read tests/bench/assert/bench-runs \
	tests/bench/assert/bench-scale tests/bench/assert/measure.py tests/bench/assert/rules.py
