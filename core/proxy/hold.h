/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The handshake's decisions: which SYN is kept, given to the kernel, or let go.
 *
 * The client must not be acknowledged before the origin has acknowledged us. So
 * its SYN is kept from the kernel, a connection to the origin is opened, and when
 * that stands the very same SYN is given to the kernel, whose TCP then answers it.
 * This table says what to do with every SYN and reset of the clients, and when
 * waiting ends. It is pure: no packet, no descriptor, no clock. The caller brings
 * the facts and the time, keeps packet and descriptor behind `entry->held`, and
 * does what the decision says.
 *
 *   - The first SYN is the one that is released: with a later one the client's
 *     kernel sees its time stamps not match and begins at a window of one segment.
 *   - Retransmissions are absorbed only while the SYN is held. Afterwards, and for
 *     connections that the kernel knows, SYNs are the kernel's.
 *   - A SYN of the same tuple with another sequence number is another attempt: its
 *     packet replaces the held one, the connection to the origin goes on.
 *   - An accepted socket is matched by tuple and sequence number.
 *   - A held entry whose client sends no more SYNs expires, but never before the
 *     client itself would give up: after a gap of g, a client that backs off waits
 *     2g at most, the last time without a further SYN.
 *   - A released entry that is not accepted in time expires, too. Its client had
 *     given up; it may say so by a reset, which ends the entry at once.
 *   - The table is bounded; a SYN that finds it full is dropped.
 *
 * Not for several threads. Entries live in the table: a pointer to one is good
 * until way_hold_end.
 */
#ifndef WAYLAY_CORE_PROXY_HOLD_H
#define WAYLAY_CORE_PROXY_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet/tuple.h"

/* An entry's life:
 *
 *     HELD ---> RELEASED ---> ACCEPTED
 *      | \          \
 *      |  REFUSED    +--> EXPIRED, RESET
 *      +--> EXPIRED, RESET
 *
 * FREE      The slot is unused. Nothing may be read.
 * HELD      The packet is kept, the connection to the origin is under way. The
 *           kernel has not seen the SYN and must not. Legal: _syn, _reset,
 *           _release, _refuse, _expired.
 * RELEASED  The kernel has the SYN, the origin's descriptor waits to be claimed;
 *           the packet is gone. Legal: _syn (always PASS), _reset, _claim,
 *           _expired. Never: holding or absorbing a SYN.
 * The others are ends: the entry is found by nobody any more, the caller frees
 * what is behind `held` and calls _end; nothing else is legal.
 * ACCEPTED  The kernel accepted; the caller has taken the descriptor.
 * REFUSED   The origin refused, or could not be reached.
 * EXPIRED   The client sent nothing for too long.
 * RESET     The client took its SYN back by a reset. */
enum way_hold_state {
    WAY_HOLD_FREE,
    WAY_HOLD_HELD,
    WAY_HOLD_RELEASED,
    WAY_HOLD_ACCEPTED,
    WAY_HOLD_REFUSED,
    WAY_HOLD_EXPIRED,
    WAY_HOLD_RESET,
    WAY_HOLD_STATE_COUNT
};

struct way_hold_entry {
    struct way_tuple tuple;
    uint32_t seq; /* sequence number of the held SYN */
    enum way_hold_state state;
    enum way_hold_state before; /* in an end: the state that it ended */
    int64_t first_seen;         /* ns: the held SYN */
    int64_t last_seen;          /* ns: its last copy */
    int64_t gap;                /* ns between the last two copies; 0 before the second */
    int64_t deadline;           /* ns: it expires at this time */
    unsigned copies;            /* SYNs seen with this sequence number */
    void *held;                 /* the caller's; NULL until set */
    uint32_t next;              /* the table's: chain of a bucket, or of free slots */
};

/* All limits, in entries and nanoseconds. */
struct way_hold_limits {
    uint32_t entries;       /* 1 to 2^20 */
    int64_t floor;          /* no held entry expires sooner after its last SYN */
    int64_t grace;          /* added to twice the last gap */
    int64_t accept_timeout; /* from release, or a later SYN, to accept */
};

/* What is right for clients that back off as RFC 6298 says, from 1 s or 3 s, and
 * for a kernel that repeats its SYN-ACK five times (63 s). */
#define WAY_HOLD_LIMITS_DEFAULT                                                                    \
    (struct way_hold_limits)                                                                       \
    {                                                                                              \
        .entries = 4096, .floor = INT64_C(10000000000), .grace = INT64_C(3000000000),              \
        .accept_timeout = INT64_C(75000000000)                                                     \
    }

