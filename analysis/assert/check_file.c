/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checking files by themselves, in a world that is open.
 */
#include "analysis/assert/check_file.h"

#include <stdio.h>

#include "analysis/assert/text.h"

void way_complaints_print(const struct way_complaints *complaints)
{
    for (size_t i = 0; i < complaints->count && i < WAY_SCRIPT_COMPLAINTS_MAX; i++)
        fputs(complaints->texts[i], stderr);
    if (complaints->count > WAY_SCRIPT_COMPLAINTS_MAX)
        fputs("... and more\n", stderr);
}

static bool check_file(const char *path)
{
    const struct way_world open = {.open = true};
    struct way_program program;
    bool good = way_program_read(&program, path, &open) == 0;

    if (good)
        way_text_line(stdout, "%s: %zu expectations", path, program.expected_count);
    else
        way_complaints_print(&program.complaints);
    way_program_free(&program);
    return good;
}

bool way_check_files(char *const files[], int count)
{
    bool good = true;

    for (int i = 0; i < count; i++)
        good &= check_file(files[i]);
    return good;
}
