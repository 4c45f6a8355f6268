/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Making a header aside, and putting it into place.
 */
#include "core/packet/header.h"

#include <assert.h>
#include <string.h>

#include "core/packet/checksum.h"

void way_header_append(struct way_header *header, const uint8_t *bytes, size_t len)
{
    assert(len <= sizeof header->bytes - header->len);
    memcpy(header->bytes + header->len, bytes, len);
    header->len += len;
}

struct way_header way_header_copy(const struct way_ipv4 *ip)
{
    struct way_header header = {0};
    way_header_append(&header, ip->header.at, ip->header_len);
    return header;
}

struct way_header way_header_without_record_routes(const struct way_ipv4 *ip)
{
    static const uint8_t padding[4] = {WAY_IPV4_OPTION_END};
    struct way_header header = {0};
    struct way_cursor rest = ip->options;
    struct way_ipv4_option option;

    way_header_append(&header, ip->header.at, WAY_IPV4_BASE_LEN);
    while (way_ipv4_option_next(&rest, &option) == WAY_PACKET_OK && option.bytes)
        if (option.type != WAY_IPV4_OPTION_RECORD_ROUTE && option.type != WAY_IPV4_OPTION_NOP)
            way_header_append(&header, option.bytes, option.len);
    way_header_append(&header, padding, -header.len % 4);
    return header;
}

void way_header_seal(struct way_header *header, size_t payload_len)
{
    assert(header->len % 4 == 0 && header->len >= WAY_IPV4_BASE_LEN);
    assert(header->len + payload_len <= WAY_IPV4_TOTAL_MAX);
    header->bytes[0] = (uint8_t)(4 << 4 | header->len / 4);
    way_bytes_put16(header->bytes + WAY_IPV4_AT_TOTAL_LEN, (uint16_t)(header->len + payload_len));
    way_bytes_put16(header->bytes + WAY_IPV4_AT_CHECKSUM, 0);
    way_bytes_put16(header->bytes + WAY_IPV4_AT_CHECKSUM, way_csum_of(header->bytes, header->len));
}

int way_header_place(const struct way_header *header, struct way_packet *packet, size_t old_len)
{
    int grown = (int)header->len - (int)old_len;
    way_packet_grow(packet, grown);
    memcpy(packet->data, header->bytes, header->len);
    uint16_t total_len = way_bytes_get16(packet->data + WAY_IPV4_AT_TOTAL_LEN);
    assert(total_len <= packet->len);
    packet->len = total_len;
    return grown;
}
