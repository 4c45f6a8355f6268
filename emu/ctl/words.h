/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the words of a command line to a request, a JSON object.
 *
 *     set c1-r1 from=c1 delay=20ms queue.packets=50
 *     {"do": "set", "link": "c1-r1", "from": "c1",
 *      "to": {"delay": "20ms", "queue": {"packets": 50}}}
 *
 * A few requests of the wire are known by name: which bare words they take, and where
 * the other keys go. Every other request is KEY=VALUE at the top: whether it is one is
 * the server's to say. A request that begins with '{' is taken as it is written.
 *
 * A key with dots is one in a mapping; a value that begins with '{' or '[' is read as
 * YAML; true, false and whole numbers are written as such, all else as text. Pure.
 */
#ifndef WAYLAY_EMU_CTL_WORDS_H
#define WAYLAY_EMU_CTL_WORDS_H

#include <jansson.h>
#include <stddef.h>

/* Makes the request of `count` words, at least one. Returns a new reference, or NULL with
 * one line in `error`. */
json_t *way_words_request(int count, char *const *words, char *error, size_t error_size);

/* One line for each known request, for --help; NULL behind the last. */
const char *way_words_help(size_t n);

#endif
