/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a direction of a link is told to be.
 *
 * All zero is a perfect cable: every frame passes at once. Everything can be
 * changed while frames are on their way (way_chain_change). What pointers point
 * to is borrowed, for as long as a chain has the parameters: until others were put
 * in their place, or it was freed (emu/wire/material.h owns it).
 *
 * Times in nanoseconds, rates in bits a second, sizes in bytes, probabilities
 * from 0 to 1. Sizes of frames count from the Ethernet header on, without
 * preamble and checksum, which `overhead` can add.
 */
#ifndef WAYLAY_EMU_WIRE_PARAMETERS_H
#define WAYLAY_EMU_WIRE_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum way_loss_kind { WAY_LOSS_NONE, WAY_LOSS_BERNOULLI, WAY_LOSS_GILBERT_ELLIOTT, WAY_LOSS_LIST };

/* Gilbert-Elliott: in two states, good and bad, frames are lost with a
 * probability of each; after each frame the state changes with a probability
 * of each. Runs in the bad state have 1 / to_good frames on average. */
struct way_loss {
    enum way_loss_kind kind;
    double probability;               /* Bernoulli */
    double to_bad, to_good;           /* Gilbert-Elliott: of leaving good, and bad */
    double loss_in_good, loss_in_bad; /* and of a loss in each */
    const uint64_t *list;             /* numbers of frames, ascending, from 1 */
    size_t list_count;
};

/* Deviations of a delay. All but UNIFORM and TABLE have mean 0 and standard
 * deviation 1, to be multiplied by the deviation; see emu/wire/jitter.h. */
#define WAY_DISTRIBUTIONS(X)                                                                       \
    X(UNIFORM, "uniform")                                                                          \
    X(NORMAL, "normal")                                                                            \
    X(PARETO, "pareto")                                                                            \
    X(PARETONORMAL, "paretonormal")                                                                \
    X(TABLE, "table")
#define X(name, text) WAY_DISTRIBUTION_##name,
enum way_distribution { WAY_DISTRIBUTIONS(X) WAY_DISTRIBUTION_COUNT };
#undef X

struct way_jitter {
    enum way_distribution distribution;
    int64_t deviation;    /* ns; 0: no jitter */
    const int16_t *table; /* TABLE: values in 1/8192 of the deviation, as netem's files have them */
    size_t table_count;
    bool may_reorder; /* a frame may overtake; else it leaves no earlier than those before it */
};

struct way_delay {
    int64_t base; /* ns */
    struct way_jitter jitter;
};

/* Some frames are held back, so that later ones overtake them. */
struct way_reorder {
    double probability;
    int64_t by; /* ns more than the frame's own delay */
};

struct way_rate {
    int64_t bits;     /* a second; 0: unlimited */
    int64_t burst;    /* bytes that may leave at once after a pause; 0: each takes its time */
    int64_t overhead; /* bytes that a frame takes beyond its own (20 + 4 on real Ethernet) */
};

#define WAY_DISCIPLINES(X)                                                                         \
    X(DROP_TAIL, "drop-tail")                                                                      \
    X(CODEL, "codel")                                                                              \
    X(RED, "red")
#define X(name, text) WAY_DISCIPLINE_##name,
enum way_discipline { WAY_DISCIPLINES(X) WAY_DISCIPLINE_COUNT };
#undef X

struct way_codel_parameters {
    int64_t target;   /* ns a frame may wait */
    int64_t interval; /* ns that the queue may take to get there */
};

struct way_red_parameters {
    int64_t min, max;   /* bytes of the average queue: none is dropped below, all above */
    double probability; /* of a drop at `max` */
    double weight;      /* of each new length in the average */
};

/* What waits before the rate or the trace, the frame being sent not counted. */
struct way_queue_parameters {
    int64_t packets, bytes; /* bounds; 0: none */
    enum way_discipline discipline;
    bool ecn; /* CoDel and RED mark frames that can bear it, where they would drop */
    struct way_codel_parameters codel;
    struct way_red_parameters red;
};

struct way_parameters {
    bool down;   /* nothing passes */
    int64_t mtu; /* bytes of a packet, without Ethernet header; 0: any */
    struct way_loss loss;
    double duplicate; /* probability */
    double corrupt;   /* probability; one bit of the frame is flipped */
    struct way_rate rate;
    const struct way_trace *trace; /* instead of the rate, or NULL */
    struct way_queue_parameters queue;
    struct way_delay delay;
    struct way_reorder reorder;
};

/* What a queue is by default: RFC 8289's 5 ms and 100 ms, RED's usual 0.002 and 0.1,
 * between 30 and 90 kB. For starting from, before a configuration is read. */
extern const struct way_parameters way_parameters_default;

/* Why the parameters cannot be (text for the end of "expected"), or NULL. */
const char *way_parameters_wrong(const struct way_parameters *parameters);

/* Whether the model handles packets one by one, so that none may come as a GSO
 * packet that nobody has cut yet, or with half a checksum. */
bool way_parameters_need_packets(const struct way_parameters *parameters);

#endif
