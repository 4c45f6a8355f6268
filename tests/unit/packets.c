/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets for tests. Lengths and fields are written by plain arithmetic here, not
 * with the code under test, except for the checksums, which have vectors of their
 * own.
 */
#include "tests/unit/packets.h"

#include <string.h>

const uint8_t syn_as_sent[SYN_LEN] = {
    0x45, 0x00, 0x00, 0x2c, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0x10, 0x95, /* base header */
    10,   0,    1,    2,    10,   0,    3,    2,                            /* C to O */
    0x9c, 0x40, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, /* TCP */
    0x60, 0x02, 0xfa, 0xf0, 0xe8, 0xa0, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, /* SYN, MSS 1460 */
};

const uint8_t syn_redirected[SYN_LEN + 8] = {
    0x47, 0x00, 0x00, 0x34, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0xfa, 0x7b, /* base header */
    10,   0,    1,    2,    10,   0,    2,    2,                            /* C to P */
    0x01, 0x07, 0x07, 0x08, 10,   0,    3,    2,                            /* the option: O */
    0x9c, 0x40, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, /* TCP */
    0x60, 0x02, 0xfa, 0xf0, 0xe9, 0xa0, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, /* SYN, MSS 1460 */
};

way_be32 address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    const uint8_t bytes[4] = {a, b, c, d};
    return way_bytes_get_address(bytes);
}

uint32_t generate_below(struct generator *generator, uint32_t bound)
{
    uint64_t x = generator->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    generator->state = x;
    return (uint32_t)((x * 0x2545f4914f6cdd1dULL) >> 32) % bound;
}

static void fill(struct generator *generator, uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)generate_below(generator, 256);
}

/* Writes one option of at most `left` bytes at `at`; returns its length. */
static size_t put_option(struct generator *generator, uint8_t *at, size_t left,
                         struct generated *out, bool record_routes)
{
    enum { NOP = 1, RECORD_ROUTE = 7, LENGTH_MIN = 4 };
    static const uint8_t types[] = {68, 148, 130, 94, 222, RECORD_ROUTE};
    uint8_t type = types[generate_below(generator, sizeof types - !record_routes)];

    if (left < LENGTH_MIN || generate_below(generator, 4) == 0) {
        at[0] = NOP;
        return 1;
    }
    size_t len = LENGTH_MIN + generate_below(generator, (uint32_t)(left - LENGTH_MIN + 1));
    fill(generator, at, len);
    if (type == RECORD_ROUTE) {
        len = 3 + (len - 3) / 4 * 4;
        at[2] = (uint8_t)(4 + 4 * generate_below(generator, (uint32_t)(len - 3) / 4 + 1));
        out->has_record_route = true;
    }
    at[0] = type;
    at[1] = (uint8_t)len;
    return len;
}

static void put_options(struct generator *generator, size_t options_len, struct generated *out,
                        bool record_routes)
{
    for (size_t done = 0; done < options_len;) {
        if (generate_below(generator, 8) == 0) {
            /* End of Options; what follows is padding, whatever it holds. */
            fill(generator, out->bytes + 20 + done, options_len - done);
            out->bytes[20 + done] = 0;
            return;
        }
        done +=
            put_option(generator, out->bytes + 20 + done, options_len - done, out, record_routes);
    }
}

void reseal_ipv4(uint8_t *header)
{
    header[10] = header[11] = 0;
    way_bytes_put16(header + 10, way_csum_of(header, (size_t)(header[0] & 15) * 4));
}

static uint16_t pseudo_sum(const uint8_t *packet, size_t tcp_len)
{
    return way_csum_pseudo(way_bytes_get_address(packet + 12), way_bytes_get_address(packet + 16),
                           packet[9], (uint16_t)tcp_len);
}

struct generated generate_packet(struct generator *generator, size_t options_max,
                                 bool record_routes, enum way_csum_kind kind)
{
    struct generated out = {0};
    size_t options_len = (size_t)4 * generate_below(generator, (uint32_t)options_max / 4 + 1);
    size_t tcp_len = 20 + generate_below(generator, 1400);
    out.header_len = 20 + options_len;
    out.len = out.header_len + tcp_len;

    uint8_t *ip = out.bytes;
    fill(generator, ip, out.len);
    ip[0] = (uint8_t)(0x40 + out.header_len / 4);
    way_bytes_put16(ip + 2, (uint16_t)out.len);
    ip[6] = 0x40;
    ip[7] = 0;
    ip[9] = 6;
    ip[12] = (uint8_t)(1 + generate_below(generator, 126));
    ip[16] = (uint8_t)(128 + generate_below(generator, 96));
    put_options(generator, options_len, &out, record_routes);
    reseal_ipv4(ip);

    uint8_t *tcp = ip + out.header_len;
    uint16_t pseudo = pseudo_sum(ip, tcp_len);
    tcp[12] = 0x50;
    way_bytes_put16(tcp + 16, pseudo);
    if (kind == WAY_CSUM_WHOLE)
        complete_checksum(&(struct way_packet){.data = ip, .len = out.len});
    return out;
}

void complete_checksum(struct way_packet *packet)
{
    size_t header_len = (size_t)(packet->data[0] & 15) * 4;
    uint8_t *tcp = packet->data + header_len;
    way_bytes_put16(tcp + 16, way_csum_of(tcp, packet->len - header_len));
}
