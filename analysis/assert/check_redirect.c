/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The check of the redirect itself: what the client sent is what the proxy
 * got, but for exactly the changes that the mechanism makes.
 *
 * The packets of both links are sorted by what the mechanism leaves alone
 * (addresses of the client, ports, sequence, acknowledgement, flags,
 * identification, payload), each kind in the file's order. Then both lists are
 * walked together: within one kind, the n-th copy of the client's is the n-th
 * on the proxy's link. What is left over on either side has no counterpart.
 *
 * Both are taken at the router: the client's packets as they arrive there, the
 * redirected ones as they leave it. What a link between router and proxy loses
 * or repeats on the way is the link's doing, and breaks no rule of the router's.
 *
 * Two edges of a capture are undecidable, and only these are doubts: a packet
 * of the client's sent when the proxy's tap is not known to have been live any
 * more, and one on the proxy's link from before the client's tap was.
 */
#include "analysis/assert/check.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "analysis/assert/memory.h"
#include "core/packet/bytes.h"
#include "core/packet/cursor.h"

enum {
    OPTION_LEN = 8, /* NOP, Record Route with one address */
};

/* ns: a copy that comes later than this is not the packet that the router passed on,
 * whatever its bytes say. A guard, no measure: on a machine without time to spare the
 * router itself was seen to wait for a processor for two seconds. */
static const int64_t REAPPEARS_WITHIN = INT64_C(10) * 1000 * 1000 * 1000;

/* The rule's bytes, written down here as the wire must show them rather than
 * taken from the code that writes them. */
static const uint8_t option_start[OPTION_LEN - 4] = {1, 7, 7, 8};

/* ---- the two lists ---- */

struct packet {
    const struct way_frame *frame;
};

