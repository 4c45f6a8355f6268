/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names in expressions that ask a packet: a field, of which packet, which bytes.
 */
#include <string.h>

#include "analysis/lang/nearest.h"
#include "analysis/lang/resolver.h"

static struct way_complaints *complaints_of(struct way_context *context)
{
    return &context->resolver->program->complaints;
}

/* Notes that a field needs the earlier packets of its capture: it is remembered
 * for packets that are kept. */
static void remember(struct way_context *context, struct way_term *term)
{
    struct way_program *program = context->resolver->program;

    term->has_flow = true;
    if (term->field.info->needs > program->needs)
        program->needs = term->field.info->needs;
    for (size_t i = 0; i < program->remembered_count; i++) {
        const struct way_field *known = program->remembered[i];
        bool same_key = known->key == term->field.key ||
                        (known->key && term->field.key && !strcmp(known->key, term->field.key));
        if (known->info == term->field.info && same_key) {
            term->remembered = (unsigned)i;
            return;
        }
    }
    size_t count = program->remembered_count;
    if ((count & (count - 1)) == 0) { /* it is full: there is room for powers of two */
        const struct way_field **grown =
            way_arena_take(&program->arena, (count ? 2 * count : 1) * sizeof(void *));
        if (count)
            memcpy(grown, program->remembered, count * sizeof(void *));
        program->remembered = grown;
    }
    program->remembered[count] = &term->field;
    term->remembered = (unsigned)program->remembered_count++;
}

/* Names that are no fields of one packet's bytes, and short ones for some. */
static bool special(const char *name, size_t length, enum way_term_kind *kind, const char **field)
{
    static const struct {
        const char *name;
        enum way_term_kind kind;
        const char *field;
    } names[] = {{"flow", WAY_TERM_FLOW, NULL},
                 {"connection", WAY_TERM_CONNECTION, NULL},
                 {"tap", WAY_TERM_TAP, NULL},
                 {"time", WAY_TERM_FIELD, "frame.time_epoch"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) == length && memcmp(names[i].name, name, length) == 0) {
            *kind = names[i].kind;
            *field = names[i].field;
            return true;
        }
    }
    return false;
}

/* Says what may have been meant. Returns false. */
static bool no_field(struct way_context *context, const struct way_expr *expr, const char *name)
{
    static const char *const keys[] = {"connection", "flow", "time"};
    const char *near = way_field_nearest(name, strlen(name));
    struct way_nearest bound = way_nearest(expr->text);

    for (const struct way_item *item = context->resolver->items; item; item = item->next)
        if (item->kind == WAY_ITEM_MACRO)
            way_nearest_offer(&bound, item->name);
    for (unsigned i = 0; context->expected && i < context->expected->slot_count; i++)
        way_nearest_offer(&bound, context->expected->slot_names[WAY_SLOT_BOUND + i]);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        way_nearest_offer(&bound, keys[i]);
    if (!strchr(expr->text, '.') && bound.best)
        near = bound.best;
    if (near)
        way_complain(complaints_of(context), expr->place,
                     "there is no field '%s': did you mean '%s'?", name, near);
    else
        way_complain(complaints_of(context), expr->place,
                     "there is no field '%s': expected one (waylay-assert --fields), or a text in "
                     "quotes",
                     name);
    return false;
}

/* Which packet a name speaks of; moves the name behind that. 0 is the packet
 * at hand. False after a complaint. */
static bool slot_of(struct way_context *context, const struct way_expr *expr, const char **name,
                    unsigned *slot)
{
    const char *dot = strchr(*name, '.');
    size_t length = dot ? (size_t)(dot - *name) : 0;

    *slot = WAY_SLOT_SELF;
    if (!dot)
        return true;
    if (length == 3 && memcmp(*name, "was", 3) == 0) {
        if (!context->was) {
            way_complain(complaints_of(context), expr->place,
                         "'was' is the packet that a relation starts from: there is none here");
            return false;
        }
        *slot = context->was_is_self ? WAY_SLOT_SELF : WAY_SLOT_WAS;
        *name = dot + 1;
    } else if ((*slot = way_resolve_slot(context, *name, length)) != WAY_SLOT_SELF) {
        *name = dot + 1;
    }
    return true;
}

/* What the name says: a field of the table, or one of the special names. */
static bool find(struct way_context *context, const struct way_expr *expr, const char *name,
                 struct way_term *term)
{
    const char *alias = NULL;

    if (special(name, strlen(name), &term->kind, &alias) && !alias) {
        term->sort = term->kind == WAY_TERM_TAP ? WAY_SORT_STRING : WAY_SORT_BYTES;
        return true;
    }
    name = alias ? alias : name;
    if (!way_field_find(name, strlen(name), &term->field))
        return no_field(context, expr, name);
    term->sort = way_sort_of(term->field.info->type);
    term->many = term->field.info->many;
    term->field.key = expr->key;
    if (term->field.info->keyed != (expr->key != NULL)) {
        way_complain(complaints_of(context), expr->place,
                     term->field.info->keyed ? "'%s' needs a name: %s[\"...\"]"
                                             : "'%s' takes no name: expected %s alone",
                     name, name);
        return false;
    }
    if (term->field.info->needs != WAY_NEEDS_PACKET)
        remember(context, term);
    return true;
}

/* Some bytes of it. */
static bool slice(struct way_context *context, struct way_term *term)
{
    if (way_sort_family(term->sort) != WAY_SORT_BYTES || term->sort == WAY_SORT_MAC || term->many) {
        way_complain(complaints_of(context), term->place, "'%s' is %s: it has no bytes to pick",
                     term->text, way_sort_name(term->sort));
        return false;
    }
    term->sort = WAY_SORT_BYTES;
    return true;
}

struct way_term *way_resolve_field(struct way_context *context, const struct way_expr *expr)
{
    const char *name = expr->text;
    unsigned slot;

    if (!slot_of(context, expr, &name, &slot))
        return NULL;
    struct way_term *term = way_term_new(context, WAY_TERM_FIELD, expr->place);
    term->slot = slot;
    term->slots = UINT64_C(1) << slot;
    term->sliced = expr->sliced;
    term->from = expr->from;
    term->width = expr->width;
    if (!find(context, expr, name, term))
        return NULL;
    if (slot == WAY_SLOT_SELF && !context->packet) {
        way_complain(complaints_of(context), expr->place,
                     "'%s' asks a packet, and there is none here: name one that was bound by 'as'",
                     expr->text);
        return NULL;
    }
    return !expr->sliced || slice(context, term) ? term : NULL;
}
