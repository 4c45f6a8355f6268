/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Opening captures for taps.
 */
#include "analysis/assert/inputs.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/assert/json.h"
#include "analysis/assert/living.h"
#include "analysis/assert/world.h"
#include "analysis/lang/memory.h"
#include "core/common/cleanup.h"

enum { LOSSES_BYTES_MAX = 1024 * 1024 };

/* All that is at hand while inputs are opened. */
struct opening {
    struct way_inputs *inputs;
    const struct way_program *program;
    const struct way_bindings *bindings;
    const char *folder;
    struct way_text *error;
};

/* Adds a source that was opened; -1 with the error noted. */
static int add_source(struct opening *opening, const char *path, struct way_source *source)
{
    struct way_inputs *inputs = opening->inputs;
    int index = way_merge_add(inputs->setup.merge, &source);

    if (index < 0) {
        way_source_close(&source);
        *opening->error = way_text("%s: more than %d captures", path, WAY_INPUTS_SOURCES_MAX);
        return -1;
    }
    struct way_judge_source *added = &inputs->sources[inputs->source_count];
    added->feeds = way_arena_take(&inputs->arena,
                                  2 * (opening->program->tap_count + 1) * sizeof *added->feeds);
    added->captured = -1;
    inputs->paths[inputs->source_count++] = way_arena_text(&inputs->arena, path, strlen(path));
    return index;
}

/* The source of a path, opened if it is new; -1 with the error noted. */
static int source_of(struct opening *opening, const char *path)
{
    char message[WAY_SOURCE_ERROR_MAX];

    for (size_t i = 0; i < opening->inputs->source_count; i++) {
        const char *known = opening->inputs->paths[i];
        assert(known);
        if (strcmp(known, path) == 0)
            return (int)i;
    }
    struct way_source *source = way_source_open(path, message);
    if (source)
        return add_source(opening, path, source);
    *opening->error = way_text("%s", message);
    return -1;
}

static int feed(struct opening *opening, const char *path, struct way_feed feed)
{
    int source = source_of(opening, path);

    if (source < 0)
        return -1;
    struct way_judge_source *fed = &opening->inputs->sources[source];
    fed->feeds[fed->feed_count++] = feed;
    return 0;
}

/* ---- taps of the run ---- */

/* What losses.json calls a capture: its name without folder and ".pcap". */
static struct way_text entry_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
    const char *dot = strrchr(base, '.');

    return way_text("%.*s", (int)(dot ? (size_t)(dot - base) : strlen(base)), base);
}

static int feed_from_link(struct opening *opening, unsigned tap, const struct way_link *link,
                          size_t end, bool all)
{
    struct way_feed one = {.tap = tap};
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", opening->folder, link->captures[end]);
    if (link->capture_count == 2 && !all) {
        one.which = WAY_FEED_ARRIVING;
        one.macs = link->ends[end]->macs;
        one.mac_count = link->ends[end]->mac_count;
    }
    struct way_judge_tap *known = &opening->inputs->taps[tap];
    known->error = link->error > known->error ? link->error : known->error;
    if (access(path, R_OK) != 0) {
        known->unfit =
            way_arena_format(&opening->inputs->arena, "%s is not there", link->captures[end]);
        return 0;
    }
    char message[WAY_SOURCE_ERROR_MAX];
    if (source_of(opening, path) < 0) { /* a capture that is none fails, but is no wrong input */
        snprintf(message, sizeof message, "%s", opening->error->s);
        known->unfit = way_arena_format(&opening->inputs->arena, "%s", message);
        return 0;
    }
    return feed(opening, path, one);
}

