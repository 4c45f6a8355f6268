/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of link types.
 */
#include "analysis/capture/link.h"

#include <stddef.h>

/* https://www.tcpdump.org/linktypes.html; 12 and 14 are DLT_RAW as some systems
 * wrote it into files. */
static const struct {
    uint32_t linktype;
    enum way_link_type link;
} links[] = {
    {1, WAY_LINK_ETHERNET}, {12, WAY_LINK_RAW},   {14, WAY_LINK_RAW},   {101, WAY_LINK_RAW},
    {113, WAY_LINK_SLL},    {228, WAY_LINK_IPV4}, {276, WAY_LINK_SLL2},
};

int way_link_from_file(uint32_t linktype)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (links[i].linktype == linktype)
            return (int)links[i].link;
    return -1;
}

uint32_t way_link_to_file(uint16_t link)
{
    enum { LINKTYPE_RAW = 101 };

    return link == WAY_LINK_RAW ? LINKTYPE_RAW : link; /* all others are the same */
}

const char *way_link_names(void)
{
    return "Ethernet (1), raw IP (101), IPv4 (228), Linux cooked v1 (113) or v2 (276)";
}
