/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The worker's start, its packets, its signals and its end.
 */
#include "core/proxy/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "core/common/log.h"
#include "core/common/options.h"
#include "core/datapath/device.h"
#include "core/proxy/counters.h"
#include "core/proxy/handshake.h"
#include "core/proxy/listener.h"
#include "core/proxy/session.h"
#include "core/proxy/sort.h"

enum { PACKET_BATCH = 128, TICK_MS = 1000 };

struct worker {
    const struct way_worker_with *with;
    uv_loop_t loop;
    uv_poll_t device_poll;
    uv_timer_t tick;
    uv_signal_t terminate, interrupt, dump;
    struct way_device device;
    struct way_out out;
    struct way_addresses addresses;
    struct way_access_log log;
    struct way_sort_rules rules;
    struct way_handshakes *handshakes;
    struct way_listeners *listeners;
    struct way_sessions sessions;
    struct way_diverted frame; /* the packet at hand */
    bool failed;               /* its device went away */
};

/* ---- packets ---- */

static void forward(struct worker *worker)
{
    int error = way_out_forward(&worker->out, &worker->frame);
    way_count(error == -ETIME ? WAY_COUNT_DROPPED_TTL
              : error         ? WAY_COUNT_FORWARD_FAILED
                              : WAY_COUNT_FORWARDED);
}

static void take_packet(struct worker *worker)
{
    way_count(WAY_COUNT_PACKETS);
    struct way_sorted sorted = way_sort(&worker->frame, &worker->rules);
    switch (sorted.verdict) {
    case WAY_SORT_DROP:
        way_counted[sorted.counter]++;
        break;
    case WAY_SORT_SYN:
        way_handshakes_syn(worker->handshakes, &worker->frame, &sorted);
        break;
    case WAY_SORT_RESET:
        way_handshakes_reset(worker->handshakes, &worker->frame, &sorted);
        break;
    case WAY_SORT_DELIVER:
        way_handshakes_deliver(worker->handshakes, &worker->frame);
        break;
    case WAY_SORT_FORWARD:
        forward(worker);
        break;
    }
}

static void on_packets(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct worker *worker = poll->data;
    for (int i = 0; i < PACKET_BATCH; i++) {
        int error = way_device_read(&worker->device, &worker->frame);
        if (error == -EAGAIN)
            return;
        if (error && error != -EINTR) {
            way_log(WAY_LOG_ERROR, "%s: %s: stopping", worker->device.name, strerror(-error));
            worker->failed = true;
            uv_stop(&worker->loop);
            return;
        }
        if (!error)
            take_packet(worker);
    }
}

/* ---- connections ---- */

