/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets as clients and servers send them, made up: the same ones for the same seed.
 *
 * Connections live in slots. One begins with SYN, SYN-ACK and ACK (with the usual
 * options), asks by HTTP/1.1, is answered in some segments, half of which are
 * acknowledged at once, and ends with a FIN from each side; then the slot begins
 * anew, from another port. One segment with data in fifty is sent again, a little
 * later. One connection in eight is to port 443 and has no HTTP in it. All bytes of
 * a stream are in order but for what is sent again.
 */
#ifndef WAYLAY_TESTS_BENCH_ASSERT_MADE_FLOW_H
#define WAYLAY_TESTS_BENCH_ASSERT_MADE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum way_made_limits {
    WAY_MADE_FLOWS = 10000,    /* connections at one time */
    WAY_MADE_CLIENTS = 1000,   /* 10.0.1.0 and on */
    WAY_MADE_SERVERS = 16,     /* 10.100.0.1 and on */
    WAY_MADE_PACKET_MAX = 1500 /* bytes of an IPv4 packet */
};

struct way_made {
    size_t len;   /* of the IPv4 packet */
    bool back;    /* from a server */
    bool to_http; /* of a client, to port 80 */
};

/* Begins anew. One generator a process. */
void way_made_begin(uint64_t seed);

/* A number below `bound`, which is not 0. */
uint32_t way_made_draw(uint32_t bound);

/* Writes the next IPv4 packet, without header checksum. */
void way_made_packet(uint8_t *ip, struct way_made *made);

#endif
