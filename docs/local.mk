EXTRA_DIST += docs/architecture.md docs/reference.md docs/scenarios.md docs/wire.md
