/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One packet, altered in one place: for mutations. Does no I/O.
 *
 * A *spot* is a place of a packet that can be altered: each field that lies at a
 * fixed place of a header, at any level (analysis/dissect/view.h), type and data of
 * each option, and payload. Lengths and addresses are spots like others: a packet
 * that contradicts itself is something that expectations should notice.
 *
 * Checksums that were right before are right afterwards, those of the packets around
 * an inner or quoted one, too; unless the spot is a checksum. Those that were wrong,
 * or that a network card was yet to fill in, stay as they were.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_ALTER_H
#define WAYLAY_ANALYSIS_ASSERT_ALTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/capture/record.h"
#include "analysis/dissect/value.h"

enum { WAY_SPOTS_MAX = 192, WAY_SPOT_NAME_MAX = 64 };

struct way_spot {
    char name[WAY_SPOT_NAME_MAX]; /* "ip.ttl", "icmp.quoted.ip.dst", "tcp option 2: data" */
    uint32_t at, len;             /* bytes of the record; a field has at most 8 */
    uint64_t mask;                /* of a field's number, in place; 0: bytes, any one of them */
    unsigned shift;               /* bits at the field's right that are not its own */
    bool is_checksum;
    enum way_type type; /* of a field */
};

/* The spots of a packet, in the order of its bytes' layers. Returns their count. */
size_t way_spots_of(const struct way_record *record, struct way_spot spots[WAY_SPOTS_MAX]);

/* What was done. */
struct way_alteration {
    uint32_t byte;     /* of the spot's bytes, where it has no mask */
    uint64_t from, to; /* the number before and after */
};

/* Copies the record's bytes to `bytes` (record->len of them) and alters the spot there.
 * `random` picks what it becomes: never what it was. */
void way_alter(const struct way_record *record, const struct way_spot *spot, uint64_t random,
               uint8_t *bytes, struct way_alteration *done);

#endif
