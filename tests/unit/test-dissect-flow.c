/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Streams: ranges of sequence numbers against a plain model, bytes put in order, and
 * what happens where room ends. (Values are held against tshark in tests/conformance.)
 */
#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/dissect/field.h"
#include "analysis/dissect/flow.h"
#include "analysis/dissect/http.h"
#include "analysis/dissect/reassembly.h"
#include "analysis/dissect/seen.h"
#include "core/packet/bytes.h"
#include "tests/unit/made_frames.h"
#include "tests/unit/packets.h"
#include "tests/unit/tap.h"

enum { NUMBERS = 200 };

/* The same by an array of what was seen, from `base` on. */
static enum way_seen_result model_add(bool seen[NUMBERS], uint32_t at, uint32_t len)
{
    uint32_t highest = NUMBERS;
    bool again = false;

    while (highest > 0 && !seen[highest - 1])
        highest--;
    for (uint32_t i = at; i < at + len; i++) {
        again |= seen[i];
        seen[i] = true;
    }
    if (at == highest)
        return WAY_SEEN_NEXT;
    if (at > highest)
        return WAY_SEEN_AHEAD;
    return again ? WAY_SEEN_AGAIN : WAY_SEEN_FILLS;
}

static void ranges_are_what_a_plain_model_says(void)
{
    enum { ROUNDS = 2000, STEPS = 12 };
    struct generator generator = {.state = 5};
    const uint32_t base = 0xffffff80; /* wraps around on the way */

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct way_seen seen = {0};
        bool model[NUMBERS] = {true};
        way_seen_add(&seen, base, 1);
        for (unsigned step = 0; step < STEPS; step++) {
            uint32_t len = 1 + generate_below(&generator, 20);
            uint32_t at = generate_below(&generator, NUMBERS - len);
            CU_ASSERT_EQUAL(way_seen_add(&seen, base + at, len), model_add(model, at, len));
            CU_ASSERT_FALSE(seen.inexact);
        }
    }
}

static void too_many_holes_are_admitted(void)
{
    struct way_seen seen = {0};

    way_seen_add(&seen, 0, 1);
    for (uint32_t n = 1; n <= WAY_SEEN_RANGES_MAX; n++)
        way_seen_add(&seen, 10 * n, 1);
    CU_ASSERT_FALSE(seen.inexact);
    way_seen_add(&seen, 1000, 1);
    CU_ASSERT_TRUE(seen.inexact);
    CU_ASSERT_EQUAL(way_seen_highest(&seen), 1001);
}

/* Pieces of a text in any order, some twice, come out as the text. */
static void bytes_come_out_in_order(void)
{
    enum { ROUNDS = 500, LEN = 100, PIECES = 60 };
    struct generator generator = {.state = 9};
    const uint32_t base = 0xffffffe0;
    uint8_t text[LEN], out[LEN];

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct way_reassembly reassembly;
        size_t budget = 100000, out_len = 0;
        for (unsigned i = 0; i < LEN; i++)
            text[i] = (uint8_t)generate_below(&generator, 256);
        way_reassembly_begin(&reassembly, base);
        for (unsigned piece = 0; piece <= PIECES; piece++) {
            uint32_t len = piece < PIECES ? generate_below(&generator, 20) : LEN;
            uint32_t at = piece < PIECES ? generate_below(&generator, LEN - 20) : 0;
            struct way_bytes bytes = {text + at, len}, ready;
            CU_ASSERT_TRUE(way_reassembly_add(&reassembly, base + at, bytes, &budget, &ready));
            while (ready.len) {
                CU_ASSERT_TRUE_FATAL(out_len + ready.len <= LEN);
                memcpy(out + out_len, ready.at, ready.len);
                out_len += ready.len;
                if (!way_reassembly_more(&reassembly, &budget, &ready))
                    break;
            }
        }
        CU_ASSERT_EQUAL(out_len, LEN);
        CU_ASSERT_EQUAL(memcmp(out, text, LEN), 0);
        way_reassembly_end(&reassembly, &budget);
        CU_ASSERT_EQUAL(budget, 100000);
    }
}

static void a_budget_is_kept(void)
{
    struct way_reassembly reassembly;
    uint8_t bytes[100] = {0};
    struct way_bytes ready;
    size_t budget = 150;

    way_reassembly_begin(&reassembly, 0);
    CU_ASSERT_TRUE(
        way_reassembly_add(&reassembly, 10, (struct way_bytes){bytes, 100}, &budget, &ready));
    CU_ASSERT_FALSE(
        way_reassembly_add(&reassembly, 200, (struct way_bytes){bytes, 100}, &budget, &ready));
    way_reassembly_end(&reassembly, &budget);
    CU_ASSERT_EQUAL(budget, 150);
}

/* Bytes that each come with a hole before them: their number is bounded, whatever room there is. */
static void pieces_are_bounded(void)
{
    struct way_reassembly reassembly;
    uint8_t byte = 'x';
    struct way_bytes ready;
    size_t budget = 1 << 30;
    uint32_t kept = 0;

    way_reassembly_begin(&reassembly, 0);
    while (way_reassembly_add(&reassembly, 10 + 2 * kept, (struct way_bytes){&byte, 1}, &budget,
                              &ready))
        kept++;
    CU_ASSERT_EQUAL(kept, WAY_REASSEMBLY_PIECES_MAX);
    way_reassembly_end(&reassembly, &budget);
    CU_ASSERT_EQUAL(budget, 1 << 30);
}

