/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pulse INTERFACE PER-SECOND SECONDS SIZE: sends raw frames, evenly spaced.
 *
 * Frames have an ethertype that nobody listens to, so that the receiving kernel
 * throws them away at once. PER-SECOND 0 is as fast as it goes. Prints how many
 * were sent, and in how many seconds. The pace is kept by looking at the clock: it
 * takes a core.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/common/clock.h"

enum { SHORTEST = 60, LONGEST = 1514, ETHERTYPE = 0x88b6 };

static int open_socket(const char *interface)
{
    const struct sockaddr_ll there = {.sll_family = AF_PACKET,
                                      .sll_ifindex = (int)if_nametoindex(interface)};
    const int on = 1;
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&there, sizeof(there)) != 0 ||
        setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) != 0) {
        perror(interface);
        exit(1);
    }
    return fd;
}

static void send_all(int fd, int64_t every, int64_t length, size_t size)
{
    uint8_t frame[LONGEST] = {0x02, 0, 0, 0, 0,    0x02,           0x02,
                              0,    0, 0, 0, 0x01, ETHERTYPE >> 8, ETHERTYPE & 0xff};
    uint64_t sent = 0;
    int64_t begin = way_clock_ns();
    int64_t due = begin;
    int64_t now = begin;
    for (; now - begin < length; now = way_clock_ns()) {
        if (now < due)
            continue;
        due += every;
        if (send(fd, frame, size, 0) >= 0)
            sent++;
    }
    printf("%" PRIu64 " %.6f\n", sent, (double)(now - begin) / 1e9);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: pulse INTERFACE PER-SECOND SECONDS SIZE\n");
        return 2;
    }
    long per_second = strtol(argv[2], NULL, 10);
    long size = strtol(argv[4], NULL, 10);
    if (per_second < 0 || size < SHORTEST || size > LONGEST) {
        fprintf(stderr, "pulse: expected a rate from 0, and a size from 60 to 1514\n");
        return 2;
    }
    int64_t every = per_second ? WAY_NS_PER_SECOND / per_second : 0;
    send_all(open_socket(argv[1]), every, (int64_t)(strtod(argv[3], NULL) * 1e9), (size_t)size);
    return 0;
}
