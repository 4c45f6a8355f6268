/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pcap: a file header of 24 bytes, then records of a 16-byte header and the
 * packet.
 */
#include <inttypes.h>

#include "analysis/capture/format.h"
#include "analysis/capture/link.h"

enum { FILE_HEADER_LEN = 24, RECORD_HEADER_LEN = 16 };

/* Magic numbers, in the byte order of who wrote the file. */
enum { MAGIC_MICROSECONDS = 0xa1b2c3d4, MAGIC_NANOSECONDS = 0xa1b23c4d };

enum way_format_result way_pcap_open(struct way_pcap *pcap, struct way_stream *stream,
                                     struct way_fault *fault)
{
    enum { AT_MAJOR = 4, AT_MINOR = 6, AT_LINKTYPE = 20, LINKTYPE_MASK = 0x03ffffff };
    const uint8_t *header = way_stream_peek(stream, FILE_HEADER_LEN);

    if (!header)
        return WAY_FORMAT_CUT;
    uint32_t magic = way_format_get32(header, false);
    pcap->swapped = magic != MAGIC_MICROSECONDS && magic != MAGIC_NANOSECONDS;
    magic = way_format_get32(header, pcap->swapped);
    pcap->resolution = magic == MAGIC_MICROSECONDS ? 1000 : 1;

    unsigned major = way_format_get16(header + AT_MAJOR, pcap->swapped);
    unsigned minor = way_format_get16(header + AT_MINOR, pcap->swapped);
    if (major != 2 || minor != 4)
        return way_fault_note(fault, "found pcap version %u.%u, expected 2.4", major, minor);
    uint32_t linktype = way_format_get32(header + AT_LINKTYPE, pcap->swapped) & LINKTYPE_MASK;
    int link = way_link_from_file(linktype);
    if (link < 0)
        return way_fault_note(fault, "found link type %" PRIu32 ", expected one of %s", linktype,
                              way_link_names());
    pcap->link = (uint16_t)link;
    way_stream_skip(stream, FILE_HEADER_LEN);
    return WAY_FORMAT_PACKET;
}

enum way_format_result way_pcap_next(const struct way_pcap *pcap, struct way_stream *stream,
                                     struct way_record *record, struct way_fault *fault)
{
    const int64_t second = 1000000000;
    const uint8_t *header = way_stream_peek(stream, RECORD_HEADER_LEN);

    if (!header)
        return way_stream_ready(stream) ? WAY_FORMAT_CUT : WAY_FORMAT_END;
    uint32_t seconds = way_format_get32(header, pcap->swapped);
    uint32_t fraction = way_format_get32(header + 4, pcap->swapped);
    uint32_t len = way_format_get32(header + 8, pcap->swapped);
    uint32_t wire_len = way_format_get32(header + 12, pcap->swapped);
    if (len > WAY_SOURCE_PACKET_MAX)
        return way_fault_note(fault, "found a packet of %" PRIu32 " bytes, expected at most %d",
                              len, WAY_SOURCE_PACKET_MAX);
    if (fraction >= second / pcap->resolution)
        return way_fault_note(fault,
                              "found a stamp of %" PRIu32 " fractions of a second, expected fewer "
                              "than %" PRIi64,
                              fraction, second / pcap->resolution);
    const uint8_t *packet = way_stream_peek(stream, RECORD_HEADER_LEN + (size_t)len);
    if (!packet)
        return WAY_FORMAT_CUT;
    way_stream_skip(stream, RECORD_HEADER_LEN + (size_t)len);
    record->time = seconds * second + fraction * pcap->resolution;
    record->bytes = packet + RECORD_HEADER_LEN;
    record->len = len;
    record->wire_len = wire_len > len ? wire_len : len;
    record->link = pcap->link;
    return WAY_FORMAT_PACKET;
}
