/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The receiver's side of body.h: is this the body that the URL names?
 */
#ifndef WAYLAY_EMU_ORIGIN_VERIFY_H
#define WAYLAY_EMU_ORIGIN_VERIFY_H

#include <stdio.h>

/* Reads the stream `in` to its end and compares it with the body of `target`
 * (path and query; only its name, seed and size matter). Says on `out` in one
 * line what was found: the first offset that differs, or the length when only
 * that is wrong. Returns the program's exit code: 0 the body is right, 1 it is not or could
 * not be read, 2 `target` is no object's. */
int way_verify(const char *target, FILE *in, FILE *out);

#endif
