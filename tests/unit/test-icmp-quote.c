/* SPDX-License-Identifier: BSD-2-Clause
 *
 * ICMP errors about redirected packets. "Fragmentation needed" from a router
 * 10.0.2.9 between R and P about the redirected SYN, the option echoed, by hand:
 *
 *   outer  47c0+0058+4000+4001 + 0a00+0209 + 0a00+0102
 *          + echoed 0707+080a+0003+0200                          = f038 -> 0fc7
 *   ICMP   0304+0578 + quoted header ffff + TCP ff3c+e9a0        = f159 -> 0ea6
 *   translated:
 *   outer  45c0+0048+4000+4001 + 0a00+0209 + 0a00+0102           = dd14 -> 22eb
 *   ICMP   0304+0570 + quoted header ffff + TCP ff3c+e8a0        = f051 -> 0fae
 */
#include <string.h>

#include "core/packet/icmp.h"
#include "core/packet/icmp_quote.h"
#include "core/packet/tcp.h"
#include "tests/unit/guard.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

enum { ROUTER_LAST = 9, MESSAGE_MAX = 512 };

static const uint8_t error_head[36] = {
    0x47, 0xc0, 0x00, 0x58, 0x00, 0x00, 0x40, 0x00, 0x40, 0x01, 0x0f, 0xc7, /* base header */
    10,   0,    2,    9,    10,   0,    1,    2,                            /* router to C */
    0x07, 0x07, 0x08, 10,   0,    3,    2,    0x00,                         /* echoed option */
    0x03, 0x04, 0x0e, 0xa6, 0x00, 0x00, 0x05, 0x78,                         /* next hop 1400 */
};
static const uint8_t translated_head[28] = {
    0x45, 0xc0, 0x00, 0x48, 0x00, 0x00, 0x40, 0x00, 0x40, 0x01, 0x22, 0xeb, 10, 0,
    2,    9,    10,   0,    1,    2,    0x03, 0x04, 0x0f, 0xae, 0x00, 0x00, 5,  0x70,
};

struct fixture {
    struct way_guard guard;
    struct way_packet packet;
    struct way_icmp_quote_change change;
};

/* An error message in the making: without outer options. */
struct error {
    uint8_t source_last; /* of 10.0.2.x */
    uint8_t header[8];   /* ICMP header; its checksum is filled in */
    uint8_t body[MESSAGE_MAX];
    size_t body_len;
};

static struct fixture fixture_of(const uint8_t *bytes, size_t len)
{
    struct fixture f = {.guard = way_guard_new(bytes, len, 0)};
    f.packet = (struct way_packet){.data = f.guard.data, .len = len};
    return f;
}

static struct fixture fixture_of_error(const struct error *error)
{
    uint8_t bytes[28 + MESSAGE_MAX];
    size_t icmp_len = 8 + error->body_len;
    memcpy(bytes, translated_head, 20);
    way_bytes_put16(bytes + 2, (uint16_t)(20 + icmp_len));
    bytes[15] = error->source_last;
    reseal_ipv4(bytes);
    memcpy(bytes + 20, error->header, 8);
    memcpy(bytes + 28, error->body, error->body_len);
    way_bytes_put16(bytes + 22, way_csum_of(bytes + 20, icmp_len));
    return fixture_of(bytes, 20 + icmp_len);
}

/* An error that quotes the redirected SYN and `more` bytes of 0xaa behind it. */
static struct error about_the_syn(uint8_t type, uint8_t code, size_t more)
{
    struct error error = {.source_last = ROUTER_LAST, .header = {type, code}};
    memcpy(error.body, syn_redirected, sizeof syn_redirected);
    memset(error.body + sizeof syn_redirected, 0xaa, more);
    error.body_len = sizeof syn_redirected + more;
    way_bytes_put16(error.body + 2, (uint16_t)error.body_len);
    reseal_ipv4(error.body);
    return error;
}

static enum way_icmp_quote_result restore(struct fixture *f)
{
    return way_icmp_quote_restore(&f->packet, PROXY, &f->change);
}

static enum way_icmp_quote_result restore_error(const struct error *error)
{
    struct fixture f = fixture_of_error(error);
    enum way_icmp_quote_result result = restore(&f);
    if (result != WAY_ICMP_QUOTE_DONE)
        CU_ASSERT_EQUAL(f.packet.len, f.guard.len);
    way_guard_free(&f.guard);
    return result;
}

/* Parses a translated message, whose checksums must be right. */
static struct way_icmp parse(const struct fixture *f)
{
    struct way_ipv4 ip;
    struct way_icmp icmp = {0};
    CU_ASSERT_EQUAL_FATAL(way_ipv4_parse(f->packet.data, f->packet.len, &ip), WAY_PACKET_OK);
    CU_ASSERT(way_ipv4_checksum_ok(&ip) && way_icmp_checksum_ok(&ip));
    CU_ASSERT_EQUAL(ip.total_len, f->packet.len);
    CU_ASSERT_EQUAL_FATAL(way_icmp_parse(&ip, &icmp), WAY_PACKET_OK);
    return icmp;
}

