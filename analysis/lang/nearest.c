/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The distance is Damerau's and Levenshtein's (optimal string alignment), over
 * names that are short: three rows of it are kept.
 */
#include "analysis/lang/nearest.h"

#include <string.h>

enum { NAME_MAX_LENGTH = 64 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t low = a < b ? a : b;
    return low < c ? low : c;
}

static size_t distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b);
    size_t rows[3][NAME_MAX_LENGTH + 1];

    if (la > NAME_MAX_LENGTH || lb > NAME_MAX_LENGTH)
        return NAME_MAX_LENGTH;
    for (size_t j = 0; j <= lb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
    }
    return rows[la % 3][lb];
}

struct way_nearest way_nearest(const char *written)
{
    return (struct way_nearest){.written = written, .distance = (strlen(written) + 2) / 3 + 1};
}

void way_nearest_offer(struct way_nearest *nearest, const char *name)
{
    size_t far = distance(nearest->written, name);

    if (far < nearest->distance) {
        nearest->distance = far;
        nearest->best = name;
    }
}
