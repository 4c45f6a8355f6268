/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Sorting the packets of a run.
 */
#include "analysis/draft/survey.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "analysis/assert/inputs.h"
#include "analysis/assert/world.h"
#include "analysis/dissect/field.h"
#include "analysis/dissect/flow.h"
#include "analysis/judge/pass.h"
#include "analysis/lang/memory.h"

/* What is asked of every class. Numbers that differ in each packet would only be pruned. */
static const char *const field_names[WAY_DRAFT_FIELDS + 1] = {"ip.ttl",
                                                              "ip.flags.df",
                                                              "ip.dsfield",
                                                              "ip.hdr_len",
                                                              "ip.checksum.valid",
                                                              "ip.opt.type",
                                                              "ip.rec_rt",
                                                              "rr.ptr",
                                                              "tcp.checksum.valid",
                                                              "tcp.len",
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

/* All that is at hand. */
struct surveying {
    struct way_survey *survey;
    const struct way_bindings *bindings;
    struct way_field fields[WAY_DRAFT_FIELDS];
    bool known[WAY_DRAFT_FIELDS];
    GHashTable *by_key;     /* tap, filter -> class */
    GHashTable *identities; /* packet's identity -> GPtrArray of classes that have shown it */
};

/* ---- names ---- */

/* Whether it can follow a '$' as it is. */
static bool is_plain(const char *name)
{
    if (!isalpha((unsigned char)name[0]))
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

static const struct way_node *node_of(const struct surveying *at, way_be32 address)
{
    for (size_t i = 0; i < at->bindings->node_count; i++)
        for (size_t k = 0; k < at->bindings->nodes[i].address_count; k++)
            if (at->bindings->nodes[i].addresses[k] == address)
                return &at->bindings->nodes[i];
    return NULL;
}

/* An address as it is written: "$c1", "10.0.9.9"; or as people say it: "c1". */
static void name_address(const struct surveying *at, way_be32 address, bool words, GString *out)
{
    const struct way_node *node = node_of(at, address);

    if (node && is_plain(node->name))
        g_string_append_printf(out, "%s%s", words ? "" : "$", node->name);
    else
        g_string_append(out, way_text_address(address).s);
}

static const struct way_service *service_of(const struct surveying *at, uint16_t port)
{
    for (size_t i = 0; i < at->bindings->service_count; i++)
        if (at->bindings->services[i].port == port && is_plain(at->bindings->services[i].name))
            return &at->bindings->services[i];
    return NULL;
}

/* ---- classes ---- */

/* Kinds of packets, and the names by which filters ask for them. */
static const struct {
    const char *words, *name, *filter;
} kinds[] = {
    [WAY_DRAFT_SYN] = {"SYN", "is_syn", "tcp[tcpflags] & (tcp-syn|tcp-ack|tcp-rst) = tcp-syn"},
    [WAY_DRAFT_SYN_ACK] = {"SYN-ACK", "is_syn_ack",
                           "tcp[tcpflags] & (tcp-syn|tcp-ack|tcp-rst) = (tcp-syn|tcp-ack)"},
    [WAY_DRAFT_RST] = {"RST", "is_rst", "tcp[tcpflags] & tcp-rst != 0"},
    [WAY_DRAFT_FIN] = {"FIN", "is_fin", "tcp[tcpflags] & (tcp-fin|tcp-rst) = tcp-fin"},
    [WAY_DRAFT_DATA] = {"data", "is_data",
                        "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) = 0 and ip[2:2] - "
                        "((ip[0] & 15) << 2) - ((tcp[12] & 240) >> 2) != 0"},
    [WAY_DRAFT_ACK] = {"acknowledgements", "is_ack",
                       "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) = 0 and ip[2:2] - "
                       "((ip[0] & 15) << 2) - ((tcp[12] & 240) >> 2) = 0"},
    [WAY_DRAFT_ICMP] = {"ICMP", NULL, NULL},
    [WAY_DRAFT_UDP] = {"UDP", NULL, NULL},
    [WAY_DRAFT_OTHER] = {"other", NULL, NULL}};

void way_draft_words(GString *out)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].name)
            g_string_append_printf(out, "let $%s = \"%s\"\n", kinds[i].name, kinds[i].filter);
}

