/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The pool: four sizes of memory, each with a list of what came back.
 */
#include "emu/wire/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet/bytes.h"

enum { TAG = 4, TAG_CUSTOMER = 0x8100, TAG_SERVICE = 0x88a8, TAGS_MAX = 2 };

/* A small frame (an acknowledgement), a full one, a jumbo or short GSO one, a GSO packet. */
static const size_t class_size[WAY_FRAME_CLASSES] = {256, 2048, 10240, WAY_FRAME_MAX};

struct way_frames way_frames_new(size_t bytes)
{
    return (struct way_frames){.out_max = bytes};
}

void way_frames_free(struct way_frames *frames)
{
    assert(frames->count == 0 && frames->out == 0);
    for (int i = 0; i < WAY_FRAME_CLASSES; i++)
        for (struct way_frame *each; (each = frames->kept[i]) != NULL;) {
            frames->kept[i] = each->next;
            free(each);
        }
}

/* Memory of the class: one that was kept, or new. */
static struct way_frame *memory_of(struct way_frames *frames, uint8_t class)
{
    struct way_frame *frame = frames->kept[class];
    if (!frame)
        return malloc(sizeof(*frame) + class_size[class]);
    frames->kept[class] = frame->next;
    return frame;
}

/* The smallest class that holds `len` bytes. */
static uint8_t class_of(size_t len)
{
    uint8_t class = 0;
    assert(len <= WAY_FRAME_MAX);
    while (len > class_size[class])
        class ++;
    return class;
}

struct way_frame *way_frame_new(struct way_frames *frames, size_t len)
{
    if (len > WAY_FRAME_MAX)
        return NULL;
    uint8_t class = class_of(len);
    if (class_size[class] > frames->out_max - frames->out)
        return NULL;
    struct way_frame *frame = memory_of(frames, class);
    if (!frame)
        return NULL;
    *frame = (struct way_frame){.class = class, .len = len};
    frames->out += class_size[class];
    frames->count++;
    return frame;
}

struct way_frame *way_frame_copy(struct way_frames *frames, const struct way_frame *frame)
{
    struct way_frame *copy = way_frame_new(frames, frame->len);
    if (!copy)
        return NULL;
    uint8_t class = copy->class;
    *copy = *frame;
    copy->class = class;
    copy->next = NULL;
    memcpy(copy->bytes, frame->bytes, frame->len);
    return copy;
}

void way_frame_free(struct way_frames *frames, struct way_frame **frame)
{
    struct way_frame *back = *frame;
    *frame = NULL;
    if (!back)
        return;
    assert(frames->count > 0 && frames->out >= class_size[back->class]);
    frames->count--;
    frames->out -= class_size[back->class];
    back->next = frames->kept[back->class];
    frames->kept[back->class] = back;
}

size_t way_frame_header(const uint8_t *bytes, size_t len)
{
    size_t header = WAY_FRAME_ETHERNET;
    for (int tags = 0; tags < TAGS_MAX && header + TAG <= len; tags++) {
        uint16_t type = way_bytes_get16(bytes + header - 2);
        if (type != TAG_CUSTOMER && type != TAG_SERVICE)
            break;
        header += TAG;
    }
    return header < len ? header : len;
}

void way_fifo_push(struct way_fifo *fifo, struct way_frame **frame)
{
    struct way_frame *taken = *frame;
    *frame = NULL;
    taken->next = NULL;
    if (fifo->last)
        fifo->last->next = taken;
    else
        fifo->first = taken;
    fifo->last = taken;
    fifo->count++;
    fifo->bytes += taken->len;
}

struct way_frame *way_fifo_pop(struct way_fifo *fifo)
{
    struct way_frame *frame = fifo->first;
    if (!frame)
        return NULL;
    fifo->first = frame->next;
    if (!fifo->first)
        fifo->last = NULL;
    fifo->count--;
    fifo->bytes -= frame->len;
    frame->next = NULL;
    return frame;
}
