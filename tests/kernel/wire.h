/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets on a TUN device: the experiments speak TCP by hand, as the client, and
 * read what the kernel answers.
 *
 * Also the proxy's way in, which most experiments stand on: a TUN device from
 * which every packet is delivered locally, whatever its destination.
 */
#ifndef WAYLAY_TESTS_KERNEL_WIRE_H
#define WAYLAY_TESTS_KERNEL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet/ipv4.h"
#include "core/packet/tcp.h"

/* The parties of every experiment. */
#define CLIENT wire_address(10, 0, 1, 2)
#define PROXY  wire_address(10, 0, 2, 2)
#define ORIGIN wire_address(10, 0, 3, 2)

way_be32 wire_address(uint8_t a, uint8_t b, uint8_t c, uint8_t d);

/* A TCP segment to send, in an IPv4 packet. */
struct segment {
    way_be32 source;
    way_be32 destination;
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t seq;
    uint32_t ack;
    uint8_t flags;
    uint8_t ttl;  /* 0: 64 */
    uint16_t mss; /* 0: no MSS option */
    uint16_t identification;
    const uint8_t *options; /* IPv4 options, a multiple of 4 bytes; may be NULL */
    size_t options_len;
};

/* A packet that was read, and its views (tcp: where is_tcp). */
struct received {
    uint8_t bytes[2048];
    size_t len;
    struct way_ipv4 ip;
    struct way_tcp tcp;
    bool is_tcp;
};

/* A SYN of the client, sequence number 1000, MSS 1460, to the origin. */
struct segment wire_syn(uint16_t client_port, uint16_t origin_port);

/* Builds the packet, with right checksums; returns its length. */
enum { WIRE_PACKET_MAX = WAY_IPV4_HEADER_MAX + 24 };
size_t wire_build(uint8_t packet[WIRE_PACKET_MAX], const struct segment *segment);

/* Writes the segment into the device. */
void wire_send(int tun, const struct segment *segment);

/* Waits for the next IPv4 packet. False when the guard ran out. */
bool wire_receive(int tun, struct received *out);

/* Waits for the next TCP packet to that port; others are passed over. */
bool wire_receive_tcp(int tun, uint16_t port, struct received *out);

/* Answers the SYN-ACK `answer` with the ACK that ends the handshake, and brings
 * the client's `segment` up to date: its next packet is an ACK without data. */
void wire_acknowledge(int tun, struct segment *segment, const struct received *answer);

/* Makes the TUN device "way0" of the current namespace a delivery device: its
 * packets select a table with `local default dev lo`, and answers to the client's
 * network leave through it. Returns its descriptor. */
int wire_delivery(void);

/* A non-blocking listener on every address and `port`, IP_TRANSPARENT, which saves
 * SYNs. */
int wire_listener(uint16_t port, int backlog);

/* Waits for a connection. -1 when the guard ran out. */
int wire_accept(int listener);

#endif
