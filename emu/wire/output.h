/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One file of the writer: the side of its thread. For emu/wire/writer.c.
 *
 * Records gather in a buffer; a file grows by whole records only.
 */
#ifndef WAYLAY_EMU_WIRE_OUTPUT_H
#define WAYLAY_EMU_WIRE_OUTPUT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct way_output {
    /* constant: */
    struct way_writer *writer;
    char *path, *name;
    int fd;
    /* the owner's: */
    struct way_output *next; /* as they were opened */
    uint64_t put, refused;
    /* the thread's: */
    struct way_output *unwritten; /* the next one of this round */
    bool in_round;
    bool failed;           /* an error was logged */
    off_t size;            /* of the file */
    uint8_t *buffer;       /* made when it is first needed */
    size_t filled;         /* bytes in it */
    uint64_t waiting;      /* records in it */
    _Atomic uint64_t lost; /* records that the file did not take */
};

/* Creates the file with its head. Returns NULL with one line in `error`. */
struct way_output *way_output_create(const char *path, const char *name, const void *head,
                                     size_t head_len, char *error, size_t error_size);

/* Closes the file and frees the output. */
void way_output_close(struct way_output *output);

/* Takes a record: into the buffer, or the file. */
void way_output_take(struct way_output *output, const void *bytes, size_t len);

/* Writes what is in the buffer. */
void way_output_write(struct way_output *output);

#endif
