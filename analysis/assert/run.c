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

const struct way_link *way_run_link(const struct way_run *run, enum way_tap_name tap)
{
    static const enum way_role ends[] = {[WAY_TAP_CLIENT] = WAY_ROLE_CLIENT,
                                         [WAY_TAP_PROXY] = WAY_ROLE_PROXY,
                                         [WAY_TAP_ORIGIN] = WAY_ROLE_ORIGIN};

    assert(tap < WAY_TAP_COUNT);
    return way_bindings_link(&run->bindings, ends[tap], WAY_ROLE_ROUTER);
}

/* Judges one tap by its entry in losses.json. */
static int judge_entry(struct way_json *json, json_t *entry, struct way_tap *tap,
                       int64_t first_mark)
{
    struct way_capture *capture = &tap->capture;
    int64_t captured, dropped;

    if (way_json_integer(json, entry, "captured", 0, INT64_MAX, &captured) ||
        way_json_integer(json, entry, "dropped_by_kernel", 0, INT64_MAX, &dropped))
        return -EINVAL;
    if (json_is_null(json_object_get(entry, "live"))) /* it was never proved to be */
        tap->live_from = INT64_MAX;
    else if (way_json_integer(json, entry, "live", 1, INT64_MAX, &tap->live_from))
        return -EINVAL;
    if (dropped > 0)
        way_capture_spoil(capture, way_text("%" PRId64 " packets were lost by it", dropped));
    if ((size_t)captured != capture->count)
        way_capture_spoil(capture, way_text("it holds %zu frames, but %" PRId64 " were captured",
                                            capture->count, captured));
    if (tap->live_from > first_mark)
        way_capture_spoil(capture, way_text("it was not live before the first mark"));
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

static int judge_tap(struct way_run *run, struct way_json *json, json_t *root,
                     enum way_tap_name name)
{
    struct way_tap *tap = &run->taps[name];
    struct way_capture *capture = &tap->capture;
    const struct way_link *link = way_run_link(run, name);
    int64_t first_mark, last_mark;

    span_of_marks(&run->bindings, &first_mark, &last_mark);
    tap->live_from = INT64_MAX;
    tap->live_until = last_mark;
    if (capture->count > 0 && capture->frames[capture->count - 1].time > last_mark)
        tap->live_until = capture->frames[capture->count - 1].time;
    json_t *entry = link ? json_object_get(root, link->name) : NULL;
    if (!entry) {
        way_capture_spoil(capture, way_text("nothing says whether it lost packets"));
        return 0;
    }
    json->item = link->name;
    return judge_entry(json, entry, tap, first_mark);
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

/* Reads the capture of one tap. */
static int load_capture(struct way_run *run, const char *folder, enum way_tap_name tap,
                        struct way_text *error)
{
    static const char *const others[] = {
        [WAY_TAP_CLIENT] = "a client", [WAY_TAP_PROXY] = "a proxy", [WAY_TAP_ORIGIN] = "an origin"};
    const struct way_link *link = way_run_link(run, tap);
    struct way_capture *capture = &run->taps[tap].capture;
    char path[PATH_MAX];

    if (!link) {
        *error = way_text("%s/bindings.json: key 'links': expected exactly one between %s and a "
                          "router",
                          folder, others[tap]);
        return -EINVAL;
    }
    way_capture_init(capture, link->capture);
    snprintf(path, sizeof path, "%s/%s", folder, link->capture);
    int result = way_capture_open(capture, path);
    if (result == -EFBIG)
        *error = way_text("%s: larger than is read: %d frames, %d bytes", path,
                          WAY_CAPTURE_FRAMES_MAX, WAY_CAPTURE_BYTES_MAX);
    else if (result)
        *error = way_text("%s: %s", path, strerror(-result));
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
    for (size_t tap = 0; tap < WAY_TAP_COUNT; tap++) {
        int result = load_capture(run, path, (enum way_tap_name)tap, error);
        if (result)
            return result;
    }
    snprintf(file, sizeof file, "%s/captures/losses.json", path);
    if (access(file, F_OK) == 0 &&
        !(losses = way_json_load(file, LOSSES_BYTES_MAX, &length, error)))
        return -EINVAL;
    return way_run_judge(run, file, losses, length, error);
}

void way_run_free(struct way_run *run)
{
    for (size_t tap = 0; tap < WAY_TAP_COUNT; tap++)
        way_capture_free(&run->taps[tap].capture);
}
