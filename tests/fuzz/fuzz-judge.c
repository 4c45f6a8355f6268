/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Captures of any bytes, judged by rules of every kind. What must hold: nothing
 * crashes, and no rule matches more than it examined.
 */
#define _GNU_SOURCE /* memfd_create */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analysis/judge/judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules[] =
    "\"all\":\n"
    "  for each \"ip\" on t as p:\n"
    "  each \"ip\" on t becomes on t with ip.ttl == was.ip.ttl, any ip.rec_rt == was.ip.dst within "
    "1s\n"
    "  each \"tcp\" on t after p followed by at least 1 \"tcp\" on t within 1s joined by flow\n"
    "  exactly 1 \"icmp\" on t per connection within 1s of p\n"
    "  some packet on t until next p where ip.id == p.ip.id with tcp.payload[0:4] == \"GET \"\n"
    "  expect count(packets on t after p) > p99(ip.len of \"ip\" on t), p.time < p.time + 1s\n"
    "\"streams\":\n"
    "  each \"tcp\" on t becomes segments on t with tcp.seq >= was.tcp.seq may be none\n"
    "  each \"ip\" on t becomes fragments on t may be none\n"
    "  each \"ip\" on t came from t may be none\n"
    "  no \"ip\" on t does not appear on t may be none\n"
    "  each first \"tcp\" on t per tcp.stream with tcp.analysis.bytes_in_flight < 10\n"
    "  no \"tcp\" on t with any http.header[\"Host\"] contains \"x\" or http.body_len == 3\n"
    "  some \"ip\" on t with abs(ip.ttl - 64) < 2 and length(ip.payload) mod 2^3 == 1\n"
    "\"running\":\n"
    "  each \"ip\" on t with running count(\"ip\" on t per ip.src over 1ms) < 9\n"
    "  each \"ip\" on u with running p50(ip.len of \"ip\" on t over 2us) <\n"
    "    running max(ip.len of \"ip\" on t, u per ip.proto over 3us) + running sum(ip.ttl of "
    "\"ip\" on u)\n"
    "  no \"ip\" on u with running distinct(ip.src of \"ip\" on t over 5us) == 3 or\n"
    "    running share(\"tcp\" on t among \"ip\" on u over 1s) > 0.1 or running mean(ip.id of "
    "\"ip\" on t) > 9\n"
    "  expect rate(\"ip\" on t, u over 1us) > min(ip.len of \"ip\" on t over 1s)\n"
    "\"two taps\":\n"
    "  for each \"udp\" on t as p:\n"
    "  each \"ip\" on t becomes on u with ip.ttl < was.ip.ttl within 1us\n"
    "  each \"tcp\" on u after p came from t where ip.id >= p.ip.id within 1s\n"
    "  each \"tcp\" on t until next p becomes segments on u within 1s\n"
    "  expect count(\"ip\" on u after p where ip.len > mean(ip.len of \"ip\" on t)) in 1 .. 3\n";

static void judge(const struct way_program *program, struct way_merge *merge)
{
    struct way_feed feeds[] = {{.tap = 0}, {.tap = 1}}; /* t, and u, which sees the same */
    const struct way_judge_source source = {.feeds = feeds, .feed_count = 2, .captured = -1};
    const struct way_judge_tap taps[] = {{.live_from = INT64_MIN, .live_until = INT64_MIN},
                                         {.live_from = INT64_MIN, .live_until = INT64_MIN}};
    const struct way_judge_setup setup = {
        .program = program, .merge = merge, .sources = &source, .taps = taps, .uncertainty = 1000};
    struct way_verdicts verdicts;

    way_judge(&setup, &verdicts);
    for (size_t i = 0; i < verdicts.count; i++)
        for (size_t r = 0; r < verdicts.outcomes[i].rule_count; r++)
            if (verdicts.outcomes[i].rules[r].matched > verdicts.outcomes[i].rules[r].examined)
                abort();
    way_verdicts_free(&verdicts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct way_world open = {.open = true};
    char error[WAY_SOURCE_ERROR_MAX];
    struct way_program program;
    int file = memfd_create("fuzz", MFD_CLOEXEC);

    if (file < 0 || write(file, data, size) != (ssize_t)size || lseek(file, 0, SEEK_SET) != 0)
        abort();
    struct way_source *source = way_source_open_fd(file, "fuzz", error);
    if (!source)
        return 0;
    if (way_program_read_text(&program, "rules", rules, strlen(rules), &open))
        abort();
    struct way_merge *merge = way_merge_new();
    if (!merge || way_merge_add(merge, &source) != 0)
        abort();
    judge(&program, merge);
    way_merge_free(&merge);
    way_program_free(&program);
    return 0;
}
