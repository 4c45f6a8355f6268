/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sources: one of the formats over a stream, or a live handle, with the counts
 * that are the same for all.
 */
#include "analysis/capture/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "analysis/capture/format.h"
#include "analysis/capture/live.h"
#include "analysis/capture/ring.h"

struct way_source {
    struct way_source_facts facts;
    char *name;
    struct way_fault fault; /* what facts.message points to */
    enum way_format format; /* of a file */
    struct way_stream stream;
    struct way_pcap pcap;
    struct way_pcapng pcapng;
    struct way_live *live; /* or NULL for a file */
    struct way_ring *ring; /* its latest packets, or NULL */
    int64_t begun, before; /* stamps: of its first packet, of its latest */
    int64_t deadline;      /* live: ns on the monotonic clock; 0: none */
    volatile sig_atomic_t stopped;
};

enum way_format way_format_of(const uint8_t magic[4])
{
    switch (way_format_get32(magic, false)) {
    case 0xa1b2c3d4:
    case 0xd4c3b2a1:
    case 0xa1b23c4d:
    case 0x4d3cb2a1:
        return WAY_FORMAT_PCAP;
    case 0x0a0d0d0a:
        return WAY_FORMAT_PCAPNG;
    default:
        return WAY_FORMAT_UNKNOWN;
    }
}

enum way_format_result way_fault_note(struct way_fault *fault, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(fault->text, sizeof fault->text, format, arguments);
    va_end(arguments);
    return WAY_FORMAT_DAMAGED;
}

static struct way_source *source_new(const char *name, char error[WAY_SOURCE_ERROR_MAX])
{
    struct way_source *source = calloc(1, sizeof *source);
    char *copy = strdup(name);

    if (!source || !copy) {
        snprintf(error, WAY_SOURCE_ERROR_MAX, "%s: out of memory", name);
        free(source);
        free(copy);
        return NULL;
    }
    source->name = copy;
    source->stream.fd = -1;
    source->facts.name = copy;
    source->facts.message = source->fault.text;
    return source;
}

/* Notes how the source ended. What the stream has met goes before what the
 * format has made of it. */
static void source_ends(struct way_source *source, enum way_format_result result)
{
    struct way_source_facts *facts = &source->facts;
    const struct way_stream *stream = &source->stream;

    if (stream->end == WAY_STREAM_FAILED || stream->end == WAY_STREAM_CORRUPT) {
        way_fault_note(&source->fault, "%s after packet %" PRIu64 ": %s",
                       stream->end == WAY_STREAM_FAILED ? "it cannot be read on"
                                                        : "its compression is damaged",
                       facts->packets, stream->message);
        facts->end = stream->end == WAY_STREAM_FAILED ? WAY_SOURCE_FAILED : WAY_SOURCE_DAMAGED;
    } else if (result == WAY_FORMAT_DAMAGED) {
        char found[WAY_SOURCE_ERROR_MAX / 2];
        snprintf(found, sizeof found, "%s", source->fault.text);
        way_fault_note(&source->fault, "it is damaged after packet %" PRIu64 ": %s", facts->packets,
                       found);
        facts->end = WAY_SOURCE_DAMAGED;
    } else if (result == WAY_FORMAT_CUT || stream->end == WAY_STREAM_CUT) {
        way_fault_note(&source->fault, "it is cut short after packet %" PRIu64, facts->packets);
        facts->end = WAY_SOURCE_CUT;
    } else {
        facts->end = WAY_SOURCE_WHOLE;
    }
}

/* Recognises the format and reads the file's header. */
static enum way_format_result open_format(struct way_source *source)
{
    const uint8_t *magic = way_stream_peek(&source->stream, 4);

    if (!magic && way_stream_ready(&source->stream) == 0 && source->stream.end == WAY_STREAM_DONE)
        return way_fault_note(&source->fault, "found an empty file, expected a capture");
    if (!magic && source->stream.end != WAY_STREAM_DONE)
        return WAY_FORMAT_CUT;
    source->format = magic ? way_format_of(magic) : WAY_FORMAT_UNKNOWN;
    if (source->format == WAY_FORMAT_PCAP)
        return way_pcap_open(&source->pcap, &source->stream, &source->fault);
    if (source->format == WAY_FORMAT_PCAPNG)
        return way_pcapng_open(&source->pcapng, &source->stream, &source->fault);
    return way_fault_note(&source->fault,
                          "found no capture, expected pcap or pcapng, plain or compressed by gzip "
                          "or zstd");
}

struct way_source *way_source_open_fd(int fd, const char *name, char error[WAY_SOURCE_ERROR_MAX])
{
    struct way_source *source = source_new(name, error);

    if (!source) {
        close(fd);
        return NULL;
    }
    if (way_stream_open(&source->stream, fd) != 0) {
        snprintf(error, WAY_SOURCE_ERROR_MAX, "%s: out of memory", name);
        way_source_close(&source);
        return NULL;
    }
    enum way_format_result result = open_format(source);
    if (result == WAY_FORMAT_PACKET) {
        source->facts.resolution = source->format == WAY_FORMAT_PCAP ? source->pcap.resolution : 0;
        return source;
    }
    const struct way_stream *stream = &source->stream;
    if (stream->end == WAY_STREAM_FAILED || stream->end == WAY_STREAM_CORRUPT)
        way_fault_note(&source->fault, "%s", stream->message);
    else if (result != WAY_FORMAT_DAMAGED)
        way_fault_note(&source->fault, "found a file cut short inside its header");
    snprintf(error, WAY_SOURCE_ERROR_MAX, "%s: %.400s", name, source->fault.text);
    way_source_close(&source);
    return NULL;
}

