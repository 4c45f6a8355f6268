/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading packets, and sorting them.
 */
#include "analysis/draft/survey.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "analysis/dissect/field.h"
#include "analysis/dissect/flow.h"
#include "analysis/judge/pass.h"
#include "analysis/lang/memory.h"

/* What is asked of every class. Numbers that differ in each packet would only be pruned. */
static const char *const field_names[WAY_DRAFT_FIELDS + 1] = {"ip.ttl",
                                                              "ip.flags.df",
                                                              "ip.dsfield",
                                                              "ip.checksum.valid",
                                                              "ip.opt.type",
                                                              "ip.rec_rt",
                                                              "rr.ptr",
                                                              "tcp.checksum.valid",
                                                              "tcp.options.mss_val",
                                                              "tcp.options.wscale.shift",
                                                              "icmp.code",
                                                              "icmp.mtu",
                                                              "icmp.checksum.valid",
                                                              "udp.length",
                                                              "http.request.method",
                                                              "http.response.code",
                                                              NULL};

const char *way_draft_field(size_t n)
{
    return n < WAY_DRAFT_FIELDS ? field_names[n] : NULL;
}

enum { SHOWN_CLASSES_MAX = 6 }; /* of one packet: more taps than that are not looked at */

/* A packet, and the classes that have shown it so far. */
struct shown {
    gint64 identity;
    struct way_draft_class *classes[SHOWN_CLASSES_MAX];
    unsigned count;
};

/* All that is at hand. */
struct surveying {
    struct way_survey *survey;
    struct way_field fields[WAY_DRAFT_FIELDS];
    bool known[WAY_DRAFT_FIELDS];
    GHashTable *by_key; /* tap, filter -> class */
    GHashTable *shown;  /* packet's identity -> struct shown; NULL: there is one tap */
};

/* ---- classes ---- */

char *way_class_filter(const struct way_draft_class *class)
{
    return g_strdup_printf("$%s%s%s", class->direction->name, class->kind_filter ? " and " : "",
                           class->kind_filter ? class->kind_filter : "");
}

static void free_class(void *pointer)
{
    struct way_draft_class *class = pointer;

    for (size_t i = 0; i < WAY_DRAFT_FIELDS; i++)
        for (size_t k = 0; k < class->fields[i].count; k++)
            g_string_free(class->fields[i].values[k], TRUE);
    g_free(class->kind_filter);
    g_free(class->kind_words);
    if (class->elsewhere)
        g_hash_table_destroy(class->elsewhere);
    g_free(class);
}

static void free_direction(void *direction)
{
    way_direction_free(direction);
}

/* The one of these that is known already, or else this one; `direction` is taken over. NULL
 * beyond the bound. */
static struct way_draft_direction *direction_of(struct way_survey *survey,
                                                struct way_draft_direction *direction)
{
    struct way_draft_direction *known = g_hash_table_lookup(survey->directions, direction->filter);

    if (known || survey->classes->len == WAY_DRAFT_CLASSES_MAX) {
        way_direction_free(direction);
        return known;
    }
    if (g_hash_table_contains(survey->by_name, direction->name)) { /* two may come to one name */
        char *name =
            g_strdup_printf("%s_%u", direction->name, g_hash_table_size(survey->directions) + 1);
        g_free(direction->name);
        direction->name = name;
    }
    g_hash_table_insert(survey->directions, direction->filter, direction);
    g_hash_table_insert(survey->by_name, direction->name, direction);
    return direction;
}

/* The class of a packet, made if it is new; NULL beyond the bound. */
static struct way_draft_class *class_of(struct surveying *at, const char *tap,
                                        const struct way_level *level, int64_t time)
{
    struct way_survey *survey = at->survey;
    struct way_draft_direction *direction =
        direction_of(survey, way_direction_of(survey->ground, level));

    if (!direction)
        return NULL;
    enum way_draft_kind kind = way_kind_of(level);
    char *kind_filter = way_kind_filter(kind, level);
    char *key = g_strdup_printf("%s %s %s", tap, direction->name, kind_filter ? kind_filter : "");
    struct way_draft_class *known = g_hash_table_lookup(at->by_key, key);

    if (known || survey->classes->len == WAY_DRAFT_CLASSES_MAX) {
        g_free(kind_filter);
        g_free(key);
        return known;
    }
    struct way_draft_class *class = g_new0(struct way_draft_class, 1);
    *class = (struct way_draft_class){.number = survey->classes->len,
                                      .tap = tap,
                                      .direction = direction,
                                      .kind = kind,
                                      .kind_filter = kind_filter,
                                      .kind_words = way_kind_words(kind, level),
                                      .first = time,
                                      .elsewhere = g_hash_table_new(g_str_hash, g_str_equal)};
    g_hash_table_insert(at->by_key, key, class);
    g_ptr_array_add(survey->classes, class);
    return class;
}

