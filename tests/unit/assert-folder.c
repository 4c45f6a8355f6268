/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writes the world of the tests as a run's folder, for tests of the program
 * from outside: assert-folder good|leaking|uncertain FOLDER.
 */
#include <stdio.h>
#include <string.h>

#include "tests/unit/assert-world.h"

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    struct world *world = world_new();
    struct world_packet *answer = world_packet(world, WAY_TAP_CLIENT, "miss.syn-ack");

    if (strcmp(argv[1], "leaking") == 0) /* as if the proxy answered in its own name */
        answer->source = PROXY_ADDRESS;
    if (strcmp(argv[1], "uncertain") == 0)
        answer->time = world_packet(world, WAY_TAP_ORIGIN, "miss.origin-syn-ack")->time + 1;
    world_write(world, argv[2]);
    world_free(&world);
    return 0;
}
