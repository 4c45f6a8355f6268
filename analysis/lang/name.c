/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What names stand for, and texts in which names stand.
 *
 * A `$name` is looked for among the parameters of the macro or row at hand, then
 * among the file's own `let`, then in the world.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "analysis/lang/nearest.h"
#include "analysis/lang/resolver.h"

struct way_item *way_resolve_item(const struct way_resolver *resolver, enum way_item_kind kind,
                                  const char *name)
{
    for (struct way_item *item = resolver->items; item; item = item->next)
        if (item->kind == kind && strcmp(item->name, name) == 0)
            return item;
    return NULL;
}

/* The expression that a parameter stands for, and where it is to be understood. */
static const struct way_expr *parameter(const struct way_env *env, const char *name,
                                        const struct way_env **value_env)
{
    for (; env; env = env->outer) {
        const struct way_expr *value = env->values;
        for (const struct way_word *word = env->names; word && value; word = word->next) {
            if (strcmp(word->text, name) == 0) {
                *value_env = env->values_env;
                return value;
            }
            value = value->next;
        }
    }
    return NULL;
}

static void complain_of_variable(struct way_context *context, struct way_place place,
                                 const char *name)
{
    struct way_nearest near = way_nearest(name);

    for (const struct way_env *env = context->env; env; env = env->outer)
        for (const struct way_word *word = env->names; word; word = word->next)
            way_nearest_offer(&near, word->text);
    for (const struct way_item *item = context->resolver->items; item; item = item->next)
        if (item->kind == WAY_ITEM_LET)
            way_nearest_offer(&near, item->name);
    for (size_t i = 0; i < context->resolver->world->count; i++)
        if (context->resolver->world->names[i].kind == WAY_WORLD_VARIABLE)
            way_nearest_offer(&near, context->resolver->world->names[i].name);
    if (near.best)
        way_complain(&context->resolver->program->complaints, place,
                     "nothing is called '$%s': did you mean '$%s'?", name, near.best);
    else
        way_complain(&context->resolver->program->complaints, place,
                     "nothing is called '$%s': expected a 'let', a parameter (--let %s=TEXT), or a "
                     "name of the run",
                     name, name);
}

struct way_term *way_resolve_variable(struct way_context *context, const struct way_expr *expr)
{
    struct way_complaints *complaints = &context->resolver->program->complaints;
    struct way_context inner = *context;
    const struct way_expr *value = parameter(context->env, expr->text, &inner.env);

    if (++inner.depth > WAY_RESOLVE_DEPTH_MAX) {
        way_complain(complaints, expr->place, "'$%s' is explained by itself", expr->text);
        return NULL;
    }
    if (value)
        return way_resolve_term(&inner, value);
    const struct way_item *let = way_resolve_item(context->resolver, WAY_ITEM_LET, expr->text);
    if (let) {
        inner.env = NULL;
        return way_resolve_term(&inner, let->expr);
    }
    const struct way_world *world = context->resolver->world;
    const struct way_world_name *name = way_world_find(world, WAY_WORLD_VARIABLE, expr->text);
    if (!name && !world->open) {
        complain_of_variable(context, expr->place, expr->text);
        return NULL;
    }
    struct way_term *term = way_term_new(context, WAY_TERM_DATUM, expr->place);
    if (name)
        term->datum = name->datum;
    term->sort = term->datum.sort;
    term->many = term->datum.shape != WAY_ONE;
    return term;
}

/* What stands in a filter for a name of which nothing is known, so that the
 * rest of the filter can be checked: what the word before it asks for. */
static const char *stand_in(const char *before, size_t length)
{
    while (length && (isspace((unsigned char)before[length - 1]) || before[length - 1] == '('))
        length--;
    const char *end = before + length, *word = end;
    while (word > before && isalpha((unsigned char)word[-1]))
        word--;
    size_t size = (size_t)(end - word);
    if (size == 0 || (size == 4 && memcmp(word, "port", 4) == 0))
        return "1";
    if (size == 3 && memcmp(word, "net", 3) == 0)
        return "192.0.2.0/24";
    return "192.0.2.1";
}

