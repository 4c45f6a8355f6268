/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading the decision log, a line at a time, with jansson.
 */
#include "emu/wire/replay.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct direction {
    char link[WAY_DECISION_NAME + 1], from[WAY_DECISION_NAME + 1];
    struct way_replay replay;
    size_t room; /* of replay.decisions */
};

struct way_replay_log {
    uint64_t seed, run;
    struct direction *directions;
    size_t count;
};

static const struct way_replay nothing;

/* ---- lines ---- */

/* The direction of these names, made when it is new; NULL when memory lacks. */
static struct direction *direction_of(struct way_replay_log *log, const char *link,
                                      const char *from)
{
    for (size_t i = 0; i < log->count; i++)
        if (strcmp(log->directions[i].link, link) == 0 &&
            strcmp(log->directions[i].from, from) == 0)
            return &log->directions[i];
    struct direction *more = realloc(log->directions, (log->count + 1) * sizeof(*log->directions));
    if (!more)
        return NULL;
    log->directions = more;
    struct direction *fresh = &more[log->count++];
    *fresh = (struct direction){.room = 0};
    snprintf(fresh->link, sizeof(fresh->link), "%s", link);
    snprintf(fresh->from, sizeof(fresh->from), "%s", from);
    return fresh;
}

static bool append(struct direction *direction, const struct way_decision *decision)
{
    struct way_replay *replay = &direction->replay;
    if (replay->count == direction->room) {
        size_t room = direction->room ? 2 * direction->room : 64;
        struct way_decision *more = realloc(replay->decisions, room * sizeof(*more));
        if (!more)
            return false;
        replay->decisions = more;
        direction->room = room;
    }
    replay->decisions[replay->count++] = *decision;
    return true;
}

static bool is_name(const char *name)
{
    return strlen(name) <= WAY_DECISION_NAME;
}

/* Whether the reason is one that is to be played again. */
static bool is_of_the_model(int why)
{
    return why != WAY_BECAUSE_MEMORY && why != WAY_BECAUSE_OFFLOAD && why != WAY_BECAUSE_DEVICE;
}

/* Returns what is wrong with the line, or NULL. */
static const char *read_decision(struct way_replay_log *log, json_t *line)
{
    const char *link, *from, *what, *why;
    json_int_t time, frame, copy, length, value;
    if (json_unpack(line, "{s:I, s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:I}", "time", &time, "link",
                    &link, "from", &from, "frame", &frame, "copy", &copy, "length", &length,
                    "decision", &what, "why", &why, "value", &value) != 0)
        return "found no decision";
    int what_index = way_decided_named(what);
    int why_index = way_because_named(why);
    if (what_index < 0 || why_index < 0 || frame < 0 || copy < 0 || copy > 1 || length < 0 ||
        value < 0 || value > WAY_DECISION_VALUE_MAX || !is_name(link) || !is_name(from))
        return "found a decision that cannot be";
    if (!is_of_the_model(why_index))
        return NULL;
    struct direction *direction = direction_of(log, link, from);
    const struct way_decision decision = {.time = time,
                                          .frame = (uint64_t)frame,
                                          .copy = (unsigned)copy,
                                          .len = (uint64_t)length,
                                          .what = (enum way_decided)what_index,
                                          .why = (enum way_because)why_index,
                                          .value = value};
    return direction && append(direction, &decision) ? NULL : "out of memory";
}

static const char *read_first(struct way_replay_log *log, json_t *line)
{
    json_int_t seed, run;
    if (json_unpack(line, "{s:I, s:I}", "seed", &seed, "run", &run) != 0)
        return "found no seed and run";
    log->seed = (uint64_t)seed;
    log->run = (uint64_t)run;
    return NULL;
}

/* Reads all lines; returns false with the message. */
static bool read_lines(struct way_replay_log *log, const char *text, size_t len, char *error,
                       size_t error_size)
{
    size_t number = 0;
    for (const char *end = text + len, *line_end; text < end; text = line_end + 1) {
        line_end = memchr(text, '\n', (size_t)(end - text));
        if (!line_end)
            break; /* the program was killed while it wrote */
        json_t *line = json_loadb(text, (size_t)(line_end - text), 0, NULL);
        const char *wrong = !line         ? "not JSON"
                            : number == 0 ? read_first(log, line)
                                          : read_decision(log, line);
        json_decref(line);
        number++;
        if (wrong) {
            snprintf(error, error_size, "line %zu: %s", number, wrong);
            return false;
        }
    }
    if (number == 0)
        snprintf(error, error_size, "line 1: found nothing, expected seed and run");
    return number > 0;
}

/* ---- the whole ---- */

/* Order by frame, copy, kind. */
static int compare(const void *left, const void *right)
{
    const struct way_decision *a = left;
    const struct way_decision *b = right;
    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    if (a->copy != b->copy)
        return a->copy < b->copy ? -1 : 1;
    return (int)a->what - (int)b->what;
}

struct way_replay_log *way_replay_read(const char *text, size_t len, char *error, size_t error_size)
{
    struct way_replay_log *log = calloc(1, sizeof(*log));
    if (!log) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    if (!read_lines(log, text, len, error, error_size))
        way_replay_free(&log);
    for (size_t i = 0; log && i < log->count; i++)
        qsort(log->directions[i].replay.decisions, log->directions[i].replay.count,
              sizeof(struct way_decision), compare);
    return log;
}

void way_replay_free(struct way_replay_log **log)
{
    struct way_replay_log *gone = *log;
    *log = NULL;
    for (size_t i = 0; gone && i < gone->count; i++)
        free(gone->directions[i].replay.decisions);
    if (gone)
        free(gone->directions);
    free(gone);
}

uint64_t way_replay_seed(const struct way_replay_log *log)
{
    return log->seed;
}

uint64_t way_replay_run(const struct way_replay_log *log)
{
    return log->run;
}

const struct way_replay *way_replay_direction(const struct way_replay_log *log, const char *link,
                                              const char *from)
{
    for (size_t i = 0; i < log->count; i++)
        if (strcmp(log->directions[i].link, link) == 0 &&
            strcmp(log->directions[i].from, from) == 0)
            return &log->directions[i].replay;
    return &nothing;
}

const struct way_decision *way_replay_find(const struct way_replay *replay, uint64_t frame,
                                           unsigned copy, enum way_decided what)
{
    const struct way_decision wanted = {.frame = frame, .copy = copy, .what = what};
    if (!replay || replay->count == 0)
        return NULL;
    return bsearch(&wanted, replay->decisions, replay->count, sizeof(wanted), compare);
}

size_t way_replay_unmet(const struct way_replay *replay, uint64_t frames)
{
    size_t unmet = 0;
    while (unmet < replay->count && replay->decisions[replay->count - 1 - unmet].frame > frames)
        unmet++;
    return unmet;
}
