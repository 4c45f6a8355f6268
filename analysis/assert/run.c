/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a run's folder, and judging its taps before anything is concluded
 * from what they saw.
 */
#include "analysis/assert/run.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/assert/json.h"
#include "core/common/cleanup.h"

enum { LOSSES_BYTES_MAX = 1024 * 1024 };

/* Who is at the other end of a tap's links than a router. */
static const struct {
    enum way_role role;
    const char *words;
} others[] = {[WAY_TAP_CLIENT] = {WAY_ROLE_CLIENT, "a client"},
              [WAY_TAP_PROXY] = {WAY_ROLE_PROXY, "a proxy"},
              [WAY_TAP_ORIGIN] = {WAY_ROLE_ORIGIN, "an origin"}};

static void add_files(struct way_tap *tap, const struct way_link *link)
{
    for (size_t end = 0; end < link->capture_count; end++) {
        struct way_tap_file *file = &tap->files[tap->file_count++];
        *file = (struct way_tap_file){.link = link, .end = end};
        way_capture_init(&file->capture, link->captures[end]);
    }
    tap->error = link->error > tap->error ? link->error : tap->error;
}

int way_run_prepare(struct way_run *run)
{
    for (size_t t = 0; t < WAY_TAP_COUNT; t++) {
        struct way_tap *tap = &run->taps[t];
        tap->files = calloc(2 * run->bindings.link_count + 1, sizeof *tap->files);
        if (!tap->files)
            return -ENOMEM;
        for (size_t i = 0; i < run->bindings.link_count; i++)
            if (way_link_is_between(&run->bindings.links[i], others[t].role, WAY_ROLE_ROUTER))
                add_files(tap, &run->bindings.links[i]);
    }
    return 0;
}

/* ---- judging the files ---- */

/* What losses.json calls the file: its name without folder and ".pcap". */
static struct way_text entry_name(const struct way_capture *capture)
{
    const char *slash = strrchr(capture->name, '/'), *base = slash ? slash + 1 : capture->name;
    const char *dot = strrchr(base, '.');

    return way_text("%.*s", (int)(dot ? (size_t)(dot - base) : strlen(base)), base);
}

/* Notes when the capture was off: a list of [from, to], which may lack. */
static int read_gaps(struct way_json *json, json_t *entry, struct way_tap *tap)
{
    json_t *gaps = json_object_get(entry, "gaps");

    if (gaps && !json_is_array(gaps))
        return way_json_refuse(json, "gaps", NULL, way_text("a list"));
    for (size_t i = 0; i < json_array_size(gaps); i++) {
        json_t *from = json_array_get(json_array_get(gaps, i), 0);
        json_t *to = json_array_get(json_array_get(gaps, i), 1);
        if (!json_is_integer(from) || !json_is_integer(to) ||
            json_integer_value(from) > json_integer_value(to))
            return way_json_refuse(json, "gaps", NULL, way_text("pairs of ascending times in ns"));
        if (tap->gap_count == WAY_TAP_GAPS_MAX)
            return way_json_refuse(json, "gaps", NULL,
                                   way_text("at most %d of a tap", WAY_TAP_GAPS_MAX));
        tap->gaps[tap->gap_count++] =
            (struct way_tap_gap){json_integer_value(from), json_integer_value(to)};
    }
    return 0;
}

/* Judges one file by its entry in losses.json. */
static int judge_entry(struct way_json *json, json_t *entry, struct way_tap *tap,
                       struct way_capture *capture, int64_t first_mark)
{
    int64_t captured, dropped, live = INT64_MAX; /* it was never proved to be */

