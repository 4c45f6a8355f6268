/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Link headers of a level, and the helpers with which layers are noted. Internal
 * to the reading of views.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_VIEW_LINK_H
#define WAYLAY_ANALYSIS_DISSECT_VIEW_LINK_H

#include "analysis/dissect/view.h"

/* EtherTypes (IEEE 802 numbers, IANA). */
enum way_ethertype {
    WAY_ETHERTYPE_IPV4 = 0x0800,
    WAY_ETHERTYPE_ARP = 0x0806,
    WAY_ETHERTYPE_VLAN = 0x8100,
    WAY_ETHERTYPE_QINQ = 0x88a8,
    WAY_ETHERTYPE_BRIDGED = 0x6558, /* in GRE: an Ethernet frame */
    WAY_ETHERTYPE_LEAST = 0x0600    /* below: the length of an 802.3 frame */
};

/* Notes a layer that could be read, with its header. */
static inline void way_level_add(struct way_level *level, enum way_layer layer,
                                 struct way_cursor header)
{
    level->present = (uint16_t)(level->present | 1U << layer);
    level->header[layer] = header;
}

/* Notes one that could not. */
static inline void way_level_break(struct way_level *level, enum way_layer layer,
                                   enum way_packet_error error)
{
    level->broken = (uint16_t)(level->broken | 1U << layer);
    level->error = error;
}

/* Peels the link header of that type (enum way_link_type) and any VLAN tags off
 * `rest`, and sets the level's EtherType: 0 where there is none, or where the
 * header is broken. */
void way_link_read(struct way_level *level, uint16_t link, struct way_cursor *rest);

#endif
