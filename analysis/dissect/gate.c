/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The search for gates: what a program compares with is collected first, then each
 * value is tried.
 */
#include "analysis/dissect/gate.h"

#include <stdlib.h>

#include "analysis/dissect/gate_run.h"

enum { COMBINATIONS_MAX = 256 };

/* Whether the program may accept when the atom has the value (or, `other`, none
 * of the candidates) beside what is assumed already. */
static bool may_accept(struct way_gate_run *run, const struct way_atom *atom, bool other,
                       uint32_t value, const struct way_candidates *candidates)
{
    run->assumed[run->assumed_count++] =
        (struct way_class){*atom, other, value, candidates->values, candidates->count};
    way_gate_run(run);
    run->assumed_count--;
    return run->accepts;
}

/* Makes a gate of an atom, if it is one. */
static void try_gate(struct way_gate_run *run, const struct way_candidates *candidates,
                     struct way_gates *out)
{
    bool byte = candidates->atom.place.size == 1;
    unsigned tries = byte ? WAY_BYTE_VALUES : candidates->count;

    if (out->count == WAY_GATES_MAX || candidates->full)
        return;
    if (!byte && may_accept(run, &candidates->atom, true, 0, candidates))
        return;
    struct way_gate *gate = &out->gates[out->count];
    gate->atom = candidates->atom;
    gate->count = 0;
    for (unsigned i = 0; i < tries; i++) {
        uint32_t value = byte ? i : candidates->values[i];
        if (may_accept(run, &candidates->atom, false, value, candidates))
            gate->values[gate->count++] = value;
    }
    if (!byte || gate->count < WAY_BYTE_VALUES)
        out->count++;
}

/* Whether nothing but accepting can come of any combination of the gates' values. */
static bool is_exact(struct way_gate_run *run, const struct way_gates *gates)
{
    unsigned combinations = 1, class_count = run->assumed_count;

    for (unsigned i = 0; i < gates->count; i++) {
        combinations *= gates->gates[i].count;
        if (combinations > COMBINATIONS_MAX)
            return false;
    }
    bool exact = true;
    for (unsigned n = 0; n < combinations && exact; n++) {
        unsigned rest = n;
        run->assumed_count = class_count;
        for (unsigned i = 0; i < gates->count; i++) {
            const struct way_gate *gate = &gates->gates[i];
            run->assumed[run->assumed_count++] =
                (struct way_class){.atom = gate->atom, .value = gate->values[rest % gate->count]};
            rest /= gate->count;
        }
        way_gate_run(run);
        exact = !run->rejects && !run->strays;
    }
    run->assumed_count = class_count;
    return exact;
}

static void find_gates(struct way_gate_run *run, struct way_gates *out)
{
    out->never = out->exact = false;
    out->count = 0;
    run->collection->count = 0;
    struct way_candidate_list *collection = run->collection;
    way_gate_run(run);
    run->collection = NULL;
    out->never = !run->accepts;
    if (out->never)
        return;
    for (unsigned i = 0; i < collection->count; i++)
        if (!way_atom_equal(&collection->atoms[i].atom, &run->assumed[0].atom))
            try_gate(run, &collection->atoms[i], out);
    for (unsigned i = 0; i < out->count; i++)
        out->never |= out->gates[i].count == 0;
    out->exact = !out->never && is_exact(run, out);
}

void way_gates_find(const struct bpf_insn *program, unsigned len, const struct way_class *class,
                    struct way_gates *out)
{
    struct way_gate_run run = {
        .program = program, .len = len, .assumed = {*class}, .assumed_count = 1};

    run.states = calloc(len ? len : 1, sizeof *run.states);
    run.collection = malloc(sizeof *run.collection);
    if (run.states && run.collection && len) {
        struct way_candidate_list *collection = run.collection;
        find_gates(&run, out);
        run.collection = collection;
    } else { /* nothing is known, which is always true */
        out->never = out->exact = false;
        out->count = 0;
    }
    free(run.states);
    free(run.collection);
}

unsigned way_gates_values(const struct bpf_insn *program, unsigned len, const struct way_atom *atom,
                          uint32_t *values, unsigned count, unsigned most)
{
    struct way_atom a = {0};
    bool known = false;

    /* Good enough without following jumps: what is missed only makes a class larger. */
    for (unsigned pc = 0; pc < len; pc++) {
        const struct bpf_insn *insn = &program[pc];
        if (BPF_CLASS(insn->code) == BPF_LD) {
            static const uint8_t sizes[] = {[BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1};
            a.place =
                (struct way_place){.offset = insn->k, .size = sizes[BPF_SIZE(insn->code) >> 3]};
            a.mask = a.place.size == 4 ? UINT32_MAX : (1U << 8 * a.place.size) - 1;
            known = BPF_MODE(insn->code) == BPF_ABS;
        } else if (BPF_CLASS(insn->code) == BPF_ALU) {
            known = known && BPF_OP(insn->code) == BPF_AND && BPF_SRC(insn->code) == BPF_K;
            a.mask &= insn->k;
        } else if (BPF_CLASS(insn->code) == BPF_JMP && BPF_OP(insn->code) == BPF_JEQ &&
                   BPF_SRC(insn->code) == BPF_K && known && way_atom_equal(&a, atom) &&
                   count < most && !way_gate_contains(values, count, insn->k)) {
            values[count++] = insn->k;
        }
    }
    return count;
}
