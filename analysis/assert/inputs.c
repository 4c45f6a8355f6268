/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Opening captures for taps.
 */
#include "analysis/assert/inputs.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/assert/kept.h"
#include "analysis/assert/living.h"
#include "analysis/assert/losses.h"
#include "analysis/assert/world.h"
#include "analysis/lang/memory.h"

/* All that is at hand while inputs are opened. */
struct opening {
    struct way_inputs *inputs;
    const struct way_inputs_wish *wish;
    struct way_text *error;
};

/* Adds a source that was opened; -1 with the error noted. */
static int add_source(struct opening *opening, const struct way_opened *opened,
                      struct way_source *source)
{
    struct way_inputs *inputs = opening->inputs;
    bool lacks =
        opening->wish->keep && !opened->is_file && way_source_keep(source, WAY_INPUTS_KEPT) != 0;
    int index = lacks ? -1 : way_merge_add(inputs->setup.merge, &source);

    if (lacks) {
        way_source_close(&source);
        *opening->error = way_text("%s: out of memory", opened->path);
        return -1;
    }
    if (index < 0) {
        way_source_close(&source);
        *opening->error =
            way_text("%s: more than %d captures", opened->path, WAY_INPUTS_SOURCES_MAX);
        return -1;
    }
    struct way_judge_source *added = &inputs->sources[inputs->source_count];
    added->feeds = /* a tap is fed once at most */
        way_arena_take(&inputs->arena, opening->wish->program->tap_count * sizeof *added->feeds);
    added->captured = -1;
    inputs->opened[inputs->source_count] = *opened;
    inputs->opened[inputs->source_count++].path =
        way_arena_text(&inputs->arena, opened->path, strlen(opened->path));
    return index;
}

/* The source that was opened by that path, or is the same file; -1: none. */
static int find_source(const struct way_inputs *inputs, const struct way_opened *opened)
{
    for (size_t i = 0; i < inputs->source_count; i++) {
        const struct way_opened *known = &inputs->opened[i];
        assert(known->path);
        if (strcmp(known->path, opened->path) == 0 ||
            (opened->is_file && known->is_file && known->device == opened->device &&
             known->inode == opened->inode))
            return (int)i;
    }
    return -1;
}

/* The source of a path, opened if it is new; -1 with the error noted. `capture` is its name
 * in the bindings, or NULL. */
static int source_of(struct opening *opening, const char *path, const char *capture)
{
    struct way_opened opened = {.path = path, .capture = capture};
    char message[WAY_SOURCE_ERROR_MAX];
    struct stat status;

    if (strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
        opened.is_file = true;
        opened.device = status.st_dev;
        opened.inode = status.st_ino;
    }
    int known = find_source(opening->inputs, &opened);
    if (known >= 0)
        return known;
    struct way_source *source = way_source_open(path, message);
    if (source)
        return add_source(opening, &opened, source);
    *opening->error = way_text("%s", message);
    return -1;
}

/* Lets a tap see a source, once: whoever names it twice would count its packets twice. */
static int feed_source(struct opening *opening, int source, const struct way_feed *feed)
{
    struct way_judge_source *fed = &opening->inputs->sources[source];

    for (size_t i = 0; i < fed->feed_count; i++) {
        if (fed->feeds[i].tap != feed->tap)
            continue;
        *opening->error =
            way_text("%s: the tap '%s' has it twice", opening->inputs->opened[source].path,
                     opening->wish->program->taps[feed->tap]);
        return -1;
    }
    fed->feeds[fed->feed_count++] = *feed;
    return 0;
}

/* A tap that is fed with all of a file. */
static int feed_file(struct opening *opening, const char *path, unsigned tap)
{
    int source = source_of(opening, path, NULL);

    return source < 0 ? -1 : feed_source(opening, source, &(struct way_feed){.tap = tap});
}

/* ---- taps of the run ---- */

