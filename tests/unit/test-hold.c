/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of held SYNs, on a virtual time.
 */
#include "core/packet/tcp.h"
#include "core/proxy/hold.h"
#include "tests/unit/tap.h"

#define SECOND INT64_C(1000000000)

static const struct way_hold_limits limits = {
    .entries = 4, .floor = 10 * SECOND, .grace = 3 * SECOND, .accept_timeout = 75 * SECOND};

static const struct way_tuple tuple = {
    .client = 0x0201000a, .origin = 0x0203000a, .client_port = 40000, .origin_port = 80};

/* The table that a test begins with, and the SYN that its clients send. */
static struct way_hold *table;

static void set_up(void)
{
    table = way_hold_new(&limits, 7);
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
}

static void tear_down(void)
{
    way_hold_free(&table);
}

static struct way_hold_decision send_to(const struct way_tuple *to, uint32_t seq, int64_t now)
{
    const struct way_hold_syn syn = {.tuple = *to, .seq = seq, .flags = WAY_TCP_SYN};
    struct way_hold_decision decision = way_hold_syn(table, &syn, now);
    way_hold_assert(table);
    return decision;
}

static struct way_hold_decision send_syn(uint32_t seq, int64_t now)
{
    return send_to(&tuple, seq, now);
}

static struct way_tuple numbered(uint16_t port)
{
    struct way_tuple other = tuple;
    other.client_port = port;
    return other;
}

/* The first SYN is kept and its copies are absorbed. */
static void copies_are_absorbed_while_held(void)
{
    struct way_hold_decision first = send_syn(100, 0);
    CU_ASSERT_EQUAL(first.verdict, WAY_HOLD_KEEP);
    struct way_hold_decision copy = send_syn(100, SECOND);
    CU_ASSERT_EQUAL(copy.verdict, WAY_HOLD_ABSORB);
    CU_ASSERT_PTR_EQUAL(copy.entry, first.entry);
    CU_ASSERT_EQUAL(copy.entry->copies, 2);
    CU_ASSERT_EQUAL(copy.entry->first_seen, 0);
    CU_ASSERT_EQUAL(copy.entry->last_seen, SECOND);
}

static void another_sequence_number_replaces(void)
{
    send_syn(100, 0);
    send_syn(100, SECOND);
    struct way_hold_decision other = send_syn(200, 2 * SECOND);
    CU_ASSERT_EQUAL(other.verdict, WAY_HOLD_REPLACE);
    CU_ASSERT_EQUAL(other.entry->seq, 200);
    CU_ASSERT_EQUAL(other.entry->copies, 1);
    CU_ASSERT_EQUAL(other.entry->gap, 0);
    CU_ASSERT_EQUAL(send_syn(200, 3 * SECOND).verdict, WAY_HOLD_ABSORB);
    CU_ASSERT_EQUAL(way_hold_count(table), 1);
}

static void released_is_the_kernels(void)
{
    struct way_hold_entry *entry = send_syn(100, 0).entry;
    way_hold_release(table, entry, SECOND);
    CU_ASSERT_EQUAL(send_syn(100, 2 * SECOND).verdict, WAY_HOLD_PASS);
    CU_ASSERT_EQUAL(send_syn(200, 3 * SECOND).verdict, WAY_HOLD_PASS);
    CU_ASSERT_EQUAL(entry->seq, 100);
}

static void accept_matches_tuple_and_sequence(void)
{
    struct way_hold_entry *entry = send_syn(100, 0).entry;
    CU_ASSERT_PTR_NULL(way_hold_claim(table, &tuple, 100));
    way_hold_release(table, entry, SECOND);
    const struct way_tuple other = numbered(40001);
    CU_ASSERT_PTR_NULL(way_hold_claim(table, &tuple, 101));
    CU_ASSERT_PTR_NULL(way_hold_claim(table, &other, 100));
    CU_ASSERT_PTR_EQUAL(way_hold_claim(table, &tuple, 100), entry);
    CU_ASSERT_EQUAL(entry->state, WAY_HOLD_ACCEPTED);
    CU_ASSERT_PTR_NULL(way_hold_find(table, &tuple));
    way_hold_assert(table);
    way_hold_end(table, &entry);
    CU_ASSERT_PTR_NULL(entry);
    CU_ASSERT_EQUAL(way_hold_count(table), 0);
}

