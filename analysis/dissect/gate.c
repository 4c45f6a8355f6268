/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The interpreter of programs of which little is known, and the search for gates
 * with it.
 */
#include "analysis/dissect/gate.h"

#include <stdlib.h>
#include <string.h>

enum { ATOMS_MAX = 32, COMBINATIONS_MAX = 256, BYTE_VALUES = 256 };

/* What is known of the registers before an instruction. */
struct state {
    bool reached;
    bool a_known; /* A holds the atom's bits */
    bool x_known; /* X holds the length of the IPv4 header at `x_base` */
    struct way_atom a;
    uint32_t x_base;
};

/* The values that the program compares an atom with. */
struct candidates {
    struct way_atom atom;
    unsigned count;
    uint32_t values[WAY_GATE_VALUES_MAX];
    bool full; /* there were too many */
};

struct collection {
    unsigned count;
    struct candidates atoms[ATOMS_MAX];
};

/* One interpretation: what is assumed, and what came of it. */
struct run {
    const struct bpf_insn *program;
    unsigned len;
    struct state *states;
    struct way_class assumed[WAY_GATES_MAX + 1];
    unsigned assumed_count;
    struct collection *collection; /* filled, if not NULL */
    bool accepts, rejects;         /* ends that can be reached */
    bool strays;                   /* reads a place of which nothing is assumed */
};

static bool contains(const uint32_t *values, unsigned count, uint32_t value)
{
    for (unsigned i = 0; i < count; i++)
        if (values[i] == value)
            return true;
    return false;
}

static void collect(struct collection *collection, const struct way_atom *atom, uint32_t value)
{
    struct candidates *found = NULL;

    for (unsigned i = 0; i < collection->count && !found; i++)
        if (way_atom_equal(&collection->atoms[i].atom, atom))
            found = &collection->atoms[i];
    if (!found) {
        if (collection->count == ATOMS_MAX)
            return;
        found = &collection->atoms[collection->count++];
        *found = (struct candidates){.atom = *atom};
    }
    if (contains(found->values, found->count, value))
        return;
    if (found->count == WAY_GATE_VALUES_MAX)
        found->full = true;
    else
        found->values[found->count++] = value;
}

/* Notes what a test of A compares. Bytes are tried with all their values, masked
 * or not, so that only their place matters. */
static void collect_test(struct run *run, const struct way_atom *a, unsigned op, uint32_t k)
{
    struct way_atom atom = *a;

    if (atom.place.size == 1) {
        atom.mask = BYTE_VALUES - 1;
        collect(run->collection, &atom, 0);
    } else if (op == BPF_JEQ) {
        collect(run->collection, &atom, k);
    } else if (op == BPF_JSET && (atom.mask & k) != 0) {
        atom.mask &= k;
        collect(run->collection, &atom, 0);
    }
}

enum { MAY_BE_TRUE = 1, MAY_BE_FALSE = 2, MAY_BE_EITHER = 3 };

static unsigned truth(bool value)
{
    return value ? MAY_BE_TRUE : MAY_BE_FALSE;
}

static unsigned compare(unsigned op, uint32_t a, uint32_t k)
{
    switch (op) {
    case BPF_JEQ:
        return truth(a == k);
    case BPF_JGT:
        return truth(a > k);
    case BPF_JGE:
        return truth(a >= k);
    default:
        return truth(a & k);
    }
}

/* How a test of the atom with k can come out, by what is assumed. */
static unsigned decide(const struct run *run, const struct way_atom *a, unsigned op, uint32_t k)
{
    uint32_t asked = op == BPF_JSET ? a->mask & k : a->mask;

    for (unsigned i = 0; i < run->assumed_count; i++) {
        const struct way_class *known = &run->assumed[i];
        if (!way_place_equal(&known->atom.place, &a->place))
            continue;
        if (!known->other && (asked & ~known->atom.mask) == 0)
            return compare(op, known->value & a->mask, k);
        if (known->other && known->atom.mask == asked) {
            if (op == BPF_JEQ && contains(known->values, known->count, k))
                return MAY_BE_FALSE;
            if (op == BPF_JSET && contains(known->values, known->count, 0))
                return MAY_BE_TRUE;
        }
    }
    return MAY_BE_EITHER;
}

/* Takes a state along to an instruction; where two ways meet, what differs is
 * unknown. */
static void flow(struct run *run, unsigned long to, const struct state *from)
{
    if (to >= run->len)
        return;
    struct state *state = &run->states[to];
    if (!state->reached) {
        *state = *from;
        state->reached = true;
        return;
    }
    if (!from->a_known || !state->a_known || !way_atom_equal(&state->a, &from->a))
        state->a_known = false;
    if (!from->x_known || !state->x_known || state->x_base != from->x_base)
        state->x_known = false;
}

/* Whether the place (or, for an IPv4 header's first byte, a place behind that
 * header) is among those assumed: then it is known to be there. */
static bool is_assumed(const struct run *run, const struct way_place *place)
{
    for (unsigned i = 0; i < run->assumed_count; i++)
        if (way_place_equal(&run->assumed[i].atom.place, place))
            return true;
    return false;
}

static bool header_is_assumed(const struct run *run, uint32_t base)
{
    for (unsigned i = 0; i < run->assumed_count; i++)
        if (run->assumed[i].atom.place.behind && run->assumed[i].atom.place.base == base)
            return true;
    return false;
}

