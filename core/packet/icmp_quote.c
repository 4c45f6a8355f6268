/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Translation of ICMP errors: everything is decided from views first; then the
 * packet is edited from its back to its front (quote and extensions, ICMP
 * header, outer header), so that no edit moves what a later one needs.
 */
#include "core/packet/icmp_quote.h"

#include <string.h>

#include "core/packet/checksum.h"
#include "core/packet/header.h"
#include "core/packet/icmp.h"
#include "core/packet/ipv4.h"
#include "core/packet/route_option.h"
#include "core/packet/tcp.h"

/* RFC 4884, section 5.1: the least length of a quote with extensions behind it. */
enum { EXTENDED_QUOTE_MIN = 128 };

/* All that is known of a message before it is edited. */
struct message {
    struct way_ipv4 outer;
    struct way_icmp icmp;
    struct way_ipv4 quoted;
    way_be32 origin; /* from the quoted option */
};

/* Is the quoted packet addressed to the proxy? Asked of the bare bytes, because a
 * quote that is cut short or broken must not show the address either. */
static bool quotes_packet_to(const struct way_icmp *icmp, way_be32 proxy)
{
    struct way_cursor rest = icmp->quote;
    const uint8_t *base = way_cursor_peel(&rest, WAY_IPV4_BASE_LEN);
    return base && way_bytes_get_address(base + WAY_IPV4_AT_DESTINATION) == proxy;
}

/* Parses the quoted packet and reads its option, if it has one. */
static bool find_option(struct message *message)
{
    const struct way_cursor *quote = &message->icmp.quote;
    struct way_ipv4 *quoted = &message->quoted;

    if (way_ipv4_parse_quote(quote->at, way_cursor_left(quote), quoted) != WAY_PACKET_OK)
        return false;
    struct way_cursor options = quoted->options;
    const uint8_t *option = way_cursor_peel(&options, WAY_ROUTE_OPTION_LEN);
    return option && way_route_option_decode(option, &message->origin) &&
           way_ipv4_is_host_address(message->origin);
}

/* Is the error about what only router and proxy know of? */
static bool is_private(const struct way_icmp *icmp)
{
    if (icmp->type == WAY_ICMP_REDIRECT)
        return true;
    return icmp->type == WAY_ICMP_PARAMETER_PROBLEM && icmp->code == 0 &&
           icmp->pointer >= WAY_ROUTE_OPTION_AT &&
           icmp->pointer < WAY_ROUTE_OPTION_AT + WAY_ROUTE_OPTION_LEN;
}

/* What would be hidden by the new checksums, or break the edit. */
static enum way_packet_error verify(const struct message *message)
{
    struct way_cursor rest = message->outer.options;
    struct way_ipv4_option option;
    enum way_packet_error error;

    if (!way_ipv4_checksum_ok(&message->outer))
        return WAY_PACKET_IP_CHECKSUM;
    if (!way_icmp_checksum_ok(&message->outer))
        return WAY_PACKET_ICMP_CHECKSUM;
    do
        error = way_ipv4_option_next(&rest, &option);
    while (error == WAY_PACKET_OK && option.bytes);
    return error;
}

/* Decides what the packet is, without touching it. */
static enum way_icmp_quote_result examine(const struct way_packet *packet, way_be32 proxy,
                                          struct message *message, enum way_packet_error *error)
{
    *error = way_ipv4_parse(packet->data, packet->len, &message->outer);
    if (*error != WAY_PACKET_OK)
        return WAY_ICMP_QUOTE_MALFORMED;
    if (message->outer.protocol != WAY_PROTOCOL_ICMP || way_ipv4_is_fragment(&message->outer))
        return WAY_ICMP_QUOTE_NOT_OURS;
    *error = way_icmp_parse(&message->outer, &message->icmp);
    if (*error != WAY_PACKET_OK)
        return WAY_ICMP_QUOTE_MALFORMED;
    if (!way_icmp_is_error(message->icmp.type) || !quotes_packet_to(&message->icmp, proxy))
        return WAY_ICMP_QUOTE_NOT_OURS;
    *error = verify(message);
    if (*error != WAY_PACKET_OK)
        return WAY_ICMP_QUOTE_MALFORMED;
    if (!find_option(message) || is_private(&message->icmp))
        return WAY_ICMP_QUOTE_PRIVATE;
    return WAY_ICMP_QUOTE_DONE;
}