struct packets {
    struct packet *items; /* sorted by compare_packets */
    size_t count;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* Orders by what the mechanism leaves alone. */
static int compare_kinds(const struct way_frame *a, const struct way_frame *b)
{
    size_t data_len = way_frame_data_len(a);
    int order;

    assert(a->kind == WAY_FRAME_TCP && b->kind == WAY_FRAME_TCP);
    if ((order = compare_numbers(a->ip.source, b->ip.source)) ||
        (order = compare_numbers(a->tcp.source_port, b->tcp.source_port)) ||
        (order = compare_numbers(a->tcp.destination_port, b->tcp.destination_port)) ||
        (order = compare_numbers(a->tcp.seq, b->tcp.seq)) ||
        (order = compare_numbers(a->tcp.ack, b->tcp.ack)) ||
        (order = compare_numbers(a->tcp.flags, b->tcp.flags)) ||
        (order = compare_numbers(a->ip.identification, b->ip.identification)) ||
        (order = compare_numbers(data_len, way_frame_data_len(b))))
        return order;
    return data_len ? memcmp(a->tcp.payload.at, b->tcp.payload.at, data_len) : 0;
}

static int compare_packets(const void *left, const void *right)
{
    const struct packet *a = left, *b = right;
    int order = compare_kinds(a->frame, b->frame);

    return order ? order : compare_numbers(a->frame->order, b->frame->order);
}

static void packets_collect(const struct way_run *run, const struct way_capture *capture,
                            bool (*select)(const struct way_run *, const struct way_frame *),
                            struct packets *out)
{
    *out = (struct packets){.items = way_memory_array(capture->count, sizeof *out->items)};
    for (size_t i = 0; i < capture->count; i++)
        if (select(run, &capture->frames[i]))
            out->items[out->count++].frame = &capture->frames[i];
    qsort(out->items, out->count, sizeof *out->items, compare_packets);
}

/* ---- which packets ---- */

static bool has_option(const struct way_frame *frame, uint8_t type)
{
    struct way_cursor rest = frame->ip.options;
    struct way_ipv4_option option;

    while (way_ipv4_option_next(&rest, &option) == WAY_PACKET_OK && option.bytes)
        if (option.type == type)
            return true;
    return false;
}

static bool is_from_client_to_service(const struct way_run *run, const struct way_frame *frame)
{
    return frame->kind == WAY_FRAME_TCP &&
           way_bindings_is(&run->bindings, WAY_ROLE_CLIENT, frame->ip.source) &&
           way_bindings_redirected(&run->bindings, frame->tcp.destination_port);
}

/* Whether the router must redirect the packet. It rightly drops, or answers
 * itself, what is addressed to it or to a proxy, source-routed, at the end of
 * its life, or broken. */
static bool must_be_redirected(const struct way_run *run, const struct way_frame *frame)
{
    const struct way_ipv4 *ip = &frame->ip;

    return is_from_client_to_service(run, frame) && ip->ttl > 1 && way_ipv4_checksum_ok(ip) &&
           !way_bindings_is(&run->bindings, WAY_ROLE_PROXY, ip->destination) &&
           !way_bindings_is(&run->bindings, WAY_ROLE_ROUTER, ip->destination) &&
           !has_option(frame, WAY_IPV4_OPTION_LOOSE_SOURCE_ROUTE) &&
           !has_option(frame, WAY_IPV4_OPTION_STRICT_SOURCE_ROUTE);
}

/* Whether the packet, on the proxy's link, is a redirected one, or claims to
 * be: addressed to the proxy, or bearing the option. */
static bool is_redirected(const struct way_run *run, const struct way_frame *frame)
{
    if (frame->kind != WAY_FRAME_TCP)
        return false;
    bool to_proxy = way_bindings_is(&run->bindings, WAY_ROLE_PROXY, frame->ip.destination);
    return (to_proxy && has_option(frame, WAY_IPV4_OPTION_RECORD_ROUTE)) ||
           (is_from_client_to_service(run, frame) &&
            (to_proxy || has_option(frame, WAY_IPV4_OPTION_RECORD_ROUTE)));
}

/* ---- one pair ---- */

/* A pair: the packet before and after the router. */
struct pair {
    const struct way_frame *sent, *redirected;
    struct way_finding *finding;
    bool holds;
};

static void refuse(struct pair *pair, struct way_text expected, struct way_text found)
{
    pair->holds = false;
    way_finding_fail(pair->finding, pair->redirected, expected, found);
}

/* Demands that a number is what it must be. */
static void demand(struct pair *pair, const char *what, unsigned expected, unsigned found)
{
    if (pair->holds && expected != found)
        refuse(pair, way_text("%s %u", what, expected), way_text("%u", found));
}

static bool same_bytes(struct way_cursor a, struct way_cursor b)
{
    size_t len = way_cursor_left(&a);

    return len == way_cursor_left(&b) && (len == 0 || memcmp(a.at, b.at, len) == 0);
}

/* The option's bytes as they must be, or as they are: "01 07 07 08 10.0.3.2". */
static struct way_text option_text(const uint8_t *bytes)
{
    return way_text("%02x %02x %02x %02x %s", bytes[0], bytes[1], bytes[2], bytes[3],
                    way_text_address(way_bytes_get_address(&bytes[4])).s);
}

static void demand_option(struct pair *pair, struct way_cursor *options)
{
    uint8_t expected[OPTION_LEN];
    const uint8_t *found = way_cursor_peel(options, OPTION_LEN);

    memcpy(expected, option_start, sizeof option_start);
    way_bytes_put_address(&expected[sizeof option_start], pair->sent->ip.destination);
    if (!pair->holds || (found && memcmp(found, expected, OPTION_LEN) == 0))
        return;
    refuse(pair, way_text("as first option %s", option_text(expected).s),
           found ? option_text(found) : way_text("no option"));
}

/* The client's own options stay behind ours when there is room and none is a
 * Record Route; else how many of them stay is the router's affair. */
static void demand_header(struct pair *pair)
{
    const struct way_ipv4 *sent = &pair->sent->ip, *redirected = &pair->redirected->ip;
    struct way_cursor options = redirected->options;
    bool stay = sent->header_len + OPTION_LEN <= WAY_IPV4_HEADER_MAX &&
                !has_option(pair->sent, WAY_IPV4_OPTION_RECORD_ROUTE);

    demand_option(pair, &options);
    demand(pair, "TTL", sent->ttl - 1U, redirected->ttl);
    if (stay)
        demand(pair, "total length", sent->total_len + OPTION_LEN, redirected->total_len);
    if (pair->holds && stay && !same_bytes(options, sent->options))
        refuse(pair, way_text("the client's own options behind ours"), way_text("others"));
    demand(pair, "type of service", sent->tos, redirected->tos);
    demand(pair, "do-not-fragment", sent->dont_fragment, redirected->dont_fragment);
    demand(pair, "more-fragments", sent->more_fragments, redirected->more_fragments);
    if (pair->holds && !way_ipv4_checksum_ok(redirected))
        refuse(pair, way_text("a right IPv4 header checksum"),
               way_text("0x%04x, which is wrong", redirected->checksum));
}

/* The segment must be as it was, but for its checksum, which must be right. */
static void demand_segment(struct pair *pair)
{
    struct way_cursor sent = pair->sent->ip.payload, redirected = pair->redirected->ip.payload;
    struct way_cursor sent_start = way_cursor_first(&sent, WAY_TCP_AT_CHECKSUM);
    struct way_cursor redirected_start = way_cursor_first(&redirected, WAY_TCP_AT_CHECKSUM);

    way_cursor_peel(&sent, WAY_TCP_AT_CHECKSUM + 2);
    way_cursor_peel(&redirected, WAY_TCP_AT_CHECKSUM + 2);
    if (pair->holds && !(same_bytes(sent_start, redirected_start) && same_bytes(sent, redirected)))
        refuse(pair, way_text("TCP header and payload as the client sent them"),
               way_text("others"));
    if (pair->holds && !way_tcp_checksum_ok(&pair->sent->ip)) {
        pair->holds = false;
        way_finding_fail(
            pair->finding, pair->sent, way_text("a right TCP checksum of the client"),
            way_text("0x%04x, which is wrong: is checksum offload on?", pair->sent->tcp.checksum));
    }
    if (pair->holds && !way_tcp_checksum_ok(&pair->redirected->ip))
        refuse(pair, way_text("a right TCP checksum"),
               way_text("0x%04x, which is wrong", pair->redirected->tcp.checksum));
}

/* The clock may be off either way. A wire that is late makes stamps late, but never
 * turns the order of cause and effect round. */
static void demand_times(struct pair *pair, int64_t uncertainty, int64_t lateness)
{
    int64_t later = pair->redirected->time - pair->sent->time;

    if (pair->holds && (later < -uncertainty || later > REAPPEARS_WITHIN + uncertainty + lateness))
        refuse(pair,
               way_text("at most %s after %s frame %" PRIu64, way_text_span(REAPPEARS_WITHIN).s,
                        pair->sent->capture, pair->sent->number),
               way_text("%s", way_text_span(later).s));
}

/* Judges a pair. Returns whether everything held. */
static bool pair_holds(const struct way_run *run, const struct way_frame *sent,
                       const struct way_frame *redirected, struct way_finding *finding)
{
    struct pair pair = {sent, redirected, finding, true};

    if (way_ipv4_is_fragment(&sent->ip)) {
        way_finding_doubt(finding, sent, way_text("whole packets"),
                          way_text("a fragment, which this check does not follow"));
        return false;
    }
    if (!way_bindings_is(&run->bindings, WAY_ROLE_PROXY, redirected->ip.destination))
        refuse(&pair, way_text("the proxy as destination"),
               way_text_address(redirected->ip.destination));
    demand_header(&pair);
    demand_segment(&pair);
    demand_times(&pair, run->bindings.uncertainty,
                 run->taps[WAY_TAP_CLIENT].error + run->taps[WAY_TAP_PROXY].error);
    return pair.holds;
}

/* ---- both lists ---- */

static void note_missing(const struct way_run *run, const struct way_frame *sent,
                         struct way_finding *finding)
{
    const struct way_tap *tap = &run->taps[WAY_TAP_PROXY];
    struct way_text expected = way_text("its redirected copy in %s", tap->capture.name);

