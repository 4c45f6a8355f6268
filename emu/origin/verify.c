/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads, compares, and stops at the first byte that is wrong.
 */
#include "emu/origin/verify.h"

#include <inttypes.h>
#include <string.h>

#include "emu/origin/body.h"
#include "emu/origin/object.h"

static int check_length(uint64_t got, uint64_t want, FILE *out)
{
    if (got == want) {
        fprintf(out, "right: %" PRIu64 " bytes\n", got);
        return 0;
    }
    fprintf(out, "wrong length: %" PRIu64 " bytes, expected %" PRIu64 "; all %s are right\n", got,
            want, got < want ? "of them" : "that were expected");
    return 1;
}

int way_verify(const char *target, FILE *in, FILE *out)
{
    struct way_object object;
    struct way_object_error error;
    if (!way_object_parse(target, strlen(target), &object, &error)) {
        fprintf(out, "%s\n", error.text);
        return 2;
    }
    uint64_t key = way_body_key(object.name, object.seed);
    uint64_t offset = 0;
    uint8_t bytes[65536];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, in)) > 0; offset += n) {
        uint64_t left = offset < object.size ? object.size - offset : 0;
        size_t judged = n < left ? n : (size_t)left;
        size_t same = way_body_compare(key, offset, bytes, judged);
        if (same < judged) {
            uint8_t want;
            way_body_fill(key, offset + same, &want, 1);
            fprintf(out, "wrong byte at offset %" PRIu64 ": found 0x%02x, expected 0x%02x\n",
                    offset + same, bytes[same], want);
            return 1;
        }
    }
    if (ferror(in)) {
        fprintf(out, "cannot read the body: error on standard input\n");
        return 1;
    }
    return check_length(offset, object.size, out);
}
