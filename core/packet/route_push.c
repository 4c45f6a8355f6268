/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Push and pop: the new header is made in a buffer of its own, from a packet
 * that was checked whole, and only then put before the payload. So a packet is
 * either changed completely or not at all.
 */
#include "core/packet/route_push.h"

#include <assert.h>
#include <string.h>

#include "core/packet/checksum.h"
#include "core/packet/ipv4.h"
#include "core/packet/route_option.h"

/* An IPv4 header in the making: base header, then options. */
struct header {
    uint8_t bytes[WAY_IPV4_HEADER_MAX];
    size_t len; /* bytes */
};

/* What a walk over the options found. */
struct option_survey {
    bool source_routed;
    bool record_route;
};

/* RFC 791, 3.1: the pointer is relative to the option, its smallest legal value
 * is 4, a full route's is one beyond the length, and a slot has 4 bytes. */
static enum way_packet_error check_record_route(const struct way_ipv4_option *option)
{
    enum { AT_POINTER = 2, POINTER_MIN = 4, SLOT_LEN = 4 };

    if (option->len <= AT_POINTER)
        return WAY_PACKET_IP_OPTION_LENGTH;
    unsigned pointer = option->bytes[AT_POINTER];
    if (pointer < POINTER_MIN || pointer > option->len + 1u)
        return WAY_PACKET_IP_OPTION_POINTER;
    if (pointer <= option->len && pointer + SLOT_LEN - 1 > option->len)
        return WAY_PACKET_IP_OPTION_POINTER;
    return WAY_PACKET_OK;
}

static enum way_packet_error survey_options(struct way_cursor rest, struct option_survey *survey)
{
    struct way_ipv4_option option;
    enum way_packet_error error;

    *survey = (struct option_survey){0};
    while ((error = way_ipv4_option_next(&rest, &option)) == WAY_PACKET_OK && option.bytes) {
        if (option.type == WAY_IPV4_OPTION_LOOSE_SOURCE_ROUTE ||
            option.type == WAY_IPV4_OPTION_STRICT_SOURCE_ROUTE)
            survey->source_routed = true;
        if (option.type == WAY_IPV4_OPTION_RECORD_ROUTE) {
            survey->record_route = true;
            if ((error = check_record_route(&option)) != WAY_PACKET_OK)
                return error;
        }
    }
    return error;
}

/* Everything that push and pop both ask of a packet before they touch it. */
static enum way_packet_error inspect(const struct way_packet *packet, struct way_ipv4 *ip,
                                     struct option_survey *survey)
{
    enum way_packet_error error = way_ipv4_parse(packet->data, packet->len, ip);
    if (error != WAY_PACKET_OK)
        return error;
    if (!way_ipv4_checksum_ok(ip))
        return WAY_PACKET_IP_CHECKSUM;
    return survey_options(ip->options, survey);
}

static enum way_route_result malformed(struct way_route_change *change, enum way_packet_error error)
{
    change->error = error;
    return WAY_ROUTE_MALFORMED;
}

/* Puts `header` in the place of the packet's old one of `old_len` bytes, and
 * cuts off what is behind the packet's end. */
static void replace_header(struct way_packet *packet, size_t old_len, const struct header *header,
                           struct way_route_change *change)
{
    change->grown = (int)header->len - (int)old_len;
    way_packet_grow(packet, change->grown);
    memcpy(packet->data, header->bytes, header->len);
    packet->len = way_bytes_get16(packet->data + WAY_IPV4_AT_TOTAL_LEN);
}

static void append(struct header *header, const uint8_t *bytes, size_t len)
{
    assert(header->len + len <= sizeof header->bytes);
    memcpy(header->bytes + header->len, bytes, len);
    header->len += len;
}

/* The client's header without its Record Routes: what remains is padded to a
 * multiple of 4 with End of Options. */
static struct header without_record_routes(const struct way_ipv4 *ip)
{
    static const uint8_t padding[4] = {WAY_IPV4_OPTION_END};
    struct header header = {0};
    struct way_cursor rest = ip->options;
    struct way_ipv4_option option;

    append(&header, ip->header.at, WAY_IPV4_BASE_LEN);
    while (way_ipv4_option_next(&rest, &option) == WAY_PACKET_OK && option.bytes)
        if (option.type != WAY_IPV4_OPTION_RECORD_ROUTE)
            append(&header, option.bytes, option.len);
    append(&header, padding, -header.len % 4);
    return header;
}

