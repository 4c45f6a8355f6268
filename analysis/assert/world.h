/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The names of a run, for its expectations (analysis/lang/world.h).
 *
 *      taps        a-b, every link: frames as they arrive at the end that receives
 *                  them; a-b@a, all frames seen at that end
 *                  clients, proxies, origins: all links between such a node and a
 *                  router; clients@routers and so on, all frames seen at the router's end
 *      $n          the addresses of node n; $n.a-b, its address on that link;
 *                  $n.mac, its hardware addresses; $n.mtu, the least MTU of its links
 *                  (no name where a link does not say it)
 *      $clients, $routers, $proxies, $origins
 *                  the addresses of all nodes of the role; likewise with .mac and .mtu
 *      $s.port     the port of service s; $s.address, the addresses of its node
 *      $redirected the ports of all services that are redirected
 *      $x          a number x of the bindings
 *      marks       as they are called
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_WORLD_H
#define WAYLAY_ANALYSIS_ASSERT_WORLD_H

#include "analysis/assert/bindings.h"
#include "analysis/lang/arena.h"
#include "analysis/lang/world.h"

/* Names under construction; all memory is the arena's. */
struct way_world_names {
    struct way_arena *arena;
    struct way_world_name *names;
    size_t count, room;
};

/* Adds all names of the bindings, which must outlive them. */
void way_world_add_bindings(struct way_world_names *names, const struct way_bindings *bindings);

/* Adds a name for a text, before all others of that name. */
void way_world_add_text(struct way_world_names *names, const char *name, const char *text);

/* Adds a tap. */
void way_world_add_tap(struct way_world_names *names, const char *name);

/* The role that a tap of several links is named after ("clients"), and whether it is
 * the routers' end of them; WAY_ROLE_OTHER for other names. */
enum way_role way_world_role_of_tap(const char *name, bool *at_router);

#endif
