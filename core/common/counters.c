/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counters to a temporary file, which is then renamed into place.
 */
#include "core/common/counters.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "core/common/cleanup.h"
#include "core/common/clock.h"

static int write_object(const struct way_counters *counters, const char *path)
{
    WAY_AUTO_FILE FILE *out = fopen(path, "we");
    if (!out)
        return -errno;
    fprintf(out, "{\"program\": \"%s\", \"time\": %" PRId64, counters->program, way_clock_ns());
    for (size_t i = 0; i < counters->count; i++)
        fprintf(out, ", \"%s\": %" PRIu64, counters->names[i], counters->values[i]);
    fprintf(out, "}\n");
    if (fflush(out) != 0 || ferror(out))
        return errno ? -errno : -EIO;
    return 0;
}

int way_counters_write(const struct way_counters *counters, const char *path)
{
    char temporary[PATH_MAX];
    int length = snprintf(temporary, sizeof(temporary), "%s.tmp", path);
    if (length < 0 || (size_t)length >= sizeof(temporary))
        return -ENAMETOOLONG;
    int error = write_object(counters, temporary);
    if (error == 0 && rename(temporary, path) != 0)
        error = -errno;
    if (error != 0)
        unlink(temporary);
    return error;
}
