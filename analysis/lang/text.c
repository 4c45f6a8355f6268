/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Texts in which names stand: filters as libpcap reads them, words as people do.
 */
#include <ctype.h>
#include <string.h>

#include "analysis/lang/resolver.h"

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

/* A text that grows. */
struct growing {
    struct way_arena *arena;
    char *text;
    size_t length, room;
};

/* False where it would be too long. */
static bool append(struct growing *to, const char *text, size_t length)
{
    if (length > WAY_RESOLVE_TEXT_MAX - to->length)
        return false;
    if (to->length + length >= to->room) {
        size_t room = 2 * (to->length + length) + 64;
        char *larger = way_arena_take(to->arena, room);
        if (to->length)
            memcpy(larger, to->text, to->length);
        to->text = larger;
        to->room = room;
    }
    if (length)
        memcpy(to->text + to->length, text, length);
    to->length += length;
    to->text[to->length] = '\0';
    return true;
}

/* One stretch without a name, and the name behind it. Returns where the text goes on; NULL
 * after a complaint, or (`*fits` false) where it grows too long. */
static const char *replace_one(struct way_context *context, struct way_place place,
                               const char *text, bool filter, struct growing *done, bool *fits)
{
    size_t plain = strcspn(text, "$"), length = 0;
    const char *name = NULL;
    size_t used = text[plain] ? name_behind(text + plain + 1, &name, &length) : 0;

    if (!used) {
        plain += text[plain] != '\0';
        *fits = append(done, text, plain);
        return *fits ? text + plain : NULL;
    }
    *fits = append(done, text, plain);
    char *in = *fits ? replacement(context, place, way_arena_text(done->arena, name, length),
                                   done->text, done->length, filter)
                     : NULL;
    if (!in)
        return NULL;
    *fits = append(done, in, strlen(in));
    return *fits ? text + plain + 1 + used : NULL;
}

char *way_resolve_text(struct way_context *context, struct way_place place, const char *text,
                       bool filter)
{
    struct growing done = {.arena = &context->resolver->program->arena};
    bool fits = append(&done, "", 0);

    if (context->depth > WAY_RESOLVE_DEPTH_MAX) {
        way_complain(&context->resolver->program->complaints, place,
                     "the text is explained by itself");
        return NULL;
    }
    while (text && *text)
        text = replace_one(context, place, text, filter, &done, &fits);
    if (!fits)
        way_complain(&context->resolver->program->complaints, place,
                     "the text, with its names replaced, is longer than %d bytes",
                     WAY_RESOLVE_TEXT_MAX);
    return text ? done.text : NULL;
}
