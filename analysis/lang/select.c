/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is selected: a filter, a condition, taps, a window.
 */
#include <string.h>

#include "analysis/lang/nearest.h"
#include "analysis/lang/resolver.h"

static struct way_complaints *complaints_of(struct way_context *context)
{
    return &context->resolver->program->complaints;
}

/* ---- filter and condition ---- */

static struct way_term *both(struct way_context *context, struct way_term *a, struct way_term *b)
{
    if (!a || !b)
        return a ? a : b;
    struct way_term *term = way_term_new(context, WAY_TERM_AND, a->place);
    term->is_truth = true;
    term->kids[0] = a;
    term->kids[1] = b;
    term->slots = a->slots | b->slots;
    term->has_flow = a->has_flow || b->has_flow;
    return term;
}

/* Adds a condition: each part of it that asks the packet alone to `where`, the
 * others to `late`. */
static void narrow(struct way_context *context, struct way_select *select, struct way_term *term)
{
    if (term->kind == WAY_TERM_AND) {
        narrow(context, select, term->kids[0]);
        narrow(context, select, term->kids[1]);
    } else if (term->slots & ~WAY_SLOTS_SELF) {
        select->late = both(context, select->late, term);
        select->slots |= term->slots & ~WAY_SLOTS_SELF;
    } else {
        select->where = both(context, select->where, term);
    }
}

static bool use_filter(struct way_context *context, struct way_place place,
                       struct way_select *select, const char *text)
{
    char error[WAY_SELECTION_ERROR_MAX];
    char *filter = way_resolve_text(context, place, text, true);

    if (!filter)
        return false;
    select->filter_number = way_selections_add(context->resolver->program->filters, filter, error);
    if (select->filter_number < 0) {
        if (strcmp(filter, text) == 0)
            way_complain(complaints_of(context), place, "libpcap refuses the filter: %s", error);
        else
            way_complain(complaints_of(context), place, "libpcap refuses the filter \"%s\": %s",
                         filter, error);
        return false;
    }
    select->filter = filter;
    return true;
}

static bool use_macro(struct way_context *context, const struct way_expr *call,
                      struct way_select *select)
{
    const struct way_item *item = way_resolve_item(context->resolver, WAY_ITEM_MACRO, call->text);
    struct way_env *env = way_arena_take(&context->resolver->program->arena, sizeof *env);
    struct way_context inner = *context;
    size_t given = 0, wanted = 0;

    if (!item) {
        const struct way_expr name = {
            .kind = WAY_EXPR_CALL, .place = call->place, .text = call->text};
        way_resolve_term(context, &name); /* which says what else could be meant */
        return false;
    }
    for (const struct way_expr *value = call->left; value; value = value->next)
        given++;
    for (const struct way_word *word = item->words; word; word = word->next)
        wanted++;
    if (given != wanted || ++inner.depth > WAY_RESOLVE_DEPTH_MAX) {
        way_complain(complaints_of(context), call->place,
                     given != wanted ? "the macro '%s' takes %zu value%s, not %zu"
                                     : "the macro '%s' uses itself",
                     item->name, wanted, wanted == 1 ? "" : "s", given);
        return false;
    }
    *env = (struct way_env){.names = item->words, .values = call->left, .values_env = context->env};
    inner.env = env;
    if (item->expr && !way_resolve_selection(&inner, item->expr, select))
        return false;
    inner.packet = true;
    struct way_term *where = item->where ? way_resolve_condition(&inner, item->where) : NULL;
    if (where)
        narrow(context, select, where);
    return !item->where || where;
}

bool way_resolve_selection(struct way_context *context, const struct way_expr *selection,
                           struct way_select *select)
{
    struct way_context inner = *context;

    inner.packet = true;
    if (!selection)
        return true;
    if (selection->kind == WAY_EXPR_STRING && strlen(selection->text) == selection->width)
        return use_filter(&inner, selection->place, select, selection->text);
    if (selection->kind == WAY_EXPR_CALL || selection->kind == WAY_EXPR_NAME)
        return use_macro(&inner, selection, select);
    if (selection->kind == WAY_EXPR_VARIABLE) {
        struct way_datum datum;
        if (!way_resolve_constant(&inner, selection, &datum))
            return false;
        if (datum.sort == WAY_SORT_STRING && datum.shape == WAY_ONE)
            return use_filter(&inner, selection->place, select,
                              way_arena_text(&context->resolver->program->arena,
                                             (const char *)datum.bytes.at, datum.bytes.len));
    }
    way_complain(complaints_of(context), selection->place,
                 "expected a libpcap filter in quotes, or a macro that selects packets");
    return false;
}

/* ---- taps ---- */

static bool use_tap(struct way_context *context, struct way_place place, const char *name,
                    struct way_select *select)
{
    int tap = way_resolve_tap(context, place, name);