/* Lengths and checksum of a header whose options were taken out. */
static void reseal(struct header *header, const struct way_ipv4 *ip)
{
    uint16_t payload_len = (uint16_t)(ip->total_len - ip->header_len);

    header->bytes[0] = (uint8_t)(4 << 4 | header->len / 4);
    way_bytes_put16(header->bytes + WAY_IPV4_AT_TOTAL_LEN, (uint16_t)(header->len + payload_len));
    way_bytes_put16(header->bytes + WAY_IPV4_AT_CHECKSUM, 0);
    way_bytes_put16(header->bytes + WAY_IPV4_AT_CHECKSUM, way_csum_of(header->bytes, header->len));
}

/* The client's header, less the options that cannot stay behind ours. */
static struct header make_room(const struct way_ipv4 *ip, const struct option_survey *survey,
                               struct way_route_change *change)
{
    struct header header = {0};
    if (survey->record_route) {
        change->record_route_removed = true;
        header = without_record_routes(ip);
    } else {
        append(&header, ip->header.at, ip->header_len);
    }
    if (header.len > WAY_IPV4_HEADER_MAX - WAY_ROUTE_OPTION_LEN) {
        change->options_removed = true;
        header.len = WAY_IPV4_BASE_LEN;
    }
    if (header.len != ip->header_len)
        reseal(&header, ip);
    return header;
}

/* Our option comes first, behind the base header. */
static void insert_option(struct header *header, way_be32 proxy, struct way_route_change *change)
{
    uint8_t *at = header->bytes + WAY_ROUTE_OPTION_AT;
    memmove(at + WAY_ROUTE_OPTION_LEN, at, header->len - WAY_ROUTE_OPTION_AT);
    header->len += WAY_ROUTE_OPTION_LEN;
    change->l4_delta = way_route_push_base(header->bytes, at, proxy);
}

enum way_route_result way_route_push(struct way_packet *packet, way_be32 proxy,
                                     struct way_route_change *change)
{
    struct way_ipv4 ip;
    struct option_survey survey;

    assert(packet->room >= WAY_PACKET_ROOM);
    *change = (struct way_route_change){0};
    enum way_packet_error error = inspect(packet, &ip, &survey);
    if (error != WAY_PACKET_OK)
        return malformed(change, error);
    if (survey.source_routed)
        return WAY_ROUTE_SOURCE_ROUTED;
    if (!way_ipv4_is_host_address(ip.destination))
        return malformed(change, WAY_PACKET_IP_ADDRESS);

    struct way_route_change removed = {0};
    struct header header = make_room(&ip, &survey, &removed);
    if (way_bytes_get16(header.bytes + WAY_IPV4_AT_TOTAL_LEN) > WAY_ROUTE_PUSH_MAX)
        return WAY_ROUTE_CANNOT_GROW;
    *change = removed;
    insert_option(&header, proxy, change);
    replace_header(packet, ip.header_len, &header, change);
    return WAY_ROUTE_DONE;
}

enum way_route_result way_route_pop(struct way_packet *packet, way_be32 *origin,
                                    struct way_route_change *change)
{
    struct way_ipv4 ip;
    struct option_survey survey;
    way_be32 kept;

    *change = (struct way_route_change){0};
    enum way_packet_error error = inspect(packet, &ip, &survey);
    if (error != WAY_PACKET_OK)
        return malformed(change, error);
    if (survey.source_routed)
        return WAY_ROUTE_SOURCE_ROUTED;

    struct way_cursor rest = ip.options;
    const uint8_t *option = way_cursor_peel(&rest, WAY_ROUTE_OPTION_LEN);
    if (!option || !way_route_option_decode(option, &kept))
        return WAY_ROUTE_NOT_OURS;
    if (!way_ipv4_is_host_address(kept))
        return malformed(change, WAY_PACKET_IP_ADDRESS);

    struct header header = {0};
    append(&header, ip.header.at, WAY_IPV4_BASE_LEN);
    append(&header, rest.at, way_cursor_left(&rest));
    change->l4_delta = way_route_pop_base(header.bytes, kept);
    replace_header(packet, ip.header_len, &header, change);
    *origin = kept;
    return WAY_ROUTE_DONE;
}
