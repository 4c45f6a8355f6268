/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pcapng: blocks, each with its type and its length at both ends. A section
 * header says the byte order and begins anew with interfaces; packets name the
 * interface they were seen on. Blocks that hold nothing for us are passed over.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture/format.h"
#include "analysis/capture/link.h"

enum block_type {
    BLOCK_INTERFACE = 1,
    BLOCK_OLD_PACKET = 2, /* obsolete, still met */
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_STATISTICS = 5,
    BLOCK_PACKET = 6,
    BLOCK_SECTION = 0x0a0d0d0a
};

enum option_code {
    OPTION_END = 0,
    OPTION_PACKET_DROPCOUNT = 4,
    OPTION_STATISTICS_IFDROP = 5,
    OPTION_STATISTICS_OSDROP = 7,
    OPTION_INTERFACE_TSRESOL = 9,
    OPTION_INTERFACE_TSOFFSET = 14
};

enum {
    BLOCK_HEADER_LEN = 8,
    BLOCK_LEAST = 12, /* type, length, length again */
    SECTION_LEAST = 28,
    BYTE_ORDER_MAGIC = 0x1a2b3c4d
};

/* A block as it stands in the window: what is between its two lengths. */
struct block {
    uint32_t type;
    const uint8_t *body;
    uint32_t len; /* of the body */
};

static uint32_t get32(const struct way_pcapng *pcapng, const uint8_t *at)
{
    return way_format_get32(at, pcapng->swapped);
}

/* Finds an option of exactly `want` bytes among those in the body from `at` on;
 * NULL where there is none (or where the options are broken before it). */
static const uint8_t *find_option(const struct way_pcapng *pcapng, const struct block *block,
                                  uint32_t at, unsigned code, unsigned want)
{
    while (at + 4 <= block->len) {
        unsigned here = way_format_get16(block->body + at, pcapng->swapped);
        unsigned len = way_format_get16(block->body + at + 2, pcapng->swapped);
        if (here == OPTION_END || len > block->len - at - 4)
            return NULL;
        if (here == code && len == want)
            return block->body + at + 4;
        at += 4 + ((len + 3) & ~3U);
    }
    return NULL;
}

/* Files may say what they like: sums stay at the most. */
static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Counts of the section that ends join those of the file. */
static void end_section(struct way_pcapng *pcapng)
{
    pcapng->dropped = way_pcapng_dropped(pcapng);
    pcapng->count = 0;
}

/* The byte order, from a section's header, before its length can be read. */
static enum way_format_result begin_section(struct way_pcapng *pcapng, struct way_stream *stream,
                                            struct way_fault *fault)
{
    const uint8_t *header = way_stream_peek(stream, SECTION_LEAST);

    if (!header)
        return WAY_FORMAT_CUT;
    uint32_t magic = way_format_get32(header + 8, false);
    bool swapped = magic != BYTE_ORDER_MAGIC;
    if (way_format_get32(header + 8, swapped) != BYTE_ORDER_MAGIC)
        return way_fault_note(fault, "found byte order mark %08" PRIx32 ", expected 1a2b3c4d",
                              magic);
    unsigned major = way_format_get16(header + 12, swapped);
    if (major != 1)
        return way_fault_note(fault, "found pcapng version %u, expected 1", major);
    end_section(pcapng);
    pcapng->swapped = swapped;
    return WAY_FORMAT_PACKET;
}

/* Whether blocks of the type are looked at: of the others any length will do. */
static bool is_read(uint32_t type)
{
    return type == BLOCK_SECTION || type == BLOCK_INTERFACE || type == BLOCK_OLD_PACKET ||
           type == BLOCK_SIMPLE_PACKET || type == BLOCK_STATISTICS || type == BLOCK_PACKET;
}

