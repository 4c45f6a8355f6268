/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Captures: libpcap reads the file, each frame is copied and decoded.
 *
 * libpcap says "truncated" when a file ends inside a record. A file that was
 * cut between two records looks whole; the count in losses.json shows it.
 */
#include "analysis/assert/capture.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void way_capture_init(struct way_capture *capture, const char *name)
{
    *capture = (struct way_capture){0};
    snprintf(capture->name, sizeof capture->name, "%s", name);
}

void way_capture_init_view(struct way_capture *view, const char *name)
{
    way_capture_init(view, name);
    view->is_view = true;
}

void way_capture_spoil(struct way_capture *capture, struct way_text why)
{
    if (capture->unfit.s[0] == '\0')
        capture->unfit = why;
}

/* Makes room for one more frame. */
static int capture_grow(struct way_capture *capture)
{
    if (capture->count < capture->room)
        return 0;
    if (capture->count >= WAY_CAPTURE_FRAMES_MAX)
        return -EFBIG;
    size_t room = capture->room ? 2 * capture->room : 256;
    struct way_frame *frames = reallocarray(capture->frames, room, sizeof *frames);
    if (!frames)
        return -ENOMEM;
    capture->frames = frames;
    capture->room = room;
    return 0;
}

int way_capture_merge(struct way_capture *view, const struct way_capture *from,
                      way_capture_select *select, const void *context)
{
    size_t room = view->count + from->count, v = 0, f = 0, count = 0;

    assert(view->is_view);
    if (room > WAY_CAPTURE_FRAMES_MAX)
        return -EFBIG;
    struct way_frame *merged = reallocarray(NULL, room ? room : 1, sizeof *merged);
    if (!merged)
        return -ENOMEM;
    while (v < view->count || f < from->count) {
        bool is_next =
            v == view->count || (f < from->count && from->frames[f].time < view->frames[v].time);
        const struct way_frame *frame = is_next ? &from->frames[f++] : &view->frames[v++];
        if (is_next && select && !select(frame, context))
            continue;
        merged[count] = *frame;
        merged[count].order = count;
        count++;
    }
    free(view->frames);
    view->frames = merged;
    view->count = count;
    view->room = room;
    return 0;
}

/* Notes what is wrong with the newest frame as evidence. */
static void judge_newest(struct way_capture *capture)
{
    const struct way_frame *frame = &capture->frames[capture->count - 1];

    assert(frame->number == capture->count);
    if (frame->len < frame->wire_len)
        way_capture_spoil(capture, way_text("frame %" PRIu64 " was clipped to %zu of %zu bytes",
                                            frame->number, frame->len, frame->wire_len));
    if (capture->count > 1 && frame->time < frame[-1].time - WAY_CAPTURE_BACKWARDS_MAX)
        way_capture_spoil(capture,
                          way_text("the clock runs backwards by %s at frame %" PRIu64,
                                   way_text_span(frame[-1].time - frame->time).s, frame->number));
}

int way_capture_append(struct way_capture *capture, int64_t time, const uint8_t *bytes, size_t len,
                       size_t wire_len)
{
    assert(capture->bytes <= WAY_CAPTURE_BYTES_MAX);
    if (len > WAY_CAPTURE_BYTES_MAX - capture->bytes)
        return -EFBIG;
    int error = capture_grow(capture);
    if (error)
        return error;
    uint8_t *copy = malloc(len ? len : 1);
    if (!copy)
        return -ENOMEM;
    if (len)
        memcpy(copy, bytes, len);
    struct way_frame *frame = &capture->frames[capture->count++];
    *frame = (struct way_frame){.capture = capture->name,
                                .number = capture->count,
                                .order = capture->count - 1,
                                .time = time,
                                .bytes = copy,
                                .len = len,
                                .wire_len = wire_len};
    capture->bytes += len;
    way_frame_decode(frame);
    judge_newest(capture);
    return 0;
}

/* The stamp of a record in ns since the epoch, or -1 where a hostile file's is
 * outside what a time can be. With nanosecond precision asked for, libpcap
 * keeps nanoseconds in tv_usec. */
static int64_t record_time(const struct pcap_pkthdr *record)
{
    const int64_t second = 1000000000, last = 9000000000; /* the year 2255 */

    if (record->ts.tv_sec < 0 || record->ts.tv_sec > last || record->ts.tv_usec < 0 ||
        record->ts.tv_usec >= second)
        return -1;
    return (int64_t)record->ts.tv_sec * second + record->ts.tv_usec;
}

/* Reads all records. Returns 0, also when the file is cut short. */
static int capture_records(struct way_capture *capture, pcap_t *pcap)
{
    struct pcap_pkthdr *record;
    const uint8_t *bytes;
    int outcome;

    while ((outcome = pcap_next_ex(pcap, &record, &bytes)) == 1) {
        int64_t time = record_time(record);
        if (time < 0) {
            way_capture_spoil(
                capture, way_text("the stamp of frame %zu is no time of day", capture->count + 1));
            return 0;
        }
        int error = way_capture_append(capture, time, bytes, record->caplen, record->len);
        if (error)
            return error;
    }
    if (outcome == PCAP_ERROR)
        way_capture_spoil(capture, way_text("it is cut short or damaged after frame %zu: %s",
                                            capture->count, pcap_geterr(pcap)));
    return 0;
}

int way_capture_read(struct way_capture *capture, FILE *file)
{
    char message[PCAP_ERRBUF_SIZE] = "";
    int error = 0;

    pcap_t *pcap =
        pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, message);
    if (!pcap) {
        way_capture_spoil(capture, way_text("it is no capture: %s", message));
        fclose(file);
        return 0;
    }
    if (pcap_datalink(pcap) == DLT_EN10MB)
        error = capture_records(capture, pcap);
    else
        way_capture_spoil(capture,
                          way_text("its link type is %s, not Ethernet",
                                   pcap_datalink_val_to_description_or_dlt(pcap_datalink(pcap))));
    pcap_close(pcap); /* closes the file as well */
    if (capture->count == 0)
        way_capture_spoil(capture, way_text("it is empty"));
    return error;
}

int way_capture_open(struct way_capture *capture, const char *path)
{
    struct stat status;
    FILE *file;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) { /* opening a pipe would wait */
        way_capture_spoil(capture, way_text("it is no regular file"));
        return 0;
    }
    file = fopen(path, "rbe");
    if (!file) {
        way_capture_spoil(capture, way_text("it cannot be opened: %s", strerror(errno)));
        return 0;
    }
    return way_capture_read(capture, file);
}

void way_capture_free(struct way_capture *capture)
{
    for (size_t i = 0; !capture->is_view && i < capture->count; i++)
        free((void *)capture->frames[i].bytes);
    free(capture->frames);
    capture->frames = NULL;
    capture->count = capture->room = capture->bytes = 0;
}
