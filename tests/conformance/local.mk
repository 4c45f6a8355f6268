# What analysis/capture and analysis/dissect read, held against other readers
# (./check conformance).
check_PROGRAMS += dissect-dump
dissect_dump_SOURCES = tests/conformance/dissect-dump.c
dissect_dump_LDADD = $(DISSECT_LIBS)

EXTRA_DIST += \
	tests/conformance/live_veth.py \
	tests/conformance/made_captures.py \
	tests/conformance/made_packets.py \
	tests/conformance/made_streams.py \
	tests/conformance/reader.py \
	tests/conformance/test_fields.py \
	tests/conformance/test_formats.py \
	tests/conformance/test_live.py \
	tests/conformance/test_selections.py \
	tests/conformance/test_streams.py
