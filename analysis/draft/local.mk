# waylay-draft: a first expectation file from a good run, or from captures.
bin_PROGRAMS += waylay-draft
waylay_draft_SOURCES = \
	analysis/draft/absent.c \
	analysis/draft/becomes.c \
	analysis/draft/candidate.c analysis/draft/candidate.h \
	analysis/draft/class.c analysis/draft/class.h \
	analysis/draft/events.c \
	analysis/draft/ground.c analysis/draft/ground.h \
	analysis/draft/headers.c \
	analysis/draft/hosts.c analysis/draft/hosts.h \
	analysis/draft/main.c \
	analysis/draft/survey.c analysis/draft/survey.h \
	analysis/draft/trial.c analysis/draft/trial.h
waylay_draft_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) $(JANSSON_CFLAGS) $(GLIB_CFLAGS)
waylay_draft_LDADD = $(ASSERT_LDADD)
