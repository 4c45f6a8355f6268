# Expectations over captures that the tests make: no root needed (./check expect).
EXTRA_DIST += tests/expect/conftest.py tests/expect/made.py tests/expect/test_cases.py \
	tests/expect/test_draft.py tests/expect/test_general.py \
	tests/expect/test_http.py tests/expect/test_mutations.py tests/expect/test_outputs.py \
	tests/expect/test_runs.py tests/expect/test_tutorial.py \
	tests/expect/cases
EXTRA_DIST += tests/expect/test_becomes.py tests/expect/test_hostile.py tests/expect/test_requires.py tests/expect/test_bounds.py tests/expect/test_claims.py tests/expect/test_diagnosis.py tests/expect/test_running.py
EXTRA_DIST += tests/expect/live_pings.py tests/expect/mechanism.py tests/expect/test_live.py \
	tests/expect/test_mechanism.py
EXTRA_DIST += tests/expect/test_events.py tests/expect/test_time.py
EXTRA_DIST += tests/expect/test_wire.py
EXTRA_DIST += tests/expect/faults.py tests/expect/rare.py tests/expect/steps.py \
	tests/expect/test_mechanism_ahead.py tests/expect/test_mechanism_rules.py
EXTRA_DIST += tests/expect/test_damage.py tests/expect/test_inputs.py
