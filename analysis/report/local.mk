# The Python package `waylay_report`: tables, plots and ladders from the folder
# of a run. Installed beside the package `waylay` (emu/waylay/local.mk).
waylayreportdir = $(pkgdatadir)/python/waylay_report
dist_waylayreport_DATA = \
	analysis/report/waylay_report/__init__.py \
	analysis/report/waylay_report/__main__.py \
	analysis/report/waylay_report/by_hand.py \
	analysis/report/waylay_report/exchanges.py \
	analysis/report/waylay_report/flights.py \
	analysis/report/waylay_report/ladder.py \
	analysis/report/waylay_report/latency.py \
	analysis/report/waylay_report/loads.py \
	analysis/report/waylay_report/looks.py \
	analysis/report/waylay_report/packets.py \
	analysis/report/waylay_report/page.py \
	analysis/report/waylay_report/plot.py \
	analysis/report/waylay_report/run.py \
	analysis/report/waylay_report/svg.py \
	analysis/report/waylay_report/text.py \
	analysis/report/waylay_report/topology.py \
	analysis/report/waylay_report/topology_svg.py \
	analysis/report/waylay_report/topology_text.py \
	analysis/report/waylay_report/report.css \
	analysis/report/waylay_report/report.html.j2

EXTRA_DIST += analysis/report/setup.cfg analysis/report/pyproject.toml \
	tests/report/conftest.py \
	tests/report/made_run.py \
	tests/report/story.py \
	tests/report/test_ladder.py \
	tests/report/test_latency.py \
	tests/report/test_loads.py \
	tests/report/test_looks.py \
	tests/report/test_packets.py \
	tests/report/test_page.py \
	tests/report/test_topology.py \
	tests/report/test_wires.py
