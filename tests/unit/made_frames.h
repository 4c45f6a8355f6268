/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A few whole frames for the tests of analysis/capture and analysis/dissect, put
 * together by hand, and capture files around frames.
 */
#ifndef WAYLAY_TESTS_UNIT_MADE_FRAMES_H
#define WAYLAY_TESTS_UNIT_MADE_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/capture/record.h"

enum { MADE_FRAME_MAX = 256 };

struct made_frame {
    const char *name;
    size_t len;
    uint8_t bytes[MADE_FRAME_MAX];
};

/* Names of frames, each Ethernet:
 *   "syn"         C to O, MSS 1460, as sent
 *   "redirected"  the same to P, with the record route option
 *   "tagged"      the redirected one behind an 802.1ad and an 802.1Q tag (7, 42)
 *   "quoted"      an ICMP fragmentation needed (MTU 1400) from P to C that quotes it
 *   "short quote" the same, with 8 bytes of TCP
 *   "tunnelled"   a GRE packet with key 9 from R to P around the first one
 *   "udp"         C to O port 53, 4 bytes "ping", without a checksum
 *   "arp"         who has O? tell C */
enum { MADE_FRAMES = 8 };
extern const char *const made_names[MADE_FRAMES];

/* The frame of that name; aborts when there is none. */
struct made_frame made_frame(const char *name);

/* A record of Ethernet around the bytes. */
struct way_record made_record(const uint8_t *bytes, size_t len);

/* Writes a pcap header (24 bytes), and a record's (16 bytes); returns their length. */
size_t made_pcap_header(uint8_t *to, uint32_t link);
size_t made_pcap_record(uint8_t *to, uint32_t seconds, uint32_t ns, uint32_t len);

/* A descriptor of a file in memory with these bytes, at its beginning. */
int made_file(const uint8_t *bytes, size_t len);

#endif