/* Checks the length at the end of a block against that at its beginning. */
static enum way_format_result check_again(uint32_t again, uint32_t total, struct way_fault *fault)
{
    if (again == total)
        return WAY_FORMAT_PACKET;
    return way_fault_note(fault,
                          "found a block that is %" PRIu32 " bytes long at its end, expected "
                          "%" PRIu32 " as at its beginning",
                          again, total);
}

/* Passes over a block that is longer than what can be looked at together. */
static enum way_format_result pass_block(const struct way_pcapng *pcapng, struct way_stream *stream,
                                         uint32_t total, struct way_fault *fault)
{
    enum { AGAIN = 4 };
    const uint8_t *again =
        way_stream_pass(stream, total - AGAIN) ? way_stream_peek(stream, AGAIN) : NULL;

    if (!again)
        return WAY_FORMAT_CUT;
    enum way_format_result result = check_again(get32(pcapng, again), total, fault);
    if (result == WAY_FORMAT_PACKET)
        way_stream_skip(stream, AGAIN);
    return result;
}

/* Looks at the next block, whole; the caller skips it. One that is of no use and too long
 * to be looked at is passed over here: then *total is 0. */
static enum way_format_result peek_block(struct way_pcapng *pcapng, struct way_stream *stream,
                                         struct block *block, uint32_t *total,
                                         struct way_fault *fault)
{
    const uint8_t *header = way_stream_peek(stream, BLOCK_HEADER_LEN);

    if (!header)
        return way_stream_ready(stream) ? WAY_FORMAT_CUT : WAY_FORMAT_END;
    if (get32(pcapng, header) == BLOCK_SECTION) { /* the same in either byte order */
        enum way_format_result result = begin_section(pcapng, stream, fault);
        if (result != WAY_FORMAT_PACKET)
            return result;
        header = way_stream_peek(stream, BLOCK_HEADER_LEN);
    }
    block->type = get32(pcapng, header);
    *total = get32(pcapng, header + 4);
    bool too_long = *total > WAY_SOURCE_BLOCK_MAX;
    if (*total >= BLOCK_LEAST && *total % 4 == 0 && too_long && !is_read(block->type)) {
        enum way_format_result result = pass_block(pcapng, stream, *total, fault);
        *total = 0;
        return result;
    }
    if (*total < BLOCK_LEAST || *total % 4 != 0 || too_long)
        return way_fault_note(fault,
                              "found a block of %" PRIu32 " bytes, expected a multiple of 4 from "
                              "%d to %d",
                              *total, BLOCK_LEAST, WAY_SOURCE_BLOCK_MAX);
    const uint8_t *bytes = way_stream_peek(stream, *total);
    if (!bytes)
        return WAY_FORMAT_CUT;
    block->body = bytes + BLOCK_HEADER_LEN;
    block->len = *total - BLOCK_LEAST;
    return check_again(get32(pcapng, bytes + *total - 4), *total, fault);
}

/* ns of one unit of the interface's stamps, at least 1. */
static int64_t unit_of(const struct way_pcapng_interface *interface)
{
    int64_t unit = 1000000000;

    for (unsigned i = 0; i < interface->exponent && unit > 1; i++)
        unit /= interface->binary ? 2 : 10;
    return unit > 1 ? unit : 1;
}

static enum way_format_result read_interface(struct way_pcapng *pcapng, const struct block *block,
                                             struct way_fault *fault)
{
    enum { OPTIONS_AT = 8, BINARY = 0x80, BINARY_MAX = 63, DECIMAL_MAX = 18, MICRO = 6 };

