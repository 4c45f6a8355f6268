/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names in libpcap filters that a name server would be asked about.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FILTER_NAMES_H
#define WAYLAY_ANALYSIS_DISSECT_FILTER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Finds the first word of the filter that is neither a word of pcap-filter(7), nor
 * a number or address, nor behind `port` or `proto` (which are looked up in local
 * files). Returns false when there is none; else its place and length. */
bool way_filter_has_name(const char *filter, size_t *at, size_t *len);

#endif
