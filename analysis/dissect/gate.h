/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a BPF program asks of fixed places in a packet, found by running it with
 * little known.
 *
 * A filter such as "src host 10.0.1.2 and tcp dst port 80" accepts no packet
 * unless the word at 26 is 0x0a000102, the byte at 23 is 6, and so on. Such a
 * condition, "the place has one of these values", is a *gate*. Gates are found
 * without knowing how libpcap translates filters: the program (which only jumps
 * forward) is interpreted with one place assumed to have one value and all else
 * unknown, both ways of an unknown test being taken. A value with which no
 * accepting end can be reached is kept out by the gate. Only values that the
 * program compares with matter; all others behave alike ("other"), and if one
 * of those may be accepted there is no gate. A packet too short for a gate's
 * place is kept out as well: were there an accepting way that does not read the
 * place, "other" would have been accepted.
 *
 * Most programs treat IPv4, IPv6 and ARP apart, so that nothing but the EtherType
 * is a gate for all three. Gates are therefore found anew for each value of one
 * place (the link header's type), the *class*.
 *
 * If with every combination of the gates' values only accepting ends can be
 * reached, and nothing but the gates' places is read, the gates are *exact*: the
 * program need not be run at all.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_GATE_H
#define WAYLAY_ANALYSIS_DISSECT_GATE_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>

/* A big-endian number at `offset`, or so many bytes behind the IPv4 header whose
 * first byte is at `base`. */
struct way_place {
    uint32_t offset;
    uint32_t base;
    bool behind;
    uint8_t size; /* bytes: 1, 2 or 4 */
};

/* Some bits of a place. */
struct way_atom {
    struct way_place place;
    uint32_t mask;
};

/* An assumption: the atom has this value, or (`other`) none of the values. */
struct way_class {
    struct way_atom atom;
    bool other;
    uint32_t value;
    const uint32_t *values; /* `count`, for other; borrowed */
    unsigned count;
};

enum { WAY_GATES_MAX = 12, WAY_GATE_VALUES_MAX = 256 };

struct way_gate {
    struct way_atom atom;
    unsigned count;
    uint32_t values[WAY_GATE_VALUES_MAX]; /* those that may pass */
};

struct way_gates {
    bool never; /* the program accepts no packet of this class */
    bool exact; /* the gates decide; see above */
    unsigned count;
    struct way_gate gates[WAY_GATES_MAX];
};

static inline bool way_place_equal(const struct way_place *a, const struct way_place *b)
{
    return a->offset == b->offset && a->size == b->size && a->behind == b->behind &&
           (!a->behind || a->base == b->base);
}

static inline bool way_atom_equal(const struct way_atom *a, const struct way_atom *b)
{
    return a->mask == b->mask && way_place_equal(&a->place, &b->place);
}

/* Adds to `values`, which holds `count`, what the program compares the atom with
 * and is not among them yet. Returns the new count, at most `most`. */
unsigned way_gates_values(const struct bpf_insn *program, unsigned len, const struct way_atom *atom,
                          uint32_t *values, unsigned count, unsigned most);

/* Finds the program's gates in the class. The program must be one that libpcap
 * has made (it ends in a return, and jumps stay inside). */
void way_gates_find(const struct bpf_insn *program, unsigned len, const struct way_class *class,
                    struct way_gates *out);

#endif
