/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One captured packet as it stands in a capture, before anybody has looked into
 * it.
 *
 * A record borrows its bytes from the source it was read from; they are good
 * until that source is asked for its next record (for a record that came through
 * a merge: until the merge is). Who wants to keep a packet copies it.
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_RECORD_H
#define WAYLAY_ANALYSIS_CAPTURE_RECORD_H

#include <stdint.h>

/* No stamp is later (it would be in the year 2116): a duration can be added to any. */
#define WAY_RECORD_TIME_MAX (INT64_MAX / 2)

struct way_record {
    int64_t time;         /* ns since the epoch: 0 to WAY_RECORD_TIME_MAX */
    int64_t first;        /* the stamp of its source's first packet, */
    int64_t before;       /* and of the one before it there; of the first its own */
    uint64_t number;      /* in its file, from 1: Wireshark's frame number */
    const uint8_t *bytes; /* borrowed; never NULL, also where len is 0 */
    uint32_t len;         /* bytes captured */
    uint32_t wire_len;    /* bytes on the wire: at least len */
    uint16_t link;        /* link type: a DLT_ value of libpcap, one that way_link_find knows */
    uint16_t source;      /* index of its source in the merge, from 0; 0 without a merge */
};

#endif
