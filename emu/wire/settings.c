/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The tables of waylay-wire's configuration as a whole.
 */
#include "emu/wire/settings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/common/cleanup.h"
#include "emu/wire/textfile.h"

enum { REPLAY_BYTES = 1 << 30 };

/* The object of the top table. */
struct reading {
    struct way_wire_settings *settings;
    struct way_materials *materials;
    bool has_seed, has_run;
    size_t room; /* of settings->links */
};

/* ---- texts ---- */

/* Where a path goes: an offset in the settings, and the bytes it may have. */
struct path {
    size_t offset, max;
};

static int read_path(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    const struct path *path = limits;
    char **out = (char **)((char *)reading->settings + path->offset);
    const char *text;
    if (way_config_string(at, &text, NULL) != 0)
        return -1;
    if (strlen(text) > path->max)
        return way_config_refuse(at, "a path of at most %zu bytes", path->max);
    *out = strdup(text);
    return *out ? 0 : way_config_refuse(at, "a path that fits into memory");
}

/* ---- seed, run and replay ---- */

static int read_uint(struct way_config_at at, uint64_t *out)
{
    static const struct way_config_range range = {0, INT64_MAX};
    int64_t value;
    if (way_config_integer(at, &value, &range) != 0)
        return -1;
    *out = (uint64_t)value;
    return 0;
}

/* The number must be the replay's, if there is one already. */
static int read_seed(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    struct way_wire_settings *settings = reading->settings;
    (void)limits;
    reading->has_seed = true;
    if (read_uint(at, &settings->seed) != 0)
        return -1;
    if (settings->replay && settings->seed != way_replay_seed(settings->replay))
        return way_config_refuse(at, "the seed of the replay, %" PRIu64,
                                 way_replay_seed(settings->replay));
    return 0;
}

static int read_run(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    struct way_wire_settings *settings = reading->settings;
    (void)limits;
    reading->has_run = true;
    if (read_uint(at, &settings->run) != 0)
        return -1;
    if (settings->replay && settings->run != way_replay_run(settings->replay))
        return way_config_refuse(at, "the run of the replay, %" PRIu64,
                                 way_replay_run(settings->replay));
    return 0;
}

static struct way_replay_log *load_replay(const char *path, char *error, size_t error_size)
{
    struct stat what;
    size_t len;
    WAY_AUTO_FD int fd = way_textfile_open(path, &what, error, error_size);
    if (fd < 0)
        return NULL;
    WAY_AUTO_FREE char *text = way_textfile_read(fd, REPLAY_BYTES, &len, error, error_size);
    return text ? way_replay_read(text, len, error, error_size) : NULL;
}

static int refuse_log(struct way_config_at at, const char *what, uint64_t wanted, uint64_t found)
{
    return way_config_refuse(at, "a log of the %s %" PRIu64 " (it is of %" PRIu64 ")", what, wanted,
                             found);
}

/* Seed and run are the log's, unless they are written, and then they must be. */
static int read_replay(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    struct way_wire_settings *settings = reading->settings;
    const char *path;
    char error[256];
    if (way_config_string(at, &path, limits) != 0)
        return -1;
    settings->replay = load_replay(path, error, sizeof(error));
    if (!settings->replay)
        return way_config_refuse(at, "a file with a decision log (%s)", error);
    uint64_t seed = way_replay_seed(settings->replay);
    uint64_t run = way_replay_run(settings->replay);
    if (reading->has_seed && settings->seed != seed)
        return refuse_log(at, "seed", settings->seed, seed);
    if (reading->has_run && settings->run != run)
        return refuse_log(at, "run", settings->run, run);
    settings->seed = seed;
    settings->run = run;
    return 0;
}

/* ---- links ---- */

static int check_apart(struct way_config_at at, const struct way_link_settings *link,
                       const struct way_link_settings *other)
{
    if (strcmp(link->name, other->name) == 0)
        return way_config_refuse(at, "each name once ('%s' is there already)", link->name);
    for (int i = 0; i < 4; i++)
        if (way_end_shares(&link->ends[i / 2], &other->ends[i % 2]))
            return way_config_refuse(at, "each interface once ('%s' is there already)",
                                     link->ends[i / 2].interface);
    return 0;
}

