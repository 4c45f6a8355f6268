/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes what the two sides of a router would have captured, of any number of
 * packets, for the benches of analysis/:
 *
 *     bench-capture PACKETS SEED INSIDE [OUTSIDE]
 *
 * Both files are nanosecond pcap of Ethernet, the same bytes for the same numbers.
 * INSIDE has so many packets, one each microsecond; OUTSIDE the same but for ARP.
 *
 * Of 100 packets, 82 are TCP, of FLOWS connections at a time between a thousand
 * clients and 16 servers (tests/bench/assert/made-flow.h), 13 UDP, 3 ICMP, 2 ARP.
 * The router takes one from the TTL and puts its own hardware addresses; what
 * clients send to port 80 it re-addresses to a proxy, with the server's address
 * pushed into a record route option. A packet is delayed there by 20 to some 500
 * microseconds, and none overtakes another. Header checksums of IPv4 are right,
 * those of TCP and UDP are 0: nobody looks at them here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"
#include "tests/bench/assert/made-flow.h"

enum { ETH_LEN = 14, RECORD_LEN = 16, ETH_LEAST = 60, RING = 4096, STEP_NS = 1000 };
enum { PROXY = 0x0a000909, TYPE_IP = 0x0800, TYPE_ARP = 0x0806 };

struct frame {
    int64_t time; /* ns from the beginning */
    size_t len;
    uint8_t record[RECORD_LEN]; /* of the file; right before the bytes */
    uint8_t bytes[ETH_LEN + WAY_MADE_PACKET_MAX + 8];
};

/* What one side has captured: its own packets as they come, between those that the
 * router still has. */
struct side {
    FILE *file; /* NULL: nobody wants it */
    struct frame *ring;
    unsigned long first, end;
    uint8_t mac[12];
};

static void put_host32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
}

static void write_frame(struct side *side, struct frame *frame)
{
    enum { BEGINNING = 1753000000, SECOND = 1000000000 };

    if (!side->file)
        return;
    memcpy(frame->bytes, side->mac, sizeof side->mac);
    put_host32(frame->record, (uint32_t)(BEGINNING + frame->time / SECOND));
    put_host32(frame->record + 4, (uint32_t)(frame->time % SECOND));
    put_host32(frame->record + 8, (uint32_t)frame->len);
    put_host32(frame->record + 12, (uint32_t)frame->len);
    fwrite(frame->record, RECORD_LEN + frame->len, 1, side->file);
}

/* Writes what the router has passed on to this side by `time`. */
static void write_passed(struct side *side, int64_t time)
{
    while (side->first != side->end && side->ring[side->first % RING].time <= time)
        write_frame(side, &side->ring[side->first++ % RING]);
}

/* What the router makes of a packet of a client for port 80: the option goes behind
 * the IPv4 header. */
static void push_option(struct frame *frame)
{
    uint8_t *ip = frame->bytes + ETH_LEN;
    size_t total = way_bytes_get16(ip + 2);
    uint32_t server = way_bytes_get32(ip + 16);

    memmove(ip + 28, ip + 20, total - 20);
    ip[0] = 0x47;
    way_bytes_put16(ip + 2, (uint16_t)(total + 8));
    way_bytes_put32(ip + 20, 0x01070708);
    way_bytes_put32(ip + 24, server);
    way_bytes_put32(ip + 16, PROXY);
    frame->len = ETH_LEN + total + 8;
}

static void finish_frame(struct frame *frame)
{
    uint8_t *ip = frame->bytes + ETH_LEN;
    size_t header = 4 * (size_t)(ip[0] & 0xf);

    way_bytes_put16(ip + 10, 0);
    way_bytes_put16(ip + 10, way_csum_of(ip, header));
    if (frame->len < ETH_LEAST) {
        memset(frame->bytes + frame->len, 0, ETH_LEAST - frame->len);
        frame->len = ETH_LEAST;
    }
}

/* Gives the frame to the router, which has it at the other side a little later. */
static void pass_on(struct side *to, const struct frame *frame, size_t len, bool redirected)
{
    struct frame *late = &to->ring[to->end % RING];
    int64_t least = to->end != to->first ? to->ring[(to->end - 1) % RING].time : 0;
    int64_t time = frame->time + 20000 + (int64_t)way_made_draw(way_made_draw(500) + 1) * 1000;

    if (to->end - to->first == RING) { /* cannot be: a delay is less than so many steps */
        fputs("bench-capture: the router's queue is full\n", stderr);
        exit(1);
    }
    to->end++;
    *late = *frame;
    late->len = len;
    late->time = time > least ? time : least;
    late->bytes[ETH_LEN + 8]--;
    if (redirected)
        push_option(late);
    finish_frame(late);
}

static void put_arp(struct frame *frame)
{
    static const uint8_t arp[] = {0, 1, 8, 0, 6, 4, 0, 1};

    way_bytes_put16(frame->bytes + 12, TYPE_ARP);
    memset(frame->bytes + ETH_LEN, 0, ETH_LEAST - ETH_LEN);
    memcpy(frame->bytes + ETH_LEN, arp, sizeof arp);
    frame->len = ETH_LEAST;
}

/* The packet of step `n`, at the side that it comes from, and later at the other. */
static void make(struct side *inside, struct side *outside, long n)
{
    static struct frame frame;
    struct way_made made;

    frame.time = n * STEP_NS;
    write_passed(inside, frame.time);
    write_passed(outside, frame.time);
    if (way_made_draw(100) < 2) {
        put_arp(&frame);
        write_frame(inside, &frame);
        return;
    }
    way_made_packet(frame.bytes + ETH_LEN, &made);
    way_bytes_put16(frame.bytes + 12, TYPE_IP);
    frame.len = ETH_LEN + made.len;
    struct side *from = made.back ? outside : inside, *to = made.back ? inside : outside;
    pass_on(to, &frame, frame.len, made.to_http);
    finish_frame(&frame);
    write_frame(from, &frame);
}

static void open_side(struct side *side, const char *path, uint8_t mac)
{
    static const uint32_t header[6] = {0xa1b23c4d, 4 << 16 | 2, 0, 0, 262144, 1};

    side->ring = calloc(RING, sizeof *side->ring);
    side->mac[0] = side->mac[6] = 2;
    side->mac[5] = mac;
    side->mac[11] = (uint8_t)(mac + 1);
    side->file = path ? fopen(path, "wbe") : NULL;
    if (!side->ring || (path && !side->file)) {
        perror(path ? path : "bench-capture");
        exit(1);
    }
    if (side->file)
        fwrite(header, sizeof header, 1, side->file);
}

static void close_side(struct side *side, const char *path)
{
    write_passed(side, INT64_MAX);
    if (side->file && (ferror(side->file) || fclose(side->file))) {
        perror(path);
        exit(1);
    }
    free(side->ring);
}

int main(int argc, char **argv)
{
    long packets = argc >= 4 ? strtol(argv[1], NULL, 10) : 0;
    unsigned long seed = argc >= 4 ? strtoul(argv[2], NULL, 10) : 0;
    static struct side inside, outside;

    if (packets <= 0 || argc > 5) {
        fputs("usage: bench-capture PACKETS SEED INSIDE [OUTSIDE]\n", stderr);
        return 2;
    }
    way_made_begin(seed);
    open_side(&inside, argv[3], 1);
    open_side(&outside, argv[4], 3);
    for (long n = 0; n < packets; n++)
        make(&inside, &outside, n);
    close_side(&inside, argv[3]);
    close_side(&outside, argv[4]);
    return 0;
}
