/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TPACKET_V2 for reading, plain sends for writing, PACKET_VNET_HDR for both.
 */
#include "core/datapath/packet_ring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    BLOCK_LEN = 64 << 10, /* at least; a multiple of the page */
    SEND_BUFFER = 8 << 20 /* asked for; net.core.wmem_max bounds it */
};

/* ---- opening ---- */

static size_t round_up(size_t value, size_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* A slot: the kernel's header and address, the link's header in at least 16 bytes,
 * the virtio header, which shifts the packet, and the packet. */
static void plan(struct way_packet_ring *ring, size_t longest)
{
    ring->slot_len =
        round_up(TPACKET_ALIGN(TPACKET2_HDRLEN + 16) + sizeof(struct virtio_net_hdr) + longest,
                 TPACKET_ALIGNMENT);
    ring->block_len = round_up(ring->slot_len, BLOCK_LEN);
    ring->slots_per_block = (unsigned)(ring->block_len / ring->slot_len);
    unsigned blocks = (WAY_PACKET_RING_SLOTS + ring->slots_per_block - 1) / ring->slots_per_block;
    if (blocks > WAY_PACKET_RING_BYTES_MAX / ring->block_len)
        blocks = (unsigned)(WAY_PACKET_RING_BYTES_MAX / ring->block_len);
    ring->slots = blocks * ring->slots_per_block;
    ring->map_len = blocks * ring->block_len;
}

static int set_option(int fd, int option, int value)
{
    return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) != 0 ? -errno : 0;
}

static int make_ring(struct way_packet_ring *ring)
{
    const struct tpacket_req request = {.tp_block_size = (unsigned)ring->block_len,
                                        .tp_block_nr = (unsigned)(ring->map_len / ring->block_len),
                                        .tp_frame_size = (unsigned)ring->slot_len,
                                        .tp_frame_nr = ring->slots};
    int error = set_option(ring->fd, PACKET_VERSION, TPACKET_V2);
    if (error == 0)
        error = set_option(ring->fd, PACKET_VNET_HDR, 1);
    if (error != 0)
        return error;
    (void)set_option(ring->fd, PACKET_IGNORE_OUTGOING,
                     1); /* spares slots, on Linux 4.20 and later */
    if (setsockopt(ring->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)) != 0)
        return -errno;
    void *map = mmap(NULL, ring->map_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
    if (map == MAP_FAILED)
        return -errno;
    ring->map = map;
    return 0;
}

/* The ring stands before the socket is bound: not a frame comes by another way. */
static int open_socket(struct way_packet_ring *ring, unsigned ifindex)
{
    const struct sockaddr_ll interface = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)ifindex};
    const int send_buffer = SEND_BUFFER;
    ring->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ring->fd < 0)
        return -errno;
    int error = make_ring(ring);
    if (error != 0)
        return error;
    (void)setsockopt(ring->fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer));
    if (bind(ring->fd, (const struct sockaddr *)(const void *)&interface, sizeof(interface)) != 0)
        return -errno;
    return 0;
}

int way_packet_ring_open(struct way_packet_ring *ring, unsigned ifindex, size_t longest,
                         const uint8_t from[ETH_ALEN], const uint8_t to[ETH_ALEN])
{
    *ring = (struct way_packet_ring){.fd = -1, .ethernet = {.h_proto = htons(ETH_P_IP)}};
    memcpy(ring->ethernet.h_source, from, ETH_ALEN);
    memcpy(ring->ethernet.h_dest, to, ETH_ALEN);
    plan(ring, longest);
    int error = open_socket(ring, ifindex);
    if (error != 0)
        way_packet_ring_close(ring);
    return error;
}

void way_packet_ring_close(struct way_packet_ring *ring)
{
    if (ring->map)
        munmap(ring->map, ring->map_len);
    if (ring->fd >= 0)
        close(ring->fd);
    ring->map = NULL;
    ring->fd = -1;
}

/* ---- reading ---- */

