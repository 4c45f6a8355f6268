/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files of a run's folder, of any bytes: the first byte says which. What must hold: nothing
 * crashes, an error has its words, counts are within their bounds, names end.
 */
#define _GNU_SOURCE /* fmemopen */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/logread.h"
#include "analysis/assert/wirelog.h"
#include "analysis/assert/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char good[] =
    "{\"version\": 1, \"nodes\": {\"a\": {\"role\": \"client\", \"addresses\": {}}, \"b\": "
    "{\"role\": "
    "\"router\", \"addresses\": {}}}, \"links\": {\"a-b\": {\"ends\": [\"a\", \"b\"], \"capture\": "
    "\"x\"}}, \"services\": {}, \"marks\": {}, \"clock\": {\"uncertainty\": 0}}";

static struct way_bindings bindings;

static void read_bindings(const char *text, size_t size)
{
    struct way_text error = {""};
    struct way_arena arena = {0};
    struct way_world_names names = {.arena = &arena};

    if (way_bindings_read_text(&bindings, "b", text, size, &error)) {
        assert(error.s[0]);
        return;
    }
    assert(bindings.node_count <= WAY_BINDINGS_ITEMS_MAX);
    for (size_t i = 0; i < bindings.link_count; i++) {
        const struct way_link *link = &bindings.links[i];
        assert(link->ends[0] && link->ends[1] && link->capture_count <= 2);
        for (size_t n = 0; n < link->capture_count; n++)
            assert(link->captures[n][0] != '/' && !strstr(link->captures[n], "/../"));
    }
    way_world_add_bindings(&names, &bindings);
    for (size_t i = 0; i < names.count; i++)
        assert(names.names[i].name &&
               strlen(names.names[i].name) < (size_t)3 * WAY_BINDINGS_NAME_MAX);
    way_arena_free(&arena);
}

static void read_log(FILE *file)
{
    struct way_text error = {""};
    struct way_arena arena = {0};
    struct way_logread log = {0};
    int result = way_logread_stream(&log, file, "l", "p", &arena, &error);

    assert(result == 0 || error.s[0]);
    for (size_t i = 0; i < log.count; i++)
        assert(log.connections[i].id[0] == 'p');
    way_logread_free(&log);
    way_arena_free(&arena);
}

static void read_decisions(FILE *file)
{
    struct way_text error = {""};
    struct way_wirelog log;

    read_bindings(good, sizeof good - 1);
    int result = way_wirelog_read_stream(&log, file, "w", &bindings, &error);
    assert(result == 0 || error.s[0]);
    for (size_t i = 0; i < log.coming.count; i++) {
        assert(log.coming.items[i].link < bindings.link_count && log.coming.items[i].end < 2);
        assert(i == 0 || log.coming.items[i - 1].end < log.coming.items[i].end ||
               log.coming.items[i - 1].time <= log.coming.items[i].time);
        assert(way_wirelog_text(&log, &bindings, &log.coming.items[i], "it").s[0]);
    }
    way_wirelog_free(&log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (data[0] == 'b') {
        read_bindings((const char *)data + 1, size - 1);
        return 0;
    }
    FILE *file = fmemopen((void *)(data + 1), size - 1, "r");
    assert(file);
    if (data[0] == 'l')
        read_log(file);
    else
        read_decisions(file);
    fclose(file);
    return 0;
}
