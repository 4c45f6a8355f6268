/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Captures and decision logs: what stands in the files byte for byte, and that nothing
 * is lost without being counted.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/wire/capture.h"
#include "emu/wire/decisions.h"
#include "emu/wire/replay.h"
#include "tests/unit/tap.h"

enum { GUARD_MS = 60000, FILE_BYTES = 128 << 20 };

static char dir[64];
static struct way_writer *writer;
static char error[512];

static int begin(void)
{
    snprintf(dir, sizeof(dir), "/tmp/test-wire-capture.XXXXXX");
    writer = way_writer_new(1);
    return mkdtemp(dir) && writer ? 0 : 1;
}

static int end(void)
{
    char command[128];
    way_writer_free(&writer);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    return system(command);
}

/* Waits until all that was put stands in the files. */
static void flush(void)
{
    uint64_t ticket = way_writer_flush(writer);
    struct pollfd done = {.fd = way_writer_fd(writer), .events = POLLIN};
    while (way_writer_flushed(writer) < ticket)
        CU_ASSERT_EQUAL_FATAL(poll(&done, 1, GUARD_MS), 1);
}

static uint8_t *contents(const char *name, size_t *len)
{
    char path[256];
    uint8_t *bytes = malloc(FILE_BYTES);
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    *len = fread(bytes, 1, FILE_BYTES, file);
    fclose(file);
    return bytes;
}

enum { WHOLE = 262144 };

static struct way_capture *open_cut(const char *link, const char *node, size_t snaplen)
{
    struct way_capture *capture =
        way_capture_open(writer, dir, link, node, snaplen, error, sizeof(error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(capture);
    return capture;
}

static struct way_capture *open_capture(const char *link, const char *node)
{
    return open_cut(link, node, WHOLE);
}

/* The file's header and two frames, as a machine of little-endian order writes them. */
static const char expected[] = "\x4d\x3c\xb2\xa1\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00"
                               "\x00\x00\x04\x00\x01\x00\x00\x00"
                               "\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x03\x00\x00\x00"
                               "abc"
                               "\x02\x00\x00\x00\xff\xc9\x9a\x3b\x02\x00\x00\x00\x02\x00\x00\x00"
                               "de";

static void the_file_is_a_pcap_while_it_grows(void)
{
    size_t len;
    struct way_capture *capture = open_capture("a-b", "a");
    way_capture_put(capture, 1000000002, "abc", 3);
    way_capture_put(capture, 2999999999, "de", 2);
    flush();
    uint8_t *bytes = contents("a-b@a.pcap", &len);
    CU_ASSERT_EQUAL_FATAL(len, sizeof(expected) - 1);
    CU_ASSERT_EQUAL(memcmp(bytes, expected, len), 0);
    free(bytes);
    way_capture_release(&capture);
}

static void frames_are_cut_and_their_length_is_told(void)
{
    static const char cut[] = "\x03\x00\x00\x00\x05\x00\x00\x00"
                              "abc";
    size_t len;
    struct way_capture *capture = open_cut("a-b", "cut", 3);
    way_capture_put(capture, 1, "abcde", 5);
    flush();
    uint8_t *bytes = contents("a-b@cut.pcap", &len);
    CU_ASSERT_EQUAL_FATAL(len, 24 + 8 + sizeof(cut) - 1);
    CU_ASSERT_EQUAL(bytes[16], 3); /* the file's own word for it */
    CU_ASSERT_EQUAL(memcmp(bytes + 24 + 8, cut, sizeof(cut) - 1), 0);
    free(bytes);
    way_capture_release(&capture);
}

static void off_is_neither_written_nor_counted(void)
{
    size_t len;
    struct way_capture *capture = open_capture("a-b", "b");
    way_capture_turn(capture, false);
    way_capture_put(capture, 1, "never", 5);
    way_capture_turn(capture, true);
    way_capture_put(capture, 1000000002, "abc", 3);
    way_capture_put(NULL, 1, "nowhere", 7);
    struct way_capture_counts counts = way_capture_counts(capture);
    CU_ASSERT_EQUAL(counts.captured, 1);
    CU_ASSERT_EQUAL(counts.dropped, 0);
    way_capture_release(&capture);

    capture = open_capture("a-b", "b"); /* a link that comes again */
    way_capture_put(capture, 2999999999, "de", 2);
    way_capture_release(&capture);
    flush();
    uint8_t *bytes = contents("a-b@b.pcap", &len);
    CU_ASSERT_EQUAL_FATAL(len, sizeof(expected) - 1);
    CU_ASSERT_EQUAL(memcmp(bytes, expected, len), 0);
    free(bytes);
}

/* A record that is larger than the ring never fits. */
static void what_finds_no_room_is_counted(void)
{
    enum { TOO_MUCH = 1 << 20 };
    struct way_capture *capture = open_capture("c-d", "c");
    uint8_t *frame = calloc(1, TOO_MUCH);
    CU_ASSERT_PTR_NOT_NULL_FATAL(frame);
    way_capture_put(capture, 1, frame, TOO_MUCH);
    way_capture_put(capture, 1, "fits", 4);
    struct way_capture_counts counts = way_capture_counts(capture);
    CU_ASSERT_EQUAL(counts.captured, 1);
    CU_ASSERT_EQUAL(counts.dropped, 1);
    json_t *all = way_captures_json(writer);
    json_t *one = json_object_get(all, "c-d@c");
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(one, "captured")), 1);
    CU_ASSERT_EQUAL(json_integer_value(json_object_get(one, "dropped")), 1);
    json_decref(all);
    free(frame);
    way_capture_release(&capture);
}

