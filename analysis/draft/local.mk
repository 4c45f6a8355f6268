# waylay-draft: a first expectation file from a good run.
bin_PROGRAMS += waylay-draft
waylay_draft_SOURCES = \
	analysis/draft/candidate.c analysis/draft/candidate.h \
	analysis/draft/main.c \
	analysis/draft/survey.c analysis/draft/survey.h \
	analysis/draft/trial.c analysis/draft/trial.h
waylay_draft_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) $(JANSSON_CFLAGS) $(GLIB_CFLAGS)
waylay_draft_LDADD = $(ASSERT_LDADD)
