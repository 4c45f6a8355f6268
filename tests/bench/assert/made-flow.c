/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Connections in slots, each a small machine of states.
 */
#include "tests/bench/assert/made-flow.h"

#include <stdio.h>
#include <string.h>

#include "core/packet/bytes.h"

enum { IP_LEN = 20, TCP_LEN = 20, STAMPS_LEN = 12, FIN = 1, SYN = 2, PSH = 8, ACK = 16 };
enum { HTTP = 80, HTTPS = 443, PORTS_FROM = 20000, PORTS = 40000, SEGMENT_MAX = 1400 };

enum state {
    STATE_SYN,
    STATE_SYN_ACK,
    STATE_ACK,
    STATE_REQUEST,
    STATE_RESPONSE,
    STATE_FIN,
    STATE_FIN_BACK,
    STATE_LAST_ACK
};

struct flow {
    enum state state;
    uint32_t seq[2];     /* what is next, by direction: 0 of the client */
    uint32_t left;       /* bytes of the response */
    uint32_t again_len;  /* bytes of the last segment with data that is sent again, or 0 */
    uint32_t again_seed; /* what its bytes are made of */
    uint16_t port;       /* the client's */
    bool again_back;     /* direction of the segment that is sent again */
    bool secure;
    bool head_sent; /* of the response */
    bool ack_due;   /* the client acknowledges before anything else happens */
};

static struct flow flows[WAY_MADE_FLOWS];
static uint64_t random_state;

/* xorshift64* */
uint32_t way_made_draw(uint32_t bound)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 0x2545f4914f6cdd1d >> 32) % bound);
}

static void flow_begin(struct flow *flow, uint16_t port)
{
    *flow = (struct flow){.port = port, .secure = way_made_draw(8) == 0};
    flow->seq[0] = way_made_draw(UINT32_MAX);
    flow->seq[1] = way_made_draw(UINT32_MAX);
}

void way_made_begin(uint64_t seed)
{
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    for (unsigned i = 0; i < WAY_MADE_FLOWS; i++)
        flow_begin(&flows[i], (uint16_t)(PORTS_FROM + way_made_draw(PORTS)));
}

static void put_ip(uint8_t *ip, uint8_t protocol, size_t payload_len, uint32_t number, bool back)
{
    uint32_t client = 0x0a000100 + number % WAY_MADE_CLIENTS;
    uint32_t server = 0x0a640001 + number % WAY_MADE_SERVERS;

    memset(ip, 0, IP_LEN);
    ip[0] = 0x45;
    way_bytes_put16(ip + 2, (uint16_t)(IP_LEN + payload_len));
    way_bytes_put16(ip + 4, (uint16_t)way_made_draw(65536));
    ip[6] = 0x40;
    ip[8] = 64;
    ip[9] = protocol;
    way_bytes_put32(ip + 12, back ? server : client);
    way_bytes_put32(ip + 16, back ? client : server);
}

/* MSS, SACK permitted, timestamps, window scale; returns their length. */
static size_t put_syn_options(uint8_t *at)
{
    static const uint8_t options[] = {2, 4, 1460 >> 8, 1460 & 0xff, 4, 2, 8, 10, 0, 0,
                                      0, 1, 0,         0,           0, 0, 1, 3,  3, 7};

    memcpy(at, options, sizeof options);
    return sizeof options;
}

static size_t put_stamps(uint8_t *at)
{
    way_bytes_put32(at, 0x0101080a);
    way_bytes_put32(at + 4, way_made_draw(1000000));
    way_bytes_put32(at + 8, 1);
    return STAMPS_LEN;
}

/* Writes the headers of a segment with so many bytes of data; returns where these go. */
static uint8_t *put_segment(uint8_t *ip, const struct flow *flow, bool back, uint8_t flags,
                            uint32_t seq, size_t data_len)
{
    uint8_t *tcp = ip + IP_LEN;
    size_t options = flags & SYN ? put_syn_options(tcp + TCP_LEN) : put_stamps(tcp + TCP_LEN);
    uint16_t server_port = flow->secure ? HTTPS : HTTP;

    put_ip(ip, 6, TCP_LEN + options + data_len, (uint32_t)(flow - flows), back);
    memset(tcp, 0, TCP_LEN);
    way_bytes_put16(tcp, back ? server_port : flow->port);
    way_bytes_put16(tcp + 2, back ? flow->port : server_port);
    way_bytes_put32(tcp + 4, seq);
    way_bytes_put32(tcp + 8, flags & ACK ? flow->seq[!back] : 0);
    tcp[12] = (uint8_t)((TCP_LEN + options) / 4 << 4);
    tcp[13] = flags;
    way_bytes_put16(tcp + 14, 1000);
    return tcp + TCP_LEN + options;
}

/* Letters, the same for the same seed. */
static void put_letters(uint8_t *at, size_t len, uint32_t seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        at[i] = (uint8_t)('a' + (seed >> 24) % 26);
    }
}

/* A segment without data; SYN and FIN count as a byte. */
static size_t send_bare(uint8_t *ip, struct flow *flow, bool back, uint8_t flags)
{
    uint8_t *end = put_segment(ip, flow, back, flags, flow->seq[back], 0);

    flow->seq[back] += !!(flags & (SYN | FIN));
    return (size_t)(end - ip);
}