/* Shows the table a packet of the client's port; returns what tcp.stream is. */
static enum way_presence stream_of(struct way_flows *flows, uint16_t port, bool syn,
                                   uint64_t *stream)
{
    struct made_frame frame = made_frame("syn");
    struct way_record record = made_record(frame.bytes, frame.len);
    struct way_view view;
    struct way_values values;
    struct way_field field;

    way_bytes_put16(frame.bytes + 14 + 20, port);
    frame.bytes[14 + 20 + 13] = syn ? 0x02 : 0x10;
    way_field_find("tcp.stream", 10, &field);
    way_view_begin(&view, &record);
    way_flows_see(flows, &view);
    enum way_presence presence = way_field_get(&field, &view, &values);
    *stream = values.count ? values.items[0].number : UINT64_MAX;
    return presence;
}

static void a_stream_that_was_pushed_out_is_broken_never_wrong(void)
{
    struct way_flow_room room = {.streams = 4, .bytes = 1000};
    struct way_flows *flows = way_flows_new(WAY_NEEDS_FLOW, &room);
    uint64_t stream;

    for (uint16_t n = 0; n < 20; n++) {
        CU_ASSERT_EQUAL(stream_of(flows, (uint16_t)(1000 + n), true, &stream), WAY_PRESENT);
        CU_ASSERT_EQUAL(stream, n);
    }
    CU_ASSERT_EQUAL(way_flows_losses(flows).streams, 16);
    CU_ASSERT_EQUAL(stream_of(flows, 1019, false, &stream), WAY_PRESENT);
    CU_ASSERT_EQUAL(stream, 19);
    CU_ASSERT_EQUAL(stream_of(flows, 1000, false, &stream), WAY_BROKEN);
    CU_ASSERT_EQUAL(stream_of(flows, 3000, true, &stream), WAY_PRESENT);
    CU_ASSERT_EQUAL(stream, 20);
    way_flows_free(&flows);
}

/* What one table takes another one lacks; but each has a few streams. */
static void tables_share_their_room(void)
{
    struct way_flow_room room = {.streams = 300, .bytes = 1000};
    struct way_flows *first = way_flows_new(WAY_NEEDS_FLOW, &room);
    struct way_flows *second = way_flows_new(WAY_NEEDS_FLOW, &room);
    struct way_flows *third = way_flows_new(WAY_NEEDS_FLOW, &room);
    uint64_t stream;

    for (uint16_t n = 0; n < 200; n++) {
        stream_of(first, (uint16_t)(1000 + n), true, &stream);
        stream_of(second, (uint16_t)(1000 + n), true, &stream);
    }
    CU_ASSERT_EQUAL(way_flows_losses(first).streams, 0);
    CU_ASSERT_EQUAL(way_flows_losses(second).streams, 200 - (300 - 256));
    CU_ASSERT_EQUAL(room.streams, 0);
    CU_ASSERT_EQUAL(stream_of(third, 1000, true, &stream), WAY_PRESENT);
    way_flows_free(&first);
    way_flows_free(&second);
    way_flows_free(&third);
    CU_ASSERT_EQUAL(room.streams, 300);
}

/* A stream whose heads do not end takes of the room; without any left it is broken. */
static void heads_that_do_not_end_take_room(void)
{
    struct way_flow flow = {.client_known = true, .client = 0};
    struct way_http_stream *stream = way_http_stream_new();
    struct way_http_facts facts = {.count = 0};
    uint8_t text[1000];
    struct way_tcp tcp = {.flags = WAY_TCP_ACK};
    size_t budget = 10000, before = budget;

    memset(text, 'a', sizeof text);
    static const char head[] = {'G', 'E', 'T', ' ', '/',  ' ',  'H', 'T', 'T', 'P',
                                '/', '1', '.', '1', '\r', '\n', 'A', ':', ' '};
    memcpy(text, head, sizeof head);
    for (unsigned n = 0; n < 20 && !facts.overflow; n++) {
        struct way_segment segment = {.tcp = &tcp, .len = sizeof text};
        way_http_stream_take(stream, &flow, &segment, (struct way_bytes){text, sizeof text},
                             &budget, &facts);
        CU_ASSERT_TRUE(budget < before || facts.overflow);
        tcp.seq += sizeof text;
        memset(text, 'a', sizeof text);
    }
    CU_ASSERT_TRUE(facts.overflow);
    CU_ASSERT_EQUAL(budget, before);
    way_http_stream_free(&stream, &budget);
}

static void without_a_table_nothing_is_said(void)
{
    struct made_frame frame = made_frame("syn");
    struct way_record record = made_record(frame.bytes, frame.len);
    struct way_view view;
    struct way_field field;

    way_view_begin(&view, &record);
    way_field_find("tcp.stream", 10, &field);
    CU_ASSERT_EQUAL(field.info->needs, WAY_NEEDS_FLOW);
    CU_ASSERT_EQUAL(way_field_has(&field, &view), WAY_BROKEN);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"ranges are what a plain model says", ranges_are_what_a_plain_model_says},
        {"too many holes are admitted", too_many_holes_are_admitted},
        {"bytes come out in order", bytes_come_out_in_order},
        {"a budget is kept", a_budget_is_kept},
        {"pieces are bounded", pieces_are_bounded},
        {"tables share their room", tables_share_their_room},
        {"heads that do not end take room", heads_that_do_not_end_take_room},
        {"a stream that was pushed out is broken, never wrong",
         a_stream_that_was_pushed_out_is_broken_never_wrong},
        {"without a table nothing is said", without_a_table_nothing_is_said},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "flow", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
