/* SPDX-License-Identifier: BSD-2-Clause
 *
 * JSON for people: one member a line, indented; what fits into a line stands in it.
 */
#ifndef WAYLAY_EMU_CTL_TELL_H
#define WAYLAY_EMU_CTL_TELL_H

#include <jansson.h>
#include <stdio.h>

/* Prints the members of an object, in the order in which they came. */
void way_tell(FILE *out, const json_t *object);

#endif