    if (tap < 0)
        return false;
    if (select->tap_count == WAY_PROGRAM_SELECT_TAPS) {
        way_complain(complaints_of(context), place, "expected at most %d taps",
                     WAY_PROGRAM_SELECT_TAPS);
        return false;
    }
    select->taps[select->tap_count++] = (unsigned)tap;
    return true;
}

/* The name that a variable stands for; its own where nothing is known of it. NULL after
 * a complaint. */
static const char *text_of_variable(struct way_context *context, const struct way_expr *variable,
                                    const char *what)
{
    struct way_datum datum;

    if (!way_resolve_constant(context, variable, &datum))
        return NULL;
    if (datum.sort == WAY_SORT_STRING && datum.shape == WAY_ONE)
        return way_arena_text(&context->resolver->program->arena, (const char *)datum.bytes.at,
                              datum.bytes.len);
    if (datum.sort == WAY_SORT_ANY)
        return variable->text;
    way_complain(complaints_of(context), variable->place, "expected the name of %s in quotes",
                 what);
    return NULL;
}

/* A tap that a variable names. */
static bool use_variable_tap(struct way_context *context, const struct way_expr *variable,
                             struct way_select *select)
{
    const char *name = text_of_variable(context, variable, "a tap");

    return name && use_tap(context, variable->place, name, select);
}

static bool use_taps(struct way_context *context, const struct way_word *words,
                     struct way_select *select)
{
    for (const struct way_word *word = words; word; word = word->next)
        if (!use_tap(context, word->place, word->text, select))
            return false;
    return true;
}

/* ---- windows ---- */

bool way_resolve_edge(struct way_context *context, const struct way_point *point,
                      struct way_edge *out)
{
    *out = (struct way_edge){
        .place = point->place,
        .text = way_place_text(&context->resolver->program->arena, point->place, WAY_PLACE_PART)};
    if (point->shift) {
        if (!way_resolve_span(context, point->shift, &out->shift))
            return false;
        if (point->earlier)
            out->shift = -out->shift;
    }
    if (point->kind == WAY_POINT_MARK) {
        out->kind = WAY_EDGE_TIME;
        return way_resolve_mark(context, point->place, point->name, &out->at);
    }
    out->kind = point->kind == WAY_POINT_NEXT ? WAY_EDGE_NEXT : WAY_EDGE_SLOT;
    out->slot = way_resolve_slot(context, point->name, strlen(point->name));
    if (out->slot)
        return true;
    struct way_nearest near = way_nearest(point->name);
    for (unsigned i = 0; context->expected && i < context->expected->slot_count; i++)
        way_nearest_offer(&near, context->expected->slot_names[WAY_SLOT_BOUND + i]);
    if (way_world_find(context->resolver->world, WAY_WORLD_MARK, point->name))
        way_complain(complaints_of(context), point->place,
                     "nothing is bound to '%s': did you mean 'mark %s'?", point->name, point->name);
    else if (near.best)
        way_complain(complaints_of(context), point->place,
                     "nothing is bound to '%s': did you mean '%s'?", point->name, near.best);
    else
        way_complain(complaints_of(context), point->place,
                     "nothing is bound to '%s': expected a name that an earlier 'as' gives, or "
                     "'mark NAME'",
                     point->name);
    return false;
}

static bool set_edge(struct way_context *context, struct way_edge *edge,
                     const struct way_clause *clause, bool inclusive)
{
    if (edge->kind != WAY_EDGE_OPEN) {
        way_complain(complaints_of(context), clause->place, "the window has this end already");
        return false;
    }
    if (!way_resolve_edge(context, clause->point, edge))
        return false;
    edge->inclusive = inclusive;
    return true;
}

/* A step's marks are STEP.start and STEP.end. */
static bool during(struct way_context *context, const struct way_clause *clause,
                   struct way_select *select)
{
    struct way_arena *arena = &context->resolver->program->arena;
    struct way_place place = clause->words ? clause->words->place : clause->expr->place;
    const char *step =
        clause->words ? clause->words->text : text_of_variable(context, clause->expr, "a step");
    struct way_edge *edges[] = {&select->from, &select->to};
    static const char *const sides[] = {"start", "end"};

    for (size_t i = 0; i < 2; i++) {
        if (edges[i]->kind != WAY_EDGE_OPEN) {
            way_complain(complaints_of(context), clause->place, "the window has an end already");
            return false;
        }
        *edges[i] = (struct way_edge){.kind = WAY_EDGE_TIME,
                                      .place = clause->place,
                                      .text = way_place_text(arena, clause->place, WAY_PLACE_PART),
                                      .inclusive = true};
        const char *mark = step ? way_arena_format(arena, "%s.%s", step, sides[i]) : NULL;
        if (!mark || !way_resolve_mark(context, place, mark, &edges[i]->at))
            return false;
    }
    return true;
}

/* ---- clauses ---- */

static bool keys(struct way_context *context, const struct way_expr *exprs,
                 struct way_select *select)
{
    struct way_context inner = *context;
    size_t count = 0;