static struct tpacket2_hdr *next_slot(const struct way_packet_ring *ring)
{
    size_t block = ring->next / ring->slots_per_block;
    size_t within = ring->next % ring->slots_per_block;
    void *slot = ring->map + block * ring->block_len + within * ring->slot_len;
    return slot;
}

/* From offsets that count from the Ethernet header to ours, or the other way
 * round. Returns false for a header whose offsets lie before the packet. */
static bool move_offsets(struct virtio_net_hdr *header, int by)
{
    if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        if (header->csum_start + by < 0)
            return false;
        header->csum_start = (uint16_t)(header->csum_start + by);
    }
    if (header->gso_type != VIRTIO_NET_HDR_GSO_NONE) {
        if (header->hdr_len + by < 0)
            return false;
        header->hdr_len = (uint16_t)(header->hdr_len + by);
    }
    return true;
}

static bool is_outgoing(const struct tpacket2_hdr *slot)
{
    struct sockaddr_ll from;
    memcpy(&from, (const uint8_t *)slot + TPACKET_ALIGN(sizeof(*slot)), sizeof(from));
    return from.sll_pkttype == PACKET_OUTGOING;
}

/* Copies what is in the slot, if it is a packet for us. */
static bool take(struct way_packet_ring *ring, const struct tpacket2_hdr *slot,
                 struct way_diverted *frame)
{
    const uint8_t *ethernet = (const uint8_t *)slot + slot->tp_mac;
    uint16_t type;
    if (slot->tp_snaplen < ETH_HLEN || is_outgoing(slot))
        return false;
    memcpy(&type, ethernet + offsetof(struct ethhdr, h_proto), sizeof(type));
    if (type != htons(ETH_P_IP))
        return false;
    size_t len = slot->tp_snaplen - ETH_HLEN;
    memcpy(&frame->header, ethernet - sizeof(frame->header), sizeof(frame->header));
    if (slot->tp_snaplen != slot->tp_len || len > WAY_DIVERTED_PACKET_MAX ||
        !move_offsets(&frame->header, -ETH_HLEN)) {
        ring->lost++;
        return false;
    }
    memcpy(frame->memory + WAY_DIVERTED_ROOM, ethernet + ETH_HLEN, len);
    frame->packet = (struct way_packet){
        .data = frame->memory + WAY_DIVERTED_ROOM, .len = len, .room = WAY_DIVERTED_ROOM};
    return true;
}

/* Why nothing comes: a pending error of the socket, or that nothing is there. */
static int nothing(const struct way_packet_ring *ring)
{
    int error = 0;
    socklen_t len = sizeof(error);
    if (getsockopt(ring->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        return -errno;
    return error ? -error : -EAGAIN;
}

int way_packet_ring_read(struct way_packet_ring *ring, struct way_diverted *frame)
{
    for (;;) {
        struct tpacket2_hdr *slot = next_slot(ring);
        if (!(__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
            return nothing(ring);
        bool taken = take(ring, slot, frame);
        __atomic_store_n(&slot->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        ring->next = (ring->next + 1) % ring->slots;
        if (taken)
            return 0;
    }
}

/* ---- writing ---- */

int way_packet_ring_write(const struct way_packet_ring *ring, const struct virtio_net_hdr *header,
                          const struct way_packet *packet)
{
    struct virtio_net_hdr moved = *header;
    struct ethhdr ethernet = ring->ethernet;
    struct iovec parts[] = {
        {&moved, sizeof(moved)}, {&ethernet, sizeof(ethernet)}, {packet->data, packet->len}};
    if (!move_offsets(&moved, ETH_HLEN))
        return -EINVAL;
    return writev(ring->fd, parts, 3) < 0 ? -errno : 0;
}

uint64_t way_packet_ring_lost(struct way_packet_ring *ring)
{
    struct tpacket_stats stats;
    socklen_t len = sizeof(stats);
    if (getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) == 0)
        ring->lost += stats.tp_drops; /* reading clears them */
    return ring->lost;
}
