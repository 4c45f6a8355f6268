# Judging: a checked program over captured packets.
noinst_LIBRARIES += libwayjudge.a
libwayjudge_a_SOURCES = \
	analysis/judge/become.c analysis/judge/become.h \
	analysis/judge/become_kept.c \
	analysis/judge/demand.c \
	analysis/judge/explain.c \
	analysis/judge/gather.c \
	analysis/judge/heap.c analysis/judge/heap.h \
	analysis/judge/join.c \
	analysis/judge/judge.c analysis/judge/judge.h \
	analysis/judge/kept_one.c analysis/judge/kept_rule.c \
	analysis/judge/key.c \
	analysis/judge/keyset.c analysis/judge/keyset.h \
	analysis/judge/live.c \
	analysis/judge/meant.c analysis/judge/meant.h \
	analysis/judge/nearly.c analysis/judge/nearly.h \
	analysis/judge/outcome.c analysis/judge/outcome.h \
	analysis/judge/packet.c analysis/judge/packet.h \
	analysis/judge/pairing.c analysis/judge/pairing.h \
	analysis/judge/pass.c analysis/judge/pass.h \
	analysis/judge/ranges.c analysis/judge/ranges.h \
	analysis/judge/related.c \
	analysis/judge/relation.c analysis/judge/relation.h \
	analysis/judge/relation_explain.c analysis/judge/relation_near.c \
	analysis/judge/relation_search.c analysis/judge/relation_search.h \
	analysis/judge/running.c analysis/judge/running_wait.c \
	analysis/judge/single.c \
	analysis/judge/stretch.c analysis/judge/stretch.h \
	analysis/judge/window.c
libwayjudge_a_CFLAGS = $(AM_CFLAGS) $(PCAP_CFLAGS) $(GLIB_CFLAGS) $(XXHASH_CFLAGS)
JUDGE_LIBS = libwayjudge.a $(LANG_LIBS) $(GLIB_LIBS)
