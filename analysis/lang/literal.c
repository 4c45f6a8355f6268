/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading literals; each kind by a function of its own.
 */
#include "analysis/lang/literal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/lang/syntax.h"

/* Units by what they make: durations in ns, sizes in bytes, rates in bits. */
static const struct unit {
    const char *name;
    enum way_expr_kind kind;
    double factor;
} units[] = {{"ns", WAY_EXPR_SPAN, 1},          {"us", WAY_EXPR_SPAN, 1e3},
             {"ms", WAY_EXPR_SPAN, 1e6},        {"s", WAY_EXPR_SPAN, 1e9},
             {"min", WAY_EXPR_SPAN, 60e9},      {"h", WAY_EXPR_SPAN, 3600e9},
             {"%", WAY_EXPR_PERCENT, 0.01},     {"B", WAY_EXPR_NUMBER, 1},
             {"kB", WAY_EXPR_NUMBER, 1e3},      {"MB", WAY_EXPR_NUMBER, 1e6},
             {"GB", WAY_EXPR_NUMBER, 1e9},      {"KiB", WAY_EXPR_NUMBER, 1024},
             {"MiB", WAY_EXPR_NUMBER, 1048576}, {"GiB", WAY_EXPR_NUMBER, 1073741824},
             {"bit", WAY_EXPR_NUMBER, 1},       {"kbit", WAY_EXPR_NUMBER, 1e3},
             {"Mbit", WAY_EXPR_NUMBER, 1e6},    {"Gbit", WAY_EXPR_NUMBER, 1e9}};

static struct way_expr *make(struct way_parse *parse, enum way_expr_kind kind,
                             struct way_place place)
{
    return way_expr_new(parse, kind, place, NULL, NULL);
}

static struct way_expr *with_unit(struct way_parse *parse, struct way_place place,
                                  const char *digits, const char *name)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].name, name) != 0)
            continue;
        struct way_expr *expr = make(parse, units[i].kind, place);
        expr->real = strtod(digits, NULL) * units[i].factor;
        if (units[i].kind == WAY_EXPR_PERCENT)
            return expr;
        if (expr->real > 9e18) {
            way_complain(parse->complaints, place, "%s%s is too large", digits, name);
            return NULL;
        }
        expr->number = (int64_t)llround(expr->real);
        return expr;
    }
    way_complain(parse->complaints, place,
                 "'%s' is no unit: expected ns, us, ms, s, min, h, %%, B, kB, MB, GB, KiB, MiB, "
                 "GiB, bit, kbit, Mbit or Gbit",
                 name);
    return NULL;
}

static struct way_expr *number(struct way_parse *parse, struct way_place place, const char *text)
{
    char *end;

    errno = 0;
    if (strchr(text, '.') && text[1] != 'x') {
        struct way_expr *expr = make(parse, WAY_EXPR_REAL, place);
        expr->real = strtod(text, NULL);
        return expr;
    }
    struct way_expr *expr = make(parse, WAY_EXPR_NUMBER, place);
    long long value = strtoll(text, &end, text[0] == '0' && text[1] == 'x' ? 16 : 10);
    if (errno == ERANGE) {
        way_complain(parse->complaints, place, "%s is too large: expected less than 2^63", text);
        return NULL;
    }
    expr->number = value;
    return expr;
}

static struct way_expr *address(struct way_parse *parse, struct way_place place, char *text)
{
    char *slash = strchr(text, '/');
    struct in_addr parsed;
    struct way_expr *expr = make(parse, slash ? WAY_EXPR_PREFIX : WAY_EXPR_ADDRESS, place);

    if (slash) {
        *slash = '\0';
        expr->width = strlen(slash + 1) > 2 ? 33 : (size_t)strtoul(slash + 1, NULL, 10);
    }
    if (inet_pton(AF_INET, text, &parsed) != 1 || expr->width > 32) {
        way_complain(parse->complaints, place,
                     slash
                         ? "it is no prefix: expected four numbers from 0 to 255, '/', and 0 to 32"
                         : "it is no address: expected four numbers from 0 to 255");
        return NULL;
    }
    expr->number = ntohl(parsed.s_addr);
    if (slash && expr->width < 32 && (expr->number & (INT64_C(0xffffffff) >> expr->width))) {
        way_complain(
            parse->complaints, place,
            "the prefix has bits behind its %zu: is an address meant, or %d.%d.%d.%d/%zu?",
            expr->width, (int)((expr->number & ~(INT64_C(0xffffffff) >> expr->width)) >> 24 & 255),
            (int)((expr->number & ~(INT64_C(0xffffffff) >> expr->width)) >> 16 & 255),
            (int)((expr->number & ~(INT64_C(0xffffffff) >> expr->width)) >> 8 & 255),
            (int)((expr->number & ~(INT64_C(0xffffffff) >> expr->width)) & 255), expr->width);
        return NULL;
    }
    return expr;
}

