/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What almost was related: those near in time that differ least in what joins them.
 */
#include "analysis/judge/relation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/judge/nearly.h"
#include "analysis/lang/memory.h"

/* In how many of the join's fields the packet in slot 0 differs from what is wanted, and how. */
static unsigned differing_keys(struct way_pass *pass, const struct way_rule *rule,
                               char (*wanted)[WAY_NOTE_TEXT_MAX], char text[WAY_NOTE_TEXT_MAX])
{
    unsigned differences = 0;

    text[0] = '\0';
    for (size_t i = 0; i < rule->key_count; i++) {
        struct way_datum datum;
        char found[WAY_NOTE_TEXT_MAX] = "absent";
        if (way_evaluate_value(&pass->evaluation, rule->keys[i].other, &datum))
            way_datum_format(&datum, found, sizeof found);
        if (strcmp(found, wanted[i]) == 0)
            continue;
        size_t at = strlen(text);
        snprintf(text + at, WAY_NOTE_TEXT_MAX - at, "%s%.60s is %.60s (wanted: %.60s)",
                 at ? "; " : "", rule->keys[i].other->text, found, wanted[i]);
        differences++;
    }
    return differences;
}

/* The values that the packet in slot 0 asks of others, in words. */
static char (*wanted_keys(struct way_pass *pass, const struct way_rule *rule))[WAY_NOTE_TEXT_MAX]
{
    char(*wanted)[WAY_NOTE_TEXT_MAX] = way_memory_array(rule->key_count, sizeof *wanted);

    for (size_t i = 0; i < rule->key_count; i++) {
        struct way_datum datum;
        if (way_evaluate_value(&pass->evaluation, rule->keys[i].main, &datum))
            way_datum_format(&datum, wanted[i], sizeof wanted[i]);
        else
            way_note_write(wanted[i], "what is absent");
    }
    return wanted;
}

void way_relation_nearest(struct way_pass *pass, struct way_relating *relating,
                          const struct way_kept *kept, struct way_note *note)
{
    const struct way_rule *rule = relating->rule;
    const struct way_kept_list *list = &pass->states[rule->other->number].kept;
    struct way_near near = {.around = kept->record.time};
    struct way_summary wanted, other;
    bool identity = rule->join != WAY_JOIN_FIELDS;

    way_pass_put(pass, WAY_SLOT_WAS, kept);
    way_pass_put(pass, WAY_SLOT_SELF, kept);
    if (identity && (rule->relation < WAY_RELATION_BECOMES ||
                     !way_summarise(&pass->stands[WAY_SLOT_SELF], &wanted)))
        return;
    char(*keys)[WAY_NOTE_TEXT_MAX] = wanted_keys(pass, rule);
    size_t middle = way_kept_first_at(list, kept->record.time);
    size_t first = middle > WAY_NEARLY_MAX / 2 ? middle - WAY_NEARLY_MAX / 2 : 0;
    for (size_t i = first; i < list->count && i < first + WAY_NEARLY_MAX; i++) {
        char text[WAY_NOTE_TEXT_MAX];
        if (way_related_inside(pass, rule->other, i) < WAY_UNDECIDED)
            continue;
        struct way_at at = way_at_kept(list->items[i]);
        if (identity && way_summarise(&pass->stands[WAY_SLOT_SELF], &other)) {
            way_nearly_offer(&wanted, &other, INT64_MAX / 4, way_relation_is_exact(rule->relation),
                             &near);
        } else if (!identity) {
            unsigned differences = differing_keys(pass, rule, keys, text);
            if (differences)
                way_near_put(&near, &at, differences, text);
        }
    }
    free(keys);
    way_near_write(&near, note);
}
