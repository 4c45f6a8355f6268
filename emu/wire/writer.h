/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files written by a thread of their own, so that the wire never waits for a disk.
 *
 *     loop ── way_output_put ──> ring (bounded) ── writer thread ──> files
 *
 * Whoever owns the writer (one thread: the loop's) opens outputs and puts records
 * into them, pieces of bytes that stand in the file whole or not at all. All
 * outputs share one ring of bounded memory. A record that finds no room in it is
 * dropped and counted at its output; so is one that the file does not take (a full
 * disk: the first error is logged, and the file is cut back to its last whole
 * record; later records are tried again). Nothing is lost without being counted.
 *
 * The thread gathers what comes within milliseconds into one write for each file,
 * and leaves nothing lying in memory when it has nothing to do: files can be read
 * while they grow.
 *
 * Outputs live as long as the writer; one that is not needed for now is laid to rest, and
 * takes no descriptor then.
 */
#ifndef WAYLAY_EMU_WIRE_WRITER_H
#define WAYLAY_EMU_WIRE_WRITER_H

#include <stddef.h>
#include <stdint.h>

enum { WAY_WRITER_RING = 64 << 20 }; /* bytes, as it is usually made */

struct way_writer;
struct way_output;

struct way_output_counts {
    uint64_t taken;   /* records that are in the ring or the file */
    uint64_t dropped; /* records that will never be in the file */
};

/* Makes a ring of `bytes` (rounded up to a power of two, at least 256 KiB) and
 * starts the thread, which has no real-time priority whatever the caller's is (but some
 * above the usual, where that is allowed), and takes no signals. Returns NULL with errno set. */
struct way_writer *way_writer_new(size_t bytes);

/* Writes all that was put, ends the thread, closes all files and nulls the
 * pointer. NULL in it is allowed. */
void way_writer_free(struct way_writer **writer);

/* Creates the file `path`, or empties it. `name` is what its counts are listed under
 * (copied). `head`, of `head_len` bytes, is what the file begins with, written at
 * once. Returns the output, which belongs to the writer, or NULL with one line in
 * `error` ("PATH: …"). */
struct way_output *way_output_open(struct way_writer *writer, const char *path, const char *name,
                                   const void *head, size_t head_len, char *error,
                                   size_t error_size);

/* The output that was opened with this path, or NULL. */
struct way_output *way_output_find(const struct way_writer *writer, const char *path);

/* Puts a record, made of two parts that follow each other (`second` may be NULL with
 * length 0). Never waits. Returns 0, or -1 when it was dropped. */
int way_output_put(struct way_output *output, const void *first, size_t first_len,
                   const void *second, size_t second_len);

/* Closes the file when what was put before stands in it. The next record opens it again, and
 * goes behind the others. */
void way_output_rest(struct way_output *output);

/* What was counted, as of now. */
struct way_output_counts way_output_counts(const struct way_output *output);

/* Path and name as it was opened with; live as long as the writer. */
const char *way_output_path(const struct way_output *output);
const char *way_output_name(const struct way_output *output);

/* Asks that all that was put so far stands in the files. Returns a ticket, ascending
 * from 1. */
uint64_t way_writer_flush(struct way_writer *writer);

/* The descriptor that becomes readable whenever a flush has been done. It belongs to
 * the writer. */
int way_writer_fd(const struct way_writer *writer);

/* The highest ticket that has been done (0: none), and makes the descriptor
 * unreadable. */
uint64_t way_writer_flushed(struct way_writer *writer);

/* Calls `each` for every output, in the order in which they were opened. */
void way_writer_each(const struct way_writer *writer,
                     void (*each)(void *context, const struct way_output *output), void *context);

#endif
