/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is demanded of the same packet elsewhere, in words and truths: alike of packets that
 * pass and of those that were kept. Internal to analysis/judge.
 */
#ifndef WAYLAY_ANALYSIS_JUDGE_BECOME_H
#define WAYLAY_ANALYSIS_JUDGE_BECOME_H

#include "analysis/judge/pairing.h"

/* Two packets that met. */
struct way_meeting {
    const struct way_kept *main, *other;
    bool agrees;           /* their bytes do */
    enum way_truth inside; /* whether the other is inside of its window */
};

/* Whether the other is what the main packet was to become: TRUE, UNDECIDED or FALSE; of
 * `does not appear`: FALSE or UNDECIDED. Writes why not, unless found[0] says something. Slots
 * 0 and `was` are changed. */
enum way_truth way_become_meets(struct way_pass *pass, const struct way_pairing *pairing,
                                const struct way_meeting *meeting, char expected[WAY_NOTE_TEXT_MAX],
                                char found[WAY_NOTE_TEXT_MAX]);

/* What it comes to that a packet was not seen elsewhere, or (`part_of` not 0) only a part of
 * its bytes, that many: FALSE, or UNDECIDED where captures do not show all of its time;
 * of `does not appear` TRUE where they do. Writes, likewise, what was expected and found.
 * `ended`: nothing more will come. */
enum way_truth way_become_lacks(struct way_pass *pass, const struct way_pairing *pairing,
                                const struct way_kept *main, int64_t part_of, bool ended,
                                char expected[WAY_NOTE_TEXT_MAX], char found[WAY_NOTE_TEXT_MAX]);

#endif
