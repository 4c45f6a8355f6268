/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Fuzzes the reading of capture files: any bytes, plain or compressed. Whatever they
 * are, reading ends, packets lie inside of what a packet may be, and the counts are
 * those of the packets.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analysis/capture/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct way_source *source)
{
    struct way_record record;
    volatile uint8_t sum = 0;
    uint64_t packets = 0, clipped = 0;

    while (way_source_next(source, &record) == WAY_SOURCE_PACKET) {
        packets++;
        clipped += record.len < record.wire_len;
        assert(record.number == packets);
        assert(record.len <= record.wire_len && record.len <= WAY_SOURCE_PACKET_MAX);
        assert(record.time >= 0);
        if (record.len)
            sum = (uint8_t)(sum + record.bytes[0] + record.bytes[record.len - 1]);
    }
    const struct way_source_facts *facts = way_source_facts(source);
    assert(facts->end != WAY_SOURCE_OPEN && facts->end != WAY_SOURCE_DEADLINE);
    assert(facts->packets == packets && facts->clipped == clipped);
    assert(facts->first <= facts->last);
    assert((facts->message[0] == '\0') == (facts->end == WAY_SOURCE_WHOLE));
    (void)facts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[WAY_SOURCE_ERROR_MAX] = "";
    int fd = memfd_create("fuzzed", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    struct way_source *source = way_source_open_fd(fd, "fuzzed", error);
    if (source)
        read_all(source);
    else
        assert(error[0] != '\0');
    way_source_close(&source);
    return 0;
}
