/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Prints what analysis/capture and analysis/dissect make of a capture, for tests
 * that hold it against another reader.
 *
 *     dissect-dump names                      a line a field: name, type, "ours" or "", needs
 *     dissect-dump fields CAPTURE NAME...     a line a packet: the fields' values
 *     dissect-dump select CAPTURE FILTER...   a line a packet: 0 or 1 for each filter
 *     dissect-dump facts CAPTURE              how the capture ended, and its counts
 *     dissect-dump merge SOURCE...            a line a packet: source, time, length, EtherType;
 * then a line a source: how it ended, its packets. A SOURCE is a capture, or
 * live:INTERFACE:MILLISECONDS; "ready" goes to standard error once all are open
 *
 * Values of one field are joined by commas, levels of the packet (the outermost
 * first) by semicolons, fields by tabs. A field that is absent is empty, a broken
 * one is "!".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture/merge.h"
#include "analysis/capture/source.h"
#include "analysis/dissect/field.h"
#include "analysis/dissect/flow.h"
#include "analysis/dissect/selection.h"

enum { NAMES_MAX = 256, VALUE_MAX = 140000 };

static struct way_source *open_source(const char *path)
{
    char error[WAY_SOURCE_ERROR_MAX];
    struct way_source *source = way_source_open(path, error);

    if (!source) {
        fprintf(stderr, "dissect-dump: %s\n", error);
        exit(2);
    }
    return source;
}

static int print_names(void)
{
    static const char *const needs[] = {"packet", "flow", "http"};

    for (const struct way_field_group *const *group = way_field_groups; *group; group++)
        for (size_t i = 0; i < (*group)->count; i++) {
            const struct way_field_info *row = &(*group)->rows[i];
            printf("%s\t%s\t%s\t%s\n", row->name, way_type_name(row->type), row->ours ? "ours" : "",
                   needs[row->needs]);
        }
    return 0;
}

/* The values of the field on one level. */
static void print_level(struct way_field *field, struct way_view *view)
{
    static char text[VALUE_MAX];
    struct way_values values;

    if (way_field_get(field, view, &values) == WAY_BROKEN)
        putchar('!');
    for (unsigned i = 0; i < values.count; i++)
        printf("%s%s", i ? "," : "", way_value_format(&values.items[i], text, sizeof text));
}

static void print_field(const struct way_field_info *info, struct way_view *view)
{
    struct way_field field = {.info = info};
    const struct way_level *level;

    print_level(&field, view);
    if (info->needs != WAY_NEEDS_PACKET || info->layer == WAY_LAYER_FRAME)
        return;
    for (unsigned n = 1; (level = way_view_level(view, n)); n++) {
        field.path[field.depth++] = (uint8_t)level->how;
        putchar(';');
        print_level(&field, view);
    }
}

static int print_fields(const char *path, int count, char **names)
{
    struct way_source *source = open_source(path);
    struct way_field fields[NAMES_MAX];
    enum way_field_needs needs = WAY_NEEDS_PACKET;
    struct way_record record;
    static struct way_view view;
    struct way_flows *flows = NULL;

    for (int i = 0; i < count; i++) {
        if (i >= NAMES_MAX || !way_field_find(names[i], strlen(names[i]), &fields[i])) {
            fprintf(stderr, "dissect-dump: no field '%s'\n", names[i]);
            return 2;
        }
        if (fields[i].info->needs > needs)
            needs = fields[i].info->needs;
    }
    if (needs != WAY_NEEDS_PACKET)
        flows = way_flows_new(needs, NULL);
    while (way_source_next(source, &record) == WAY_SOURCE_PACKET) {
        way_view_begin(&view, &record);
        if (flows)
            way_flows_see(flows, &view);
        for (int i = 0; i < count; i++) {
            if (i)
                putchar('\t');
            print_field(fields[i].info, &view);
        }
        putchar('\n');
    }
    way_flows_free(&flows);
    way_source_close(&source);
    return 0;
}

