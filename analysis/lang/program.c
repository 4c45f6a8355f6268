/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files and their items.
 */
#include "analysis/lang/program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/lang/resolver.h"

enum { INCLUDES_MAX = 256 };

/* ---- reading ---- */

/* The folder of a path, with its '/'; "" for the current one. */
static const char *folder_of(struct way_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return way_arena_text(arena, path, slash ? (size_t)(slash - path) + 1 : 0);
}

static bool already_read(struct way_resolver *resolver, const char *path)
{
    for (size_t i = 0; i < resolver->included_count; i++)
        if (strcmp(resolver->included[i], path) == 0)
            return true;
    if (resolver->included_count < INCLUDES_MAX)
        resolver->included[resolver->included_count++] = path;
    return false;
}

static bool read_script(struct way_resolver *resolver, struct way_parse *parse,
                        struct way_script *script, int depth, struct way_item **items);

/* The items of the file that an item includes; none if it was read before. */
static bool read_include(struct way_resolver *resolver, struct way_parse *parse,
                         const struct way_item *include, int depth, struct way_item **items)
{
    struct way_arena *arena = &resolver->program->arena;
    const char *path =
        include->name[0] == '/'
            ? include->name
            : way_arena_format(arena, "%s%s", folder_of(arena, include->place.script->name),
                               include->name);

    *items = NULL;
    if (depth > WAY_RESOLVE_DEPTH_MAX || resolver->included_count == INCLUDES_MAX) {
        way_complain(&resolver->program->complaints, include->place,
                     "too many files include each other");
        return false;
    }
    /* A run keeps its files in one folder. */
    if (access(path, R_OK) != 0) {
        const char *slash = strrchr(path, '/');
        const char *beside = way_arena_format(
            arena, "%s%s", folder_of(arena, include->place.script->name), slash ? slash + 1 : path);
        path = access(beside, R_OK) == 0 ? beside : path;
    }
    if (already_read(resolver, path))
        return true;
    struct way_script *script =
        way_script_read(arena, path, include->place, &resolver->program->complaints);
    return script && read_script(resolver, parse, script, depth + 1, items);
}

/* Parses a script; what it includes stands behind the item that includes it. */
static bool read_script(struct way_resolver *resolver, struct way_parse *parse,
                        struct way_script *script, int depth, struct way_item **items)
{
    *items = NULL;
    parse->tail = items;
    if (!way_parse_script(parse, script))
        return false;
    for (struct way_item *item = *items, *inner; item; item = item->next) {
        if (item->kind != WAY_ITEM_INCLUDE)
            continue;
        if (!read_include(resolver, parse, item, depth, &inner))
            return false;
        while (inner) { /* one by one, to stand before what follows */
            struct way_item *next = inner->next;
            inner->next = item->next;
            item->next = inner;
            item = inner;
            inner = next;
        }
    }
    return true;
}

/* ---- items ---- */

static bool declare_tap(struct way_context *context, const struct way_item *item)
{
    struct way_program *program = context->resolver->program;
    struct way_declared_tap *tap = way_arena_take(&program->arena, sizeof *tap);
    size_t count = 0;

    for (const struct way_expr *path = item->expr; path; path = path->next)
        count++;
    *tap = (struct way_declared_tap){
        .name = item->name,
        .paths = way_arena_take(&program->arena, count * sizeof(const char *)),
        .folder = folder_of(&program->arena, item->place.script->name),
        .next = program->declared};
    for (const struct way_expr *path = item->expr; path; path = path->next) {
        if (path->kind != WAY_EXPR_STRING || path->width == 0) {
            way_complain(&program->complaints, path->place,
                         "expected the path of a capture in quotes");
            return false;
        }
        char *text = way_resolve_text(context, path->place, path->text, false);
        if (!text)
            return false;
        tap->paths[tap->path_count++] = text;
    }
    program->declared = tap;
    return true;
}

/* Names that are given twice, of one kind of item. */
static bool is_new(struct way_resolver *resolver, const struct way_item *item)
{
    const struct way_item *first = way_resolve_item(resolver, item->kind, item->name);

    if (first == item)
        return true;
    way_complain(&resolver->program->complaints, item->place,
                 "'%s' is there already, in line %u of %s", item->name, first->place.line,
                 first->place.script->name);
    return false;
}

/* Rows of a table have as many values as it has columns. */
static bool table_is_even(struct way_resolver *resolver, const struct way_item *item)
{
    size_t columns = 0;
    bool good = true;

    for (const struct way_word *word = item->words; word; word = word->next)
        columns++;
    for (const struct way_expr *row = item->expr; row; row = row->next) {
        size_t values = 0;
        for (const struct way_expr *value = row->left; value; value = value->next)
            values++;
        if (values == columns)
            continue;
        way_complain(&resolver->program->complaints, row->place,
                     "the table '%s' has %zu columns, and this row %zu values", item->name, columns,
                     values);
        good = false;
    }
    return good;
}