    if (sent->time > tap->live_until)
        way_finding_doubt(finding, sent, expected,
                          way_text("none, but that tap is not known to have been live still"));
    else
        way_finding_fail(finding, sent, expected, way_text("none"));
}

static void note_surplus(const struct way_run *run, const struct way_frame *redirected,
                         struct way_finding *finding)
{
    const struct way_tap *tap = &run->taps[WAY_TAP_CLIENT];
    struct way_text expected = way_text("the client's packet in %s", tap->capture.name);

    finding->examined++;
    if (redirected->time < tap->live_from)
        way_finding_doubt(finding, redirected, expected,
                          way_text("none, but that tap is not known to have been live yet"));
    else
        way_finding_fail(finding, redirected, expected, way_text("none"));
}

/* Which list's next packet comes first: below 0 what the client sent (it has no
 * copy), above 0 what was redirected (it has no original), 0 a pair. */
static int compare_heads(const struct packets *sent, size_t s, const struct packets *redirected,
                         size_t r)
{
    if (s == sent->count)
        return 1;
    if (r == redirected->count)
        return -1;
    return compare_kinds(sent->items[s].frame, redirected->items[r].frame);
}

void way_check_redirected_packets(const struct way_run *run, struct way_window window,
                                  struct way_finding *finding)
{
    struct packets sent, redirected;
    size_t s = 0, r = 0;

    (void)window; /* the rule holds for the whole run */
    packets_collect(run, &run->taps[WAY_TAP_CLIENT].capture, must_be_redirected, &sent);
    packets_collect(run, &run->taps[WAY_TAP_PROXY].departed, is_redirected, &redirected);
    finding->examined = sent.count;
    while (s < sent.count || r < redirected.count) {
        int order = compare_heads(&sent, s, &redirected, r);
        if (order < 0)
            note_missing(run, sent.items[s++].frame, finding);
        else if (order > 0)
            note_surplus(run, redirected.items[r++].frame, finding);
        else
            finding->matched +=
                pair_holds(run, sent.items[s++].frame, redirected.items[r++].frame, finding);
    }
    free(sent.items);
    free(redirected.items);
}
