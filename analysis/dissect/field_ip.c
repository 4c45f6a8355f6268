/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fields of the IPv4 header without its options (RFC 791, section 3.1).
 */
#include "analysis/dissect/field_table.h"
#include "core/packet/ipv4.h"

static enum way_presence get_header_len(const struct way_field *field, const struct way_view *view,
                                        const struct way_level *level, struct way_values *out)
{
    (void)view;
    return way_values_one(out, field->info->type, level->ip.header_len);
}

static enum way_presence get_fragment_offset(const struct way_field *field,
                                             const struct way_view *view,
                                             const struct way_level *level, struct way_values *out)
{
    (void)view;
    return way_values_one(out, field->info->type, level->ip.fragment_offset);
}

static enum way_presence get_fragment(const struct way_field *field, const struct way_view *view,
                                      const struct way_level *level, struct way_values *out)
{
    (void)view;
    return way_values_one(out, field->info->type, way_ipv4_is_fragment(&level->ip));
}

static enum way_presence get_checksum_valid(const struct way_field *field,
                                            const struct way_view *view,
                                            const struct way_level *level, struct way_values *out)
{
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_IP))
        return WAY_BROKEN;
    return way_values_one(out, field->info->type, way_ipv4_checksum_ok(&level->ip));
}

static enum way_presence get_both(const struct way_field *field, const struct way_view *view,
                                  const struct way_level *level, struct way_values *out)
{
    (void)view;
    way_values_add(out, field->info->type, way_number_of_address(level->ip.source));
    way_values_add(out, field->info->type, way_number_of_address(level->ip.destination));
    return WAY_PRESENT;
}

static enum way_presence get_payload(const struct way_field *field, const struct way_view *view,
                                     const struct way_level *level, struct way_values *out)
{
    const struct way_cursor *payload = &level->ip.payload;
    (void)view;

    if (!way_level_is_whole(level, WAY_LAYER_IP))
        return WAY_BROKEN;
    way_values_add_span(out, field->info->type, payload->at, way_cursor_left(payload));
    return WAY_PRESENT;
}

static enum way_presence get_payload_len(const struct way_field *field, const struct way_view *view,
                                         const struct way_level *level, struct way_values *out)
{
    (void)view;
    return way_values_one(out, field->info->type, level->ip_payload_len);
}

static const struct way_field_info rows[] = {
    GIVEN("ip", BYTES, IP, way_get_header, "the header with its options, 20 to 60 bytes"),
    FIXED("ip.version", NUMBER, IP, 0, 1, 4, 0xf, "4"),
    GIVEN("ip.hdr_len", NUMBER, IP, get_header_len, "bytes of the header: 20 to 60"),
    FIXED("ip.dsfield", NUMBER, IP, 1, 1, 0, 0, "differentiated services and ECN"),
    FIXED("ip.dsfield.dscp", NUMBER, IP, 1, 1, 2, 0x3f, "differentiated services code point"),
    FIXED("ip.dsfield.ecn", NUMBER, IP, 1, 1, 0, 3, "0 none, 1 ECT(1), 2 ECT(0), 3 CE"),
    FIXED("ip.len", NUMBER, IP, 2, 2, 0, 0, "bytes of the packet, header included"),
    FIXED("ip.id", NUMBER, IP, 4, 2, 0, 0, "identification"),
    FIXED("ip.flags", NUMBER, IP, 6, 1, 5, 7, "the three flags: 4 reserved, 2 DF, 1 MF"),
    FIXED("ip.flags.rb", BOOL, IP, 6, 1, 7, 1, "reserved"),
    FIXED("ip.flags.df", BOOL, IP, 6, 1, 6, 1, "do not fragment"),
    FIXED("ip.flags.mf", BOOL, IP, 6, 1, 5, 1, "more fragments"),
    FIXED("ip.frag_offset", NUMBER, IP, 6, 2, 0, 0x1fff, "fragment offset, in units of 8 bytes"),
    GIVEN("ip.frag_offset_bytes", NUMBER, IP, get_fragment_offset, "fragment offset, in bytes",
          .ours = true),
    GIVEN("ip.is_fragment", BOOL, IP, get_fragment, "a fragment: offset or MF are not 0",
          .ours = true),
    FIXED("ip.ttl", NUMBER, IP, 8, 1, 0, 0, "time to live"),
    FIXED("ip.proto", NUMBER, IP, 9, 1, 0, 0, "protocol: 1 ICMP, 6 TCP, 17 UDP, 47 GRE, ..."),
    FIXED("ip.checksum", NUMBER, IP, 10, 2, 0, 0, "as the field stands"),
    GIVEN("ip.checksum.status", NUMBER, IP, get_checksum_valid, "1 good, 0 bad"),
    GIVEN("ip.checksum.valid", BOOL, IP, get_checksum_valid, "the header's checksum is right",
          .ours = true),
    FIXED("ip.src", ADDRESS, IP, 12, 4, 0, 0, "source"),
    FIXED("ip.dst", ADDRESS, IP, 16, 4, 0, 0,
          "destination, as the header has it (Wireshark: a source route's last)"),
    LISTED("ip.addr", ADDRESS, IP, get_both, "source and destination"),
    GIVEN("ip.payload", BYTES, IP, get_payload, "what follows the header, as far as captured",
          .ours = true),
    GIVEN("ip.payload_len", NUMBER, IP, get_payload_len, "its bytes on the wire", .ours = true),
};
WAY_FIELD_GROUP(way_fields_ip, "IPv4");
