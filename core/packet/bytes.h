/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * Numbers in packets: big-endian bytes in, host-order values out, and back.
 *
 * Every field of a packet is read and written through these functions, so that
 * neither alignment nor the machine's byte order is ever a question. IPv4
 * addresses are the one exception: they are compared, copied and looked up, but
 * never calculated with, and stay in network order (way_be32), as in
 * `struct in_addr`.
 *
 * None of these functions checks a bound: what they get was peeled off a cursor
 * (core/packet/cursor.h). The file also compiles for BPF.
 */
#ifndef WAYLAY_CORE_PACKET_BYTES_H
#define WAYLAY_CORE_PACKET_BYTES_H

#include <stdint.h>

/* An IPv4 address as it stands in the packet: the value of in_addr.s_addr. */
typedef uint32_t way_be32;

/* Reads 16 bits at `at`; returns host order. */
static inline uint16_t way_bytes_get16(const uint8_t *at)
{
    return (uint16_t)((uint16_t)at[0] << 8 | at[1]);
}

/* Reads 32 bits at `at`; returns host order. */
static inline uint32_t way_bytes_get32(const uint8_t *at)
{
    return (uint32_t)way_bytes_get16(at) << 16 | way_bytes_get16(at + 2);
}

/* Writes the host-order `value` as 16 bits at `at`. */
static inline void way_bytes_put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

/* Writes the host-order `value` as 32 bits at `at`. */
static inline void way_bytes_put32(uint8_t *at, uint32_t value)
{
    way_bytes_put16(at, (uint16_t)(value >> 16));
    way_bytes_put16(at + 2, (uint16_t)value);
}

/* Reads the IPv4 address at `at`; network order. */
static inline way_be32 way_bytes_get_address(const uint8_t *at)
{
    way_be32 address;
    __builtin_memcpy(&address, at, sizeof address);
    return address;
}

/* Writes the IPv4 address (network order) at `at`. */
static inline void way_bytes_put_address(uint8_t *at, way_be32 address)
{
    __builtin_memcpy(at, &address, sizeof address);
}

#endif