/* Frames in order, of all lengths, through a ring that is much smaller than all of them:
 * those that are counted as taken are in the file, and no others. */
static void under_load_the_counts_are_the_file(void)
{
    enum { FRAMES = 100000, LONGEST = 1500 };
    static uint8_t frame[LONGEST];
    size_t len;
    char path[128];
    snprintf(path, sizeof(path), "%s/load", dir);
    struct way_output *output =
        way_output_open(writer, path, "load", NULL, 0, error, sizeof(error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(output);
    uint32_t taken = 0;
    for (uint32_t i = 0; i < FRAMES; i++) {
        uint32_t head[2] = {taken, i * 7919 % LONGEST};
        taken += way_output_put(output, head, sizeof(head), frame, head[1]) == 0;
    }
    flush();
    struct way_output_counts counts = way_output_counts(output);
    CU_ASSERT_EQUAL(counts.taken, taken);
    CU_ASSERT_EQUAL(counts.taken + counts.dropped, FRAMES);
    uint8_t *bytes = contents("load", &len);
    uint32_t seen = 0;
    for (size_t at = 0; at + 8 <= len && len < FILE_BYTES; seen++) {
        uint32_t head[2];
        memcpy(head, bytes + at, sizeof(head));
        CU_ASSERT_EQUAL_FATAL(head[0], seen);
        at += sizeof(head) + head[1];
    }
    CU_ASSERT_TRUE(seen == taken || len == FILE_BYTES);
    free(bytes);
}

/* A disk that is full in the middle of a record, and has room again later. */
static void a_full_disk_loses_whole_records(void)
{
    enum { LIMIT = 1000, FRAME = 600, HEADS = 24 + 16 };
    static uint8_t frame[FRAME];
    struct rlimit usual, low;
    size_t len;
    struct way_capture *capture = open_capture("e-f", "e");
    getrlimit(RLIMIT_FSIZE, &usual);
    low = usual;
    low.rlim_cur = LIMIT;
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 2; i++) {
        way_capture_put(capture, 1, frame, FRAME);
        flush();
        setrlimit(RLIMIT_FSIZE, &low);
    }
    setrlimit(RLIMIT_FSIZE, &usual);
    struct way_capture_counts counts = way_capture_counts(capture);
    CU_ASSERT_EQUAL(counts.captured, 1);
    CU_ASSERT_EQUAL(counts.dropped, 1);
    free(contents("e-f@e.pcap", &len));
    CU_ASSERT_EQUAL(len, HEADS + FRAME);
    way_capture_put(capture, 1, frame, FRAME);
    flush();
    free(contents("e-f@e.pcap", &len));
    CU_ASSERT_EQUAL(len, HEADS + 16 + 2 * FRAME);
    way_capture_release(&capture);
}

static void what_cannot_be_opened_is_said(void)
{
    CU_ASSERT_PTR_NULL(
        way_capture_open(writer, "/no/such/dir", "a-b", "a", WHOLE, error, sizeof(error)));
    CU_ASSERT_STRING_EQUAL(error,
                           "/no/such/dir/a-b@a.pcap: cannot be opened: No such file or directory");
}

static void a_decision_log_can_be_replayed(void)
{
    char path[128];
    size_t len;
    const struct way_decision drop = {
        .time = 5, .frame = 9, .what = WAY_DECIDED_DROP, .why = WAY_BECAUSE_BERNOULLI, .len = 60};
    snprintf(path, sizeof(path), "%s/decisions", dir);
    struct way_output *log = way_decisions_open(writer, path, 7, 2, error, sizeof(error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(log);
    way_decisions_put(log, &drop, "a-b", "a");
    way_decisions_put(NULL, &drop, "a-b", "a");
    flush();
    uint8_t *text = contents("decisions", &len);
    struct way_replay_log *replay = way_replay_read((const char *)text, len, error, sizeof(error));
    CU_ASSERT_PTR_NOT_NULL_FATAL(replay);
    CU_ASSERT_EQUAL(way_replay_seed(replay), 7);
    CU_ASSERT_EQUAL(way_replay_run(replay), 2);
    const struct way_replay *part = way_replay_direction(replay, "a-b", "a");
    CU_ASSERT_EQUAL(part->count, 1);
    CU_ASSERT_PTR_NOT_NULL(way_replay_find(part, 9, 0, WAY_DECIDED_DROP));
    way_replay_free(&replay);
    free(text);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the file is a pcap while it grows", the_file_is_a_pcap_while_it_grows},
        {"frames are cut and their length is told", frames_are_cut_and_their_length_is_told},
        {"off is neither written nor counted", off_is_neither_written_nor_counted},
        {"what finds no room is counted", what_finds_no_room_is_counted},
        {"under load the counts are the file", under_load_the_counts_are_the_file},
        {"a full disk loses whole records", a_full_disk_loses_whole_records},
        {"what cannot be opened is said", what_cannot_be_opened_is_said},
        {"a decision log can be replayed", a_decision_log_can_be_replayed},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{"wire capture", begin, end, NULL, NULL, tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
