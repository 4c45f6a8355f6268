/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading the decision log, and finding its frames.
 */
#include "analysis/assert/wirelog.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/assert/json.h"
#include "analysis/assert/kept.h"
#include "analysis/capture/source.h"
#include "core/common/cleanup.h"

#define DEED_NAME(suffix, name, words) [WAY_WIRE_##suffix] = {name, words},
static const struct {
    const char *name, *words;
} deeds[WAY_WIRE_DEED_COUNT] = {WAY_WIRE_DEEDS(DEED_NAME)};

/* ---- one line ---- */

static int read_deed(struct way_json *json, json_t *line, struct way_wire_decision *decision)
{
    const char *name;

    if (way_json_string(json, line, "decision", &name))
        return -1;
    for (size_t i = 0; i < WAY_WIRE_DEED_COUNT; i++) {
        if (strcmp(deeds[i].name, name) != 0)
            continue;
        decision->deed = (uint8_t)i;
        return 0;
    }
    return way_json_refuse(json, "decision", name,
                           way_text("drop, duplicate, corrupt, reorder or mark"));
}

/* Reasons are few: each is kept once. */
static int read_reason(struct way_json *json, json_t *line, struct way_wirelog *log,
                       struct way_wire_decision *decision)
{
    const char *why;
    size_t n = 0;

    if (way_json_string(json, line, "why", &why))
        return -1;
    while (n < log->reason_count && strcmp(log->reasons[n], why) != 0)
        n++;
    if (n == WAY_WIRELOG_REASONS_MAX || strlen(why) >= WAY_WIRELOG_REASON_MAX)
        return way_json_refuse(json, "why", why, way_text("one of a few short reasons"));
    if (n == log->reason_count)
        memcpy(log->reasons[log->reason_count++], why, strlen(why) + 1);
    decision->why = (uint8_t)n;
    return 0;
}

/* Which end of which link. Returns 1 where the bindings know no such. */
static int read_direction(struct way_json *json, json_t *line, const struct way_bindings *bindings,
                          struct way_wire_decision *decision)
{
    const char *link, *from;

    if (way_json_string(json, line, "link", &link) || way_json_string(json, line, "from", &from))
        return -1;
    for (size_t i = 0; i < bindings->link_count; i++) {
        const struct way_link *known = &bindings->links[i];
        if (strcmp(known->name, link) != 0)
            continue;
        for (uint8_t end = 0; end < 2; end++) {
            if (strcmp(known->ends[end]->name, from) != 0)
                continue;
            decision->link = (uint16_t)i;
            decision->end = end;
            return 0;
        }
    }
    return 1;
}

/* Whether a decision is taken when the frame leaves, at a time that no capture has. */
static bool is_going(const struct way_wirelog *log, const struct way_wire_decision *decision)
{
    static const char *const reasons[] = {"codel", "device"};

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(log->reasons[decision->why], reasons[i]) == 0)
            return true;
    return false;
}

static int add(struct way_wirelog *log, const struct way_wire_decision *decision)
{
    struct way_wire_list *list = is_going(log, decision) ? &log->going : &log->coming;

    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 256;
        void *grown = reallocarray(list->items, room, sizeof *decision);
        if (!grown)
            return -1;
        list->items = grown;
        list->room = room;
    }
    list->items[list->count++] = *decision;
    return 0;
}

static int read_line(struct way_json *json, json_t *line, const struct way_bindings *bindings,
                     struct way_wirelog *log)
{
    struct way_wire_decision decision = {0};
    int64_t frame, copy, len;

