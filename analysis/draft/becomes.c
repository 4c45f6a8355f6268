/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Candidates about what becomes of packets on other taps: of all that goes from one host to
 * another, of what goes to one service, and of single kinds.
 */
#include <string.h>

#include "analysis/draft/candidate.h"

/* What may have become of a packet. (Checksums are looked at where headers are.) */
static const char *const changes[] = {NULL,
                                      "ip.ttl == was.ip.ttl - 1",
                                      "ip.ttl == was.ip.ttl",
                                      "ip.dst == was.ip.dst",
                                      "lacks ip.opt.type",
                                      "ip.rec_rt == [was.ip.dst]",
                                      "rr.ptr == 8",
                                      "ip.len == was.ip.len",
                                      "ip.len == was.ip.len + 8",
                                      "ip.len == was.ip.len - 8",
                                      "ip.dsfield == was.ip.dsfield",
                                      "tcp.options.mss_val == was.tcp.options.mss_val",
                                      "tcp.window_size_value == was.tcp.window_size_value"};

/* Classes that go on to one tap together. */
struct going {
    const char *from, *to;
    GPtrArray *classes; /* struct way_draft_class; not owned */
};

static bool goes(const struct way_draft_class *class, const struct going *going)
{
    return strcmp(class->tap, going->from) == 0 &&
           g_hash_table_contains(class->elsewhere, going->to);
}

static void add_change(GPtrArray *list, const struct going *going, const char *filter,
                       unsigned weight, const struct way_class_set *about, const char *condition)
{
    struct way_candidate *candidate = way_candidate_add(
        list, WAY_DRAFT_BECOMES, weight,
        g_strdup_printf("what becomes of packets of %s", going->from),
        g_strdup_printf("each \"%s\" on %s\n    becomes on %s", filter, going->from, going->to),
        g_strdup(condition));

    g_free(candidate->tail);
    g_free(candidate->target);
    candidate->tail = g_strdup("within 1s");
    candidate->target = g_strdup(going->to);
    candidate->about = *about;
}

/* Whether the direction is to the node: then that the destination stays says the same. */
static bool goes_to(const struct way_draft_class *class, const char *node)
{
    char *to = g_strdup_printf(" dst host $%s", node);
    bool result = g_str_has_suffix(class->direction->pair, to);

    g_free(to);
    return result;
}

/* Whether the node is seen where the packets go, and could be whom they are sent to then. */
static bool may_be_sent_to(const struct way_survey *survey, const struct going *going,
                           const struct way_node *node)
{
    char *key = g_strdup_printf("%s %s", going->to, node->name);
    bool seen = g_hash_table_contains(survey->seen, key);

    g_free(key);
    return seen && !goes_to(g_ptr_array_index(going->classes, 0), node->name);
}

static void add_changes(GPtrArray *list, const struct way_survey *survey, const struct going *going,
                        const char *filter, unsigned weight)
{
    enum { NODES_MAX = 12 }; /* among more, nobody would be sent elsewhere */
    const struct way_bindings *bindings = survey->ground->bindings;
    struct way_class_set about = {.packets = 0};

    for (guint i = 0; i < going->classes->len; i++)
        way_class_set_add(&about, g_ptr_array_index(going->classes, i));
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        add_change(list, going, filter, weight, &about, changes[i]);
    for (size_t i = 0; i < bindings->node_count && bindings->node_count <= NODES_MAX; i++) {
        if (!may_be_sent_to(survey, going, &bindings->nodes[i]))
            continue;
        char *becomes = g_strdup_printf("ip.dst == $%s", bindings->nodes[i].name);
        add_change(list, going, filter, weight, &about, becomes);
        g_free(becomes);
    }
}

/* What is said of SYNs alone, where the rest is said of all. */
static void add_syn(GPtrArray *list, const struct going *going, const char *filter)
{
    const struct way_draft_class *class = g_ptr_array_index(going->classes, 0);
    struct way_class_set about = {.packets = 0};

    way_class_set_add(&about, class);
    if (class->kind == WAY_DRAFT_SYN || class->kind == WAY_DRAFT_SYN_ACK)
        add_change(list, going, filter, 4, &about,
                   "tcp.options.mss_val == was.tcp.options.mss_val");
}

/* ---- groups ---- */

