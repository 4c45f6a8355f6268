/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lists of candidates: struck, put together, written.
 */
#include "analysis/draft/candidate.h"

#include <string.h>

enum { LINE_MAX_LEN = 110 };

#define HEADING(suffix, heading) [WAY_DRAFT_##suffix] = (heading),
static const char *const headings[WAY_DRAFT_SECTION_COUNT] = {WAY_DRAFT_SECTIONS(HEADING)};

static void free_candidate(void *pointer)
{
    struct way_candidate *candidate = pointer;

    g_free(candidate->words);
    g_free(candidate->head);
    g_free(candidate->tail);
    g_free(candidate->target);
    g_ptr_array_unref(candidate->conditions);
    g_free(candidate);
}

GPtrArray *way_candidates_new(void)
{
    return g_ptr_array_new_with_free_func(free_candidate);
}

struct way_candidate *way_candidate_add(GPtrArray *list, enum way_draft_section section,
                                        unsigned weight, char *words, char *head, char *condition)
{
    struct way_candidate *candidate = g_new0(struct way_candidate, 1);

    candidate->section = section;
    candidate->weight = weight;
    candidate->words = words;
    candidate->head = head;
    candidate->tail = g_strdup("");
    candidate->target = g_strdup("");
    candidate->conditions = g_ptr_array_new_with_free_func(g_free);
    candidate->joint = "with";
    if (condition)
        g_ptr_array_add(candidate->conditions, condition);
    g_ptr_array_add(list, candidate);
    return candidate;
}

GPtrArray *way_candidates_of(const struct way_survey *survey)
{
    GPtrArray *list = way_candidates_new();

    way_candidates_of_taps(list, survey);
    way_candidates_of_headers(list, survey);
    way_candidates_of_becomes(list, survey);
    way_candidates_of_events(list, survey);
    for (unsigned weight = WAY_CANDIDATE_WEIGHT_MAX; weight > 0; weight--)
        for (guint i = list->len; i-- > 0 && list->len > WAY_CANDIDATES_MAX;)
            if (((const struct way_candidate *)g_ptr_array_index(list, i))->weight >= weight)
                g_ptr_array_remove_index(list, i);
    return list;
}

/* ---- what follows from what ---- */

static const char *condition_of(const struct way_candidate *candidate)
{
    return candidate->conditions->len ? g_ptr_array_index(candidate->conditions, 0) : "";
}

/* Whether all that `small` is about is among what `large` is about. */
static bool is_among(const struct way_class_set *small, const struct way_class_set *large)
{
    uint64_t any = 0;

    for (size_t i = 0; i < sizeof small->bits / sizeof small->bits[0]; i++) {
        if (small->bits[i] & ~large->bits[i])
            return false;
        any |= small->bits[i];
    }
    return any != 0;
}

static bool follows(const struct way_candidate *one, const struct way_candidate *other)
{
    return one != other && one->section == other->section &&
           strcmp(one->target, other->target) == 0 &&
           strcmp(condition_of(one), condition_of(other)) == 0 &&
           is_among(&one->about, &other->about);
}

void way_candidates_prune(GPtrArray *list)
{
    for (guint i = list->len; i-- > 0;) { /* of two about the same, the first stays */
        const struct way_candidate *one = g_ptr_array_index(list, i);
        bool struck = false;
        for (guint k = 0; !struck && k < list->len; k++)
            struck = follows(one, g_ptr_array_index(list, k));
        if (struck)
            g_ptr_array_remove_index(list, i);
    }
}

/* ---- putting together ---- */

static bool same_rule(const struct way_candidate *a, const struct way_candidate *b)
{
    if (a->section == WAY_DRAFT_ABSENT) /* conditions of `no` together would say less */
        return false;
    return a->section == b->section && strcmp(a->words, b->words) == 0 &&
           strcmp(a->head, b->head) == 0 && strcmp(a->tail, b->tail) == 0;
}

static struct way_candidate *copy_into(GPtrArray *list, const struct way_candidate *from)
{
    struct way_candidate *copy = way_candidate_add(
        list, from->section, from->weight, g_strdup(from->words), g_strdup(from->head), NULL);

    g_free(copy->tail);
    g_free(copy->target);
    copy->tail = g_strdup(from->tail);
    copy->target = g_strdup(from->target);
    copy->joint = from->joint;
    copy->needs_condition = from->needs_condition;
    copy->about = from->about;
    return copy;
}