static void fragmentation_needed_as_by_hand(void)
{
    uint8_t bytes[sizeof error_head + sizeof syn_redirected];
    memcpy(bytes, error_head, sizeof error_head);
    memcpy(bytes + sizeof error_head, syn_redirected, sizeof syn_redirected);
    struct fixture f = fixture_of(bytes, sizeof bytes);
    CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_DONE);
    CU_ASSERT_EQUAL(f.change.origin, ORIGIN);
    CU_ASSERT_FALSE(f.change.from_proxy);
    CU_ASSERT_EQUAL_FATAL(f.packet.len, sizeof translated_head + SYN_LEN);
    CU_ASSERT(memcmp(f.packet.data, translated_head, sizeof translated_head) == 0);
    CU_ASSERT(memcmp(f.packet.data + sizeof translated_head, syn_as_sent, SYN_LEN) == 0);
    way_guard_free(&f.guard);
}

static void echoed_option_goes_from_any_position(void)
{
    /* A timestamp, then the option, then End of Options. */
    static const uint8_t options[16] = {0x44, 8, 9, 0, 1, 2, 3, 4, 7, 7, 8, 10, 0, 3, 2, 0};
    struct error error = about_the_syn(WAY_ICMP_UNREACHABLE, WAY_ICMP_HOST_UNREACHABLE, 0);
    struct fixture plain = fixture_of_error(&error);
    uint8_t bytes[MESSAGE_MAX];
    memcpy(bytes, plain.packet.data, 20);
    memcpy(bytes + 20, options, sizeof options);
    memcpy(bytes + 36, plain.packet.data + 20, plain.packet.len - 20);
    bytes[0] = 0x49;
    bytes[3] += sizeof options;
    reseal_ipv4(bytes);
    struct fixture f = fixture_of(bytes, plain.packet.len + sizeof options);
    CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_DONE);
    parse(&f);
    CU_ASSERT_EQUAL(f.packet.data[0], 0x47);
    CU_ASSERT(memcmp(f.packet.data + 20, options, 8) == 0);
    way_guard_free(&f.guard);
    way_guard_free(&plain.guard);
}

static void error_of_the_proxy_comes_from_the_origin(void)
{
    struct error error = about_the_syn(WAY_ICMP_UNREACHABLE, WAY_ICMP_ADMIN_PROHIBITED, 0);
    error.source_last = 2;
    struct fixture f = fixture_of_error(&error);
    CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_DONE);
    CU_ASSERT(f.change.from_proxy);
    CU_ASSERT_EQUAL(way_bytes_get_address(f.packet.data + 12), ORIGIN);
    parse(&f);
    way_guard_free(&f.guard);
}

/* Translates a time exceeded whose quote of `quote_len` bytes is given by RFC 4884,
 * with 8 bytes of extensions; checks the new length of the quote. */
static void check_extended(size_t quote_len, size_t expected)
{
    static const uint8_t extensions[8] = {0x20, 0, 1, 2, 3, 4, 5, 6};
    struct error error =
        about_the_syn(WAY_ICMP_TIME_EXCEEDED, 0, quote_len - sizeof syn_redirected);
    error.header[5] = (uint8_t)(quote_len / 4);
    memcpy(error.body + error.body_len, extensions, sizeof extensions);
    error.body_len += sizeof extensions;
    struct fixture f = fixture_of_error(&error);
    CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_DONE);
    struct way_icmp icmp = parse(&f);
    CU_ASSERT(icmp.has_length);
    CU_ASSERT_EQUAL(way_cursor_left(&icmp.quote), expected);
    CU_ASSERT_EQUAL_FATAL(way_cursor_left(&icmp.extensions), sizeof extensions);
    CU_ASSERT(memcmp(icmp.extensions.at, extensions, sizeof extensions) == 0);
    /* What was quoted has moved up, and zeroes fill the quote to its length. */
    for (size_t i = SYN_LEN; i < expected; i++)
        CU_ASSERT_EQUAL(icmp.quote.at[i], i < quote_len - 8 ? 0xaa : 0);
    way_guard_free(&f.guard);
}

static void extensions_follow_the_quote(void)
{
    check_extended(160, 152);
    check_extended(136, 128);
    check_extended(132, 128);
    check_extended(128, 128);
    check_extended(64, 64);
}

static void length_beyond_the_message_is_malformed(void)
{
    struct error error = about_the_syn(WAY_ICMP_TIME_EXCEEDED, 0, 12);
    error.header[5] = 17;
    CU_ASSERT_EQUAL(restore_error(&error), WAY_ICMP_QUOTE_MALFORMED);
    error.header[5] = 16;
    CU_ASSERT_EQUAL(restore_error(&error), WAY_ICMP_QUOTE_DONE);
}