    if (!json_object_get(line, "decision") && json_object_get(line, "seed"))
        return 0; /* the first line: of which run it is */
    int foreign = read_direction(json, line, bindings, &decision);
    if (foreign)
        return foreign < 0 ? -1 : 0;
    if (way_json_integer(json, line, "time", 0, INT64_MAX, &decision.time) ||
        way_json_integer(json, line, "frame", 1, INT64_MAX, &frame) ||
        way_json_integer(json, line, "copy", 0, 1, &copy) ||
        way_json_integer(json, line, "length", 0, UINT32_MAX, &len) ||
        way_json_integer(json, line, "value", 0, INT64_MAX, &decision.value) ||
        read_deed(json, line, &decision) || read_reason(json, line, log, &decision))
        return -1;
    decision.frame = (uint64_t)frame;
    decision.copy = copy != 0;
    decision.len = (uint32_t)len;
    if (add(log, &decision) == 0)
        return 0;
    *json->error = way_text("%s: out of memory", json->file);
    return -1;
}

/* ---- order ---- */

static int compare(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static unsigned direction_of(const struct way_wire_decision *decision)
{
    return 2U * decision->link + decision->end;
}

static int compare_coming(const void *left, const void *right)
{
    const struct way_wire_decision *a = left, *b = right;
    int by = compare(direction_of(a), direction_of(b));

    by = by ? by : compare((uint64_t)a->time, (uint64_t)b->time);
    by = by ? by : compare(a->frame, b->frame);
    return by ? by : compare(a->copy, b->copy);
}

static int compare_going(const void *left, const void *right)
{
    const struct way_wire_decision *a = left, *b = right;
    int by = compare(direction_of(a), direction_of(b));

    by = by ? by : compare(a->frame, b->frame);
    return by ? by : compare(a->copy, b->copy);
}

static void put_in_order(struct way_wire_list *list,
                         int (*compare_items)(const void *left, const void *right))
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_items);
}

/* ---- the file ---- */

int way_wirelog_read_stream(struct way_wirelog *log, FILE *file, const char *name,
                            const struct way_bindings *bindings, struct way_text *error)
{
    char text[WAY_WIRELOG_LINE_MAX];
    struct way_json json = {.error = error};
    struct way_json_lines lines = {
        .file = file, .name = name, .text = text, .size = sizeof text, .number = 0};
    json_t *line;
    int result = 0;

    *log = (struct way_wirelog){0};
    while (!result && way_wirelog_count(log) < WAY_WIRELOG_DECISIONS_MAX) {
        int got = way_json_line(&json, &lines, &line);
        if (got != 1) { /* 2: the wire was stopped while it wrote */
            result = got < 0 ? -1 : 0;
            break;
        }
        result = read_line(&json, line, bindings, log);
        json_decref(line);
    }
    put_in_order(&log->coming, compare_coming);
    put_in_order(&log->going, compare_going);
    return result;
}

size_t way_wirelog_count(const struct way_wirelog *log)
{
    return log->coming.count + log->going.count;
}

int way_wirelog_read(struct way_wirelog *log, const char *folder,
                     const struct way_bindings *bindings, struct way_text *error)
{
    char path[PATH_MAX];
    struct stat status;

    *log = (struct way_wirelog){0};
    snprintf(path, sizeof path, "%s/logs/wire-decisions.jsonl", folder);
    if (stat(path, &status) != 0)
        return 1;
    if (!S_ISREG(status.st_mode)) {
        *error = way_text("%s: it is no regular file", path);
        return -1;
    }
    WAY_AUTO_FILE FILE *file = fopen(path, "rbe");
    if (file)
        return way_wirelog_read_stream(log, file, path, bindings, error);
    *error = way_text("%s: %s", path, strerror(errno));
    return -1;
}

void way_wirelog_free(struct way_wirelog *log)
{
    free(log->coming.items);
    free(log->going.items);
    *log = (struct way_wirelog){0};
}

/* ---- frames ---- */

/* The decisions of one direction that are found as its capture is read. */
struct finding {
    const struct way_wirelog *log;
    unsigned direction;
    way_wirelog_see *see;
    void *self;
};