/* A value as libpcap writes it: several as (a or b). */
static char *filter_form(struct way_context *context, const struct way_datum *datum,
                         struct way_place place)
{
    struct way_arena *arena = &context->resolver->program->arena;
    char text[512];

    if (datum->shape == WAY_ONE)
        return way_arena_format(arena, "%s", way_datum_format(datum, text, sizeof text));
    if (datum->shape == WAY_RANGE && datum->count == 2) {
        char last[64];
        way_datum_format(&datum->items[0], text, sizeof text);
        way_datum_format(&datum->items[1], last, sizeof last);
        return way_arena_format(arena, "%s-%s", text, last);
    }
    if (datum->count == 0) {
        way_complain(&context->resolver->program->complaints, place,
                     "a filter needs a value here, and this name stands for none");
        return NULL;
    }
    char *all = NULL;
    for (size_t i = 0; i < datum->count; i++) {
        way_datum_format(&datum->items[i], text, sizeof text);
        all = all ? way_arena_format(arena, "%s or %s", all, text)
                  : way_arena_text(arena, text, strlen(text));
    }
    return datum->count == 1 ? all : way_arena_format(arena, "(%s)", all);
}

/* What replaces one $name in a text. */
static char *replacement(struct way_context *context, struct way_place place, const char *name,
                         const char *before, size_t before_length, bool filter)
{
    struct way_arena *arena = &context->resolver->program->arena;
    struct way_expr variable = {.kind = WAY_EXPR_VARIABLE, .place = place, .text = name};
    struct way_context inner = *context;
    struct way_datum datum;
    char text[512];

    inner.packet = false;
    if (!way_resolve_constant(&inner, &variable, &datum))
        return NULL;
    if (datum.sort == WAY_SORT_ANY) {
        const char *in =
            filter ? stand_in(before, before_length) : way_arena_format(arena, "$%s", name);
        return way_arena_text(arena, in, strlen(in));
    }
    if (datum.sort == WAY_SORT_STRING && datum.shape == WAY_ONE) {
        char *raw = way_arena_text(arena, (const char *)datum.bytes.at, datum.bytes.len);
        if (!filter)
            return raw;
        inner.depth++;
        raw = way_resolve_text(&inner, place, raw, true);
        return raw ? way_arena_format(arena, "(%s)", raw) : NULL;
    }
    if (filter)
        return filter_form(context, &datum, place);
    return way_arena_format(arena, "%s", way_datum_format(&datum, text, sizeof text));
}

/* The name behind a '$': its length in the text, braces included; 0 for none. */
static size_t name_behind(const char *text, const char **name, size_t *length)
{
    if (text[0] == '{') {
        *name = text + 1;
        *length = strcspn(text + 1, "}");
        return text[*length + 1] == '}' ? *length + 2 : 0;
    }
    if (!isalpha((unsigned char)text[0]) && text[0] != '_')
        return 0;
    size_t at = 0;
    while (isalnum((unsigned char)text[at]) || text[at] == '_')
        at++;
    while (text[at] == '.' && isalnum((unsigned char)text[at + 1])) {
        at++;
        while (isalnum((unsigned char)text[at]) || text[at] == '_' ||
               (text[at] == '-' && isalnum((unsigned char)text[at + 1])))
            at++;
    }
    *name = text;
    *length = at;
    return at;
}

char *way_resolve_text(struct way_context *context, struct way_place place, const char *text,
                       bool filter)
{
    struct way_arena *arena = &context->resolver->program->arena;
    char *done = way_arena_text(arena, "", 0);

    if (context->depth > WAY_RESOLVE_DEPTH_MAX) {
        way_complain(&context->resolver->program->complaints, place,
                     "the text is explained by itself");
        return NULL;
    }
    while (*text) {
        size_t plain = strcspn(text, "$"), length = 0;
        const char *name = NULL;
        size_t used = text[plain] ? name_behind(text + plain + 1, &name, &length) : 0;
        if (!used) {
            plain += text[plain] != '\0';
            done = way_arena_format(arena, "%s%.*s", done, (int)plain, text);
            text += plain;
            continue;
        }
        done = way_arena_format(arena, "%s%.*s", done, (int)plain, text);
        char *in = replacement(context, place, way_arena_text(arena, name, length), done,
                               strlen(done), filter);
        if (!in)
            return NULL;
        if (strlen(done) + strlen(in) > WAY_RESOLVE_TEXT_MAX) {
            way_complain(&context->resolver->program->complaints, place,
                         "the text, with its names replaced, is longer than %d bytes",
                         WAY_RESOLVE_TEXT_MAX);
            return NULL;
        }
        done = way_arena_format(arena, "%s%s", done, in);
        text += plain + 1 + used;
    }
    return done;
}

