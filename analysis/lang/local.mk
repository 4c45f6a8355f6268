# The language of expectations: from a file to a checked program.
noinst_LIBRARIES += libwaylang.a
libwaylang_a_SOURCES = \
	analysis/lang/aggregate.c \
	analysis/lang/arithmetic.c analysis/lang/arithmetic.h \
	analysis/lang/arena.c analysis/lang/arena.h \
	analysis/lang/compare.c analysis/lang/compare.h \
	analysis/lang/constant.c \
	analysis/lang/datum.c analysis/lang/datum.h \
	analysis/lang/expected.c \
	analysis/lang/evaluate.c analysis/lang/evaluate.h \
	analysis/lang/fieldname.c \
	analysis/lang/grammar.y \
	analysis/lang/literal.c analysis/lang/literal.h \
	analysis/lang/memory.h \
	analysis/lang/name.c \
	analysis/lang/nearest.c analysis/lang/nearest.h \
	analysis/lang/parse.c \
	analysis/lang/program.c analysis/lang/program.h \
	analysis/lang/resolver.h \
	analysis/lang/rule.c \
	analysis/lang/scan.l \
	analysis/lang/script.c analysis/lang/script.h \
	analysis/lang/select.c \
	analysis/lang/syntax.c analysis/lang/syntax.h \
	analysis/lang/term.c \
	analysis/lang/text.c \
	analysis/lang/tree.h \
	analysis/lang/typing.c \
	analysis/lang/world.c analysis/lang/world.h
libwaylang_a_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS)

# The scanner and what else reads tokens need bison's header first.
BUILT_SOURCES += analysis/lang/grammar.h
AM_YFLAGS = -d -Wno-yacc
MAINTAINERCLEANFILES = analysis/lang/grammar.c analysis/lang/grammar.h analysis/lang/scan.c
LANG_LIBS = libwaylang.a $(DISSECT_LIBS) -lm

check_PROGRAMS += test-lang
TESTS += test-lang
test_lang_SOURCES = tests/unit/test-lang.c
test_lang_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_lang_LDADD = libwaytest.a $(LANG_LIBS) $(CUNIT_LIBS)

check_PROGRAMS += test-lang-evaluate
TESTS += test-lang-evaluate
test_lang_evaluate_SOURCES = tests/unit/test-lang-evaluate.c
test_lang_evaluate_CFLAGS = $(AM_CFLAGS) $(CUNIT_CFLAGS)
test_lang_evaluate_LDADD = libwaytest.a $(LANG_LIBS) $(CUNIT_LIBS)
