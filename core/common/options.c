/* SPDX-License-Identifier: BSD-2-Clause
 *
 * getopt_long over one table, from which the help is printed, too.
 */
#include "core/common/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <config.h> /* autoconf's, at the top of the build; not the header beside this file */

/* X(letter, name, argument or NULL, help) */
#define WAY_OPTIONS(X)                                                                             \
    X('c', "config", "FILE", "the configuration (YAML)")                                           \
    X('n', "check", NULL, "read the configuration, say whether it is right, and stop")             \
    X('C', "counters", "FILE", "write the counters there at exit and on SIGUSR1")                  \
    X('v', "verbose", NULL, "log details")                                                         \
    X('V', "version", NULL, "print the version and stop")                                          \
    X('h', "help", NULL, "print this and stop")

static void print_help(const char *program, const char *summary)
{
    printf("usage: %s --config FILE [--check] [--counters FILE] [--verbose]\n%s\n\n", program,
           summary);
#define X(letter, name, argument, help) {name, argument, help},
    static const struct {
        const char *name, *argument, *help;
    } rows[] = {WAY_OPTIONS(X)};
#undef X
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        printf("  --%-10s %-5s %s\n", rows[i].name, rows[i].argument ? rows[i].argument : "",
               rows[i].help);
}

static enum way_options_result wrong(const char *program, const char *what)
{
    if (what)
        fprintf(stderr, "%s: %s\n", program, what);
    fprintf(stderr, "%s: try --help\n", program);
    return WAY_OPTIONS_WRONG;
}

enum way_options_result way_options_read(int argc, char **argv, const char *program,
                                         const char *summary, struct way_options *out)
{
#define X(letter, name, argument, help)                                                            \
    {name, (argument) ? required_argument : no_argument, NULL, letter},
    static const struct option table[] = {WAY_OPTIONS(X){NULL, 0, NULL, 0}};
#undef X
    *out = (struct way_options){0};
    for (int letter; (letter = getopt_long(argc, argv, "", table, NULL)) != -1;) {
        switch (letter) {
        case 'c':
            out->config = optarg;
            break;
        case 'n':
            out->check = true;
            break;
        case 'C':
            out->counters = optarg;
            break;
        case 'v':
            out->verbose = true;
            break;
        case 'V':
            printf("%s %s\n", program, PACKAGE_VERSION);
            return WAY_OPTIONS_DONE;
        case 'h':
            print_help(program, summary);
            return WAY_OPTIONS_DONE;
        default:
            return wrong(program, NULL);
        }
    }
    if (optind < argc)
        return wrong(program, "found an argument, expected options only");
    if (!out->config)
        return wrong(program, "found no --config, expected --config FILE");
    return WAY_OPTIONS_RUN;
}
