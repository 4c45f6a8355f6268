/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One file of the writer: the side of its thread. For emu/wire/writer.c.
 *
 * Records are written from where they lie in the ring, many at once; a file grows by
 * whole records only.
 */
#ifndef WAYLAY_EMU_WIRE_OUTPUT_H
#define WAYLAY_EMU_WIRE_OUTPUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emu/wire/ring.h"

struct way_output {
    /* constant: */
    struct way_writer *writer;
    char *path, *name;
    /* the owner's: */
    struct way_output *next; /* as they were opened */
    uint64_t put, refused;
    /* the thread's: */
    int fd;                               /* -1: it rests */
    struct way_output *unwritten;         /* the next one that has records */
    struct way_ring_record *first, *last; /* its records */
    bool failed;                          /* an error was logged */
    bool resting;                         /* to be closed when all is written */
    off_t size;                           /* of the file */
    _Atomic uint64_t lost;                /* records that the file did not take */
};

/* Creates the file with its head. Returns NULL with one line in `error`. */
struct way_output *way_output_create(const char *path, const char *name, const void *head,
                                     size_t head_len, char *error, size_t error_size);

/* Closes the file and frees the output. */
void way_output_close(struct way_output *output);

/* Takes a record, which must stay where it is until it is written. One without bytes lays the
 * output to rest, until the next one comes. */
void way_output_take(struct way_output *output, struct way_ring_record *record);

/* Writes the records that were taken. */
void way_output_write(struct way_output *output);

#endif
