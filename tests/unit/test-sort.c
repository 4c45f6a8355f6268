/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sorting of diverted packets: the hand-made redirected SYN of packets.h, and what
 * becomes of it when single fields are changed.
 */
#include <string.h>

#include "core/packet/ipv4.h"
#include "core/packet/tcp.h"
#include "core/proxy/sort.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

/* Offsets in the redirected SYN: its header has 28 bytes. */
enum { AT_OPTION = 20, AT_TCP = 28, AT_DESTINATION_PORT = 30, AT_FLAGS = 41, AT_PAYLOAD = 28 };

static struct way_addresses addresses;
static const struct way_services services = {2, {80, 8081}};
static const struct way_sort_rules rules = {&services, &addresses};
static struct way_diverted frame;

static void set_up(void)
{
    addresses = (struct way_addresses){.own_count = 1, .broadcast_count = 1};
    addresses.own[0] = PROXY;
    addresses.broadcast[0] = address(10, 0, 2, 255);
    memset(&frame, 0, sizeof frame);
    frame.packet = (struct way_packet){
        .data = frame.memory + WAY_DIVERTED_ROOM, .len = SYN_LEN + 8, .room = WAY_DIVERTED_ROOM};
    memcpy(frame.packet.data, syn_redirected, SYN_LEN + 8);
}

static struct way_sorted sort_it(void)
{
    return way_sort(&frame, &rules);
}

/* Sorts after the IPv4 header was changed; it is valid again. */
static struct way_sorted sort_resealed(void)
{
    reseal_ipv4(frame.packet.data);
    return sort_it();
}

static void a_redirected_syn_is_restored(void)
{
    struct way_sorted sorted = sort_it();
    CU_ASSERT_EQUAL(sorted.verdict, WAY_SORT_SYN);
    CU_ASSERT_EQUAL(sorted.tuple.client, CLIENT);
    CU_ASSERT_EQUAL(sorted.tuple.origin, ORIGIN);
    CU_ASSERT_EQUAL(sorted.tuple.client_port, 40000);
    CU_ASSERT_EQUAL(sorted.tuple.origin_port, 80);
    CU_ASSERT_EQUAL(sorted.seq, 1);
    CU_ASSERT_FALSE(sorted.checksum_wrong);
    CU_ASSERT_EQUAL(frame.packet.len, SYN_LEN);
    CU_ASSERT_EQUAL(memcmp(frame.packet.data, syn_as_sent, SYN_LEN), 0);
}

static void a_wrong_checksum_is_seen_where_it_can_be(void)
{
    frame.packet.data[AT_TCP + 5] ^= 1;
    CU_ASSERT_TRUE(sort_it().checksum_wrong);
    set_up();
    frame.packet.data[AT_TCP + 5] ^= 1;
    frame.header.flags = VIRTIO_NET_HDR_F_DATA_VALID;
    CU_ASSERT_FALSE(sort_it().checksum_wrong);
}

static void other_segments_are_delivered(void)
{
    frame.packet.data[AT_FLAGS] = WAY_TCP_ACK;
    CU_ASSERT_EQUAL(sort_it().verdict, WAY_SORT_DELIVER);
    set_up();
    frame.packet.data[AT_FLAGS] = WAY_TCP_RST | WAY_TCP_ACK;
    CU_ASSERT_EQUAL(sort_it().verdict, WAY_SORT_RESET);
}

static void other_ports_are_forwarded(void)
{
    frame.packet.data[AT_DESTINATION_PORT + 1] = 81;
    CU_ASSERT_EQUAL(sort_it().verdict, WAY_SORT_FORWARD);
    CU_ASSERT_EQUAL(frame.packet.len, SYN_LEN);
}

static void check_drop(struct way_sorted sorted, unsigned counter)
{
    CU_ASSERT_EQUAL(sorted.verdict, WAY_SORT_DROP);
    CU_ASSERT_EQUAL(sorted.counter, counter);
}