/* The first of the list that is not before a decision of this direction, time and number. */
static size_t first_of(const struct way_wire_list *list, const struct way_wire_decision *sought,
                       int (*compare_items)(const void *left, const void *right))
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_items(&list->items[middle], sought) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Shows what was done to the direction's frame of that number. */
static void show(const struct finding *finding, const struct way_record *frame, uint64_t number)
{
    const struct way_wire_list *coming = &finding->log->coming, *going = &finding->log->going;
    const struct way_wire_decision sought = {.time = frame->time,
                                             .frame = number,
                                             .link = (uint16_t)(finding->direction / 2),
                                             .end = (uint8_t)(finding->direction % 2)};
    const struct way_wire_decision earliest = {
        .time = sought.time, .link = sought.link, .end = sought.end};

    for (size_t i = first_of(coming, &earliest, compare_coming); i < coming->count; i++) {
        const struct way_wire_decision *one = &coming->items[i];
        if (direction_of(one) != finding->direction || one->time != frame->time)
            break;
        if (one->len == frame->wire_len)
            finding->see(finding->self, one, frame);
    }
    for (size_t i = first_of(going, &sought, compare_going); i < going->count; i++) {
        const struct way_wire_decision *one = &going->items[i];
        if (direction_of(one) != finding->direction || one->frame != number)
            break;
        if (one->len == frame->wire_len && one->time >= frame->time)
            finding->see(finding->self, one, frame);
    }
}

/* Frames that the node sent; of those the wire counts all but its own probes. */
static bool is_counted(const struct way_node *sender, const struct way_record *frame)
{
    enum { ETHERNET = 14, AT_SOURCE = 6, AT_TYPE = 12 };
    static const uint8_t probe[2] = {0x88, 0xb5};

    return frame->len >= ETHERNET && way_node_has_mac(sender, frame->bytes + AT_SOURCE) &&
           memcmp(frame->bytes + AT_TYPE, probe, sizeof probe) != 0;
}

static bool has_any(const struct way_wire_list *list, unsigned direction)
{
    for (size_t i = 0; i < list->count; i++)
        if (direction_of(&list->items[i]) == direction)
            return true;
    return false;
}

static void read_capture(const struct finding *finding, const struct way_link *link, unsigned end,
                         const char *folder)
{
    char path[PATH_MAX], error[WAY_SOURCE_ERROR_MAX];
    struct way_record record;
    uint64_t number = 0;

    struct way_source *source =
        way_kept_capture(folder, link->captures[end], path) ? way_source_open(path, error) : NULL;
    if (!source)
        return;
    while (way_source_next(source, &record) == WAY_SOURCE_PACKET) {
        if (is_counted(link->ends[end], &record))
            show(finding, &record, ++number);
    }
    way_source_close(&source);
}

void way_wirelog_frames(const struct way_wirelog *log, const struct way_bindings *bindings,
                        const char *folder, way_wirelog_see *see, void *self)
{
    for (unsigned i = 0; i < bindings->link_count; i++) {
        const struct way_link *link = &bindings->links[i];
        for (unsigned end = 0; end < 2 && link->capture_count == 2; end++) {
            struct finding finding = {log, 2 * i + end, see, self};
            if (has_any(&log->coming, finding.direction) || has_any(&log->going, finding.direction))
                read_capture(&finding, link, end, folder);
        }
    }
}

/* ---- words ---- */

struct way_text way_wirelog_text(const struct way_wirelog *log, const struct way_bindings *bindings,
                                 const struct way_wire_decision *decision, const char *it)
{
    const struct way_link *link = &bindings->links[decision->link];
    struct way_text value = way_text("%s", "");

    if (decision->deed == WAY_WIRE_REORDER)
        value = way_text(" by %.3f ms", (double)decision->value / 1e6);
    else if (decision->deed == WAY_WIRE_CORRUPT)
        value = way_text(" in bit %" PRId64, decision->value);
    return way_text("%s %s%s%s: %s, frame %" PRIu64 " from %s on %s", deeds[decision->deed].words,
                    it, decision->copy ? "'s copy" : "", value.s, log->reasons[decision->why],
                    decision->frame, link->ends[decision->end]->name, link->name);
}
