/* SPDX-License-Identifier: BSD-2-Clause
 *
 * bindings.json: the names of a run and what they stand for.
 *
 * The runner writes it; it is read here as hostile input. Every count is
 * bounded, every name is cut from nothing: one that does not fit is an error.
 * What the checks do not need (interface names, parameters of wires) is not kept.
 */
#ifndef WAYLAY_ANALYSIS_ASSERT_BINDINGS_H
#define WAYLAY_ANALYSIS_ASSERT_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/assert/text.h"
#include "core/packet/ipv4.h"

enum way_bindings_limits {
    WAY_BINDINGS_BYTES_MAX = 4 * 1024 * 1024, /* of the file */
    WAY_BINDINGS_NAME_MAX = 64,               /* bytes of any name, with the zero */
    WAY_BINDINGS_PATH_MAX = 200,              /* bytes of a capture's path, with the zero */
    WAY_BINDINGS_ITEMS_MAX = 64,              /* nodes, links, services, addresses of one node */
    WAY_BINDINGS_MARKS_MAX = 1024
};

enum { WAY_MAC_LEN = 6 };

enum way_role { WAY_ROLE_CLIENT, WAY_ROLE_ROUTER, WAY_ROLE_PROXY, WAY_ROLE_ORIGIN, WAY_ROLE_OTHER };

struct way_node {
    char name[WAY_BINDINGS_NAME_MAX];
    enum way_role role;
    way_be32 addresses[WAY_BINDINGS_ITEMS_MAX];
    char address_links[WAY_BINDINGS_ITEMS_MAX][WAY_BINDINGS_NAME_MAX]; /* the link of each */
    size_t address_count;
    uint8_t macs[WAY_BINDINGS_ITEMS_MAX][WAY_MAC_LEN]; /* of its interfaces, as far as is said */
    size_t mac_count;
};

struct way_link {
    char name[WAY_BINDINGS_NAME_MAX];
    const struct way_node *ends[2];
    /* Relative to the run's folder, which they never leave: of a plain link one
     * capture; of one with a wire two, the one at ends[0] first. */
    char captures[2][WAY_BINDINGS_PATH_MAX];
    size_t capture_count;
    int64_t error; /* ns, not negative: what the link's emulation was late by at most */
    int64_t mtu;   /* bytes of a packet, of both ends; 0 where it is not said */
};

struct way_service {
    char name[WAY_BINDINGS_NAME_MAX];
    const struct way_node *node; /* where it listens, or is said to */
    uint16_t port;
    bool redirected;
};

struct way_mark {
    char name[WAY_BINDINGS_NAME_MAX];
    int64_t time; /* ns since the epoch */
};

/* A number that the run leaves for its expectations: what a program counted. */
struct way_number {
    char name[WAY_BINDINGS_NAME_MAX];
    double value;
    bool whole; /* it is an integer: exactly so in `integer` */
    int64_t integer;
};

/* The bindings of one run. Pointers in it point into it: it is not copied. */
struct way_bindings {
    struct way_node nodes[WAY_BINDINGS_ITEMS_MAX];
    struct way_link links[WAY_BINDINGS_ITEMS_MAX];
    struct way_service services[WAY_BINDINGS_ITEMS_MAX];
    struct way_mark marks[WAY_BINDINGS_MARKS_MAX];
    struct way_number numbers[WAY_BINDINGS_MARKS_MAX];
    size_t node_count, link_count, service_count, mark_count, number_count;
    int64_t uncertainty; /* ns, of every stamp; not negative */
};

/* Reads the file at `path` into `bindings`. Returns 0; -EINVAL with one line in
 * `error` (the file, the key, what was found and what was expected). */
int way_bindings_read(struct way_bindings *bindings, const char *path, struct way_text *error);

/* The same, from text; `name` stands for the file in messages. */
int way_bindings_read_text(struct way_bindings *bindings, const char *name, const char *text,
                           size_t length, struct way_text *error);

/* The node of the given name; NULL without one. */
const struct way_node *way_bindings_node(const struct way_bindings *bindings, const char *name);

/* The mark of the given name ("hit.start"); NULL without one. */
const struct way_mark *way_bindings_mark(const struct way_bindings *bindings, const char *name);

/* Whether the link is between a node of role `a` and one of role `b`. */
bool way_link_is_between(const struct way_link *link, enum way_role a, enum way_role b);

/* Whether `mac` (WAY_MAC_LEN bytes) is of an interface of the node. */
bool way_node_has_mac(const struct way_node *node, const uint8_t *mac);

/* Whether `address` belongs to any node of the given role. */
bool way_bindings_is(const struct way_bindings *bindings, enum way_role role, way_be32 address);

/* Whether `mac` (WAY_MAC_LEN bytes) is of an interface of any node of the given role. */
bool way_bindings_is_mac(const struct way_bindings *bindings, enum way_role role,
                         const uint8_t *mac);

/* Whether TCP packets to this port are redirected. */
bool way_bindings_redirected(const struct way_bindings *bindings, uint16_t port);

#endif