static void impossible_origins_are_dropped(void)
{
    const struct {
        way_be32 origin;
        unsigned counter;
    } cases[] = {
        {PROXY, WAY_COUNT_DROPPED_ORIGIN},
        {address(10, 0, 2, 255), WAY_COUNT_DROPPED_ORIGIN},
        {address(127, 0, 0, 1), WAY_COUNT_MALFORMED + WAY_PACKET_IP_ADDRESS},
        {address(224, 0, 0, 1), WAY_COUNT_MALFORMED + WAY_PACKET_IP_ADDRESS},
        {address(255, 255, 255, 255), WAY_COUNT_MALFORMED + WAY_PACKET_IP_ADDRESS},
        {address(0, 0, 0, 0), WAY_COUNT_MALFORMED + WAY_PACKET_IP_ADDRESS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_up();
        way_bytes_put_address(frame.packet.data + AT_OPTION + 4, cases[i].origin);
        check_drop(sort_resealed(), cases[i].counter);
    }
}

static void impossible_clients_are_dropped(void)
{
    way_bytes_put_address(frame.packet.data + WAY_IPV4_AT_SOURCE, PROXY);
    check_drop(sort_resealed(), WAY_COUNT_DROPPED_CLIENT);
}

static void other_options_are_dropped(void)
{
    memset(frame.packet.data + AT_OPTION, 1, 8);
    check_drop(sort_resealed(), WAY_COUNT_DROPPED_OTHER_OPTIONS);
    set_up();
    memcpy(frame.packet.data + AT_OPTION, "\x83\x07\x04\x0a\x00\x03\x02\x01", 8);
    check_drop(sort_resealed(), WAY_COUNT_DROPPED_SOURCE_ROUTED);
    set_up();
    way_bytes_put_address(frame.packet.data + WAY_IPV4_AT_DESTINATION, ORIGIN);
    check_drop(sort_resealed(), WAY_COUNT_DROPPED_NOT_TO_US);
}

/* The packet as it is without options. */
static struct way_sorted sort_stripped(way_be32 destination)
{
    memmove(frame.packet.data + AT_OPTION, frame.packet.data + AT_OPTION + 8,
            frame.packet.len - AT_OPTION - 8);
    frame.packet.len -= 8;
    frame.packet.data[0] = 0x45;
    way_bytes_put16(frame.packet.data + 2, (uint16_t)frame.packet.len);
    way_bytes_put_address(frame.packet.data + WAY_IPV4_AT_DESTINATION, destination);
    return sort_resealed();
}

static void packets_that_lost_the_option_are_dropped(void)
{
    check_drop(sort_stripped(PROXY), WAY_COUNT_DROPPED_NO_OPTION);
    set_up();
    CU_ASSERT_EQUAL(sort_stripped(ORIGIN).verdict, WAY_SORT_FORWARD);
    set_up();
    way_bytes_put16(frame.packet.data + 6, 100); /* a later fragment: no ports, whatever it bears */
    CU_ASSERT_EQUAL(sort_stripped(PROXY).verdict, WAY_SORT_DELIVER);
}

static void malformed_packets_are_counted_by_kind(void)
{
    frame.packet.data[AT_OPTION + 2] = 99;
    check_drop(sort_resealed(), WAY_COUNT_MALFORMED + WAY_PACKET_IP_OPTION_LENGTH);
    set_up();
    frame.packet.data[WAY_IPV4_AT_CHECKSUM] ^= 1;
    check_drop(sort_it(), WAY_COUNT_MALFORMED + WAY_PACKET_IP_CHECKSUM);
    set_up();
    frame.packet.data[AT_TCP + 12] = 0x40;
    check_drop(sort_it(), WAY_COUNT_MALFORMED + WAY_PACKET_TCP_DATA_OFFSET);
    set_up();
    frame.packet.len = 10;
    check_drop(sort_it(), WAY_COUNT_MALFORMED + WAY_PACKET_TRUNCATED);
}

static void fragments_wait_for_reassembly_but_no_syn(void)
{
    frame.packet.data[6] = 0x20; /* more fragments */
    check_drop(sort_resealed(), WAY_COUNT_DROPPED_SYN_FRAGMENT);
    set_up();
    frame.packet.data[7] = 5; /* a later one */
    CU_ASSERT_EQUAL(sort_resealed().verdict, WAY_SORT_DELIVER);
}

/* An ICMP message in the redirected packet's place, with 8 bytes of TCP quoted. */
static struct way_sorted sort_icmp(uint8_t type, uint16_t quoted_port)
{
    uint8_t *icmp = frame.packet.data + AT_PAYLOAD;
    frame.packet.len = AT_PAYLOAD + 8 + WAY_IPV4_BASE_LEN + 8;
    memset(icmp, 0, 8 + WAY_IPV4_BASE_LEN + 8);
    icmp[0] = type;
    memcpy(icmp + 8, syn_as_sent, WAY_IPV4_BASE_LEN + 8);
    way_bytes_put16(icmp + 8 + WAY_IPV4_BASE_LEN, quoted_port);
    frame.packet.data[9] = WAY_PROTOCOL_ICMP;
    way_bytes_put16(frame.packet.data + WAY_IPV4_AT_TOTAL_LEN, (uint16_t)frame.packet.len);
    return sort_resealed();
}

static void icmp_errors_about_services_are_the_kernels(void)
{
    CU_ASSERT_EQUAL(sort_icmp(3, 80).verdict, WAY_SORT_DELIVER);
    set_up();
    CU_ASSERT_EQUAL(sort_icmp(3, 4242).verdict, WAY_SORT_FORWARD);
    set_up();
    CU_ASSERT_EQUAL(sort_icmp(8, 80).verdict, WAY_SORT_FORWARD);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"a redirected SYN is restored", a_redirected_syn_is_restored},
        {"a wrong checksum is seen where it can be", a_wrong_checksum_is_seen_where_it_can_be},
        {"other segments are delivered", other_segments_are_delivered},
        {"other ports are forwarded", other_ports_are_forwarded},
        {"impossible origins are dropped", impossible_origins_are_dropped},
        {"impossible clients are dropped", impossible_clients_are_dropped},
        {"other options are dropped", other_options_are_dropped},
        {"packets that lost the option are dropped", packets_that_lost_the_option_are_dropped},
        {"malformed packets are counted by kind", malformed_packets_are_counted_by_kind},
        {"fragments wait for reassembly, but no SYN", fragments_wait_for_reassembly_but_no_syn},
        {"ICMP errors about services are the kernel's", icmp_errors_about_services_are_the_kernels},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "sort", .pSetUpFunc = set_up, .pTests = tests},
                             CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
