/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Rules: which clause belongs to what, and which go together.
 *
 * The clauses before a relation speak of the packets that the rule is about,
 * those behind it of the other ones.
 */
#include <math.h>
#include <string.h>

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

static bool is_relation(const struct way_clause *clause)
{
    return clause->kind >= WAY_CLAUSE_AFTER_ITS;
}

static struct way_clause *relation_of(struct way_clause *clauses)
{
    while (clauses && !is_relation(clauses))
        clauses = clauses->next;
    return clauses;
}

/* A condition demanded by `with`, and one before it. */
static bool demand(struct way_context *context, const struct way_clause *clause,
                   struct way_term **with)
{
    struct way_context inner = *context;

    inner.packet = true;
    struct way_term *term = way_resolve_condition(&inner, clause->expr);
    if (!term)
        return false;
    if (!*with) {
        *with = term;
        return true;
    }
    struct way_term *both = way_term_new(context, WAY_TERM_AND, (*with)->place);
    both->is_truth = true;
    both->kids[0] = *with;
    both->kids[1] = term;
    both->slots = (*with)->slots | term->slots;
    both->has_flow = (*with)->has_flow || term->has_flow;
    *with = both;
    return true;
}

static bool take_within(struct way_context *context, const struct way_clause *clause,
                        struct way_rule *rule)
{
    const struct way_expr *expr = clause->expr;

    if (rule->has_within)
        return refuse(context, clause->place, "the rule says 'within' already");
    rule->has_within = true;
    rule->at_least = 0;
    if (expr->kind == WAY_EXPR_RANGE) {
        if (!way_resolve_span(context, expr->left, &rule->at_least) ||
            !way_resolve_span(context, expr->right, &rule->at_most))
            return false;
        if (rule->at_most < rule->at_least)
            return refuse(context, clause->place, "the range ends before it begins");
    } else if (!way_resolve_span(context, expr, &rule->at_most)) {
        return false;
    }
    return !clause->point || way_resolve_edge(context, clause->point, &rule->anchor);
}

/* ---- keys of joins ---- */

/* `was.a == b`: a of the rule's packet, b of the other one. */
static bool key_pair(struct way_context *context, const struct way_expr *expr, struct way_key *key)
{
    const struct way_expr *sides[] = {expr->left, expr->right};
    struct way_context plain = *context, self = *context;

    plain.packet = self.packet = plain.was = self.was = true;
    self.was_is_self = true;
    for (size_t i = 0; i < 2; i++) {
        struct way_term *side = way_resolve_term(&plain, sides[i]);
        if (!side)
            return false;
        if (side->slots == UINT64_C(1) << WAY_SLOT_WAS)
            key->main = way_resolve_term(&self, sides[i]);
        else if (side->slots == WAY_SLOTS_SELF)
            key->other = side;
    }
    if (key->main && key->other)
        return true;
    return refuse(context, expr->place, "expected a field that both have, or: was.FIELD == FIELD");
}

static bool take_keys(struct way_context *context, const struct way_expr *exprs,
                      struct way_rule *rule)
{
    struct way_context inner = *context;
    size_t count = 0;

    inner.packet = true;
    inner.was = false;
    for (const struct way_expr *expr = exprs; expr; expr = expr->next)
        count++;
    rule->keys = way_arena_take(&context->resolver->program->arena, count * sizeof *rule->keys);
    for (const struct way_expr *expr = exprs; expr; expr = expr->next) {
        struct way_key *key = &rule->keys[rule->key_count++];
        if (expr->kind == WAY_EXPR_EQUAL && !expr->third) {
            if (!key_pair(context, expr, key))
                return false;
            continue;
        }
        key->main = key->other = way_resolve_term(&inner, expr);
        if (!key->main)
            return false;
        if (key->main->is_truth || key->main->slots != WAY_SLOTS_SELF)
            return refuse(context, expr->place,
                          "expected a field that both have, or: was.FIELD == FIELD");
    }
    return true;
}

static bool is_connection(const struct way_expr *exprs)
{
    return exprs && !exprs->next && exprs->kind == WAY_EXPR_NAME &&
           strcmp(exprs->text, "connection") == 0;
}

static bool take_join(struct way_context *context, const struct way_clause *clause,
                      struct way_rule *rule)
{
    if (rule->join != WAY_JOIN_NONE)
        return refuse(context, clause->place, "the relation is joined already");
    rule->join = clause->kind == WAY_CLAUSE_MATCHED || clause->join == WAY_JOIN_FIELDS
                     ? WAY_JOIN_FIELDS
                     : clause->join;
    if (rule->join != WAY_JOIN_FIELDS)
        return true;
    if (clause->kind == WAY_CLAUSE_JOINED && is_connection(clause->expr)) {
        rule->join = WAY_JOIN_CONNECTION;
        return true;
    }
    return take_keys(context, clause->expr, rule);
}

