/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A small world for the tests of waylay-assert: one good run, packet by
 * packet, that a test spoils in one respect before it is judged.
 *
 * The run is the first scenario's: a miss, a hit, a refused connection, a
 * direct one and one whose origin is silent for a while, with the packets that
 * each of the three taps sees. A packet has a label ("hit.request") and a tap;
 * tests find it by both, change its fields, and have the world judged:
 *
 *     struct world *world = world_new();
 *     world_packet(world, WAY_TAP_CLIENT, "miss.syn-ack")->source = PROXY_ADDRESS;
 *     CU_ASSERT_STRING_EQUAL(world_rulings(world, false), "ff.f...");
 *     world_free(&world);
 *
 * The same run can be had over links with wires: a packet's time is then that at
 * the router's end, where all taps of plain links are; the other end's is `delay`
 * before it or after it.
 *
 * Frames are put together here byte by byte, with checksums of this file's own,
 * and not by the code under test.
 */
#ifndef WAYLAY_TESTS_UNIT_ASSERT_WORLD_H
#define WAYLAY_TESTS_UNIT_ASSERT_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum way_tap_name { WAY_TAP_CLIENT, WAY_TAP_PROXY, WAY_TAP_ORIGIN, WAY_TAP_COUNT };

/* Addresses of the world, host order. */
enum {
    CLIENT_ADDRESS = 0x0a000102,
    ROUTER_ADDRESS = 0x0a000201, /* on the proxy's link */
    PROXY_ADDRESS = 0x0a000202,
    ORIGIN_ADDRESS = 0x0a000302,
    STRANGER_ADDRESS = 0x0a000309
};

enum { WORLD_PACKETS_MAX = 160, WORLD_EXTRA_MAX = 128 };

/* A packet as one tap sees it. Every field may be changed before judging. */
struct world_packet {
    enum way_tap_name tap;
    const char *label;
    int64_t time; /* ns since the epoch */
    uint32_t source, destination;
    uint16_t source_port, destination_port;
    uint32_t seq, ack;
    uint8_t flags;
    uint8_t ttl;
    uint16_t id;
    uint16_t fragment;     /* the flags and offset word; 0x4000 is do-not-fragment */
    uint8_t option[60];    /* IPv4 options, */
    size_t option_len;     /* a multiple of 4 bytes */
    const char *payload;   /* TCP payload; never NULL */
    bool from_router;      /* its Ethernet source is the router's, else the other end's */
    bool lost;             /* the tap does not see it */
    bool dropped;          /* the wire drops it: only its sender's end sees it */
    bool bad_ip_checksum;  /* a bit of the checksum is flipped */
    bool bad_tcp_checksum; /* likewise */
    uint8_t protocol;      /* 6; else `extra` is the payload of the IPv4 packet */
    uint16_t ether_type;   /* 0x0800; else `extra` is the payload of the frame */
    uint8_t extra[WORLD_EXTRA_MAX];
    size_t extra_len;
    size_t flipped_bit; /* of the frame, from its first; 0: none */
    size_t cut;         /* bytes that the capture lacks at the frame's end */
};

struct world {
    struct world_packet packets[WORLD_PACKETS_MAX];
    size_t count;
    int64_t uncertainty;          /* ns, of the clock */
    const char *lacking_mark;     /* a mark that the bindings do not have, or NULL */
    int dropped[WAY_TAP_COUNT];   /* packets that the tap lost; -1: not stated */
    int uncounted[WAY_TAP_COUNT]; /* frames captured that the file lacks */
    bool late[WAY_TAP_COUNT];     /* the tap was live only after the first mark */
    const char *off;              /* the origin's tap is off for as long as this step lasts */
    bool wired;                   /* each link has a wire, and a capture at each end */
    int64_t delay;                /* ns that each wire takes */
};

/* The good run; aborts when memory lacks. world_free frees it and nulls it. */
struct world *world_new(void);
void world_free(struct world **world);

/* The packet of that label at that tap; aborts when there is none. */
struct world_packet *world_packet(struct world *world, enum way_tap_name tap, const char *label);

/* Adds a copy of the packet, `later` ns after it, labelled anew, and returns it.
 * Pointers to other packets stay valid. */
struct world_packet *world_copy(struct world *world, const struct world_packet *packet,
                                const char *label, int64_t later);

/* Takes all packets off a tap. */
void world_silence(struct world *world, enum way_tap_name tap);

/* Makes an ICMP error (type, code) of the packet: about one from the client to
 * `quoted_destination`, with `option` (8 bytes, or NULL) in the quoted header. */
void world_make_icmp(struct world_packet *packet, uint8_t type, uint8_t code,
                     uint32_t quoted_destination, const uint8_t *option);

/* Writes the world as a run's folder: an existing, empty one. */
void world_write(const struct world *world, const char *folder);

/* The bytes of one packet's frame; returns its length. `frame` has room for
 * 512 bytes. */
size_t world_render(const struct world_packet *packet, uint8_t *frame);

#endif
