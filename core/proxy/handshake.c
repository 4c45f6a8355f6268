/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handshakes: from the decisions of the table to packets, descriptors and log.
 *
 * struct way_held is what stands behind an entry: the kept packet and the origin's
 * descriptor, both freed when the entry ends. Its poll handle is on its own in
 * memory, because libuv closes handles later than we do.
 */
#include "core/proxy/handshake.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/common/cleanup.h"
#include "core/common/clock.h"
#include "core/common/log.h"
#include "core/datapath/sockdiag.h"
#include "core/proxy/counters.h"
#include "core/proxy/origin.h"
#include "core/proxy/refuse.h"

struct way_handshakes {
    struct way_handshakes_with with;
    struct way_hold *table;
    struct way_sockdiag diag;
    uint64_t last_id;
    struct way_diverted *scratch; /* for writing kept packets */
};

struct way_held {
    struct way_handshakes *all;
    struct way_hold_entry *entry;
    struct way_flow flow;
    struct virtio_net_hdr header; /* of the kept packet */
    uint8_t *packet;              /* NULL when it was released */
    size_t len;
    int fd;          /* of the origin connection, or -1 */
    uv_poll_t *poll; /* while connecting, else NULL */
};

int way_handshakes_new(struct way_handshakes **out, const struct way_handshakes_with *with,
                       const struct way_hold_limits *limits)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        return -EIO;
    struct way_handshakes *all = calloc(1, sizeof *all);
    if (!all)
        return -ENOMEM;
    all->with = *with;
    all->diag.fd = -1;
    int error = way_sockdiag_open(&all->diag);
    if (error)
        way_log(WAY_LOG_ERROR, "sock_diag: %s (the kernel needs inet_diag and tcp_diag)",
                strerror(-error));
    all->table = way_hold_new(limits, seed);
    all->scratch = calloc(1, sizeof *all->scratch);
    if (!error && (!all->table || !all->scratch))
        error = -ENOMEM;
    *out = all;
    if (error)
        way_handshakes_free(out);
    return error;
}

static void free_poll(uv_handle_t *handle)
{
    free(handle);
}

static void stop_polling(struct way_held *held)
{
    if (held->poll)
        uv_close((uv_handle_t *)held->poll, free_poll);
    held->poll = NULL;
}

/* Frees what is behind an entry that came to an end, and gives its slot back. */
static void end_held(struct way_held *held)
{
    stop_polling(held);
    if (held->fd >= 0)
        close(held->fd);
    free(held->packet);
    way_hold_end(held->all->table, &held->entry);
    free(held);
}

static void log_expired(struct way_held *held, const char *reason)
{
    const struct way_access_expired what = {.at = way_clock_ns(), .reason = reason};
    way_access_expired(held->all->with.log, &held->flow, &what);
}

void way_handshakes_free(struct way_handshakes **handshakes)
{
    struct way_handshakes *all = *handshakes;
    *handshakes = NULL;
    struct way_hold_entry *entry;
    while (all->table && (entry = way_hold_expired(all->table, INT64_MAX)) != NULL) {
        log_expired(entry->held, "proxy stopped");
        end_held(entry->held);
    }
    if (all->diag.fd >= 0)
        way_sockdiag_close(&all->diag);
    way_hold_free(&all->table);
    free(all->scratch);
    free(all);
}

void way_handshakes_deliver(struct way_handshakes *handshakes, const struct way_diverted *frame)
{
    int error = way_device_write(handshakes->with.device, frame);
    way_count(error ? WAY_COUNT_DELIVERY_FAILED : WAY_COUNT_DELIVERED);
}

/* Copies the frame's packet into the place of what was kept before. */
static int keep_packet(struct way_held *held, const struct way_diverted *frame)
{
    uint8_t *copy = malloc(frame->packet.len);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, frame->packet.data, frame->packet.len);
    free(held->packet);
    held->packet = copy;
    held->len = frame->packet.len;
    held->header = frame->header;
    return 0;
}

