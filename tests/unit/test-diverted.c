/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The virtio header after a push: partial and whole checksums, GSO, and headers
 * that contradict their packet. No device is opened.
 */
#include "core/datapath/diverted.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/packet/checksum.h"
#include "core/packet/ipv4.h"
#include "core/packet/route_push.h"
#include "core/packet/tcp.h"
#include "tests/unit/tap.h"

enum { IP_HEADER = 20, TCP_HEADER = 20, DATA = 60 };

static struct way_diverted frame;

static void lay_packet(void)
{
    static const uint8_t start[] = {0x45, 0,    0,    IP_HEADER + TCP_HEADER + DATA,
                                    0,    1,    0x40, 0,
                                    64,   6,    0,    0,
                                    10,   0,    1,    2,
                                    10,   0,    3,    2,
                                    0x9c, 0x40, 0,    80,
                                    0,    0,    0,    1,
                                    0,    0,    0,    0,
                                    0x50, 0x10, 1,    0};
    memset(&frame, 0, sizeof(frame));
    frame.packet.data = frame.memory + WAY_DIVERTED_ROOM;
    frame.packet.len = IP_HEADER + TCP_HEADER + DATA;
    frame.packet.room = WAY_DIVERTED_ROOM;
    memcpy(frame.packet.data, start, sizeof(start));
    way_bytes_put16(frame.packet.data + 10, way_csum_of(frame.packet.data, IP_HEADER));
}

static uint16_t pseudo_sum(void)
{
    struct way_ipv4 ip;
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(frame.packet.data, frame.packet.len, &ip), WAY_PACKET_OK);
    return way_csum_pseudo(ip.source, ip.destination, WAY_PROTOCOL_TCP, TCP_HEADER + DATA);
}

static void set_partial(void)
{
    frame.header.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    frame.header.csum_start = IP_HEADER;
    frame.header.csum_offset = WAY_TCP_AT_CHECKSUM;
    way_bytes_put16(frame.packet.data + IP_HEADER + WAY_TCP_AT_CHECKSUM, pseudo_sum());
}

static bool push_and_adjust(void)
{
    struct way_route_change change;
    CU_ASSERT_EQUAL_FATAL(way_route_push(&frame.packet, htonl(0x0a000202), &change),
                          WAY_ROUTE_DONE);
    return way_diverted_adjust(&frame, change.l4_delta, change.grown);
}

static bool tcp_is_right(void)
{
    struct way_ipv4 ip;
    return way_ipv4_parse(frame.packet.data, frame.packet.len, &ip) == WAY_PACKET_OK &&
           way_tcp_checksum_ok(&ip);
}

static void partial_checksums_stay_partial(void)
{
    lay_packet();
    set_partial();
    CU_ASSERT_TRUE(push_and_adjust());
    CU_ASSERT_EQUAL(frame.header.csum_start, IP_HEADER + 8);
    CU_ASSERT_EQUAL(way_bytes_get16(frame.packet.data + IP_HEADER + 8 + WAY_TCP_AT_CHECKSUM),
                    pseudo_sum());
    CU_ASSERT_TRUE(way_diverted_complete(&frame));
    CU_ASSERT_EQUAL(frame.header.flags, 0);
    CU_ASSERT_TRUE(tcp_is_right());
}

static void whole_checksums_stay_whole(void)
{
    lay_packet();
    set_partial();
    CU_ASSERT_TRUE(way_diverted_complete(&frame));
    CU_ASSERT_TRUE(tcp_is_right());
    CU_ASSERT_TRUE(push_and_adjust());
    CU_ASSERT_TRUE(tcp_is_right());
}

static void segments_keep_their_size(void)
{
    lay_packet();
    set_partial();
    frame.header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
    frame.header.gso_size = 30;
    frame.header.hdr_len = IP_HEADER + TCP_HEADER;
    CU_ASSERT_EQUAL(way_diverted_segment_len(&frame), IP_HEADER + TCP_HEADER + 30);
    CU_ASSERT_FALSE(way_diverted_complete(&frame));
    CU_ASSERT_TRUE(push_and_adjust());
    CU_ASSERT_EQUAL(frame.header.hdr_len, IP_HEADER + 8 + TCP_HEADER);
    CU_ASSERT_EQUAL(frame.header.gso_size, 30);
}

static void contradictions_are_refused(void)
{
    lay_packet();
    set_partial();
    frame.header.csum_start = IP_HEADER + 4;
    CU_ASSERT_FALSE(push_and_adjust());
    lay_packet();
    set_partial();
    frame.header.csum_offset = 2000;
    CU_ASSERT_FALSE(way_diverted_complete(&frame));
    CU_ASSERT_FALSE(push_and_adjust());
    lay_packet();
    frame.header.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
    CU_ASSERT_FALSE(push_and_adjust());
}

int main(void)
{
    CU_TestInfo tests[] = {{"partial checksums stay partial", partial_checksums_stay_partial},
                           {"whole checksums stay whole", whole_checksums_stay_whole},
                           {"segments keep their size", segments_keep_their_size},
                           {"contradictions are refused", contradictions_are_refused},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "tun", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