static int feed_from_link(struct opening *opening, unsigned tap, const struct way_link *link,
                          size_t end, bool all)
{
    struct way_feed one = {.tap = tap};
    char path[PATH_MAX];

    bool found = way_kept_capture(opening->wish->folder, link->captures[end], path);
    if (link->capture_count == 2 && !all) {
        one.which = WAY_FEED_ARRIVING;
        one.macs = link->ends[end]->macs;
        one.mac_count = link->ends[end]->mac_count;
    }
    struct way_judge_tap *known = &opening->inputs->taps[tap];
    known->error = link->error > known->error ? link->error : known->error;
    if (!found) {
        known->unfit =
            way_arena_format(&opening->inputs->arena, "%s is not there", link->captures[end]);
        return 0;
    }
    int source = source_of(opening, path, link->captures[end]);
    if (source >= 0)
        return feed_source(opening, source, &one);
    /* A capture that is none fails, but is no wrong input. */
    known->unfit = way_arena_format(&opening->inputs->arena, "%s", opening->error->s);
    return 0;
}

/* A link's tap: a-b, or a-b@a. Returns 1 where the name is no such. */
static int feed_link(struct opening *opening, unsigned tap, const char *name)
{
    for (size_t i = 0; i < opening->wish->bindings->link_count; i++) {
        const struct way_link *link = &opening->wish->bindings->links[i];
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
    for (size_t i = 0; i < opening->wish->bindings->link_count; i++) {
        const struct way_link *link = &opening->wish->bindings->links[i];
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
        if (feed_file(opening, full, tap))
            return -1;
    }
    return 0;
}

/* A tap that is an interface. Two taps may be the same one. */
static int feed_live(struct opening *opening, unsigned tap, const struct way_given_tap *given)
{
    const struct way_opened opened = {
        .path = way_arena_format(&opening->inputs->arena, "interface %s", given->path)};
    char message[WAY_SOURCE_ERROR_MAX];
    int index = find_source(opening->inputs, &opened);

    opening->inputs->taps[tap].live_from = INT64_MAX; /* until all are open */
    if (index < 0) {
        struct way_source *source = way_living_open(given->path, *given->deadline, message);
        if (!source) {
            *opening->error = way_text("%s", message);
            return -1;
        }
        index = add_source(opening, &opened, source);
    }
    return index < 0 ? -1 : feed_source(opening, index, &(struct way_feed){.tap = tap});
}

static int feed_tap(struct opening *opening, unsigned tap)
{
    const struct way_given_tap *given = opening->wish->given;
    size_t given_count = opening->wish->given_count;
    const char *name = opening->wish->program->taps[tap];
    bool found = false;

    for (size_t i = 0; i < given_count; i++) {
        if (strcmp(given[i].name, name) != 0)
            continue;
        found = true;
        if (given[i].live ? feed_live(opening, tap, &given[i])
                          : feed_file(opening, given[i].path, tap))
            return -1;
    }
    if (found)
        return 0;
    for (const struct way_declared_tap *one = opening->wish->program->declared; one;
         one = one->next)
        if (strcmp(one->name, name) == 0)
            return feed_declared(opening, tap, one);
    if (opening->wish->bindings) {
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

int way_inputs_open(struct way_inputs *inputs, const struct way_inputs_wish *wish,
                    struct way_text *error)
{
    struct opening opening = {inputs, wish, error};
    const struct way_program *program = wish->program;
    const struct way_bindings *bindings = wish->bindings;

    *inputs = (struct way_inputs){.setup = {.program = program}};
    inputs->sources = way_memory_array(WAY_INPUTS_SOURCES_MAX, sizeof *inputs->sources);
    inputs->opened = way_memory_array(WAY_INPUTS_SOURCES_MAX, sizeof *inputs->opened);
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
        if (feed_tap(&opening, tap))
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
    if (way_logread(&inputs->log, wish->folder, bindings, &inputs->arena, error))
        return -1;
    inputs->setup.connections = inputs->log.connections;
    inputs->setup.connection_count = inputs->log.count;
    inputs->setup.has_log = inputs->log.found;
    return way_losses_read(inputs, bindings, wish->folder, error);
}

void way_inputs_close(struct way_inputs *inputs)
{
    way_living_end();
    way_merge_free(&inputs->setup.merge);
    way_logread_free(&inputs->log);
    free(inputs->sources);
    free(inputs->opened);
    free(inputs->taps);
    way_arena_free(&inputs->arena);
}
