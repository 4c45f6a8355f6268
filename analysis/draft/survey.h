/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a run's captures show, sorted: for a first draft of expectations.
 *
 * Packets are sorted into *classes*: those of one tap, between the same two places
 * (nodes of the run, or addresses), to or from the same service, and of one kind (SYN,
 * data, an ICMP type ...). A class has the filter that selects it, with names in place of
 * addresses and ports, its count, and what its packets have in common: for each of a
 * few fields, the values that were met.
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_SURVEY_H
#define WAYLAY_ANALYSIS_DRAFT_SURVEY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "analysis/assert/bindings.h"
#include "analysis/assert/text.h"

enum way_draft_kind {
    WAY_DRAFT_SYN,
    WAY_DRAFT_SYN_ACK,
    WAY_DRAFT_RST,
    WAY_DRAFT_FIN,
    WAY_DRAFT_DATA,
    WAY_DRAFT_ACK,
    WAY_DRAFT_ICMP,
    WAY_DRAFT_UDP,
    WAY_DRAFT_OTHER
};

enum { WAY_DRAFT_FIELDS = 20, WAY_DRAFT_VALUES_MAX = 3, WAY_DRAFT_CLASSES_MAX = 512 };

/* What was met of a field in a class. */
struct way_draft_values {
    uint64_t present, absent;              /* packets that have it, and that have not */
    GString *values[WAY_DRAFT_VALUES_MAX]; /* as they are written in a file */
    size_t count;
    bool more; /* there were others */
};

struct way_draft_class {
    char *tap;            /* the survey's */
    char *filter, *words; /* owned: "tcp dst port $web.port ...", "c1 to o1, web: SYN" */
    enum way_draft_kind kind;
    bool answers; /* it comes from the service */
    uint64_t count;
    int64_t first;         /* ns */
    GHashTable *elsewhere; /* names of taps where packets of it are seen again, later */
    struct way_draft_values fields[WAY_DRAFT_FIELDS];
};

struct way_survey {
    GPtrArray *classes;   /* struct way_draft_class, in the order in which they were met */
    GPtrArray *taps;      /* char *: of all links that have captures */
    GHashTable *seen;     /* "tap node": the node's addresses are seen there */
    GHashTable *statuses; /* "tap code" -> guint *, the count of HTTP responses */
};

/* The fields that are asked, by number; NULL beyond the last. */
const char *way_draft_field(size_t n);

/* Writes the `let` items that filters of classes rely on. */
void way_draft_words(GString *out);

/* Surveys the run in `folder`. Returns 0; -1 with one line in `error`. way_survey_free is
 * due in either case. */
int way_survey_read(struct way_survey *survey, const struct way_bindings *bindings,
                    const char *folder, struct way_text *error);

void way_survey_free(struct way_survey *survey);

#endif