/* The directions of a pair all of whose classes go there; where these are all of the
 * pair's, the pair itself is the filter. */
static char *pair_filter(const struct way_survey *survey, const struct way_draft_class *like,
                         struct going *going)
{
    GHashTable *staying = g_hash_table_new(NULL, NULL), *named = g_hash_table_new(NULL, NULL);
    GString *filter = g_string_new(NULL);

    for (guint i = 0; i < survey->classes->len; i++) {
        struct way_draft_class *class = g_ptr_array_index(survey->classes, i);
        if (strcmp(class->tap, going->from) == 0 && !goes(class, going) &&
            strcmp(class->direction->pair, like->direction->pair) == 0)
            g_hash_table_add(staying, class->direction);
    }
    for (guint i = 0; i < survey->classes->len; i++) {
        struct way_draft_class *class = g_ptr_array_index(survey->classes, i);
        if (!goes(class, going) || g_hash_table_contains(staying, class->direction) ||
            strcmp(class->direction->pair, like->direction->pair) != 0)
            continue;
        g_ptr_array_add(going->classes, class);
        if (g_hash_table_add(named, class->direction))
            g_string_append_printf(filter, "%s$%s", filter->len ? " or " : "",
                                   class->direction->name);
    }
    bool whole = g_hash_table_size(staying) == 0 && g_hash_table_size(named) > 1;
    g_hash_table_destroy(staying);
    g_hash_table_destroy(named);
    if (!whole)
        return g_string_free(filter, FALSE);
    g_string_free(filter, TRUE);
    return g_strdup(like->direction->pair);
}

/* Those of the same direction, if all of them go there. */
static void find_direction(const struct way_survey *survey, const struct way_draft_class *like,
                           struct going *going)
{
    for (guint i = 0; i < survey->classes->len; i++) {
        struct way_draft_class *class = g_ptr_array_index(survey->classes, i);
        if (strcmp(class->tap, going->from) != 0 || class->direction != like->direction)
            continue;
        if (!goes(class, going)) {
            g_ptr_array_set_size(going->classes, 0);
            return;
        }
        g_ptr_array_add(going->classes, class);
    }
}

/* Whether those that go there by this filter have not been written yet. */
static bool is_new(GHashTable *done, const struct going *going, const char *filter)
{
    return going->classes->len &&
           g_hash_table_add(done, g_strdup_printf("%s %s %s", filter, going->from, going->to));
}

static void add_class(GPtrArray *list, const struct way_survey *survey,
                      struct way_draft_class *class, const char *to, GHashTable *done)
{
    struct going going = {.from = class->tap, .to = to, .classes = g_ptr_array_new()};
    char *filter = pair_filter(survey, class, &going);
    bool covered = g_ptr_array_find(going.classes, class, NULL);

    if (is_new(done, &going, filter))
        add_changes(list, survey, &going, filter, 1);
    g_free(filter);
    g_ptr_array_set_size(going.classes, 0);
    find_direction(survey, class, &going);
    filter = g_strdup_printf("$%s", class->direction->name);
    if (is_new(done, &going, filter))
        add_changes(list, survey, &going, filter, 2);
    covered |= going.classes->len > 0;
    g_free(filter);
    g_ptr_array_set_size(going.classes, 0);
    g_ptr_array_add(going.classes, class);
    filter = way_class_filter(class);
    if (covered)
        add_syn(list, &going, filter);
    else
        add_changes(list, survey, &going, filter, 4);
    g_free(filter);
    g_ptr_array_unref(going.classes);
}

void way_candidates_of_becomes(GPtrArray *list, const struct way_survey *survey)
{
    GHashTable *done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint t = 0; t < survey->ground->taps->len; t++)
        for (guint i = 0; i < survey->classes->len; i++) {
            struct way_draft_class *class = g_ptr_array_index(survey->classes, i);
            if (strcmp(class->tap, g_ptr_array_index(survey->ground->taps, t)) != 0)
                continue;
            GList *taps =
                g_list_sort(g_hash_table_get_keys(class->elsewhere), (GCompareFunc)strcmp);
            for (GList *tap = taps; tap; tap = tap->next)
                add_class(list, survey, class, tap->data, done);
            g_list_free(taps);
        }
    g_hash_table_destroy(done);
}