static unsigned hex_of(char c)
{
    return isdigit((unsigned char)c) ? (unsigned)(c - '0')
                                     : (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

static struct way_expr *bytes(struct way_parse *parse, struct way_place place, const char *text,
                              size_t length)
{
    size_t count = (length + 1) / 3;
    char *raw = way_arena_take(parse->arena, count + 1);
    struct way_expr *expr = make(parse, count == 6 ? WAY_EXPR_MAC : WAY_EXPR_BYTES, place);

    for (size_t i = 0; i < count; i++) {
        raw[i] = (char)(hex_of(text[3 * i]) << 4 | hex_of(text[3 * i + 1]));
        expr->number = count == 6 ? expr->number << 8 | (uint8_t)raw[i] : 0;
    }
    expr->text = raw;
    expr->width = count;
    return expr;
}

/* One escaped character; moves `*at` behind it. */
static bool unescape(const char **at, const char *end, char *out)
{
    static const char codes[] = "\"\\nt", meant[] = "\"\\\n\t";
    const char *code = strchr(codes, **at);

    if (code && *code) {
        *out = meant[code - codes];
        (*at)++;
        return true;
    }
    if (**at != 'x' || end - *at < 3 || !isxdigit((unsigned char)(*at)[1]) ||
        !isxdigit((unsigned char)(*at)[2]))
        return false;
    *out = (char)(hex_of((*at)[1]) << 4 | hex_of((*at)[2]));
    *at += 3;
    return true;
}

static struct way_expr *string(struct way_parse *parse, struct way_place place, const char *text,
                               size_t length)
{
    struct way_expr *expr = make(parse, WAY_EXPR_STRING, place);
    char *raw = way_arena_take(parse->arena, length);
    const char *end = text + length - 1;

    for (text++; text < end;) {
        if (*text != '\\') {
            raw[expr->width++] = *text++;
            continue;
        }
        text++;
        if (!unescape(&text, end, &raw[expr->width++])) {
            way_complain(parse->complaints, place,
                         "behind '\\' expected one of: \\\" \\\\ \\n \\t \\xNN");
            return NULL;
        }
    }
    expr->text = raw;
    return expr;
}

struct way_expr *way_literal_new(struct way_parse *parse, struct way_place place, const char *text,
                                 size_t length)
{
    char *copy = way_arena_text(parse->arena, text, length);
    size_t dots = 0;

    if (copy[0] == '"')
        return string(parse, place, copy, length);
    if (strcmp(copy, "true") == 0 || strcmp(copy, "false") == 0 || strcmp(copy, "yes") == 0) {
        struct way_expr *expr = make(parse, WAY_EXPR_BOOL, place);
        expr->number = copy[0] != 'f';
        return expr;
    }
    if (length >= 5 && copy[2] == ':')
        return bytes(parse, place, copy, length);
    if (copy[0] == '0' && copy[1] == 'x')
        return number(parse, place, copy);
    for (size_t i = 0; i < length; i++)
        dots += copy[i] == '.';
    if (dots == 3)
        return address(parse, place, copy);
    size_t digits = strspn(copy, "0123456789.");
    if (digits == length)
        return number(parse, place, copy);
    const char *unit = way_arena_text(parse->arena, copy + digits, length - digits);
    copy[digits] = '\0';
    return with_unit(parse, place, copy, unit);
}

bool way_literal_slice(struct way_parse *parse, struct way_expr *name, const char *text)
{
    const char *bracket = strchr(text, '[');
    char *end;

    name->text = way_arena_text(parse->arena, text, (size_t)(bracket - text));
    name->sliced = true;
    errno = 0;
    name->from = strtoll(bracket + 1, &end, 10);
    end += strspn(end, " ");
    name->width = 1;
    if (*end == ':') {
        end += 1 + strspn(end + 1, " ");
        name->width = isdigit((unsigned char)*end) ? strtoull(end, NULL, 10) : SIZE_MAX;
    }
    if (errno || name->width == 0 || name->from > 65535 || name->from < -65535) {
        way_complain(parse->complaints, name->place,
                     "expected a position and a number of bytes: [4], [0:4] or [4:]");
        return false;
    }
    return true;
}

bool way_literal_key(struct way_parse *parse, struct way_expr *name, const char *text)
{
    const char *bracket = strchr(text, '['), *first = strchr(text, '"') + 1;
    const char *last = strrchr(text, '"');

    name->text = way_arena_text(parse->arena, text, (size_t)(bracket - text));
    name->key = way_arena_text(parse->arena, first, (size_t)(last - first));
    if (first == last) {
        way_complain(parse->complaints, name->place, "expected a name between the quotes");
        return false;
    }
    return true;
}
