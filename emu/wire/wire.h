/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The wire: all links, and what they share.
 *
 * One thread, that of the loop, but for the writer of captures and logs.
 */
#ifndef WAYLAY_EMU_WIRE_WIRE_H
#define WAYLAY_EMU_WIRE_WIRE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emu/wire/changes.h"
#include "emu/wire/control.h"
#include "emu/wire/link.h"
#include "emu/wire/realtime.h"
#include "emu/wire/writer.h"

struct way_wire {
    struct way_wire_settings settings; /* but for its links, which are below */
    struct way_materials *materials;   /* borrowed */
    const char *counters;              /* where to write them; NULL: nowhere */
    struct way_loop loop;
    struct way_frames frames;
    struct way_intake intake;
    struct way_realtime realtime;
    struct way_writer *writer;    /* NULL: nothing is written */
    struct way_output *decisions; /* NULL: no log */
    struct way_control *control;  /* NULL: none */
    struct way_watch control_watch, writer_watch, signal_watch;
    int signals;             /* a signalfd, or -1 */
    struct way_link **links; /* in the order in which they came */
    size_t link_count, room;
    struct way_link *closed;    /* to be freed at the round's end */
    struct way_side *full;      /* sides whose outbox is not empty */
    json_t *gone;               /* of links that were removed: what their fidelity was */
    struct way_changes changes; /* over the control socket */
    int64_t began;              /* ns, when all stood */
    int64_t cpu_before;         /* ns of CPU that were used until then */
};

/* Opens everything that the settings name, whose contents it takes. Returns 0; or -1
 * with one line in `error`. To be closed in both cases. */
int way_wire_open(struct way_wire *wire, struct way_wire_settings *settings,
                  struct way_materials *materials, char *error, size_t error_size);

/* Carries frames until SIGTERM or SIGINT, then writes the fidelity file and the counters,
 * these also on SIGUSR1. Returns 0, or -1 after logging. */
int way_wire_run(struct way_wire *wire);

/* Closes everything. */
void way_wire_close(struct way_wire *wire);

/* The link of this name, or NULL. */
struct way_link *way_wire_find(const struct way_wire *wire, const char *name);

/* Adds a link, whose settings it takes also on failure. Returns 0, or -1 with one line in
 * `error`. */
int way_wire_add(struct way_wire *wire, struct way_link_settings *settings, char *error,
                 size_t error_size);

/* Removes a link, with the frames on it. */
void way_wire_remove(struct way_wire *wire, struct way_link *link);

/* Notes that the side has something to write. */
void way_wire_note_full(struct way_wire *wire, struct way_side *side);

#endif