static void what_the_kernel_knows_is_the_kernels(void)
{
    struct way_hold_syn syn = {
        .tuple = tuple, .seq = 1, .flags = WAY_TCP_SYN, .kernel = WAY_HOLD_KERNEL_LIVE};
    struct way_hold_decision decision = way_hold_syn(table, &syn, 0);
    CU_ASSERT_EQUAL(decision.verdict, WAY_HOLD_PASS);
    CU_ASSERT_PTR_NULL(decision.entry);
    syn.kernel = WAY_HOLD_KERNEL_TIME_WAIT;
    CU_ASSERT_EQUAL(way_hold_syn(table, &syn, 0).verdict, WAY_HOLD_KEEP);
}

static void bad_syns_are_dropped_untouched(void)
{
    struct way_hold_syn syn = {
        .tuple = tuple, .seq = 1, .flags = WAY_TCP_SYN, .checksum_wrong = true};
    CU_ASSERT_EQUAL(way_hold_syn(table, &syn, 0).drop, WAY_HOLD_DROP_CHECKSUM);
    syn.checksum_wrong = false;
    syn.flags = WAY_TCP_SYN | WAY_TCP_FIN;
    CU_ASSERT_EQUAL(way_hold_syn(table, &syn, 0).drop, WAY_HOLD_DROP_FLAGS);
    syn.flags = WAY_TCP_SYN | WAY_TCP_RST;
    struct way_hold_decision decision = way_hold_syn(table, &syn, 0);
    CU_ASSERT_EQUAL(decision.verdict, WAY_HOLD_DROP);
    CU_ASSERT_EQUAL(decision.drop, WAY_HOLD_DROP_FLAGS);
    CU_ASSERT_EQUAL(way_hold_count(table), 0);
}

static void a_full_table_drops(void)
{
    for (uint16_t port = 1; port <= 4; port++) {
        const struct way_tuple to = numbered(port);
        CU_ASSERT_EQUAL(send_to(&to, 1, 0).verdict, WAY_HOLD_KEEP);
    }
    struct way_hold_decision fifth = send_syn(1, 0);
    CU_ASSERT_EQUAL(fifth.verdict, WAY_HOLD_DROP);
    CU_ASSERT_EQUAL(fifth.drop, WAY_HOLD_DROP_FULL);
    const struct way_tuple third = numbered(3);
    CU_ASSERT_EQUAL(send_to(&third, 1, SECOND).verdict, WAY_HOLD_ABSORB);
    struct way_hold_entry *entry = way_hold_find(table, &third);
    way_hold_refuse(table, entry);
    way_hold_end(table, &entry);
    CU_ASSERT_EQUAL(send_syn(1, 2 * SECOND).verdict, WAY_HOLD_KEEP);
}

static void a_silent_client_expires_at_the_floor(void)
{
    struct way_hold_entry *entry = send_syn(100, 0).entry;
    CU_ASSERT_PTR_NULL(way_hold_expired(table, 10 * SECOND - 1));
    CU_ASSERT_PTR_EQUAL(way_hold_expired(table, 10 * SECOND), entry);
    CU_ASSERT_EQUAL(entry->state, WAY_HOLD_EXPIRED);
    CU_ASSERT_EQUAL(entry->before, WAY_HOLD_HELD);
    CU_ASSERT_PTR_NULL(way_hold_expired(table, 10 * SECOND));
}

