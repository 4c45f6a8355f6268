/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judging: a checked program over captured packets, to outcomes.
 *
 * There is one pass over the packets of all sources, merged in the order of time.
 * What a rule asks decides how it is judged:
 *
 *      of single packets (each, some, no, N …)       counted while they pass
 *      becomes, appears, does not appear             matched while they pass, inside
 *                                                    a window that bounds memory
 *      of packets and others (bound names,           kept while they pass (those
 *      relations, windows between events)            selected alone), judged at the end
 *
 * Packets that are kept are copied; WAY_JUDGE_KEPT_MAX, or what the file says (`keep at
 * most`), bounds their bytes, and half of it those of packets that wait. What would exceed a bound
 * is said by the rules concerned, which are inconclusive.
 *
 * A source feeds taps: a tap of a link is fed by the capture of the link, or, with
 * captures at both ends, by each with the frames that arrive at its end.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_JUDGE_H
#define WAYLAY_ANALYSIS_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/capture/merge.h"
#include "analysis/judge/outcome.h"
#include "analysis/lang/program.h"

enum { WAY_JUDGE_KEPT_MAX = 100 * 1000 * 1000 }; /* bytes that a pass keeps, unless a file says */

/* Which frames of a source go to a tap. */
struct way_feed {
    unsigned tap; /* in the program's taps */
    enum way_feed_which {
        WAY_FEED_ALL,
        WAY_FEED_ARRIVING, /* those that the node at this end did not send */
    } which;
    const uint8_t (*macs)[6]; /* hardware addresses of that node; borrowed */
    size_t mac_count;
};

/* Whether the frame goes to the tap: it was not sent by the node at this end. */
bool way_feed_takes(const struct way_feed *feed, const struct way_record *record);

struct way_judge_source {
    struct way_feed *feeds; /* borrowed */
    size_t feed_count;
    int64_t captured; /* packets that were captured, as the run says; -1: nobody says */
};

/* From `from` to `to` (ns) a tap, or a part of it, was off. */
struct way_judge_gap {
    int64_t from, to;
};

enum { WAY_JUDGE_GAPS_MAX = 64 };

/* What is known of a tap beside its packets. */
struct way_judge_tap {
    struct way_judge_gap gaps[WAY_JUDGE_GAPS_MAX];
    size_t gap_count;
    const char *unfit;  /* why nothing can be held by it ("it lost 3 packets"); NULL: it is fit */
    int64_t live_from;  /* ns: from here on it was live; INT64_MIN: nobody says */
    int64_t live_until; /* ns: and up to here at least, whatever its last packet */
    int64_t error;      /* ns: by how much differences of its own stamps may be wrong */
};

/* A connection of the access log: both legs, and when it was there. */
struct way_judge_connection {
    uint32_t client, origin; /* host order */
    uint16_t client_port, origin_port;
    uint16_t local_ports[2]; /* of the proxy towards the origin; 0: none */
    int64_t from, until;     /* ns */
    const char *id;          /* borrowed */
};

struct way_judge_setup {
    const struct way_program *program;
    struct way_merge *merge;                        /* opened, nothing read yet */
    const struct way_judge_source *sources;         /* as many as the merge has, in its order */
    const struct way_judge_tap *taps;               /* as many as the program has, in its order */
    int64_t uncertainty;                            /* ns: between stamps of two taps */
    const struct way_judge_connection *connections; /* of the access log */
    size_t connection_count;
    bool has_log; /* there is one: `joined by connection` between links means its pairs */
    /* Where packets come from, in the order of time; NULL: from the merge, which, where it
     * is not, has been read already: what is known of its sources still holds. */
    bool (*next)(void *reader, struct way_record *record);
    void *reader;
};

struct way_verdicts {
    struct way_outcome *outcomes; /* in the order of the file; way_verdicts_free frees them */
    size_t count;
    uint64_t packets; /* read */
    struct way_select_count {
        const struct way_select *select;
        uint64_t selected;
    } * selected; /* of each select by its number: for --explain */
    size_t select_count;
};

/* Judges everything. Memory that lacks ends the program with a message and exit
 * code 2. */
void way_judge(const struct way_judge_setup *setup, struct way_verdicts *verdicts);

void way_verdicts_free(struct way_verdicts *verdicts);

#endif
