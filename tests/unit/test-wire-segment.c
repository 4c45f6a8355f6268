/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GSO packets and what they are cut into.
 */
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"
#include "emu/wire/segment.h"
#include "tests/unit/tap.h"

enum { POOL = 1 << 22, IP = WAY_FRAME_ETHERNET, PAYLOAD = 5000, SIZE = 1448, TCP_OPTIONS = 12 };

#define SEQUENCE UINT32_C(0xfffff000) /* wraps inside */

/* A kind of GSO packet. */
struct kind {
    size_t ip_len, transport_len;
    bool is_ipv6, is_tcp;
    uint8_t type;
};

static const struct kind kinds[] = {
    {20, 20 + TCP_OPTIONS, false, true, VIRTIO_NET_HDR_GSO_TCPV4},
    {28, 20, false, true, VIRTIO_NET_HDR_GSO_TCPV4 | VIRTIO_NET_HDR_GSO_ECN},
    {40, 20 + TCP_OPTIONS, true, true, VIRTIO_NET_HDR_GSO_TCPV6},
    {20, 8, false, false, WAY_SEGMENT_UDP_L4},
    {40, 8, true, false, WAY_SEGMENT_UDP_L4},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static struct way_frame *gso(struct way_frames *frames, const struct kind *kind)
{
    size_t transport = IP + kind->ip_len;
    size_t payload = transport + kind->transport_len;
    struct way_frame *frame = way_frame_new(frames, payload + PAYLOAD);
    if (!frame)
        abort();
    uint8_t *b = frame->bytes;
    memset(b, 0, frame->len);
    way_bytes_put16(b + 12, kind->is_ipv6 ? 0x86dd : 0x0800);
    b[IP] = (uint8_t)(kind->is_ipv6 ? 0x60 : 0x40 | kind->ip_len / 4);
    b[IP + (kind->is_ipv6 ? 6 : 9)] = kind->is_tcp ? 6 : 17;
    if (!kind->is_ipv6)
        way_bytes_put16(b + IP + 4, 0xffff); /* the identification wraps */
    memset(b + IP + (kind->is_ipv6 ? 8 : 12), 0x17, kind->is_ipv6 ? 32 : 8);
    if (kind->is_tcp) {
        way_bytes_put32(b + transport + 4, SEQUENCE);
        b[transport + 12] = (uint8_t)(kind->transport_len / 4 << 4);
        b[transport + 13] = 0x80 | 0x10 | 0x08 | 0x01; /* CWR, ACK, PSH, FIN */
    }
    for (size_t i = 0; i < PAYLOAD; i++)
        b[payload + i] = (uint8_t)(i * 31 >> 3);
    struct virtio_net_hdr header = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                    .gso_type = kind->type,
                                    .gso_size = SIZE,
                                    .csum_start = (uint16_t)transport,
                                    .csum_offset = kind->is_tcp ? 16 : 6};
    memcpy(frame->offload, &header, sizeof(header));
    return frame;
}

/* Whether lengths and checksums are those of a whole packet. */
static bool is_right(const struct way_frame *packet, const struct kind *kind)
{
    const uint8_t *ip = packet->bytes + IP;
    size_t len = packet->len - IP - kind->ip_len;
    uint32_t pseudo = (uint32_t)len + (kind->is_tcp ? 6 : 17);
    pseudo += kind->is_ipv6 ? way_csum_add(0, ip + 8, 32) : way_csum_add(0, ip + 12, 8);
    bool right = way_csum_add(pseudo, ip + kind->ip_len, len) == 0xffff;
    if (kind->is_ipv6)
        return right && way_bytes_get16(ip + 4) == len;
    return right && way_bytes_get16(ip + 2) == packet->len - IP &&
           way_csum_of(ip, kind->ip_len) == 0;
}

