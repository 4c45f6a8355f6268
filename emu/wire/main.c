/* SPDX-License-Identifier: BSD-2-Clause
 *
 * waylay-wire: emulates the links between the nodes of a network, and captures
 * what crosses them.
 */
#include <stdio.h>

#include "core/common/log.h"
#include "core/common/options.h"
#include "emu/wire/wire.h"

static const char program[] = "waylay-wire";

/* Takes what the settings own. */
static int carry(struct way_wire_settings *settings, struct way_materials *materials,
                 const char *counters)
{
    struct way_wire wire;
    char error[512];
    int result = way_wire_open(&wire, settings, materials, error, sizeof(error));
    if (result != 0)
        way_log(WAY_LOG_ERROR, "%s", error);
    wire.counters = counters;
    if (result == 0)
        result = way_wire_run(&wire);
    way_wire_close(&wire);
    return result == 0 ? WAY_EXIT_OK : WAY_EXIT_FAILED;
}

static int run(const struct way_options *options)
{
    struct way_materials materials = {0};
    struct way_wire_settings settings = {0};
    char error[512];
    int result = WAY_EXIT_USAGE;
    struct way_config *file = way_config_open(options->config, error, sizeof(error));
    if (!file)
        fprintf(stderr, "%s\n", error);
    else if (way_wire_settings_read(file, &materials, &settings) != 0)
        fprintf(stderr, "%s\n", way_config_error(file));
    else
        result = WAY_EXIT_OK;
    way_config_close(&file);
    if (result == WAY_EXIT_OK && !options->check)
        result = carry(&settings, &materials, options->counters);
    way_wire_settings_free(&settings);
    return result;
}

int main(int argc, char **argv)
{
    struct way_options options;
    switch (way_options_read(argc, argv, program, "emulates links between network namespaces",
                             &options)) {
    case WAY_OPTIONS_DONE:
        return WAY_EXIT_OK;
    case WAY_OPTIONS_WRONG:
        return WAY_EXIT_USAGE;
    default:
        break;
    }
    way_log_start(program, options.verbose);
    return run(&options);
}