static void on_accepted(void *context, int fd, const struct way_tuple *tuple, uint32_t seq)
{
    struct worker *worker = context;
    struct way_flow flow;
    int origin = way_handshakes_claim(worker->handshakes, tuple, seq, &flow);
    if (origin < 0) { /* its handshake has been given up meanwhile: a reset says so */
        const struct linger reset = {.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
        way_count(WAY_COUNT_ACCEPTED_UNKNOWN);
        return;
    }
    way_count(WAY_COUNT_ACCEPTED);
    way_session_begin(&worker->sessions, &flow, fd, origin);
}

/* ---- time and signals ---- */

static void on_tick(uv_timer_t *timer)
{
    struct worker *worker = timer->data;
    way_handshakes_tick(worker->handshakes);
    way_listeners_tick(worker->listeners);
    way_addresses_read(&worker->addresses);
}

static void write_counters(struct worker *worker)
{
    if (!worker->with->counters)
        return;
    way_counted[WAY_COUNT_LOST] = way_device_lost(&worker->device);
    int error = way_counted_write(worker->with->counters);
    if (error)
        way_log(WAY_LOG_WARNING, "counters '%s': %s", worker->with->counters, strerror(-error));
}

static void on_signal(uv_signal_t *handle, int signal)
{
    struct worker *worker = handle->data;
    if (signal == SIGUSR1)
        write_counters(worker);
    else
        uv_stop(&worker->loop);
}

static void watch_signal(struct worker *worker, uv_signal_t *handle, int signal)
{
    uv_signal_init(&worker->loop, handle);
    handle->data = worker;
    uv_signal_start(handle, on_signal, signal);
}

static void watch_signals(struct worker *worker)
{
    watch_signal(worker, &worker->terminate, SIGTERM);
    watch_signal(worker, &worker->interrupt, SIGINT);
    watch_signal(worker, &worker->dump, SIGUSR1);
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* ---- start and end ---- */

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_parts(struct worker *worker)
{
    const struct way_settings *settings = worker->with->settings;
    struct way_hold_limits limits = WAY_HOLD_LIMITS_DEFAULT;
    limits.entries = (uint32_t)settings->held;
    const struct way_handshakes_with handshakes = {.loop = &worker->loop,
                                                   .device = &worker->device,
                                                   .out = &worker->out,
                                                   .addresses = &worker->addresses,
                                                   .log = &worker->log};
    const struct way_listeners_with listeners = {.loop = &worker->loop,
                                                 .addresses = &worker->addresses,
                                                 .accepted = on_accepted,
                                                 .context = worker};
    const struct way_store_config store = {.size = (size_t)settings->cache_size,
                                           .object = (size_t)settings->cache_object};
    worker->sessions.store = way_store_new(&store);
    if (!worker->sessions.store)
        return -ENOMEM;
    int error = way_access_open(&worker->log, settings->access_log);
    if (!error)
        error = way_addresses_read(&worker->addresses);
    if (!error)
        error = way_device_open(&worker->device, settings->device, worker->with->diversion);
    if (!error)
        error = way_device_up(&worker->device, 0);
    if (!error)
        error = way_out_open(&worker->out);
    if (!error)
        error = way_handshakes_new(&worker->handshakes, &handshakes, &limits);
    if (!error)
        error = way_listeners_new(&worker->listeners, &listeners, &settings->services,
                                  (int)settings->held);
    return error;
}

static int start(struct worker *worker)
{
    const struct way_settings *settings = worker->with->settings;
    worker->rules =
        (struct way_sort_rules){.services = &settings->services, .addresses = &worker->addresses};
    worker->sessions =
        (struct way_sessions){.loop = &worker->loop, .settings = settings, .log = &worker->log};
    int error = open_parts(worker);
    if (error)
        return error;
    uv_poll_init(&worker->loop, &worker->device_poll, worker->device.fd);
    uv_timer_init(&worker->loop, &worker->tick);
    worker->device_poll.data = worker->tick.data = worker;
    uv_poll_start(&worker->device_poll, UV_READABLE, on_packets);
    uv_timer_start(&worker->tick, on_tick, TICK_MS, TICK_MS);
    watch_signals(worker);
    return way_diversion_install(worker->with->diversion);
}

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* No more packets and ticks: what they need is freed next, and the loop still runs. */
static void stop_intake(struct worker *worker)
{
    if (uv_is_active((uv_handle_t *)&worker->device_poll))
        uv_poll_stop(&worker->device_poll);
    if (uv_is_active((uv_handle_t *)&worker->tick))
        uv_timer_stop(&worker->tick);
}

static void stop(struct worker *worker)
{
    stop_intake(worker);
    way_listeners_free(&worker->listeners);
    way_sessions_stop(&worker->sessions);
    if (worker->handshakes)
        way_handshakes_free(&worker->handshakes);
    /* What is left are the worker's own handles, and streams that linger, which end
     * with the process. */
    uv_run(&worker->loop, UV_RUN_NOWAIT);
    way_store_free(&worker->sessions.store);
    write_counters(worker);
    way_device_close(&worker->device);
    way_out_close(&worker->out);
    way_access_close(&worker->log);
}

int way_worker_run(const struct way_worker_with *with)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker || uv_loop_init(&worker->loop) != 0) {
        way_log(WAY_LOG_ERROR, "out of memory");
        free(worker);
        return WAY_EXIT_FAILED;
    }
    worker->with = with;
    worker->device.fd = worker->out.fd = worker->log.fd = -1;
    raise_descriptor_limit();
    int error = start(worker);
    if (!error) {
        *with->serving = true;
        way_log(WAY_LOG_INFO, "ready");
        uv_run(&worker->loop, UV_RUN_DEFAULT);
    }
    stop(worker);
    uv_walk(&worker->loop, close_handle, NULL);
    uv_run(&worker->loop, UV_RUN_NOWAIT);
    uv_loop_close(&worker->loop);
    bool failed = error != 0 || worker->failed;
    free(worker);
    return failed ? WAY_EXIT_FAILED : WAY_EXIT_OK;
}
