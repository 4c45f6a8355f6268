/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The interpreter of BPF programs of which little is known: analysis/dissect/gate.h
 * says what for. Internal to the search for gates.
 *
 * Each instruction is visited once, in order (jumps lead forward only), with what is
 * known of the registers on every way to it; where ways meet, what differs is unknown.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_GATE_RUN_H
#define WAYLAY_ANALYSIS_DISSECT_GATE_RUN_H

#include "analysis/dissect/gate.h"

enum { WAY_CANDIDATES_MAX = 32, WAY_BYTE_VALUES = 256 };

/* What is known of the registers before an instruction. */
struct way_gate_state {
    bool reached;
    bool a_known; /* A holds the atom's bits */
    bool x_known; /* X holds the length of the IPv4 header at `x_base` */
    struct way_atom a;
    uint32_t x_base;
};

/* The values that the program compares an atom with. */
struct way_candidates {
    struct way_atom atom;
    unsigned count;
    uint32_t values[WAY_GATE_VALUES_MAX];
    bool full; /* there were too many */
};

struct way_candidate_list {
    unsigned count;
    struct way_candidates atoms[WAY_CANDIDATES_MAX];
};

/* One interpretation: what is assumed, and what came of it. */
struct way_gate_run {
    const struct bpf_insn *program;
    unsigned len;
    struct way_gate_state *states; /* `len` of them */
    struct way_class assumed[WAY_GATES_MAX + 1];
    unsigned assumed_count;
    struct way_candidate_list *collection; /* filled, if not NULL */
    bool accepts, rejects;                 /* ends that can be reached */
    bool strays;                           /* reads a place of which nothing is assumed */
};

/* Whether the value is among `count`. */
bool way_gate_contains(const uint32_t *values, unsigned count, uint32_t value);

/* Interprets the program under what is assumed; sets what came of it. */
void way_gate_run(struct way_gate_run *run);

#endif
