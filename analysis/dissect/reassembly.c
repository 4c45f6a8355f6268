/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A sorted list of what came early.
 */
#include "analysis/dissect/reassembly.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/dissect/seen.h"

struct way_piece {
    struct way_piece *next;
    uint32_t seq;
    uint32_t len;
    uint8_t bytes[];
};

/* What a kept piece costs. */
static size_t cost_of(size_t len)
{
    return sizeof(struct way_piece) + len;
}

static void drop(struct way_piece **piece, size_t *budget)
{
    if (!*piece)
        return;
    *budget += cost_of((*piece)->len);
    free(*piece);
    *piece = NULL;
}

/* The part of the bytes that begins at `next`; empty when all of it is old. */
static struct way_bytes trim(const struct way_reassembly *reassembly, uint32_t seq,
                             struct way_bytes bytes)
{
    uint32_t old = reassembly->next - seq;

    if (old >= bytes.len)
        return (struct way_bytes){bytes.at, 0};
    return (struct way_bytes){bytes.at + old, bytes.len - old};
}

/* Takes the first one out. */
static struct way_piece *take_first(struct way_reassembly *reassembly)
{
    struct way_piece *piece = reassembly->kept;

    reassembly->kept = piece->next;
    reassembly->count--;
    if (!reassembly->kept)
        reassembly->newest = NULL;
    return piece;
}

/* Where a piece that begins at `seq` belongs: mostly behind all others. */
static struct way_piece **place_of(struct way_reassembly *reassembly, uint32_t seq)
{
    struct way_piece **link = &reassembly->kept;

    if (reassembly->newest && way_seq_before(reassembly->newest->seq, seq))
        return &reassembly->newest->next;
    while (*link && way_seq_before((*link)->seq, seq))
        link = &(*link)->next;
    return link;
}

static bool keep(struct way_reassembly *reassembly, uint32_t seq, struct way_bytes bytes,
                 size_t *budget)
{
    struct way_piece **link = place_of(reassembly, seq);

    if (*link && (*link)->seq == seq && (*link)->len >= bytes.len)
        return true;
    if (cost_of(bytes.len) > *budget || reassembly->count == WAY_REASSEMBLY_PIECES_MAX)
        return false;
    struct way_piece *piece = malloc(cost_of(bytes.len));
    if (!piece)
        return false;
    *budget -= cost_of(bytes.len);
    *piece = (struct way_piece){.next = *link, .seq = seq, .len = (uint32_t)bytes.len};
    memcpy(piece->bytes, bytes.at, bytes.len);
    *link = piece;
    reassembly->count++;
    if (!piece->next)
        reassembly->newest = piece;
    return true;
}

bool way_reassembly_add(struct way_reassembly *reassembly, uint32_t seq, struct way_bytes bytes,
                        size_t *budget, struct way_bytes *ready)
{
    *ready = (struct way_bytes){bytes.at, 0};
    drop(&reassembly->lent, budget);
    if (bytes.len == 0)
        return true;
    if (way_seq_before(reassembly->next, seq))
        return keep(reassembly, seq, bytes, budget);
    *ready = trim(reassembly, seq, bytes);
    reassembly->next += (uint32_t)ready->len;
    return true;
}

bool way_reassembly_more(struct way_reassembly *reassembly, size_t *budget, struct way_bytes *ready)
{
    drop(&reassembly->lent, budget);
    while (reassembly->kept && !way_seq_before(reassembly->next, reassembly->kept->seq)) {
        struct way_piece *piece = take_first(reassembly);
        *ready = trim(reassembly, piece->seq, (struct way_bytes){piece->bytes, piece->len});
        if (ready->len) {
            reassembly->next += (uint32_t)ready->len;
            reassembly->lent = piece;
            return true;
        }
        drop(&piece, budget);
    }
    return false;
}

void way_reassembly_end(struct way_reassembly *reassembly, size_t *budget)
{
    drop(&reassembly->lent, budget);
    while (reassembly->kept) {
        struct way_piece *piece = take_first(reassembly);
        drop(&piece, budget);
    }
}
