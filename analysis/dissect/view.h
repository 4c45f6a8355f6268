/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A view on one packet: which layers it has, and where they are.
 *
 * A packet is a chain of *levels*. The outermost is the packet as it was
 * captured: link header, VLAN tags, then ARP or IPv4, and over IPv4 one of ICMP,
 * TCP, UDP, GRE or another packet. A packet that carries a packet has a next
 * level: *inner* (GRE, IP in IP), or *quoted* (an ICMP error's). Each level is
 * read with the parsers of core/packet, once, and only when it is asked for; a
 * view whose levels nobody asks for costs nothing.
 *
 * A layer is absent, present or broken. Broken means: the packet says that it is
 * there, but its bytes end too soon or contradict themselves; the level's
 * `error` says how. Layers below a broken one stay present. A transport header that
 * is cut off (an ICMP error need quote no more than 8 bytes of it) is present, and
 * partial: the fields that are there can be asked for, the others are broken. A
 * packet that the capture itself has clipped is read as far as it goes: its lengths
 * are those of its headers, only the bytes lack.
 *
 * A view borrows the record and its bytes, and owns nothing.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_VIEW_H
#define WAYLAY_ANALYSIS_DISSECT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/capture/record.h"
#include "core/packet/cursor.h"
#include "core/packet/error.h"
#include "core/packet/icmp.h"
#include "core/packet/ipv4.h"
#include "core/packet/tcp.h"

/* X(suffix, Wireshark's name) */
#define WAY_LAYERS(X)                                                                              \
    X(FRAME, "frame") /* the outermost level only; always present */                               \
    X(ETH, "eth")     /* Ethernet II and 802.3 */                                                  \
    X(SLL, "sll")     /* Linux cooked capture, version 1 or 2 */                                   \
    X(VLAN, "vlan")   /* 802.1Q and 802.1ad, all tags together */                                  \
    X(ARP, "arp")                                                                                  \
    X(IP, "ip") /* version 4 */                                                                    \
    X(ICMP, "icmp")                                                                                \
    X(TCP, "tcp")                                                                                  \
    X(UDP, "udp")                                                                                  \
    X(GRE, "gre")                                                                                  \
    X(HTTP, "http") /* reassembled from the stream: analysis/dissect/flow.h */

#define WAY_LAYER_ENUMERATOR(suffix, name) WAY_LAYER_##suffix,
enum way_layer { WAY_LAYERS(WAY_LAYER_ENUMERATOR) WAY_LAYER_COUNT };
#undef WAY_LAYER_ENUMERATOR

enum way_presence {
    WAY_ABSENT,  /* the packet has no such thing */
    WAY_PRESENT, /* it has, and it could be read */
    WAY_BROKEN   /* it says it has, and it cannot be read */
};

/* How a level is in the one before it. */
enum way_level_how {
    WAY_LEVEL_OUTERMOST,
    WAY_LEVEL_QUOTED, /* in an ICMP error */
    WAY_LEVEL_INNER   /* in GRE, or IP in IP */
};

/* The UDP header (RFC 768). */
struct way_udp {
    uint16_t source_port, destination_port;
    uint16_t len; /* as the field stands: header and data, in bytes */
    uint16_t checksum;
    struct way_cursor payload; /* what the capture has of it */
};

/* The GRE header (RFC 2784, RFC 2890; routing of RFC 1701 is broken to us). */
struct way_gre {
    uint16_t flags; /* the first 16 bits: C, R, K, S and the version */
    uint16_t protocol;
    bool has_checksum, has_key, has_sequence;
    uint16_t checksum;
    uint32_t key, sequence;
    struct way_cursor payload;
};

struct way_level {
    enum way_level_how how;
    uint16_t present; /* a bit (1 << enum way_layer) for each layer that could be read */
    uint16_t partial; /* likewise for each present one whose header is not all there (cut, as in a
                            short quote): only the bytes of `header` are good, the view is zero */
    uint16_t broken;  /* likewise for each that is broken */
    enum way_packet_error error; /* how; WAY_PACKET_OK while nothing is */
    uint16_t ethertype;          /* of the payload, behind all tags; 0 where there is none */
    uint8_t vlan_count;          /* tags */
    struct way_cursor header[WAY_LAYER_COUNT]; /* of each present layer: the bytes of its header
                                                  (of VLAN: all tags, each 2 bytes of tag and 2 of
                                                  type; of FRAME: the whole packet) */
    struct way_ipv4 ip;                        /* if IP is present */
    size_t ip_payload_len; /* bytes of its payload on the wire, by its total length */
    union {
        struct way_icmp icmp; /* if ICMP is present */
        struct way_tcp tcp;   /* if TCP is present */
        struct way_udp udp;   /* if UDP is present */
        struct way_gre gre;   /* if GRE is present */
    };
    struct way_cursor next; /* the packet in this one; empty where there is none */
    uint16_t next_type;     /* its EtherType (0x6558: an Ethernet frame); 0: there is none */
    enum way_level_how next_how;
};

enum { WAY_VIEW_LEVELS_MAX = 4 };

struct way_flow_facts; /* analysis/dissect/flow.h */

struct way_view {
    const struct way_record *record;   /* borrowed */
    const struct way_flow_facts *flow; /* set by way_flows_see, else NULL */
    unsigned depth;                    /* levels that were read so far */
    struct way_level levels[WAY_VIEW_LEVELS_MAX];
};

/* Begins a view on a record. Reads nothing yet. */
static inline void way_view_begin(struct way_view *view, const struct way_record *record)
{
    view->record = record;
    view->flow = NULL;
    view->depth = 0;
}

/* The n-th level, 0 for the outermost (which is always there), reading it if
 * need be. NULL where the packet has no such level, and beyond
 * WAY_VIEW_LEVELS_MAX. Good until the view begins anew. */
const struct way_level *way_view_level_read(struct way_view *view, unsigned n);
static inline const struct way_level *way_view_level(struct way_view *view, unsigned n)
{
    return n < view->depth ? &view->levels[n] : way_view_level_read(view, n);
}

/* Whether the level has the layer. */
static inline enum way_presence way_level_has(const struct way_level *level, enum way_layer layer)
{
    if (level->present >> layer & 1)
        return WAY_PRESENT;
    return level->broken >> layer & 1 ? WAY_BROKEN : WAY_ABSENT;
}

/* The layer's name as above. Static. */
const char *way_layer_name(enum way_layer layer);

#endif
