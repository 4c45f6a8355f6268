/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes waylay-assert's way from a capture file to verdicts: libpcap's reader,
 * the decoding of frames, and every check over what came out, with the file as
 * the capture of all three taps at once.
 *
 * Whatever the file holds: no check crashes, none matches more than it
 * examined, and nothing passes in which nothing was examined.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/assert/check.h"
#include "tests/unit/assert-world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A run whose bindings are those of the tests' world. */
static struct way_run *make_run(void)
{
    struct way_run *run = calloc(1, sizeof *run);
    struct world *world = world_new();

    if (!run)
        abort();
    world_build(world, run);
    world_free(&world);
    return run;
}

static void read_capture(struct way_tap *tap, const uint8_t *data, size_t size)
{
    FILE *file = fmemopen((void *)data, size, "rb");

    way_capture_free(&tap->capture); /* the view of before, or the fuzzed file */
    way_capture_init(&tap->capture, "fuzzed.pcap");
    if (!file)
        abort();
    way_capture_read(&tap->capture, file);
    tap->capture.unfit.s[0] = '\0'; /* else no check would look at it */
    way_capture_free(&tap->departed);
    way_capture_init_view(&tap->departed, "fuzzed.pcap");
    if (way_capture_merge(&tap->departed, &tap->capture, NULL, NULL))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct way_run *run;

    if (size == 0)
        return 0;
    if (!run)
        run = make_run();
    for (size_t tap = 0; tap < WAY_TAP_COUNT; tap++)
        read_capture(&run->taps[tap], data, size);
    for (const struct way_check *check = way_checks; check->name; check++) {
        struct way_finding finding = {0};
        check->run(run, (struct way_window){INT64_MIN, INT64_MAX}, &finding);
        assert(finding.matched <= finding.examined);
        assert(finding.examined > 0 || way_finding_verdict(&finding) == WAY_FAILED);
    }
    return 0;
}
