/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the wire did on purpose to the packets that a failure is about.
 *
 * A packet that was lost, doubled, corrupted or held back by an emulated link is no riddle:
 * the wire's decision log says so (analysis/assert/wirelog.h). Of each note of what did not
 * pass two things are asked, of all of them in one pass over the captures:
 *
 *      - was anything done to its packet, on whatever link? Frames are known again as
 *        `becomes` knows packets: by what the mechanism leaves alone. Of equal packets
 *        (an unchanged retransmission) those nearest in time are named, none further
 *        away than the rule's window, or a second;
 *      - where the rule asks for other packets (followed by, some, exactly ...): did the
 *        wire drop or double any that the filter selects, in the time that the rule asks
 *        about, as far as that is known?
 *
 * Verdicts are no function of this: it only tells a person where to look.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_WIRENOTES_H
#define WAYLAY_ANALYSIS_ASSERT_WIRENOTES_H

#include "analysis/assert/wirelog.h"
#include "analysis/judge/judge.h"

struct way_wire_notes;

/* Of the notes of all outcomes. `log` is the run's in `folder`. The captures at the senders'
 * ends are read once, and those that hold the notes' packets. Freed by way_wire_notes_free;
 * never NULL. The verdicts are borrowed. */
struct way_wire_notes *way_wire_notes_new(const struct way_wirelog *log,
                                          const struct way_bindings *bindings, const char *folder,
                                          const struct way_judge_setup *setup,
                                          const struct way_verdicts *verdicts);

/* What is to be said of a note, which is one of the verdicts' ("dropped it: bernoulli, frame 7
 * from c1 on c1-r1"); "" for nothing. `notes` may be NULL. */
const char *way_wire_notes_text(const struct way_wire_notes *notes, const struct way_note *note);

/* Frees and nulls the pointer. NULL inside is allowed. */
void way_wire_notes_free(struct way_wire_notes **notes);

#endif
