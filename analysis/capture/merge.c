/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The merge: a binary heap of the sources that have a packet standing, ordered by
 * its stamp and then by the source's place. The source whose packet was given out
 * last is refilled only by the next call, so that its bytes stay till then.
 */
#include "analysis/capture/merge.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

/* One source and the packet that stands next in it. */
struct lane {
    struct way_source *source;
    struct way_record head;
    bool live, waiting; /* waiting: has no head, may yet have one */
};

struct way_merge {
    struct lane *lanes; /* `count`, in the order in which they were added */
    unsigned count, room;
    unsigned *heap; /* indices of lanes with a head, least first */
    unsigned heap_len;
    int given;      /* the lane to refill, or -1 */
    unsigned empty; /* live lanes without a head */
    int64_t last;   /* the latest stamp given out */
    uint64_t late;
    bool begun;
};

static bool before(const struct way_merge *merge, unsigned a, unsigned b)
{
    int64_t time_a = merge->lanes[a].head.time, time_b = merge->lanes[b].head.time;

    return time_a < time_b || (time_a == time_b && a < b);
}

/* Moves the lane at the heap's `at` down to its place. */
static void sift_down(struct way_merge *merge, unsigned at)
{
    unsigned lane = merge->heap[at];

    for (;;) {
        unsigned child = 2 * at + 1;
        if (child >= merge->heap_len)
            break;
        if (child + 1 < merge->heap_len &&
            before(merge, merge->heap[child + 1], merge->heap[child]))
            child++;
        if (!before(merge, merge->heap[child], lane))
            break;
        merge->heap[at] = merge->heap[child];
        at = child;
    }
    merge->heap[at] = lane;
}

static void heap_add(struct way_merge *merge, unsigned lane)
{
    unsigned at = merge->heap_len++;

    while (at > 0 && before(merge, lane, merge->heap[(at - 1) / 2])) {
        merge->heap[at] = merge->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    merge->heap[at] = lane;
}

static int64_t real_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Asks a lane for its next head. Returns whether it has one now. */
static bool lane_fill(struct way_merge *merge, unsigned index)
{
    struct lane *lane = &merge->lanes[index];
    enum way_source_result result = way_source_next(lane->source, &lane->head);
    bool waited = lane->waiting;

    lane->waiting = result == WAY_SOURCE_LATER;
    merge->empty += (unsigned)lane->waiting - (unsigned)waited;
    lane->head.source = (uint16_t)index;
    return result == WAY_SOURCE_PACKET;
}

struct way_merge *way_merge_new(void)
{
    struct way_merge *merge = calloc(1, sizeof *merge);

    if (merge)
        merge->given = -1;
    return merge;
}

int way_merge_add(struct way_merge *merge, struct way_source **source)
{
    assert(!merge->begun);
    if (merge->count == WAY_MERGE_SOURCES_MAX)
        return -1;
    if (merge->count == merge->room) {
        unsigned room = merge->room ? 2 * merge->room : 8;
        struct lane *lanes = reallocarray(merge->lanes, room, sizeof *lanes);
        if (!lanes)
            return -1;
        merge->lanes = lanes;
        unsigned *heap = reallocarray(merge->heap, room, sizeof *heap);
        if (!heap)
            return -1;
        merge->heap = heap;
        merge->room = room;
    }
    merge->lanes[merge->count] =
        (struct lane){.source = *source, .live = way_source_descriptor(*source) >= 0};
    *source = NULL;
    return (int)merge->count++;
}

/* Live: may the least head go out, or could an elder one still come? */
static bool least_is_due(const struct way_merge *merge)
{
    if (merge->empty == 0)
        return true;
    return real_now() - merge->lanes[merge->heap[0]].head.time >= WAY_MERGE_SLACK;
}

/* Waits until a live lane without a head may have one, and asks them all. */
static void wait_live(struct way_merge *merge, int64_t wait)
{
    struct pollfd waiting[WAY_MERGE_SOURCES_MAX];
    nfds_t count = 0;

    for (unsigned i = 0; i < merge->count; i++)
        if (merge->lanes[i].waiting)
            waiting[count++] = (struct pollfd){.fd = way_source_descriptor(merge->lanes[i].source),
                                               .events = POLLIN};
    poll(waiting, count, (int)((wait + 999999) / 1000000));
    for (unsigned i = 0; i < merge->count; i++)
        if (merge->lanes[i].waiting && lane_fill(merge, i))
            heap_add(merge, i);
}

static void give(struct way_merge *merge, struct way_record *record)
{
    unsigned least = merge->heap[0];

    *record = merge->lanes[least].head;
    merge->given = (int)least;
    if (record->time >= merge->last)
        merge->last = record->time;
    else
        merge->late += merge->lanes[least].live;
}

enum way_source_result way_merge_next(struct way_merge *merge, struct way_record *record,
                                      int64_t wait)
{
    if (!merge->begun) {
        merge->begun = true;
        merge->last = INT64_MIN;
        for (unsigned i = 0; i < merge->count; i++)
            if (lane_fill(merge, i))
                heap_add(merge, i);
    }
    if (merge->given >= 0) { /* it is the heap's first */
        if (!lane_fill(merge, (unsigned)merge->given))
            merge->heap[0] = merge->heap[--merge->heap_len];
        if (merge->heap_len)
            sift_down(merge, 0);
        merge->given = -1;
    }
    if (merge->empty)
        wait_live(merge, merge->heap_len ? 0 : wait);
    if (merge->heap_len == 0)
        return merge->empty ? WAY_SOURCE_LATER : WAY_SOURCE_END;
    if (!least_is_due(merge)) {
        wait_live(merge, wait < WAY_MERGE_SLACK ? wait : WAY_MERGE_SLACK);
        if (!least_is_due(merge))
            return WAY_SOURCE_LATER;
    }
    give(merge, record);
    return WAY_SOURCE_PACKET;
}

unsigned way_merge_count(const struct way_merge *merge)
{
    return merge->count;
}

struct way_source *way_merge_source(const struct way_merge *merge, unsigned index)
{
    assert(index < merge->count);
    return merge->lanes[index].source;
}

uint64_t way_merge_late(const struct way_merge *merge)
{
    return merge->late;
}

void way_merge_free(struct way_merge **merge)
{
    if (!*merge)
        return;
    for (unsigned i = 0; i < (*merge)->count; i++)
        way_source_close(&(*merge)->lanes[i].source);
    free((*merge)->lanes);
    free((*merge)->heap);
    free(*merge);
    *merge = NULL;
}
