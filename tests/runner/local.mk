# Tests of the runner that start nothing: no root needed (./check runner).
EXTRA_DIST += \
	tests/runner/conftest.py \
	tests/runner/test_batch.py \
	tests/runner/test_by_hand.py \
	tests/runner/test_clean.py \
	tests/runner/test_completion.py tests/runner/test_compose.py \
	tests/runner/test_doctor.py \
	tests/runner/test_configcheck.py \
	tests/runner/test_control.py \
	tests/runner/test_leavings.py \
	tests/runner/test_expectations.py \
	tests/runner/test_fidelity.py \
	tests/runner/test_grammar.py \
	tests/runner/test_linkspec.py \
	tests/runner/test_manual.py \
	tests/runner/test_mn.py \
	tests/runner/test_netlink.py \
	tests/runner/test_load.py \
	tests/runner/test_measures.py \
	tests/runner/test_outcome.py \
	tests/runner/test_pacer.py \
	tests/runner/test_packets.py \
	tests/runner/test_plan.py \
	tests/runner/test_rehearsal.py \
	tests/runner/test_ruined_scenarios.py \
	tests/runner/test_scenario_docs.py \
	tests/runner/test_progress.py \
	tests/runner/test_schema.py \
	tests/runner/test_stepcheck.py \
	tests/runner/test_story.py \
	tests/runner/test_steps.py \
	tests/runner/test_summary.py \
	tests/runner/test_words.py \
	tests/runner/test_wire.py \
	tests/runner/test_yamlmarks.py
