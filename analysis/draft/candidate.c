/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From what was met to what may be a rule.
 */
#include "analysis/draft/candidate.h"

#include <string.h>

static void free_candidate(void *pointer)
{
    struct way_candidate *candidate = pointer;

    g_free(candidate->words);
    g_free(candidate->head);
    g_free(candidate->tail);
    g_free(candidate->condition);
    g_free(candidate);
}

static GPtrArray *new_list(void)
{
    return g_ptr_array_new_with_free_func(free_candidate);
}

/* Adds one; takes over `words`, `head` and `condition`. */
static struct way_candidate *add(GPtrArray *list, const char *tap, char *words, char *head,
                                 char *condition)
{
    struct way_candidate *candidate = g_new0(struct way_candidate, 1);

    candidate->tap = tap;
    candidate->words = words;
    candidate->head = head;
    candidate->tail = g_strdup("");
    candidate->condition = condition;
    g_ptr_array_add(list, candidate);
    return candidate;
}

/* ---- single packets ---- */

static bool is_event(const struct way_draft_class *class)
{
    return class->kind <= WAY_DRAFT_FIN;
}

static void add_count(GPtrArray *list, const struct way_draft_class *class)
{
    if (class->kind == WAY_DRAFT_DATA || class->kind == WAY_DRAFT_ACK)
        return; /* how a stream is cut is chance */
    add(list, class->tap,
        g_strdup_printf("%s: %" G_GUINT64_FORMAT " on %s", class->words, class->count, class->tap),
        g_strdup_printf("exactly %" G_GUINT64_FORMAT " \"%s\" on %s", class->count, class->filter,
                        class->tap),
        NULL);
}

/* What all packets of the class have in common of a field, as a condition; NULL: nothing. */
static char *common(const struct way_draft_values *values, const char *field)
{
    if (values->present == 0)
        return g_strdup_printf("lacks %s", field);
    if (values->absent || values->more)
        return NULL;
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

/* Whether absence of the field is worth a word: options may have come from anywhere. */
static bool absence_tells(const char *field)
{
    return strcmp(field, "ip.opt.type") == 0;
}

/* Whether the class is worth asking for the field. */
static bool is_asked(const struct way_draft_class *class, size_t n)
{
    const char *field = way_draft_field(n);

    if (class->fields[n].present == 0)
        return absence_tells(field);
    /* Lengths of data are chance; the others' are not. */
    return strcmp(field, "tcp.len") != 0 || class->kind != WAY_DRAFT_DATA;
}

static void add_fields(GPtrArray *list, const struct way_draft_class *class)
{
    for (size_t n = 0; way_draft_field(n); n++) {
        char *condition = is_asked(class, n) ? common(&class->fields[n], way_draft_field(n)) : NULL;
        if (condition)
            add(list, class->tap, g_strdup_printf("%s: headers on %s", class->words, class->tap),
                g_strdup_printf("each \"%s\" on %s", class->filter, class->tap), condition)
                ->needs_condition = true;
    }
}

/* ---- relations ---- */

static void add_change(GPtrArray *list, const struct way_draft_class *class, const char *to,
                       const char *condition)
{
    struct way_candidate *candidate =
        add(list, class->tap, g_strdup_printf("%s: goes on to %s", class->words, to),
            g_strdup_printf("each \"%s\" on %s\n    becomes on %s", class->filter, class->tap, to),
            g_strdup(condition));

    g_free(candidate->tail);
    candidate->tail = g_strdup("within 1s");
}

/* What may have become of packets that are seen again on another tap. */
static void add_becomes(GPtrArray *list, const struct way_draft_class *class,
                        const struct way_bindings *bindings)
{
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
                                          "ip.checksum.valid",
                                          "tcp.checksum.valid",
                                          "tcp.options.mss_val == was.tcp.options.mss_val",
                                          "tcp.window_size_value == was.tcp.window_size_value"};
    GList *taps = g_list_sort(g_hash_table_get_keys(class->elsewhere), (GCompareFunc)strcmp);

    for (GList *tap = taps; tap; tap = tap->next) {
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
            add_change(list, class, tap->data, changes[i]);
        for (size_t i = 0; i < bindings->node_count; i++) {
            char *becomes = g_strdup_printf("ip.dst == $%s", bindings->nodes[i].name);
            char *was = g_strdup_printf(" dst host $%s and ", bindings->nodes[i].name);
            if (!strstr(class->filter, was)) /* else ip.dst == was.ip.dst says it */
                add_change(list, class, tap->data, becomes);
            g_free(becomes);
            g_free(was);
        }
    }
    g_list_free(taps);
}

static void add_handshake(GPtrArray *list, const struct way_draft_class *asked,
                          const struct way_draft_class *answered)
{
    struct way_candidate *made;

    if (asked->kind != WAY_DRAFT_SYN || answered->kind != WAY_DRAFT_SYN_ACK ||
        strcmp(asked->tap, answered->tap) != 0)
        return;
    add(list, asked->tap,
        g_strdup_printf("%s: answers to a SYN on %s", answered->words, answered->tap),
        g_strdup_printf("each \"%s\" on %s\n    preceded by \"%s\" on %s\n    joined by "
                        "connection, was.tcp.ack_raw == (tcp.seq_raw + 1) mod 2^32",
                        answered->filter, answered->tap, asked->filter, asked->tap),
        NULL);
    made = add(list, asked->tap, g_strdup_printf("%s: is answered on %s", asked->words, asked->tap),
               g_strdup_printf("each \"%s\" on %s\n    followed by \"%s\" on %s\n    joined by "
                               "connection",
                               asked->filter, asked->tap, answered->filter, answered->tap),
               NULL);
    g_free(made->tail);
    made->tail = g_strdup("within 10s");
}

