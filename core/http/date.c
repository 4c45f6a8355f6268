/* SPDX-License-Identifier: BSD-2-Clause
 *
 * HTTP-date, by patterns: the three formats are fixed shapes, so each is one
 * line of a small pattern language in which a letter stands for a field.
 */
#include "core/http/date.h"

#include <stdio.h>
#include <string.h>

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                   "Thursday", "Friday", "Saturday"};

enum { NOT_READ = -1, SECONDS_A_DAY = 86400 };

struct civil {
    int year, month, day, hour, minute, second; /* month and day from 1 */
};

/* W: day's name in full, w: its first three letters, D: two digits of day, d: the same with a
 * space for a leading zero, b: month's name, Y: four digits of year, y: two, t: hh:mm:ss. Others
 * stand for themselves. */
static const char *const patterns[] = {"w, D b Y t GMT", "W, D-b-y t GMT", "w b d t Y"};

static int digits(struct way_text *rest, size_t count)
{
    int number = 0;
    if (rest->len < count)
        return NOT_READ;
    for (size_t i = 0; i < count; i++) {
        if (rest->at[i] < '0' || rest->at[i] > '9')
            return NOT_READ;
        number = number * 10 + (rest->at[i] - '0');
    }
    rest->at += count;
    rest->len -= count;
    return number;
}

/* Takes one of the names off, or its first `letters` letters (0: all). Case counts. */
static int name(struct way_text *rest, const char *const *names, int count, size_t letters)
{
    for (int i = 0; i < count; i++) {
        size_t len = letters ? letters : strlen(names[i]);
        if (rest->len >= len && memcmp(rest->at, names[i], len) == 0) {
            rest->at += len;
            rest->len -= len;
            return i;
        }
    }
    return NOT_READ;
}

static bool literal(struct way_text *rest, char c)
{
    if (rest->len == 0 || rest->at[0] != c)
        return false;
    rest->at++;
    rest->len--;
    return true;
}

static bool time_of_day(struct way_text *rest, struct civil *out)
{
    out->hour = digits(rest, 2);
    bool ok = literal(rest, ':');
    out->minute = digits(rest, 2);
    ok = ok && literal(rest, ':');
    out->second = digits(rest, 2);
    return ok && out->hour >= 0 && out->hour < 24 && out->minute >= 0 && out->minute < 60 &&
           out->second >= 0 && out->second <= 60;
}

static bool element(struct way_text *rest, char what, struct civil *out)
{
    switch (what) {
    case 'W':
        return name(rest, days, 7, 0) >= 0;
    case 'w':
        return name(rest, days, 7, 3) >= 0;
    case 'D':
        return (out->day = digits(rest, 2)) >= 1;
    case 'd':
        return (out->day = literal(rest, ' ') ? digits(rest, 1) : digits(rest, 2)) >= 1;
    case 'b':
        return (out->month = name(rest, months, 12, 3) + 1) >= 1;
    case 'Y':
        return (out->year = digits(rest, 4)) >= 1;
    case 'y':
        return (out->year = digits(rest, 2)) >= 0;
    case 't':
        return time_of_day(rest, out);
    default:
        return literal(rest, what);
    }
}

static bool matches(struct way_text text, const char *pattern, struct civil *out)
{
    for (; *pattern; pattern++)
        if (!element(&text, *pattern, out))
            return false;
    return text.len == 0;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the civil date, Gregorian throughout. */
static int64_t days_since_epoch(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = y / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static int64_t seconds_of(const struct civil *c)
{
    int64_t minutes = (int64_t)c->hour * 60 + c->minute;
    return days_since_epoch(c->year, c->month, c->day) * SECONDS_A_DAY + minutes * 60 + c->second;
}

static struct civil civil_of(int64_t seconds)
{
    int64_t day = seconds / SECONDS_A_DAY - (seconds % SECONDS_A_DAY < 0);
    int rest = (int)(seconds - day * SECONDS_A_DAY);
    struct civil c = {.hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60};
    int64_t z = day + 719468;
    int64_t era = z / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t shifted = (5 * doy + 2) / 153;
    c.day = (int)(doy - (153 * shifted + 2) / 5 + 1);
    c.month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    c.year = (int)(yoe + era * 400 + (c.month <= 2));
    return c;
}

/* RFC 9110, 5.6.7: more than 50 years in the future is the most recent past with these digits. */
static int full_year(int two_digits, int64_t now)
{
    int this_year = civil_of(now).year;
    int year = this_year - this_year % 100 + two_digits;
    if (year > this_year + 50)
        year -= 100;
    return year < 1 ? year + 100 : year;
}

bool way_http_date_parse(struct way_text text, int64_t now, int64_t *seconds)
{
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        struct civil c = {0};
        if (!matches(text, patterns[i], &c))
            continue;
        if (i == 1)
            c.year = full_year(c.year, now);
        if (c.day > days_in(c.year, c.month))
            return false;
        *seconds = seconds_of(&c);
        return true;
    }
    return false;
}

void way_http_date_print(int64_t seconds, char out[static WAY_HTTP_DATE_LEN + 1])
{
    const int64_t first = days_since_epoch(1, 1, 1) * SECONDS_A_DAY;
    const int64_t last = days_since_epoch(10000, 1, 1) * SECONDS_A_DAY - 1;
    int64_t when = seconds < first ? first : seconds > last ? last : seconds;
    struct civil c = civil_of(when);
    int64_t day = days_since_epoch(c.year, c.month, c.day);
    int weekday = (int)(((day + 4) % 7 + 7) % 7);
    snprintf(out, WAY_HTTP_DATE_LEN + 1, "%.3s, %02u %s %04u %02u:%02u:%02u GMT", days[weekday],
             (unsigned)c.day % 100U, months[c.month - 1], (unsigned)c.year % 10000U,
             (unsigned)c.hour % 100U, (unsigned)c.minute % 100U, (unsigned)c.second % 100U);
}
