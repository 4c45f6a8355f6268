/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The views: fields of the hand-made SYN, and every way of being malformed.
 */
#include <string.h>

#include "core/packet/icmp.h"
#include "core/packet/ipv4.h"
#include "core/packet/tcp.h"
#include "core/packet/tuple.h"
#include "tests/unit/guard.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

/* Parses `len` bytes at an unreadable page, with one byte set to `value`. */
static enum way_packet_error parse_with(size_t len, size_t at, uint8_t value)
{
    struct way_ipv4 ip;
    struct way_guard guard = way_guard_new(syn_as_sent, len, 0);
    if (at < len)
        guard.data[at] = value;
    enum way_packet_error error = way_ipv4_parse(guard.data, guard.len, &ip);
    way_guard_free(&guard);
    return error;
}

static void ipv4_fields(void)
{
    struct way_ipv4 ip;
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(syn_redirected, sizeof syn_redirected, &ip), 0);
    CU_ASSERT_EQUAL(ip.source, CLIENT);
    CU_ASSERT_EQUAL(ip.destination, PROXY);
    CU_ASSERT_EQUAL(ip.header_len, 28);
    CU_ASSERT_EQUAL(ip.total_len, 52);
    CU_ASSERT_EQUAL(ip.identification, 0x1234);
    CU_ASSERT_EQUAL(ip.ttl, 64);
    CU_ASSERT_EQUAL(ip.protocol, WAY_PROTOCOL_TCP);
    CU_ASSERT_EQUAL(ip.checksum, 0xfa7b);
    CU_ASSERT(ip.dont_fragment && !ip.more_fragments && ip.fragment_offset == 0);
    CU_ASSERT_EQUAL(way_cursor_left(&ip.options), 8);
    CU_ASSERT_EQUAL(way_cursor_left(&ip.payload), 24);
    CU_ASSERT(way_ipv4_checksum_ok(&ip));
}

static void tcp_fields(void)
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(syn_as_sent, sizeof syn_as_sent, &ip), 0);
    CU_ASSERT_EQUAL_FATAL(way_tcp_parse(&ip, &tcp), 0);
    CU_ASSERT_EQUAL(tcp.source_port, 40000);
    CU_ASSERT_EQUAL(tcp.destination_port, 80);
    CU_ASSERT_EQUAL(tcp.seq, 1);
    CU_ASSERT_EQUAL(tcp.flags, WAY_TCP_SYN);
    CU_ASSERT_EQUAL(tcp.window, 0xfaf0);
    CU_ASSERT_EQUAL(way_tcp_mss(&tcp), 1460);
    CU_ASSERT_EQUAL(way_tcp_seq_len(&tcp), 1);
    CU_ASSERT(way_tcp_checksum_ok(&ip));

    struct way_tuple tuple = way_tuple_of_client(&ip, &tcp), same = tuple;
    CU_ASSERT(way_tuple_equal(&tuple, &same));
    same.client_port++;
    CU_ASSERT_FALSE(way_tuple_equal(&tuple, &same));
}

static void every_truncation_is_refused(void)
{
    for (size_t len = 0; len < SYN_LEN; len++)
        CU_ASSERT_EQUAL(parse_with(len, SYN_LEN, 0),
                        len < 20 ? WAY_PACKET_TRUNCATED : WAY_PACKET_IP_TOTAL_LENGTH);
}

static void padding_is_not_part_of_the_packet(void)
{
    struct way_ipv4 ip;
    uint8_t padded[60] = {0};
    memcpy(padded, syn_as_sent, SYN_LEN);
    CU_ASSERT_EQUAL(way_ipv4_parse(padded, sizeof padded, &ip), WAY_PACKET_OK);
    CU_ASSERT_EQUAL(way_cursor_left(&ip.payload), 24);
}

