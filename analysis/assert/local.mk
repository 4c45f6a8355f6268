# waylay-assert: expectations, checked against captures. The library is what
# its tests link; the program adds the command line.
noinst_LIBRARIES += libwayassert.a
libwayassert_a_SOURCES = \
	analysis/assert/bindings.c analysis/assert/bindings.h \
	analysis/assert/check_file.c analysis/assert/check_file.h \
	analysis/assert/evidence.c analysis/assert/evidence.h \
	analysis/assert/expect.c analysis/assert/expect.h \
	analysis/assert/expectations.c analysis/assert/expectations.h \
	analysis/assert/folder.c analysis/assert/folder.h \
	analysis/assert/inputs.c analysis/assert/inputs.h \
	analysis/assert/json.c analysis/assert/json.h \
	analysis/assert/kept.c analysis/assert/kept.h \
	analysis/assert/living.c analysis/assert/living.h \
	analysis/assert/logread.c analysis/assert/logread.h \
	analysis/assert/losses.c analysis/assert/losses.h \
	analysis/assert/alter.c analysis/assert/alter.h \
	analysis/assert/mutation.c analysis/assert/mutation.h \
	analysis/assert/mutation_choose.c analysis/assert/mutation_replay.c \
	analysis/assert/mutation_report.c analysis/assert/mutation_state.h \
	analysis/assert/options.c analysis/assert/options.h \
	analysis/assert/outputs.c analysis/assert/outputs.h \
	analysis/assert/runs.c analysis/assert/runs.h \
	analysis/assert/text.c analysis/assert/text.h \
	analysis/assert/verdicts.c analysis/assert/verdicts.h \
	analysis/assert/wirelog.c analysis/assert/wirelog.h \
	analysis/assert/wirenotes.c analysis/assert/wirenotes.h \
	analysis/assert/world.c analysis/assert/world.h
libwayassert_a_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) $(JANSSON_CFLAGS) $(GLIB_CFLAGS)

ASSERT_LDADD = libwayassert.a $(JUDGE_LIBS) libwaypacket.a libwaycommon.a $(PCAP_LIBS) $(JANSSON_LIBS) $(YAML_LIBS)

bin_PROGRAMS += waylay-assert
waylay_assert_SOURCES = analysis/assert/main.c
waylay_assert_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
waylay_assert_LDADD = $(ASSERT_LDADD)

# One test program a subject, all in one small world.
check_LIBRARIES += libwayassertworld.a
libwayassertworld_a_SOURCES = tests/unit/assert-language.c tests/unit/assert-language.h \
	tests/unit/assert-world.c tests/unit/assert-world.h tests/unit/assert-judge.h
libwayassertworld_a_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(PCAP_CFLAGS) $(JANSSON_CFLAGS)
ASSERT_TEST_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS) $(JANSSON_CFLAGS)
ASSERT_TEST_LDADD = libwayassertworld.a libwaytest.a $(ASSERT_LDADD) $(CUNIT_LIBS)

# The program itself, judging folders that assert-folder writes.
check_PROGRAMS += assert-folder
TESTS += tests/unit/test-assert-program.sh
EXTRA_DIST += tests/unit/test-assert-program.sh
assert_folder_SOURCES = tests/unit/assert-folder.c
assert_folder_CFLAGS = $(ASSERT_TEST_CFLAGS)
assert_folder_LDADD = $(ASSERT_TEST_LDADD)

check_PROGRAMS += \
	test-assert-redirect \
	test-assert-address \
	test-assert-handshake \
	test-assert-run \
	test-assert-wire \
	test-assert-logs \
	test-assert-text \
	test-assert-input
TESTS += \
	test-assert-redirect \
	test-assert-address \
	test-assert-handshake \
	test-assert-run \
	test-assert-wire \
	test-assert-logs \
	test-assert-text \
	test-assert-input
test_assert_redirect_SOURCES = tests/unit/test-assert-redirect.c
test_assert_redirect_CFLAGS = $(ASSERT_TEST_CFLAGS)
test_assert_redirect_LDADD = $(ASSERT_TEST_LDADD)
test_assert_address_SOURCES = tests/unit/test-assert-address.c
test_assert_address_CFLAGS = $(ASSERT_TEST_CFLAGS)
test_assert_address_LDADD = $(ASSERT_TEST_LDADD)
test_assert_handshake_SOURCES = tests/unit/test-assert-handshake.c
test_assert_handshake_CFLAGS = $(ASSERT_TEST_CFLAGS)
test_assert_handshake_LDADD = $(ASSERT_TEST_LDADD)
test_assert_run_SOURCES = tests/unit/test-assert-run.c
test_assert_run_CFLAGS = $(ASSERT_TEST_CFLAGS)
test_assert_run_LDADD = $(ASSERT_TEST_LDADD)
test_assert_wire_SOURCES = tests/unit/test-assert-wire.c
test_assert_wire_CFLAGS = $(ASSERT_TEST_CFLAGS)
test_assert_wire_LDADD = $(ASSERT_TEST_LDADD)
test_assert_logs_SOURCES = tests/unit/test-assert-logs.c
test_assert_logs_CFLAGS = $(ASSERT_TEST_CFLAGS) $(GLIB_CFLAGS)
test_assert_logs_LDADD = $(ASSERT_TEST_LDADD)
test_assert_text_SOURCES = tests/unit/test-assert-text.c
test_assert_text_CFLAGS = $(ASSERT_TEST_CFLAGS) $(GLIB_CFLAGS)
test_assert_text_LDADD = $(ASSERT_TEST_LDADD)
test_assert_input_SOURCES = tests/unit/test-assert-input.c
test_assert_input_CFLAGS = $(ASSERT_TEST_CFLAGS)
test_assert_input_LDADD = $(ASSERT_TEST_LDADD)

# Mutations, over the frames of analysis/dissect's tests.
check_PROGRAMS += test-assert-alter
TESTS += test-assert-alter
test_assert_alter_SOURCES = tests/unit/test-assert-alter.c
test_assert_alter_CFLAGS = $(ASSERT_TEST_CFLAGS)
test_assert_alter_LDADD = libwaymadeframes.a libwaypackets.a $(ASSERT_TEST_LDADD)
