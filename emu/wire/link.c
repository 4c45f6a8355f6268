/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A link's life: made, changed, captured, ended.
 */
#include "emu/wire/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/common/clock.h"
#include "core/common/log.h"
#include "emu/wire/decisions.h"
#include "emu/wire/link_frames.h"
#include "emu/wire/wire.h"

/* Lets GSO packets pass as long as nobody has to look at packets. */
static void update_whole(struct way_link *link)
{
    bool whole = true;
    for (int i = 0; i < 2; i++)
        whole = whole && !way_parameters_need_packets(&link->settings.from[i].parameters) &&
                !(link->sides[i].capture && way_capture_is_on(link->sides[i].capture));
    link->whole = whole;
    for (int i = 0; i < 2; i++)
        way_end_set_whole(link->sides[i].end, whole);
}

/* ---- making ---- */

static bool make_chain(struct way_side *side, int64_t now)
{
    struct way_link *link = side->link;
    const struct way_wire_settings *settings = &link->wire->settings;
    const char *node = link->settings.ends[side->index].node;
    const struct way_draw_source source = {settings->seed, settings->run, link->settings.name,
                                           node};
    const struct way_replay *replay =
        settings->replay ? way_replay_direction(settings->replay, link->settings.name, node) : NULL;
    const struct way_chain_hooks hooks = {way_side_out, way_side_decided, side};
    side->chain = way_chain_new(&source, &link->settings.from[side->index].parameters, replay,
                                &link->wire->frames, &hooks, now);
    return side->chain != NULL;
}

static int open_captures(struct way_link *link, char *error, size_t error_size)
{
    const struct way_wire *wire = link->wire;
    if (!wire->settings.captures) {
        snprintf(error, error_size, "%s: the configuration names no folder for captures",
                 link->settings.name);
        return -1;
    }
    for (int i = 0; i < 2; i++) {
        struct way_side *side = &link->sides[i];
        if (!side->capture)
            side->capture = way_capture_open(wire->writer, wire->settings.captures,
                                             link->settings.name, link->settings.ends[i].node,
                                             (size_t)link->settings.snaplen, error, error_size);
        if (!side->capture)
            return -1;
    }
    return 0;
}

/* Forgets captures that were opened just now, after `had` said which ones there were. */
static void forget_captures(struct way_link *link, const bool had[2])
{
    for (int i = 0; i < 2; i++)
        if (!had[i])
            way_capture_release(&link->sides[i].capture);
}

/* Makes all of the link but what is watched. Returns 0, or -1 with the error. */
static int make_parts(struct way_link *link, char *error, size_t error_size)
{
    int64_t now = way_clock_ns();
    for (int i = 0; i < 2; i++) {
        struct way_side *side = &link->sides[i];
        side->link = link;
        side->index = i;
        side->watch = (struct way_watch){.ready = way_side_ready, .context = side, .urgent = true};
        side->end = way_end_open(&link->settings.ends[i], error, error_size);
        if (!side->end)
            return -1;
        if (!make_chain(side, now)) {
            snprintf(error, error_size, "%s: %s", link->settings.name, strerror(ENOMEM));
            return -1;
        }
    }
    if (link->settings.capture && link->wire->settings.captures)
        return open_captures(link, error, error_size);
    return 0;
}

static int watch(struct way_link *link, char *error, size_t error_size)
{
    for (int i = 0; i < 2; i++) {
        struct way_side *side = &link->sides[i];
        int failed = way_loop_watch(&link->wire->loop, way_end_fd(side->end), &side->watch);
        if (failed) {
            snprintf(error, error_size, "%s: %s", link->settings.name, strerror(-failed));
            return -1;
        }
    }
    return 0;
}

struct way_link *way_link_open(struct way_wire *wire, struct way_link_settings *settings,
                               char *error, size_t error_size)
{
    struct way_link *link = calloc(1, sizeof(*link));
    if (!link) {
        snprintf(error, error_size, "%s: %s", settings->name, strerror(ENOMEM));
        way_link_settings_free(settings);
        return NULL;
    }
    link->wire = wire;
    link->settings = *settings;
    *settings = (struct way_link_settings){0};
    if (make_parts(link, error, error_size) == 0) {
        update_whole(link);
        if (watch(link, error, error_size) == 0)
            return link;
    }
    way_link_close(link);
    way_link_free(&link);
    return NULL;
}

/* ---- ending ---- */

void way_link_close(struct way_link *link)
{
    for (int i = 0; i < 2; i++) {
        struct way_side *side = &link->sides[i];
        way_schedule_set(&link->wire->loop.schedule, &side->due, WAY_NEVER);
        if (side->end)
            way_loop_unwatch(&link->wire->loop, way_end_fd(side->end), &side->watch);
        way_end_close(&side->end);
        for (struct way_frame *each; (each = way_fifo_pop(&side->outbox)) != NULL;)
            way_frame_free(&link->wire->frames, &each);
        way_capture_release(&side->capture);
        if (side->chain)
            way_chain_free(&side->chain);
    }
    way_link_settings_free(&link->settings);
}

void way_link_free(struct way_link **link)
{
    free(*link);
    *link = NULL;
}

/* ---- changing ---- */

void way_link_change(struct way_link *link, int index, struct way_direction *direction)
{
    struct way_side *side = &link->sides[index];
    struct way_direction *now = &link->settings.from[index];
    way_chain_change(side->chain, &direction->parameters, way_clock_ns());
    way_direction_release(now);
    *now = *direction;
    *direction = way_direction_new();
    way_side_appoint(side);
    way_side_flush(&link->sides[!index]);
    update_whole(link);
}

int way_link_capture(struct way_link *link, bool on, char *error, size_t error_size)
{
    const bool had[2] = {link->sides[0].capture != NULL, link->sides[1].capture != NULL};
    if (on && open_captures(link, error, error_size) != 0) {
        forget_captures(link, had); /* both, or neither */
        return -1;
    }
    for (int i = 0; i < 2; i++)
        if (link->sides[i].capture)
            way_capture_turn(link->sides[i].capture, on);
    update_whole(link);
    return 0;
}