    if (block->len < OPTIONS_AT)
        return way_fault_note(fault, "found an interface block of %" PRIu32 " bytes, expected 20",
                              block->len + BLOCK_LEAST);
    if (pcapng->count == WAY_SOURCE_INTERFACES_MAX)
        return way_fault_note(fault, "found more than %d interfaces", WAY_SOURCE_INTERFACES_MAX);
    if (pcapng->count == pcapng->room) {
        unsigned room = pcapng->room ? 2 * pcapng->room : 4;
        void *grown = reallocarray(pcapng->interfaces, room, sizeof *pcapng->interfaces);
        if (!grown)
            return way_fault_note(fault, "out of memory");
        pcapng->interfaces = grown;
        pcapng->room = room;
    }
    struct way_pcapng_interface *interface = &pcapng->interfaces[pcapng->count];
    *interface = (struct way_pcapng_interface){.exponent = MICRO};
    interface->linktype = way_format_get16(block->body, pcapng->swapped);
    interface->link = way_link_from_file(interface->linktype);
    const uint8_t *option = find_option(pcapng, block, OPTIONS_AT, OPTION_INTERFACE_TSRESOL, 1);
    if (option) {
        interface->binary = *option & BINARY;
        interface->exponent = *option & (BINARY - 1);
        if (interface->exponent > (interface->binary ? BINARY_MAX : DECIMAL_MAX))
            return way_fault_note(fault, "found time stamps of unit %u, expected at most 10^-%d",
                                  *option, DECIMAL_MAX);
    }
    option = find_option(pcapng, block, OPTIONS_AT, OPTION_INTERFACE_TSOFFSET, 8);
    if (option)
        interface->offset = (int64_t)way_format_get64(option, pcapng->swapped);
    int64_t unit = unit_of(interface);
    pcapng->resolution = unit > pcapng->resolution ? unit : pcapng->resolution;
    pcapng->count++;
    return WAY_FORMAT_PACKET;
}

/* Stamps to ns since the epoch. Returns false for what is no time of ours. */
static bool to_time(const struct way_pcapng_interface *interface, uint64_t ticks, int64_t *time)
{
    const int64_t second = 1000000000;
    uint64_t per_second = 1;

    if (interface->binary)
        per_second <<= interface->exponent;
    else
        for (unsigned i = 0; i < interface->exponent; i++)
            per_second *= 10;
    __int128 ns = (__int128)(ticks / per_second) * second +
                  (__int128)(ticks % per_second) * second / per_second +
                  (__int128)interface->offset * second;
    if (ns < 0 || ns > WAY_RECORD_TIME_MAX)
        return false;
    *time = (int64_t)ns;
    return true;
}

/* The interface that a packet names, if packets of it can be read. */
static const struct way_pcapng_interface *find_interface(const struct way_pcapng *pcapng,
                                                         uint32_t number, struct way_fault *fault)
{
    if (number >= pcapng->count) {
        way_fault_note(fault, "found a packet of interface %" PRIu32 ", expected below %u", number,
                       pcapng->count);
        return NULL;
    }
    const struct way_pcapng_interface *interface = &pcapng->interfaces[number];
    if (interface->link < 0) {
        way_fault_note(fault, "found link type %" PRIu32 ", expected one of %s",
                       interface->linktype, way_link_names());
        return NULL;
    }
    return interface;
}

/* Enhanced packets and the obsolete ones: they differ in their first 4 bytes. */
static enum way_format_result read_packet(struct way_pcapng *pcapng, const struct block *block,
                                          struct way_record *record, struct way_fault *fault)
{
    enum { PACKET_AT = 20, NOT_COUNTED = 0xffff };

    if (block->len < PACKET_AT)
        return way_fault_note(fault, "found a packet block of %" PRIu32 " bytes, expected 32",
                              block->len + BLOCK_LEAST);
    bool old = block->type == BLOCK_OLD_PACKET;
    uint32_t number =
        old ? way_format_get16(block->body, pcapng->swapped) : get32(pcapng, block->body);
    uint32_t len = get32(pcapng, block->body + 12);
    uint32_t wire_len = get32(pcapng, block->body + 16);
    const struct way_pcapng_interface *interface = find_interface(pcapng, number, fault);
    if (!interface)
        return WAY_FORMAT_DAMAGED;
    if (len > block->len - PACKET_AT || len > WAY_SOURCE_PACKET_MAX)
        return way_fault_note(fault, "found a packet of %" PRIu32 " bytes in a block of %" PRIu32,
                              len, block->len + BLOCK_LEAST);
    uint64_t ticks =
        (uint64_t)get32(pcapng, block->body + 4) << 32 | get32(pcapng, block->body + 8);
    if (!to_time(interface, ticks, &record->time))
        return way_fault_note(fault, "found stamp %" PRIu64 ", expected a time of day", ticks);

