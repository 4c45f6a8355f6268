# Scenarios, installed with their folders.
nobase_dist_pkgdata_DATA = \
	scenarios/first-fetch/README.md \
	scenarios/first-fetch/scenario.yaml \
	scenarios/schema.json
