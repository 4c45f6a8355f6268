/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A value of the command line as JSON.
 */
#ifndef WAYLAY_EMU_CTL_VALUE_H
#define WAYLAY_EMU_CTL_VALUE_H

#include <jansson.h>
#include <stddef.h>

/* Reads the text of `key`: YAML where it begins with '{' or '[', else one scalar. Returns a new
 * reference, or NULL with one line in `error`. */
json_t *way_value_read(const char *key, const char *text, char *error, size_t error_size);

#endif
