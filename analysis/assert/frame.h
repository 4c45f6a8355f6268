/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One captured frame, decoded once with the views of core/packet.
 *
 * The kind says how far the frame could be read, and with it which of the
 * views are valid; nobody reads the bytes again. A frame that ends before its
 * headers do, or contradicts itself, is malformed at the layer concerned: the
 * layers below are still there. Checksums are not looked at here.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_FRAME_H
#define WAYLAY_ANALYSIS_ASSERT_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet/error.h"
#include "core/packet/icmp.h"
#include "core/packet/ipv4.h"
#include "core/packet/tcp.h"

/* How far a frame could be read. */
enum way_frame_kind {
    WAY_FRAME_OTHER,     /* neither IPv4 nor ARP over it: no view */
    WAY_FRAME_MALFORMED, /* Ethernet, ARP or IPv4, and broken there: `error`, no view */
    WAY_FRAME_ARP,       /* `arp` */
    WAY_FRAME_IPV4,      /* `ip`; another protocol or a later fragment, or `error` says what is
                            wrong above IPv4 */
    WAY_FRAME_TCP,       /* `ip` and `tcp` */
    WAY_FRAME_ICMP       /* `ip` and `icmp` */
};

struct way_arp {
    way_be32 sender, target; /* the protocol addresses */
};

struct way_frame {
    const char *capture;  /* the name of the file it is in, borrowed */
    uint64_t number;      /* in its file, from 1 */
    size_t order;         /* in the capture or view that holds it, from 0 */
    int64_t time;         /* ns since the epoch */
    const uint8_t *bytes; /* owned by the capture */
    size_t len;           /* bytes captured */
    size_t wire_len;      /* bytes on the wire */
    enum way_frame_kind kind;
    enum way_packet_error error; /* WAY_PACKET_OK, or what is malformed */
    struct way_ipv4 ip;
    union {
        struct way_arp arp;
        struct way_tcp tcp;
        struct way_icmp icmp;
    };
};

/* Decodes frame->bytes into kind, error and views. The views borrow the bytes. */
void way_frame_decode(struct way_frame *frame);

/* Whether the frame has an IPv4 header that could be read. */
static inline bool way_frame_has_ip(const struct way_frame *frame)
{
    return frame->kind >= WAY_FRAME_IPV4;
}

/* Whether something in the frame could not be read (a later fragment, which has
 * no transport header, is well-formed). */
static inline bool way_frame_is_malformed(const struct way_frame *frame)
{
    return frame->error != WAY_PACKET_OK && frame->error != WAY_PACKET_IP_FRAGMENT;
}

/* Bytes of TCP payload; 0 for everything that is not TCP. */
static inline size_t way_frame_data_len(const struct way_frame *frame)
{
    return frame->kind == WAY_FRAME_TCP ? way_cursor_left(&frame->tcp.payload) : 0;
}

#endif
