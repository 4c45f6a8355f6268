/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The gates of many programs, asked together.
 *
 * For one link type and one set of compiled programs, the sieve has a *class* for
 * each value of the link header's type that any program tells apart, and in each
 * class one table for each place that is a gate of any program: from the place's
 * value to a bit for each program that the value lets pass. So a packet costs one
 * look-up a place, however many programs there are.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_SIEVE_H
#define WAYLAY_ANALYSIS_DISSECT_SIEVE_H

#include <pcap/pcap.h>
#include <stdint.h>

#include "analysis/capture/record.h"

struct way_sieve;

/* Makes the sieve for programs 0 to count - 1 on the link type (enum
 * way_link_type). A program without instructions (bf_len 0) matches nothing. The
 * programs are borrowed. NULL when memory lacks. Freed by way_sieve_free. */
struct way_sieve *way_sieve_new(uint16_t link, const struct bpf_program *programs, unsigned count);

/* Evaluates all programs against the packet: a bit for each in `matched`, which
 * has room for (count + 63) / 64 words. */
void way_sieve_run(const struct way_sieve *sieve, const struct way_record *record,
                   uint64_t *matched);

/* Frees the sieve and nulls the pointer. NULL inside is allowed. */
void way_sieve_free(struct way_sieve **sieve);

#endif
