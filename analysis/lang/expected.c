/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Expectations, one for each row of their tables, and what stands before their rules.
 */
#include <string.h>

#include "analysis/lang/evaluate.h"
#include "analysis/lang/nearest.h"
#include "analysis/lang/resolver.h"

static bool take_need(struct way_context *context, const struct way_header *header,
                      struct way_expected *expected)
{
    const struct way_world *world = context->resolver->world;
    struct way_need *need = way_arena_take(&context->resolver->program->arena, sizeof *need);
    const char *name = header->words ? header->words->text : header->text;

    *need = (struct way_need){
        .kind = header->requires, .name = name, .place = header->place, .next = expected->needs};
    expected->needs = need;
    if (header->requires == WAY_REQUIRES_EXPECTATION) { /* whether there is one is seen later */
        need->name = way_resolve_text(context, header->place, name, false);
        return need->name != NULL;
    }
    enum way_world_kind kind =
        header->requires == WAY_REQUIRES_TAP ? WAY_WORLD_TAP : WAY_WORLD_MARK;
    need->met = world->open || way_world_find(world, kind, name) != NULL;
    for (const struct way_declared_tap *tap = context->resolver->program->declared;
         tap && kind == WAY_WORLD_TAP; tap = tap->next)
        need->met |= strcmp(tap->name, name) == 0;
    return true;
}

/* `skip "reason" if condition`: the condition is known when the file is read. */
static bool take_skip(struct way_context *context, const struct way_header *header,
                      struct way_expected *expected)
{
    struct way_term *when = NULL;

    if (header->expr) {
        when = way_resolve_condition(context, header->expr);
        if (!when)
            return false;
        if (when->slots) {
            way_complain(&context->resolver->program->complaints, header->expr->place,
                         "what to skip is known before packets are: expected names and values");
            return false;
        }
        if (way_evaluate(way_resolve_evaluation(context), when) != WAY_TRUE)
            return true;
    }
    if (!expected->skip)
        expected->skip = way_resolve_text(context, header->place, header->text, false);
    return expected->skip != NULL;
}

/* A scope: the select of `for each`, whose packet is bound. */
static bool take_scope(struct way_context *context, const struct way_header *header,
                       struct way_select **scope)
{
    const struct way_event *event = header->event;

    for (const struct way_clause *clause = event->clauses; clause; clause = clause->next) {
        if (clause->kind <= WAY_CLAUSE_UNTIL && clause->kind != WAY_CLAUSE_WITH &&
            clause->kind != WAY_CLAUSE_PER)
            continue;
        way_complain(&context->resolver->program->complaints, clause->place,
                     "'for each' takes on, where, as, during, from, after, before and until");
        return false;
    }
    *scope = way_resolve_select(context, event, event->clauses, NULL, NULL);
    if (*scope && !(*scope)->slot)
        way_complain(&context->resolver->program->complaints, header->place,
                     "expected 'as' and a name for the packet: the rules speak of it");
    return *scope && (*scope)->slot;
}

static void complain_of_need(struct way_expected *expected, struct way_arena *arena)
{
    for (const struct way_need *need = expected->needs; need && !expected->skip; need = need->next)
        if (!need->met && need->kind != WAY_REQUIRES_EXPECTATION)
            expected->skip =
                way_arena_format(arena, "there is no %s '%s'",
                                 need->kind == WAY_REQUIRES_TAP ? "tap" : "mark", need->name);
}

/* Two of one file cannot be told from each other. (Rows of one table may be alike.) */
static bool words_are_new(struct way_program *program, const struct way_item *item,
                          const char *words)
{
    for (const struct way_expected *one = program->expected; one; one = one->next) {
        if (one->place.script != item->place.script || one->place.begin == item->place.begin ||
            strcmp(one->words, words) != 0)
            continue;
        way_complain(&program->complaints, item->place,
                     "the words \"%s\" are those of line %u already", words, one->place.line);
        return false;
    }
    return true;
}