static void pointer_moves_with_what_it_points_at(void)
{
    for (unsigned pointer = 0; pointer < 52; pointer++) {
        struct error error = about_the_syn(WAY_ICMP_PARAMETER_PROBLEM, 0, 0);
        error.header[4] = (uint8_t)pointer;
        struct fixture f = fixture_of_error(&error);
        if (pointer >= 20 && pointer < 28) {
            CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_PRIVATE);
        } else {
            CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_DONE);
            CU_ASSERT_EQUAL(parse(&f).pointer, pointer < 20 ? pointer : pointer - 8);
        }
        way_guard_free(&f.guard);
    }
}

static void what_the_client_must_not_see(void)
{
    struct error redirect = about_the_syn(WAY_ICMP_REDIRECT, 1, 0);
    CU_ASSERT_EQUAL(restore_error(&redirect), WAY_ICMP_QUOTE_PRIVATE);

    struct error no_option = about_the_syn(WAY_ICMP_UNREACHABLE, 1, 0);
    no_option.body[21] = 68;
    CU_ASSERT_EQUAL(restore_error(&no_option), WAY_ICMP_QUOTE_PRIVATE);

    /* A quote cut short anywhere behind the proxy's address. */
    for (size_t len = 20; len < 28; len++) {
        struct error cut = about_the_syn(WAY_ICMP_UNREACHABLE, 1, 0);
        cut.body_len = len;
        CU_ASSERT_EQUAL(restore_error(&cut), WAY_ICMP_QUOTE_PRIVATE);
    }
}

static void what_is_none_of_ours(void)
{
    struct error error = about_the_syn(WAY_ICMP_UNREACHABLE, 1, 0);
    memcpy(error.body, syn_as_sent, SYN_LEN);
    CU_ASSERT_EQUAL(restore_error(&error), WAY_ICMP_QUOTE_NOT_OURS);

    struct error echo = about_the_syn(WAY_ICMP_ECHO, 0, 0);
    CU_ASSERT_EQUAL(restore_error(&echo), WAY_ICMP_QUOTE_NOT_OURS);

    struct fixture tcp = fixture_of(syn_redirected, sizeof syn_redirected);
    CU_ASSERT_EQUAL(restore(&tcp), WAY_ICMP_QUOTE_NOT_OURS);
    way_guard_free(&tcp.guard);
}

static void short_quotes_are_translated_as_far_as_they_reach(void)
{
    for (size_t len = 28; len <= sizeof syn_redirected; len++) {
        struct error error = about_the_syn(WAY_ICMP_UNREACHABLE, 1, 0);
        error.body_len = len;
        struct fixture f = fixture_of_error(&error);
        CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_DONE);
        struct way_icmp icmp = parse(&f);
        CU_ASSERT_EQUAL_FATAL(way_cursor_left(&icmp.quote), len - 8);
        /* The TCP checksum is corrected only where all of it was quoted. */
        if (len - 8 >= 38 || len - 8 <= 36)
            CU_ASSERT(memcmp(icmp.quote.at, syn_as_sent, len - 8) == 0);
        way_guard_free(&f.guard);
    }
}

static void broken_messages_are_not_mended(void)
{
    struct error error = about_the_syn(WAY_ICMP_UNREACHABLE, 1, 0);
    struct fixture f = fixture_of_error(&error);
    f.packet.data[f.packet.len - 1] ^= 1;
    CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_MALFORMED);
    CU_ASSERT_EQUAL(f.change.error, WAY_PACKET_ICMP_CHECKSUM);
    f.packet.data[f.packet.len - 1] ^= 1;
    f.packet.data[8] ^= 1;
    CU_ASSERT_EQUAL(restore(&f), WAY_ICMP_QUOTE_MALFORMED);
    CU_ASSERT_EQUAL(f.change.error, WAY_PACKET_IP_CHECKSUM);
    way_guard_free(&f.guard);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"fragmentation needed, as by hand", fragmentation_needed_as_by_hand},
        {"the echoed option goes from any position", echoed_option_goes_from_any_position},
        {"an error of the proxy comes from the origin", error_of_the_proxy_comes_from_the_origin},
        {"extensions follow the quote", extensions_follow_the_quote},
        {"a length beyond the message is malformed", length_beyond_the_message_is_malformed},
        {"a pointer moves with what it points at", pointer_moves_with_what_it_points_at},
        {"what the client must not see", what_the_client_must_not_see},
        {"what is none of ours", what_is_none_of_ours},
        {"short quotes are translated as far as they reach",
         short_quotes_are_translated_as_far_as_they_reach},
        {"broken messages are not mended", broken_messages_are_not_mended},
        CU_TEST_INFO_NULL,
    };
    CU_SuiteInfo suites[] = {{.pName = "icmp quote", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
