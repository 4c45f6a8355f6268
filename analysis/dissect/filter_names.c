/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The words of pcap-filter(7).
 */
#include "analysis/dissect/filter_names.h"

#include <ctype.h>
#include <string.h>

static const char *const words[] = {
    /* directions, types, connectives */
    "dst", "src", "and", "or", "not", "host", "net", "mask", "port", "portrange", "proto",
    "protochain", "less", "greater", "byte", "broadcast", "multicast", "inbound", "outbound", "len",
    "length", "ra", "ta", "addr1", "addr2", "addr3", "addr4", "address1", "address2", "address3",
    "address4",
    /* protocols */
    "link", "ether", "ppp", "slip", "fddi", "tr", "wlan", "arp", "rarp", "ip", "sctp", "tcp", "udp",
    "icmp", "igmp", "igrp", "pim", "vrrp", "carp", "radio", "ip6", "icmp6", "ah", "esp", "atalk",
    "aarp", "decnet", "lat", "sca", "moprc", "mopdl", "iso", "es-is", "esis", "is-is", "isis", "l1",
    "l2", "iih", "lsp", "snp", "csnp", "psnp", "clnp", "stp", "ipx", "netbeui", "vlan", "mpls",
    "pppoed", "pppoes", "geneve", "llc",
    /* fields and their values */
    "icmptype", "icmpcode", "icmp-echoreply", "icmp-unreach", "icmp-sourcequench", "icmp-redirect",
    "icmp-echo", "icmp-routeradvert", "icmp-routersolicit", "icmp-timxceed", "icmp-paramprob",
    "icmp-tstamp", "icmp-tstampreply", "icmp-ireq", "icmp-ireqreply", "icmp-maskreq",
    "icmp-maskreply", "icmp6type", "icmp6code", "tcpflags", "tcp-fin", "tcp-syn", "tcp-rst",
    "tcp-push", "tcp-ack", "tcp-urg", "tcp-ece", "tcp-cwr"};

static bool is_word(const char *at, size_t len)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == len && memcmp(words[i], at, len) == 0)
            return true;
    return false;
}

static bool may_continue(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == ':';
}

/* Words behind which a name is one of /etc/services or /etc/protocols. */
static bool names_locally(const char *word, size_t len)
{
    static const char *const before[] = {"port", "portrange", "proto", "protochain"};

    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (strlen(before[i]) == len && memcmp(before[i], word, len) == 0)
            return true;
    return false;
}

bool way_filter_has_name(const char *filter, size_t *at, size_t *len)
{
    const char *before = "";
    size_t before_len = 0, i = 0;

    while (filter[i]) {
        size_t start = i;
        while (may_continue(filter[i]))
            i++;
        size_t word_len = i - start;
        const char *word = filter + start;
        if (word_len == 0) {
            i++;
            continue;
        }
        bool named = isalpha((unsigned char)word[0]) && !memchr(word, ':', word_len);
        if (named && !is_word(word, word_len) && !names_locally(before, before_len)) {
            *at = start;
            *len = word_len;
            return true;
        }
        before = word;
        before_len = word_len;
    }
    return false;
}
