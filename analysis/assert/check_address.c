/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks of what must not be seen: the proxy's address on the client's link,
 * the option on the origin's.
 *
 * Of the client's link only what the client receives is looked at: what it sends
 * itself, to whatever address, tells it nothing. Whose a frame is its Ethernet
 * source says, since a packet that came back to the client would bear its address.
 *
 * A frame that cannot be read is a failure here: what it bears, nobody knows.
 */
#include "analysis/assert/check.h"

#include "core/packet/bytes.h"
#include "core/packet/cursor.h"

enum { ADDRESS_LEN = 4 };

/* Where in a frame the address was found, and which. */
struct leak {
    const char *where; /* NULL: nowhere */
    way_be32 address;
};

static bool is_proxy(const struct way_run *run, way_be32 address)
{
    return way_bindings_is(&run->bindings, WAY_ROLE_PROXY, address);
}

static void note_address(const struct way_run *run, way_be32 address, const char *where,
                         struct leak *leak)
{
    if (!leak->where && is_proxy(run, address))
        *leak = (struct leak){where, address};
}

/* Looks for the proxy's address at every byte position: options bear addresses
 * at any, and it has no business there at all. */
static void search_bytes(const struct way_run *run, struct way_cursor bytes, const char *where,
                         struct leak *leak)
{
    while (way_cursor_left(&bytes) >= ADDRESS_LEN) {
        struct way_cursor here = way_cursor_first(&bytes, ADDRESS_LEN);
        note_address(run, way_bytes_get_address(here.at), where, leak);
        way_cursor_peel(&bytes, 1);
    }
}

/* The headers of a quoted packet, however little of it there is, and what
 * RFC 4884 puts behind it. */
static void search_quote(const struct way_run *run, const struct way_icmp *icmp, struct leak *leak)
{
    struct way_ipv4 quoted;

    search_bytes(run, icmp->extensions, "in the extensions of an ICMP error", leak);
    if (way_ipv4_parse_quote(icmp->quote.at, way_cursor_left(&icmp->quote), &quoted) !=
        WAY_PACKET_OK) {
        search_bytes(run, icmp->quote, "in the broken quote of an ICMP error", leak);
        return;
    }
    note_address(run, quoted.source, "as the source of a quoted packet", leak);
    note_address(run, quoted.destination, "as the destination of a quoted packet", leak);
    search_bytes(run, quoted.options, "in the options of a quoted packet", leak);
}

/* The gateway that an ICMP redirect names (RFC 792): the word behind the
 * checksum. */
static void search_redirect(const struct way_run *run, const struct way_frame *frame,
                            struct leak *leak)
{
    struct way_cursor message = frame->ip.payload;

    if (frame->icmp.type != WAY_ICMP_REDIRECT || !way_cursor_peel(&message, 4))
        return;
    search_bytes(run, way_cursor_first(&message, ADDRESS_LEN), "as an ICMP redirect's gateway",
                 leak);
}

static void search_ipv4(const struct way_run *run, const struct way_frame *frame, struct leak *leak)
{
    note_address(run, frame->ip.source, "as the source", leak);
    note_address(run, frame->ip.destination, "as the destination", leak);
    search_bytes(run, frame->ip.options, "in the IPv4 options", leak);
    if (frame->kind != WAY_FRAME_ICMP)
        return;
    search_redirect(run, frame, leak);
    if (way_icmp_is_error(frame->icmp.type))
        search_quote(run, &frame->icmp, leak);
}

static struct leak search_frame(const struct way_run *run, const struct way_frame *frame)
{
    struct leak leak = {0};

    if (frame->kind == WAY_FRAME_ARP) {
        note_address(run, frame->arp.sender, "as the sender of an ARP packet", &leak);
        note_address(run, frame->arp.target, "as the target of an ARP packet", &leak);
    } else if (way_frame_has_ip(frame)) {
        search_ipv4(run, frame, &leak);
    }
    return leak;
}

/* Whether the frame is from a redirected service to the client: without one of
 * these the check would have been about nothing. */
