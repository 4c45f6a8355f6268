/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A link of the wire: two ends, and a chain for what each of them sends.
 *
 *     node 0 ── end 0 ──> capture 0 ──> chain 0 ──> capture 1 ──> end 1 ── node 1
 *                                <── and the other way, chain 1 <──
 *
 * Frames are stamped after they were read, and before they are written, so that
 * no effect has an earlier stamp than its cause. What an end refuses is in no capture
 * there: it did not arrive.
 *
 * A frame of WAY_PROBE_ETHERTYPE whose payload begins with WAY_PROBE_TEXT proves
 * that a capture is live: it is captured where it comes in, and goes no further.
 */
#ifndef WAYLAY_EMU_WIRE_LINK_H
#define WAYLAY_EMU_WIRE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "emu/wire/capture.h"
#include "emu/wire/chain.h"
#include "emu/wire/end.h"
#include "emu/wire/lateness.h"
#include "emu/wire/loop.h"
#include "emu/wire/pace.h"
#include "emu/wire/settings.h"

#define WAY_PROBE_ETHERTYPE 0x88b5 /* IEEE 802, for local experiments */
#define WAY_PROBE_TEXT      "waylay probe "

enum { WAY_LINK_BUDGET = 64 }; /* frames that an end reads before others have their turn */

struct way_wire;
struct way_link;

/* One end, and all of what its node sends. */
struct way_side {
    struct way_link *link;
    int index; /* in link->sides */
    struct way_end *end;
    struct way_watch watch;
    struct way_chain *chain;
    struct way_appointment due;  /* of the chain */
    struct way_capture *capture; /* at this end, of both directions; NULL: none */
    struct way_lateness lateness;
    struct way_pace pace;
    struct way_fifo outbox;     /* what is to be written into this end */
    struct way_side *next_full; /* in the list of those whose outbox is not empty */
    bool is_full;               /* in that list */
    int64_t waited;             /* ns, that what is there to be read may have waited unseen */
    int waited_frames;          /* for as many more frames, or until there are none */
    bool failed;                /* reading has failed: it is not watched any more */
};

struct way_link {
    struct way_wire *wire;
    struct way_link_settings settings; /* with the parameters as they are */
    struct way_side sides[2];
    bool whole;                   /* GSO packets may pass */
    struct way_link *next_closed; /* in the wire's list of those to be freed */
};

/* Opens the link's ends and captures, makes its chains and has it served. Takes what
 * the settings own, also on failure, and empties them. Returns NULL with one line in
 * `error`. */
struct way_link *way_link_open(struct way_wire *wire, struct way_link_settings *settings,
                               char *error, size_t error_size);

/* Ends the link, with what is on it. The memory stays until way_link_free: the
 * loop may still hold on to it. */
void way_link_close(struct way_link *link);

/* Frees a closed link, and nulls the pointer. */
void way_link_free(struct way_link **link);

/* Puts a new direction in the place of what side `index` sends by, and takes what
 * it owns. The parameters are right (way_parameters_wrong). */
void way_link_change(struct way_link *link, int index, struct way_direction *direction);

/* Turns both captures on or off; opens them when there were none. Returns 0, or -1
 * with one line in `error`. */
int way_link_capture(struct way_link *link, bool on, char *error, size_t error_size);

/* Does what is due in the side's chain until `until`, and makes its next
 * appointment. What comes out waits in the outbox. */
void way_side_run(struct way_side *side, int64_t until);

/* Writes what waits in the side's outbox. */
void way_side_flush(struct way_side *side);

#endif
