/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Where a kept run has its captures.
 *
 * bindings.json names them as they were captured. Who keeps runs may compress them where
 * they lie (with `zstd --rm`): NAME.zst and NAME.gz stand for NAME.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_KEPT_H
#define WAYLAY_ANALYSIS_ASSERT_KEPT_H

#include <limits.h>
#include <stdbool.h>

/* Writes the path of the capture `name` of the run in `folder`. Returns whether there is
 * such a file that may be read; if not, `path` is that of the plain one. */
bool way_kept_capture(const char *folder, const char *name, char path[PATH_MAX]);

#endif