static bool is_of_service(const struct way_run *run, const struct way_frame *frame)
{
    return frame->kind == WAY_FRAME_TCP &&
           way_bindings_redirected(&run->bindings, frame->tcp.source_port) &&
           way_bindings_is(&run->bindings, WAY_ROLE_CLIENT, frame->ip.destination);
}

/* Whether the client itself put the frame on the link. */
static bool is_sent_by_client(const struct way_run *run, const struct way_frame *frame)
{
    return frame->len >= 2 * (size_t)WAY_MAC_LEN &&
           way_bindings_is_mac(&run->bindings, WAY_ROLE_CLIENT, frame->bytes + WAY_MAC_LEN);
}

/* Looks at one frame. Returns whether it is clean. */
static bool proxy_is_absent(const struct way_run *run, const struct way_frame *frame,
                            struct way_finding *finding)
{
    struct leak leak = search_frame(run, frame);

    if (leak.where) {
        way_finding_fail(finding, frame, way_text("no address of the proxy"),
                         way_text("%s %s", way_text_address(leak.address).s, leak.where));
        return false;
    }
    if (way_frame_is_malformed(frame)) {
        way_finding_fail(finding, frame, way_text("a frame that can be read"),
                         way_text("%s", way_packet_error_meaning(frame->error)));
        return false;
    }
    return true;
}

void way_check_proxy_address(const struct way_run *run, struct way_window window,
                             struct way_finding *finding)
{
    const struct way_capture *capture = &run->taps[WAY_TAP_CLIENT].capture;
    size_t of_services = 0;

    for (size_t i = 0; i < capture->count; i++) {
        const struct way_frame *frame = &capture->frames[i];
        if (frame->kind == WAY_FRAME_OTHER || !way_window_has(window, frame->time) ||
            is_sent_by_client(run, frame))
            continue;
        finding->examined++;
        of_services += is_of_service(run, frame);
        finding->matched += proxy_is_absent(run, frame, finding);
    }
    if (finding->examined > 0 && of_services == 0)
        way_finding_fail(finding, NULL, way_text("packets of a redirected service to the client"),
                         way_text("none"));
}

/* Whether the packet has no Record Route option. */
static bool option_is_absent(const struct way_frame *frame, struct way_finding *finding)
{
    struct way_cursor rest = frame->ip.options;
    struct way_ipv4_option option;
    enum way_packet_error error;

    while ((error = way_ipv4_option_next(&rest, &option)) == WAY_PACKET_OK && option.bytes) {
        if (option.type != WAY_IPV4_OPTION_RECORD_ROUTE)
            continue;
        way_finding_fail(finding, frame, way_text("no Record Route option"),
                         way_text("one of %u bytes, from %s to %s", option.len,
                                  way_text_address(frame->ip.source).s,
                                  way_text_address(frame->ip.destination).s));
        return false;
    }
    if (error == WAY_PACKET_OK)
        return true;
    way_finding_fail(finding, frame, way_text("options that can be read"),
                     way_text("%s", way_packet_error_meaning(error)));
    return false;
}

void way_check_origin_option(const struct way_run *run, struct way_window window,
                             struct way_finding *finding)
{
    const struct way_capture *capture = &run->taps[WAY_TAP_ORIGIN].capture;
    size_t to_origin = 0;

    for (size_t i = 0; i < capture->count; i++) {
        const struct way_frame *frame = &capture->frames[i];
        if (!way_window_has(window, frame->time))
            continue;
        if (frame->kind == WAY_FRAME_MALFORMED)
            way_finding_fail(finding, frame, way_text("a packet that can be read"),
                             way_text("%s", way_packet_error_meaning(frame->error)));
        if (!way_frame_has_ip(frame))
            continue;
        finding->examined++;
        to_origin += way_bindings_is(&run->bindings, WAY_ROLE_ORIGIN, frame->ip.destination);
        finding->matched += option_is_absent(frame, finding);
    }
    if (finding->examined > 0 && to_origin == 0)
        way_finding_fail(finding, NULL, way_text("packets to the origin"), way_text("none"));
}