/* ---- values ---- */

static void write_value(const struct surveying *at, const struct way_value *value, GString *out)
{
    char text[WAY_TEXT_MAX];

    if (value->type == WAY_TYPE_ADDRESS)
        way_name_address(at->survey->ground, htonl((uint32_t)value->number), false, out);
    else if (value->type == WAY_TYPE_BOOL)
        g_string_append(out, value->number ? "true" : "false");
    else if (value->type == WAY_TYPE_STRING)
        g_string_append_printf(out, "\"%s\"", way_value_format(value, text, sizeof text));
    else
        g_string_append(out, way_value_format(value, text, sizeof text));
}

static void note_values(const struct surveying *at, const struct way_field *field,
                        const struct way_values *values, struct way_draft_values *noted)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < values->count; i++) {
        g_string_append(text, i ? ", " : "");
        write_value(at, &values->items[i], text);
    }
    if (field->info->many) {
        g_string_prepend(text, "[");
        g_string_append(text, "]");
    }
    for (size_t i = 0; i < noted->count; i++) {
        if (g_string_equal(noted->values[i], text)) {
            g_string_free(text, TRUE);
            return;
        }
    }
    if (noted->count < WAY_DRAFT_VALUES_MAX) {
        noted->values[noted->count++] = text;
        return;
    }
    noted->more = true;
    g_string_free(text, TRUE);
}

static void note_fields(const struct surveying *at, struct way_view *view,
                        struct way_draft_class *class)
{
    struct way_values *values = way_memory_array(1, sizeof *values);

    for (size_t i = 0; i < WAY_DRAFT_FIELDS; i++) {
        if (!at->known[i])
            continue;
        struct way_draft_values *noted = &class->fields[i];
        if (way_field_get(&at->fields[i], view, values) != WAY_PRESENT) {
            noted->absent++;
            continue;
        }
        noted->present++;
        note_values(at, &at->fields[i], values, noted);
    }
    free(values);
}

static void note_status(const struct surveying *at, const char *tap, struct way_view *view)
{
    struct way_values *values = way_memory_array(1, sizeof *values);
    struct way_field field;
    static const char name[] = "http.response.code";

    if (way_field_find(name, strlen(name), &field) &&
        way_field_get(&field, view, values) == WAY_PRESENT)
        for (unsigned i = 0; i < values->count; i++) {
            char *key = g_strdup_printf("%s %" PRIu64, tap, values->items[i].number);
            guint *count = g_hash_table_lookup(at->survey->statuses, key);
            if (!count) {
                count = g_new0(guint, 1);
                g_hash_table_insert(at->survey->statuses, g_strdup(key), count);
            }
            ++*count;
            g_free(key);
        }
    free(values);
}

/* The same packet elsewhere, earlier: its class learns that it is seen here. */
static void note_elsewhere(struct surveying *at, struct way_draft_class *class,
                           struct way_view *view)
{
    gint64 identity = (gint64)way_packet_identity(view, false);
    struct shown *shown = g_hash_table_lookup(at->shown, &identity);
    bool derived = false;

    if (!shown) {
        if (g_hash_table_size(at->shown) == WAY_SURVEY_SHOWN_MAX)
            return;
        shown = g_new0(struct shown, 1);
        shown->identity = identity;
        g_hash_table_insert(at->shown, &shown->identity, shown);
    }
    for (unsigned i = 0; i < shown->count; i++) {
        if (strcmp(shown->classes[i]->tap, class->tap) == 0)
            continue;
        g_hash_table_add(shown->classes[i]->elsewhere, (gpointer) class->tap);
        derived = true;
    }
    class->derived += derived;
    if (shown->count < SHOWN_CLASSES_MAX)
        shown->classes[shown->count++] = class;
}

static void note_address(struct surveying *at, const char *tap, way_be32 address)
{
    const struct way_node *node = way_node_at(at->survey->ground, address);

    if (node)
        g_hash_table_add(at->survey->seen, g_strdup_printf("%s %s", tap, node->name));
}

