/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TCP without its options (RFC 9293, section 3.1).
 */
#include "analysis/dissect/field_table.h"
#include "core/packet/checksum.h"
#include "core/packet/tcp.h"

enum { AT_SEQ = 4, AT_ACK = 8, AT_OFFSET = 12, AT_FLAGS = 13, AT_WINDOW = 14, AT_URGENT = 18 };

/* Of a fragment, nobody can say: absent, as in Wireshark. */
static enum way_presence get_len(const struct way_field *field, const struct way_view *view,
                                 const struct way_level *level, struct way_values *out)
{
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_TCP))
        return WAY_BROKEN;
    if (way_ipv4_is_fragment(&level->ip))
        return WAY_ABSENT;
    return way_values_one(out, field->info->type, level->ip_payload_len - level->tcp.header_len);
}

static enum way_presence get_payload(const struct way_field *field, const struct way_view *view,
                                     const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *payload = &level->tcp.payload;
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_TCP))
        return WAY_BROKEN;
    if (level->ip_payload_len == level->tcp.header_len)
        return WAY_ABSENT;
    way_values_add_span(out, field->info->type, payload->at, way_cursor_left(payload));
    return WAY_PRESENT;
}

static enum way_presence get_checksum_valid(const struct way_field *field,
                                            const struct way_view *view,
                                            const struct way_level *level, struct way_values *out)
{
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_TCP))
        return WAY_BROKEN;
    if (way_ipv4_is_fragment(&level->ip) ||
        way_cursor_left(&level->ip.payload) < level->ip_payload_len)
        return WAY_BROKEN; /* nobody can say */
    return way_values_one(out, field->info->type, way_tcp_checksum_ok(&level->ip));
}

#define FLAG(name, at, drop, text) FIXED("tcp.flags." name, BOOL, TCP, at, 1, drop, 1, text)

static const struct way_field_info rows[] = {
    GIVEN("tcp", BYTES, TCP, way_get_header, "the header with its options, 20 to 60 bytes"),
    FIXED("tcp.srcport", NUMBER, TCP, 0, 2, 0, 0, "source port"),
    FIXED("tcp.dstport", NUMBER, TCP, 2, 2, 0, 0, "destination port"),
    LISTED("tcp.port", NUMBER, TCP, way_get_pair, "source and destination port", .size = 2),
    FIXED("tcp.seq_raw", NUMBER, TCP, AT_SEQ, 4, 0, 0, "sequence number as it stands"),
    FIXED("tcp.ack_raw", NUMBER, TCP, AT_ACK, 4, 0, 0,
          "acknowledgement number as it stands, with or without the flag"),
    FIXED("tcp.hdr_len", NUMBER, TCP, AT_OFFSET, 1, 2, 0x3c, "bytes of the header: 20 to 60"),
    FIXED("tcp.flags", NUMBER, TCP, AT_OFFSET, 2, 0, 0xfff, "all flags, FIN lowest"),
    FIXED("tcp.flags.res", BOOL, TCP, AT_OFFSET, 1, 1, 7, "any of three reserved bits"),
    FLAG("ae", AT_OFFSET, 0, "accurate ECN (nonce sum before)"),
    FLAG("cwr", AT_FLAGS, 7, "congestion window reduced"),
    FLAG("ece", AT_FLAGS, 6, "ECN echo"),
    FLAG("urg", AT_FLAGS, 5, "the urgent pointer is valid"),
    FLAG("ack", AT_FLAGS, 4, "the acknowledgement number is valid"),
    FLAG("push", AT_FLAGS, 3, "push"),
    FLAG("reset", AT_FLAGS, 2, "reset"),
    FLAG("syn", AT_FLAGS, 1, "synchronise"),
    FLAG("fin", AT_FLAGS, 0, "no more data"),
    FIXED("tcp.window_size_value", NUMBER, TCP, AT_WINDOW, 2, 0, 0, "window as it stands"),
    FIXED("tcp.checksum", NUMBER, TCP, WAY_TCP_AT_CHECKSUM, 2, 0, 0, "as the field stands"),
    GIVEN("tcp.checksum.status", NUMBER, TCP, get_checksum_valid, "1 good, 0 bad"),
    GIVEN("tcp.checksum.valid", BOOL, TCP, get_checksum_valid,
          "the checksum is right; one left to the network card is not", .ours = true),
    FIXED("tcp.urgent_pointer", NUMBER, TCP, AT_URGENT, 2, 0, 0, "as it stands"),
    GIVEN("tcp.len", NUMBER, TCP, get_len,
          "bytes of data, by the lengths of the headers; absent in fragments"),
    GIVEN("tcp.payload", BYTES, TCP, get_payload,
          "the data, as far as captured; absent without any"),
};
WAY_FIELD_GROUP(way_fields_tcp, "TCP");
