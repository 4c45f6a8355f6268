/* SPDX-License-Identifier: BSD-2-Clause
 *
 * pcap's headers; everything else is the writer's.
 */
#include "emu/wire/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_SECOND INT64_C(1000000000)

enum { MAGIC_NS = 0xa1b23c4d, VERSION_MAJOR = 2, VERSION_MINOR = 4, LINKTYPE_ETHERNET = 1 };

struct file_header {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t reserved1, reserved2;
    uint32_t snaplen, linktype;
};

struct record_header {
    uint32_t seconds, nanoseconds;
    uint32_t captured, original; /* bytes */
};

_Static_assert(sizeof(struct file_header) == 24, "as the format has it");
_Static_assert(sizeof(struct record_header) == 16, "as the format has it");

struct way_capture {
    struct way_output *output;
    size_t snaplen;
    bool on;
};

struct way_capture *way_capture_open(struct way_writer *writer, const char *dir, const char *link,
                                     const char *node, size_t snaplen, char *error,
                                     size_t error_size)
{
    const struct file_header head = {.magic = MAGIC_NS,
                                     .major = VERSION_MAJOR,
                                     .minor = VERSION_MINOR,
                                     .snaplen = (uint32_t)snaplen,
                                     .linktype = LINKTYPE_ETHERNET};
    char path[4096], name[256];
    int len = snprintf(path, sizeof(path), "%s/%s@%s.pcap", dir, link, node);
    snprintf(name, sizeof(name), "%s@%s", link, node);
    if (len < 0 || (size_t)len >= sizeof(path)) {
        snprintf(error, error_size, "%.64s…: the path is too long", dir);
        return NULL;
    }
    struct way_capture *capture = calloc(1, sizeof(*capture));
    if (!capture) {
        snprintf(error, error_size, "%s: out of memory", path);
        return NULL;
    }
    capture->on = true;
    capture->snaplen = snaplen;
    capture->output = way_output_find(writer, path);
    if (!capture->output)
        capture->output =
            way_output_open(writer, path, name, &head, sizeof(head), error, error_size);
    if (!capture->output)
        way_capture_release(&capture);
    return capture;
}

void way_capture_release(struct way_capture **capture)
{
    if (*capture && (*capture)->output)
        way_output_rest((*capture)->output);
    free(*capture);
    *capture = NULL;
}

void way_capture_put(struct way_capture *capture, int64_t time, const void *bytes, size_t len)
{
    if (!capture || !capture->on)
        return;
    size_t kept = len < capture->snaplen ? len : capture->snaplen;
    const struct record_header header = {.seconds = (uint32_t)(time / NS_PER_SECOND),
                                         .nanoseconds = (uint32_t)(time % NS_PER_SECOND),
                                         .captured = (uint32_t)kept,
                                         .original = (uint32_t)len};
    way_output_put(capture->output, &header, sizeof(header), bytes, kept);
}

void way_capture_turn(struct way_capture *capture, bool on)
{
    capture->on = on;
}

bool way_capture_is_on(const struct way_capture *capture)
{
    return capture->on;
}

struct way_capture_counts way_capture_counts(const struct way_capture *capture)
{
    struct way_output_counts counts = way_output_counts(capture->output);
    return (struct way_capture_counts){.captured = counts.taken, .dropped = counts.dropped};
}

/* Captures are the outputs that are named LINK@NODE. */
static void add(void *context, const struct way_output *output)
{
    const char *name = way_output_name(output);
    if (!strchr(name, '@'))
        return;
    struct way_output_counts counts = way_output_counts(output);
    json_object_set_new(context, name,
                        json_pack("{s:I, s:I}", "captured", (json_int_t)counts.taken, "dropped",
                                  (json_int_t)counts.dropped));
}

json_t *way_captures_json(const struct way_writer *writer)
{
    json_t *object = json_object();
    way_writer_each(writer, add, object);
    return object;
}
