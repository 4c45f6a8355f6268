/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Candidates about connections: how many packets of a kind there are (of data and
 * acknowledgements that is chance), which SYN is answered, and what begins before what.
 */
#include <string.h>

#include "analysis/draft/candidate.h"

static bool is_counted(const struct way_draft_class *class)
{
    return class->kind != WAY_DRAFT_DATA && class->kind != WAY_DRAFT_ACK;
}

static void add_count(GPtrArray *list, const struct way_draft_class *class)
{
    char *filter = way_class_filter(class);

    if (is_counted(class))
        way_candidate_add(
            list, WAY_DRAFT_CONNECTIONS, class->kind <= WAY_DRAFT_SYN_ACK ? 2 : 3,
            g_strdup_printf("%s: how many on %s", class->direction->peers, class->tap),
            g_strdup_printf("exactly %" G_GUINT64_FORMAT " \"%s\" on %s", class->count, filter,
                            class->tap),
            NULL);
    g_free(filter);
}

/* The answers to a SYN that are seen on the same tap. */
static void add_handshake(GPtrArray *list, const struct way_draft_class *asked,
                          const struct way_draft_class *answered)
{
    if (answered->kind != WAY_DRAFT_SYN_ACK || strcmp(asked->tap, answered->tap) != 0 ||
        strcmp(asked->direction->peers, answered->direction->peers) != 0 ||
        (way_class_is_derived(asked) && way_class_is_derived(answered)))
        return;
    char *syn = way_class_filter(asked), *ack = way_class_filter(answered);
    char *words = g_strdup_printf("%s: handshakes on %s", asked->direction->peers, asked->tap);
    way_candidate_add(
        list, WAY_DRAFT_CONNECTIONS, 2, g_strdup(words),
        g_strdup_printf("each \"%s\" on %s\n    preceded by \"%s\" on %s\n    joined "
                        "by connection, was.tcp.ack_raw == (tcp.seq_raw + 1) mod 2^32",
                        ack, answered->tap, syn, asked->tap),
        NULL);
    struct way_candidate *made =
        way_candidate_add(list, WAY_DRAFT_CONNECTIONS, 2, words,
                          g_strdup_printf("each \"%s\" on %s\n    followed by \"%s\" on %s joined "
                                          "by connection",
                                          syn, asked->tap, ack, answered->tap),
                          NULL);
    g_free(made->tail);
    made->tail = g_strdup("within 10s");
    g_free(syn);
    g_free(ack);
}

/* ---- order ---- */

static int compare_first(const void *left, const void *right)
{
    const struct way_draft_class *a = *(struct way_draft_class *const *)left;
    const struct way_draft_class *b = *(struct way_draft_class *const *)right;

    return (a->first > b->first) - (a->first < b->first);
}

static bool begins_something(const struct way_draft_class *class)
{
    return !way_class_is_derived(class) &&
           (class->kind <= WAY_DRAFT_RST || class->kind == WAY_DRAFT_ICMP);
}

/* The first few things that begin, each before the next. */
static void add_order(GPtrArray *list, const struct way_survey *survey)
{
    enum { EVENTS_MAX = 12 };
    GPtrArray *events = g_ptr_array_new();
    GString *head = g_string_new(NULL);

    for (guint i = 0; i < survey->classes->len; i++)
        if (begins_something(g_ptr_array_index(survey->classes, i)))
            g_ptr_array_add(events, g_ptr_array_index(survey->classes, i));
    g_ptr_array_sort(events, compare_first);
    if (events->len > EVENTS_MAX)
        g_ptr_array_set_size(events, EVENTS_MAX);
    for (guint i = 0; i < events->len; i++) {
        const struct way_draft_class *class = g_ptr_array_index(events, i);
        char *filter = way_class_filter(class);
        g_string_append_printf(head, "%sfirst \"%s\" on %s as e%u", i ? "\n  " : "", filter,
                               class->tap, i + 1);
        g_free(filter);
    }
    g_string_append(head, "\n ");
    for (guint i = 1; i < events->len; i++) {
        struct way_candidate *added = way_candidate_add(
            list, WAY_DRAFT_ORDER, 5, g_strdup("what begins before what"), g_strdup(head->str),
            g_strdup_printf("e%u.time <= e%u.time", i, i + 1));
        added->joint = "expect";
        added->needs_condition = true;
    }
    g_string_free(head, TRUE);
    g_ptr_array_unref(events);
}

/* ---- all ---- */

/* What the tap shows between the same peers: counts, then handshakes. */
static void add_peers(GPtrArray *list, const struct way_survey *survey, const char *tap,
                      const char *peers)
{
    GPtrArray *classes = g_ptr_array_new();

    for (guint i = 0; i < survey->classes->len; i++) {
        struct way_draft_class *class = g_ptr_array_index(survey->classes, i);
        if (strcmp(class->tap, tap) == 0 && strcmp(class->direction->peers, peers) == 0)
            g_ptr_array_add(classes, class);
    }
    for (guint i = 0; i < classes->len; i++)
        if (!way_class_is_derived(g_ptr_array_index(classes, i)))
            add_count(list, g_ptr_array_index(classes, i));
    for (guint i = 0; i < classes->len; i++) {
        const struct way_draft_class *asked = g_ptr_array_index(classes, i);
        for (guint k = 0; asked->kind == WAY_DRAFT_SYN && k < classes->len; k++)
            add_handshake(list, asked, g_ptr_array_index(classes, k));
    }
    g_ptr_array_unref(classes);
}

void way_candidates_of_events(GPtrArray *list, const struct way_survey *survey)
{
    for (guint t = 0; t < survey->ground->taps->len; t++) {
        const char *tap = g_ptr_array_index(survey->ground->taps, t);
        GHashTable *done = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint i = 0; i < survey->classes->len;
             i++) { /* peers in the order in which they met */
            const struct way_draft_class *class = g_ptr_array_index(survey->classes, i);
            if (g_hash_table_add(done, class->direction->peers))
                add_peers(list, survey, tap, class->direction->peers);
        }
        g_hash_table_destroy(done);
    }
    add_order(list, survey);
}
