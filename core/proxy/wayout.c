/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The raw socket. The kernel computes the IPv4 header's checksum of what is sent
 * here, always (raw(7)); the transport's it leaves alone.
 */
#include "core/proxy/wayout.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "core/common/cleanup.h"
#include "core/common/log.h"
#include "core/packet/checksum.h"
#include "core/packet/ipv4.h"

int way_out_open(struct way_out *out)
{
    out->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
    if (out->fd >= 0)
        return 0;
    int error = -errno;
    way_log(WAY_LOG_ERROR, "no raw socket: %s%s", strerror(errno),
            errno == EPERM ? " (CAP_NET_RAW lacks: run as root)" : "");
    return error;
}

void way_out_close(struct way_out *out)
{
    if (out->fd >= 0)
        close(out->fd);
    out->fd = -1;
}

int way_out_send(const struct way_out *out, const uint8_t *packet, size_t len)
{
    assert(len >= WAY_IPV4_BASE_LEN);
    struct sockaddr_in to = {.sin_family = AF_INET};
    to.sin_addr.s_addr = way_bytes_get_address(packet + WAY_IPV4_AT_DESTINATION);
    ssize_t sent =
        sendto(out->fd, packet, len, 0, (const struct sockaddr *)(const void *)&to, sizeof to);
    return sent < 0 ? -errno : 0;
}

/* Completes a partial checksum, whose field holds the pseudo header's sum. */
static int complete_checksum(struct way_diverted *frame)
{
    struct virtio_net_hdr *header = &frame->header;
    if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
        return 0;
    size_t start = header->csum_start, field = start + header->csum_offset;
    if (field + 2 > frame->packet.len)
        return -EINVAL;
    uint16_t checksum = way_csum_of(frame->packet.data + start, frame->packet.len - start);
    way_bytes_put16(frame->packet.data + field, checksum);
    header->flags &= (uint8_t)~VIRTIO_NET_HDR_F_NEEDS_CSUM;
    return 0;
}

int way_out_forward(const struct way_out *out, struct way_diverted *frame)
{
    uint8_t *ttl = frame->packet.data + WAY_IPV4_AT_TTL;
    if (*ttl <= 1)
        return -ETIME;
    --*ttl;
    if (frame->header.gso_type != VIRTIO_NET_HDR_GSO_NONE)
        return -EMSGSIZE;
    int error = complete_checksum(frame);
    return error ? error : way_out_send(out, frame->packet.data, frame->packet.len);
}