static void lengths_that_lie(void)
{
    CU_ASSERT_EQUAL(parse_with(SYN_LEN, 0, 0x65), WAY_PACKET_IP_VERSION);
    CU_ASSERT_EQUAL(parse_with(SYN_LEN, 0, 0x44), WAY_PACKET_IP_HEADER_LENGTH);
    CU_ASSERT_EQUAL(parse_with(SYN_LEN, 0, 0x4f), WAY_PACKET_IP_HEADER_LENGTH);
    CU_ASSERT_EQUAL(parse_with(SYN_LEN, 3, 19), WAY_PACKET_IP_HEADER_LENGTH);
    CU_ASSERT_EQUAL(parse_with(SYN_LEN, 3, 45), WAY_PACKET_IP_TOTAL_LENGTH);
}

static void quote_may_end_behind_the_header(void)
{
    struct way_ipv4 ip;
    uint16_t source_port, destination_port;
    for (size_t len = 0; len < sizeof syn_redirected; len++) {
        struct way_guard guard = way_guard_new(syn_redirected, len, 0);
        enum way_packet_error error = way_ipv4_parse_quote(guard.data, len, &ip);
        CU_ASSERT_EQUAL(error, len < 28 ? WAY_PACKET_TRUNCATED : WAY_PACKET_OK);
        if (error == WAY_PACKET_OK)
            CU_ASSERT_EQUAL(way_tcp_ports(&ip, &source_port, &destination_port),
                            len < 32 ? WAY_PACKET_TRUNCATED : WAY_PACKET_OK);
        way_guard_free(&guard);
    }
}

static void segment_cut_short_is_refused(void)
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    for (size_t len = 20; len < SYN_LEN; len++) {
        struct way_guard guard = way_guard_new(syn_as_sent, len, 0);
        guard.data[3] = (uint8_t)len;
        CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(guard.data, len, &ip), WAY_PACKET_OK);
        CU_ASSERT_EQUAL(way_tcp_parse(&ip, &tcp),
                        len < 40 ? WAY_PACKET_TRUNCATED : WAY_PACKET_TCP_DATA_OFFSET);
        CU_ASSERT_FALSE(way_tcp_checksum_ok(&ip));
        way_guard_free(&guard);
    }
}

static void later_fragment_has_no_ports(void)
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    uint8_t fragment[SYN_LEN];
    memcpy(fragment, syn_as_sent, SYN_LEN);
    fragment[6] = 0x20;
    fragment[7] = 0x02;
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(fragment, SYN_LEN, &ip), WAY_PACKET_OK);
    CU_ASSERT(ip.more_fragments && ip.fragment_offset == 16 && !ip.dont_fragment);
    CU_ASSERT_EQUAL(way_tcp_parse(&ip, &tcp), WAY_PACKET_IP_FRAGMENT);
}

/* The MSS that 4 bytes of TCP options say. */
static uint16_t mss_in(const char options[4])
{
    struct way_ipv4 ip;
    struct way_tcp tcp;
    struct way_guard guard = way_guard_new(syn_as_sent, SYN_LEN, 0);
    memcpy(guard.data + 40, options, 4);
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(guard.data, guard.len, &ip), WAY_PACKET_OK);
    CU_ASSERT_EQUAL_FATAL(way_tcp_parse(&ip, &tcp), WAY_PACKET_OK);
    uint16_t mss = way_tcp_mss(&tcp);
    way_guard_free(&guard);
    return mss;
}

static void mss_is_read_or_absent(void)
{
    CU_ASSERT_EQUAL(mss_in("\x02\x04\x05\xac"), 1452);
    CU_ASSERT_EQUAL(mss_in("\x01\x01\x00\x02"), 0); /* ended before */
    CU_ASSERT_EQUAL(mss_in("\x02\x03\x05\x01"), 0); /* not its length */
    CU_ASSERT_EQUAL(mss_in("\x01\x02\x04\x05"), 0); /* leads out of the header */
    CU_ASSERT_EQUAL(mss_in("\x02\x01\x05\xac"), 0); /* shorter than itself */
    CU_ASSERT_EQUAL(mss_in("\x01\x01\x01\x02"), 0); /* no length */
}