static int read_link(struct way_config_at at, void *target, const void *limits)
{
    struct reading *reading = target;
    struct way_wire_settings *settings = reading->settings;
    (void)limits;
    if (settings->link_count == reading->room) {
        size_t room = reading->room ? 2 * reading->room : 16;
        struct way_link_settings *more = realloc(settings->links, room * sizeof(*more));
        if (!more)
            return way_config_refuse(at, "links that fit into memory");
        settings->links = more;
        reading->room = room;
    }
    struct way_link_settings *link = &settings->links[settings->link_count++];
    if (way_link_settings_read(at, reading->materials, link) != 0)
        return -1;
    for (size_t i = 0; i + 1 < settings->link_count; i++)
        if (check_apart(at, link, &settings->links[i]) != 0)
            return -1;
    return 0;
}

static int read_links(struct way_config_at at, void *target, const void *limits)
{
    return way_config_list(at, "links", 0, WAY_WIRE_LINKS_MAX, read_link, target, limits);
}

/* ---- the whole ---- */

static int read_spin(struct way_config_at at, void *target, const void *limits)
{
    return way_config_duration(at, &((struct reading *)target)->settings->spin, limits);
}

static int read_realtime(struct way_config_at at, void *target, const void *limits)
{
    return way_config_bool(at, &((struct reading *)target)->settings->realtime, limits);
}

static int read_memory(struct way_config_at at, void *target, const void *limits)
{
    return way_config_size(at, &((struct reading *)target)->settings->memory, limits);
}

static int read_lateness(struct way_config_at at, void *target, const void *limits)
{
    static const struct way_config_range bounds = {1, WAY_WIRE_LATENESS_MAX};
    static const struct way_config_field fields[] = {
        WAY_CONFIG_OPTIONAL("suspect", way_config_duration, struct way_lateness_bounds, suspect,
                            &bounds),
        WAY_CONFIG_OPTIONAL("unfaithful", way_config_duration, struct way_lateness_bounds,
                            unfaithful, &bounds),
        WAY_CONFIG_END};
    struct way_lateness_bounds *lateness = &((struct reading *)target)->settings->lateness;
    (void)limits;
    if (way_config_mapping(at, fields, lateness) != 0)
        return -1;
    if (lateness->unfaithful < lateness->suspect)
        return way_config_refuse(at, "'unfaithful' not below 'suspect'");
    return 0;
}

#define PATH(member)                                                                               \
    {                                                                                              \
        offsetof(struct way_wire_settings, member), PATH_BYTES                                     \
    }
enum { PATH_BYTES = 4095 };

int way_wire_settings_read(struct way_config *file, struct way_materials *materials,
                           struct way_wire_settings *out)
{
    static const struct way_config_range spins = {0, WAY_WIRE_SPIN_MAX};
    static const struct way_config_range memories = {WAY_WIRE_MEMORY_MIN, WAY_WIRE_MEMORY_MAX};
    static const struct path control = {offsetof(struct way_wire_settings, control),
                                        WAY_WIRE_CONTROL_MAX};
    static const struct path captures = PATH(captures);
    static const struct path decisions = PATH(decisions);
    static const struct path fidelity = PATH(fidelity);
    static const struct way_config_field fields[] = {
        WAY_CONFIG_WHOLE("seed", read_seed, NULL, false),
        WAY_CONFIG_WHOLE("run", read_run, NULL, false),
        WAY_CONFIG_WHOLE("control", read_path, &control, false),
        WAY_CONFIG_WHOLE("captures", read_path, &captures, false),
        WAY_CONFIG_WHOLE("decisions", read_path, &decisions, false),
        WAY_CONFIG_WHOLE("replay", read_replay, NULL, false),
        WAY_CONFIG_WHOLE("fidelity", read_path, &fidelity, false),
        WAY_CONFIG_WHOLE("spin", read_spin, &spins, false),
        WAY_CONFIG_WHOLE("realtime", read_realtime, NULL, false),
        WAY_CONFIG_WHOLE("memory", read_memory, &memories, false),
        WAY_CONFIG_WHOLE("lateness", read_lateness, NULL, false),
        WAY_CONFIG_WHOLE("links", read_links, NULL, false),
        WAY_CONFIG_END};
    struct reading reading = {.settings = out, .materials = materials};
    *out = (struct way_wire_settings){
        .seed = 1, .run = 1, .realtime = true, .lateness = way_lateness_usual};
    return way_config_mapping(way_config_root(file), fields, &reading);
}

void way_wire_settings_free(struct way_wire_settings *settings)
{
    for (size_t i = 0; i < settings->link_count; i++)
        way_link_settings_free(&settings->links[i]);
    free(settings->links);
    free(settings->control);
    free(settings->captures);
    free(settings->decisions);
    free(settings->fidelity);
    way_replay_free(&settings->replay);
    *settings = (struct way_wire_settings){
        .seed = 1, .run = 1, .realtime = true, .lateness = way_lateness_usual};
}
