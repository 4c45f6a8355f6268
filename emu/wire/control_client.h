/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One connection of the control socket: lines in, answers out, never blocking. For
 * emu/wire/control.c.
 *
 * A client is in one of three states, and reads nothing but in the first:
 *
 *     reads ── a whole line ──> [waits ── its ticket ──>] sends ── all sent ──> reads
 */
#ifndef WAYLAY_EMU_WIRE_CONTROL_CLIENT_H
#define WAYLAY_EMU_WIRE_CONTROL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/wire/request.h"

struct way_client {
    int fd;
    uint64_t ticket;          /* above 0: it waits */
    struct way_answer answer; /* then: what it will get */
    char *out;                /* what is being sent, or NULL */
    size_t out_len, out_sent;
    bool last;  /* to be closed when that has been sent */
    bool ended; /* it has said its last */
    size_t in_len;
    char in[WAY_REQUEST_LINE];
};

/* A client of the connected socket, which it owns from now on (also when it returns NULL
 * because memory lacks). */
struct way_client *way_client_new(int fd);

/* Closes the connection, frees the client and nulls the pointer; NULL in it is allowed. */
void way_client_free(struct way_client **client);

/* Does what can be done now: sends, reads, serves; not without end, so that others have
 * their turn. Returns false when the client is to be freed. */
bool way_client_run(struct way_client *client, const struct way_request_handlers *handlers);

/* Whether the client waited for this ticket or a lower one; it has its answer to send
 * then. */
bool way_client_done(struct way_client *client, uint64_t ticket);

/* What to wait for before the next run: EPOLLIN, EPOLLOUT, or 0. */
uint32_t way_client_wants(const struct way_client *client);

#endif
