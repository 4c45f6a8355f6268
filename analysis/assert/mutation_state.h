/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is known while mutations are made. Internal to analysis/assert/mutation*.c.
 *
 *      mutation.c          judges each input, without and with each mutation
 *      mutation_replay.c   packets of an input: read and kept, then played with one spoilt
 *      mutation_choose.c   which packets are spoilt, and how
 *      mutation_report.c   who noticed what
 *
 * Captures are shared by all inputs; a packet is found by capture and number. What can be
 * done to which packets is sorted into buckets (drop, swap, "edit ip.ttl" ...), from which
 * mutations are drawn in turns.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_MUTATION_STATE_H
#define WAYLAY_ANALYSIS_ASSERT_MUTATION_STATE_H

#include "analysis/assert/alter.h"
#include "analysis/assert/mutation.h"

enum way_mutation_kind { WAY_DROP, WAY_DUPLICATE, WAY_SWAP, WAY_DELAY, WAY_EDIT };

struct way_mutation_packet {
    struct way_record record; /* with the bytes below */
    uint8_t *bytes;           /* owned */
    bool seen;                /* a tap sees it */
};

struct way_mutation_capture {
    char *path; /* owned */
    struct way_mutation_packet *packets;
    size_t count, room;
};

/* Mutations of one kind; of edits, of one spot's name. */
struct way_mutation_bucket {
    enum way_mutation_kind kind;
    char name[WAY_SPOT_NAME_MAX]; /* "drop", "edit ip.ttl" without the "edit " */
    struct way_mutation_target {
        uint32_t capture, packet;
    } * targets; /* owned */
    size_t count, room, made, noticed;
};

struct way_mutation_change {
    size_t bucket;
    struct way_mutation_target target;
    uint64_t random;
    unsigned noticed; /* by how many */
};

struct way_mutation_expectation {
    char *file, *words; /* owned */
    unsigned line;
    enum way_ruling ruling; /* without a mutation */
    size_t *noticed;        /* owned: of each bucket */
};

struct way_mutation {
    unsigned wanted;
    uint64_t state; /* of the generator */
    struct way_mutation_capture *captures;
    size_t capture_count, bytes;
    struct way_mutation_bucket *buckets;
    size_t bucket_count, bucket_room;
    struct way_mutation_change *changes;
    size_t change_count;
    struct way_mutation_expectation *expectations;
    size_t expectation_count;
    bool chosen;
};

/* Packets of one input, in the order of its merge, and how they are replayed. */
struct way_mutation_replay {
    struct way_mutation *mutation;
    const struct way_judge_setup *setup;
    uint32_t *captures; /* of each source */
    struct way_record *records;
    size_t count, room;
    bool overflow;
    /* while a mutation is judged: */
    const struct way_mutation_change *change; /* NULL: none */
    enum way_mutation_kind kind;
    size_t at, next, target; /* `next`: of the same capture, behind the target */
    bool again, late;        /* a duplicate is due; a delayed packet is */
    uint8_t *edited;         /* the target's bytes, altered */
};

/* The number of the capture at `path`, made if it is new. */
uint32_t way_mutation_capture_of(struct way_mutation *mutation, const char *path);

/* way_judge_setup.next: reads from the merge, and keeps what is read. */
bool way_mutation_read(void *replay, struct way_record *record);

/* Readies the replay for a change. False: this input does not have its packet. */
bool way_mutation_arm(struct way_mutation_replay *replay, const struct way_mutation_change *change);

/* way_judge_setup.next: what was read, with the change. */
bool way_mutation_next(void *replay, struct way_record *record);

/* The spot of the packet that has the name. False: there is none. */
bool way_mutation_spot(const struct way_mutation_packet *packet, const char *name,
                       struct way_spot *out);

#endif
