/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The URL's parser: a table of keys, each with its setter and with the words
 * that say what it takes. Splitting, decoding and complaining are the same for
 * all of them.
 */
#include "emu/origin/object.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A decoded value: NUL-terminated, and free of NUL inside. */
enum { VALUE_MAX = WAY_OBJECT_HEADER_NAME_MAX + 1 + WAY_OBJECT_HEADER_VALUE_MAX };

struct span {
    const char *at, *end;
};

static size_t span_len(struct span s)
{
    return (size_t)(s.end - s.at);
}

static struct span span_of(const char *text)
{
    return (struct span){text, text + strlen(text)};
}

/* Takes what stands before the first `stop` off `s`; the stop itself goes. */
static struct span take_until(struct span *s, char stop)
{
    const char *at = s->at == s->end ? NULL : memchr(s->at, stop, span_len(*s));
    struct span head = {s->at, at ? at : s->end};
    s->at = at ? at + 1 : s->end;
    return head;
}

void way_object_printable(const char *from, size_t len, char *to, size_t room)
{
    size_t n = len < room - 1 ? len : room - 1;
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
    to[n] = '\0';
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c | ((c >= 'A' && c <= 'F') ? 0x20 : 0)) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Percent-decodes `s` into `to`. False: a bad escape, a NUL, or too long. */
static bool decode(struct span s, char *to, size_t max)
{
    size_t n = 0;
    while (s.at < s.end) {
        char c = *s.at++;
        if (c == '%') {
            int high = span_len(s) >= 2 ? hex_digit(s.at[0]) : -1;
            int low = span_len(s) >= 2 ? hex_digit(s.at[1]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            s.at += 2;
        }
        if (c == '\0' || n == max)
            return false;
        to[n++] = c;
    }
    to[n] = '\0';
    return true;
}

/* A decimal number at the start of `*text`, at most `max`; moves `*text` behind it. */
static bool take_number(const char **text, uint64_t max, uint64_t *out)
{
    const char *at = *text;
    uint64_t value = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        unsigned digit = (unsigned)(*at - '0');
        if (value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (at == *text)
        return false;
    *text = at;
    *out = value;
    return true;
}

struct unit {
    const char *name;
    uint64_t factor;
};

/* A number with one of the units (a list that ends with a NULL name). */
static bool number_with_unit(const char *text, const struct unit *units, uint64_t max,
                             uint64_t *out)
{
    uint64_t number;
    if (!take_number(&text, max, &number))
        return false;
    for (const struct unit *u = units; u->name; u++)
        if (strcasecmp(text, u->name) == 0) {
            *out = number * u->factor;
            return number <= max / u->factor;
        }
    return false;
}

static bool size_value(const char *text, uint64_t *out)
{
    static const struct unit units[] = {
        {"", 1},
        {"B", 1},
        {"k", 1000},
        {"kB", 1000},
        {"M", 1000000},
        {"MB", 1000000},
        {"G", 1000000000},
        {"GB", 1000000000},
        {"Ki", UINT64_C(1) << 10},
        {"KiB", UINT64_C(1) << 10},
        {"Mi", UINT64_C(1) << 20},
        {"MiB", UINT64_C(1) << 20},
        {"Gi", UINT64_C(1) << 30},
        {"GiB", UINT64_C(1) << 30},
        {NULL, 0},
    };
    return number_with_unit(text, units, WAY_OBJECT_SIZE_MAX, out);
}

static bool set_size(struct way_object *o, const char *value)
{
    return size_value(value, &o->size);
}

static bool set_seed(struct way_object *o, const char *value)
{
    return take_number(&value, UINT64_MAX, &o->seed) && *value == '\0';
}

static bool set_delay(struct way_object *o, const char *value)
{
    static const struct unit units[] = {
        {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {NULL, 0}};
    uint64_t delay;
    if (!number_with_unit(value, units, WAY_OBJECT_DELAY_MAX_S * UINT64_C(1000000000), &delay))
        return false;
    o->delay = (int64_t)delay;
    return true;
}

static bool set_status(struct way_object *o, const char *value)
{
    uint64_t status;
    if (!take_number(&value, 599, &status) || *value || status < 200)
        return false;
    o->status = (unsigned)status;
    return true;
}

static bool set_switch(bool *to, const char *value)
{
    *to = strcmp(value, "1") == 0;
    return *to || strcmp(value, "0") == 0;
}

static bool set_chunked(struct way_object *o, const char *value)
{
    return set_switch(&o->chunked, value);
}

static bool set_digest(struct way_object *o, const char *value)
{
    return set_switch(&o->digest, value);
}

static bool set_abort_after(struct way_object *o, const char *value)
{
    o->aborts = true;
    return size_value(value, &o->abort_after);
}

static bool set_abort(struct way_object *o, const char *value)
{
    o->abort = strcmp(value, "rst") == 0 ? WAY_OBJECT_ABORT_RST : WAY_OBJECT_ABORT_FIN;
    return o->abort == WAY_OBJECT_ABORT_RST || strcmp(value, "fin") == 0;
}

/* A token (RFC 9110, 5.6.2) of `len` bytes that fits. */
static bool is_header_name(const char *name, size_t len)
{
    static const char also[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        bool alphanumeric = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (!alphanumeric && !strchr(also, c))
            return false;
    }
    return len > 0 && len <= WAY_OBJECT_HEADER_NAME_MAX;
}

/* Fields that frame, name or verify the body belong to the origin itself. */
static bool is_own_header(const char *name)
{
    static const char *const own[] = {"Content-Length", "Transfer-Encoding", "ETag",
                                      "Repr-Digest",    "Trailer",           "Upgrade"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcasecmp(name, own[i]) == 0)
            return true;
    return false;
}

/* Field content without control characters (RFC 9110, 5.5); tabs may be inside. */
static bool is_header_value(const char *value)
{
    for (; *value; value++)
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7f)
            return false;
    return true;
}

static bool set_header(struct way_object *o, const char *value)
{
    const char *colon = strchr(value, ':');
    if (!colon || o->header_count == WAY_OBJECT_HEADERS_MAX)
        return false;
    struct way_object_header *h = &o->headers[o->header_count];
    size_t name_len = (size_t)(colon - value);
    if (!is_header_name(value, name_len))
        return false;
    memcpy(h->name, value, name_len);
    h->name[name_len] = '\0';
    const char *content = colon + 1 + strspn(colon + 1, " \t");
    size_t len = strlen(content);
    while (len > 0 && strchr(" \t", content[len - 1]))
        len--;
    if (len == 0 || len > WAY_OBJECT_HEADER_VALUE_MAX || is_own_header(h->name))
        return false;
    memcpy(h->value, content, len);
    h->value[len] = '\0';
    o->header_count++;
    return is_header_value(h->value);
}

struct key {
    const char *name;
    bool (*set)(struct way_object *, const char *);
    const char *expected;
    bool repeats;
};

static const struct key keys[] = {
    {"size", set_size, "a size from 0 to 1 GiB, like 1000, 100k or 2MiB", false},
    {"seed", set_seed, "a number from 0 to 2^64-1", false},
    {"delay", set_delay, "a time from 0ms to 60s with its unit (ns, us, ms, s), like 20ms", false},
    {"status", set_status, "a status code from 200 to 599", false},
    {"header", set_header,
     "NAME:VALUE of a header field that is not the origin's own, at most 16 of them", true},
    {"chunked", set_chunked, "0 or 1", false},
    {"digest", set_digest, "0 or 1; 1 up to a size of 16 MiB", false},
    {"abort_after", set_abort_after, "a size from 0 to 1 GiB, like 1000, 100k or 2MiB", false},
    {"abort", set_abort, "fin or rst", false},
};
enum { KEYS = sizeof keys / sizeof *keys };

/* "key 'k': found 'v', expected e"; always false, so that callers can return it. */
static bool refuse(struct way_object_error *error, struct span key, struct span value,
                   const char *expected)
{
    char key_text[32], value_text[64];
    way_object_printable(key.at, span_len(key), key_text, sizeof key_text);
    way_object_printable(value.at, span_len(value), value_text, sizeof value_text);
    error->status = 400;
    snprintf(error->text, sizeof error->text, "key '%s': found '%s', expected %s", key_text,
             value_text, expected);
    return false;
}

static const struct key *find_key(struct span name)
{
    for (size_t i = 0; i < KEYS; i++)
        if (strlen(keys[i].name) == span_len(name) &&
            memcmp(keys[i].name, name.at, span_len(name)) == 0)
            return &keys[i];
    return NULL;
}

static bool parse_parameter(struct span parameter, bool *seen, struct way_object *object,
                            struct way_object_error *error)
{
    struct span value = parameter;
    struct span name = take_until(&value, '=');
    const struct key *key = find_key(name);
    if (!key)
        return refuse(
            error, name, value,
            "one of size, seed, delay, status, header, chunked, digest, abort_after, abort");
    if (seen[key - keys] && !key->repeats)
        return refuse(error, name, value, "to be given once");
    seen[key - keys] = true;
    char decoded[VALUE_MAX + 1];
    if (!decode(value, decoded, VALUE_MAX) || !key->set(object, decoded))
        return refuse(error, name, value, key->expected);
    return true;
}

static bool parse_name(struct span path, struct way_object *object, struct way_object_error *error)
{
    static const char prefix[] = "/object/";
    size_t prefix_len = sizeof prefix - 1;
    if (span_len(path) < prefix_len || memcmp(path.at, prefix, prefix_len) != 0) {
        error->status = 404;
        snprintf(error->text, sizeof error->text, "nothing here; try /object/NAME?size=100k");
        return false;
    }
    struct span name = {path.at + prefix_len, path.end};
    if (span_len(name) > 0 && decode(name, object->name, WAY_OBJECT_NAME_MAX))
        return true;
    return refuse(error, span_of("NAME"), name, "1 to 128 bytes, percent-encoded where needed");
}

static bool has_no_body(unsigned status)
{
    return status == 204 || status == 205 || status == 304;
}

bool way_object_parse(const char *target, size_t len, struct way_object *object,
                      struct way_object_error *error)
{
    *object = (struct way_object){.size = WAY_OBJECT_SIZE_DEFAULT, .status = 200};
    struct span query = {target, target + len};
    struct span path = take_until(&query, '?');
    if (!parse_name(path, object, error))
        return false;
    bool seen[KEYS] = {false};
    while (query.at < query.end) {
        struct span parameter = take_until(&query, '&');
        if (span_len(parameter) > 0 && !parse_parameter(parameter, seen, object, error))
            return false;
    }
    if (object->digest && object->size > WAY_OBJECT_DIGEST_MAX)
        return refuse(error, span_of("digest"), span_of("1"), "0, the size being above 16 MiB");
    if (has_no_body(object->status))
        object->size = 0;
    return true;
}
