/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Readers for the common types of values: text in, a checked value out.
 */
#include "core/common/config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef __int128 wide;

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit size_units[] = {{"", 1},          {"B", 1},           {"kB", 1000},
                                         {"MB", 1000000},  {"GB", 1000000000}, {"KiB", 1 << 10},
                                         {"MiB", 1 << 20}, {"GiB", 1 << 30},   {NULL, 0}};

static const struct unit duration_units[] = {
    {"ns", 1},           {"us", 1000},           {"ms", 1000000},
    {"s", 1000000000LL}, {"min", 60000000000LL}, {NULL, 0}};

/* Of a duration that is 0, which needs no unit. */
static const struct unit zero_units[] = {{"", 1}, {NULL, 0}};
static const struct unit rate_units[] = {{"", 1},           {"bit", 1},           {"kbit", 1000},
                                         {"Mbit", 1000000}, {"Gbit", 1000000000}, {NULL, 0}};

static const struct unit no_units[] = {{"", 1}, {NULL, 0}};

/* The product of a decimal and a factor, rounded to a whole number; false when it does
 * not fit. Digits behind the eighteenth of a fraction make no difference. */
static bool scale(const char *digits, const char *fraction, int64_t factor, int64_t *out)
{
    enum { FRACTION_MAX = 18 };
    errno = 0;
    long long whole = strtoll(digits, NULL, 10);
    if (errno != 0 || __builtin_mul_overflow(whole, factor, out))
        return false;
    int64_t part = 0;
    int64_t of = 1;
    for (int i = 0; i < FRACTION_MAX && isdigit((unsigned char)fraction[i]); i++) {
        part = part * 10 + (fraction[i] - '0');
        of *= 10;
    }
    int64_t more = (int64_t)(((wide)part * factor + of / 2) / of);
    return !__builtin_add_overflow(*out, digits[0] == '-' ? -more : more, out);
}

/* Digits, a fraction where there are units, and a unit; false when it is anything
 * else or does not fit. */
static bool parse_number(const char *text, const struct unit *units, int64_t *out)
{
    const char *end = text + (text[0] == '-');
    if (!isdigit((unsigned char)*end))
        return false;
    while (isdigit((unsigned char)*end))
        end++;
    const char *fraction = end;
    if (units != no_units && end[0] == '.' && isdigit((unsigned char)end[1]))
        for (fraction = ++end; isdigit((unsigned char)*end);)
            end++;
    for (const struct unit *unit = units; unit->name; unit++)
        if (strcmp(end, unit->name) == 0)
            return scale(text, fraction, unit->factor, out);
    return false;
}

static int read_number(struct way_config_at at, const struct unit *units, const char *what,
                       int64_t *out, const struct way_config_range *range)
{
    const char *text = way_config_text(at);
    int64_t value;
    if (text && parse_number(text, units, &value) &&
        (!range || (value >= range->min && value <= range->max))) {
        *out = value;
        return 0;
    }
    if (!range)
        return way_config_refuse(at, "%s", what);
    return way_config_refuse(at, "%s, %" PRId64 " to %" PRId64 "%s", what, range->min, range->max,
                             units == size_units                              ? " bytes"
                             : units == duration_units || units == zero_units ? " ns"
                             : units == rate_units                            ? " bit/s"
                                                                              : "");
}

int way_config_string(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    const char *text = way_config_text(at);
    if (!text || text[0] == '\0')
        return way_config_refuse(at, "a text");
    memcpy(target, &text, sizeof(text));
    return 0;
}

int way_config_integer(struct way_config_at at, void *target, const void *limits)
{
    return read_number(at, no_units, "an integer", target, limits);
}

int way_config_size(struct way_config_at at, void *target, const void *limits)
{
    return read_number(at, size_units, "a size (as 4096, 10kB, 64KiB, 8MiB)", target, limits);
}

int way_config_duration(struct way_config_at at, void *target, const void *limits)
{
    const char *text = way_config_text(at);
    bool zero = text && (strcmp(text, "0") == 0 || strcmp(text, "0.0") == 0);
    return read_number(at, zero ? zero_units : duration_units,
                       "a duration (as 250us, 10ms, 1.5s, 1min)", target, limits);
}

