/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Aggregates: counts, sums and the like of packets.
 *
 * One that is not running waits for the last packet. A running one is asked of the packet
 * at hand, for those up to it; it is known only while packets pass, and so stands behind
 * `with`, in rules about single packets.
 */
#include <assert.h>

#include "analysis/lang/resolver.h"

static struct way_complaints *complaints_of(struct way_context *context)
{
    return &context->resolver->program->complaints;
}

static bool refuse(struct way_context *context, struct way_place place, const char *message)
{
    way_complain(complaints_of(context), place, "%s", message);
    return false;
}

bool way_term_is_running(const struct way_term *term)
{
    if (!term)
        return false;
    bool is = term->kind == WAY_TERM_AGGREGATE && term->running;
    for (size_t i = 0; i < WAY_TERM_KIDS && !is; i++)
        is = way_term_is_running(term->kids[i]);
    for (size_t i = 0; i < term->count && !is; i++)
        is = way_term_is_running(term->items[i]);
    return is;
}

/* Clauses that say more than which packets are counted mean nothing here. */
static bool clauses_fit(struct way_context *context, const struct way_event *event, bool running)
{
    for (const struct way_clause *clause = event->clauses; clause; clause = clause->next) {
        if (clause->kind == WAY_CLAUSE_PER && running)
            continue;
        if (clause->kind == WAY_CLAUSE_PER)
            return refuse(context, clause->place,
                          "one number is one for all: 'per' is of running ones");
        if (clause->kind == WAY_CLAUSE_ON || clause->kind == WAY_CLAUSE_WHERE ||
            (clause->kind >= WAY_CLAUSE_DURING && clause->kind <= WAY_CLAUSE_UNTIL))
            continue;
        return refuse(context, clause->place,
                      "packets that are counted take on, where, during, from, after, before and "
                      "until");
    }
    return true;
}

/* One of the selections of an aggregate. */
static struct way_select *counted(struct way_context *context, const struct way_expr *expr,
                                  const struct way_event *event)
{
    struct way_context inner = *context;

    inner.running = false;
    if (!clauses_fit(context, event, expr->running))
        return NULL;
    struct way_select *select = way_resolve_select(&inner, event, event->clauses, NULL, NULL);
    if (!select)
        return NULL;
    select->running = expr->running;
    if (select->slots == 0 || (!expr->running && !expr->third))
        return select;
    refuse(context, select->place,
           "these are counted as they pass: their window can lie between marks only, and they "
           "can be compared with no packet that was bound");
    return NULL;
}

static void give_sort(struct way_term *term)
{
    switch (term->aggregate) {
    case WAY_AGGREGATE_COUNT:
    case WAY_AGGREGATE_DISTINCT:
        term->sort = WAY_SORT_NUMBER;
        break;
    case WAY_AGGREGATE_RATE:
    case WAY_AGGREGATE_SHARE:
        term->sort = WAY_SORT_REAL;
        break;
    case WAY_AGGREGATE_MEAN:
        term->sort = term->sort == WAY_SORT_NUMBER ? WAY_SORT_REAL : term->sort;
        break;
    default:
        break;
    }
}

/* Of what, in which stretch of time. */
static bool take_parts(struct way_context *context, const struct way_expr *expr,
                       struct way_term *term)
{
    struct way_context inner = *context;

    inner.packet = true;
    inner.running = inner.was = false;
    if (expr->third && !way_resolve_span(context, expr->third, &term->over))
        return false;
    if (expr->third && term->over == 0)
        return refuse(context, expr->third->place, "expected a duration of more than 0s");
    if (!expr->left)
        return true;
    term->kids[0] = way_resolve_term(&inner, expr->left);
    if (!term->kids[0])
        return false;
    if (term->kids[0]->slots & ~WAY_SLOTS_SELF)
        return refuse(context, expr->left->place,
                      "expected a field of the packets that are counted");
    term->sort = term->kids[0]->sort;
    return true;
}

struct way_term *way_resolve_aggregate(struct way_context *context, const struct way_expr *expr)
{
    struct way_term *term = way_term_new(context, WAY_TERM_AGGREGATE, expr->place);

    if (expr->running && !context->running) {
        refuse(
            context, expr->place,
            "a running number is that of a packet: expected it behind 'with' of the packets that "
            "a rule is about");
        return NULL;
    }
    term->aggregate = expr->aggregate;
    term->percentile = expr->real;
    term->running = expr->running;
    term->select = counted(context, expr, expr->event);
    if (!term->select || (expr->other && !(term->other = counted(context, expr, expr->other))) ||
        !take_parts(context, expr, term))
        return NULL;
    if (term->running)
        term->slots = WAY_SLOTS_SELF;
    else /* packets that pass before or after the one at hand: never while they pass */
        term->slots = WAY_SLOTS_LATE | term->select->slots | (term->other ? term->other->slots : 0);
    if (term->running && term->other && term->select->per_count != term->other->per_count) {
        refuse(context, expr->place, "a share is among packets of the same 'per'");
        return NULL;
    }
    give_sort(term);
    if (way_sort_family(term->sort) != WAY_SORT_BYTES)
        return term;
    assert(term->kids[0]); /* only what is asked for a field has its sort */
    way_complain(complaints_of(context), expr->place, "'%s' is %s: expected a number",
                 term->kids[0]->text, way_sort_name(term->kids[0]->sort));
    return NULL;
}
