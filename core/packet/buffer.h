/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * A packet that can grow and shrink at its front.
 *
 * The redirect changes the IPv4 header's length. Moving the few bytes of the
 * header towards the front is cheap, moving the payload is not: so a packet is
 * read into the middle of a buffer, with writable room before it, and its start
 * moves.
 *
 *      |<---- room ---->|<------- len ------->|
 *      +----------------+---------------------+
 *      |    writable    |  IPv4 header, ...   |
 *      +----------------+---------------------+
 *                       ^ data
 *
 * The struct borrows the memory; whoever made the buffer owns it.
 */
#ifndef WAYLAY_CORE_PACKET_BUFFER_H
#define WAYLAY_CORE_PACKET_BUFFER_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/* Room that suffices for every function of core/packet that grows a packet. */
enum { WAY_PACKET_ROOM = 8 };

struct way_packet {
    uint8_t *data; /* first byte of the IPv4 header */
    size_t len;    /* bytes of the packet, from data on */
    size_t room;   /* writable bytes before data */
};

/* Moves the packet's start by `bytes`: towards the front when positive (taking
 * room; room must suffice), towards the end when negative (giving it back; the
 * packet must be as long). The bytes that become the start are not changed. */
static inline void way_packet_grow(struct way_packet *packet, int bytes)
{
    assert(bytes <= 0 || (size_t)bytes <= packet->room);
    assert(bytes >= 0 || (size_t)-bytes <= packet->len);
    packet->data -= bytes;
    packet->room -= (size_t)bytes;
    packet->len += (size_t)bytes;
}

#endif
