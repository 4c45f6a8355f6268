/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Expectation files of any bytes: read in an open world, as --check does. What
 * is refused has a complaint.
 */
#include <stdlib.h>

#include "analysis/lang/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct way_world open = {.open = true};
    struct way_program program;

    int result = way_program_read_text(&program, "fuzz", (const char *)data, size, &open);
    if (result != (program.complaints.count ? -1 : 0))
        abort();
    way_program_free(&program);
    return 0;
}