static void fragmented_icmp_is_refused(void)
{
    struct way_ipv4 ip;
    struct way_icmp icmp;
    uint8_t fragment[SYN_LEN];
    memcpy(fragment, syn_as_sent, SYN_LEN);
    fragment[6] = 0x20;
    fragment[9] = WAY_PROTOCOL_ICMP;
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(fragment, SYN_LEN, &ip), WAY_PACKET_OK);
    CU_ASSERT_EQUAL(way_icmp_parse(&ip, &icmp), WAY_PACKET_IP_FRAGMENT);
    CU_ASSERT_FALSE(way_icmp_checksum_ok(&ip));
}

/* Walks `len` bytes of options; returns how many there were, or -1. */
static int count_options(const char *bytes, size_t len)
{
    struct way_guard guard = way_guard_new(bytes, len, 0);
    struct way_cursor rest = way_cursor_over(guard.data, len);
    struct way_ipv4_option option;
    enum way_packet_error error;
    int count = 0;
    while ((error = way_ipv4_option_next(&rest, &option)) == WAY_PACKET_OK && option.bytes)
        count++;
    way_guard_free(&guard);
    return error == WAY_PACKET_OK ? count : -1;
}

static void options_are_walked_to_their_end(void)
{
    CU_ASSERT_EQUAL(count_options("", 0), 0);
    CU_ASSERT_EQUAL(count_options("\x01\x07\x07\x08\x0a\x00\x03\x02", 8), 2);
    CU_ASSERT_EQUAL(count_options("\x94\x04\x00\x00\x00\x44\x01\x01", 8), 1);
    CU_ASSERT_EQUAL(count_options("\x01\x01\x01\x07", 4), -1);
    CU_ASSERT_EQUAL(count_options("\x07\x00\x04\x00", 4), -1);
    CU_ASSERT_EQUAL(count_options("\x07\x01\x04\x00", 4), -1);
    CU_ASSERT_EQUAL(count_options("\x07\x05\x04\x00", 4), -1);
}

static void some_addresses_are_no_hosts(void)
{
    CU_ASSERT(way_ipv4_is_host_address(ORIGIN));
    CU_ASSERT(way_ipv4_is_host_address(address(223, 255, 255, 254)));
    CU_ASSERT_FALSE(way_ipv4_is_host_address(address(0, 0, 0, 0)));
    CU_ASSERT_FALSE(way_ipv4_is_host_address(address(127, 0, 0, 1)));
    CU_ASSERT_FALSE(way_ipv4_is_host_address(address(224, 0, 0, 1)));
    CU_ASSERT_FALSE(way_ipv4_is_host_address(address(255, 255, 255, 255)));
}

static void every_error_has_a_name_of_its_own(void)
{
    for (int a = 0; a < WAY_PACKET_ERROR_COUNT; a++)
        for (int b = 0; b < a; b++)
            CU_ASSERT(strcmp(way_packet_error_name(a), way_packet_error_name(b)) != 0);
    CU_ASSERT_STRING_EQUAL(way_packet_error_name(WAY_PACKET_ERROR_COUNT), "unknown");
    CU_ASSERT_STRING_EQUAL(way_packet_error_meaning(WAY_PACKET_OK), "nothing is wrong");
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the fields of an IPv4 header", ipv4_fields},
        {"the fields of a TCP header", tcp_fields},
        {"every truncation is refused", every_truncation_is_refused},
        {"padding is not part of the packet", padding_is_not_part_of_the_packet},
        {"lengths that lie are told apart", lengths_that_lie},
        {"a quote may end behind its header", quote_may_end_behind_the_header},
        {"a segment cut short is refused", segment_cut_short_is_refused},
        {"a later fragment has no ports", later_fragment_has_no_ports},
        {"the MSS is read, or absent", mss_is_read_or_absent},
        {"a fragmented ICMP message is refused", fragmented_icmp_is_refused},
        {"options are walked to their end", options_are_walked_to_their_end},
        {"some addresses are no host's", some_addresses_are_no_hosts},
        {"every error has a name of its own", every_error_has_a_name_of_its_own},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "parse", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