/* The order in which two kinds of events first appear. */
static void add_order(GPtrArray *list, const struct way_draft_class *one,
                      const struct way_draft_class *other)
{
    add(list, one->tap, g_strdup_printf("%s before %s on %s", one->words, other->words, one->tap),
        g_strdup_printf("first \"%s\" on %s as earlier\n  first \"%s\" on %s as later\n  expect "
                        "earlier.time <= later.time",
                        one->filter, one->tap, other->filter, other->tap),
        NULL);
}

static void add_relations(GPtrArray *list, const struct way_survey *survey, guint n)
{
    const struct way_draft_class *class = g_ptr_array_index(survey->classes, n);
    bool ordered = !is_event(class);

    for (guint i = 0; i < survey->classes->len; i++) {
        const struct way_draft_class *other = g_ptr_array_index(survey->classes, i);
        add_handshake(list, class, other);
        if (i <= n || ordered || !is_event(other) || strcmp(other->tap, class->tap) != 0)
            continue;
        add_order(list, class, other); /* classes are in the order in which they were met */
        ordered = true;
    }
}

/* ---- taps ---- */

static void add_silence(GPtrArray *list, const struct way_survey *survey,
                        const struct way_bindings *bindings, const char *tap)
{
    for (size_t i = 0; i < bindings->node_count; i++) {
        const char *node = bindings->nodes[i].name;
        char *key = g_strdup_printf("%s %s", tap, node);
        if (bindings->nodes[i].address_count && !g_hash_table_contains(survey->seen, key))
            add(list, tap, g_strdup_printf("no address of %s on %s", node, tap),
                g_strdup_printf("no packet on %s", tap),
                g_strdup_printf("any ip.addr == $%s or any options.addresses == $%s", node, node));
        g_free(key);
    }
}

static void add_statuses(GPtrArray *list, const struct way_survey *survey, const char *tap)
{
    GList *keys = g_list_sort(g_hash_table_get_keys(survey->statuses), (GCompareFunc)strcmp);
    size_t length = strlen(tap);

    for (GList *key = keys; key; key = key->next) {
        const char *text = key->data;
        if (strncmp(text, tap, length) != 0 || text[length] != ' ')
            continue;
        guint count = *(const guint *)g_hash_table_lookup(survey->statuses, text);
        add(list, tap,
            g_strdup_printf("%u responses with status %s on %s", count, text + length + 1, tap),
            g_strdup_printf("exactly %u packet on %s where any http.response.code == %s", count,
                            tap, text + length + 1),
            NULL);
    }
    g_list_free(keys);
}

GPtrArray *way_candidates_of(const struct way_survey *survey, const struct way_bindings *bindings)
{
    GPtrArray *list = new_list();

    for (guint t = 0; t < survey->taps->len; t++) {
        const char *tap = g_ptr_array_index(survey->taps, t);
        add_silence(list, survey, bindings, tap);
        add_statuses(list, survey, tap);
        for (guint i = 0; i < survey->classes->len; i++) {
            const struct way_draft_class *class = g_ptr_array_index(survey->classes, i);
            if (strcmp(class->tap, tap) != 0)
                continue;
            add_count(list, class);
            add_fields(list, class);
            add_becomes(list, class, bindings);
            add_relations(list, survey, i);
        }
    }
    return list;
}

/* ---- putting together ---- */

static bool same_group(const struct way_candidate *a, const struct way_candidate *b)
{
    return strcmp(a->words, b->words) == 0 && strcmp(a->head, b->head) == 0;
}

GPtrArray *way_candidates_merge(const GPtrArray *candidates)
{
    GPtrArray *merged = new_list();
    struct way_candidate *last = NULL;

    for (guint i = 0; i < candidates->len; i++) {
        const struct way_candidate *one = g_ptr_array_index(candidates, i);
        if (last && same_group(last, one)) {
            if (one->condition) {
                char *both = last->condition ? g_strdup_printf("%s,\n         %s", last->condition,
                                                               one->condition)
                                             : g_strdup(one->condition);
                g_free(last->condition);
                last->condition = both;
            }
            continue;
        }
        last = add(merged, one->tap, g_strdup(one->words), g_strdup(one->head),
                   g_strdup(one->condition));
        g_free(last->tail);
        last->tail = g_strdup(one->tail);
        last->needs_condition = one->needs_condition;
    }
    return merged;
}

void way_candidate_write(const struct way_candidate *candidate, const char *prefix, GString *out)
{
    g_string_append_printf(out, "\"%s%s\":\n  %s", prefix, candidate->words, candidate->head);
    if (candidate->condition)
        g_string_append_printf(out, "\n    with %s", candidate->condition);
    if (candidate->tail[0])
        g_string_append_printf(out, "\n    %s", candidate->tail);
    g_string_append_c(out, '\n');
}
