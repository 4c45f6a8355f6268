/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames of other kernels: a virtio header, then the frame. Whatever they say, no
 * byte outside is touched, nothing is lost or left, and packets ask for nothing.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "emu/wire/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { POOL = 16 << 20 };

static void demand(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const uint8_t nothing[WAY_FRAME_OFFLOAD];
    struct way_frames frames = way_frames_new(POOL);
    struct way_fifo packets = {0};
    if (len < WAY_FRAME_OFFLOAD || len - WAY_FRAME_OFFLOAD > WAY_FRAME_MAX)
        return 0;
    struct way_frame *frame = way_frame_new(&frames, len - WAY_FRAME_OFFLOAD);
    demand(frame != NULL);
    memcpy(frame->offload, data, WAY_FRAME_OFFLOAD);
    memcpy(frame->bytes, data + WAY_FRAME_OFFLOAD, len - WAY_FRAME_OFFLOAD);
    bool done = way_segment(&frames, &frame, &packets);
    demand(done == (frame == NULL) && done == (packets.count > 0));
    for (struct way_frame *each; (each = way_fifo_pop(&packets)) != NULL;) {
        demand(memcmp(each->offload, nothing, sizeof(nothing)) == 0);
        way_frame_free(&frames, &each);
    }
    way_frame_free(&frames, &frame);
    way_frames_free(&frames);
    return 0;
}
