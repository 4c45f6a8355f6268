/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The option that carries the origin's address from the router to the proxy,
 * and what adding or removing it does to the 20 bytes of the base header.
 *
 * The destination of a redirected packet is the proxy; the origin's address is
 * kept in an IPv4 Record Route option (RFC 791, section 3.1), the first of the header:
 *
 *      byte  20       21               22          23           24..27
 *          +--------+----------------+-----------+------------+------------------+
 *          | 1: NOP | 7: Record Route| 7: length | 8: pointer | origin's address |
 *          +--------+----------------+-----------+------------+------------------+
 *
 * The NOP aligns the address to 4 bytes. The pointer is beyond the length: the
 * route is full, so that no router on the way records itself over it.
 *
 * This is the header that the BPF programs share with user space: it moves no
 * packet bytes and knows no packet, only the base header and the option. Who
 * uses it has checked the header before, makes or takes the 8 bytes behind the
 * base header, and applies the returned delta to the transport checksum (or not:
 * ICMP has no pseudo header, and only a first fragment has the field).
 * core/packet/route_push.h does all that for a packet in user space.
 */
#ifndef WAYLAY_CORE_PACKET_ROUTE_OPTION_H
#define WAYLAY_CORE_PACKET_ROUTE_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"

enum {
    WAY_ROUTE_OPTION_LEN = 8,  /* bytes that a redirected packet is longer */
    WAY_ROUTE_OPTION_AT = 20,  /* where in the header it stands */
    WAY_ROUTE_PUSH_MAX = 65527 /* total length of the longest packet that can grow */
};

/* The option's fixed bytes, as one number: NOP, type, length, pointer. */
#define WAY_ROUTE_OPTION_MAGIC 0x01070708u

/* Writes the option that bears `origin`. */
static inline void way_route_option_encode(uint8_t option[WAY_ROUTE_OPTION_LEN], way_be32 origin)
{
    way_bytes_put32(option, WAY_ROUTE_OPTION_MAGIC);
    way_bytes_put_address(option + 4, origin);
}

/* Reads the option. Returns false, and leaves `origin` alone, when the 8 bytes
 * are anything else. */
static inline bool way_route_option_decode(const uint8_t option[WAY_ROUTE_OPTION_LEN],
                                           way_be32 *origin)
{
    if (way_bytes_get32(option) != WAY_ROUTE_OPTION_MAGIC)
        return false;
    *origin = way_bytes_get_address(option + 4);
    return true;
}

/* The sum of the option's words: what the header's checksum gains by it. */
static inline uint32_t way_route_option_sum(way_be32 origin)
{
    return (WAY_ROUTE_OPTION_MAGIC >> 16) + (WAY_ROUTE_OPTION_MAGIC & 0xffff) +
           way_csum_address(origin);
}

/* Replaces destination and lengths in a base header and corrects its checksum by
 * difference. `words` (of 4 bytes) are added to the header's length, `old_sum`
 * and `new_sum` are the sums of the option bytes that go and come. Returns the
 * delta for the transport checksum, whose pseudo header holds the destination. */
static inline uint16_t way_route_readdress(uint8_t base[20], way_be32 destination, int words,
                                           uint32_t old_sum, uint32_t new_sum)
{
    uint32_t from = way_csum_address(way_bytes_get_address(base + 16));
    uint32_t to = way_csum_address(destination);

    old_sum += way_bytes_get16(base) + way_bytes_get16(base + 2) + from;
    base[0] = (uint8_t)(base[0] + words);
    way_bytes_put16(base + 2, (uint16_t)(way_bytes_get16(base + 2) + 4 * words));
    way_bytes_put_address(base + 16, destination);
    new_sum += way_bytes_get16(base) + way_bytes_get16(base + 2) + to;

    uint16_t checksum = way_bytes_get16(base + 10);
    way_bytes_put16(base + 10, way_csum_apply_whole(checksum, way_csum_delta(old_sum, new_sum)));
    return way_csum_delta(from, to);
}

/* Turns the base header of a client's packet into that of the redirected one:
 * the destination becomes `proxy`, and the header grows by the option, which is
 * written to `option` and belongs right behind `base`. The total length must be
 * at most WAY_ROUTE_PUSH_MAX and the header at most 52 bytes long. Returns the
 * delta for the transport checksum. */
static inline uint16_t way_route_push_base(uint8_t base[20], uint8_t option[WAY_ROUTE_OPTION_LEN],
                                           way_be32 proxy)
{
    way_be32 origin = way_bytes_get_address(base + 16);
    way_route_option_encode(option, origin);
    return way_route_readdress(base, proxy, WAY_ROUTE_OPTION_LEN / 4, 0,
                               way_route_option_sum(origin));
}

/* The reverse: the destination becomes `origin`, as decoded from the option right
 * behind `base`, and the header loses the option; the caller takes its 8 bytes
 * out. Returns the delta for the transport checksum. */
static inline uint16_t way_route_pop_base(uint8_t base[20], way_be32 origin)
{
    return way_route_readdress(base, origin, -(WAY_ROUTE_OPTION_LEN / 4),
                               way_route_option_sum(origin), 0);
}

#endif
