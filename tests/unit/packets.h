/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Packets for tests: one computed by hand, and as many generated ones as wanted.
 *
 * The hand-made one is the client's SYN of the first scenario, C 10.0.1.2:40000 to
 * O 10.0.3.2:80, and the same redirected to P 10.0.2.2. Its checksums, by hand:
 *
 *   IPv4  4500+002c+1234+4000+4006 + 0a00+0102 + 0a00+0302           = ef6a -> 1095
 *   TCP   pseudo 0a00+0102+0a00+0302+0006+0018                       = 1822
 *         9c40+0050+0000+0001+0000+0000+6002+faf0+0000+0204+05b4     = ff3c
 *         ff3c+1822 = 1175e -> 175f                                         -> e8a0
 *   redirected: ef6a +0200 (IHL) +0008 (length) -0100 (P for O)
 *         +0107+0708+0a00+0302 = 10583 -> 0584                              -> fa7b
 *         TCP 175f -0100 = 165f                                             -> e9a0
 *   delta ~(0a00+0302) + (0a00+0202) = f2fd+0c02                     = feff
 */
#ifndef WAYLAY_TESTS_UNIT_PACKETS_H
#define WAYLAY_TESTS_UNIT_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/packet/buffer.h"
#include "core/packet/bytes.h"
#include "core/packet/checksum.h"

enum { SYN_LEN = 44, SYN_DELTA = 0xfeff, SYN_PSEUDO = 0x1822 };

extern const uint8_t syn_as_sent[SYN_LEN];
extern const uint8_t syn_redirected[SYN_LEN + 8];

/* An address from its four numbers, network order. */
way_be32 address(uint8_t a, uint8_t b, uint8_t c, uint8_t d);

#define CLIENT address(10, 0, 1, 2)
#define PROXY  address(10, 0, 2, 2)
#define ORIGIN address(10, 0, 3, 2)

/* A generator of pseudo-random numbers (xorshift64*): never seed it with 0. */
struct generator {
    uint64_t state;
};
uint32_t generate_below(struct generator *generator, uint32_t bound);

/* What a generated packet's options hold. */
struct generated {
    uint8_t bytes[2048];
    size_t len;            /* bytes */
    size_t header_len;     /* bytes of the IPv4 header */
    bool has_record_route; /* one or more */
};

/* A valid TCP packet between host addresses, with well-formed options (never a
 * source route) up to `options_max` bytes (a multiple of 4), a Record Route among
 * them only if `record_routes`, random fields and payload, and right checksums;
 * the TCP checksum is left partial if asked. */
struct generated generate_packet(struct generator *generator, size_t options_max,
                                 bool record_routes, enum way_csum_kind kind);

/* Completes a partial TCP checksum, as a network card does. */
void complete_checksum(struct way_packet *packet);

/* Sets a header's checksum right again after an edit. */
void reseal_ipv4(uint8_t *header);

#endif
