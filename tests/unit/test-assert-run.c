/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A run's folder on disk: the good one passes from its files as well, and no
 * tap that cannot be relied upon ever lets anything pass.
 */
#include "config.h" /* first: it asks for nftw */

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/assert/check.h"
#include "tests/unit/assert-judge.h"

#define SPOIL(name) static void name(struct world *world)

/* ---- what losses.json says ---- */

SPOIL(client_tap_lossy)
{
    world->dropped[WAY_TAP_CLIENT] = 1;
}

SPOIL(proxy_tap_lossy)
{
    world->dropped[WAY_TAP_PROXY] = 1;
}

SPOIL(origin_tap_lossy)
{
    world->dropped[WAY_TAP_ORIGIN] = 1;
}

SPOIL(losses_not_stated)
{
    world->dropped[WAY_TAP_PROXY] = -1;
}

SPOIL(frames_cut_off_at_a_boundary)
{
    world->uncounted[WAY_TAP_PROXY] = 2;
}

SPOIL(live_too_late)
{
    world->late[WAY_TAP_ORIGIN] = true;
}

SPOIL(off_during_the_hit)
{
    world->off = "hit";
}

SPOIL(nothing_captured)
{
    world_silence(world, WAY_TAP_PROXY);
}

SPOIL(frame_clipped)
{
    world_packet(world, WAY_TAP_PROXY, "miss.response")->cut = 3;
}

SPOIL(no_mark)
{
    world->lacking_mark = "hit.end";
}

static void unfit_taps_hold_nothing(void)
{
    static const struct judge_case cases[] = {
        {"the client's tap lost a packet", client_tap_lossy, "ff.ffff"},
        {"the proxy's tap lost a packet", proxy_tap_lossy, "f......"},
        {"the origin's tap lost a packet", origin_tap_lossy, "..fffff"},
        {"nothing is said of losses", losses_not_stated, "f......"},
        {"cut between two frames", frames_cut_off_at_a_boundary, "f......"},
        {"live after the first mark", live_too_late, "..fffff"},
        {"empty", nothing_captured, "f......"},
        {"the origin's tap is off during the hit", off_during_the_hit, "..fff.."},
        {"clipped", frame_clipped, "f......"},
    };
    JUDGE(cases);
}

static void a_missing_mark_fails_its_check(void)
{
    static const struct judge_case cases[] = {{"no end of the hit", no_mark, "....f.."}};
    JUDGE(cases);
}

/* ---- files ---- */

/* A folder with the good run's files. */
struct folder {
    char path[32];
    struct way_run *run;
    struct way_text error;
};

