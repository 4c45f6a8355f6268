/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the kernel left undone, done.
 */
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"
#include "emu/wire/offload.h"
#include "tests/unit/tap.h"

enum {
    IP = WAY_FRAME_ETHERNET,
    UDP = IP + 20,
    PAYLOAD = 33,
    LEN = UDP + 8 + PAYLOAD,
    POOL = 1 << 20
};

/* A frame with a UDP datagram from 10.0.0.1 to 10.0.0.2, whose checksum field holds
 * the pseudo header's sum. */
static struct way_frame *unfinished(struct way_frames *frames)
{
    struct way_frame *frame = way_frame_new(frames, LEN);
    struct virtio_net_hdr header = {
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = UDP, .csum_offset = 6};
    if (!frame)
        abort();
    memset(frame->bytes, 0, LEN);
    for (int i = 0; i < PAYLOAD; i++)
        frame->bytes[UDP + 8 + i] = (uint8_t)(i * 7);
    way_bytes_put16(frame->bytes + 12, 0x0800);
    frame->bytes[IP] = 0x45;
    way_bytes_put16(frame->bytes + IP + 2, LEN - IP);
    frame->bytes[IP + 9] = 17;
    way_bytes_put32(frame->bytes + IP + 12, 0x0a000001);
    way_bytes_put32(frame->bytes + IP + 16, 0x0a000002);
    way_bytes_put16(frame->bytes + UDP, 1000);
    way_bytes_put16(frame->bytes + UDP + 2, 2000);
    way_bytes_put16(frame->bytes + UDP + 4, 8 + PAYLOAD);
    way_bytes_put16(frame->bytes + UDP + 6,
                    way_csum_pseudo(way_bytes_get_address(frame->bytes + IP + 12),
                                    way_bytes_get_address(frame->bytes + IP + 16), 17,
                                    8 + PAYLOAD));
    memcpy(frame->offload, &header, sizeof(header));
    return frame;
}

/* Whether the receiver would take the datagram. */
static bool sums_up(const struct way_frame *frame)
{
    uint16_t pseudo =
        way_csum_pseudo(way_bytes_get_address(frame->bytes + IP + 12),
                        way_bytes_get_address(frame->bytes + IP + 16), 17, 8 + PAYLOAD);
    return way_csum_add(pseudo, frame->bytes + UDP, 8 + PAYLOAD) == 0xffff;
}

static void a_partial_checksum_is_finished(void)
{
    static const uint8_t nothing[WAY_FRAME_OFFLOAD];
    struct way_frames frames = way_frames_new(POOL);
    struct way_frame *frame = unfinished(&frames);
    CU_ASSERT_FALSE(sums_up(frame));
    CU_ASSERT_TRUE(way_offload_finish(frame));
    CU_ASSERT_TRUE(sums_up(frame));
    CU_ASSERT_EQUAL(memcmp(frame->offload, nothing, sizeof(nothing)), 0);
    CU_ASSERT_TRUE(way_offload_finish(frame)); /* there is nothing left to do */
    CU_ASSERT_TRUE(sums_up(frame));
    way_frame_free(&frames, &frame);
    way_frames_free(&frames);
}

static void what_contradicts_itself_is_refused(void)
{
    static const struct virtio_net_hdr wrong[] = {
        {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = LEN + 1},
        {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = LEN - 2, .csum_offset = 1},
        {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 1, .csum_offset = UINT16_MAX},
        {.gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .gso_size = 1448, .hdr_len = 54}};
    struct way_frames frames = way_frames_new(POOL);
    struct way_frame *frame = unfinished(&frames);
    struct way_frame *kept = way_frame_copy(&frames, frame);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        memcpy(frame->offload, &wrong[i], sizeof(wrong[i]));
        CU_ASSERT_FALSE(way_offload_finish(frame));
        CU_ASSERT_EQUAL(memcmp(frame->offload, &wrong[i], sizeof(wrong[i])), 0);
        CU_ASSERT_EQUAL(memcmp(frame->bytes, kept->bytes, LEN), 0);
    }
    way_frame_free(&frames, &frame);
    way_frame_free(&frames, &kept);
    way_frames_free(&frames);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a partial checksum is finished", a_partial_checksum_is_finished},
        {"what contradicts itself is refused", what_contradicts_itself_is_refused},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "wire offload", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
