/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Evaluating terms by walking them.
 */
#include "analysis/lang/evaluate.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "analysis/lang/arithmetic.h"
#include "analysis/lang/compare.h"

static bool value_of(struct way_evaluation *e, const struct way_term *term, struct way_datum *out);

/* Notes the first field that could not be had. Returns false. */
static bool unknown(struct way_evaluation *e, const struct way_term *term, enum way_presence why)
{
    if (!e->cause || (why == WAY_BROKEN && e->why == WAY_ABSENT)) {
        e->cause = term;
        e->why = why;
    }
    return false;
}

static struct way_datum *take_room(struct way_evaluation *e, size_t count)
{
    if (WAY_EVALUATION_ROOM - e->room_used < count)
        return NULL;
    struct way_datum *room = &e->room[e->room_used];
    e->room_used += count;
    return room;
}

static uint8_t *take_bytes(struct way_evaluation *e, size_t count)
{
    if (WAY_EVALUATION_BYTES - e->bytes_used < count)
        return NULL;
    uint8_t *bytes = &e->bytes[e->bytes_used];
    e->bytes_used += count;
    return bytes;
}

/* ---- fields ---- */

static enum way_presence get_values(const struct way_term *term, const struct way_seen *seen,
                                    struct way_values *values)
{
    if (term->has_flow && seen->remembered) {
        *values = seen->remembered[term->remembered];
        return seen->presences[term->remembered];
    }
    return way_field_get(&term->field, seen->view, values);
}

/* One value of a field, sliced where that is asked. */
static bool one_value(struct way_evaluation *e, const struct way_term *term,
                      const struct way_seen *seen, const struct way_value *value,
                      struct way_datum *out)
{
    struct way_value slice = *value;
    uint8_t *mac = value->type == WAY_TYPE_MAC ? take_bytes(e, 6) : e->bytes;

    if (!mac)
        return unknown(e, term, WAY_BROKEN);
    if (term->sliced && !way_value_slice(value, term->from, term->width, &slice))
        return unknown(e, term, WAY_ABSENT);
    *out = way_datum_of(&slice, mac);
    if (out->sort == WAY_SORT_TIME)
        out->tap = seen->tap;
    return true;
}

static bool field_value(struct way_evaluation *e, const struct way_term *term,
                        struct way_datum *out)
{
    const struct way_seen *seen = e->slots[term->slot];
    struct way_values values;

    if (!seen)
        return unknown(e, term, WAY_ABSENT);
    enum way_presence presence = get_values(term, seen, &values);
    if (presence != WAY_PRESENT || values.more) /* more than can be had: they cannot be read */
        return unknown(e, term, presence != WAY_PRESENT ? presence : WAY_BROKEN);
    if (!term->many)
        return values.count == 1 ? one_value(e, term, seen, &values.items[0], out)
                                 : unknown(e, term, WAY_ABSENT);
    struct way_datum *items = take_room(e, values.count);
    if (!items)
        return unknown(e, term, WAY_BROKEN);
    for (unsigned i = 0; i < values.count; i++)
        if (!one_value(e, term, seen, &values.items[i], &items[i]))
            return false;
    *out = (struct way_datum){
        .sort = term->sort, .shape = WAY_LIST, .tap = -1, .items = items, .count = values.count};
    return true;
}

enum { END_LEN = 6, FLOW_LEN = 1 + 2 * END_LEN };

/* Address and port of one side, as bytes in network order. */
static void put_end(uint8_t *at, way_be32 address, uint16_t port)
{
    memcpy(at, &address, 4);
    at[4] = (uint8_t)(port >> 8);
    at[5] = (uint8_t)port;
}

/* Protocol, then both ends; of a connection the lesser end first. */
static bool flow_value(struct way_evaluation *e, const struct way_term *term, struct way_datum *out)
{
    const struct way_seen *seen = e->slots[term->slot];
    const struct way_level *level = seen ? way_view_level(seen->view, 0) : NULL;
    uint8_t *key = take_bytes(e, FLOW_LEN);
    uint16_t source = 0, destination = 0;

    if (!level || !key || !(level->present >> WAY_LAYER_IP & 1))
        return unknown(e, term, WAY_ABSENT);
    if (level->present >> WAY_LAYER_TCP & 1) {
        source = level->tcp.source_port;
        destination = level->tcp.destination_port;
    } else if (level->present >> WAY_LAYER_UDP & 1) {
        source = level->udp.source_port;
        destination = level->udp.destination_port;
    }
    key[0] = level->ip.protocol;
    put_end(key + 1, level->ip.source, source);
    put_end(key + 1 + END_LEN, level->ip.destination, destination);
    if (term->kind == WAY_TERM_CONNECTION && memcmp(key + 1, key + 1 + END_LEN, END_LEN) > 0) {
        put_end(key + 1, level->ip.destination, destination);
        put_end(key + 1 + END_LEN, level->ip.source, source);
    }
    *out = (struct way_datum){.sort = WAY_SORT_BYTES, .tap = -1, .bytes = {key, FLOW_LEN}};
    return true;
}

