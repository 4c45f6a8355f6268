/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The hooks of a chain, as lists.
 */
#include "tests/unit/wire_line.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"
#include "tests/unit/tap.h"

enum { HEADER = 20, POOL = 256 << 20 };

/* Room for one more item of `size`. */
static void *grow(void *list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return list;
    *room = *room ? 2 * *room : 1024;
    void *more = realloc(list, *room * size);
    if (!more)
        abort();
    return more;
}

static void arrive(void *context, struct way_frame **frame, int64_t due)
{
    struct way_line *line = context;
    const struct way_frame *f = *frame;
    line->arrivals =
        grow(line->arrivals, line->arrival_count, &line->arrival_room, sizeof(*line->arrivals));
    line->arrivals[line->arrival_count++] =
        (struct way_arrival){.due = due,
                             .number = f->number,
                             .copy = f->copy,
                             .hash = XXH3_64bits(f->bytes, f->len),
                             .marked = (f->bytes[WAY_FRAME_ETHERNET + 1] & 3) == 3};
    way_frame_free(&line->frames, frame);
}

static void decide(void *context, const struct way_decision *decision)
{
    struct way_line *line = context;
    line->decisions =
        grow(line->decisions, line->decision_count, &line->decision_room, sizeof(*line->decisions));
    line->decisions[line->decision_count++] = *decision;
}

struct way_line *way_line_new(const struct way_parameters *parameters, uint64_t seed,
                              const char *link, const struct way_replay *replay)
{
    struct way_line *line = calloc(1, sizeof(*line));
    const struct way_draw_source source = {.seed = seed, .run = 1, .link = link, .from = "a"};
    if (!line)
        abort();
    const struct way_chain_hooks hooks = {arrive, decide, line};
    line->frames = way_frames_new(POOL);
    line->chain = way_chain_new(&source, parameters, replay, &line->frames, &hooks, 0);
    if (!line->chain)
        abort();
    return line;
}

void way_line_free(struct way_line **line)
{
    struct way_line *gone = *line;
    *line = NULL;
    way_chain_free(&gone->chain);
    CU_ASSERT_EQUAL(gone->frames.count, 0);
    way_frames_free(&gone->frames);
    free(gone->arrivals);
    free(gone->decisions);
    free(gone);
}

void way_line_send(struct way_line *line, size_t len, int64_t now)
{
    struct way_frame *frame = way_frame_new(&line->frames, len);
    if (!frame)
        abort();
    memset(frame->bytes, 0, len);
    way_bytes_put16(frame->bytes + 12, 0x0800);
    uint8_t *ip = frame->bytes + WAY_FRAME_ETHERNET;
    ip[0] = 0x45;
    ip[1] = line->ecn ? 2 : 0;
    way_bytes_put16(ip + 2, (uint16_t)(len - WAY_FRAME_ETHERNET));
    way_bytes_put32(ip + 4, (uint32_t)way_chain_counts(line->chain)->in);
    way_bytes_put16(ip + 10, way_csum_of(ip, HEADER));
    way_chain_forward(line->chain, &frame, now);
    CU_ASSERT_PTR_NULL(frame);
}

void way_line_drain(struct way_line *line)
{
    for (int64_t at; (at = way_chain_next_run_at(line->chain)) != WAY_NEVER;)
        way_chain_run(line->chain, at);
    CU_ASSERT_EQUAL(way_chain_held(line->chain), 0);
    CU_ASSERT_TRUE(way_chain_conserves(line->chain));
}

void way_line_send_many(struct way_line *line, unsigned count, size_t len, int64_t from,
                        int64_t every)
{
    for (unsigned i = 0; i < count; i++)
        way_line_send(line, len, from + i * every);
    way_line_drain(line);
}

static bool same_decision(const struct way_decision *a, const struct way_decision *b)
{
    return a->time == b->time && a->frame == b->frame && a->copy == b->copy && a->len == b->len &&
           a->what == b->what && a->why == b->why && a->value == b->value;
}

static bool same_arrival(const struct way_arrival *a, const struct way_arrival *b)
{
    return a->due == b->due && a->number == b->number && a->copy == b->copy && a->hash == b->hash;
}

bool way_line_same(const struct way_line *a, const struct way_line *b)
{
    bool same = a->arrival_count == b->arrival_count && a->decision_count == b->decision_count;
    for (size_t i = 0; same && i < a->arrival_count; i++)
        same = same_arrival(&a->arrivals[i], &b->arrivals[i]);
    for (size_t i = 0; same && i < a->decision_count; i++)
        same = same_decision(&a->decisions[i], &b->decisions[i]);
    return same;
}