struct way_source *way_source_open(const char *path, char error[WAY_SOURCE_ERROR_MAX])
{
    if (strcmp(path, "-") == 0) {
        int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
        if (fd >= 0)
            return way_source_open_fd(fd, "standard input", error);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        fd = -1;
        errno = EISDIR;
    }
    if (fd < 0) {
        snprintf(error, WAY_SOURCE_ERROR_MAX, "%s: %s", path, strerror(errno));
        return NULL;
    }
    return way_source_open_fd(fd, path, error);
}

static int64_t monotonic_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

struct way_source *way_source_open_live(const char *interface, int64_t deadline,
                                        char error[WAY_SOURCE_ERROR_MAX])
{
    struct way_source *source = source_new(interface, error);

    if (!source)
        return NULL;
    source->live = way_live_open(interface, error);
    if (!source->live) {
        way_source_close(&source);
        return NULL;
    }
    source->facts.resolution = way_live_resolution(source->live);
    source->deadline = deadline ? monotonic_now() + deadline : 0;
    return source;
}

/* Counts a packet and what is weak about it. */
static void source_count(struct way_source *source, struct way_record *record)
{
    struct way_source_facts *facts = &source->facts;

    record->number = ++facts->packets;
    record->source = 0;
    if (source->ring)
        way_ring_add(source->ring, record);
    facts->clipped += record->len < record->wire_len;
    if (facts->packets == 1)
        source->begun = source->before = record->time;
    record->first = source->begun;
    record->before = source->before;
    source->before = record->time;
    if (facts->packets == 1) {
        facts->first = facts->last = record->time;
        return;
    }
    int64_t back = facts->last - record->time;
    if (back <= 0) {
        facts->last = record->time;
        return;
    }
    if (record->time < facts->first)
        facts->first = record->time;
    if (back > WAY_SOURCE_BACKWARDS_MAX) {
        if (facts->backwards++ == 0)
            facts->backwards_number = record->number;
        if (back > facts->backwards_most)
            facts->backwards_most = back;
    }
}

/* ns behind the deadline in which packets from before it are still taken. */
enum { LIVE_DRAIN = 1000 * 1000 * 1000 };

static enum way_source_result next_live(struct way_source *source, struct way_record *record)
{
    const char *message = "";
    enum way_source_result result = way_live_next(source->live, record, &message);

    int64_t past = source->deadline ? monotonic_now() - source->deadline : -1;
    bool over = source->stopped || past >= 0;
    if (result == WAY_SOURCE_PACKET && past > LIVE_DRAIN)
        result = WAY_SOURCE_LATER; /* they come faster than they are taken: it ends all the same */
    if (result == WAY_SOURCE_PACKET)
        source_count(source, record);
    if (result == WAY_SOURCE_END) {
        way_fault_note(&source->fault, "it cannot be read on after packet %" PRIu64 ": %s",
                       source->facts.packets, message);
        source->facts.end = WAY_SOURCE_FAILED;
    } else if (result == WAY_SOURCE_LATER && over) {
        source->facts.end = WAY_SOURCE_DEADLINE;
        result = WAY_SOURCE_END;
    }
    if (result == WAY_SOURCE_END)
        source->facts.dropped_known = way_live_dropped(source->live, &source->facts.dropped);
    return result;
}

enum way_source_result way_source_next(struct way_source *source, struct way_record *record)
{
    enum way_format_result result;

    if (source->facts.end != WAY_SOURCE_OPEN)
        return WAY_SOURCE_END;
    if (source->live)
        return next_live(source, record);
    if (source->format == WAY_FORMAT_PCAP)
        result = way_pcap_next(&source->pcap, &source->stream, record, &source->fault);
    else
        result = way_pcapng_next(&source->pcapng, &source->stream, record, &source->fault);
    if (result == WAY_FORMAT_PACKET) {
        source_count(source, record);
        return WAY_SOURCE_PACKET;
    }
    source_ends(source, result);
    return WAY_SOURCE_END;
}

const struct way_source_facts *way_source_facts(struct way_source *source)
{
    if (!source->live && source->format == WAY_FORMAT_PCAPNG) {
        source->facts.resolution = source->pcapng.resolution;
        source->facts.dropped = way_pcapng_dropped(&source->pcapng);
        source->facts.dropped_known = source->pcapng.dropped_known;
    }
    return &source->facts;
}

int way_source_descriptor(const struct way_source *source)
{
    return source->live ? way_live_descriptor(source->live) : -1;
}

void way_source_stop(struct way_source *source)
{
    source->stopped = 1;
}

int way_source_keep(struct way_source *source, size_t bytes)
{
    if (!source->ring)
        source->ring = way_ring_new(bytes);
    return source->ring ? 0 : -1;
}

bool way_source_keeps(const struct way_source *source)
{
    return source->ring != NULL;
}

bool way_source_kept(const struct way_source *source, uint64_t number, struct way_record *record)
{
    return source->ring && way_ring_find(source->ring, number, record);
}

void way_source_close(struct way_source **source)
{
    if (!*source)
        return;
    way_live_close(&(*source)->live);
    way_ring_free(&(*source)->ring);
    way_pcapng_close(&(*source)->pcapng);
    way_stream_close(&(*source)->stream);
    free((*source)->name);
    free(*source);
    *source = NULL;
}
