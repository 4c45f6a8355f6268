/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Selections: which of many libpcap filters (pcap-filter(7)) match a packet.
 *
 * Filters are compiled by libpcap, once for each link type that comes along, and
 * a filter that is asked for twice is one. What libpcap's interpreter takes, 13
 * to 32 ns a filter and packet, is avoided for most: from the compiled programs
 * *guards* are derived (analysis/dissect/guard.h), sets of values that a fixed
 * place in the packet (EtherType, protocol, address, port) must have for the
 * program to accept. Each place is read once a packet for all filters together,
 * and only programs whose guards all hold are run.
 *
 * A filter may name no hosts: a verdict must not depend on a name server. Names
 * of services and protocols are those of /etc/services and /etc/protocols.
 *
 * Filters see the packet exactly as tcpdump's would: `tcp port 80` does not look
 * behind a VLAN tag (`vlan and tcp port 80` does). A set is for one thread.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_SELECTION_H
#define WAYLAY_ANALYSIS_DISSECT_SELECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/capture/record.h"

enum { WAY_SELECTIONS_MAX = 4096, WAY_SELECTION_ERROR_MAX = 512 };

struct way_selections;

/* An empty set, to be freed by way_selections_free. NULL when memory lacks. */
struct way_selections *way_selections_new(void);

/* Adds a filter and returns its number in the set, from 0; a filter that is in
 * it already (the same text but for white space) keeps its number. -1 for one
 * that libpcap refuses (compiled for Ethernet), with what it says in `error`.
 * The text is copied; the empty filter matches everything. */
int way_selections_add(struct way_selections *set, const char *filter,
                       char error[WAY_SELECTION_ERROR_MAX]);

/* Filters in the set, and the text of one. */
unsigned way_selections_count(const struct way_selections *set);
const char *way_selections_text(const struct way_selections *set, unsigned number);

/* Evaluates all filters against the packet. Returns a bit for each, filter n in
 * bit n % 64 of word n / 64; good until the next call. A filter that cannot be
 * compiled for the packet's link type matches none of its packets: see
 * way_selections_unfit. */
const uint64_t *way_selections_run(struct way_selections *set, const struct way_record *record);

/* Whether the filter is among the bits that way_selections_run returned. */
static inline bool way_selections_has(const uint64_t *matched, unsigned number)
{
    return matched[number / 64] >> number % 64 & 1;
}

/* Why a filter is of no use on a link type that came along ("ether host … on raw
 * IP"), in libpcap's words; NULL while it is of use on all. */
const char *way_selections_unfit(const struct way_selections *set, unsigned number);

/* Frees the set and nulls the pointer. NULL inside is allowed. */
void way_selections_free(struct way_selections **set);

#endif