/* A client that backs off 1, 2, 4, ... 32 s waits 64 s at last: never expired before. */
static void patience_grows_with_the_gaps(void)
{
    int64_t now = 0;
    send_syn(100, now);
    for (int64_t gap = SECOND; gap <= 32 * SECOND; gap *= 2) {
        CU_ASSERT_PTR_NULL(way_hold_expired(table, now + gap - 1));
        now += gap;
        CU_ASSERT_EQUAL(send_syn(100, now).verdict, WAY_HOLD_ABSORB);
    }
    CU_ASSERT_PTR_NULL(way_hold_expired(table, now + 64 * SECOND));
    CU_ASSERT_PTR_NOT_NULL(way_hold_expired(table, now + 67 * SECOND));
}

static void released_but_not_accepted_expires(void)
{
    struct way_hold_entry *entry = send_syn(100, 0).entry;
    way_hold_release(table, entry, 5 * SECOND);
    CU_ASSERT_PTR_NULL(way_hold_expired(table, 80 * SECOND - 1));
    CU_ASSERT_PTR_EQUAL(way_hold_expired(table, 80 * SECOND), entry);
    CU_ASSERT_EQUAL(entry->before, WAY_HOLD_RELEASED);
}

static void a_reset_takes_the_syn_back(void)
{
    struct way_hold_entry *entry = send_syn(100, 0).entry;
    CU_ASSERT_EQUAL(way_hold_reset(table, &tuple, 99).verdict, WAY_HOLD_PASS);
    CU_ASSERT_EQUAL(way_hold_reset(table, &tuple, 102).verdict, WAY_HOLD_PASS);
    way_hold_release(table, entry, SECOND);
    struct way_hold_decision reset = way_hold_reset(table, &tuple, 101);
    CU_ASSERT_EQUAL(reset.verdict, WAY_HOLD_ABANDON);
    CU_ASSERT_PTR_EQUAL(reset.entry, entry);
    CU_ASSERT_EQUAL(entry->state, WAY_HOLD_RESET);
    CU_ASSERT_EQUAL(entry->before, WAY_HOLD_RELEASED);
    CU_ASSERT_EQUAL(way_hold_reset(table, &tuple, 101).verdict, WAY_HOLD_PASS);
    CU_ASSERT_PTR_NULL(way_hold_claim(table, &tuple, 100));
}

/* Between an end and the slot's return, the tuple can begin anew. */
static void an_end_frees_the_tuple_at_once(void)
{
    struct way_hold_entry *entry = send_syn(100, 0).entry;
    way_hold_refuse(table, entry);
    struct way_hold_decision again = send_syn(100, SECOND);
    CU_ASSERT_EQUAL(again.verdict, WAY_HOLD_KEEP);
    CU_ASSERT_PTR_NOT_EQUAL(again.entry, entry);
    way_hold_end(table, &entry);
    CU_ASSERT_PTR_EQUAL(way_hold_find(table, &tuple), again.entry);
    way_hold_assert(table);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"copies are absorbed while held", copies_are_absorbed_while_held},
        {"another sequence number replaces", another_sequence_number_replaces},
        {"a released SYN is the kernel's", released_is_the_kernels},
        {"accept matches tuple and sequence number", accept_matches_tuple_and_sequence},
        {"what the kernel knows is the kernel's", what_the_kernel_knows_is_the_kernels},
        {"bad SYNs are dropped untouched", bad_syns_are_dropped_untouched},
        {"a full table drops", a_full_table_drops},
        {"a silent client expires at the floor", a_silent_client_expires_at_the_floor},
        {"patience grows with the gaps", patience_grows_with_the_gaps},
        {"released but not accepted expires", released_but_not_accepted_expires},
        {"a reset takes the SYN back", a_reset_takes_the_syn_back},
        {"an end frees the tuple at once", an_end_frees_the_tuple_at_once},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {
        {.pName = "hold", .pSetUpFunc = set_up, .pTearDownFunc = tear_down, .pTests = tests},
        CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
