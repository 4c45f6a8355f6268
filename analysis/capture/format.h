/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The two formats of capture files, read from a stream. Internal to
 * analysis/capture.
 *
 * Both readers are used alike: `open` reads the file's header (its first four
 * bytes have been recognised by way_format_of), `next` the next packet. A reader
 * fills time, bytes, len, wire_len and link of a record; the rest is the source's.
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_FORMAT_H
#define WAYLAY_ANALYSIS_CAPTURE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/capture/record.h"
#include "analysis/capture/source.h"
#include "analysis/capture/stream.h"

enum way_format { WAY_FORMAT_UNKNOWN, WAY_FORMAT_PCAP, WAY_FORMAT_PCAPNG };

/* Which format four bytes begin. */
enum way_format way_format_of(const uint8_t magic[4]);

/* What a reader says of the next packet. */
enum way_format_result {
    WAY_FORMAT_PACKET,
    WAY_FORMAT_END,    /* between two records */
    WAY_FORMAT_CUT,    /* inside one; also when the stream itself has failed: ask it */
    WAY_FORMAT_DAMAGED /* fault says why */
};

/* What is wrong, in words. */
struct way_fault {
    char text[WAY_SOURCE_ERROR_MAX];
};

/* Writes the fault and returns WAY_FORMAT_DAMAGED. */
enum way_format_result way_fault_note(struct way_fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The file's numbers, in its own byte order. */
static inline uint16_t way_format_get16(const uint8_t *at, bool swapped)
{
    uint16_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return swapped ? __builtin_bswap16(value) : value;
}

static inline uint32_t way_format_get32(const uint8_t *at, bool swapped)
{
    uint32_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return swapped ? __builtin_bswap32(value) : value;
}

static inline uint64_t way_format_get64(const uint8_t *at, bool swapped)
{
    uint64_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return swapped ? __builtin_bswap64(value) : value;
}

/* pcap (draft-ietf-opsawg-pcap). */
struct way_pcap {
    bool swapped;       /* the file's byte order is not ours */
    int64_t resolution; /* ns of a fraction: 1 or 1000 */
    uint16_t link;
};
enum way_format_result way_pcap_open(struct way_pcap *pcap, struct way_stream *stream,
                                     struct way_fault *fault);
enum way_format_result way_pcap_next(const struct way_pcap *pcap, struct way_stream *stream,
                                     struct way_record *record, struct way_fault *fault);

/* pcapng (draft-ietf-opsawg-pcapng). */
struct way_pcapng_interface {
    int link;          /* DLT_, or -1 for one that is not read */
    uint32_t linktype; /* as the file has it */
    bool binary;       /* a tick is 2^-exponent seconds, else 10^-exponent */
    uint8_t exponent;  /* of the stamps' unit */
    int64_t offset;    /* seconds to add to stamps */
    uint64_t dropped;  /* as last said in a statistics block */
};
struct way_pcapng {
    bool swapped;
    struct way_pcapng_interface *interfaces; /* of the present section */
    unsigned count, room;
    int64_t resolution; /* ns: the coarsest unit of any interface */
    uint64_t dropped;   /* by earlier sections, and packet by packet */
    bool dropped_known;
};
enum way_format_result way_pcapng_open(struct way_pcapng *pcapng, struct way_stream *stream,
                                       struct way_fault *fault);
enum way_format_result way_pcapng_next(struct way_pcapng *pcapng, struct way_stream *stream,
                                       struct way_record *record, struct way_fault *fault);
/* Packets that the file says were lost, so far. */
uint64_t way_pcapng_dropped(const struct way_pcapng *pcapng);
void way_pcapng_close(struct way_pcapng *pcapng);

#endif