/* Loads into A. */
static void load(struct run *run, const struct bpf_insn *insn, struct state *state)
{
    static const uint8_t sizes[] = {[BPF_W >> 3] = 4, [BPF_H >> 3] = 2, [BPF_B >> 3] = 1};
    static const uint32_t masks[] = {[1] = 0xff, [2] = 0xffff, [4] = 0xffffffff};
    unsigned mode = BPF_MODE(insn->code);
    struct way_place place = {.offset = insn->k, .size = sizes[BPF_SIZE(insn->code) >> 3]};

    state->a_known = false;
    if (mode == BPF_IND && state->x_known) {
        place.behind = true;
        place.base = state->x_base;
    } else if (mode == BPF_IND) {
        run->strays = true;
    }
    bool is_place = mode == BPF_ABS || (mode == BPF_IND && state->x_known);
    if (!is_place)
        return;
    state->a_known = true;
    state->a = (struct way_atom){place, masks[place.size]};
    if (!is_assumed(run, &place))
        run->strays = true;
}

static void load_x(struct run *run, const struct bpf_insn *insn, struct state *state)
{
    state->x_known = BPF_MODE(insn->code) == BPF_MSH;
    state->x_base = insn->k;
    if (state->x_known && !header_is_assumed(run, insn->k))
        run->strays = true;
}

static void jump(struct run *run, unsigned pc, const struct state *state)
{
    const struct bpf_insn *insn = &run->program[pc];
    unsigned op = BPF_OP(insn->code), outcome = MAY_BE_EITHER;

    if (op == BPF_JA) {
        flow(run, (unsigned long)pc + 1 + insn->k, state);
        return;
    }
    if (state->a_known && BPF_SRC(insn->code) == BPF_K) {
        if (run->collection)
            collect_test(run, &state->a, op, insn->k);
        outcome = decide(run, &state->a, op, insn->k);
    }
    if (outcome & MAY_BE_TRUE)
        flow(run, (unsigned long)pc + 1 + insn->jt, state);
    if (outcome & MAY_BE_FALSE)
        flow(run, (unsigned long)pc + 1 + insn->jf, state);
}

/* One instruction that is reached. */
static void step(struct run *run, unsigned pc)
{
    const struct bpf_insn *insn = &run->program[pc];
    struct state state = run->states[pc];

    switch (BPF_CLASS(insn->code)) {
    case BPF_RET:
        if (BPF_RVAL(insn->code) != BPF_K)
            run->accepts = run->rejects = true;
        else if (insn->k)
            run->accepts = true;
        else
            run->rejects = true;
        return;
    case BPF_JMP:
        jump(run, pc, &state);
        return;
    case BPF_LD:
        load(run, insn, &state);
        break;
    case BPF_LDX:
        load_x(run, insn, &state);
        break;
    case BPF_ALU:
        if (BPF_OP(insn->code) == BPF_AND && BPF_SRC(insn->code) == BPF_K)
            state.a.mask &= insn->k;
        else
            state.a_known = false;
        break;
    case BPF_MISC:
        state.a_known = state.a_known && BPF_MISCOP(insn->code) == BPF_TAX;
        state.x_known = state.x_known && BPF_MISCOP(insn->code) != BPF_TAX;
        break;
    default: /* stores into scratch memory, of which nothing is known */
        break;
    }
    flow(run, pc + 1UL, &state);
}

static void run_program(struct run *run)
{
    memset(run->states, 0, run->len * sizeof *run->states);
    run->accepts = run->rejects = run->strays = false;
    run->states[0].reached = true;
    for (unsigned pc = 0; pc < run->len; pc++)
        if (run->states[pc].reached)
            step(run, pc);
}

/* Whether the program may accept when the atom has the value (or, `other`, none
 * of the candidates) beside what is assumed already. */
static bool may_accept(struct run *run, const struct way_atom *atom, bool other, uint32_t value,
                       const struct candidates *candidates)
{
    run->assumed[run->assumed_count++] =
        (struct way_class){*atom, other, value, candidates->values, candidates->count};
    run_program(run);
    run->assumed_count--;
    return run->accepts;
}

/* Makes a gate of an atom, if it is one. */
static void try_gate(struct run *run, const struct candidates *candidates, struct way_gates *out)
{
    bool byte = candidates->atom.place.size == 1;
    unsigned tries = byte ? BYTE_VALUES : candidates->count;

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
    if (!byte || gate->count < BYTE_VALUES)
        out->count++;
}

/* Whether nothing but accepting can come of any combination of the gates' values. */
static bool is_exact(struct run *run, const struct way_gates *gates)
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
        run_program(run);
        exact = !run->rejects && !run->strays;
    }
    run->assumed_count = class_count;
    return exact;
}

static void find_gates(struct run *run, struct way_gates *out)
{
    out->never = out->exact = false;
    out->count = 0;
    run->collection->count = 0;
    struct collection *collection = run->collection;
    run_program(run);
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
    struct run run = {.program = program, .len = len, .assumed = {*class}, .assumed_count = 1};

    run.states = calloc(len ? len : 1, sizeof *run.states);
    run.collection = malloc(sizeof *run.collection);
    if (run.states && run.collection && len) {
        struct collection *collection = run.collection;
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
                   count < most && !contains(values, count, insn->k)) {
            values[count++] = insn->k;
        }
    }
    return count;
}
