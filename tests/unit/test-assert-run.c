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
};

static void folder_make(struct folder *folder)
{
    struct world *world = world_new();

    strcpy(folder->path, "/tmp/waylay-assert.XXXXXX");
    if (!mkdtemp(folder->path))
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
    nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *file_in(const struct folder *folder, const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return path;
}

static void the_good_folder_passes(void)
{
    struct folder folder;

    folder_make(&folder);
    CU_ASSERT_STRING_EQUAL(folder_rulings(folder.path, true), ".......");
    folder_remove(&folder);
}

static void a_capture_that_is_cut_short_holds_nothing(void)
{
    struct folder folder;
    struct stat status;

    folder_make(&folder);
    const char *path = file_in(&folder, "captures/r1-p1.pcap");
    CU_ASSERT_EQUAL(stat(path, &status), 0);
    CU_ASSERT_EQUAL(truncate(path, status.st_size - 5), 0);
    CU_ASSERT_STRING_EQUAL(folder_rulings(folder.path, false), "f......");
    folder_remove(&folder);
}

static void a_capture_that_is_none_holds_nothing(void)
{
    static const int lengths[] = {24, 10, 0};
    struct folder folder;

    folder_make(&folder);
    const char *path = file_in(&folder, "captures/r1-p1.pcap");
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        CU_ASSERT_EQUAL(truncate(path, lengths[i]), 0);
        CU_ASSERT_STRING_EQUAL(folder_rulings(folder.path, false), "f......");
    }
    CU_ASSERT_EQUAL(unlink(path), 0);
    CU_ASSERT_STRING_EQUAL(folder_rulings(folder.path, false), "f......");
    folder_remove(&folder);
}

static void a_folder_without_losses_holds_nothing(void)
{
    struct folder folder;

    folder_make(&folder);
    CU_ASSERT_EQUAL(unlink(file_in(&folder, "captures/losses.json")), 0);
    CU_ASSERT_STRING_EQUAL(folder_rulings(folder.path, false), "fffffff");
    folder_remove(&folder);
}

int main(void)
{
    CU_TestInfo tests[] = {
        {"the good folder passes", the_good_folder_passes},
        {"unfit taps hold nothing", unfit_taps_hold_nothing},
        {"a missing mark fails its check", a_missing_mark_fails_its_check},
        {"a capture that is cut short holds nothing", a_capture_that_is_cut_short_holds_nothing},
        {"a capture that is none holds nothing", a_capture_that_is_none_holds_nothing},
        {"a folder without losses holds nothing", a_folder_without_losses_holds_nothing},
        CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "run", .pTests = tests}, CU_SUITE_INFO_NULL};
    return way_tap_run(suites);
}