static void check_packet(const struct way_frame *packet, const struct kind *kind, size_t index)
{
    static const uint8_t nothing[WAY_FRAME_OFFLOAD];
    const uint8_t *transport = packet->bytes + IP + kind->ip_len;
    bool is_last = (index + 1) * SIZE >= PAYLOAD;
    CU_ASSERT_TRUE(is_right(packet, kind));
    CU_ASSERT_EQUAL(memcmp(packet->offload, nothing, sizeof(nothing)), 0);
    if (!kind->is_ipv6)
        CU_ASSERT_EQUAL(way_bytes_get16(packet->bytes + IP + 4), (uint16_t)(0xffff + index));
    if (kind->is_tcp) {
        CU_ASSERT_EQUAL(way_bytes_get32(transport + 4), (uint32_t)(SEQUENCE + index * SIZE));
        CU_ASSERT_EQUAL(transport[13], 0x10 | (index == 0 ? 0x80 : 0) | (is_last ? 0x09 : 0));
    } else {
        CU_ASSERT_EQUAL(way_bytes_get16(transport + 4), packet->len - IP - kind->ip_len);
    }
}

static void a_gso_packet_is_cut_into_right_packets(void)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct way_frames frames = way_frames_new(POOL);
        struct way_frame *whole = gso(&frames, &kinds[k]);
        struct way_frame *kept = way_frame_copy(&frames, whole);
        struct way_fifo packets = {0};
        size_t payload = IP + kinds[k].ip_len + kinds[k].transport_len;
        size_t index = 0;
        CU_ASSERT_TRUE_FATAL(way_segment(&frames, &whole, &packets));
        CU_ASSERT_PTR_NULL(whole);
        CU_ASSERT_EQUAL(packets.count, 4);
        for (struct way_frame *each; (each = way_fifo_pop(&packets)) != NULL; index++) {
            check_packet(each, &kinds[k], index);
            CU_ASSERT_EQUAL(memcmp(each->bytes + payload, kept->bytes + payload + index * SIZE,
                                   each->len - payload),
                            0);
            way_frame_free(&frames, &each);
        }
        way_frame_free(&frames, &kept);
        way_frames_free(&frames);
    }
}

static void what_cannot_be_cut_stays(void)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct way_frames frames = way_frames_new(POOL);
        struct way_fifo packets = {0};
        struct way_frame *whole = gso(&frames, &kinds[k]);
        struct virtio_net_hdr good;
        memcpy(&good, whole->offload, sizeof(good));
        struct virtio_net_hdr wrong[] = {good, good, good, good, good, good};
        wrong[0].gso_size = 0;
        wrong[1].csum_start = UINT16_MAX;
        wrong[2].csum_start = IP;
        wrong[3].csum_offset++;
        wrong[4].flags = 0;
        wrong[5].gso_type = VIRTIO_NET_HDR_GSO_UDP;
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
            if (!whole)
                abort();
            memcpy(whole->offload, &wrong[i], sizeof(wrong[i]));
            CU_ASSERT_FALSE(way_segment(&frames, &whole, &packets));
            CU_ASSERT_PTR_NOT_NULL(whole);
            CU_ASSERT_EQUAL(packets.count, 0);
        }
        way_frame_free(&frames, &whole);
        way_frames_free(&frames);
    }
}

static void without_memory_nothing_is_cut(void)
{
    struct way_frames frames = way_frames_new(10240 + 3 * 2048); /* for three of four packets */
    struct way_fifo packets = {0};
    struct way_frame *whole = gso(&frames, &kinds[0]);
    CU_ASSERT_FALSE(way_segment(&frames, &whole, &packets));
    CU_ASSERT_EQUAL(packets.count, 0);
    CU_ASSERT_EQUAL(frames.count, 1);
    way_frame_free(&frames, &whole);
    way_frames_free(&frames);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a GSO packet is cut into right packets", a_gso_packet_is_cut_into_right_packets},
        {"what cannot be cut stays", what_cannot_be_cut_stays},
        {"without memory nothing is cut", without_memory_nothing_is_cut},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire segment", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
