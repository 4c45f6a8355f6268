# Measurements; none is a test, and each prints what it found.
EXTRA_DIST += tests/bench/start tests/bench/wire

# Sends frames at a pace, for tests/bench/wire.
noinst_PROGRAMS += bench-pulse
bench_pulse_SOURCES = tests/bench/pulse.c
bench_pulse_LDADD = libwaycommon.a
