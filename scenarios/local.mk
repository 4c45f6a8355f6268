# Scenarios, installed with their folders.
nobase_dist_pkgdata_DATA = \
	scenarios/cellular/README.md \
	scenarios/cellular/down.trace \
	scenarios/cellular/scenario.yaml \
	scenarios/cellular/up.trace \
	scenarios/common/acknowledged.expect \
	scenarios/common/answers.expect \
	scenarios/common/asked.expect \
	scenarios/common/carried.expect \
	scenarios/common/forwarded.expect \
	scenarios/common/frames.expect \
	scenarios/common/hidden.expect \
	scenarios/common/hit.expect \
	scenarios/common/http.expect \
	scenarios/common/mechanism.expect \
	scenarios/common/miss.expect \
	scenarios/common/mss.expect \
	scenarios/common/mute.expect \
	scenarios/common/option.expect \
	scenarios/common/order.expect \
	scenarios/common/rare.expect \
	scenarios/common/redirected.expect \
	scenarios/common/refused.expect \
	scenarios/common/rules.expect \
	scenarios/common/silent.expect \
	scenarios/common/stripped.expect \
	scenarios/common/tunnel.expect \
	scenarios/common/unreachable.expect \
	scenarios/common/words.expect \
	scenarios/delay-sweep/README.md \
	scenarios/delay-sweep/scenario.yaml \
	scenarios/delayed-fetch/README.md \
	scenarios/delayed-fetch/carried.expect \
	scenarios/delayed-fetch/scenario.yaml \
	scenarios/first-fetch/README.md \
	scenarios/first-fetch/counted.expect \
	scenarios/first-fetch/scenario.yaml \
	scenarios/lossy-link/README.md \
	scenarios/lossy-link/carried.expect \
	scenarios/lossy-link/scenario.yaml \
	scenarios/middlebox-drops/README.md \
	scenarios/middlebox-drops/between.expect \
	scenarios/middlebox-drops/path.expect \
	scenarios/middlebox-drops/scenario.yaml \
	scenarios/middlebox-strips/README.md \
	scenarios/middlebox-strips/between.expect \
	scenarios/middlebox-strips/scenario.yaml \
	scenarios/one-way-outage/README.md \
	scenarios/one-way-outage/scenario.yaml \
	scenarios/origins/README.md \
	scenarios/origins/scenario.yaml \
	scenarios/rare-packets/README.md \
	scenarios/rare-packets/scenario.yaml \
	scenarios/schema.json

# What made the traces.
nobase_dist_pkgdata_SCRIPTS = scenarios/cellular/make-trace
