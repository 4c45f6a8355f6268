/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Guard pages by mmap and mprotect.
 */
#include "tests/unit/guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct way_guard way_guard_new(const void *from, size_t len, size_t room)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t body = (len + room + page - 1) / page * page;
    if (body == 0)
        body = page;
    struct way_guard guard = {.len = len, .map_len = body + page};
    guard.map =
        mmap(NULL, guard.map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guard.map == MAP_FAILED)
        abort();
    uint8_t *wall = (uint8_t *)guard.map + body;
    if (mprotect(wall, page, PROT_NONE) != 0)
        abort();
    guard.data = wall - len;
    if (from)
        memcpy(guard.data, from, len);
    return guard;
}

void way_guard_free(struct way_guard *guard)
{
    if (guard->map)
        munmap(guard->map, guard->map_len);
    *guard = (struct way_guard){0};
}
