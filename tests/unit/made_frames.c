/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Frames from the hand-made packets of tests/unit/packets.h.
 */
#include "config.h"

#include "tests/unit/made_frames.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/packet/bytes.h"
#include "tests/unit/packets.h"

const char *const made_names[MADE_FRAMES] = {"syn",         "redirected", "tagged", "quoted",
                                             "short quote", "tunnelled",  "udp",    "arp"};

static void add(struct made_frame *frame, const void *bytes, size_t len)
{
    if (frame->len + len > sizeof frame->bytes)
        abort();
    memcpy(frame->bytes + frame->len, bytes, len);
    frame->len += len;
}

static void add_ethernet(struct made_frame *frame, uint16_t type)
{
    uint8_t header[14] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};

    way_bytes_put16(header + 12, type);
    add(frame, header, sizeof header);
}

/* An IPv4 header without options, with its checksum. */
static void add_ip(struct made_frame *frame, uint8_t protocol, way_be32 from, way_be32 to,
                   size_t payload_len)
{
    uint8_t header[20] = {0x45, [6] = 0x40, [8] = 64, [9] = protocol};

    way_bytes_put16(header + 2, (uint16_t)(20 + payload_len));
    way_bytes_put_address(header + 12, from);
    way_bytes_put_address(header + 16, to);
    way_bytes_put16(header + 10, way_csum_of(header, sizeof header));
    add(frame, header, sizeof header);
}

static void add_quoted(struct made_frame *frame, size_t quote_len)
{
    uint8_t icmp[8] = {3, 4};
    size_t at = frame->len + 20;

    way_bytes_put16(icmp + 6, 1400);
    add_ip(frame, 1, PROXY, CLIENT, sizeof icmp + quote_len);
    add(frame, icmp, sizeof icmp);
    add(frame, syn_redirected, quote_len);
    way_bytes_put16(frame->bytes + at + 2, way_csum_of(frame->bytes + at, frame->len - at));
}

static void add_tunnelled(struct made_frame *frame)
{
    static const uint8_t gre[] = {0x20, 0, 8, 0, 0, 0, 0, 9};

    add_ip(frame, 47, address(10, 0, 2, 1), PROXY, sizeof gre + SYN_LEN);
    add(frame, gre, sizeof gre);
    add(frame, syn_as_sent, SYN_LEN);
}

static void add_udp(struct made_frame *frame)
{
    static const uint8_t udp[] = {0x9c, 0x40, 0, 53, 0, 12, 0, 0, 'p', 'i', 'n', 'g'};

    add_ip(frame, 17, CLIENT, ORIGIN, sizeof udp);
    add(frame, udp, sizeof udp);
}

static void add_arp(struct made_frame *frame)
{
    static const uint8_t arp[] = {0,  1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 2,
                                  10, 0, 1, 2, 0, 0, 0, 0, 0, 0, 10, 0, 3, 2};

    add(frame, arp, sizeof arp);
}

struct made_frame made_frame(const char *name)
{
    static const uint8_t tags[] = {0, 7, 0x81, 0, 0x20, 42, 8, 0};
    struct made_frame frame = {.name = name};

    if (strcmp(name, "arp") == 0) {
        add_ethernet(&frame, 0x0806);
        add_arp(&frame);
        return frame;
    }
    add_ethernet(&frame, strcmp(name, "tagged") == 0 ? 0x88a8 : 0x0800);
    if (strcmp(name, "syn") == 0) {
        add(&frame, syn_as_sent, SYN_LEN);
    } else if (strcmp(name, "redirected") == 0) {
        add(&frame, syn_redirected, SYN_LEN + 8);
    } else if (strcmp(name, "tagged") == 0) {
        add(&frame, tags, sizeof tags);
        add(&frame, syn_redirected, SYN_LEN + 8);
    } else if (strcmp(name, "quoted") == 0) {
        add_quoted(&frame, SYN_LEN + 8);
    } else if (strcmp(name, "short quote") == 0) {
        add_quoted(&frame, 28 + 8);
    } else if (strcmp(name, "tunnelled") == 0) {
        add_tunnelled(&frame);
    } else if (strcmp(name, "udp") == 0) {
        add_udp(&frame);
    } else {
        abort();
    }
    return frame;
}

struct way_record made_record(const uint8_t *bytes, size_t len)
{
    return (struct way_record){.time = 1753000000000000000,
                               .number = 1,
                               .bytes = bytes,
                               .len = (uint32_t)len,
                               .wire_len = (uint32_t)len,
                               .link = 1};
}

/* Little endian, whatever the machine. */
static void put_le32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

size_t made_pcap_header(uint8_t *to, uint32_t link)
{
    put_le32(to, 0xa1b23c4d);
    put_le32(to + 4, 4 << 16 | 2);
    put_le32(to + 8, 0);
    put_le32(to + 12, 0);
    put_le32(to + 16, 262144);
    put_le32(to + 20, link);
    return 24;
}

size_t made_pcap_record(uint8_t *to, uint32_t seconds, uint32_t ns, uint32_t len)
{
    put_le32(to, seconds);
    put_le32(to + 4, ns);
    put_le32(to + 8, len);
    put_le32(to + 12, len);
    return 16;
}

int made_file(const uint8_t *bytes, size_t len)
{
    int fd = memfd_create("made", MFD_CLOEXEC);

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    return fd;
}