static enum way_draft_kind kind_of(const struct way_level *level)
{
    enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };

    if (level->present >> WAY_LAYER_ICMP & 1)
        return WAY_DRAFT_ICMP;
    if (level->present >> WAY_LAYER_UDP & 1)
        return WAY_DRAFT_UDP;
    if (!(level->present >> WAY_LAYER_TCP & 1))
        return WAY_DRAFT_OTHER;
    unsigned flags = level->tcp.flags;
    if (flags & RST)
        return WAY_DRAFT_RST;
    if (flags & SYN)
        return flags & ACK ? WAY_DRAFT_SYN_ACK : WAY_DRAFT_SYN;
    if (flags & FIN)
        return WAY_DRAFT_FIN;
    return way_cursor_left(&level->tcp.payload) ? WAY_DRAFT_DATA : WAY_DRAFT_ACK;
}

static void describe_ports(const struct surveying *at, const char *protocol, uint16_t source,
                           uint16_t destination, struct way_draft_class *class, GString *filter,
                           GString *words)
{
    const struct way_service *to = service_of(at, destination), *from = service_of(at, source);
    const struct way_service *service = to ? to : from;

    g_string_append_printf(filter, " and %s", protocol);
    if (!service)
        return;
    class->answers = !to;
    g_string_append_printf(filter, " %s port $%s.port", to ? "dst" : "src", service->name);
    g_string_append_printf(words, ", %s", service->name);
}

/* Fills in what a packet's class is: filter, words. */
static void describe(const struct surveying *at, const struct way_level *level,
                     struct way_draft_class *class)
{
    GString *filter = g_string_new("src host "), *words = g_string_new(NULL);

    class->kind = kind_of(level);
    name_address(at, level->ip.source, false, filter);
    g_string_append(filter, " and dst host ");
    name_address(at, level->ip.destination, false, filter);
    name_address(at, level->ip.source, true, words);
    g_string_append(words, " to ");
    name_address(at, level->ip.destination, true, words);
    if (class->kind == WAY_DRAFT_UDP)
        describe_ports(at, "udp", level->udp.source_port, level->udp.destination_port, class,
                       filter, words);
    else if (class->kind < WAY_DRAFT_ICMP)
        describe_ports(at, "tcp", level->tcp.source_port, level->tcp.destination_port, class,
                       filter, words);
    else if (class->kind == WAY_DRAFT_ICMP)
        g_string_append_printf(filter, " and icmp[icmptype] = %u", level->icmp.type);
    else
        g_string_append_printf(filter, " and ip proto %u", level->ip.protocol);
    if (kinds[class->kind].name)
        g_string_append_printf(filter, " and $%s", kinds[class->kind].name);
    g_string_append_printf(words, ": %s", kinds[class->kind].words);
    if (class->kind == WAY_DRAFT_ICMP)
        g_string_append_printf(words, " type %u", level->icmp.type);
    if (class->kind == WAY_DRAFT_OTHER)
        g_string_append_printf(words, ", protocol %u", level->ip.protocol);
    class->filter = g_string_free(filter, FALSE);
    class->words = g_string_free(words, FALSE);
}

static void free_class(void *pointer)
{
    struct way_draft_class *class = pointer;

    for (size_t i = 0; i < WAY_DRAFT_FIELDS; i++)
        for (size_t k = 0; k < class->fields[i].count; k++)
            g_string_free(class->fields[i].values[k], TRUE);
    g_free(class->filter);
    g_free(class->words);
    if (class->elsewhere)
        g_hash_table_destroy(class->elsewhere);
    g_free(class);
}

/* The class of a packet, made if it is new; NULL beyond the bound. */
static struct way_draft_class *class_of(struct surveying *at, char *tap,
                                        const struct way_level *level, int64_t time)
{
    struct way_draft_class *class = g_new0(struct way_draft_class, 1);

    class->tap = tap;
    describe(at, level, class);
    char *key = g_strdup_printf("%s %s", tap, class->filter);
    struct way_draft_class *known = g_hash_table_lookup(at->by_key, key);
    if (known || at->survey->classes->len == WAY_DRAFT_CLASSES_MAX) {
        free_class(class);
        g_free(key);
        return known;
    }
    class->first = time;
    class->elsewhere = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(at->by_key, key, class);
    g_ptr_array_add(at->survey->classes, class);
    return class;
}

/* ---- values ---- */

