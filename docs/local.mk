EXTRA_DIST += docs/architecture.md docs/expectations.md docs/fields.md docs/mininet.md docs/reference.md docs/scenarios.md docs/wire.md
