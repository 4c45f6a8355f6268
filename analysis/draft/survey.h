/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What captures show, sorted: for a first draft of expectations.
 *
 * Each packet goes to its class (analysis/draft/class.h), which counts it and notes what its
 * packets have in common: for each of a few fields, the values that were met. A packet that
 * was seen on another tap before is known again as `becomes` knows it; a class all of
 * whose packets are such is *derived*: what it shows follows from where it came from
 * and from what became of it on the way.
 *
 * Memory is bounded: classes beyond WAY_DRAFT_CLASSES_MAX are left out, and so is the
 * knowledge of packets beyond WAY_SURVEY_SHOWN_MAX.
 */
#ifndef WAYLAY_ANALYSIS_DRAFT_SURVEY_H
#define WAYLAY_ANALYSIS_DRAFT_SURVEY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "analysis/assert/text.h"
#include "analysis/draft/class.h"
#include "analysis/draft/ground.h"

enum {
    WAY_DRAFT_FIELDS = 20,
    WAY_DRAFT_VALUES_MAX = 3,
    WAY_DRAFT_CLASSES_MAX = 512,
    WAY_SURVEY_SHOWN_MAX = 1000 * 1000
};

/* What was met of a field in a class. */
struct way_draft_values {
    uint64_t present, absent;              /* packets that have it, and that have not */
    GString *values[WAY_DRAFT_VALUES_MAX]; /* as they are written in a file */
    size_t count;
    bool more; /* there were others */
};

struct way_draft_class {
    unsigned number;                       /* in the survey, from 0 */
    const char *tap;                       /* the survey's */
    struct way_draft_direction *direction; /* the survey's */
    enum way_draft_kind kind;
    char *kind_filter; /* owned; NULL: the direction has only this kind */
    char *kind_words;  /* owned: "SYN" */
    uint64_t count;
    uint64_t derived;      /* of these, seen on another tap before */
    int64_t first;         /* ns */
    GHashTable *elsewhere; /* names of taps where packets of it are seen again, later */
    struct way_draft_values fields[WAY_DRAFT_FIELDS];
};

struct way_survey {
    const struct way_ground *ground;
    GPtrArray *classes;     /* struct way_draft_class, in the order in which they were met */
    GHashTable *directions; /* filter -> struct way_draft_direction, owned */
    GHashTable *by_name;    /* name -> the same */
    GHashTable *seen;       /* "tap node": the node's addresses are seen there */
    GHashTable *statuses;   /* "tap code" -> guint *, the count of HTTP responses */
};

/* The fields that are asked, by number; NULL beyond the last. */
const char *way_draft_field(size_t n);

/* Whether all that the class shows was seen elsewhere before. */
static inline bool way_class_is_derived(const struct way_draft_class *class)
{
    return class->derived == class->count;
}

/* The filter of the class: "$c1_to_o1_web and $is_syn"; to be freed. */
char *way_class_filter(const struct way_draft_class *class);

/* Writes the `let` items of the directions whose names occur in the text ($c1_to_o1_web),
 * in the order in which they do. */
void way_survey_items(const struct way_survey *survey, const char *text, GString *out);

/* Surveys the ground. Returns 0; -1 with one line in `error`. way_survey_free is due in
 * either case. */
int way_survey_read(struct way_survey *survey, const struct way_ground *ground,
                    struct way_text *error);

void way_survey_free(struct way_survey *survey);

#endif