static int print_selections(const char *path, int count, char **filters)
{
    struct way_source *source = open_source(path);
    struct way_selections *set = way_selections_new();
    int numbers[NAMES_MAX];
    struct way_record record;

    for (int i = 0; i < count && i < NAMES_MAX; i++) {
        char error[WAY_SELECTION_ERROR_MAX];
        numbers[i] = way_selections_add(set, filters[i], error);
        if (numbers[i] < 0) {
            fprintf(stderr, "dissect-dump: '%s': %s\n", filters[i], error);
            return 2;
        }
    }
    while (way_source_next(source, &record) == WAY_SOURCE_PACKET) {
        const uint64_t *matched = way_selections_run(set, &record);
        for (int i = 0; i < count && i < NAMES_MAX; i++)
            putchar(way_selections_has(matched, (unsigned)numbers[i]) ? '1' : '0');
        putchar('\n');
    }
    way_selections_free(&set);
    way_source_close(&source);
    return 0;
}

static const char *const ends[] = {"open", "whole", "cut", "damaged", "failed", "deadline"};

static int print_facts(const char *path)
{
    struct way_source *source = open_source(path);
    struct way_record record;

    while (way_source_next(source, &record) == WAY_SOURCE_PACKET)
        ;
    const struct way_source_facts *facts = way_source_facts(source);
    printf("%s\t%llu\t%lld\t%lld\t%llu\t%s\n", ends[facts->end], (unsigned long long)facts->packets,
           (long long)facts->first, (long long)facts->last, (unsigned long long)facts->clipped,
           facts->message);
    way_source_close(&source);
    return 0;
}

/* A capture, or live:INTERFACE:MILLISECONDS. */
static struct way_source *open_any(char *name)
{
    char error[WAY_SOURCE_ERROR_MAX];
    char *milliseconds = strrchr(name, ':');

    if (strncmp(name, "live:", 5) != 0 || milliseconds < name + 5)
        return open_source(name);
    *milliseconds++ = '\0';
    struct way_source *source =
        way_source_open_live(name + 5, strtol(milliseconds, NULL, 10) * 1000000, error);
    if (!source) {
        fprintf(stderr, "dissect-dump: %s\n", error);
        exit(2);
    }
    return source;
}

static int print_merge(int count, char **names)
{
    struct way_merge *merge = way_merge_new();
    enum way_source_result result;
    struct way_record record;

    for (int i = 0; i < count; i++) {
        struct way_source *source = open_any(names[i]);
        way_merge_add(merge, &source);
    }
    fputs("ready\n", stderr);
    while ((result = way_merge_next(merge, &record, 100000000)) != WAY_SOURCE_END)
        if (result == WAY_SOURCE_PACKET && record.len >= 14)
            printf("%u\t%lld\t%u\t%02x%02x\n", record.source, (long long)record.time,
                   record.wire_len, record.bytes[12], record.bytes[13]);
    for (unsigned i = 0; i < way_merge_count(merge); i++) {
        const struct way_source_facts *facts = way_source_facts(way_merge_source(merge, i));
        printf("%s\t%llu\n", ends[facts->end], (unsigned long long)facts->packets);
    }
    way_merge_free(&merge);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (argc == 2 && strcmp(what, "names") == 0)
        return print_names();
    if (argc > 3 && strcmp(what, "fields") == 0)
        return print_fields(argv[2], argc - 3, argv + 3);
    if (argc > 3 && strcmp(what, "select") == 0)
        return print_selections(argv[2], argc - 3, argv + 3);
    if (argc == 3 && strcmp(what, "facts") == 0)
        return print_facts(argv[2]);
    if (argc > 2 && strcmp(what, "merge") == 0)
        return print_merge(argc - 2, argv + 2);
    fputs("usage: see the head of dissect-dump.c\n", stderr);
    return 2;
}
