/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Candidates about headers: what the packets of a group of classes have in common, for
 * groups from all of one protocol down to a single class.
 */
#include <string.h>

#include "analysis/draft/candidate.h"

/* How classes are grouped: those for which the same is written. The earlier of two groups
 * of the same classes is the one that is kept. */
enum level { PROTOCOL, KIND, TAP, DIRECTION, PAIR, CLASS, PAIR_KIND, LEVELS };

/* Levels of one tap: there, what is derived is left to what it is derived from. */
static bool is_of_tap(enum level level)
{
    return level >= DIRECTION;
}

struct group {
    GPtrArray *classes; /* struct way_draft_class; not owned */
    enum level level;
};

static void free_group(void *pointer)
{
    struct group *group = pointer;

    g_ptr_array_unref(group->classes);
    g_free(group);
}

/* The filter of a group that the class is in; to be freed. */
static char *filter_of(const struct way_draft_class *class, enum level level)
{
    const struct way_draft_direction *direction = class->direction;
    const char *kind = class->kind_filter;

    switch (level) {
    case KIND:
        return g_strdup(kind ? kind : direction->over);
    case DIRECTION:
        return g_strdup_printf("$%s", direction->name);
    case PAIR:
        return g_strdup_printf("%s and %s", direction->pair, direction->over);
    case PAIR_KIND:
        return g_strdup_printf("%s and %s", direction->pair, kind ? kind : direction->over);
    case CLASS:
        return way_class_filter(class);
    default:
        return g_strdup(direction->over);
    }
}

static char *taps_of(const struct way_survey *survey, const struct way_draft_class *class,
                     enum level level)
{
    GString *text = g_string_new(NULL);

    if (level != PROTOCOL && level != KIND)
        return g_string_free(g_string_append(text, class->tap), FALSE);
    for (guint i = 0; i < survey->ground->taps->len; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "",
                               (char *)g_ptr_array_index(survey->ground->taps, i));
    return g_string_free(text, FALSE);
}

/* ---- what a group has in common ---- */

static void add_values(struct way_draft_values *sum, const struct way_draft_values *values)
{
    sum->present += values->present;
    sum->absent += values->absent;
    sum->more |= values->more;
    for (size_t i = 0; i < values->count; i++) {
        size_t k = 0;
        while (k < sum->count && !g_string_equal(sum->values[k], values->values[i]))
            k++;
        if (k < sum->count)
            continue;
        if (sum->count == WAY_DRAFT_VALUES_MAX)
            sum->more = true;
        else
            sum->values[sum->count++] = values->values[i]; /* borrowed */
    }
}

/* What all packets have in common of a field, as a condition; NULL: nothing. */
static char *common(const struct way_draft_values *values, const char *field, bool of_tap)
{
    if (values->present == 0) /* options may have come from anywhere: that there are none tells */
        return strcmp(field, "ip.opt.type") == 0 ? g_strdup_printf("lacks %s", field) : NULL;
    if (values->absent || values->more || values->count == 0 || (values->count > 1 && !of_tap))
        return NULL; /* two values of many hosts' packets say little */
    if (values->count == 1)
        return g_strdup_printf("%s == %s", field, values->values[0]->str);
    if (values->values[0]->str[0] == '[')
        return NULL;
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%s in [", field);
    for (size_t i = 0; i < values->count; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", values->values[i]->str);
    return g_string_free(g_string_append_c(text, ']'), FALSE);
}

static void add_group(GPtrArray *list, const struct way_survey *survey, const struct group *group)
{
    const struct way_draft_class *first = g_ptr_array_index(group->classes, 0);
    struct way_class_set about = {.packets = 0};
    bool derived = true;

    for (guint i = 0; i < group->classes->len; i++) {
        way_class_set_add(&about, g_ptr_array_index(group->classes, i));
        derived &= way_class_is_derived(g_ptr_array_index(group->classes, i));
    }
    if (derived && is_of_tap(group->level))
        return;
    char *filter = filter_of(first, group->level), *taps = taps_of(survey, first, group->level);
    for (size_t n = 0; way_draft_field(n); n++) {
        struct way_draft_values sum = {0};
        for (guint i = 0; i < group->classes->len; i++)
            add_values(
                &sum,
                &((const struct way_draft_class *)g_ptr_array_index(group->classes, i))->fields[n]);
        char *condition = common(&sum, way_draft_field(n), is_of_tap(group->level));
        if (!condition)
            continue;
        bool everywhere = group->level == PROTOCOL || group->level == KIND;
        struct way_candidate *added = way_candidate_add(
            list, WAY_DRAFT_HEADERS, 1 + (unsigned)group->level,
            everywhere ? g_strdup("headers everywhere") : g_strdup_printf("headers on %s", taps),
            g_strdup_printf("each \"%s\" on %s", filter, taps), condition);
        added->needs_condition = true;
        added->about = about;
    }
    g_free(filter);
    g_free(taps);
}

/* ---- groups ---- */

static GPtrArray *groups_of(const struct way_survey *survey, enum level level)
{
    GHashTable *by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *groups = g_ptr_array_new_with_free_func(free_group);

    for (guint i = 0; i < survey->classes->len; i++) {
        struct way_draft_class *class = g_ptr_array_index(survey->classes, i);
        char *filter = filter_of(class, level), *taps = taps_of(survey, class, level);
        char *key = g_strdup_printf("%s on %s", filter, taps);
        struct group *group = g_hash_table_lookup(by_key, key);
        if (!group) {
            group = g_new0(struct group, 1);
            *group = (struct group){.classes = g_ptr_array_new(), .level = level};
            g_ptr_array_add(groups, group);
            g_hash_table_insert(by_key, g_strdup(key), group);
        }
        g_ptr_array_add(group->classes, class);
        g_free(key);
        g_free(filter);
        g_free(taps);
    }
    g_hash_table_destroy(by_key);
    return groups;
}

/* In the order of the file: what holds everywhere, then tap by tap, from the general to the
 * special. */
void way_candidates_of_headers(GPtrArray *list, const struct way_survey *survey)
{
    GPtrArray *groups[LEVELS];

    for (int level = 0; level < LEVELS; level++)
        groups[level] = groups_of(survey, (enum level)level);
    for (guint t = 0; t <= survey->ground->taps->len; t++)
        for (int level = 0; level < LEVELS; level++)
            for (guint i = 0; i < groups[level]->len; i++) {
                const struct group *group = g_ptr_array_index(groups[level], i);
                const struct way_draft_class *first = g_ptr_array_index(group->classes, 0);
                bool everywhere = level == PROTOCOL || level == KIND;
                if (everywhere ? t == 0
                               : t > 0 && strcmp(first->tap, g_ptr_array_index(survey->ground->taps,
                                                                               t - 1)) == 0)
                    add_group(list, survey, group);
            }
    for (int level = 0; level < LEVELS; level++)
        g_ptr_array_unref(groups[level]);
}