    const uint8_t *drops =
        old ? NULL
            : find_option(pcapng, block, PACKET_AT + ((len + 3) & ~3U), OPTION_PACKET_DROPCOUNT, 8);
    unsigned old_drops = old ? way_format_get16(block->body + 2, pcapng->swapped) : NOT_COUNTED;
    if (drops || old_drops != NOT_COUNTED) {
        pcapng->dropped =
            sum_of(pcapng->dropped, drops ? way_format_get64(drops, pcapng->swapped) : old_drops);
        pcapng->dropped_known = true;
    }
    record->bytes = block->body + PACKET_AT;
    record->len = len;
    record->wire_len = wire_len > len ? wire_len : len;
    record->link = (uint16_t)interface->link;
    return WAY_FORMAT_PACKET;
}

static void read_statistics(struct way_pcapng *pcapng, const struct block *block)
{
    enum { OPTIONS_AT = 12 };

    if (block->len < OPTIONS_AT)
        return;
    uint32_t number = get32(pcapng, block->body);
    const uint8_t *drops = find_option(pcapng, block, OPTIONS_AT, OPTION_STATISTICS_IFDROP, 8);
    const uint8_t *system = find_option(pcapng, block, OPTIONS_AT, OPTION_STATISTICS_OSDROP, 8);
    if ((!drops && !system) || number >= pcapng->count)
        return;
    pcapng->interfaces[number].dropped =
        sum_of(drops ? way_format_get64(drops, pcapng->swapped) : 0,
               system ? way_format_get64(system, pcapng->swapped) : 0);
    pcapng->dropped_known = true;
}

enum way_format_result way_pcapng_open(struct way_pcapng *pcapng, struct way_stream *stream,
                                       struct way_fault *fault)
{
    struct block block = {0};
    uint32_t total = 0;

    *pcapng = (struct way_pcapng){0};
    enum way_format_result result = peek_block(pcapng, stream, &block, &total, fault);
    if (result == WAY_FORMAT_PACKET)
        way_stream_skip(stream, total);
    return result;
}

enum way_format_result way_pcapng_next(struct way_pcapng *pcapng, struct way_stream *stream,
                                       struct way_record *record, struct way_fault *fault)
{
    for (;;) {
        struct block block = {0};
        uint32_t total = 0;
        enum way_format_result result = peek_block(pcapng, stream, &block, &total, fault);
        if (result != WAY_FORMAT_PACKET)
            return result;
        way_stream_skip(stream, total); /* its bytes stay until the next peek */
        switch (block.type) {
        case BLOCK_PACKET:
        case BLOCK_OLD_PACKET:
            return read_packet(pcapng, &block, record, fault);
        case BLOCK_SIMPLE_PACKET:
            return way_fault_note(fault, "found a packet without a time (a simple packet block)");
        case BLOCK_INTERFACE:
            result = read_interface(pcapng, &block, fault);
            if (result != WAY_FORMAT_PACKET)
                return result;
            break;
        case BLOCK_STATISTICS:
            read_statistics(pcapng, &block);
            break;
        default:
            break;
        }
    }
}

uint64_t way_pcapng_dropped(const struct way_pcapng *pcapng)
{
    uint64_t dropped = pcapng->dropped;

    for (unsigned i = 0; i < pcapng->count; i++)
        dropped = sum_of(dropped, pcapng->interfaces[i].dropped);
    return dropped;
}

void way_pcapng_close(struct way_pcapng *pcapng)
{
    free(pcapng->interfaces);
    pcapng->interfaces = NULL;
    pcapng->count = pcapng->room = 0;
}
