# What is in a packet: layers, fields under Wireshark's names, selections by
# libpcap filters.
noinst_LIBRARIES += libwaydissect.a
libwaydissect_a_SOURCES = \
	analysis/dissect/field.c analysis/dissect/field.h \
	analysis/dissect/field_docs.c analysis/dissect/field_docs.h \
	analysis/dissect/field_flow.c \
	analysis/dissect/field_frame.c \
	analysis/dissect/field_gre.c \
	analysis/dissect/field_http.c \
	analysis/dissect/field_icmp.c \
	analysis/dissect/field_ip.c \
	analysis/dissect/field_ip_options.c \
	analysis/dissect/field_link.c \
	analysis/dissect/field_options.c analysis/dissect/field_options.h \
	analysis/dissect/field_table.h \
	analysis/dissect/field_tcp.c \
	analysis/dissect/field_tcp_options.c \
	analysis/dissect/field_udp.c \
	analysis/dissect/filter_names.c analysis/dissect/filter_names.h \
	analysis/dissect/flow.c analysis/dissect/flow.h \
	analysis/dissect/flow_facts.c analysis/dissect/flow_facts.h \
	analysis/dissect/flow_table.c analysis/dissect/flow_table.h \
	analysis/dissect/gate.c analysis/dissect/gate.h \
	analysis/dissect/gate_run.c analysis/dissect/gate_run.h \
	analysis/dissect/http.c analysis/dissect/http.h \
	analysis/dissect/reassembly.c analysis/dissect/reassembly.h \
	analysis/dissect/seen.c analysis/dissect/seen.h \
	analysis/dissect/selection.c analysis/dissect/selection.h \
	analysis/dissect/sieve.c analysis/dissect/sieve.h \
	analysis/dissect/value.c analysis/dissect/value.h \
	analysis/dissect/view.c analysis/dissect/view.h \
	analysis/dissect/view_link.c analysis/dissect/view_link.h \
	analysis/dissect/view_transport.c analysis/dissect/view_transport.h
libwaydissect_a_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)
DISSECT_LIBS = libwaydissect.a $(CAPTURE_LIBS) libwayhttp.a libwaypacket.a $(LLHTTP_LIBS)

# Tests of this folder and of analysis/capture, over the same few frames.
check_LIBRARIES += libwaymadeframes.a
libwaymadeframes_a_SOURCES = tests/unit/made_frames.c tests/unit/made_frames.h
dissect_test_libs = libwaymadeframes.a libwaypackets.a libwaytest.a $(DISSECT_LIBS) $(CUNIT_LIBS)
dissect_tests = test-capture-source test-capture-writer test-dissect-fields test-dissect-flow test-dissect-select
check_PROGRAMS += $(dissect_tests)
TESTS += $(dissect_tests)
test_capture_source_SOURCES = tests/unit/test-capture-source.c
test_capture_source_LDADD = $(dissect_test_libs)
test_capture_writer_SOURCES = tests/unit/test-capture-writer.c
test_capture_writer_LDADD = $(dissect_test_libs)
test_dissect_fields_SOURCES = tests/unit/test-dissect-fields.c
test_dissect_fields_LDADD = $(dissect_test_libs)
test_dissect_flow_SOURCES = tests/unit/test-dissect-flow.c
test_dissect_flow_LDADD = $(dissect_test_libs)
test_dissect_select_SOURCES = tests/unit/test-dissect-select.c
test_dissect_select_LDADD = $(dissect_test_libs)
TESTS += tests/unit/test-fields-doc.sh
EXTRA_DIST += tests/unit/test-fields-doc.sh
