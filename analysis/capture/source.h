/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sources: captures read one packet after the other, in constant memory.
 *
 * A source is a file (pcap in microseconds or nanoseconds, in either byte order,
 * or pcapng; plain, or compressed by gzip or zstd), standard input with any of
 * these in it, or a live interface. Which of them a file is, its first bytes say,
 * never its name. Memory is bounded by enum way_source_limits, whatever the file
 * says about its lengths.
 *
 * A source ends in one of the ways of enum way_source_end. A file that stops
 * inside a record was *cut*: all whole packets before are given out, and the
 * time of the last of them is how far the capture can be relied on. A file that
 * contradicts itself is *damaged*: what comes before is given out, and nothing
 * behind it is believed.
 *
 * What else makes a capture weaker evidence is counted in way_source_facts:
 * packets that were clipped (snap length), and stamps that run backwards.
 *
 * What cannot be read again (a pipe, an interface) may be told to keep its latest
 * packets: way_source_keep.
 *
 * Live sources give packets out as they come, until their deadline: see
 * way_source_next. One thread.
 *
 * Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng; link types:
 * https://www.tcpdump.org/linktypes.html.
 */
#ifndef WAYLAY_ANALYSIS_CAPTURE_SOURCE_H
#define WAYLAY_ANALYSIS_CAPTURE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/capture/record.h"

enum way_source_limits {
    WAY_SOURCE_PACKET_MAX = 256 * 1024,    /* bytes of one packet: libpcap's MAXIMUM_SNAPLEN */
    WAY_SOURCE_BLOCK_MAX = 1024 * 1024,    /* bytes of one block of a pcapng file */
    WAY_SOURCE_BUFFER = 2 * 1024 * 1024,   /* bytes of a source's window on its file */
    WAY_SOURCE_INTERFACES_MAX = 4096,      /* interfaces described in one pcapng file */
    WAY_SOURCE_ERROR_MAX = 512,            /* bytes of a message, with the zero */
    WAY_SOURCE_BACKWARDS_MAX = 1000 * 1000 /* ns: processors that stamp side by side differ so */
};

/* How a source stands. */
enum way_source_end {
    WAY_SOURCE_OPEN,    /* not at its end yet */
    WAY_SOURCE_WHOLE,   /* it ended between two records */
    WAY_SOURCE_CUT,     /* it ended inside a record (or inside its compressed stream) */
    WAY_SOURCE_DAMAGED, /* it contradicts itself, or is of a kind that is not read */
    WAY_SOURCE_FAILED,  /* the system could not read on */
    WAY_SOURCE_DEADLINE /* live: the deadline has come, or way_source_stop was called */
};

/* What is known of a source so far; all of it at its end. */
struct way_source_facts {
    const char *name; /* the path as given, or "standard input"; the source's */
    enum way_source_end end;
    const char *message;       /* CUT, DAMAGED, FAILED: what is wrong, in words; else "" */
    uint64_t packets;          /* given out */
    int64_t first, last;       /* earliest and latest stamp, ns; both 0 while packets is 0 */
    uint64_t clipped;          /* packets of which the capture has fewer bytes than the wire */
    uint64_t backwards;        /* packets stamped more than WAY_SOURCE_BACKWARDS_MAX before the
                                  latest before them */
    int64_t backwards_most;    /* ns: the largest such step; 0 if none */
    uint64_t backwards_number; /* number of the first such packet; 0 if none */
    int64_t resolution;        /* ns of the coarsest stamp: 1, 1000, ...; 0 while unknown */
    uint64_t dropped;   /* packets that the file (pcapng) or the kernel (live) says it lost */
    bool dropped_known; /* somebody said so, 0 included */
};

struct way_source;

/* Opens the capture at `path`; "-" is standard input. Reads as far as the file's
 * own header. Returns the source, to be closed by way_source_close, or NULL with
 * one line (path, what was found, what was expected) in `error`. A file without a
 * single byte, or cut inside its header, is refused here as well. */
struct way_source *way_source_open(const char *path, char error[WAY_SOURCE_ERROR_MAX]);

/* The same from a descriptor, which it takes over and closes in every case;
 * `name` is copied. */
struct way_source *way_source_open_fd(int fd, const char *name, char error[WAY_SOURCE_ERROR_MAX]);

/* A live capture (libpcap) on an interface, which ends `deadline` ns after the
 * call (0: never by itself). Needs CAP_NET_RAW. */
struct way_source *way_source_open_live(const char *interface, int64_t deadline,
                                        char error[WAY_SOURCE_ERROR_MAX]);

enum way_source_result {
    WAY_SOURCE_PACKET, /* *record was filled */
    WAY_SOURCE_LATER,  /* live only: nothing is there now; poll way_source_descriptor */
    WAY_SOURCE_END     /* no more: see way_source_facts.end */
};

/* The next packet. What an earlier record pointed to is gone. */
enum way_source_result way_source_next(struct way_source *source, struct way_record *record);

/* What is known of the source; good until it is closed, and up to date after
 * every call of way_source_next. */
const struct way_source_facts *way_source_facts(struct way_source *source);

/* Live: a descriptor that polls readable when a packet may be there; -1 for files. */
int way_source_descriptor(const struct way_source *source);

/* Live: ends the source; the next call says END. May be called from a signal
 * handler. For files it does nothing. */
void way_source_stop(struct way_source *source);

/* Has the source keep its latest packets, `bytes` of them, which can then be found by
 * their numbers although it cannot be read again. Returns 0; -1 when memory lacks. */
int way_source_keep(struct way_source *source, size_t bytes);

/* Whether it was told to. */
bool way_source_keeps(const struct way_source *source);

/* A packet that the source still has; its bytes are good until the next way_source_next.
 * False: it is gone, or was never kept. */
bool way_source_kept(const struct way_source *source, uint64_t number, struct way_record *record);

/* Frees the source and nulls the pointer. NULL inside is allowed. */
void way_source_close(struct way_source **source);

#endif