static void note_packet(struct surveying *at, const char *tap, struct way_view *view)
{
    const struct way_level *level = way_view_level(view, 0);

    if (!(level->present >> WAY_LAYER_IP & 1))
        return;
    note_address(at, tap, level->ip.source);
    note_address(at, tap, level->ip.destination);
    note_status(at, tap, view);
    struct way_draft_class *class = class_of(at, tap, level, view->record->time);
    if (!class)
        return;
    class->count++;
    note_fields(at, view, class);
    if (at->shown)
        note_elsewhere(at, class, view);
}

/* ---- reading ---- */

/* An expectation file that asks for every tap: so the captures are opened. */
static char *text_of_taps(const struct way_ground *ground)
{
    GString *text = g_string_new(NULL);

    way_ground_items(ground, false, text);
    for (guint i = 0; i < ground->taps->len; i++) {
        const char *tap = g_ptr_array_index(ground->taps, i);
        g_string_append_printf(text, "\"survey %u\": some packet on %s\n", i, tap);
    }
    return g_string_free(text, FALSE);
}

static void read_packets(struct surveying *at, const struct way_ground_file *file)
{
    const struct way_judge_setup *setup = &file->inputs.setup;
    unsigned sources = way_merge_count(setup->merge);
    struct way_flows **flows = way_memory_array(sources, sizeof(void *));
    struct way_view *view = way_memory_array(1, sizeof *view);
    struct way_record record;

    for (unsigned i = 0; i < sources; i++)
        flows[i] = way_flows_new(WAY_NEEDS_HTTP, NULL);
    while (way_merge_next(setup->merge, &record, 0) == WAY_SOURCE_PACKET) {
        const struct way_judge_source *source = &setup->sources[record.source];
        way_view_begin(view, &record);
        if (flows[record.source])
            way_flows_see(flows[record.source], view);
        for (size_t i = 0; i < source->feed_count; i++)
            if (way_feed_takes(&source->feeds[i],
                               &record)) /* taps are numbered as they are asked */
                note_packet(at, g_ptr_array_index(at->survey->ground->taps, source->feeds[i].tap),
                            view);
    }
    for (unsigned i = 0; i < sources; i++)
        way_flows_free(&flows[i]);
    free(flows);
    free(view);
}

int way_survey_read(struct way_survey *survey, const struct way_ground *ground,
                    struct way_text *error)
{
    struct surveying at = {.survey = survey};
    struct way_ground_file file;
    char *text = text_of_taps(ground);

    *survey = (struct way_survey){
        .ground = ground,
        .classes = g_ptr_array_new_with_free_func(free_class),
        .directions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_direction),
        .by_name = g_hash_table_new(g_str_hash, g_str_equal),
        .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .statuses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    for (size_t i = 0; way_draft_field(i); i++)
        at.known[i] = way_field_find(way_draft_field(i), strlen(way_draft_field(i)), &at.fields[i]);
    at.by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (ground->taps->len > 1)
        at.shown = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    int result = way_ground_open(ground, text, true, &file, error);
    if (result == 0)
        read_packets(&at, &file);
    else if (result > 0)
        *error = way_text("%s: a link has a name that no tap can have", ground->folder);
    way_ground_close(&file);
    g_hash_table_destroy(at.by_key);
    if (at.shown)
        g_hash_table_destroy(at.shown);
    g_free(text);
    return result ? -1 : 0;
}

void way_survey_items(const struct way_survey *survey, const char *text, GString *out)
{
    GHashTable *done = g_hash_table_new(NULL, NULL);
    GString *name = g_string_new(NULL);

    for (const char *at = strchr(text, '$'); at; at = strchr(at, '$')) {
        g_string_truncate(name, 0);
        for (at++; g_ascii_isalnum(*at) || *at == '_'; at++)
            g_string_append_c(name, *at);
        const struct way_draft_direction *direction =
            g_hash_table_lookup(survey->by_name, name->str);
        if (direction && g_hash_table_add(done, (gpointer)direction))
            g_string_append_printf(out, "let $%s = \"%s\"\n", direction->name, direction->filter);
    }
    g_string_free(name, TRUE);
    g_hash_table_destroy(done);
}

void way_survey_free(struct way_survey *survey)
{
    g_ptr_array_free(survey->classes, TRUE);
    g_hash_table_destroy(survey->by_name);
    g_hash_table_destroy(survey->directions);
    g_hash_table_destroy(survey->seen);
    g_hash_table_destroy(survey->statuses);
}
