/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control socket: a Unix stream socket, served without ever blocking.
 *
 * All its descriptors are in one epoll set, which the loop watches as one
 * descriptor. A client has one request under way; the next one of its stream is
 * read when the answer has been sent, so that its memory is bounded by a line and
 * an answer. What does not keep to the protocol (a line that is too long) is
 * told so once, and its connection is closed; it disturbs nobody else. When
 * WAY_CONTROL_CLIENTS are connected, further ones wait.
 *
 * The socket can be used by the wire's user only (mode 0600). A socket file that a
 * dead predecessor left is replaced; one that answers, or a file that is no
 * socket, is an error.
 *
 * One thread, the loop's.
 */
#ifndef WAYLAY_EMU_WIRE_CONTROL_H
#define WAYLAY_EMU_WIRE_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "emu/wire/request.h"

enum { WAY_CONTROL_CLIENTS = 32 };

struct way_control;

/* Listens at `path`. `handlers` are copied. Returns NULL with one line in `error`. */
struct way_control *way_control_open(const char *path, const struct way_request_handlers *handlers,
                                     char *error, size_t error_size);

/* Closes all connections, removes the socket file if it is still its own, and nulls the
 * pointer. NULL in it is allowed. */
void way_control_close(struct way_control **control);

/* Readable when way_control_run has something to do. Belongs to the control. */
int way_control_fd(const struct way_control *control);

/* Serves what can be served now. A handler must not call the control. */
void way_control_run(struct way_control *control);

/* Sends the answers that waited for this ticket or a lower one. Not to be called by a
 * handler. */
void way_control_done(struct way_control *control, uint64_t ticket);

#endif