/* One with data: a text, if there is one, then letters. */
static size_t send_data(uint8_t *ip, struct flow *flow, bool back, const char *text,
                        size_t letters_len)
{
    size_t text_len = strlen(text);
    uint32_t seed = way_made_draw(UINT32_MAX);
    uint8_t *data = put_segment(ip, flow, back, ACK | PSH, flow->seq[back], text_len + letters_len);

    /* Bytes of a packet: NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
    memcpy(data, text, text_len);
    put_letters(data + text_len, letters_len, seed);
    flow->seq[back] += (uint32_t)(text_len + letters_len);
    if (text_len == 0 && way_made_draw(50) == 0) {
        flow->again_len = (uint32_t)letters_len;
        flow->again_back = back;
        flow->again_seed = seed;
    }
    return (size_t)(data + text_len + letters_len - ip);
}

static size_t send_again(uint8_t *ip, struct flow *flow)
{
    bool back = flow->again_back;
    size_t len = flow->again_len;
    uint8_t *data = put_segment(ip, flow, back, ACK | PSH, flow->seq[back] - flow->again_len, len);

    put_letters(data, len, flow->again_seed);
    flow->again_len = 0;
    return (size_t)(data + len - ip);
}

static size_t send_request(uint8_t *ip, struct flow *flow)
{
    char text[256];

    if (flow->secure)
        return send_data(ip, flow, false, "", 200 + way_made_draw(300));
    snprintf(text, sizeof text,
             "GET /object/%u HTTP/1.1\r\nHost: origin.example\r\nAccept: */*\r\n"
             "User-Agent: made-up\r\n\r\n",
             way_made_draw(100000));
    return send_data(ip, flow, false, text, 0);
}

/* The next segment of the response, of which most are short, so that the files are. */
static size_t send_response(uint8_t *ip, struct flow *flow)
{
    uint32_t most = flow->left < SEGMENT_MAX ? flow->left : SEGMENT_MAX;
    uint32_t len = way_made_draw(6) ? way_made_draw(most < 400 ? most : 400) + 1 : most;
    char text[256] = "";

    if (!flow->head_sent && !flow->secure) {
        len = len < SEGMENT_MAX - sizeof text ? len : SEGMENT_MAX - sizeof text;
        snprintf(text, sizeof text,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %u\r\n\r\n",
                 flow->left);
    }
    flow->head_sent = true;
    flow->left -= len;
    flow->ack_due = way_made_draw(2);
    return send_data(ip, flow, true, text, len);
}

/* What happens next on the connection. */
static size_t step(uint8_t *ip, struct flow *flow, bool *back)
{
    static const struct {
        bool back;
        uint8_t flags;
    } bare[] = {[STATE_SYN] = {false, SYN},           [STATE_SYN_ACK] = {true, SYN | ACK},
                [STATE_ACK] = {false, ACK},           [STATE_FIN] = {false, FIN | ACK},
                [STATE_FIN_BACK] = {true, FIN | ACK}, [STATE_LAST_ACK] = {false, ACK}};
    enum state state = flow->state;

    *back = false;
    if (flow->again_len && way_made_draw(2)) {
        *back = flow->again_back;
        return send_again(ip, flow);
    }
    if (flow->ack_due) {
        flow->ack_due = false;
        return send_bare(ip, flow, false, ACK);
    }
    if (state == STATE_REQUEST) {
        flow->left = 1 + way_made_draw(4000);
        flow->state = STATE_RESPONSE;
        return send_request(ip, flow);
    }
    if (state == STATE_RESPONSE) {
        *back = true;
        size_t len = send_response(ip, flow);
        flow->state = flow->left ? STATE_RESPONSE : STATE_FIN;
        return len;
    }
    *back = bare[state].back;
    size_t len = send_bare(ip, flow, bare[state].back, bare[state].flags);
    if (state == STATE_LAST_ACK)
        flow_begin(flow, (uint16_t)(PORTS_FROM + (flow->port - PORTS_FROM + 1) % PORTS));
    else
        flow->state = state + 1;
    return len;
}

static size_t put_udp(uint8_t *ip, bool back)
{
    size_t data = 20 + way_made_draw(200);
    uint8_t *udp = ip + IP_LEN;
    uint16_t port = (uint16_t)(1024 + way_made_draw(60000));

    put_ip(ip, 17, 8 + data, way_made_draw(WAY_MADE_FLOWS), back);
    way_bytes_put16(udp, back ? 53 : port);
    way_bytes_put16(udp + 2, back ? port : 53);
    way_bytes_put16(udp + 4, (uint16_t)(8 + data));
    way_bytes_put16(udp + 6, 0);
    put_letters(udp + 8, data, way_made_draw(UINT32_MAX));
    return IP_LEN + 8 + data;
}

static size_t put_echo(uint8_t *ip, bool back)
{
    enum { HEADER = 8, DATA = 56 };
    uint8_t *icmp = ip + IP_LEN;

    put_ip(ip, 1, HEADER + DATA, way_made_draw(WAY_MADE_FLOWS), back);
    memset(icmp, 0, HEADER);
    icmp[0] = back ? 0 : 8;
    way_bytes_put32(icmp + 4, way_made_draw(UINT32_MAX));
    put_letters(icmp + HEADER, DATA, 1);
    return IP_LEN + HEADER + DATA;
}

void way_made_packet(uint8_t *ip, struct way_made *made)
{
    uint32_t kind = way_made_draw(98);

    if (kind < 82) {
        struct flow *flow = &flows[way_made_draw(WAY_MADE_FLOWS)];
        bool secure = flow->secure;
        made->len = step(ip, flow, &made->back);
        made->to_http = !made->back && !secure;
        return;
    }
    made->back = way_made_draw(2);
    made->to_http = false;
    made->len = kind < 95 ? put_udp(ip, made->back) : put_echo(ip, made->back);
}
