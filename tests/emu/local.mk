# Runs of real scenarios; they need root. `make check-emu` runs them all with
# the programs of this build tree.
EXTRA_DIST += tests/emu/scenarios/plain.yaml
