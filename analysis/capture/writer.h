/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing a small capture of packets from several others, as pcapng.
 *
 * Each capture that packets come from is an interface of the file, with its name and
 * link type; packets have ns stamps, their length on the wire, and may have a comment,
 * which Wireshark shows and finds (frame.comment). Numbers are in the machine's byte
 * order, as the format allows. Format: draft-ietf-opsawg-pcapng.
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_WRITER_H
#define WAYLAY_ANALYSIS_CAPTURE_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/capture/record.h"

enum { WAY_WRITER_TEXT_MAX = 32 * 1024 }; /* bytes of a name or comment; the rest is cut off */

/* Begins the file; `comment` (or NULL) is of the whole. Errors stay with the stream:
 * ferror says at the end whether all was written. */
void way_writer_begin(FILE *file, const char *comment);

/* One interface more: the first is number 0. `link` is a DLT_ number, as way_record has it
 * (in the file stands the LINKTYPE_ number). */
void way_writer_interface(FILE *file, const char *name, uint16_t link);

/* A packet of an interface, with a comment or NULL. Of its record time, bytes, len and
 * wire_len are written. */
void way_writer_packet(FILE *file, uint32_t interface, const struct way_record *record,
                       const char *comment);

#endif