static void give_to_kernel(struct way_held *held)
{
    struct way_diverted *frame = held->all->scratch;
    frame->header = held->header;
    frame->packet = (struct way_packet){.data = held->packet, .len = held->len};
    way_handshakes_deliver(held->all, frame);
}

/* The origin acknowledged: the kept SYN is the kernel's now. */
static void release(struct way_held *held)
{
    stop_polling(held);
    way_hold_release(held->all->table, held->entry, way_clock_ns());
#ifndef WAYLAY_FAULT_EARLY_ACK
    held->flow.syn_released = way_clock_ns();
    give_to_kernel(held);
#endif
    way_count(WAY_COUNT_SYN_RELEASED);
    free(held->packet);
    held->packet = NULL;
}

#ifdef WAYLAY_FAULT_OWN_ADDRESS
/* The fault: after the refusal in the origin's name, one in our own. */
static void let_own_address_out(struct way_held *held)
{
    const struct way_addresses *own = held->all->with.addresses;
    struct way_origin_refusal mine = {.type = 3, .code = 3};
    for (unsigned i = 0; i < own->own_count; i++)
        if (way_addresses_foreign_host(&(struct way_addresses){0}, own->own[i]))
            mine.offender = own->own[i];
    way_refuse_by_icmp(held->all->with.out, &mine, held->packet, held->len);
}
#endif

static void refuse(struct way_held *held, bool by_icmp, const struct way_origin_refusal *refusal)
{
    const struct way_handshakes_with *with = &held->all->with;
    const struct way_access_refused what = {.by_icmp = by_icmp,
                                            .icmp_type = refusal->type,
                                            .icmp_code = refusal->code,
                                            .offender = refusal->offender,
                                            .at = way_clock_ns()};
    int error = by_icmp ? way_refuse_by_icmp(with->out, refusal, held->packet, held->len)
                        : way_refuse_by_reset(with->out, held->packet, held->len);
    if (error) {
        way_log(WAY_LOG_WARNING, "a refusal was not sent: %s", strerror(-error));
        way_count(WAY_COUNT_REFUSAL_FAILED);
        log_expired(held, "refusal not sent");
    } else {
        way_count(by_icmp ? WAY_COUNT_REFUSED_ICMP : WAY_COUNT_REFUSED_RST);
        way_access_refused(with->log, &held->flow, &what);
    }
#ifdef WAYLAY_FAULT_OWN_ADDRESS
    let_own_address_out(held);
#endif
}

/* Nobody's answer: the client meets silence. */
static void be_silent(struct way_held *held, enum way_origin_outcome outcome, int error)
{
    bool silent = outcome == WAY_ORIGIN_SILENT;
    way_count(silent ? WAY_COUNT_ORIGIN_SILENT : WAY_COUNT_ORIGIN_FAILED);
    if (!silent)
        way_log(WAY_LOG_WARNING, "connection %llu: cannot connect to the origin: %s",
                (unsigned long long)held->flow.id, strerror(error));
    log_expired(held, silent ? "origin silent" : "proxy failed");
}

static void take_outcome(struct way_held *held, enum way_origin_outcome outcome,
                         struct way_origin_refusal *refusal)
{
    /* An error that our own kernel raised (no neighbour answered) is our failure. */
    if (outcome == WAY_ORIGIN_REFUSED_ICMP &&
        way_addresses_own(held->all->with.addresses, refusal->offender))
        outcome = WAY_ORIGIN_FAILED;
    if (outcome == WAY_ORIGIN_CONNECTED) {
        held->flow.origin_acknowledged = way_clock_ns();
        release(held);
        return;
    }
    if (outcome == WAY_ORIGIN_REFUSED_RST || outcome == WAY_ORIGIN_REFUSED_ICMP)
        refuse(held, outcome == WAY_ORIGIN_REFUSED_ICMP, refusal);
    else
        be_silent(held, outcome, refusal->error);
    way_hold_refuse(held->all->table, held->entry);
    end_held(held);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status; /* libuv reports POLLERR as an error of the handle; ask the socket */
    (void)events;
    struct way_held *held = poll->data;
    struct way_origin_refusal refusal;
    enum way_origin_outcome outcome = way_origin_outcome(held->fd, &refusal);
    if (outcome == WAY_ORIGIN_PENDING)
        uv_poll_start(held->poll, UV_WRITABLE, on_poll);
    else
        take_outcome(held, outcome, &refusal);
}