/* ---- clauses ---- */

/* A clause that speaks of the rule's own packets. */
static bool take_main(struct way_context *context, const struct way_clause *clause,
                      struct way_rule *rule)
{
    struct way_context inner = *context;

    inner.running = true;
    switch (clause->kind) {
    case WAY_CLAUSE_WITH:
        return demand(&inner, clause, &rule->with);
    case WAY_CLAUSE_WITHIN:
        return take_within(context, clause, rule);
    case WAY_CLAUSE_MAY_BE_NONE:
        rule->may_be_none = true;
        return true;
    case WAY_CLAUSE_JOINED:
    case WAY_CLAUSE_MATCHED:
        return refuse(context, clause->place,
                      "there is nothing to join yet: expected a relation before it, such as "
                      "'followed by', 'after its' or 'becomes on'");
    default:
        return true;
    }
}

/* A clause behind a relation. */
static bool take_other(struct way_context *context, const struct way_clause *clause,
                       struct way_rule *rule)
{
    if (is_relation(clause))
        return refuse(context, clause->place,
                      "one rule has one relation: bind the packet with 'as' and write another "
                      "rule");
    switch (clause->kind) {
    case WAY_CLAUSE_PER:
        return refuse(context, clause->place,
                      "groups are of the packets that the rule is about: expected 'per' before the "
                      "relation");
    case WAY_CLAUSE_WITH:
        if (rule->relation == WAY_RELATION_VANISHES)
            return refuse(context, clause->place,
                          "what does not appear has no packet that can be asked: expected 'with' "
                          "or 'where' before the relation");
        return demand(context, clause, &rule->other_with);
    case WAY_CLAUSE_WITHIN:
        if (clause->point)
            return refuse(context, clause->place,
                          "behind a relation 'within' counts from the packet that it starts from");
        return take_within(context, clause, rule);
    case WAY_CLAUSE_MAY_BE_NONE:
        rule->may_be_none = true;
        return true;
    case WAY_CLAUSE_JOINED:
    case WAY_CLAUSE_MATCHED:
        return take_join(context, clause, rule);
    default:
        return true;
    }
}

/* A number that stands there must be how many packets there can be. */
static bool is_count(struct way_context *context, const struct way_term *term)
{
    const struct way_term *one = term->kind == WAY_TERM_NEGATE ? term->kids[0] : term;

    /* What is computed of a run's numbers may come to anything. */
    if (one->kind != WAY_TERM_DATUM || way_sort_family(one->datum.sort) != WAY_SORT_NUMBER ||
        one->datum.shape != WAY_ONE)
        return true;
    double number = way_datum_real(&one->datum) * (one == term ? 1 : -1);
    if (number >= 0 && number == floor(number))
        return true;
    way_complain(complaints_of(context), term->place,
                 "there cannot be %g packets: expected 0, 1, 2 ...", number);
    return false;
}

static bool count_term(struct way_context *context, const struct way_expr *expr,
                       struct way_term **out)
{
    struct way_context inner = *context;

    if (!expr)
        return true;
    inner.packet = inner.was = false;
    *out = way_resolve_term(&inner, expr);
    if (!*out)
        return false;
    enum way_sort family = way_sort_family((*out)->sort);
    if (family != WAY_SORT_NUMBER && family != WAY_SORT_ANY)
        return refuse(context, expr->place, "expected a number");
    return is_count(context, *out);
}

static bool same_taps(const struct way_select *a, const struct way_select *b)
{
    if (a->tap_count != b->tap_count)
        return false;
    for (size_t i = 0; i < a->tap_count; i++)
        if (a->taps[i] != b->taps[i])
            return false;
    return true;
}

/* Relations across taps name their join; what is the same packet has one of its own. */
static bool join_is_named(struct way_context *context, const struct way_clause *relation,
                          struct way_rule *rule)
{
    bool its =
        rule->relation == WAY_RELATION_AFTER_ITS || rule->relation == WAY_RELATION_BEFORE_ITS;
    const uint64_t was = UINT64_C(1) << WAY_SLOT_WAS;
    bool asked =
        (rule->other->slots & was) || (rule->other_with && (rule->other_with->slots & was));

    if (rule->relation >= WAY_RELATION_BECOMES) {
        if (rule->join == WAY_JOIN_NONE || rule->join == WAY_JOIN_FIELDS)
            return true;
        return refuse(context, relation->place,
                      "the same packet is found by what it is: expected 'matched by' and fields");
    }
    if (rule->join != WAY_JOIN_NONE || (!its && (asked || same_taps(rule->main, rule->other))))
        return true;
    return refuse(context, relation->place,
                  "which packet belongs to which? expected 'joined by' and fields, 'order' or "
                  "'connection'");
}

