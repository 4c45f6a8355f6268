/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Finding captures that may have been compressed.
 */
#include "analysis/assert/kept.h"

#include <stdio.h>
#include <unistd.h>

bool way_kept_capture(const char *folder, const char *name, char path[PATH_MAX])
{
    static const char *const endings[] = {"", ".zst", ".gz"};

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        int length = snprintf(path, PATH_MAX, "%s/%s%s", folder, name, endings[i]);
        if (length > 0 && length < PATH_MAX && access(path, R_OK) == 0)
            return true;
    }
    snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return false;
}
