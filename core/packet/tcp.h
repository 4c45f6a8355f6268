/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * TCP headers (RFC 9293, section 3.1): a view over the payload of a parsed IPv4 packet.
 *
 * As with way_ipv4: lengths are checked once, fields come in host order, the
 * checksum and the options are asked for separately, and the view borrows the
 * packet's bytes.
 */
#ifndef WAYLAY_CORE_PACKET_TCP_H
#define WAYLAY_CORE_PACKET_TCP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet/buffer.h"
#include "core/packet/checksum.h"
#include "core/packet/cursor.h"
#include "core/packet/error.h"
#include "core/packet/ipv4.h"

enum { WAY_TCP_BASE_LEN = 20, WAY_TCP_AT_CHECKSUM = 16 };

/* Control bits (RFC 9293, section 3.1), as in way_tcp.flags. */
enum way_tcp_flag {
    WAY_TCP_FIN = 0x01,
    WAY_TCP_SYN = 0x02,
    WAY_TCP_RST = 0x04,
    WAY_TCP_PSH = 0x08,
    WAY_TCP_ACK = 0x10,
    WAY_TCP_URG = 0x20,
    WAY_TCP_ECE = 0x40,
    WAY_TCP_CWR = 0x80,
};

struct way_tcp {
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t seq;
    uint32_t ack;       /* meaningful only with WAY_TCP_ACK */
    uint8_t flags;      /* bits of enum way_tcp_flag */
    uint8_t header_len; /* bytes: 20..60, a multiple of 4 */
    uint16_t window;
    uint16_t checksum; /* as the field stands */
    uint16_t urgent;
    struct way_cursor options; /* may be empty */
    struct way_cursor payload; /* the segment's data; may be empty */
};

/* Parses the segment in the packet's payload. The caller has seen that the
 * protocol is TCP (asserted). Returns WAY_PACKET_OK, or IP_FRAGMENT for a later
 * fragment, TRUNCATED, TCP_DATA_OFFSET; `out` is then undefined. The first of
 * several fragments parses, with as much data as it carries. */
enum way_packet_error way_tcp_parse(const struct way_ipv4 *ip, struct way_tcp *out);

/* The two ports alone, which is all that an ICMP error need quote (RFC 792).
 * Returns WAY_PACKET_OK, IP_FRAGMENT or TRUNCATED. */
enum way_packet_error way_tcp_ports(const struct way_ipv4 *ip, uint16_t *source_port,
                                    uint16_t *destination_port);

/* Is the (whole) checksum of the segment right? Of a fragment nobody can say:
 * false. */
bool way_tcp_checksum_ok(const struct way_ipv4 *ip);

/* Applies the delta of a push or pop to the TCP checksum field of `packet`, in
 * place, knowing what the field holds. Does nothing to packets that have no such
 * field: other protocols, later fragments, segments cut short. The packet's IPv4
 * header must be valid, as it is after a push or pop that was done (asserted). */
void way_tcp_checksum_apply(struct way_packet *packet, uint16_t delta, enum way_csum_kind kind);

/* Sequence numbers that the segment takes: its data, and one each for SYN and
 * FIN (SEG.LEN in RFC 9293, section 3.4). */
uint32_t way_tcp_seq_len(const struct way_tcp *tcp);

/* Option kinds (RFC 9293, section 3.1; RFC 7323; RFC 2018). */
enum way_tcp_option_kind {
    WAY_TCP_OPTION_END = 0,
    WAY_TCP_OPTION_NOP = 1,
    WAY_TCP_OPTION_MSS = 2,
    WAY_TCP_OPTION_WINDOW_SCALE = 3,
    WAY_TCP_OPTION_SACK_PERMITTED = 4,
    WAY_TCP_OPTION_TIMESTAMPS = 8,
};

struct way_tcp_option {
    const uint8_t *bytes; /* the whole option, kind first; NULL: there are no more */
    uint8_t kind;
    uint8_t len; /* bytes, kind and length octets included; 1 for a NOP */
};

/* Peels the next option off `options`, as way_ipv4_option_next does. Returns
 * WAY_PACKET_OK or TCP_OPTION_LENGTH. */
enum way_packet_error way_tcp_option_next(struct way_cursor *options, struct way_tcp_option *out);

/* The segment's MSS option: its value, or 0 when there is none or when the
 * options are malformed. */
uint16_t way_tcp_mss(const struct way_tcp *tcp);

#endif
