# Measurements; none is a test, and each prints what it found.
EXTRA_DIST += tests/bench/start
