/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The configuration of waylay-wire.
 *
 *     seed: 1                # with `run`, all randomness
 *     run: 1                 # number of the repeat
 *     control: PATH          # Unix stream socket, made by the wire
 *     captures: DIR          # for each link LINK@NODE.pcap, twice
 *     decisions: FILE        # the decision log
 *     replay: FILE           # the decision log of an earlier run, in place of the generator
 *     fidelity: FILE         # written at the end
 *     spin: 50us             # the last stretch before a due time is spun
 *     realtime: true         # real-time priority where it is allowed
 *     memory: 1GiB           # of frames that are on their way, all together
 *     lateness: {suspect: 1ms, unfaithful: 10ms}   # bounds of the 99th percentile, for the verdict
 *     links:
 *       - name: c1-r1
 *         ends:
 *           - {node: c1, interface: c1-r1, netns: /proc/123/ns/net, kind: tap, mtu: 1500,
 *              address: "02:00:0a:00:01:02"}
 *           - {node: r1, interface: w7, kind: packet}
 *         capture: false     # no captures of this link
 *         snaplen: 128       # bytes of each frame that they keep
 *         both: {delay: 10ms}
 *         from: {c1: {rate: 10Mbit}, r1: {loss: 1%}}   # over `both`, for what the node sends
 *
 * All keys but a link's name and ends are optional. Paths are relative to the
 * working folder. Names of links and nodes become names of files and words in
 * logs: they are letters, digits, '_', '-' and '.', the first one a letter or
 * digit.
 *
 * Settings own their strings and material; the file can be closed after reading.
 */
#ifndef WAYLAY_EMU_WIRE_SETTINGS_H
#define WAYLAY_EMU_WIRE_SETTINGS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/common/config.h"
#include "emu/wire/decision.h"
#include "emu/wire/direction.h"
#include "emu/wire/replay.h"
#include "emu/wire/verdict.h"

enum {
    WAY_WIRE_LINKS_MAX = 4096,
    WAY_WIRE_NAME_MAX = WAY_DECISION_NAME,
    WAY_WIRE_SNAPLEN_MIN = 64,     /* bytes: a whole probe */
    WAY_WIRE_SNAPLEN_MAX = 262144, /* more than any frame has */
    WAY_WIRE_CONTROL_MAX = 107     /* bytes of a Unix socket's path (unix(7)) */
};

#define WAY_WIRE_SPIN_MAX     INT64_C(10000000)  /* ns */
#define WAY_WIRE_MEMORY_MIN   (INT64_C(4) << 20) /* bytes */
#define WAY_WIRE_MEMORY_MAX   (INT64_C(1) << 40)
#define WAY_WIRE_LATENESS_MAX INT64_C(60000000000) /* ns */

#define WAY_END_KINDS(X)                                                                           \
    X(TAP, "tap")       /* made by the wire, in the namespace `netns` */                           \
    X(PACKET, "packet") /* AF_PACKET on an interface that stands already */
#define X(name, text) WAY_END_##name,
enum way_end_kind { WAY_END_KINDS(X) WAY_END_KIND_COUNT };
#undef X

struct way_end_settings {
    char node[WAY_WIRE_NAME_MAX + 1];
    char interface[IFNAMSIZ];
    /* Path of a network namespace: a TAP's own, or that of the other end of a packet
     * end's pair; NULL: the wire's own. */
    char *netns;
    enum way_end_kind kind;
    int64_t mtu;        /* bytes; 0: as it is by itself */
    bool has_address;   /* else the kernel's choice */
    uint8_t address[6]; /* MAC */
};

struct way_link_settings {
    char name[WAY_WIRE_NAME_MAX + 1];
    struct way_end_settings ends[2]; /* of different nodes */
    struct way_direction from[2];    /* of what ends[i] sends */
    bool capture;
    int64_t snaplen; /* bytes of each frame that captures keep */
};

struct way_wire_settings {
    uint64_t seed, run;                              /* below 2^63 */
    char *control, *captures, *decisions, *fidelity; /* paths, or NULL */
    struct way_replay_log *replay;                   /* or NULL; of this seed and run */
    int64_t spin;                                    /* ns, to WAY_WIRE_SPIN_MAX */
    bool realtime;
    struct way_lateness_bounds lateness;
    int64_t memory; /* bytes of frames, from WAY_WIRE_MEMORY_MIN; 0: by the machine's */
    struct way_link_settings *links; /* names differ, and so do the ends' interfaces */
    size_t link_count;
};

/* Fills `out` from the open file: defaults, then what it says. Loads the replay
 * and all material. Where the replay names a seed and run, the file must say the
 * same or nothing. Returns 0, or -1 with the message in way_config_error(file).
 * `out` is to be freed in both cases. */
int way_wire_settings_read(struct way_config *file, struct way_materials *materials,
                           struct way_wire_settings *out);

/* Frees what the settings own and empties them. */
void way_wire_settings_free(struct way_wire_settings *settings);

/* One link, of the file or of a request. Returns 0, or -1 after an error was noted;
 * `out` is to be freed in both cases. */
int way_link_settings_read(struct way_config_at at, struct way_materials *materials,
                           struct way_link_settings *out);

/* Frees what the link owns and empties it. */
void way_link_settings_free(struct way_link_settings *link);

/* Whether both are the same interface, as far as their settings tell. */
bool way_end_shares(const struct way_end_settings *a, const struct way_end_settings *b);

/* Which end the node is, 0 or 1; -1 for neither. */
int way_link_end(const struct way_link_settings *link, const char *node);

/* Reads a name of a link or node: char[WAY_WIRE_NAME_MAX + 1], NULL. */
way_config_reader way_wire_name;

#endif
