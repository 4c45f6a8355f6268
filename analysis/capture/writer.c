/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Blocks of pcapng: type, length, body, options, length. Lengths are known before anything
 * is written, so that a stream that cannot seek will do.
 */
#include "analysis/capture/writer.h"

#include <string.h>

#include "analysis/capture/link.h"
#include "analysis/capture/source.h"

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    BLOCK_FRAME_BYTES = 12, /* type, and the length twice */
    BYTE_ORDER = 0x1a2b3c4d,
    OPTION_COMMENT = 1,
    OPTION_NAME = 2,       /* of an interface */
    OPTION_RESOLUTION = 9, /* of an interface: negative power of ten */
    NANOSECONDS = 9
};

static void put32(FILE *file, uint32_t number)
{
    fwrite(&number, sizeof number, 1, file);
}

static void put16(FILE *file, uint16_t number)
{
    fwrite(&number, sizeof number, 1, file);
}

static uint32_t padded(size_t len)
{
    return (uint32_t)(len + 3) & ~UINT32_C(3);
}

static void put_padded(FILE *file, const void *bytes, size_t len)
{
    static const uint8_t zeros[3];

    fwrite(bytes, 1, len, file);
    fwrite(zeros, 1, padded(len) - len, file);
}

static size_t length_of(const char *text)
{
    return text ? strnlen(text, WAY_WRITER_TEXT_MAX) : 0;
}

/* Bytes of a text option; one without text is left out. */
static uint32_t option_bytes(const char *text)
{
    return length_of(text) ? 4 + padded(length_of(text)) : 0;
}

static void put_option(FILE *file, uint16_t code, const char *text)
{
    if (!length_of(text))
        return;
    put16(file, code);
    put16(file, (uint16_t)length_of(text));
    put_padded(file, text, length_of(text));
}

/* Ends options, if there are any, and the block. */
static void end_block(FILE *file, bool options, uint32_t length)
{
    if (options)
        put32(file, 0);
    put32(file, length);
}

static uint32_t begin_block(FILE *file, uint32_t type, uint32_t body, uint32_t options)
{
    uint32_t length = BLOCK_FRAME_BYTES + body + options + (options ? 4 : 0);

    put32(file, type);
    put32(file, length);
    return length;
}

void way_writer_begin(FILE *file, const char *comment)
{
    uint32_t options = option_bytes(comment);
    uint32_t length = begin_block(file, BLOCK_SECTION, 16, options);

    put32(file, BYTE_ORDER);
    put16(file, 1); /* version 1.0 */
    put16(file, 0);
    put32(file, UINT32_MAX); /* the section's length is not said */
    put32(file, UINT32_MAX);
    put_option(file, OPTION_COMMENT, comment);
    end_block(file, options > 0, length);
}

void way_writer_interface(FILE *file, const char *name, uint16_t link)
{
    static const uint8_t resolution = NANOSECONDS;
    uint32_t options = option_bytes(name) + 4 + padded(sizeof resolution);
    uint32_t length = begin_block(file, BLOCK_INTERFACE, 8, options);

    put16(file, (uint16_t)way_link_to_file(link));
    put16(file, 0);
    put32(file, WAY_SOURCE_PACKET_MAX);
    put_option(file, OPTION_NAME, name);
    put16(file, OPTION_RESOLUTION);
    put16(file, sizeof resolution);
    put_padded(file, &resolution, sizeof resolution);
    end_block(file, true, length);
}

void way_writer_packet(FILE *file, uint32_t interface, const struct way_record *record,
                       const char *comment)
{
    uint32_t options = option_bytes(comment);
    uint32_t length = begin_block(file, BLOCK_PACKET, 20 + padded(record->len), options);

    put32(file, interface);
    put32(file, (uint32_t)((uint64_t)record->time >> 32));
    put32(file, (uint32_t)record->time);
    put32(file, record->len);
    put32(file, record->wire_len);
    put_padded(file, record->bytes, record->len);
    put_option(file, OPTION_COMMENT, comment);
    end_block(file, options > 0, length);
}