    if (read_gaps(json, entry, tap) ||
        way_json_integer(json, entry, "captured", 0, INT64_MAX, &captured) ||
        way_json_integer(json, entry, "dropped_by_kernel", 0, INT64_MAX, &dropped))
        return -EINVAL;
    if (!json_is_null(json_object_get(entry, "live")) &&
        way_json_integer(json, entry, "live", 1, INT64_MAX, &live))
        return -EINVAL;
    if (dropped > 0)
        way_capture_spoil(capture, way_text("%" PRId64 " packets were lost by it", dropped));
    if ((size_t)captured != capture->count)
        way_capture_spoil(capture, way_text("it holds %zu frames, but %" PRId64 " were captured",
                                            capture->count, captured));
    if (live > first_mark)
        way_capture_spoil(capture, way_text("it was not live before the first mark"));
    tap->live_from = live > tap->live_from ? live : tap->live_from;
    return 0;
}

/* The earliest and the latest mark of the run; without any, nothing is early
 * enough and nothing is late. */
static void span_of_marks(const struct way_bindings *bindings, int64_t *first, int64_t *last)
{
    *first = bindings->mark_count ? INT64_MAX : INT64_MIN;
    *last = INT64_MIN;
    for (size_t i = 0; i < bindings->mark_count; i++) {
        int64_t time = bindings->marks[i].time;
        *first = time < *first ? time : *first;
        *last = time > *last ? time : *last;
    }
}

static int judge_file(struct way_json *json, json_t *root, struct way_tap *tap,
                      struct way_capture *capture, int64_t first_mark)
{
    struct way_text name = entry_name(capture);
    json_t *entry = json_object_get(root, name.s);

    if (capture->count > 0 && capture->frames[capture->count - 1].time > tap->live_until)
        tap->live_until = capture->frames[capture->count - 1].time;
    if (!entry) {
        way_capture_spoil(capture, way_text("nothing says whether it lost packets"));
        tap->live_from = INT64_MAX;
        return 0;
    }
    json->item = name.s;
    return judge_entry(json, entry, tap, capture, first_mark);
}

/* ---- the views ---- */

/* Whether the frame, in a file of two at a link, was sent by the end where the
 * file was written. */
static bool was_sent_here(const struct way_frame *frame, const struct way_tap_file *file)
{
    const struct way_node *here = file->link->ends[file->end];
    const struct way_node *there = file->link->ends[1 - file->end];

    if (frame->len < 2 * (size_t)WAY_MAC_LEN)
        return false;
    if (way_node_has_mac(here, frame->bytes + WAY_MAC_LEN))
        return true;
    return !way_node_has_mac(there, frame->bytes + WAY_MAC_LEN) &&
           way_node_has_mac(there, frame->bytes);
}

static bool arrived_here(const struct way_frame *frame, const void *file)
{
    return !was_sent_here(frame, file);
}

static bool departed_here(const struct way_frame *frame, const void *file)
{
    return was_sent_here(frame, file);
}

static int merge_file(struct way_tap *tap, const struct way_tap_file *file)
{
    bool is_plain = file->link->capture_count == 1;
    int result =
        way_capture_merge(&tap->capture, &file->capture, is_plain ? NULL : arrived_here, file);

    return result ? result
                  : way_capture_merge(&tap->departed, &file->capture,
                                      is_plain ? NULL : departed_here, file);
}

/* Merges the files of a tap, and what is wrong with them. */
static int make_views(struct way_tap *tap, enum way_tap_name name)
{
    struct way_text several = way_text("the captures between %s and a router", others[name].words);
    const char *called = tap->file_count == 1 ? tap->files[0].capture.name : several.s;
    int result = 0;

    way_capture_init_view(&tap->capture, called);
    way_capture_init_view(&tap->departed, called);
    if (tap->file_count == 0)
        way_capture_spoil(&tap->capture, way_text("there is no such link"));
    for (size_t i = 0; i < tap->file_count && result == 0; i++) {
        const struct way_capture *capture = &tap->files[i].capture;
        result = merge_file(tap, &tap->files[i]);
        if (capture->unfit.s[0] && tap->file_count == 1)
            way_capture_spoil(&tap->capture, capture->unfit);
        else if (capture->unfit.s[0])
            way_capture_spoil(&tap->capture, way_text("%s: %s", capture->name, capture->unfit.s));
    }
    tap->departed.unfit = tap->capture.unfit;
    return result;
}

