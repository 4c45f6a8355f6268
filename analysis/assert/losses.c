/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the run says of its captures, and what follows for its taps.
 */
#include "analysis/assert/losses.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/assert/json.h"
#include "core/common/cleanup.h"

enum { LOSSES_BYTES_MAX = 1024 * 1024 };

/* What losses.json calls a capture: its name without folder and ".pcap". */
static struct way_text entry_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');

    return way_text("%.*s", (int)(dot ? (size_t)(dot - base) : strlen(base)), base);
}

static void spoil(struct way_inputs *inputs, size_t source, const char *why)
{
    const struct way_judge_source *spoilt = &inputs->sources[source];

    for (size_t f = 0; f < spoilt->feed_count; f++) {
        struct way_judge_tap *tap = &inputs->taps[spoilt->feeds[f].tap];
        tap->unfit = tap->unfit ? tap->unfit : why;
    }
}

static void live_from(struct way_inputs *inputs, size_t source, int64_t live)
{
    const struct way_judge_source *one = &inputs->sources[source];

    for (size_t f = 0; f < one->feed_count; f++) {
        struct way_judge_tap *tap = &inputs->taps[one->feeds[f].tap];
        tap->live_from = live > tap->live_from ? live : tap->live_from;
    }
}

/* Notes when the capture was off: a list of [from, to], which may lack. */
static int read_gaps(struct way_inputs *inputs, struct way_json *json, json_t *entry, size_t source)
{
    json_t *gaps = json_object_get(entry, "gaps");
    const struct way_judge_source *one = &inputs->sources[source];

    if (gaps && !json_is_array(gaps))
        return way_json_refuse(json, "gaps", NULL, way_text("a list"));
    for (size_t i = 0; i < json_array_size(gaps); i++) {
        json_t *from = json_array_get(json_array_get(gaps, i), 0);
        json_t *to = json_array_get(json_array_get(gaps, i), 1);
        if (!json_is_integer(from) || !json_is_integer(to) ||
            json_integer_value(from) > json_integer_value(to))
            return way_json_refuse(json, "gaps", NULL, way_text("pairs of ascending times in ns"));
        for (size_t f = 0; f < one->feed_count; f++) {
            struct way_judge_tap *tap = &inputs->taps[one->feeds[f].tap];
            if (tap->gap_count == WAY_JUDGE_GAPS_MAX)
                return way_json_refuse(json, "gaps", NULL,
                                       way_text("at most %d of a tap", WAY_JUDGE_GAPS_MAX));
            tap->gaps[tap->gap_count++] =
                (struct way_judge_gap){json_integer_value(from), json_integer_value(to)};
        }
    }
    return 0;
}

static int judge_entry(struct way_inputs *inputs, struct way_json *json, json_t *entry,
                       size_t source, int64_t first_mark)
{
    int64_t captured, dropped, live = INT64_MAX; /* it was never proved to be */

    if (read_gaps(inputs, json, entry, source) ||
        way_json_integer(json, entry, "captured", 0, INT64_MAX, &captured) ||
        way_json_integer(json, entry, "dropped_by_kernel", 0, INT64_MAX, &dropped))
        return -1;
    if (!json_is_null(json_object_get(entry, "live")) &&
        way_json_integer(json, entry, "live", 1, INT64_MAX, &live))
        return -1;
    inputs->sources[source].captured = captured;
    if (dropped > 0)
        spoil(inputs, source,
              way_arena_format(&inputs->arena, "%" PRId64 " packets were lost by it", dropped));
    if (live > first_mark)
        spoil(inputs, source, "it was not live before the first mark");
    live_from(inputs, source, live);
    return 0;
}

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

static int judge_losses(struct way_inputs *inputs, const struct way_bindings *bindings,
                        struct way_json *json, json_t *root)
{
    int64_t first_mark, last_mark;

    span_of_marks(bindings, &first_mark, &last_mark);
    for (size_t i = 0; i < inputs->source_count; i++) {
        if (!inputs->opened[i].capture)
            continue; /* it is not of the run */
        struct way_text name = entry_name(inputs->opened[i].capture);
        json_t *entry = json_object_get(root, name.s);
        json->item = name.s;
        int result = entry ? judge_entry(inputs, json, entry, i, first_mark) : 0;
        json->item = NULL;
        if (!entry)
            spoil(inputs, i, "nothing says whether it lost packets");
        if (result)
            return -1;
    }
    for (size_t tap = 0; tap < inputs->setup.program->tap_count; tap++)
        inputs->taps[tap].live_until = last_mark;
    return 0;
}

int way_losses_read(struct way_inputs *inputs, const struct way_bindings *bindings,
                    const char *folder, struct way_text *error)
{
    char path[PATH_MAX];
    size_t length = 0;
    struct way_json json = {.file = path, .error = error};
    json_t *root = NULL;

    snprintf(path, sizeof path, "%s/captures/losses.json", folder);
    if (access(path, F_OK) == 0) {
        WAY_AUTO_FREE char *text = way_json_load(path, LOSSES_BYTES_MAX, &length, error);
        root = text ? way_json_parse(&json, text, length) : NULL;
        if (!root)
            return -1;
    }
    int result = judge_losses(inputs, bindings, &json, root);
    json_decref(root);
    return result;
}
