/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sorting packets: by tap, direction and kind. Internal to analysis/draft.
 *
 * A *direction* is from one host to another, to or from one service: "c1 to o1, web". It has
 * a name that a file binds to its filter, so that rules are short: $c1_to_o1_web. A *class*
 * is what one tap shows of one kind (SYN, data, an ICMP type ...) in one direction. Names of
 * the ground's nodes stand in place of addresses where they are names in the language,
 * too (letters, digits, underscores).
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_CLASS_H
#define WAYLAY_ANALYSIS_DRAFT_CLASS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "analysis/dissect/view.h"
#include "analysis/draft/ground.h"

/* X(suffix, words, name or NULL, filter) */
#define WAY_DRAFT_KINDS(X)                                                                         \
    X(SYN, "SYN", "is_syn", "tcp[tcpflags] & (tcp-syn|tcp-ack|tcp-rst) = tcp-syn")                 \
    X(SYN_ACK, "SYN-ACK", "is_syn_ack",                                                            \
      "tcp[tcpflags] & (tcp-syn|tcp-ack|tcp-rst) = (tcp-syn|tcp-ack)")                             \
    X(RST, "RST", "is_rst", "tcp[tcpflags] & tcp-rst != 0")                                        \
    X(FIN, "FIN", "is_fin", "tcp[tcpflags] & (tcp-fin|tcp-rst) = tcp-fin")                         \
    X(DATA, "data", "is_data",                                                                     \
      "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) = 0 and ip[2:2] - ((ip[0] & 15) << 2) - "         \
      "((tcp[12] & 240) >> 2) != 0")                                                               \
    X(ACK, "acknowledgements", "is_ack",                                                           \
      "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) = 0 and ip[2:2] - ((ip[0] & 15) << 2) - "         \
      "((tcp[12] & 240) >> 2) = 0")                                                                \
    X(ICMP, "ICMP", NULL, NULL)                                                                    \
    X(UDP, "UDP", NULL, NULL)                                                                      \
    X(OTHER, "other", NULL, NULL)

#define WAY_DRAFT_ENUMERATOR(suffix, words, name, filter) WAY_DRAFT_##suffix,
enum way_draft_kind { WAY_DRAFT_KINDS(WAY_DRAFT_ENUMERATOR) WAY_DRAFT_KIND_COUNT };
#undef WAY_DRAFT_ENUMERATOR

/* From whom to whom, over what. */
struct way_draft_direction {
    char *filter;     /* "src host $c1 and dst host $o1 and tcp dst port $web.port" */
    char *name;       /* "c1_to_o1_web" */
    char *who;        /* "c1 to o1, web" */
    char *pair;       /* without the service: "src host $c1 and dst host $o1" */
    char *pair_who;   /* "c1 to o1" */
    char *peers;      /* whichever way: "c1 and o1, web" */
    const char *over; /* "tcp", "udp", "icmp" ... as filters have it; static, or `proto` */
    char *proto;      /* owned, or NULL */
};

/* The direction of a packet that has an IPv4 header; the caller's. */
struct way_draft_direction *way_direction_of(const struct way_ground *ground,
                                             const struct way_level *level);

void way_direction_free(struct way_draft_direction *direction);

/* Its kind; and which filter tells packets of the kind, in one direction, from all others
 * (to be freed; NULL where all are of it). */
enum way_draft_kind way_kind_of(const struct way_level *level);
char *way_kind_filter(enum way_draft_kind kind, const struct way_level *level);

/* "SYN", "ICMP type 3"; to be freed. */
char *way_kind_words(enum way_draft_kind kind, const struct way_level *level);

/* Writes the `let` items of the names of kinds that occur in the text. */
void way_kind_items(const char *text, GString *out);

/* The name of the address as the language has it ("$c1", "10.0.9.9"), or as people say it. */
void way_name_address(const struct way_ground *ground, way_be32 address, bool words, GString *out);

/* The node that has the address; NULL: none. */
const struct way_node *way_node_at(const struct way_ground *ground, way_be32 address);

#endif
