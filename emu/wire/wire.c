/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The links together, and whose turn it is.
 */
#include "emu/wire/wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "core/common/clock.h"
#include "core/common/log.h"
#include "emu/wire/closing.h"
#include "emu/wire/counters.h"
#include "emu/wire/decisions.h"
#include "emu/wire/fidelity.h"
#include "emu/wire/handlers.h"

enum { SETTLE_MS = 10000 }; /* without progress */

#define MEMORY_MAX (INT64_C(2) << 30) /* bytes of frames, however large the machine is */

/* ---- turns ---- */

void way_wire_note_full(struct way_wire *wire, struct way_side *side)
{
    if (side->is_full)
        return;
    side->is_full = true;
    side->next_full = wire->full;
    wire->full = side;
}

/* Writes whatever has come out of the chains. */
static void flush_all(struct way_wire *wire)
{
    for (struct way_side *each; (each = wire->full) != NULL;) {
        wire->full = each->next_full;
        each->is_full = false;
        way_side_flush(each);
    }
}

static struct way_side *side_of(struct way_appointment *appointment)
{
    return (struct way_side *)((char *)appointment - offsetof(struct way_side, due));
}

/* Each chain runs until its own appointment only, so that what is due first leaves
 * first, whatever link it is on. */
static void run_due(void *context, int64_t now)
{
    struct way_wire *wire = context;
    for (struct way_appointment *first;
         (first = way_schedule_first(&wire->loop.schedule)) != NULL && first->at <= now;) {
        struct way_side *side = side_of(first);
        way_side_run(side, first->at);
        if (side->link->sides[!side->index].outbox.count >= WAY_END_BATCH)
            flush_all(wire);
    }
    flush_all(wire);
}

static void free_closed(void *context)
{
    struct way_wire *wire = context;
    for (struct way_link *each; (each = wire->closed) != NULL;) {
        wire->closed = each->next_closed;
        way_link_free(&each);
    }
}

/* ---- links ---- */

struct way_link *way_wire_find(const struct way_wire *wire, const char *name)
{
    for (size_t i = 0; i < wire->link_count; i++)
        if (strcmp(wire->links[i]->settings.name, name) == 0)
            return wire->links[i];
    return NULL;
}

static bool make_room(struct way_wire *wire)
{
    if (!way_schedule_reserve(&wire->loop.schedule, 2 * (wire->link_count + 1)))
        return false;
    if (wire->link_count < wire->room)
        return true;
    size_t room = wire->room ? 2 * wire->room : 16;
    struct way_link **more = realloc(wire->links, room * sizeof(void *));
    if (!more)
        return false;
    wire->links = more;
    wire->room = room;
    return true;
}

int way_wire_add(struct way_wire *wire, struct way_link_settings *settings, char *error,
                 size_t error_size)
{
    struct way_link *link = NULL;
    if (way_wire_find(wire, settings->name))
        snprintf(error, error_size, "%s: there is a link of this name", settings->name);
    else if (!make_room(wire))
        snprintf(error, error_size, "%s: %s", settings->name, strerror(ENOMEM));
    else
        link = way_link_open(wire, settings, error, error_size);
    way_link_settings_free(settings);
    if (!link)
        return -1;
    wire->links[wire->link_count++] = link;
    return 0;
}

/* Takes the link's sides out of the list of those that have something to write. */
static void forget_full(struct way_wire *wire, const struct way_link *link)
{
    struct way_side **at = &wire->full;
    while (*at) {
        if ((*at)->link == link)
            *at = (*at)->next_full;
        else
            at = &(*at)->next_full;
    }
}

void way_wire_remove(struct way_wire *wire, struct way_link *link)
{
    size_t i = 0;
    while (wire->links[i] != link)
        i++;
    memmove(wire->links + i, wire->links + i + 1, (--wire->link_count - i) * sizeof(void *));
    forget_full(wire, link);
    way_link_close(link);
    link->next_closed = wire->closed;
    wire->closed = link;
}

/* ---- opening ---- */

/* What the settings say, else a quarter of the memory that there is. */
static size_t memory_bound(const struct way_wire_settings *settings)
{
    struct sysinfo info;
    if (settings->memory > 0)
        return (size_t)settings->memory;
    if (sysinfo(&info) != 0)
        return MEMORY_MAX / 4;
    uint64_t quarter = (uint64_t)info.totalram * info.mem_unit / 4;
    return quarter < MEMORY_MAX ? (size_t)quarter : (size_t)MEMORY_MAX;
}

/* A link has two descriptors, or four with captures. */
static void raise_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        way_log(WAY_LOG_WARNING, "limit of open files: %s", strerror(errno));
}

static int open_outputs(struct way_wire *wire, char *error, size_t error_size)
{
    const struct way_wire_settings *settings = &wire->settings;
    wire->writer = way_writer_new(WAY_WRITER_RING);
    if (!wire->writer) {
        snprintf(error, error_size, "cannot start the writer: %s", strerror(errno));
        return -1;
    }
    if (!settings->decisions)
        return 0;
    wire->decisions = way_decisions_open(wire->writer, settings->decisions, settings->seed,
                                         settings->run, error, error_size);
    return wire->decisions ? 0 : -1;
}

static void signalled(void *context)
{
    struct way_wire *wire = context;
    struct signalfd_siginfo caught;
    if (read(wire->signals, &caught, sizeof(caught)) != sizeof(caught))
        return;
    if (caught.ssi_signo == SIGUSR1) {
        (void)way_wire_counters_write(wire, wire->counters);
        return;
    }
    way_log(WAY_LOG_INFO, "stopping: %s", strsignal((int)caught.ssi_signo));
    way_loop_stop(&wire->loop);
}