/* A link's tap: a-b, or a-b@a. Returns 1 where the name is no such. */
static int feed_link(struct opening *opening, unsigned tap, const char *name)
{
    for (size_t i = 0; i < opening->bindings->link_count; i++) {
        const struct way_link *link = &opening->bindings->links[i];
        size_t length = strlen(link->name);
        if (strncmp(link->name, name, length) != 0)
            continue;
        if (name[length] == '\0') {
            for (size_t end = 0; end < link->capture_count; end++)
                if (feed_from_link(opening, tap, link, end, false))
                    return -1;
            return 0;
        }
        for (size_t end = 0; end < 2 && name[length] == '@'; end++)
            if (strcmp(link->ends[end]->name, name + length + 1) == 0)
                return feed_from_link(opening, tap, link, link->capture_count == 2 ? end : 0, true);
    }
    return 1;
}

static int feed_role(struct opening *opening, unsigned tap, enum way_role role, bool at_router)
{
    for (size_t i = 0; i < opening->bindings->link_count; i++) {
        const struct way_link *link = &opening->bindings->links[i];
        if (!way_link_is_between(link, role, WAY_ROLE_ROUTER))
            continue;
        for (size_t end = 0; end < link->capture_count; end++) {
            if (at_router && link->capture_count == 2 && link->ends[end]->role != WAY_ROLE_ROUTER)
                continue;
            if (feed_from_link(opening, tap, link, end, at_router))
                return -1;
        }
    }
    return 0;
}

/* ---- all taps ---- */

static int feed_declared(struct opening *opening, unsigned tap,
                         const struct way_declared_tap *declared)
{
    for (size_t i = 0; i < declared->path_count; i++) {
        const char *path = declared->paths[i];
        bool whole = path[0] == '/' || strcmp(path, "-") == 0;
        const char *full =
            whole ? path
                  : way_arena_format(&opening->inputs->arena, "%s%s", declared->folder, path);
        if (feed(opening, full, (struct way_feed){.tap = tap}))
            return -1;
    }
    return 0;
}

/* A tap that is an interface. Two taps may be the same one. */
static int feed_live(struct opening *opening, unsigned tap, const struct way_given_tap *given)
{
    const char *name = way_arena_format(&opening->inputs->arena, "interface %s", given->path);
    char message[WAY_SOURCE_ERROR_MAX];
    bool known = false;

    for (size_t i = 0; i < opening->inputs->source_count; i++)
        known |= strcmp(opening->inputs->paths[i], name) == 0;
    opening->inputs->taps[tap].live_from = INT64_MAX; /* until all are open */
    if (known)
        return feed(opening, name, (struct way_feed){.tap = tap});
    struct way_source *source = way_living_open(given->path, *given->deadline, message);
    if (!source) {
        *opening->error = way_text("%s", message);
        return -1;
    }
    if (add_source(opening, name, source) < 0)
        return -1;
    return feed(opening, name, (struct way_feed){.tap = tap});
}

static int feed_tap(struct opening *opening, unsigned tap, const struct way_given_tap *given,
                    size_t given_count)
{
    const char *name = opening->program->taps[tap];
    bool found = false;

    for (size_t i = 0; i < given_count; i++) {
        if (strcmp(given[i].name, name) != 0)
            continue;
        found = true;
        if (given[i].live ? feed_live(opening, tap, &given[i])
                          : feed(opening, given[i].path, (struct way_feed){.tap = tap}))
            return -1;
    }
    if (found)
        return 0;
    for (const struct way_declared_tap *one = opening->program->declared; one; one = one->next)
        if (strcmp(one->name, name) == 0)
            return feed_declared(opening, tap, one);
    if (opening->bindings) {
        int result = feed_link(opening, tap, name);
        if (result <= 0)
            return result;
        bool at_router;
        enum way_role role = way_world_role_of_tap(name, &at_router);
        if (role != WAY_ROLE_OTHER)
            return feed_role(opening, tap, role, at_router);
    }
    *opening->error = way_text("no capture is known for the tap '%s'", name);
    return -1;
}

/* ---- what the run says of its captures ---- */

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

