/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Partial checksums, finished.
 */
#include "emu/wire/offload.h"

#include <linux/virtio_net.h>
#include <string.h>

#include "core/packet/bytes.h"
#include "core/packet/checksum.h"
#include "core/packet/cursor.h"

_Static_assert(sizeof(struct virtio_net_hdr) == WAY_FRAME_OFFLOAD, "the legacy virtio header");

/* The sum covers all from csum_start on, the pseudo header's being in the field.
 * A UDP checksum that comes out as 0 is sent as its other zero (RFC 768). */
static bool finish_checksum(struct way_frame *frame, size_t start, size_t offset)
{
    struct way_cursor covered = way_cursor_over(frame->bytes, frame->len);
    if (!way_cursor_peel(&covered, start))
        return false;
    size_t left = way_cursor_left(&covered);
    if (left < offset + 2 || left > UINT16_MAX)
        return false;
    uint16_t sum = (uint16_t)~way_csum_add(0, covered.at, left);
    way_bytes_put16(frame->bytes + start + offset, sum ? sum : UINT16_MAX);
    return true;
}

bool way_offload_finish(struct way_frame *frame)
{
    struct virtio_net_hdr header;
    memcpy(&header, frame->offload, sizeof(header));
    if (header.gso_type != VIRTIO_NET_HDR_GSO_NONE)
        return false;
    if (header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM &&
        !finish_checksum(frame, header.csum_start, header.csum_offset))
        return false;
    memset(frame->offload, 0, sizeof(frame->offload));
    return true;
}
