/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What names stand for.
 *
 * A `$name` is looked for among the parameters of the macro or row at hand, then
 * among the file's own `let`, then in the world.
 */
#include <stdio.h>
#include <string.h>

#include "analysis/lang/nearest.h"
#include "analysis/lang/resolver.h"

static size_t hash_of(enum way_item_kind kind, const char *name)
{
    uint64_t hash = (uint64_t)kind + UINT64_C(0xcbf29ce484222325);

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

/* The place of that kind and name in the table: that of the item, or a free one. */
static struct way_item **place_of(const struct way_resolver *resolver, enum way_item_kind kind,
                                  const char *name)
{
    size_t at = hash_of(kind, name);

    for (;; at++) {
        struct way_item **place = &resolver->by_name[at & (resolver->by_name_size - 1)];
        if (!*place || ((*place)->kind == kind && strcmp((*place)->name, name) == 0))
            return place;
    }
}

static void hash_items(struct way_resolver *resolver)
{
    size_t count = 0, size = 16;

    for (const struct way_item *item = resolver->items; item; item = item->next)
        count++;
    while (size < 2 * count)
        size *= 2;
    resolver->by_name = way_arena_take(&resolver->program->arena, size * sizeof(struct way_item *));
    resolver->by_name_size = size;
    for (struct way_item *item = resolver->items; item; item = item->next) {
        struct way_item **place = item->name ? place_of(resolver, item->kind, item->name) : NULL;
        if (place && !*place)
            *place = item;
    }
}

struct way_item *way_resolve_item(struct way_resolver *resolver, enum way_item_kind kind,
                                  const char *name)
{
    if (!resolver->by_name)
        hash_items(resolver);
    return *place_of(resolver, kind, name);
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

/* Of a run, what lacks is the matter of the expectation that speaks of it: a step may not have
 * been reached, a program not have left its counters. False where that is no excuse. */
static bool take_lack(struct way_context *context, const char *kind, const char *name,
                      const char *near, const char *sign)
{
    if (!context->resolver->world->partial || !context->expected || context->constant)
        return false;
    if (!context->expected->lacks)
        context->expected->lacks = way_arena_format(
            &context->resolver->program->arena, "no %s '%s%s'%s%s%s%s", kind, sign, name,
            near ? ": did you mean '" : "", near ? sign : "", near ? near : "", near ? "'?" : "");
    return true;
}

static bool complain_of_variable(struct way_context *context, struct way_place place,
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
    if (take_lack(context, "name", name, near.best, "$"))
        return false;
    if (near.best)
        way_complain(&context->resolver->program->complaints, place,
                     "nothing is called '$%s': did you mean '$%s'?", name, near.best);
    else
        way_complain(&context->resolver->program->complaints, place,
                     "nothing is called '$%s': expected a 'let', a parameter (--let %s=TEXT), or a "
                     "name of the run",
                     name, name);
    return true;
}

/* The term of a `let`, worked out once where it is a value: whoever asks has a copy. */
static struct way_term *of_let(struct way_context *context, struct way_item *let)
{
    context->env = NULL;
    if (!let->term) {
        struct way_term *term = way_resolve_term(context, let->expr);
        if (!term || (term->kind != WAY_TERM_DATUM && term->kind != WAY_TERM_GATHER))
            return term;
        let->term = term;
    }
    struct way_term *copy = way_arena_take(&context->resolver->program->arena, sizeof *copy);
    *copy = *let->term;
    return copy;
}

const struct way_expr *way_resolve_through(const struct way_context *context,
                                           const struct way_expr *expr)
{
    const struct way_env *env = context->env;

    for (int depth = 0; expr->kind == WAY_EXPR_VARIABLE && depth < WAY_RESOLVE_DEPTH_MAX; depth++) {
        const struct way_expr *value = parameter(env, expr->text, &env);
        if (!value) {
            const struct way_item *let =
                way_resolve_item(context->resolver, WAY_ITEM_LET, expr->text);
            if (!let)
                return expr;
            value = let->expr;
            env = NULL;
        }
        expr = value;
    }
    return expr;
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
    struct way_item *let = way_resolve_item(context->resolver, WAY_ITEM_LET, expr->text);
    if (let)
        return of_let(&inner, let);
    const struct way_world *world = context->resolver->world;
    const struct way_world_name *name = way_world_find(world, WAY_WORLD_VARIABLE, expr->text);
    if (!name && !world->open && complain_of_variable(context, expr->place, expr->text))
        return NULL;
    struct way_term *term = way_term_new(context, WAY_TERM_DATUM, expr->place);
    if (name)
        term->datum = name->datum;
    term->sort = term->datum.sort;
    term->many = term->datum.shape != WAY_ONE;
    return term;
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
    const char *near = way_world_nearest(world, WAY_WORLD_MARK, name);
    if (take_lack(context, "mark", name, near, ""))
        return true;
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