static bool tap_is_known(const struct way_context *context, const char *name)
{
    const struct way_world *world = context->resolver->world;

    for (const struct way_declared_tap *tap = context->resolver->program->declared; tap;
         tap = tap->next)
        if (strcmp(tap->name, name) == 0)
            return true;
    return world->open || way_world_find(world, WAY_WORLD_TAP, name) != NULL;
}

static void complain_of_tap(struct way_context *context, struct way_place place, const char *name)
{
    const struct way_world *world = context->resolver->world;
    struct way_nearest near = way_nearest(name);
    char all[400] = "";
    size_t length = 0;

    for (const struct way_declared_tap *tap = context->resolver->program->declared; tap;
         tap = tap->next)
        way_nearest_offer(&near, tap->name);
    for (size_t i = 0; i < world->count; i++) {
        if (world->names[i].kind != WAY_WORLD_TAP)
            continue;
        way_nearest_offer(&near, world->names[i].name);
        if (length < sizeof all - 80)
            length += (size_t)snprintf(all + length, sizeof all - length, "%s%.70s",
                                       length ? ", " : "", world->names[i].name);
    }
    if (near.best)
        way_complain(&context->resolver->program->complaints, place,
                     "there is no tap '%s': did you mean '%s'?", name, near.best);
    else if (all[0])
        way_complain(&context->resolver->program->complaints, place,
                     "there is no tap '%s': expected one of: %s", name, all);
    else
        way_complain(&context->resolver->program->complaints, place,
                     "there is no tap '%s': expected one that is declared (tap %s = \"FILE\"), or "
                     "given (--tap %s=FILE)",
                     name, name, name);
}

int way_resolve_tap(struct way_context *context, struct way_place place, const char *name)
{
    struct way_program *program = context->resolver->program;

    if (!tap_is_known(context, name)) {
        complain_of_tap(context, place, name);
        return -1;
    }
    for (size_t i = 0; i < program->tap_count; i++)
        if (strcmp(program->taps[i], name) == 0)
            return (int)i;
    if (program->tap_count == WAY_PROGRAM_TAPS_MAX) {
        way_complain(&program->complaints, place, "more than %d taps are asked",
                     WAY_PROGRAM_TAPS_MAX);
        return -1;
    }
    program->taps[program->tap_count] = name;
    return (int)program->tap_count++;
}

bool way_resolve_mark(struct way_context *context, struct way_place place, const char *name,
                      int64_t *out)
{
    const struct way_world *world = context->resolver->world;
    const struct way_world_name *mark = way_world_find(world, WAY_WORLD_MARK, name);

    *out = mark ? mark->datum.number : 0;
    if (mark || world->open)
        return true;
    if (world->partial && context->expected) {
        context->expected->lacks =
            way_arena_format(&context->resolver->program->arena, "no mark '%s'", name);
        return true;
    }
    const char *near = way_world_nearest(world, WAY_WORLD_MARK, name);
    if (near)
        way_complain(&context->resolver->program->complaints, place,
                     "there is no mark '%s': did you mean '%s'?", name, near);
    else
        way_complain(&context->resolver->program->complaints, place,
                     "there is no mark '%s': marks are those of a run, whose folder is named",
                     name);
    return false;
}

unsigned way_resolve_slot(const struct way_context *context, const char *name, size_t length)
{
    const struct way_expected *expected = context->expected;

    for (unsigned i = 0; expected && i < expected->slot_count; i++) {
        const char *slot = expected->slot_names[WAY_SLOT_BOUND + i];
        if (strlen(slot) == length && memcmp(slot, name, length) == 0)
            return WAY_SLOT_BOUND + i;
    }
    return 0;
}
