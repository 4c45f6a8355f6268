/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Through /proc: processes, the runs in their environments, the sockets of these.
 */
#include "emu/ctl/standing.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/common/cleanup.h"

enum { RUN_MAX = 128, ENVIRONMENT_MAX = 256 << 10 };

static const char variable[] = "WAYLAY_RUN=";
static const char suffix[] = ".sock";

static void close_dir(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

/* ---- the list ---- */

static void free_item(struct way_standing *item)
{
    free(item->run);
    free(item->name);
    free(item->path);
}

void way_standings_free(struct way_standings *standings)
{
    for (size_t i = 0; i < standings->count; i++)
        free_item(&standings->items[i]);
    free(standings->items);
    *standings = (struct way_standings){.count = 0};
}

static bool is_known(const struct way_standings *standings, const struct stat *socket)
{
    for (size_t i = 0; i < standings->count; i++)
        if (standings->items[i].device == socket->st_dev &&
            standings->items[i].inode == socket->st_ino)
            return true;
    return false;
}

/* Adds a socket; returns 0 or a negative errno. */
static int add(struct way_standings *standings, const char *run, const char *file, const char *path,
               const struct stat *socket)
{
    struct way_standing *more =
        realloc(standings->items, (standings->count + 1) * sizeof(*standings->items));
    if (!more)
        return -ENOMEM;
    standings->items = more;
    struct way_standing fresh = {.run = strdup(run),
                                 .name = strndup(file, strlen(file) - strlen(suffix)),
                                 .path = strdup(path),
                                 .device = socket->st_dev,
                                 .inode = socket->st_ino};
    if (!fresh.run || !fresh.name || !fresh.path) {
        free_item(&fresh);
        return -ENOMEM;
    }
    more[standings->count++] = fresh;
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct way_standing *a = left;
    const struct way_standing *b = right;
    int by_run = strcmp(a->run, b->run);
    return by_run ? by_run : strcmp(a->name, b->name);
}

/* ---- /proc ---- */

static bool ends_in_suffix(const char *name)
{
    size_t len = strlen(name);
    size_t end = strlen(suffix);
    return len > end && strcmp(name + len - end, suffix) == 0;
}

/* Adds the sockets of a run, as this process sees them. */
static int add_sockets(struct way_standings *standings, const char *process, const char *run)
{
    char folder[512], path[1024];
    snprintf(folder, sizeof(folder), "/proc/%s/root/run/waylay/%s", process, run);
    WAY_AUTO(close_dir) DIR *dir = opendir(folder);
    int result = 0;
    const struct dirent *entry;
    while (dir && result == 0 && (entry = readdir(dir))) {
        struct stat found;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (ends_in_suffix(entry->d_name) && lstat(path, &found) == 0 && S_ISSOCK(found.st_mode) &&
            !is_known(standings, &found))
            result = add(standings, run, entry->d_name, path, &found);
    }
    return result;
}

/* The run that the environment names, if it is one that can be the name of a folder. */
static bool run_in(const char *environment, size_t len, char run[RUN_MAX])
{
    const char *end = environment + len;
    for (const char *at = environment; at < end; at += strnlen(at, (size_t)(end - at)) + 1) {
        if (strncmp(at, variable, strlen(variable)) != 0)
            continue;
        int wrote = snprintf(run, RUN_MAX, "%s", at + strlen(variable));
        return wrote > 0 && wrote < RUN_MAX && run[0] != '.' && !strchr(run, '/');
    }
    return false;
}

/* Looks at one process; `environment` is room for its own. */
static int look_at(struct way_standings *standings, const char *process, char *environment)
{
    char path[320], run[RUN_MAX];
    snprintf(path, sizeof(path), "/proc/%s/environ", process);
    WAY_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t got = 0;
    while (fd >= 0 && len < ENVIRONMENT_MAX &&
           (got = read(fd, environment + len, ENVIRONMENT_MAX - len)) > 0)
        len += (size_t)got;
    environment[len] = '\0';
    return run_in(environment, len, run) ? add_sockets(standings, process, run) : 0;
}

int way_standings_find(struct way_standings *out)
{
    *out = (struct way_standings){.count = 0};
    WAY_AUTO(close_dir) DIR *proc = opendir("/proc");
    if (!proc)
        return -errno;
    char *environment = malloc(ENVIRONMENT_MAX + 1);
    const struct dirent *entry;
    int result = environment ? 0 : -ENOMEM;
    while (result == 0 && (entry = readdir(proc)))
        if (isdigit((unsigned char)entry->d_name[0]))
            result = look_at(out, entry->d_name, environment);
    free(environment);
    if (out->count > 0)
        qsort(out->items, out->count, sizeof(*out->items), compare);
    return result;
}

/* ---- choosing ---- */

/* Writes the runs that have the name, for a message. */
static void list_runs(const struct way_standings *standings, const char *name, char *out,
                      size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < standings->count && len < size - 1; i++) {
        if (strcmp(standings->items[i].name, name) != 0)
            continue;
        int more =
            snprintf(out + len, size - len, "%s%s", len ? ", " : "", standings->items[i].run);
        len += more > 0 ? (size_t)more : 0;
    }
}

const struct way_standing *way_standings_choose(const struct way_standings *standings,
                                                const char *run, const char *name, char *error,
                                                size_t error_size)
{
    const struct way_standing *chosen = NULL;
    size_t fit = 0;
    for (size_t i = 0; i < standings->count; i++) {
        const struct way_standing *each = &standings->items[i];
        if (strcmp(each->name, name) == 0 && (!run || strcmp(each->run, run) == 0)) {
            chosen = each;
            fit++;
        }
    }
    if (fit == 1)
        return chosen;
    char runs[384];
    list_runs(standings, name, runs, sizeof(runs));
    if (fit > 1)
        snprintf(error, error_size, "socket '%s' stands in several runs; say --run with one of %s",
                 name, runs);
    else if (run && runs[0])
        snprintf(error, error_size, "run '%s' has no socket '%s' (there is one in %s)", run, name,
                 runs);
    else
        snprintf(error, error_size, "found no socket '%s' of a run that stands (see --list)", name);
    return NULL;
}
