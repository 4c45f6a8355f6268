/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The command line that the daemons share:
 *
 *     PROGRAM --config FILE [--check] [--counters FILE] [--verbose] [--version] [--help]
 *
 * Exit codes of every program: 0 it did what it was asked, 1 it failed, 2 the
 * command line or the configuration is wrong and nothing was started.
 */
#ifndef WAYLAY_CORE_COMMON_OPTIONS_H
#define WAYLAY_CORE_COMMON_OPTIONS_H

#include <stdbool.h>

enum way_exit { WAY_EXIT_OK = 0, WAY_EXIT_FAILED = 1, WAY_EXIT_USAGE = 2 };

/* What to do after the command line was read. */
enum way_options_result {
    WAY_OPTIONS_RUN,  /* go on with the options */
    WAY_OPTIONS_DONE, /* --help or --version was answered: exit 0 */
    WAY_OPTIONS_WRONG /* a message was printed: exit 2 */
};

struct way_options {
    const char *config;   /* never NULL after WAY_OPTIONS_RUN */
    const char *counters; /* or NULL */
    bool check;           /* read the configuration and stop */
    bool verbose;
};

/* Reads argv, whose strings `out` then points to. `program` is the name and
 * `summary` one line of what it does, for --help. */
enum way_options_result way_options_read(int argc, char **argv, const char *program,
                                         const char *summary, struct way_options *out);

#endif
