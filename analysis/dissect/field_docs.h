/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The table of fields as a page of documentation: docs/fields.md is what this writes,
 * and a test holds it so.
 */
#ifndef WAYLAY_ANALYSIS_DISSECT_FIELD_DOCS_H
#define WAYLAY_ANALYSIS_DISSECT_FIELD_DOCS_H

#include <stdio.h>

/* Writes the page (Markdown). */
void way_field_docs_write(FILE *out);

#endif