/* What the kernel knows about a tuple (asked only when the table has no entry). */
enum way_hold_kernel {
    WAY_HOLD_KERNEL_UNKNOWN,
    WAY_HOLD_KERNEL_TIME_WAIT, /* an old connection's rest: a new SYN is held */
    WAY_HOLD_KERNEL_LIVE,      /* a connection, be it half open or closing */
};

/* A client's SYN without ACK. */
struct way_hold_syn {
    struct way_tuple tuple;
    uint32_t seq;
    uint8_t flags;               /* bits of enum way_tcp_flag */
    bool checksum_wrong;         /* verified and found wrong */
    enum way_hold_kernel kernel; /* ignored when the table has the tuple */
};

/* Why a SYN is dropped. X(suffix, name of the counter) */
#define WAY_HOLD_DROPS(X)                                                                          \
    X(CHECKSUM, "syn_checksum")                                                                    \
    X(FLAGS, "syn_flags")                                                                          \
    X(FULL, "syn_table_full")

#define WAY_HOLD_DROP_ENUMERATOR(suffix, name) WAY_HOLD_DROP_##suffix,
enum way_hold_drop { WAY_HOLD_DROPS(WAY_HOLD_DROP_ENUMERATOR) WAY_HOLD_DROP_COUNT };
#undef WAY_HOLD_DROP_ENUMERATOR

enum way_hold_verdict {
    WAY_HOLD_DROP,    /* drop the packet: decision.drop says why */
    WAY_HOLD_KEEP,    /* keep the packet behind decision.entry, connect to the origin */
    WAY_HOLD_ABSORB,  /* drop the packet: it is a copy of the held one */
    WAY_HOLD_REPLACE, /* keep this packet in place of decision.entry's */
    WAY_HOLD_PASS,    /* give the packet to the kernel */
    WAY_HOLD_ABANDON, /* a reset: close decision.entry's connection, then _end it */
};

struct way_hold_decision {
    enum way_hold_verdict verdict;
    enum way_hold_drop drop;      /* with DROP */
    struct way_hold_entry *entry; /* KEEP, ABSORB, REPLACE, ABANDON, and PASS of a released one;
                                     else NULL */
};

struct way_hold; /* the table */

/* Makes an empty table. `seed` should be random: it keys the hash. Returns it, or
 * NULL when memory lacks. The caller frees it. */
struct way_hold *way_hold_new(const struct way_hold_limits *limits, uint64_t seed);

/* Frees the table and nulls the pointer. What entries held must have been freed
 * (walk with way_hold_each). */
void way_hold_free(struct way_hold **table);

/* The entry of the tuple that is held or released, or NULL. */
struct way_hold_entry *way_hold_find(struct way_hold *table, const struct way_tuple *tuple);

/* Decides about a SYN that arrived at `now`. */
struct way_hold_decision way_hold_syn(struct way_hold *table, const struct way_hold_syn *syn,
                                      int64_t now);

/* Decides about a client's reset: PASS, or ABANDON when it takes back the SYN of an
 * entry (its sequence number is the SYN's or the next); the entry is RESET then,
 * and `entry->before` says whether the kernel has the SYN, and so needs the reset. */
struct way_hold_decision way_hold_reset(struct way_hold *table, const struct way_tuple *tuple,
                                        uint32_t seq);

/* HELD -> RELEASED: the caller gives the kept packet to the kernel. */
void way_hold_release(struct way_hold *table, struct way_hold_entry *entry, int64_t now);

/* RELEASED -> ACCEPTED for the entry of an accepted socket's SYN. Returns it, or
 * NULL when there is none with this tuple and sequence number. */
struct way_hold_entry *way_hold_claim(struct way_hold *table, const struct way_tuple *tuple,
                                      uint32_t seq);

/* HELD -> REFUSED. */
void way_hold_refuse(struct way_hold *table, struct way_hold_entry *entry);

/* Any entry whose deadline has come, now EXPIRED, or NULL. To be called until it
 * returns NULL; looks at every slot when there is none. */
struct way_hold_entry *way_hold_expired(struct way_hold *table, int64_t now);

/* Gives the slot of an entry that came to an end back, and nulls the pointer. */
void way_hold_end(struct way_hold *table, struct way_hold_entry **entry);

/* The entry after `entry` (NULL: the first) that is not FREE, or NULL. */
struct way_hold_entry *way_hold_each(struct way_hold *table, struct way_hold_entry *entry);

/* Entries in use. */
uint32_t way_hold_count(const struct way_hold *table);

/* Asserts the table's invariants: every slot is either free or counted, every held
 * or released entry is found by its tuple, and no other is. */
void way_hold_assert(struct way_hold *table);

/* The name of a reason for dropping; a static string. */
const char *way_hold_drop_name(enum way_hold_drop drop);

#endif