static void answered(void *context)
{
    struct way_wire *wire = context;
    way_control_run(wire->control);
}

static void flushed(void *context)
{
    struct way_wire *wire = context;
    uint64_t ticket = way_writer_flushed(wire->writer);
    if (wire->control)
        way_control_done(wire->control, ticket);
}

static int watch_signals(struct way_wire *wire)
{
    sigset_t taken;
    sigemptyset(&taken);
    sigaddset(&taken, SIGTERM);
    sigaddset(&taken, SIGINT);
    sigaddset(&taken, SIGUSR1);
    (void)sigprocmask(SIG_BLOCK, &taken, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    wire->signals = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    wire->signal_watch = (struct way_watch){.ready = signalled, .context = wire};
    return wire->signals < 0 ? -errno
                             : way_loop_watch(&wire->loop, wire->signals, &wire->signal_watch);
}

/* All that the loop serves besides links. Returns 0 or -1 with the error. */
static int open_services(struct way_wire *wire, char *error, size_t error_size)
{
    wire->control_watch = (struct way_watch){.ready = answered, .context = wire};
    wire->writer_watch = (struct way_watch){.ready = flushed, .context = wire};
    if (wire->settings.control) {
        const struct way_request_handlers handlers = way_wire_handlers(wire);
        wire->control = way_control_open(wire->settings.control, &handlers, error, error_size);
        if (!wire->control)
            return -1;
    }
    int failed = watch_signals(wire);
    if (!failed)
        failed = way_loop_watch(&wire->loop, way_writer_fd(wire->writer), &wire->writer_watch);
    if (!failed && wire->control)
        failed = way_loop_watch(&wire->loop, way_control_fd(wire->control), &wire->control_watch);
    if (failed)
        snprintf(error, error_size, "cannot watch: %s", strerror(-failed));
    return failed ? -1 : 0;
}

int way_wire_open(struct way_wire *wire, struct way_wire_settings *settings,
                  struct way_materials *materials, char *error, size_t error_size)
{
    const struct way_loop_turns turns = {run_due, free_closed, wire};
    *wire = (struct way_wire){.settings = *settings,
                              .materials = materials,
                              .signals = -1,
                              .realtime = {.dma_latency = -1},
                              .frames = way_frames_new(memory_bound(settings))};
    *settings = (struct way_wire_settings){0};
    raise_files();
    int failed = way_loop_open(&wire->loop, &turns);
    wire->gone = json_array();
    if (failed || !wire->gone || !way_intake_open(&wire->intake, &wire->frames)) {
        snprintf(error, error_size, "cannot begin: %s", strerror(failed ? -failed : ENOMEM));
        return -1;
    }
    if (open_outputs(wire, error, error_size) != 0 || open_services(wire, error, error_size) != 0)
        return -1;
    for (size_t i = 0; i < wire->settings.link_count; i++)
        if (way_wire_add(wire, &wire->settings.links[i], error, error_size) != 0)
            return -1;
    wire->realtime = way_realtime_begin(wire->settings.realtime);
    wire->loop.spin = wire->settings.spin;
    wire->loop.exact = wire->realtime.got;
    return 0;
}

/* Waits until all that was captured stands in the files, so that what they could not
 * take is known when the fidelity is written. */
static void settle_writer(const struct way_wire *wire)
{
    uint64_t ticket = way_writer_flush(wire->writer);
    struct pollfd done = {.fd = way_writer_fd(wire->writer), .events = POLLIN};
    while (way_writer_flushed(wire->writer) < ticket && poll(&done, 1, SETTLE_MS) > 0)
        ;
}

int way_wire_run(struct way_wire *wire)
{
    wire->began = way_clock_ns();
    wire->cpu_before = way_fidelity_cpu();
    way_log(WAY_LOG_INFO, "ready");
    int failed = way_loop_run(&wire->loop);
    if (failed)
        way_log(WAY_LOG_ERROR, "cannot wait for frames: %s", strerror(-failed));
    settle_writer(wire);
    int written = way_fidelity_write(wire);
    if (way_wire_counters_write(wire, wire->counters) != 0)
        written = -1;
    return failed || written != 0 ? -1 : 0;
}

static void hold_devices(const struct way_wire *wire, struct way_closing *devices)
{
    for (size_t i = 0; i < wire->link_count; i++)
        for (int side = 0; side < 2; side++)
            if (wire->links[i]->sides[side].end)
                way_closing_hold(devices, way_end_fd(wire->links[i]->sides[side].end));
}

void way_wire_close(struct way_wire *wire)
{
    struct way_closing devices = {.count = 0};
    way_control_close(&wire->control);
    hold_devices(wire, &devices);
    while (wire->link_count > 0)
        way_wire_remove(wire, wire->links[wire->link_count - 1]);
    free_closed(wire);
    way_closing_end(&devices);
    free(wire->links);
    way_writer_free(&wire->writer);
    way_realtime_end(&wire->realtime);
    if (wire->signals >= 0)
        close(wire->signals);
    way_loop_close(&wire->loop);
    if (wire->intake.frames) {
        way_intake_close(&wire->intake);
        way_frames_free(&wire->frames);
    }
    json_decref(wire->gone);
    way_changes_free(&wire->changes);
    way_wire_settings_free(&wire->settings);
}