/* One expectation, in an environment that has the values of its rows. */
static bool expect(struct way_context *context, const struct way_item *item)
{
    struct way_program *program = context->resolver->program;
    struct way_expected *expected = way_arena_take(&program->arena, sizeof *expected);
    bool good = true;

    if (program->expected_count == WAY_PROGRAM_EXPECTATIONS) {
        way_complain(&program->complaints, item->place, "more than %d expectations",
                     WAY_PROGRAM_EXPECTATIONS);
        return false;
    }
    context->expected = expected;
    expected->place = item->place;
    expected->warn = item->warn;
    expected->words = way_resolve_text(context, item->place, item->name, false);
    if (!expected->words || !words_are_new(program, item, expected->words))
        return false;
    for (const struct way_header *header = item->headers; header; header = header->next)
        if (header->kind == WAY_HEADER_REQUIRES)
            good &= take_need(context, header, expected);
        else if (header->kind == WAY_HEADER_SKIP)
            good &= take_skip(context, header, expected);
    complain_of_need(expected, &program->arena);
    if (expected->skip) { /* what lacks is not asked for: names in the rules may lack, too */
        expected->rules = NULL;
    } else {
        for (const struct way_header *header = item->headers; header; header = header->next) {
            if (header->kind != WAY_HEADER_EVENTS)
                continue;
            if (!take_scope(context, header, &expected->scopes[expected->scope_count]))
                return false;
            expected->scope_count++;
        }
        struct way_rule **tail = &expected->rules;
        for (const struct way_event *event = item->rules; event; event = event->next) {
            *tail = way_resolve_rule(context, event);
            if (*tail)
                tail = &(*tail)->next;
            else
                good = false;
        }
    }
    expected->next = program->expected;
    program->expected = expected;
    program->expected_count++;
    return good;
}

/* One expectation for each row of the first table, and so on for further ones. */
static bool expect_rows(struct way_context *context, const struct way_item *item,
                        const struct way_header *header)
{
    struct way_resolver *resolver = context->resolver;

    while (header && header->kind != WAY_HEADER_ROWS)
        header = header->next;
    if (!header)
        return expect(context, item);
    const struct way_item *table = way_resolve_item(resolver, WAY_ITEM_TABLE, header->name);
    if (!table) {
        struct way_nearest near = way_nearest(header->name);
        for (const struct way_item *other = resolver->items; other; other = other->next)
            if (other->kind == WAY_ITEM_TABLE)
                way_nearest_offer(&near, other->name);
        way_complain(&resolver->program->complaints, header->place, "there is no table '%s'%s%s%s",
                     header->name, near.best ? ": did you mean '" : "", near.best ? near.best : "",
                     near.best ? "'?" : "");
        return false;
    }
    for (const struct way_expr *row = table->expr; row; row = row->next) {
        struct way_env *env = way_arena_take(&resolver->program->arena, sizeof *env);
        struct way_context inner = *context;
        *env = (struct way_env){.names = header->words, .values = row->left, .outer = context->env};
        inner.env = env;
        if (!expect_rows(&inner, item, header->next))
            return false;
    }
    return true;
}

/* What is required must be there, under its words as they are with names replaced. */
void way_resolve_needs(struct way_program *program)
{
    for (const struct way_expected *one = program->expected; one; one = one->next)
        for (const struct way_need *need = one->needs; need; need = need->next) {
            const struct way_expected *other = program->expected;
            while (other && need->kind == WAY_REQUIRES_EXPECTATION &&
                   strcmp(other->words, need->name) != 0)
                other = other->next;
            if (!other)
                way_complain(&program->complaints, need->place, "there is no expectation \"%s\"",
                             need->name);
        }
}

bool way_resolve_expected(struct way_context *context, const struct way_item *item)
{
    return expect_rows(context, item, item->headers);
}
