/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a scenario expects: the list under `expectations` in its YAML file.
 *
 *     expectations:
 *       - mechanism.expect                 # a file of expectations (docs/expectations.md)
 *       - hit.expect: {step: hit}          # one in which $step is "hit"
 *
 * Only this key is read; the rest of the file is the runner's. A name that is of no such
 * file, and a list that is empty or missing, are errors, each with its place, before any
 * capture is opened.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_EXPECTATIONS_H
#define WAYLAY_ANALYSIS_ASSERT_EXPECTATIONS_H

#include <stddef.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/text.h"

enum way_expectation_limits {
    WAY_EXPECTATION_FILES_MAX = 256,
    WAY_EXPECTATION_PARAMETERS_MAX = 256, /* of all files */
    WAY_EXPECTATION_PATH_MAX = 256        /* bytes, with the zero */
};

struct way_expectations {
    struct way_expectation_file {
        char path[WAY_EXPECTATION_PATH_MAX]; /* as written */
        size_t first, count;                 /* of its parameters */
    } files[WAY_EXPECTATION_FILES_MAX];
    size_t file_count;
    struct way_expectation_parameter {
        char name[WAY_BINDINGS_NAME_MAX], value[WAY_BINDINGS_NAME_MAX];
    } parameters[WAY_EXPECTATION_PARAMETERS_MAX]; /* in their files $name is the text */
    size_t parameter_count;
};

/* Reads the expectations of the scenario at `path`. Returns 0; or -EINVAL with
 * one line in `error` ("FILE:LINE:COLUMN: ..."). */
int way_expectations_read(struct way_expectations *expectations, const char *path,
                          struct way_text *error);

/* The same, from text; `name` stands for the file in messages. */
int way_expectations_read_text(struct way_expectations *expectations, const char *name,
                               const char *text, size_t length, struct way_text *error);

#endif
