/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Changes made to a wire while it ran, over its control socket: set, add, remove,
 * capture. Whoever drives the wire by a plan says so in his requests ("by":
 * "runner"); all others are by hand, and nothing but this account tells of them.
 *
 * As JSON, in the order in which they were made:
 *
 *     {"time": ns, "do": "set", "link": "c1-r1", "from": "c1" or null (both directions),
 *      "change": the request's other keys, "by": "hand" | "runner" | as the client calls itself}
 *
 * A request whose text is no JSON, or long, is given as text, cut short. So many are
 * listed of the runner's, and as many of all others together, that memory is bounded;
 * further ones are counted only, and logged.
 */
#ifndef WAYLAY_EMU_WIRE_CHANGES_H
#define WAYLAY_EMU_WIRE_CHANGES_H

#include <jansson.h>
#include <stdint.h>

#include "emu/wire/request.h"

enum {
    WAY_CHANGES_LISTED = 256, /* of each side */
    WAY_CHANGE_TEXT = 1024    /* bytes of a request's text from which on it is cut */
};

/* {0} has no changes. */
struct way_changes {
    json_t *list;       /* owned; NULL until there is one */
    uint64_t by_hand;   /* all of them */
    uint64_t by_runner; /* all of them */
    uint64_t listed[2]; /* of the list: by hand, by the runner */
};

/* Notes, and logs, that a request was carried out: on the link named, at the time (ns
 * since the epoch). */
void way_changes_note(struct way_changes *changes, const struct way_request *request,
                      const char *link, int64_t time);

/* The list, as above; a new reference. */
json_t *way_changes_json(const struct way_changes *changes);

void way_changes_free(struct way_changes *changes);

#endif