/* Of several files, the one that needs most. */
static bool keep_at_most(struct way_context *context, const struct way_item *item)
{
    enum { LEAST = 1000000 };
    struct way_program *program = context->resolver->program;
    struct way_datum size;

    if (!way_resolve_constant(context, item->expr, &size))
        return false;
    if (size.sort != WAY_SORT_ANY &&
        (size.sort != WAY_SORT_NUMBER || size.shape != WAY_ONE || size.number < LEAST)) {
        way_complain(&program->complaints, item->expr->place,
                     "expected a size of at least 1MB, such as 500MB");
        return false;
    }
    if (size.sort != WAY_SORT_ANY && size.number > program->kept_max)
        program->kept_max = size.number;
    return true;
}

static bool take_item(struct way_context *context, const struct way_item *item)
{
    struct way_resolver *resolver = context->resolver;
    struct way_datum ignored;

    switch (item->kind) {
    case WAY_ITEM_LET:
        return is_new(resolver, item) && way_resolve_constant(context, item->expr, &ignored);
    case WAY_ITEM_MACRO:
        return is_new(resolver, item);
    case WAY_ITEM_TABLE:
        return is_new(resolver, item) && table_is_even(resolver, item);
    case WAY_ITEM_TAP:
        return is_new(resolver, item) && declare_tap(context, item);
    case WAY_ITEM_KEEP:
        return keep_at_most(context, item);
    case WAY_ITEM_CLOCK:
        return way_resolve_span(context, item->expr, &resolver->program->clock_error);
    default:
        return true;
    }
}

/* The list was built from its end. */
static void turn_round(struct way_program *program)
{
    struct way_expected *turned = NULL;

    while (program->expected) {
        struct way_expected *next = program->expected->next;
        program->expected->next = turned;
        turned = program->expected;
        program->expected = next;
    }
    program->expected = turned;
}

static void resolve(struct way_resolver *resolver)
{
    struct way_context context = {.resolver = resolver};

    resolver->last_select = &resolver->program->selects;
    for (const struct way_item *item = resolver->items; item; item = item->next)
        if (item->kind == WAY_ITEM_TAP)
            take_item(&context, item);
    for (const struct way_item *item = resolver->items; item; item = item->next) {
        if (resolver->program->complaints.count > WAY_SCRIPT_COMPLAINTS_MAX)
            break; /* more are not shown */
        context = (struct way_context){.resolver = resolver};
        if (item->kind == WAY_ITEM_EXPECTATION)
            way_resolve_expected(&context, item);
        else if (item->kind != WAY_ITEM_TAP)
            take_item(&context, item);
    }
    turn_round(resolver->program);
    if (resolver->program->complaints.count == 0)
        way_resolve_needs(resolver->program);
    if (resolver->program->expected_count == 0 && resolver->program->complaints.count == 0 &&
        !resolver->world->open)
        way_complain(&resolver->program->complaints, (struct way_place){0},
                     "%s: it expects nothing: expected \"words\": and rules",
                     resolver->included[0]);
}

static int read_program(struct way_program *program, struct way_script *script,
                        const struct way_world *world)
{
    struct way_resolver resolver = {.program = program, .world = world};
    struct way_parse parse = {.arena = &program->arena, .complaints = &program->complaints};

    resolver.included = way_arena_take(&program->arena, INCLUDES_MAX * sizeof(const char *));
    resolver.included[resolver.included_count++] = script->name;
    program->filters = way_selections_new();
    if (!program->filters)
        way_complain(&program->complaints, (struct way_place){0}, "out of memory");
    else if (read_script(&resolver, &parse, script, 0, &resolver.items))
        resolve(&resolver);
    return program->complaints.count ? -1 : 0;
}

static void begin(struct way_program *program)
{
    *program = (struct way_program){.clock_error = -1};
    program->complaints.arena = &program->arena;
}

int way_program_read(struct way_program *program, const char *path, const struct way_world *world)
{
    begin(program);
    struct way_script *script =
        way_script_read(&program->arena, path, (struct way_place){0}, &program->complaints);

    return script ? read_program(program, script, world) : -1;
}

int way_program_read_text(struct way_program *program, const char *name, const char *text,
                          size_t length, const struct way_world *world)
{
    begin(program);
    return read_program(program, way_script_text(&program->arena, name, text, length), world);
}

void way_program_free(struct way_program *program)
{
    way_selections_free(&program->filters);
    way_arena_free(&program->arena);
}