/* Restores the quoted packet at `quote` to what the client sent, 8 bytes
 * shorter; the last 8 of its `len` bytes become zero. */
static void restore_quote(uint8_t *quote, size_t len, const struct message *message)
{
    const struct way_ipv4 *quoted = &message->quoted;
    const size_t option_end = WAY_ROUTE_OPTION_AT + WAY_ROUTE_OPTION_LEN;

    uint16_t delta = way_route_pop_base(quote, message->origin);
    if (quoted->protocol == WAY_PROTOCOL_TCP && quoted->fragment_offset == 0 &&
        way_cursor_left(&quoted->payload) >= WAY_TCP_AT_CHECKSUM + 2) {
        uint8_t *field = quote + quoted->header_len + WAY_TCP_AT_CHECKSUM;
        way_bytes_put16(field, way_csum_apply_whole(way_bytes_get16(field), delta));
    }
    memmove(quote + WAY_ROUTE_OPTION_AT, quote + option_end, len - option_end);
    memset(quote + len - WAY_ROUTE_OPTION_LEN, 0, WAY_ROUTE_OPTION_LEN);
}

/* The length of the quote when it is 8 bytes shorter, padding included. */
static size_t restored_len(const struct way_icmp *icmp)
{
    size_t len = way_cursor_left(&icmp->quote);
    size_t least = 0;
    if (way_cursor_left(&icmp->extensions) > 0)
        least = len < EXTENDED_QUOTE_MIN ? len : EXTENDED_QUOTE_MIN;
    len -= WAY_ROUTE_OPTION_LEN;
    return len < least ? least : len;
}

/* The fields behind the ICMP checksum that depend on the packet's length. */
static void restore_fields(uint8_t *icmp, const struct way_icmp *was, size_t quote_len)
{
    const uint8_t behind_option = WAY_ROUTE_OPTION_AT + WAY_ROUTE_OPTION_LEN;

    if (was->has_length)
        icmp[WAY_ICMP_AT_LENGTH] = (uint8_t)(quote_len / 4);
    if (was->mtu > WAY_ROUTE_OPTION_LEN)
        way_bytes_put16(icmp + WAY_ICMP_AT_MTU, (uint16_t)(was->mtu - WAY_ROUTE_OPTION_LEN));
    if (was->type == WAY_ICMP_PARAMETER_PROBLEM && was->pointer >= behind_option)
        icmp[WAY_ICMP_AT_POINTER] = (uint8_t)(was->pointer - WAY_ROUTE_OPTION_LEN);
}

/* Edits the ICMP message, from back to front. Returns its new length. */
static size_t restore_message(uint8_t *icmp, const struct message *message)
{
    uint8_t *quote = icmp + WAY_ICMP_HEADER_LEN;
    size_t old_len = way_cursor_left(&message->icmp.quote);
    size_t new_len = restored_len(&message->icmp);
    size_t extensions_len = way_cursor_left(&message->icmp.extensions);
    size_t icmp_len = WAY_ICMP_HEADER_LEN + new_len + extensions_len;

    restore_quote(quote, old_len, message);
    memmove(quote + new_len, quote + old_len, extensions_len);
    restore_fields(icmp, &message->icmp, new_len);
    way_bytes_put16(icmp + WAY_ICMP_AT_CHECKSUM, 0);
    way_bytes_put16(icmp + WAY_ICMP_AT_CHECKSUM, way_csum_of(icmp, icmp_len));
    return icmp_len;
}

enum way_icmp_quote_result way_icmp_quote_restore(struct way_packet *packet, way_be32 proxy,
                                                  struct way_icmp_quote_change *change)
{
    struct message message;
    enum way_packet_error error;

    *change = (struct way_icmp_quote_change){0};
    enum way_icmp_quote_result result = examine(packet, proxy, &message, &error);
    change->error = error;
    if (result != WAY_ICMP_QUOTE_DONE)
        return result;
    change->origin = message.origin;
    change->from_proxy = message.outer.source == proxy;

    size_t header_len = message.outer.header_len;
    struct way_header header = way_header_without_record_routes(&message.outer);
    if (change->from_proxy)
        way_bytes_put_address(header.bytes + WAY_IPV4_AT_SOURCE, message.origin);
    way_header_seal(&header, restore_message(packet->data + header_len, &message));
    way_header_place(&header, packet, header_len);
    return WAY_ICMP_QUOTE_DONE;
}