static int judge_entry(struct opening *opening, struct way_json *json, json_t *entry, size_t source,
                       int64_t first_mark)
{
    struct way_inputs *inputs = opening->inputs;
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

static int judge_losses(struct opening *opening, struct way_json *json, json_t *root)
{
    struct way_inputs *inputs = opening->inputs;
    int64_t first_mark, last_mark;
    size_t folder_length = strlen(opening->folder);

    span_of_marks(opening->bindings, &first_mark, &last_mark);
    for (size_t i = 0; i < inputs->source_count; i++) {
        if (strncmp(inputs->paths[i], opening->folder, folder_length) != 0)
            continue; /* it is not of the run */
        struct way_text name = entry_name(inputs->paths[i]);
        json_t *entry = json_object_get(root, name.s);
        json->item = name.s;
        int result = entry ? judge_entry(opening, json, entry, i, first_mark) : 0;
        json->item = NULL;
        if (!entry)
            spoil(inputs, i, "nothing says whether it lost packets");
        if (result)
            return -1;
    }
    for (size_t tap = 0; tap < opening->program->tap_count; tap++)
        inputs->taps[tap].live_until = last_mark;
    return 0;
}

static int read_losses(struct opening *opening)
{
    char path[PATH_MAX];
    size_t length = 0;
    struct way_json json = {.file = path, .error = opening->error};
    json_t *root = NULL;

    snprintf(path, sizeof path, "%s/captures/losses.json", opening->folder);
    if (access(path, F_OK) == 0) {
        WAY_AUTO_FREE char *text = way_json_load(path, LOSSES_BYTES_MAX, &length, opening->error);
        root = text ? way_json_parse(&json, text, length) : NULL;
        if (!root)
            return -1;
    }
    int result = judge_losses(opening, &json, root);
    json_decref(root);
    return result;
}

int way_inputs_open(struct way_inputs *inputs, const struct way_program *program,
                    const struct way_bindings *bindings, const char *folder,
                    const struct way_given_tap *given, size_t given_count, struct way_text *error)
{
    struct opening opening = {inputs, program, bindings, folder, error};

    *inputs = (struct way_inputs){.setup = {.program = program}};
    inputs->sources = way_memory_array(WAY_INPUTS_SOURCES_MAX, sizeof *inputs->sources);
    inputs->paths = way_memory_array(WAY_INPUTS_SOURCES_MAX, sizeof *inputs->paths);
    inputs->taps = way_memory_array(program->tap_count, sizeof *inputs->taps);
    inputs->setup.sources = inputs->sources;
    inputs->setup.taps = inputs->taps;
    inputs->setup.merge = way_merge_new();
    if (!inputs->setup.merge) {
        *error = way_text("out of memory");
        return -1;
    }
    for (size_t tap = 0; tap < program->tap_count; tap++)
        inputs->taps[tap] = (struct way_judge_tap){.live_from = INT64_MIN, .live_until = INT64_MIN};
    for (unsigned tap = 0; tap < program->tap_count; tap++)
        if (feed_tap(&opening, tap, given, given_count))
            return -1;
    int64_t ready = way_living_ready();
    for (unsigned tap = 0; tap < program->tap_count; tap++)
        if (inputs->taps[tap].live_from == INT64_MAX)
            inputs->taps[tap].live_from = ready;
    inputs->setup.uncertainty = bindings                    ? bindings->uncertainty
                                : program->clock_error >= 0 ? program->clock_error
                                                            : 0;
    if (program->clock_error > inputs->setup.uncertainty)
        inputs->setup.uncertainty = program->clock_error;
    if (!bindings)
        return 0;
    if (way_logread(&inputs->log, folder, bindings, &inputs->arena, error))
        return -1;
    inputs->setup.connections = inputs->log.connections;
    inputs->setup.connection_count = inputs->log.count;
    inputs->setup.has_log = inputs->log.found;
    return read_losses(&opening);
}

void way_inputs_close(struct way_inputs *inputs)
{
    way_living_end();
    way_merge_free(&inputs->setup.merge);
    way_logread_free(&inputs->log);
    free(inputs->sources);
    free(inputs->paths);
    free(inputs->taps);
    way_arena_free(&inputs->arena);
}