static bool quantifiers_fit(struct way_context *context, const struct way_event *event,
                            const struct way_clause *relation, const struct way_rule *rule)
{
    if (rule->quantifier == WAY_EACH_FIRST && rule->main->per_count == 0 &&
        rule->join != WAY_JOIN_CONNECTION)
        return refuse(context, event->whole,
                      "the first of what? expected 'per' and fields, such as: per connection");
    if ((rule->quantifier == WAY_FIRST || rule->quantifier == WAY_LAST) && rule->main->per_count)
        return refuse(context, event->whole,
                      "there is one first packet: expected 'each first' with 'per'");
    if (rule->main->slot && rule->quantifier != WAY_FIRST && rule->quantifier != WAY_LAST)
        return refuse(context, event->whole,
                      "'as' binds one packet: expected 'first' or 'last', or 'for each' before "
                      "the rules");
    if (rule->has_within && !relation && rule->anchor.kind == WAY_EDGE_OPEN)
        return refuse(context, event->whole,
                      "within that time of what? expected 'after NAME', or 'within ... of NAME'");
    enum way_quantifier other = rule->other_quantifier;
    if (relation && (other == WAY_EACH || other == WAY_EACH_FIRST || other == WAY_LAST))
        return refuse(context, relation->place,
                      "expected some, no, first, exactly, at least or at most behind a relation");
    return true;
}

/* Running numbers are known while packets pass: of single ones. */
static bool running_fits(struct way_context *context, const struct way_event *event,
                         const struct way_rule *rule)
{
    bool single = !rule->relation && !rule->has_within && !rule->main->slots &&
                  !context->expected->scope_count && (rule->with->slots & ~WAY_SLOTS_SELF) == 0 &&
                  rule->quantifier != WAY_FIRST && rule->quantifier != WAY_LAST;

    return single ||
           refuse(context, event->whole,
                  "a running number is known only while packets pass: the rule can have no "
                  "relation, no packet that was bound, and no window but between marks");
}

static enum way_relation relation_kind(enum way_clause_kind kind)
{
    return (enum way_relation)(kind - WAY_CLAUSE_AFTER_ITS + WAY_RELATION_AFTER_ITS);
}

/* Resolves the relation and what follows it. */
static bool take_relation(struct way_context *context, struct way_clause *relation,
                          struct way_rule *rule)
{
    struct way_context inner = *context;
    struct way_event packet = {.place = relation->place, .quantifier = WAY_SOME};
    const struct way_event *event = relation->event ? relation->event : &packet;

    inner.was = true;
    rule->relation = relation_kind(relation->kind);
    rule->form = relation->form;
    rule->other_quantifier = event->quantifier;
    if (!count_term(context, event->count, &rule->other_count))
        return false;
    rule->other = way_resolve_select(&inner, event, relation->next, NULL, relation->words);
    if (!rule->other)
        return false;
    if (rule->other->slot)
        return refuse(context, relation->place,
                      "nothing can be bound behind a relation: write a rule of its own");
    for (const struct way_clause *clause = relation->next; clause; clause = clause->next)
        if (!take_other(&inner, clause, rule))
            return false;
    return join_is_named(context, relation, rule);
}

static bool take_expect(struct way_context *context, const struct way_event *event,
                        struct way_rule *rule)
{
    struct way_context inner = *context;

    inner.packet = inner.was = false;
    rule->with = way_resolve_condition(&inner, event->expect);
    return rule->with != NULL;
}

struct way_rule *way_resolve_rule(struct way_context *context, const struct way_event *event)
{
    struct way_arena *arena = &context->resolver->program->arena;
    struct way_rule *rule = way_arena_take(arena, sizeof *rule);

    rule->place = event->whole;
    rule->text = way_place_text(arena, event->whole, WAY_PLACE_WHOLE);
    rule->quantifier = event->quantifier;
    if (event->quantifier == WAY_EXPECT)
        return take_expect(context, event, rule) ? rule : NULL;
    struct way_clause *relation = relation_of(event->clauses);
    if (!count_term(context, event->count, &rule->count))
        return NULL;
    /* `with` may not speak of what the rule itself binds: it is that packet. */
    for (const struct way_clause *clause = event->clauses; clause != relation;
         clause = clause->next)
        if (!take_main(context, clause, rule))
            return NULL;
    rule->main = way_resolve_select(context, event, event->clauses, relation, NULL);
    if (!rule->main || (relation && !take_relation(context, relation, rule)))
        return NULL;
    if (rule->has_within && !relation && rule->anchor.kind == WAY_EDGE_OPEN)
        rule->anchor = rule->main->from;
    return quantifiers_fit(context, event, relation, rule) &&
                   (!way_term_is_running(rule->with) || running_fits(context, event, rule))
               ? rule
               : NULL;
}