static void folder_make(struct folder *folder)
{
    struct world *world = world_new();

    strcpy(folder->path, "/tmp/waylay-assert.XXXXXX");
    folder->run = calloc(1, sizeof *folder->run);
    folder->error = (struct way_text){""};
    if (!folder->run || !mkdtemp(folder->path))
        abort();
    world_write(world, folder->path);
    world_free(&world);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void folder_remove(struct folder *folder)
{
    way_run_free(folder->run);
    free(folder->run);
    nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *file_in(const struct folder *folder, const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return path;
}

static int load(struct folder *folder)
{
    way_run_free(folder->run);
    return way_run_load(folder->run, folder->path, &folder->error);
}

/* Loads, and says why the proxy's capture is unfit. */
static const char *unfit_proxy_tap(struct folder *folder)
{
    CU_ASSERT_EQUAL(load(folder), 0);
    return folder->run->taps[WAY_TAP_PROXY].capture.unfit.s;
}

static void the_good_folder_passes(void)
{
    struct folder folder;

    folder_make(&folder);
    CU_ASSERT_EQUAL(load(&folder), 0);
    for (const struct way_check *check = way_checks; check->name; check++) {
        struct way_expectation expectation = {.check = check};
        struct way_finding finding;
        const char *step = strstr(check->name, "refused")  ? "refused"
                           : strstr(check->name, "silent") ? "delayed"
                                                           : "hit";
        snprintf(expectation.during, sizeof expectation.during, "%s", check->during ? step : "");
        way_check_evaluate(folder.run, &expectation, &finding);
        CU_ASSERT_EQUAL(way_finding_verdict(&finding), WAY_PASSED);
    }
    folder_remove(&folder);
}

static void a_cut_capture_is_read_up_to_the_cut(void)
{
    struct folder folder;
    struct stat status;

    folder_make(&folder);
    const char *path = file_in(&folder, "captures/r1-p1.pcap");
    CU_ASSERT_EQUAL(load(&folder), 0);
    size_t whole = folder.run->taps[WAY_TAP_PROXY].capture.count;
    CU_ASSERT_EQUAL(stat(path, &status), 0);
    CU_ASSERT_EQUAL(truncate(path, status.st_size - 5), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(unfit_proxy_tap(&folder), "cut short"));
    CU_ASSERT_EQUAL(folder.run->taps[WAY_TAP_PROXY].capture.count, whole - 1);
    folder_remove(&folder);
}

static void a_capture_that_is_none_is_unfit(void)
{
    struct folder folder;

    folder_make(&folder);
    const char *path = file_in(&folder, "captures/r1-p1.pcap");
    CU_ASSERT_EQUAL(truncate(path, 24), 0);
    CU_ASSERT_STRING_EQUAL(unfit_proxy_tap(&folder), "it is empty");
    CU_ASSERT_EQUAL(truncate(path, 0), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(unfit_proxy_tap(&folder), "it is no capture"));
    CU_ASSERT_EQUAL(unlink(path), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(unfit_proxy_tap(&folder), "No such file"));
    CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
    CU_ASSERT_STRING_EQUAL(unfit_proxy_tap(&folder), "it is no regular file");
    folder_remove(&folder);
}

static void stamps_that_run_backwards_are_unfit(void)
{
    static const uint8_t frame[60] = {0};
    struct way_capture capture;

    way_capture_init(&capture, "x");
    CU_ASSERT_EQUAL(way_capture_append(&capture, 5000000, frame, 60, 60), 0);
    CU_ASSERT_EQUAL(way_capture_append(&capture, 4500000, frame, 60, 60), 0);
    CU_ASSERT_STRING_EQUAL(capture.unfit.s, "");
    CU_ASSERT_EQUAL(way_capture_append(&capture, 1000000, frame, 60, 60), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(capture.unfit.s, "backwards"));
    way_capture_free(&capture);
}

static void a_folder_without_losses_holds_nothing(void)
{
    struct folder folder;

    folder_make(&folder);
    CU_ASSERT_EQUAL(unlink(file_in(&folder, "captures/losses.json")), 0);
    CU_ASSERT_STRING_EQUAL(unfit_proxy_tap(&folder), "nothing says whether it lost packets");
    folder_remove(&folder);
}

static void a_folder_without_bindings_is_refused(void)
{
    struct folder folder;

    folder_make(&folder);
    CU_ASSERT_EQUAL(unlink(file_in(&folder, "bindings.json")), 0);
    CU_ASSERT_EQUAL(load(&folder), -EINVAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(folder.error.s, "interrupted (no bindings.json"));
    folder_remove(&folder);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the good folder passes", the_good_folder_passes},
        {"unfit taps hold nothing", unfit_taps_hold_nothing},
        {"a missing mark fails its check", a_missing_mark_fails_its_check},
        {"a cut capture is read up to the cut", a_cut_capture_is_read_up_to_the_cut},
        {"a capture that is none is unfit", a_capture_that_is_none_is_unfit},
        {"stamps that run backwards are unfit", stamps_that_run_backwards_are_unfit},
        {"a folder without losses holds nothing", a_folder_without_losses_holds_nothing},
        {"a folder without bindings is refused", a_folder_without_bindings_is_refused},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "run", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
