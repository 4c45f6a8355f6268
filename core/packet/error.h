/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
 *
 * The ways in which a packet can be malformed: one table.
 *
 * Parsers return one of these, and never read past the end of their input to
 * find out. Programs drop such packets and count them by kind: an array of
 * WAY_PACKET_ERROR_COUNT counters and way_packet_error_name() is all they need.
 */
#ifndef WAYLAY_CORE_PACKET_ERROR_H
#define WAYLAY_CORE_PACKET_ERROR_H

/* X(suffix of the enumerator, name in logs and counters, what it means) */
#define WAY_PACKET_ERRORS(X)                                                                       \
    X(OK, "ok", "nothing is wrong")                                                                \
    X(TRUNCATED, "truncated", "the bytes end before the header does")                              \
    X(IP_VERSION, "ip_version", "the IP version is not 4")                                         \
    X(IP_HEADER_LENGTH, "ip_header_length", "IHL below 5, or beyond the total length")             \
    X(IP_TOTAL_LENGTH, "ip_total_length", "the total length exceeds the bytes there are")          \
    X(IP_CHECKSUM, "ip_checksum", "the IPv4 header's checksum is wrong")                           \
    X(IP_OPTION_LENGTH, "ip_option_length", "an IPv4 option ends outside the header")              \
    X(IP_OPTION_POINTER, "ip_option_pointer", "a Record Route pointer is out of range")            \
    X(IP_ADDRESS, "ip_address", "an address that no host can have where one must be")              \
    X(IP_FRAGMENT, "ip_fragment", "a later fragment, where a transport header was wanted")         \
    X(TCP_DATA_OFFSET, "tcp_data_offset", "data offset below 5, or beyond the segment")            \
    X(TCP_OPTION_LENGTH, "tcp_option_length", "a TCP option ends outside the header")              \
    X(TCP_CHECKSUM, "tcp_checksum", "the TCP checksum is wrong")                                   \
    X(UDP_LENGTH, "udp_length", "a UDP length below 8, or beyond the datagram")                    \
    X(ICMP_CHECKSUM, "icmp_checksum", "the ICMP checksum is wrong")                                \
    X(ICMP_LENGTH, "icmp_length", "the RFC 4884 length exceeds the message")

#define WAY_PACKET_ERROR_ENUMERATOR(suffix, name, meaning) WAY_PACKET_##suffix,
enum way_packet_error { WAY_PACKET_ERRORS(WAY_PACKET_ERROR_ENUMERATOR) WAY_PACKET_ERROR_COUNT };
#undef WAY_PACKET_ERROR_ENUMERATOR

/* The kind's name: lower case, words joined by '_'; a static string, never
 * NULL ("unknown" for a value outside the table). */
const char *way_packet_error_name(enum way_packet_error error);

/* What the kind means, in words, for people; a static string, never NULL. */
const char *way_packet_error_meaning(enum way_packet_error error);

#endif