/* Begins to connect, and to wait for it. Returns 0 or a negative errno. */
static int connect_to_origin(struct way_held *held)
{
    const struct way_tuple *tuple = &held->flow.tuple;
    held->flow.origin_connect = way_clock_ns();
    held->fd = way_origin_connect(tuple->origin, tuple->origin_port, &held->flow.local_port);
    if (held->fd < 0)
        return held->fd;
    uv_poll_t *poll = malloc(sizeof *poll);
    if (!poll)
        return -ENOMEM;
    int error = uv_poll_init(held->all->with.loop, poll, held->fd);
    if (error) {
        free(poll);
        return error;
    }
    poll->data = held;
    held->poll = poll;
    return uv_poll_start(poll, UV_WRITABLE, on_poll);
}

/* Makes what stands behind a new entry. Returns it, or NULL when memory lacks. */
static struct way_held *new_held(struct way_handshakes *all, struct way_hold_entry *entry,
                                 const struct way_diverted *frame)
{
    struct way_held *held = calloc(1, sizeof *held);
    if (!held)
        return NULL;
    *held = (struct way_held){.all = all, .entry = entry, .fd = -1};
    if (keep_packet(held, frame) != 0) {
        free(held);
        return NULL;
    }
    held->flow = (struct way_flow){
        .id = ++all->last_id, .tuple = entry->tuple, .syn_seen = entry->first_seen};
    entry->held = held;
    return held;
}

static void keep_and_connect(struct way_handshakes *all, struct way_hold_entry *entry,
                             const struct way_diverted *frame)
{
    struct way_held *held = new_held(all, entry, frame);
    if (!held) {
        way_count(WAY_COUNT_DROPPED_SYN_MEMORY);
        way_hold_refuse(all->table, entry);
        way_hold_end(all->table, &entry);
        return;
    }
    way_count(WAY_COUNT_SYN_HELD);
#ifdef WAYLAY_FAULT_EARLY_ACK
    held->flow.syn_released = way_clock_ns();
    give_to_kernel(held);
#endif
    int error = connect_to_origin(held);
    if (error) {
        struct way_origin_refusal refusal = {.error = -error};
        take_outcome(held, WAY_ORIGIN_FAILED, &refusal);
    }
}

static void replace(struct way_held *held, const struct way_diverted *frame)
{
    way_count(WAY_COUNT_SYN_REPLACED);
    if (keep_packet(held, frame) == 0)
        held->flow.syn_seen = held->entry->first_seen;
}

static enum way_hold_kernel ask_kernel(struct way_handshakes *all, const struct way_tuple *tuple)
{
    int answer = way_sockdiag_lookup(&all->diag, tuple);
    if (answer < 0)
        way_log(WAY_LOG_WARNING, "sock_diag: %s", strerror(-answer));
    if (answer == WAY_SOCK_TIME_WAIT)
        return WAY_HOLD_KERNEL_TIME_WAIT;
    return answer == WAY_SOCK_KNOWN ? WAY_HOLD_KERNEL_LIVE : WAY_HOLD_KERNEL_UNKNOWN;
}

