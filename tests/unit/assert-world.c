/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The world of the tests of waylay-assert.
 */
#include "tests/unit/assert-world.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/assert/text.h"

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

/* Times: the world begins at BEGIN, and each step takes STEP. */
#define US    INT64_C(1000)
#define MS    INT64_C(1000000)
#define BEGIN (INT64_C(1700000000) * 1000000000)
#define STEP  (3000 * MS)

static const char *const steps[] = {"miss", "hit", "refused", "direct", "delayed"};
enum { STEPS = sizeof steps / sizeof steps[0] };

/* ---- frames ---- */

static uint8_t *put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    return put16(put16(at, value >> 16), value & 0xffff);
}

/* RFC 1071, the plainest way. */
static unsigned sum_of(const uint8_t *bytes, size_t len, unsigned sum)
{
    for (size_t i = 0; i < len; i++)
        sum += i % 2 ? bytes[i] : (unsigned)bytes[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static void put_ipv4(const struct world_packet *packet, uint8_t *ip, size_t payload_len)
{
    size_t header_len = 20 + packet->option_len;

    ip[0] = (uint8_t)(0x40 | header_len / 4);
    ip[1] = 0;
    put16(ip + 2, (unsigned)(header_len + payload_len));
    put16(ip + 4, packet->id);
    put16(ip + 6, packet->fragment);
    ip[8] = packet->ttl;
    ip[9] = packet->protocol;
    put16(ip + 10, 0);
    put32(ip + 12, packet->source);
    put32(ip + 16, packet->destination);
    memcpy(ip + 20, packet->option, packet->option_len);
    put16(ip + 10, (0xffff & ~sum_of(ip, header_len, 0)) ^ packet->bad_ip_checksum);
}

/* A segment; its bytes come to `tcp`. Returns its length. */
static size_t put_tcp(const struct world_packet *packet, uint8_t *tcp)
{
    size_t len = 20 + strlen(packet->payload);
    uint8_t pseudo[12];

    put32(put32(pseudo, packet->source), packet->destination);
    put16(put16(pseudo + 8, 6), (unsigned)len);
    put16(put16(tcp, packet->source_port), packet->destination_port);
    put32(put32(tcp + 4, packet->seq), packet->ack);
    tcp[12] = 5 << 4;
    tcp[13] = packet->flags;
    put16(put16(put16(tcp + 14, 64240), 0), 0);
    memcpy(tcp + 20, packet->payload, len - 20);
    unsigned checksum = 0xffff & ~sum_of(tcp, len, sum_of(pseudo, sizeof pseudo, 0));
    put16(tcp + 16, checksum ^ packet->bad_tcp_checksum);
    return len;
}

/* The Ethernet address of an end of a tap's link, as the bindings have it. */
static void put_mac(enum way_tap_name tap, bool router, uint8_t mac[6])
{
    const uint8_t bytes[6] = {2, 0, 10, 0, (uint8_t)(tap + 1), router ? 1 : 2};

    memcpy(mac, bytes, sizeof bytes);
}

/* The frame as it was sent; returns its length. */
static size_t put_frame(const struct world_packet *packet, uint8_t *frame)
{
    uint8_t *ip = frame + 14, *payload = ip + 20 + packet->option_len;
    size_t len = packet->extra_len;

    put_mac(packet->tap, !packet->from_router, frame);
    put_mac(packet->tap, packet->from_router, frame + 6);
    put16(frame + 12, packet->ether_type);
    if (packet->ether_type != 0x0800) {
        memcpy(ip, packet->extra, len);
        return 14 + len;
    }
    if (packet->protocol == 6)
        len = put_tcp(packet, payload);
    else
        memcpy(payload, packet->extra, len);
    put_ipv4(packet, ip, len);
    return 14 + 20 + packet->option_len + len;
}

size_t world_render(const struct world_packet *packet, uint8_t *frame)
{
    size_t len = put_frame(packet, frame);

    if (packet->flipped_bit)
        frame[packet->flipped_bit / 8] ^= (uint8_t)(0x80 >> packet->flipped_bit % 8);
    return len;
}

void world_make_icmp(struct world_packet *packet, uint8_t type, uint8_t code,
                     uint32_t quoted_destination, const uint8_t *option)
{
    struct world_packet quoted = {.source = CLIENT_ADDRESS,
                                  .destination = quoted_destination,
                                  .ttl = 63,
                                  .id = 77,
                                  .protocol = 6,
                                  .option_len = option ? 8 : 0};
    uint8_t *quote = packet->extra + 8;

    if (option)
        memcpy(quoted.option, option, 8);
    memset(packet->extra, 0, sizeof packet->extra);
    packet->protocol = 1;
    packet->extra[0] = type;
    packet->extra[1] = code;
    put_ipv4(&quoted, quote, 8);
    put16(put16(quote + 20 + quoted.option_len, 50000), 80);
    packet->extra_len = 8 + 20 + quoted.option_len + 8;
    put16(packet->extra + 2, 0xffff & ~sum_of(packet->extra, packet->extra_len, 0));
}

/* ---- the good run ---- */

/* One fetch in the making. */
struct fetch {
    struct world *world;
    const char *step;
    int64_t start;
    uint16_t client_port, proxy_port, port;
    uint16_t id;
};

static const char *label_of(const struct fetch *fetch, const char *what)
{
    enum { LABELS = 2 * WORLD_PACKETS_MAX };
    static char labels[LABELS][32];
    static size_t used;
    char *label = labels[used++ % LABELS];

    snprintf(label, sizeof labels[0], "%s.%s", fetch->step, what);
    return label;
}

static struct world_packet *add(struct fetch *fetch, enum way_tap_name tap, const char *what,
                                int64_t after)
{
    struct world *world = fetch->world;

    if (world->count == WORLD_PACKETS_MAX)
        abort();
    struct world_packet *packet = &world->packets[world->count++];
    *packet = (struct world_packet){.tap = tap,
                                    .label = label_of(fetch, what),
                                    .time = fetch->start + after,
                                    .ttl = 64,
                                    .id = ++fetch->id,
                                    .fragment = 0x4000,
                                    .payload = "",
                                    .protocol = 6,
                                    .ether_type = 0x0800};
    return packet;
}

static void set_tcp(struct world_packet *packet, uint8_t flags, uint32_t seq, uint32_t ack,
                    const char *payload)
{
    packet->flags = flags;
    packet->seq = seq;
    packet->ack = ack;
    packet->payload = payload;
}

/* The client sends, and the router redirects. */
static void client_sends(struct fetch *fetch, const char *what, int64_t after, uint8_t flags,
                         uint32_t seq, uint32_t ack, const char *payload)
{
    struct world_packet *sent = add(fetch, WAY_TAP_CLIENT, what, after);
    uint8_t *option;

    set_tcp(sent, flags, seq, ack, payload);
    sent->source = CLIENT_ADDRESS;
    sent->destination = ORIGIN_ADDRESS;
    sent->source_port = fetch->client_port;
    sent->destination_port = fetch->port;
    struct world_packet *redirected = world_copy(fetch->world, sent, sent->label, 30 * US);
    redirected->tap = WAY_TAP_PROXY;
    redirected->destination = PROXY_ADDRESS;
    redirected->ttl--;
    redirected->option_len = 8;
    option = redirected->option;
    option[0] = 1;
    option[1] = option[2] = 7;
    option[3] = 8;
    put32(option + 4, ORIGIN_ADDRESS);
}

/* The proxy sends to the client, with the origin's address. */
static void client_gets(struct fetch *fetch, const char *what, int64_t after, uint8_t flags,
                        uint32_t seq, uint32_t ack, const char *payload)
{
    struct world_packet *sent = add(fetch, WAY_TAP_PROXY, what, after);

    set_tcp(sent, flags, seq, ack, payload);
    sent->source = ORIGIN_ADDRESS;
    sent->destination = CLIENT_ADDRESS;
    sent->source_port = fetch->port;
    sent->destination_port = fetch->client_port;
    struct world_packet *forwarded = world_copy(fetch->world, sent, sent->label, 20 * US);
    forwarded->tap = WAY_TAP_CLIENT;
    forwarded->ttl--;
}

/* The proxy's own connection: what the origin's link shows. */
static void origin_gets(struct fetch *fetch, const char *what, int64_t after, uint8_t flags,
                        uint32_t seq, uint32_t ack, const char *payload)
{
    struct world_packet *sent = add(fetch, WAY_TAP_ORIGIN, what, after);

    set_tcp(sent, flags, seq, ack, payload);
    sent->source = PROXY_ADDRESS;
    sent->destination = ORIGIN_ADDRESS;
    sent->source_port = fetch->proxy_port;
    sent->destination_port = fetch->port;
}

static void origin_sends(struct fetch *fetch, const char *what, int64_t after, uint8_t flags,
                         uint32_t seq, uint32_t ack, const char *payload)
{
    origin_gets(fetch, what, after, flags, seq, ack, payload);
    struct world_packet *sent = &fetch->world->packets[fetch->world->count - 1];
    sent->source = ORIGIN_ADDRESS;
    sent->destination = PROXY_ADDRESS;
    sent->source_port = fetch->port;
    sent->destination_port = fetch->proxy_port;
}

/* What follows the handshake: request, response (fetched, or from the cache),
 * and the end. */
static void exchange(struct fetch *fetch, int64_t after, bool fetched)
{
    client_sends(fetch, "ack", after, ACK, 1001, 5001, "");
    client_sends(fetch, "request", after + 100 * US, PSH | ACK, 1001, 5001, "GET / HTTP/1.1");
    if (fetched) {
        origin_gets(fetch, "origin-request", after + 300 * US, PSH | ACK, 2001, 9001, "GET /");
        origin_sends(fetch, "origin-response", after + 600 * US, PSH | ACK, 9001, 2006, "200");
    }
    client_gets(fetch, "response", after + 900 * US, PSH | ACK, 5001, 1015, "HTTP/1.1 200 OK");
    client_sends(fetch, "response-ack", after + 950 * US, ACK, 1015, 5016, "");
    client_sends(fetch, "fin", after + 1000 * US, FIN | ACK, 1015, 5016, "");
    client_gets(fetch, "last-fin", after + 1100 * US, FIN | ACK, 5016, 1016, "");
    client_sends(fetch, "last-ack", after + 1200 * US, ACK, 1016, 5017, "");
    origin_gets(fetch, "origin-fin", after + 1300 * US, FIN | ACK, 2006, 9004, "");
}

static void step_fetch(struct fetch *fetch, bool fetched)
{
    client_sends(fetch, "syn", MS, SYN, 1000, 0, "");
    origin_gets(fetch, "origin-syn", MS + 100 * US, SYN, 2000, 0, "");
    origin_sends(fetch, "origin-syn-ack", MS + 300 * US, SYN | ACK, 9000, 2001, "");
    client_gets(fetch, "syn-ack", MS + 500 * US, SYN | ACK, 5000, 1001, "");
    exchange(fetch, MS + 600 * US, fetched);
}

static void step_refused(struct fetch *fetch)
{
    fetch->port = 8081;
    client_sends(fetch, "syn", MS, SYN, 1000, 0, "");
    origin_gets(fetch, "origin-syn", MS + 100 * US, SYN, 2000, 0, "");
    origin_sends(fetch, "origin-rst", MS + 300 * US, RST | ACK, 0, 2001, "");
    client_gets(fetch, "rst", MS + 500 * US, RST | ACK, 0, 1001, "");
}

/* Not redirected: the client's packets themselves are on the origin's link. */
static void step_direct(struct fetch *fetch)
{
    const enum way_tap_name taps[] = {WAY_TAP_CLIENT, WAY_TAP_ORIGIN};

    fetch->port = 8080;
    fetch->proxy_port = fetch->client_port;
    for (size_t i = 0; i < 2; i++) {
        size_t first = fetch->world->count;
        origin_gets(fetch, "syn", MS, SYN, 1000, 0, "");
        origin_sends(fetch, "syn-ack", MS + 100 * US, SYN | ACK, 9000, 1001, "");
        origin_gets(fetch, "request", MS + 200 * US, PSH | ACK, 1001, 9001, "GET /");
        for (size_t n = first; n < fetch->world->count; n++) {
            struct world_packet *packet = &fetch->world->packets[n];
            packet->tap = taps[i];
            if (packet->source == PROXY_ADDRESS)
                packet->source = CLIENT_ADDRESS;
            else
                packet->destination = CLIENT_ADDRESS;
        }
    }
}

static void step_delayed(struct fetch *fetch)
{
    client_sends(fetch, "syn", MS, SYN, 1000, 0, "");
    origin_gets(fetch, "origin-syn", MS + 100 * US, SYN, 2000, 0, "");
    client_sends(fetch, "syn-again", 1001 * MS, SYN, 1000, 0, "");
    origin_gets(fetch, "origin-syn-again", 1002 * MS, SYN, 2000, 0, "");
    origin_sends(fetch, "origin-syn-ack", 1003 * MS, SYN | ACK, 9000, 2001, "");
    client_gets(fetch, "syn-ack", 1004 * MS, SYN | ACK, 5000, 1001, "");
    exchange(fetch, 1005 * MS, true);
}

/* An ARP packet on each link, and an IPv6 one. */
static void neighbours(struct fetch *fetch)
{
    static const uint8_t arp_start[] = {0, 1, 8, 0, 6, 4, 0, 1};

    for (size_t tap = 0; tap < WAY_TAP_COUNT; tap++) {
        struct world_packet *arp = add(fetch, (enum way_tap_name)tap, "arp", 0);
        arp->ether_type = 0x0806;
        arp->extra_len = 28;
        memcpy(arp->extra, arp_start, sizeof arp_start);
        put32(arp->extra + 14, 0x0a000101);
        put32(arp->extra + 24, 0x0a000102);
        struct world_packet *ipv6 = add(fetch, (enum way_tap_name)tap, "ipv6", 10 * US);
        ipv6->ether_type = 0x86dd;
        ipv6->extra_len = 40;
    }
}

/* Who sent a packet of the good run, by its addresses. */
static void note_sender(struct world_packet *packet)
{
    static const uint32_t others[] = {CLIENT_ADDRESS, PROXY_ADDRESS, ORIGIN_ADDRESS};

    packet->from_router = packet->source != others[packet->tap];
    if (packet->tap == WAY_TAP_PROXY && packet->source == ORIGIN_ADDRESS)
        packet->from_router = packet->destination == PROXY_ADDRESS; /* else in its name */
}

struct world *world_new(void)
{
    struct world *world = calloc(1, sizeof *world);

    if (!world)
        abort();
    world->uncertainty = 20 * US;
    for (size_t n = 0; n < STEPS; n++) {
        struct fetch fetch = {.world = world,
                              .step = steps[n],
                              .start = BEGIN + (int64_t)n * STEP,
                              .client_port = (uint16_t)(50000 + n),
                              .proxy_port = (uint16_t)(40000 + n),
                              .port = 80,
                              .id = (uint16_t)(1000 * n)};
        if (n < 2)
            step_fetch(&fetch, n == 0);
        else
            (n == 2 ? step_refused : n == 3 ? step_direct : step_delayed)(&fetch);
        if (n == 0)
            neighbours(&fetch);
    }
    for (size_t i = 0; i < world->count; i++)
        note_sender(&world->packets[i]);
    return world;
}

void world_free(struct world **world)
{
    free(*world);
    *world = NULL;
}

/* ---- changes ---- */

struct world_packet *world_packet(struct world *world, enum way_tap_name tap, const char *label)
{
    for (size_t i = 0; i < world->count; i++)
        if (world->packets[i].tap == tap && strcmp(world->packets[i].label, label) == 0)
            return &world->packets[i];
    printf("Bail out! the world has no packet '%s' at tap %d\n", label, (int)tap);
    abort();
}

struct world_packet *world_copy(struct world *world, const struct world_packet *packet,
                                const char *label, int64_t later)
{
    if (world->count == WORLD_PACKETS_MAX)
        abort();
    struct world_packet *copy = &world->packets[world->count++];
    *copy = *packet;
    copy->label = label;
    copy->time += later;
    return copy;
}

void world_silence(struct world *world, enum way_tap_name tap)
{
    for (size_t i = 0; i < world->count; i++)
        if (world->packets[i].tap == tap)
            world->packets[i].lost = true;
}

/* ---- the run ---- */

/* A packet as it stands in a file. */
struct seen {
    const struct world_packet *packet;
    int64_t time;
};

enum { ENDS = 2 };

/* The files of a tap: one, or one at each end of its link. */
static size_t files_of(const struct world *world)
{
    return world->wired ? ENDS : 1;
}

/* Whether that end of the tap's link is the router's. Plain links are captured there. */
static bool is_routers(const struct world *world, enum way_tap_name tap, size_t end)
{
    return !world->wired || end == (tap == WAY_TAP_CLIENT ? 1 : 0);
}

/* The packets in a file of a tap, in the order of time. Returns how many. */
static size_t seen_by(const struct world *world, enum way_tap_name tap, size_t end,
                      struct seen *out)
{
    bool router = is_routers(world, tap, end);
    size_t count = 0;

    for (size_t i = 0; i < world->count; i++) {
        const struct world_packet *packet = &world->packets[i];
        int64_t way = packet->from_router ? world->delay : -world->delay;
        struct seen seen = {packet, packet->time + (router ? 0 : way)};
        if (packet->tap != tap || packet->lost ||
            (world->wired && packet->dropped && packet->from_router != router))
            continue;
        size_t at = count++;
        for (; at > 0 && out[at - 1].time > seen.time; at--)
            out[at] = out[at - 1];
        out[at] = seen;
    }
    return count;
}

static const char *const links[] = {"c1-r1", "r1-p1", "r1-o1"};
static const char *const ends[][ENDS] = {{"c1", "r1"}, {"r1", "p1"}, {"r1", "o1"}};

/* "c1-r1", or "c1-r1@r1" where the link has a wire. */
static struct way_text file_name(const struct world *world, int tap, size_t end)
{
    return world->wired ? way_text("%s@%s", links[tap], ends[tap][end])
                        : way_text("%s", links[tap]);
}

static void write_link(const struct world *world, int tap, FILE *out)
{
    fprintf(out, "\"%s\": {\"mtu\": 1500, \"ends\": [\"%s\", \"%s\"], ", links[tap], ends[tap][0],
            ends[tap][1]);
    if (world->wired)
        fprintf(out,
                "\"captures\": {\"%s\": \"captures/%s.pcap\", \"%s\": \"captures/%s.pcap\"}, "
                "\"timing\": {\"error\": 40000}",
                ends[tap][0], file_name(world, tap, 0).s, ends[tap][1], file_name(world, tap, 1).s);
    else
        fprintf(out, "\"capture\": \"captures/%s.pcap\"", links[tap]);
    fputs(tap + 1 < WAY_TAP_COUNT ? "}, " : "}", out);
}

static void write_bindings(const struct world *world, FILE *out)
{
    const char *comma = "";

    fputs("{\"version\": 1, \"run\": \"x\", \"scenario\": \"first-fetch\", \"nodes\": {"
          "\"c1\": {\"role\": \"client\", \"addresses\": {\"c1-r1\": \"10.0.1.2\"},"
          " \"macs\": {\"c1-r1\": \"02:00:0a:00:01:02\"}},"
          "\"r1\": {\"role\": \"router\", \"addresses\": {\"c1-r1\": \"10.0.1.1\","
          " \"r1-p1\": \"10.0.2.1\", \"r1-o1\": \"10.0.3.1\"},"
          " \"macs\": {\"c1-r1\": \"02:00:0a:00:01:01\", \"r1-p1\": \"02:00:0a:00:02:01\","
          " \"r1-o1\": \"02:00:0a:00:03:01\"}},"
          "\"p1\": {\"role\": \"proxy\", \"addresses\": {\"r1-p1\": \"10.0.2.2\"},"
          " \"macs\": {\"r1-p1\": \"02:00:0a:00:02:02\"}},"
          "\"o1\": {\"role\": \"origin\", \"addresses\": {\"r1-o1\": \"10.0.3.2\"},"
          " \"macs\": {\"r1-o1\": \"02:00:0a:00:03:02\"}}}, \"links\": {",
          out);
    for (int tap = 0; tap < WAY_TAP_COUNT; tap++)
        write_link(world, tap, out);
    fputs("}, \"services\": {"
          "\"web\": {\"port\": 80, \"redirected\": true, \"node\": \"o1\"},"
          "\"closed\": {\"port\": 8081, \"redirected\": true, \"node\": \"o1\"},"
          "\"direct\": {\"port\": 8080, \"redirected\": false, \"node\": \"o1\"}},"
          "\"marks\": {",
          out);
    for (int n = 0; n < STEPS * 2; n++) {
        char mark[32];
        snprintf(mark, sizeof mark, "%s.%s", steps[n / 2], n % 2 ? "end" : "start");
        if (world->lacking_mark && strcmp(mark, world->lacking_mark) == 0)
            continue;
        fprintf(out, "%s\"%s\": %lld", comma, mark,
                (long long)(BEGIN + n / 2 * STEP + n % 2 * (STEP - MS)));
        comma = ", ";
    }
    fprintf(out, "}, \"clock\": {\"offset\": 0, \"uncertainty\": %lld}}\n",
            (long long)world->uncertainty);
}

static void write_gap(const struct world *world, FILE *out)
{
    for (int n = 0; world->off && n < STEPS; n++)
        if (strcmp(steps[n], world->off) == 0)
            fprintf(out, ", \"gaps\": [[%lld, %lld]]", (long long)(BEGIN + n * STEP),
                    (long long)(BEGIN + n * STEP + STEP - MS));
}

static void write_losses(const struct world *world, FILE *out)
{
    struct seen seen[WORLD_PACKETS_MAX];
    const char *comma = "";

    fputc('{', out);
    for (size_t n = 0; n < WAY_TAP_COUNT * files_of(world); n++) {
        enum way_tap_name tap = (enum way_tap_name)(n / files_of(world));
        size_t end = n % files_of(world);
        int captured = (int)seen_by(world, tap, end, seen) + world->uncounted[tap];
        if (world->dropped[tap] < 0)
            continue;
        fprintf(out,
                "%s\"%s\": {\"captured\": %d, \"received_by_filter\": %d,"
                " \"dropped_by_kernel\": %d, \"live\": %lld",
                comma, file_name(world, tap, end).s, captured, captured, world->dropped[tap],
                (long long)(BEGIN + (world->late[tap] ? MS : -MS)));
        if (tap == WAY_TAP_ORIGIN)
            write_gap(world, out);
        fputc('}', out);
        comma = ", ";
    }
    fputs("}\n", out);
}

/* ---- the folder ---- */

static FILE *create(const char *folder, const char *name)
{
    char path[2 * WAY_TEXT_MAX];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "wbe");
    if (!out)
        abort();
    return out;
}

/* A number in the order of this machine, as pcap files have them. */
static void write32(uint32_t value, FILE *out)
{
    fwrite(&value, sizeof value, 1, out);
}

static void write_capture(const struct world *world, enum way_tap_name tap, size_t end, FILE *out)
{
    struct seen seen[WORLD_PACKETS_MAX];
    size_t count = seen_by(world, tap, end, seen);
    uint8_t frame[512];

    write32(0xa1b23c4d, out);  /* pcap with nanoseconds, */
    write32(4 << 16 | 2, out); /* version 2.4, */
    write32(0, out);
    write32(0, out);
    write32(65535, out); /* snapshot length, */
    write32(1, out);     /* Ethernet */
    for (size_t i = 0; i < count; i++) {
        uint32_t len = (uint32_t)world_render(seen[i].packet, frame);
        write32((uint32_t)(seen[i].time / 1000000000), out);
        write32((uint32_t)(seen[i].time % 1000000000), out);
        write32(len - (uint32_t)seen[i].packet->cut, out);
        write32(len, out);
        fwrite(frame, len - seen[i].packet->cut, 1, out);
    }
}

/* A line for each connection that the proxy had: all but the direct one's. */
static void write_log(const struct world *world, FILE *out)
{
    for (size_t n = 0; n < STEPS; n++) {
        bool refused = n == 2;
        if (n == 3)
            continue;
        fprintf(out,
                "{\"event\":\"%s\",\"time\":%lld,\"connection\":%zu,"
                "\"client\":{\"address\":\"10.0.1.2\",\"port\":%zu},"
                "\"origin\":{\"address\":\"10.0.3.2\",\"port\":%d},\"local_port\":%zu,"
                "\"handshake\":\"deferred\",\"syn_seen\":%lld}\n",
                refused ? "refused" : "connection", (long long)(BEGIN + (int64_t)(n + 1) * STEP),
                n + 1, 50000 + n, refused ? 8081 : 80, 40000 + n,
                (long long)(BEGIN + (int64_t)n * STEP));
    }
    (void)world;
}

/* What it expects: the shipped files, wherever the tests are run. */
static void write_scenario(FILE *out)
{
    static const char *const files[] = {"redirected.expect",
                                        "hidden.expect",
                                        "option.expect",
                                        "acknowledged.expect",
                                        "hit.expect: {step: hit}",
                                        "refused.expect: {step: refused}",
                                        "silent.expect: {step: delayed}"};
    const char *top = getenv("top_srcdir");
    char *absolute = realpath(top ? top : ".", NULL);

    if (!absolute)
        abort();
    fputs("name: first-fetch\nexpectations:\n", out);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        fprintf(out, "  - %s/scenarios/common/%s\n", absolute, files[i]);
    free(absolute);
}

void world_write(const struct world *world, const char *folder)
{
    char path[512];
    FILE *out = create(folder, "scenario.yaml");

    write_scenario(out);
    fclose(out);
    out = create(folder, "bindings.json");
    write_bindings(world, out);
    fclose(out);
    snprintf(path, sizeof path, "%s/logs", folder);
    if (mkdir(path, 0700))
        abort();
    out = create(folder, "logs/p1-access.jsonl");
    write_log(world, out);
    fclose(out);
    snprintf(path, sizeof path, "%s/captures", folder);
    if (mkdir(path, 0700))
        abort();
    out = create(folder, "captures/losses.json");
    write_losses(world, out);
    fclose(out);
    for (size_t n = 0; n < WAY_TAP_COUNT * files_of(world); n++) {
        enum way_tap_name tap = (enum way_tap_name)(n / files_of(world));
        size_t end = n % files_of(world);
        out = create(folder, way_text("captures/%s.pcap", file_name(world, (int)tap, end).s).s);
        write_capture(world, tap, end, out);
        fclose(out);
    }
}
