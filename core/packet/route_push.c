/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Push and pop: check the packet whole, make its new header aside
 * (core/packet/header.h), put it before the payload.
 */
#include "core/packet/route_push.h"

#include <assert.h>
#include <string.h>

#include "core/packet/header.h"
#include "core/packet/ipv4.h"
#include "core/packet/route_option.h"

/* What a walk over the options found. */
struct option_survey {
    bool source_routed;
    bool record_route;
};

/* RFC 791, section 3.1: the pointer is relative to the option, its smallest legal value
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

/* The client's header, less the options that cannot stay behind ours. */
static struct way_header make_room(const struct way_ipv4 *ip, const struct option_survey *survey,
                                   struct way_route_change *change)
{
    struct way_header header =
        survey->record_route ? way_header_without_record_routes(ip) : way_header_copy(ip);

    change->record_route_removed = survey->record_route;
    if (header.len > WAY_IPV4_HEADER_MAX - WAY_ROUTE_OPTION_LEN) {
        change->options_removed = true;
        header.len = WAY_IPV4_BASE_LEN;
    }
    if (change->record_route_removed || change->options_removed)
        way_header_seal(&header, way_cursor_left(&ip->payload));
    return header;
}

/* Our option comes first, behind the base header. Returns the L4 delta. */
static uint16_t insert_option(struct way_header *header, way_be32 proxy)
{
    uint8_t *at = header->bytes + WAY_ROUTE_OPTION_AT;
    memmove(at + WAY_ROUTE_OPTION_LEN, at, header->len - WAY_ROUTE_OPTION_AT);
    header->len += WAY_ROUTE_OPTION_LEN;
    return way_route_push_base(header->bytes, at, proxy);
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
    struct way_header header = make_room(&ip, &survey, &removed);
    if (way_bytes_get16(header.bytes + WAY_IPV4_AT_TOTAL_LEN) > WAY_ROUTE_PUSH_MAX)
        return WAY_ROUTE_CANNOT_GROW;
    *change = removed;
    change->l4_delta = insert_option(&header, proxy);
    change->grown = way_header_place(&header, packet, ip.header_len);
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

    struct way_header header = {0};
    way_header_append(&header, ip.header.at, WAY_IPV4_BASE_LEN);
    way_header_append(&header, rest.at, way_cursor_left(&rest));
    change->l4_delta = way_route_pop_base(header.bytes, kept);
    change->grown = way_header_place(&header, packet, ip.header_len);
    *origin = kept;
    return WAY_ROUTE_DONE;
}