static void write_value(const struct surveying *at, const struct way_value *value, GString *out)
{
    char text[WAY_TEXT_MAX];

    if (value->type == WAY_TYPE_ADDRESS)
        name_address(at, htonl((uint32_t)value->number), false, out);
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

static void note_status(struct surveying *at, const char *tap, struct way_view *view)
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
    GPtrArray *shown = g_hash_table_lookup(at->identities, &identity);

    if (!shown) {
        shown = g_ptr_array_new();
        g_hash_table_insert(at->identities, g_memdup2(&identity, sizeof identity), shown);
    }
    for (guint i = 0; i < shown->len; i++) {
        struct way_draft_class *other = g_ptr_array_index(shown, i);
        if (strcmp(other->tap, class->tap) != 0)
            g_hash_table_add(other->elsewhere, class->tap);
    }
    g_ptr_array_add(shown, class);
}

static void note_address(struct surveying *at, const char *tap, way_be32 address)
{
    const struct way_node *node = node_of(at, address);

    if (node)
        g_hash_table_add(at->survey->seen, g_strdup_printf("%s %s", tap, node->name));
}

static void note_packet(struct surveying *at, char *tap, struct way_view *view)
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
    note_elsewhere(at, class, view);
}

/* ---- reading ---- */

/* An expectation file that asks for every link: so the captures are opened. */
static char *text_of_taps(const struct way_survey *survey)
{
    GString *text = g_string_new("\"survey\": some packet on ");

    for (guint i = 0; i < survey->taps->len; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "",
                               (const char *)g_ptr_array_index(survey->taps, i));
    return g_string_free(text, FALSE);
}

static void read_packets(struct surveying *at, const struct way_judge_setup *setup)
{
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
            if (way_feed_takes(&source->feeds[i], &record))
                note_packet(at, g_ptr_array_index(at->survey->taps, source->feeds[i].tap), view);
    }
    for (unsigned i = 0; i < sources; i++)
        way_flows_free(&flows[i]);
    free(flows);
    free(view);
}

static int open_and_read(struct surveying *at, const char *folder, struct way_text *error)
{
    struct way_arena arena = {0};
    struct way_world_names names = {.arena = &arena};
    struct way_program program;
    struct way_inputs inputs;
    char *text = text_of_taps(at->survey);

    way_world_add_bindings(&names, at->bindings);
    const struct way_world world = {.names = names.names, .count = names.count};
    int result = way_program_read_text(&program, "survey", text, strlen(text), &world);
    if (result) {
        *error = way_text("%s: a link has a name that no tap can have", folder);
    } else {
        const struct way_inputs_wish wish = {
            .program = &program, .bindings = at->bindings, .folder = folder};
        result = way_inputs_open(&inputs, &wish, error);
        /* The program numbers its taps in the order in which the text names them. */
        if (!result)
            read_packets(at, &inputs.setup);
        way_inputs_close(&inputs);
    }
    way_program_free(&program);
    way_arena_free(&arena);
    g_free(text);
    return result;
}

static void destroy_array(void *array)
{
    g_ptr_array_free(array, TRUE);
}

int way_survey_read(struct way_survey *survey, const struct way_bindings *bindings,
                    const char *folder, struct way_text *error)
{
    struct surveying at = {.survey = survey, .bindings = bindings};

    *survey = (struct way_survey){
        .classes = g_ptr_array_new_with_free_func(free_class),
        .taps = g_ptr_array_new_with_free_func(g_free),
        .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .statuses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
    for (size_t i = 0; i < bindings->link_count; i++)
        if (bindings->links[i].capture_count)
            g_ptr_array_add(survey->taps, g_strdup(bindings->links[i].name));
    if (survey->taps->len == 0) {
        *error = way_text("%s: the run has no captures", folder);
        return -1;
    }
    for (size_t i = 0; way_draft_field(i); i++)
        at.known[i] = way_field_find(way_draft_field(i), strlen(way_draft_field(i)), &at.fields[i]);
    at.by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    at.identities = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, destroy_array);
    int result = open_and_read(&at, folder, error);
    g_hash_table_destroy(at.by_key);
    g_hash_table_destroy(at.identities);
    return result;
}

void way_survey_free(struct way_survey *survey)
{
    g_ptr_array_free(survey->classes, TRUE);
    g_ptr_array_free(survey->taps, TRUE);
    g_hash_table_destroy(survey->seen);
    g_hash_table_destroy(survey->statuses);
}