GPtrArray *way_candidates_merge(const GPtrArray *list)
{
    GPtrArray *merged = way_candidates_new();
    struct way_candidate *last = NULL;

    for (guint i = 0; i < list->len; i++) {
        const struct way_candidate *one = g_ptr_array_index(list, i);
        if (!last || !same_rule(last, one))
            last = copy_into(merged, one);
        last->weight = one->weight < last->weight ? one->weight : last->weight;
        for (guint k = 0; k < one->conditions->len; k++)
            g_ptr_array_add(last->conditions, g_strdup(g_ptr_array_index(one->conditions, k)));
    }
    for (guint i = merged->len; i-- > 0;) {
        const struct way_candidate *one = g_ptr_array_index(merged, i);
        if (one->needs_condition && one->conditions->len == 0)
            g_ptr_array_remove_index(merged, i);
    }
    return merged;
}

/* ---- writing ---- */

/* Appends a part of a rule to its line, or in a new one where it would be too long. */
static void append_part(GString *out, gsize *line, const char *part, const char *indent)
{
    if (out->len - *line + strlen(part) + 1 > LINE_MAX_LEN && out->len > *line) {
        g_string_append_printf(out, "\n%s", indent);
        *line = out->len - strlen(indent);
    } else {
        g_string_append_c(out, ' ');
    }
    g_string_append(out, part);
}

static void write_rule(const struct way_candidate *candidate, GString *out)
{
    g_string_append_printf(out, "  %s", candidate->head);
    const char *newline = strrchr(out->str, '\n');
    gsize line = newline ? (gsize)(newline + 1 - out->str) : 0;

    for (guint i = 0; i < candidate->conditions->len; i++) {
        bool more = i + 1 < candidate->conditions->len;
        char *part =
            g_strdup_printf("%s%s%s%s", i ? "" : candidate->joint, i ? "" : " ",
                            (char *)g_ptr_array_index(candidate->conditions, i), more ? "," : "");
        append_part(out, &line, part, "    ");
        g_free(part);
    }
    if (candidate->tail[0])
        append_part(out, &line, candidate->tail, "    ");
    g_string_append_c(out, '\n');
}

void way_candidate_write(const struct way_candidate *candidate, const char *words, GString *out)
{
    g_string_append_printf(out, "\"%s\":\n", words);
    write_rule(candidate, out);
}

void way_candidates_write(const GPtrArray *list, GString *out)
{
    for (int section = 0; section < WAY_DRAFT_SECTION_COUNT; section++) {
        const char *words = NULL;
        for (guint i = 0; i < list->len; i++) {
            const struct way_candidate *one = g_ptr_array_index(list, i);
            if ((int)one->section != section)
                continue;
            if (!words)
                g_string_append_printf(out, "\n# ---- %s ----\n", headings[section]);
            if (!words || strcmp(words, one->words) != 0)
                g_string_append_printf(out, "\n\"%s\":\n", one->words);
            words = one->words;
            write_rule(one, out);
        }
    }
}

/* ---- shorter ---- */

static guint lines_of(const GString *text)
{
    guint lines = 0;

    for (const char *c = text->str; *c; c++)
        lines += *c == '\n';
    return lines;
}

/* Lines that go with the n-th: its own, and, if no other has its words, those of its words. */
static guint lines_with(const GPtrArray *list, guint n)
{
    const struct way_candidate *one = g_ptr_array_index(list, n);
    GString *text = g_string_new(NULL);
    bool alone = true;

    write_rule(one, text);
    for (guint i = 0; i < list->len; i++) {
        const struct way_candidate *other = g_ptr_array_index(list, i);
        alone &= other == one || strcmp(other->words, one->words) != 0;
    }
    guint lines = lines_of(text) + (alone ? 2 : 0);
    g_string_free(text, TRUE);
    return lines;
}

guint way_candidates_shorten(GPtrArray *list, guint lines)
{
    GString *text = g_string_new(NULL);
    guint struck = 0;

    way_candidates_write(list, text);
    guint now = lines_of(text);
    g_string_free(text, TRUE);
    for (; now > lines && list->len; struck++) {
        guint worst = 0;
        for (guint i = 1; i < list->len; i++) { /* the last of those that say least */
            const struct way_candidate *one = g_ptr_array_index(list, i);
            const struct way_candidate *other = g_ptr_array_index(list, worst);
            bool less = one->weight == other->weight ? one->about.packets <= other->about.packets
                                                     : one->weight > other->weight;
            worst = less ? i : worst;
        }
        guint with = lines_with(list, worst);
        now -= with < now ? with : now;
        g_ptr_array_remove_index(list, worst);
    }
    return struck;
}