void way_handshakes_syn(struct way_handshakes *all, const struct way_diverted *frame,
                        const struct way_sorted *sorted)
{
    static const enum way_proxy_counter drops[] = {
        [WAY_HOLD_DROP_CHECKSUM] = WAY_COUNT_DROPPED_SYN_CHECKSUM,
        [WAY_HOLD_DROP_FLAGS] = WAY_COUNT_DROPPED_SYN_FLAGS,
        [WAY_HOLD_DROP_FULL] = WAY_COUNT_DROPPED_SYN_FULL,
    };
    static_assert(sizeof drops / sizeof *drops == WAY_HOLD_DROP_COUNT, "a counter a reason");
    struct way_hold_syn syn = {.tuple = sorted->tuple,
                               .seq = sorted->seq,
                               .flags = sorted->flags,
                               .checksum_wrong = sorted->checksum_wrong};
    if (!syn.checksum_wrong && !way_hold_find(all->table, &syn.tuple))
        syn.kernel = ask_kernel(all, &syn.tuple);
    struct way_hold_decision decision = way_hold_syn(all->table, &syn, way_clock_ns());
    switch (decision.verdict) {
    case WAY_HOLD_DROP:
        way_count(drops[decision.drop]);
        break;
    case WAY_HOLD_KEEP:
        keep_and_connect(all, decision.entry, frame);
        break;
    case WAY_HOLD_ABSORB:
        way_count(WAY_COUNT_SYN_ABSORBED);
        break;
    case WAY_HOLD_REPLACE:
        replace(decision.entry->held, frame);
        break;
    default:
        way_count(WAY_COUNT_SYN_PASSED);
        way_handshakes_deliver(all, frame);
    }
}

void way_handshakes_reset(struct way_handshakes *all, const struct way_diverted *frame,
                          const struct way_sorted *sorted)
{
    if (sorted->checksum_wrong) {
        way_count(WAY_COUNT_DROPPED_RESET_CHECKSUM);
        return;
    }
    struct way_hold_decision decision = way_hold_reset(all->table, &sorted->tuple, sorted->seq);
    if (decision.verdict == WAY_HOLD_ABANDON) {
        bool kernel_has_it = decision.entry->before == WAY_HOLD_RELEASED;
        way_count(WAY_COUNT_CLIENT_RESET);
        log_expired(decision.entry->held, "client reset");
        end_held(decision.entry->held);
        if (!kernel_has_it)
            return;
    }
    way_handshakes_deliver(all, frame);
}

#ifdef WAYLAY_FAULT_EARLY_ACK
/* The fault acknowledged the client first; its socket waits here for the origin. */
static void await_origin(struct way_handshakes *all, const struct way_tuple *tuple)
{
    struct way_hold_entry *entry = way_hold_find(all->table, tuple);
    if (!entry || entry->state != WAY_HOLD_HELD)
        return;
    struct way_held *held = entry->held;
    struct pollfd wait = {.fd = held->fd, .events = POLLOUT};
    if (poll(&wait, 1, 30000) == 1)
        on_poll(held->poll, 0, 0);
}
#endif

int way_handshakes_claim(struct way_handshakes *all, const struct way_tuple *tuple, uint32_t seq,
                         struct way_flow *flow)
{
#ifdef WAYLAY_FAULT_EARLY_ACK
    await_origin(all, tuple);
#endif
    struct way_hold_entry *entry = way_hold_claim(all->table, tuple, seq);
    if (!entry)
        return -ENOENT;
    struct way_held *held = entry->held;
    int fd = WAY_TAKE_FD(held->fd);
    *flow = held->flow;
    flow->client_accepted = way_clock_ns();
    end_held(held);
    return fd;
}

void way_handshakes_tick(struct way_handshakes *all)
{
    struct way_hold_entry *entry;
    while ((entry = way_hold_expired(all->table, way_clock_ns())) != NULL) {
        bool released = entry->before == WAY_HOLD_RELEASED;
        way_count(released ? WAY_COUNT_EXPIRED_RELEASED : WAY_COUNT_EXPIRED_HELD);
        log_expired(entry->held, released ? "not accepted" : "client gave up");
        end_held(entry->held);
    }
}
