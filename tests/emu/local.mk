# Runs of real scenarios; they need root. `make check-emu` runs them all with
# the programs of this build tree.
EXTRA_DIST += \
	tests/emu/conftest.py \
	tests/emu/harness.py \
	tests/emu/proxy_net.py \
	tests/emu/scenarios/again.yaml \
	tests/emu/scenarios/dying.yaml \
	tests/emu/scenarios/edges.yaml \
	tests/emu/scenarios/failing.yaml \
	tests/emu/scenarios/forged.yaml \
	tests/emu/scenarios/hold-plain.yaml \
	tests/emu/scenarios/hold.yaml \
	tests/emu/scenarios/hostile.yaml \
	tests/emu/scenarios/narrow.yaml \
	tests/emu/scenarios/nginx.yaml \
	tests/emu/scenarios/plain-path.yaml \
	tests/emu/scenarios/packet-device.yaml \
	tests/emu/scenarios/plain.yaml \
	tests/emu/small.py \
	tests/emu/test_bad_scenarios.py \
	tests/emu/test_batch_runs.py \
	tests/emu/test_clean_live.py \
	tests/emu/test_conditions.py \
	tests/emu/test_ctl.py \
	tests/emu/test_edges.py \
	tests/emu/test_examples.py \
	tests/emu/test_faults.py \
	tests/emu/test_general_nat.py tests/emu/test_rare_packets.py \
	tests/emu/test_first_fetch.py \
	tests/emu/test_interventions.py \
	tests/emu/test_keep.py \
	tests/emu/test_killed.py \
	tests/emu/test_holder.py \
	tests/emu/test_layout.py \
	tests/emu/test_leftovers.py \
	tests/emu/test_link_steps.py \
	tests/emu/test_mininet.py \
	tests/emu/test_packet_device.py \
	tests/emu/test_network.py \
	tests/emu/test_parallel.py \
	tests/emu/test_pause.py \
	tests/emu/test_privileges.py \
	tests/emu/test_proxy_cache.py \
	tests/emu/test_proxy_handshake.py \
	tests/emu/test_proxy_http.py \
	tests/emu/test_proxy_pressure.py \
	tests/emu/test_results.py \
	tests/emu/test_scale.py \
	tests/emu/test_scenarios.py \
	tests/emu/test_timeline.py \
	tests/emu/test_unprivileged.py \
	tests/emu/test_whole_path_steps.py \
	tests/emu/test_wire_accuracy.py \
	tests/emu/test_wire_edges.py \
	tests/emu/test_wire_live.py \
	tests/emu/test_wirelink.py \
	tests/emu/wire_net.py

.PHONY: check-emu
check-emu: all
	WAYLAY_BINDIR='$(abs_top_builddir)' \
	PYTHONPATH='$(abs_top_srcdir)/emu:$(abs_top_srcdir)/analysis/report' \
	PYTHONDONTWRITEBYTECODE=1 \
	    $(PYTHON) -m pytest -q -p no:cacheprovider '$(abs_top_srcdir)/tests/emu' $(PYTEST_FLAGS)
