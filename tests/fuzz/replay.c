/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A fuzz target without the fuzzer: runs it over the kept corpus, one TAP line a
 * file, so that every compiler and every `make check` tries what was found once.
 *
 * Compiled once a target, with WAY_CORPUS the name of its folder in
 * tests/fuzz/corpus.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 1 << 20, TAP_HARD_ERROR = 99 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Runs one file, in a buffer of exactly its size. Returns 0, or -1 when it cannot
 * be read. */
static int replay(const char *path)
{
    static uint8_t input[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    size_t len = fread(input, 1, sizeof input, file);
    fclose(file);
    uint8_t *exact = malloc(len ? len : 1);
    if (!exact)
        return -1;
    memcpy(exact, input, len);
    LLVMFuzzerTestOneInput(exact, len);
    free(exact);
    return 0;
}

int main(void)
{
    char folder[2048], path[4096];
    const char *srcdir = getenv("srcdir");
    struct dirent **entries;
    unsigned done = 0, failed = 0;

    snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/" WAY_CORPUS, srcdir ? srcdir : ".");
    int count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0) {
        printf("Bail out! cannot read %s\n", folder);
        return TAP_HARD_ERROR;
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, name);
            int error = replay(path);
            printf("%s %u - " WAY_CORPUS ": %s\n", error ? "not ok" : "ok", ++done, name);
            failed += error != 0;
        }
        free(entries[i]);
    }
    free(entries);
    printf("1..%u\n", done);
    return failed || done == 0;
}