/* Judges the files of one tap, then merges them. */
static int judge_tap(struct way_run *run, struct way_json *json, json_t *root,
                     enum way_tap_name name)
{
    struct way_tap *tap = &run->taps[name];
    int64_t first_mark, last_mark;

    span_of_marks(&run->bindings, &first_mark, &last_mark);
    tap->live_from = tap->file_count ? INT64_MIN : INT64_MAX;
    tap->live_until = last_mark;
    for (size_t i = 0; i < tap->file_count; i++)
        if (judge_file(json, root, tap, &tap->files[i].capture, first_mark))
            return -EINVAL;
    int result = make_views(tap, name);
    if (result)
        *json->error = way_text("%s: %s", tap->capture.name, strerror(-result));
    return result;
}

int way_run_judge(struct way_run *run, const char *name, const char *losses, size_t length,
                  struct way_text *error)
{
    struct way_json json = {.file = name, .error = error};
    json_t *root = losses ? way_json_parse(&json, losses, length) : NULL;
    int result = 0;

    if (losses && !root)
        return -EINVAL;
    for (size_t i = 0; result == 0 && i < WAY_TAP_COUNT; i++)
        result = judge_tap(run, &json, root, (enum way_tap_name)i);
    json_decref(root);
    return result;
}

/* ---- the folder ---- */

static int load_file(const char *folder, struct way_capture *capture, struct way_text *error)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", folder, capture->name);
    int result = way_capture_open(capture, path);
    if (result == -EFBIG)
        *error = way_text("%s: larger than is read: %d frames, %d bytes", path,
                          WAY_CAPTURE_FRAMES_MAX, WAY_CAPTURE_BYTES_MAX);
    else if (result)
        *error = way_text("%s: %s", path, strerror(-result));
    return result;
}

static int load_files(struct way_run *run, const char *folder, struct way_text *error)
{
    int result = way_run_prepare(run);

    if (result)
        *error = way_text("%s: %s", folder, strerror(-result));
    for (size_t t = 0; t < WAY_TAP_COUNT; t++)
        for (size_t i = 0; result == 0 && i < run->taps[t].file_count; i++)
            result = load_file(folder, &run->taps[t].files[i].capture, error);
    return result;
}

int way_run_load(struct way_run *run, const char *path, struct way_text *error)
{
    char file[PATH_MAX];
    WAY_AUTO_FREE char *losses = NULL;
    size_t length = 0;

    *run = (struct way_run){0};
    if (strlen(path) > sizeof file - WAY_BINDINGS_PATH_MAX - 1) {
        *error = way_text("%s: the path is too long", path);
        return -EINVAL;
    }
    snprintf(file, sizeof file, "%s/results.json", path);
    bool is_unfinished = access(file, F_OK) != 0;
    snprintf(file, sizeof file, "%s/bindings.json", path);
    if (access(file, F_OK) != 0) {
        *error = way_text("%s: this run was interrupted (no bindings.json%s)", path,
                          is_unfinished ? ", no results.json" : "");
        return -EINVAL;
    }
    if (way_bindings_read(&run->bindings, file, error))
        return -EINVAL;
    int result = load_files(run, path, error);
    if (result)
        return result;
    snprintf(file, sizeof file, "%s/captures/losses.json", path);
    if (access(file, F_OK) == 0 &&
        !(losses = way_json_load(file, LOSSES_BYTES_MAX, &length, error)))
        return -EINVAL;
    return way_run_judge(run, file, losses, length, error);
}

void way_run_free(struct way_run *run)
{
    for (size_t t = 0; t < WAY_TAP_COUNT; t++) {
        struct way_tap *tap = &run->taps[t];
        way_capture_free(&tap->capture);
        way_capture_free(&tap->departed);
        for (size_t i = 0; i < tap->file_count; i++)
            way_capture_free(&tap->files[i].capture);
        free(tap->files);
        tap->files = NULL;
        tap->file_count = 0;
    }
}
