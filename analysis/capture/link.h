/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Link types: what a captured packet begins with. One table.
 *
 * Files name a link type by its LINKTYPE_ number, libpcap's functions by its
 * DLT_ number; for raw IP the two differ (and, among systems, the DLT_ numbers do).
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_LINK_H
#define WAYLAY_ANALYSIS_CAPTURE_LINK_H

#include <stdint.h>

/* The DLT_ numbers that way_record.link can have (Linux). */
enum way_link_type {
    WAY_LINK_ETHERNET = 1, /* Ethernet, VLAN tags included */
    WAY_LINK_RAW = 12,     /* an IP packet, version 4 or 6 */
    WAY_LINK_SLL = 113,    /* Linux cooked capture, version 1 */
    WAY_LINK_IPV4 = 228,   /* an IPv4 packet */
    WAY_LINK_SLL2 = 276    /* Linux cooked capture, version 2 */
};

/* The DLT_ number for a file's LINKTYPE_ number, or -1 for one that is not read. */
int way_link_from_file(uint32_t linktype);

/* The LINKTYPE_ number under which a file has packets of one of the DLT_ numbers above. */
uint32_t way_link_to_file(uint16_t link);

/* The link types that are read, for messages. Static. */
const char *way_link_names(void);

#endif