    inner.packet = true;
    for (const struct way_expr *expr = exprs; expr; expr = expr->next)
        count++;
    select->per =
        way_arena_take(&context->resolver->program->arena, count * sizeof(struct way_term *));
    for (const struct way_expr *expr = exprs; expr; expr = expr->next) {
        struct way_term *key = way_resolve_term(&inner, expr);
        if (!key)
            return false;
        if (key->is_truth || (key->slots & ~WAY_SLOTS_SELF)) {
            way_complain(complaints_of(context), expr->place,
                         "expected fields of the packet: what is the same within one group");
            return false;
        }
        select->per[select->per_count++] = key;
    }
    return true;
}

static bool bind(struct way_context *context, const struct way_word *word,
                 struct way_select *select)
{
    struct way_expected *expected = context->expected;
    struct way_field field;

    if (!expected || expected->slot_count == WAY_PROGRAM_SLOTS_MAX - WAY_SLOT_BOUND) {
        way_complain(complaints_of(context), word->place,
                     expected ? "too many names are bound" : "nothing can be bound here");
        return false;
    }
    if (strchr(word->text, '.') || strcmp(word->text, "was") == 0 ||
        way_field_find(word->text, strlen(word->text), &field) ||
        way_resolve_slot(context, word->text, strlen(word->text))) {
        way_complain(complaints_of(context), word->place,
                     "'%s' is the name of something else: expected one that is free", word->text);
        return false;
    }
    select->slot = WAY_SLOT_BOUND + expected->slot_count++;
    select->name = word->text;
    return true;
}

static bool take_clause(struct way_context *context, const struct way_clause *clause,
                        struct way_select *select)
{
    struct way_context inner = *context;
    struct way_term *where;

    inner.packet = true;
    switch (clause->kind) {
    case WAY_CLAUSE_ON:
        return clause->expr ? use_variable_tap(context, clause->expr, select)
                            : use_taps(context, clause->words, select);
    case WAY_CLAUSE_WHERE:
        where = way_resolve_condition(&inner, clause->expr);
        if (where)
            narrow(context, select, where);
        return where != NULL;
    case WAY_CLAUSE_PER:
        return keys(context, clause->expr, select);
    case WAY_CLAUSE_DURING:
        return during(context, clause, select);
    case WAY_CLAUSE_AFTER:
        return set_edge(context, &select->from, clause, false);
    case WAY_CLAUSE_FROM:
        return set_edge(context, &select->from, clause, true);
    case WAY_CLAUSE_BEFORE:
    case WAY_CLAUSE_UNTIL:
        return set_edge(context, &select->to, clause, false);
    default:
        return true;
    }
}

static uint64_t edge_slots(const struct way_edge *edge)
{
    return edge->kind == WAY_EDGE_SLOT || edge->kind == WAY_EDGE_NEXT ? UINT64_C(1) << edge->slot
                                                                      : 0;
}

struct way_select *way_resolve_select(struct way_context *context, const struct way_event *event,
                                      const struct way_clause *clauses,
                                      const struct way_clause *end, const struct way_word *taps)
{
    struct way_program *program = context->resolver->program;
    struct way_select *select = way_arena_take(&program->arena, sizeof *select);
    const struct way_clause *as = NULL;
    struct way_place place = event->place;

    for (const struct way_clause *clause = clauses; clause != end; clause = clause->next)
        if (clause->kind <= WAY_CLAUSE_WHERE || clause->kind >= WAY_CLAUSE_DURING)
            place = clause->kind <= WAY_CLAUSE_UNTIL ? way_place_span(place, clause->place) : place;
    select->place = event->place;
    select->text = way_place_text(&program->arena, place, WAY_PLACE_WHOLE);
    select->filter_number = -1;
    if (!way_resolve_selection(context, event->selection, select) ||
        (taps && !use_taps(context, taps, select)))
        return NULL;
    for (const struct way_clause *clause = clauses; clause != end; clause = clause->next) {
        if (clause->kind == WAY_CLAUSE_AS)
            as = clause;
        else if (!take_clause(context, clause, select))
            return NULL;
    }
    if (select->tap_count == 0) {
        way_complain(complaints_of(context), event->place, "expected 'on' and the name of a tap");
        return NULL;
    }
    select->slots |= edge_slots(&select->from) | edge_slots(&select->to);
    /* Only now: no clause of its own can speak of what it binds. */
    if (as && !bind(context, as->words, select))
        return NULL;
    if (select->slot) {
        context->expected->slot_names[select->slot] = select->name;
        context->expected->slot_selects[select->slot] = select;
    }
    if (program->select_count == WAY_PROGRAM_SELECTS_MAX) {
        way_complain(complaints_of(context), event->place, "more than %d selections",
                     WAY_PROGRAM_SELECTS_MAX);
        return NULL;
    }
    select->number = (unsigned)program->select_count++;
    *context->resolver->last_select = select;
    context->resolver->last_select = &select->next;
    return select;
}