static bool tap_value(struct way_evaluation *e, const struct way_term *term, struct way_datum *out)
{
    const struct way_seen *seen = e->slots[term->slot];

    if (!seen)
        return unknown(e, term, WAY_ABSENT);
    const char *name = e->program->taps[seen->tap];
    *out = (struct way_datum){
        .sort = WAY_SORT_STRING, .tap = -1, .bytes = {(const uint8_t *)name, strlen(name)}};
    return true;
}

static bool gather_value(struct way_evaluation *e, const struct way_term *term,
                         struct way_datum *out)
{
    if (term->datum.items) { /* it is known already */
        *out = term->datum;
        out->tap = -1;
        return true;
    }
    struct way_datum *items = take_room(e, term->count);
    if (!items)
        return unknown(e, term, WAY_BROKEN);
    for (size_t i = 0; i < term->count; i++)
        if (!value_of(e, term->items[i], &items[i]))
            return false;
    *out = (struct way_datum){.sort = term->sort,
                              .shape = term->datum.shape,
                              .tap = -1,
                              .items = items,
                              .count = term->count};
    return true;
}

/* ---- arithmetic ---- */

/* One calculates with one value: of a list, with its only one. */
static bool only_one(struct way_datum *datum)
{
    if (datum->shape == WAY_LIST && datum->count == 1)
        *datum = datum->items[0];
    return datum->shape == WAY_ONE;
}

static bool arithmetic_value(struct way_evaluation *e, const struct way_term *term,
                             struct way_datum *out)
{
    struct way_datum a = {.sort = WAY_SORT_ANY}, b = {.sort = WAY_SORT_ANY};

    if (!value_of(e, term->kids[0], &a) || !value_of(e, term->kids[1], &b))
        return false;
    if (only_one(&a) && only_one(&b) && way_arithmetic(e, term, &a, &b, out))
        return true;
    return unknown(e, term, WAY_ABSENT);
}

static bool function_value(struct way_evaluation *e, const struct way_term *term,
                           struct way_datum *out)
{
    struct way_datum a = {.sort = WAY_SORT_ANY}, b = {.sort = WAY_SORT_ANY};

    if (!value_of(e, term->kids[0], &a) || (term->kids[1] && !value_of(e, term->kids[1], &b)))
        return false;
    if (term->kind != WAY_TERM_LENGTH && (!only_one(&a) || (term->kids[1] && !only_one(&b))))
        return unknown(e, term, WAY_ABSENT);
    *out = a;
    switch (term->kind) {
    case WAY_TERM_NEGATE:
        out->real = -a.real;
        return !__builtin_sub_overflow(0, a.number, &out->number) || unknown(e, term, WAY_ABSENT);
    case WAY_TERM_ABS:
        out->real = fabs(a.real);
        return a.number >= 0 || !__builtin_sub_overflow(0, a.number, &out->number) ||
               unknown(e, term, WAY_ABSENT);
    case WAY_TERM_SEQDIFF:
        out->number = (int32_t)((uint32_t)a.number - (uint32_t)b.number);
        return true;
    case WAY_TERM_LENGTH:
        out->sort = WAY_SORT_NUMBER;
        out->number = (int64_t)(a.shape == WAY_ONE ? a.bytes.len : a.count);
        out->shape = WAY_ONE;
        return true;
    default: /* LOWER */
        break;
    }
    uint8_t *small = take_bytes(e, a.bytes.len);
    if (!small)
        return unknown(e, term, WAY_BROKEN);
    for (size_t i = 0; i < a.bytes.len; i++)
        small[i] = (uint8_t)tolower(a.bytes.at[i]);
    out->bytes.at = small;
    return true;
}

static bool value_of(struct way_evaluation *e, const struct way_term *term, struct way_datum *out)
{
    if (way_term_is_arithmetic(term->kind))
        return arithmetic_value(e, term, out);
    switch (term->kind) {
    case WAY_TERM_DATUM:
        *out = term->datum;
        return term->datum.sort != WAY_SORT_ANY || unknown(e, term, WAY_ABSENT);
    case WAY_TERM_FIELD:
        return field_value(e, term, out);
    case WAY_TERM_FLOW:
    case WAY_TERM_CONNECTION:
        return flow_value(e, term, out);
    case WAY_TERM_TAP:
        return tap_value(e, term, out);
    case WAY_TERM_GATHER:
        return gather_value(e, term, out);
    case WAY_TERM_NEGATE:
    case WAY_TERM_ABS:
    case WAY_TERM_LENGTH:
    case WAY_TERM_SEQDIFF:
    case WAY_TERM_LOWER:
        return function_value(e, term, out);
    case WAY_TERM_AGGREGATE:
        return (e->aggregate && e->aggregate(e->context, term, e, out)) ||
               unknown(e, term, WAY_ABSENT);
    default:
        return unknown(e, term, WAY_ABSENT);
    }
}

/* ---- conditions ---- */

static enum way_truth has(struct way_evaluation *e, const struct way_term *term)
{
    const struct way_term *field = term->kids[0];
    const struct way_seen *seen = e->slots[field->slot];
    struct way_values values;
    enum way_presence presence;