int way_config_rate(struct way_config_at at, void *target, const void *limits)
{
    return read_number(at, rate_units, "a rate in bit/s (as 64000, 500kbit, 10Mbit, 2.5Gbit)",
                       target, limits);
}

/* Whether it is a decimal, perhaps with an exponent; `end` is behind it. */
static bool is_decimal(const char *text, const char **end)
{
    const char *at = text;
    size_t digits = strspn(at, "0123456789");
    at += digits;
    if (*at == '.') {
        size_t more = strspn(++at, "0123456789");
        digits += more;
        at += more;
    }
    if (digits > 0 && (*at == 'e' || *at == 'E')) {
        const char *exponent = at + 1 + (at[1] == '-' || at[1] == '+');
        size_t more = strspn(exponent, "0123456789");
        at = more ? exponent + more : at;
    }
    *end = at;
    return digits > 0;
}

int way_config_probability(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    const char *text = way_config_text(at);
    const char *end;
    if (text && is_decimal(text, &end) && (*end == '\0' || strcmp(end, "%") == 0)) {
        double value = strtod(text, NULL) / (*end ? 100 : 1);
        if (value <= 1) {
            *(double *)target = value;
            return 0;
        }
    }
    return way_config_refuse(at, "a probability (as 1%%, 0.01), 0 to 1");
}

int way_config_address(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    const char *text = way_config_text(at);
    struct in_addr address;
    if (!text || inet_pton(AF_INET, text, &address) != 1)
        return way_config_refuse(at, "an IPv4 address (as 192.0.2.1)");
    memcpy(target, &address.s_addr, sizeof(address.s_addr));
    return 0;
}

/* "address/length" without bits behind the length. */
static bool parse_prefix(const char *text, struct way_prefix *out)
{
    char address[INET_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    int64_t bits;
    struct in_addr parsed;
    if (!slash || (size_t)(slash - text) >= sizeof(address))
        return false;
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    if (inet_pton(AF_INET, address, &parsed) != 1 || !parse_number(slash + 1, no_units, &bits) ||
        bits < 0 || bits > 32)
        return false;
    out->mask = bits == 0 ? 0 : htonl(UINT32_MAX << (32 - bits));
    out->address = parsed.s_addr;
    return (out->address & ~out->mask) == 0;
}

int way_config_prefix(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    const char *text = way_config_text(at);
    if (!text || !parse_prefix(text, target))
        return way_config_refuse(at, "an IPv4 prefix (as 192.0.2.0/24, no bits behind it)");
    return 0;
}

int way_config_port(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    const char *text = way_config_text(at);
    int64_t value;
    if (!text || !parse_number(text, no_units, &value) || value < 1 || value > UINT16_MAX)
        return way_config_refuse(at, "a port, 1 to 65535");
    uint16_t port = (uint16_t)value;
    memcpy(target, &port, sizeof(port));
    return 0;
}

int way_config_interface(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    const char *text = way_config_text(at);
    size_t length = text ? strlen(text) : 0;
    bool fine =
        length > 0 && length < IFNAMSIZ && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
    for (size_t i = 0; fine && i < length; i++)
        fine =
            isgraph((unsigned char)text[i]) && text[i] != '/' && text[i] != ':' && text[i] != '%';
    if (!fine)
        return way_config_refuse(at, "an interface name of 1 to 15 characters");
    memcpy(target, text, length + 1);
    return 0;
}

int way_config_bool(struct way_config_at at, void *target, const void *limits)
{
    (void)limits;
    const char *text = way_config_text(at);
    if (!text || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
        return way_config_refuse(at, "true or false");
    *(bool *)target = text[0] == 't';
    return 0;
}

int way_config_enum(struct way_config_at at, void *target, const void *limits)
{
    const char *const *names = limits;
    const char *text = way_config_text(at);
    for (int i = 0; text && names[i]; i++)
        if (strcmp(text, names[i]) == 0) {
            *(int *)target = i;
            return 0;
        }
    char known[256] = "";
    size_t length = 0;
    for (int i = 0; names[i] && length < sizeof(known) - 1; i++) {
        int more =
            snprintf(known + length, sizeof(known) - length, "%s%s", i ? ", " : "", names[i]);
        length += more > 0 ? (size_t)more : 0;
    }
    return way_config_refuse(at, "one of: %s", known);
}
