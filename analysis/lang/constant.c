/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What is known when the file is read: values that ask no packet.
 */
#include "analysis/lang/evaluate.h"
#include "analysis/lang/resolver.h"

/* Ten years, ns: added to any stamp it is still a time. */
static const int64_t SPAN_MAX = INT64_C(87600) * 3600 * 1000000000;

static struct way_complaints *complaints_of(struct way_context *context)
{
    return &context->resolver->program->complaints;
}

struct way_evaluation *way_resolve_evaluation(struct way_context *context)
{
    struct way_resolver *resolver = context->resolver;

    if (!resolver->evaluation)
        resolver->evaluation =
            way_arena_take(&resolver->program->arena, sizeof *resolver->evaluation);
    resolver->evaluation->program = resolver->program;
    return resolver->evaluation;
}

/* The datum with items of its own: the evaluation's room is used again. (Bytes are those of
 * the file, or of the world.) */
static struct way_datum copy_of(struct way_arena *arena, const struct way_datum *datum)
{
    struct way_datum copy = *datum;

    if (datum->shape == WAY_ONE || datum->count == 0)
        return copy;
    struct way_datum *items = way_arena_take(arena, datum->count * sizeof *items);
    for (size_t i = 0; i < datum->count; i++)
        items[i] = copy_of(arena, &datum->items[i]);
    copy.items = items;
    return copy;
}

static bool is_known(const struct way_term *term)
{
    return term->kind == WAY_TERM_DATUM ? term->datum.sort != WAY_SORT_ANY
                                        : term->kind == WAY_TERM_GATHER && term->datum.items;
}

void way_constant_fold(struct way_context *context, struct way_term *term)
{
    if (term->count == 0)
        return;
    for (size_t i = 0; i < term->count; i++)
        if (!is_known(term->items[i]))
            return;
    struct way_datum *items =
        way_arena_take(&context->resolver->program->arena, term->count * sizeof *items);
    for (size_t i = 0; i < term->count; i++)
        items[i] = term->items[i]->datum;
    term->datum.sort = term->sort;
    term->datum.items = items;
    term->datum.count = term->count;
}

bool way_resolve_constant(struct way_context *context, const struct way_expr *expr,
                          struct way_datum *out)
{
    struct way_context inner = *context;

    inner.constant = true;
    struct way_term *term = way_resolve_term(&inner, expr);
    if (!term)
        return false;
    if (term->sort == WAY_SORT_ANY && term->kind == WAY_TERM_DATUM) {
        *out = term->datum;
        return true;
    }
    if (term->slots == 0 && !term->is_truth &&
        way_evaluate_value(way_resolve_evaluation(context), term, out)) {
        *out = copy_of(&context->resolver->program->arena, out);
        return true;
    }
    if (context->resolver->world->open && term->slots == 0) {
        *out = (struct way_datum){.sort = WAY_SORT_ANY, .tap = -1};
        return true;
    }
    way_complain(complaints_of(context), expr->place,
                 "'%s' has no value before packets are seen: expected one that has", term->text);
    return false;
}

bool way_resolve_span(struct way_context *context, const struct way_expr *expr, int64_t *out)
{
    struct way_datum datum;

    if (!way_resolve_constant(context, expr, &datum))
        return false;
    *out = datum.number;
    if (datum.sort == WAY_SORT_SPAN && datum.shape == WAY_ONE && datum.number > SPAN_MAX) {
        way_complain(complaints_of(context), expr->place,
                     "it is too long: expected at most 87600h");
        return false;
    }
    if (datum.sort == WAY_SORT_ANY || (datum.shape == WAY_ONE && datum.number == 0) ||
        (datum.sort == WAY_SORT_SPAN && datum.shape == WAY_ONE && datum.number >= 0))
        return true;
    way_complain(complaints_of(context), expr->place, "expected a duration, such as 10ms");
    return false;
}
