/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Candidates about taps as a whole: whose addresses are not seen there, and with which
 * statuses HTTP responds.
 */
#include <string.h>

#include "analysis/draft/candidate.h"

static void add_absent(GPtrArray *list, const struct way_survey *survey, const char *tap)
{
    const struct way_bindings *bindings = survey->ground->bindings;

    for (size_t i = 0; i < bindings->node_count; i++) {
        const char *node = bindings->nodes[i].name;
        char *key = g_strdup_printf("%s %s", tap, node);
        if (bindings->nodes[i].address_count && !g_hash_table_contains(survey->seen, key))
            way_candidate_add(
                list, WAY_DRAFT_ABSENT, 1, g_strdup_printf("whose addresses are not on %s", tap),
                g_strdup_printf("no packet on %s", tap),
                g_strdup_printf("any ip.addr == $%s or any options.addresses == $%s", node, node))
                ->needs_condition = true;
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
        way_candidate_add(list, WAY_DRAFT_STATUSES, 1, g_strdup("responses by status"),
                          g_strdup_printf("exactly %u packets on %s where any "
                                          "http.response.code == %s",
                                          count, tap, text + length + 1),
                          NULL);
    }
    g_list_free(keys);
}

void way_candidates_of_taps(GPtrArray *list, const struct way_survey *survey)
{
    for (guint t = 0; t < survey->ground->taps->len; t++) {
        const char *tap = g_ptr_array_index(survey->ground->taps, t);
        add_absent(list, survey, tap);
        add_statuses(list, survey, tap);
    }
}
