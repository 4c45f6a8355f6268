/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Memory to read into.
 *
 * How long a frame is, one knows only when it has been read. So all are read into
 * places for the longest, always the same ones, which stay in the processor's
 * cache. A frame of usual length is copied from there into memory of its size; a
 * long one keeps the place, and another is put there.
 */
#include <string.h>

#include "emu/wire/end_kinds.h"

enum { COPIED_MAX = 10240 }; /* bytes of a frame; copying more takes longer than it saves */

bool way_intake_open(struct way_intake *intake, struct way_frames *frames)
{
    *intake = (struct way_intake){.frames = frames};
    for (int i = 0; i < WAY_END_BATCH; i++) {
        intake->places[i] = way_frame_new(frames, WAY_FRAME_MAX);
        if (!intake->places[i])
            return false;
    }
    return true;
}

void way_intake_close(struct way_intake *intake)
{
    for (int i = 0; i < WAY_END_BATCH; i++)
        way_frame_free(intake->frames, &intake->places[i]);
}

struct iovec way_intake_lend(struct way_intake *intake, int slot)
{
    return (struct iovec){intake->places[slot]->offload, WAY_FRAME_OFFLOAD + WAY_FRAME_MAX};
}

int way_intake_lost(struct way_arrival_in arrivals[WAY_END_BATCH])
{
    arrivals[0] = (struct way_arrival_in){NULL, 0, WAY_BECAUSE_OFFLOAD};
    return 1;
}

struct way_arrival_in way_intake_take(struct way_intake *intake, int slot, size_t got)
{
    struct way_frame *place = intake->places[slot];
    size_t len = got > WAY_FRAME_OFFLOAD ? got - WAY_FRAME_OFFLOAD : 0;
    if (len > WAY_FRAME_MAX) /* cut off */
        return (struct way_arrival_in){NULL, len, WAY_BECAUSE_MEMORY};
    bool keeps = len > COPIED_MAX;
    struct way_frame *frame = way_frame_new(intake->frames, keeps ? WAY_FRAME_MAX : len);
    if (!frame)
        return (struct way_arrival_in){NULL, len, WAY_BECAUSE_MEMORY};
    if (keeps) {
        intake->places[slot] = frame;
        frame = place;
        frame->len = len;
    } else {
        memcpy(frame->offload, place->offload, WAY_FRAME_OFFLOAD + len);
    }
    return (struct way_arrival_in){frame, len, WAY_BECAUSE_COUNT};
}
