/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One question to a control socket, and its answer.
 */
#ifndef WAYLAY_EMU_CTL_ASK_H
#define WAYLAY_EMU_CTL_ASK_H

#include <jansson.h>
#include <stddef.h>

/* Connects to the socket at `path` (of any length), sends the request, and waits for the
 * answer, as long as no minute passes in which nothing moves. Returns it, a new reference to an
 * object with a member `ok`; or NULL with one line in `error`. */
json_t *way_ask(const char *path, const json_t *request, char *error, size_t error_size);

#endif