    if (!seen)
        return WAY_UNKNOWN;
    if (field->kind != WAY_TERM_FIELD) {
        struct way_datum ignored;
        return value_of(e, field, &ignored) ? WAY_TRUE : WAY_FALSE;
    }
    if (field->sliced)
        presence = get_values(field, seen, &values);
    else if (field->has_flow && seen->remembered)
        presence = seen->presences[field->remembered];
    else
        presence = way_field_has(&field->field, seen->view);
    if (presence == WAY_BROKEN) {
        unknown(e, field, WAY_BROKEN);
        return WAY_UNKNOWN;
    }
    struct way_value part;
    if (presence == WAY_PRESENT && field->sliced &&
        !(values.count && way_value_slice(&values.items[0], field->from, field->width, &part)))
        return WAY_FALSE;
    return presence == WAY_PRESENT ? WAY_TRUE : WAY_FALSE;
}

/* A comparison: its left side may be asked value by value. */
static enum way_truth comparison(struct way_evaluation *e, const struct way_term *term)
{
    const struct way_term *before = e->cause;
    enum way_presence why = e->why;
    struct way_datum left = {.sort = WAY_SORT_ANY}, right = {.sort = WAY_SORT_ANY};
    struct way_datum tolerance = {.sort = WAY_SORT_NUMBER};

    if (!value_of(e, term->kids[0], &left)) {
        if (term->each != WAY_ANY_OF || e->why != WAY_ABSENT)
            return WAY_UNKNOWN;
        e->cause = before; /* there is none that could be it */
        e->why = why;
        return WAY_FALSE;
    }
    if (!value_of(e, term->kids[1], &right) ||
        (term->kids[2] && !value_of(e, term->kids[2], &tolerance)))
        return WAY_UNKNOWN;
    if (term->each == WAY_WHOLE)
        return way_compare(e, term, &left, &right, &tolerance);
    if (left.shape == WAY_ONE) {
        return way_compare(e, term, &left, &right, &tolerance);
    }
    enum way_truth truth = term->each == WAY_ANY_OF ? WAY_FALSE : WAY_TRUE;
    for (size_t i = 0; i < left.count; i++) {
        enum way_truth one = way_compare(e, term, &left.items[i], &right, &tolerance);
        if (term->each == WAY_ANY_OF ? one > truth : one < truth)
            truth = one;
    }
    return truth;
}

/* A yes/no field that stands alone; of several one is enough. */
static enum way_truth plain(struct way_evaluation *e, const struct way_term *term)
{
    struct way_datum value = {.sort = WAY_SORT_ANY};

    if (!value_of(e, term, &value))
        return WAY_UNKNOWN;
    if (value.shape == WAY_ONE)
        return value.number ? WAY_TRUE : WAY_FALSE;
    for (size_t i = 0; i < value.count; i++)
        if (value.items[i].number)
            return WAY_TRUE;
    return WAY_FALSE;
}

static enum way_truth truth_of(struct way_evaluation *e, const struct way_term *term)
{
    enum way_truth left, right;

    if (way_term_is_comparison(term->kind))
        return comparison(e, term);
    switch (term->kind) {
    case WAY_TERM_HAS:
        return has(e, term);
    case WAY_TERM_LACKS:
        return way_truth_not(has(e, term));
    case WAY_TERM_NOT:
        return way_truth_not(truth_of(e, term->kids[0]));
    case WAY_TERM_AND:
        left = truth_of(e, term->kids[0]);
        if (left == WAY_FALSE)
            return WAY_FALSE;
        right = truth_of(e, term->kids[1]);
        return left < right ? left : right;
    case WAY_TERM_OR:
        left = truth_of(e, term->kids[0]);
        if (left == WAY_TRUE)
            return WAY_TRUE;
        right = truth_of(e, term->kids[1]);
        return left > right ? left : right;
    default:
        return plain(e, term);
    }
}

enum way_truth way_evaluate(struct way_evaluation *evaluation, const struct way_term *condition)
{
    evaluation->room_used = evaluation->room_from;
    evaluation->bytes_used = evaluation->bytes_from;
    evaluation->cause = NULL;
    evaluation->why = WAY_ABSENT;
    return truth_of(evaluation, condition);
}

bool way_evaluate_more(struct way_evaluation *evaluation, const struct way_term *term,
                       struct way_datum *out)
{
    evaluation->cause = NULL;
    evaluation->why = WAY_ABSENT;
    if (!term->is_truth)
        return value_of(evaluation, term, out);
    *out = (struct way_datum){.sort = WAY_SORT_BOOL, .tap = -1};
    enum way_truth truth = truth_of(evaluation, term);
    out->number = truth == WAY_TRUE;
    return truth == WAY_TRUE || truth == WAY_FALSE;
}

bool way_evaluate_value(struct way_evaluation *evaluation, const struct way_term *term,
                        struct way_datum *out)
{
    evaluation->room_used = evaluation->room_from;
    evaluation->bytes_used = evaluation->bytes_from;
    return way_evaluate_more(evaluation, term, out);
}
