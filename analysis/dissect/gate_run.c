/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One visit an instruction.
 */
#include "analysis/dissect/gate_run.h"

#include <string.h>

bool way_gate_contains(const uint32_t *values, unsigned count, uint32_t value)
{
    for (unsigned i = 0; i < count; i++)
        if (values[i] == value)
            return true;
    return false;
}

static void collect(struct way_candidate_list *collection, const struct way_atom *atom,
                    uint32_t value)
{
    struct way_candidates *found = NULL;

    for (unsigned i = 0; i < collection->count && !found; i++)
        if (way_atom_equal(&collection->atoms[i].atom, atom))
            found = &collection->atoms[i];
    if (!found) {
        if (collection->count == WAY_CANDIDATES_MAX)
            return;
        found = &collection->atoms[collection->count++];
        *found = (struct way_candidates){.atom = *atom};
    }
    if (way_gate_contains(found->values, found->count, value))
        return;
    if (found->count == WAY_GATE_VALUES_MAX)
        found->full = true;
    else
        found->values[found->count++] = value;
}

/* Notes what a test of A compares. Bytes are tried with all their values, masked
 * or not, so that only their place matters. */
static void collect_test(struct way_gate_run *run, const struct way_atom *a, unsigned op,
                         uint32_t k)
{
    struct way_atom atom = *a;

    if (atom.place.size == 1) {
        atom.mask = WAY_BYTE_VALUES - 1;
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
static unsigned decide(const struct way_gate_run *run, const struct way_atom *a, unsigned op,
                       uint32_t k)
{
    uint32_t asked = op == BPF_JSET ? a->mask & k : a->mask;

    for (unsigned i = 0; i < run->assumed_count; i++) {
        const struct way_class *known = &run->assumed[i];
        if (!way_place_equal(&known->atom.place, &a->place))
            continue;
        if (!known->other && (asked & ~known->atom.mask) == 0)
            return compare(op, known->value & a->mask, k);
        if (known->other && known->atom.mask == asked) {
            if (op == BPF_JEQ && way_gate_contains(known->values, known->count, k))
                return MAY_BE_FALSE;
            if (op == BPF_JSET && way_gate_contains(known->values, known->count, 0))
                return MAY_BE_TRUE;
        }
    }
    return MAY_BE_EITHER;
}

/* Takes a state along to an instruction; where two ways meet, what differs is
 * unknown. */
static void flow(struct way_gate_run *run, unsigned long to, const struct way_gate_state *from)
{
    if (to >= run->len)
        return;
    struct way_gate_state *state = &run->states[to];
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
static bool is_assumed(const struct way_gate_run *run, const struct way_place *place)
{
    for (unsigned i = 0; i < run->assumed_count; i++)
        if (way_place_equal(&run->assumed[i].atom.place, place))
            return true;
    return false;
}

static bool header_is_assumed(const struct way_gate_run *run, uint32_t base)
{
    for (unsigned i = 0; i < run->assumed_count; i++)
        if (run->assumed[i].atom.place.behind && run->assumed[i].atom.place.base == base)
            return true;
    return false;
}

/* Loads into A. */
static void load(struct way_gate_run *run, const struct bpf_insn *insn,
                 struct way_gate_state *state)
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

static void load_x(struct way_gate_run *run, const struct bpf_insn *insn,
                   struct way_gate_state *state)
{
    state->x_known = BPF_MODE(insn->code) == BPF_MSH;
    state->x_base = insn->k;
    if (state->x_known && !header_is_assumed(run, insn->k))
        run->strays = true;
}

static void jump(struct way_gate_run *run, unsigned pc, const struct way_gate_state *state)
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
static void step(struct way_gate_run *run, unsigned pc)
{
    const struct bpf_insn *insn = &run->program[pc];
    struct way_gate_state state = run->states[pc];

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

void way_gate_run(struct way_gate_run *run)
{
    memset(run->states, 0, run->len * sizeof *run->states);
    run->accepts = run->rejects = run->strays = false;
    run->states[0].reached = true;
    for (unsigned pc = 0; pc < run->len; pc++)
        if (run->states[pc].reached)
            step(run, pc);
}
