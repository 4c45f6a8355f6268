/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The streams that are kept: found by their addresses and ports, bounded in number,
 * one that has been silent for long pushed out first.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FLOW_TABLE_H
#define WAYLAY_ANALYSIS_DISSECT_FLOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/dissect/seen.h"

/* Both ends, in an order that is the same for both directions. */
struct way_flow_key {
    uint32_t address[2]; /* network order */
    uint16_t port[2];
};

/* What one end has sent. */
struct way_flow_side {
    uint32_t base;     /* its first sequence number (of the SYN) */
    uint32_t last_ack; /* its latest acknowledgement number */
    uint32_t duplicates;
    uint16_t window; /* its latest, as it stands */
    int8_t scale;    /* of its windows; WAY_SCALE_NONE: its SYN had none */
    bool based, acked, syn_seen, fin_seen;
    struct way_seen seen;
};

enum { WAY_SCALE_NONE = -1 };

struct way_http_stream;

struct way_flow {
    struct way_flow_key key;
    uint32_t chain; /* of the table */
    bool touched;   /* of the table */
    bool known;     /* its beginning was not missed for want of room */
    bool client;    /* which side sent the SYN, if client_known */
    bool client_known;
    bool closed;                   /* both sides have sent a FIN, or one a RST */
    uint32_t number;               /* as tcp.stream */
    int64_t first, last;           /* ns: stamps of its packets */
    int64_t syn_time, round_trip;  /* ns; 0: not known */
    struct way_http_stream *http;  /* owned by who set it, or NULL */
    struct way_flow_side sides[2]; /* by the place of the sender in the key */
};

struct way_flow_table;

/* An empty table, which takes the streams that it grows by from `*left` (borrowed; other
 * tables may do so, too), and gives them back when it is freed. NULL when memory lacks. */
struct way_flow_table *way_flow_table_new(size_t *left);

/* The stream of the key, or NULL. Pointers are good until
 * the next way_flow_table_add. */
struct way_flow *way_flow_table_find(struct way_flow_table *table, const struct way_flow_key *key);

/* Adds one (zeroed but for its key), which must not be there. In a full table a
 * silent one makes room: `pushed` is called with it first. NULL when memory lacks. */
struct way_flow *way_flow_table_add(struct way_flow_table *table, const struct way_flow_key *key,
                                    void (*pushed)(struct way_flow *flow, void *context),
                                    void *context);

/* Calls `each` for all streams. */
void way_flow_table_each(struct way_flow_table *table,
                         void (*each)(struct way_flow *flow, void *context), void *context);

/* Frees the table and nulls the pointer. NULL inside is allowed. */
void way_flow_table_free(struct way_flow_table **table);

#endif
