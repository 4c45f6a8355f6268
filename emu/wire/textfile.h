/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A file read as a whole: traces, tables, decision logs.
 */
#ifndef WAYLAY_EMU_WIRE_TEXTFILE_H
#define WAYLAY_EMU_WIRE_TEXTFILE_H

#include <stddef.h>
#include <sys/stat.h>

/* Opens a regular file for reading, without ever waiting for it, and fills `what`.
 * Returns the descriptor, or -1 with one line in `error`. */
int way_textfile_open(const char *path, struct stat *what, char *error, size_t error_size);

/* Reads the open file, of at most `max` bytes. Returns what the caller frees, or NULL with
 * one line in `error`. */
char *way_textfile_read(int fd, size_t max, size_t *len, char *error, size_t error_size);

#endif
