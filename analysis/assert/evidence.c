/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which packets are shown, reading them again, writing them in the order of time.
 */
#include "analysis/assert/evidence.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/capture/writer.h"
#include "analysis/lang/memory.h"

/* A packet that is concerned; several for one packet are possible. */
struct concerned {
    struct way_at at;
    char *comment; /* owned */
};

/* A packet to be written. */
struct shown {
    struct way_record record; /* its bytes are its own */
    char *comment;            /* owned, or NULL */
};

static void concerned_clear(void *self)
{
    g_free(((struct concerned *)self)->comment);
}

static void shown_clear(void *self)
{
    struct shown *shown = self;

    g_free((void *)shown->record.bytes);
    g_free(shown->comment);
}

/* ---- which packets ---- */

static void concern(GArray *list, const struct way_at *at, char *comment)
{
    struct concerned one = {.at = *at, .comment = comment};

    if (at->tap < 0)
        g_free(comment);
    else
        g_array_append_val(list, one);
}

static void concern_note(GArray *list, const struct way_rule *rule, const struct way_note *note)
{
    concern(
        list, &note->at,
        g_strdup_printf("%s: expected: %s; found: %s", rule->text, note->expected, note->found));
    for (size_t i = 0; i < WAY_NOTE_NEAREST_MAX && note->nearest[i][0]; i++)
        concern(list, &note->nearest_at[i], g_strdup_printf("nearest: %s", note->nearest[i]));
    for (size_t i = 0; i < note->bound_count; i++)
        concern(list, &note->bound_at[i], g_strdup_printf("bound: %s", note->bound));
}

static int compare_concerned(const void *left, const void *right)
{
    const struct concerned *a = left, *b = right;

    if (a->at.source != b->at.source)
        return a->at.source < b->at.source ? -1 : 1;
    return (a->at.number > b->at.number) - (a->at.number < b->at.number);
}

/* All that the outcome's notes name, by capture and number. */
static GArray *concerned_of(const struct way_outcome *outcome)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct concerned));

    g_array_set_clear_func(list, concerned_clear);
    for (size_t r = 0; r < outcome->rule_count; r++)
        for (size_t n = 0; n < outcome->rules[r].note_count; n++)
            concern_note(list, outcome->rules[r].rule, &outcome->rules[r].notes[n]);
    g_array_sort(list, compare_concerned);
    return list;
}

/* ---- reading again ---- */

/* What is said of packet `number` in [first, end) of the list; NULL: nothing. */
static char *comment_of(const GArray *list, guint first, guint end, uint64_t number)
{
    GString *text = NULL;

    for (guint i = first; i < end; i++) {
        const struct concerned *one = &g_array_index(list, struct concerned, i);
        if (one->at.number != number)
            continue;
        if (!text)
            text = g_string_new(one->comment);
        else if (!strstr(text->str, one->comment))
            g_string_append_printf(text, "\n%s", one->comment);
    }
    return text ? g_string_free(text, FALSE) : NULL;
}

static bool is_near(const GArray *list, guint first, guint end, uint64_t number)
{
    for (guint i = first; i < end; i++) {
        uint64_t wanted = g_array_index(list, struct concerned, i).at.number;
        if (number + WAY_EVIDENCE_AROUND >= wanted && number <= wanted + WAY_EVIDENCE_AROUND)
            return true;
    }
    return false;
}

/* What is to be shown of one capture: the packets in and around [first, end) of the list. */
struct showing {
    const GArray *list;
    guint first, end;
    GArray *shown; /* where they go */
    size_t bytes;  /* of them, so far */
    unsigned gone; /* packets that are concerned, and cannot be had */
};

/* Adds a packet, if it is to be shown and there is room. */
static void show(struct showing *showing, const struct way_record *record)
{
    const GArray *list = showing->list;

    if (!is_near(list, showing->first, showing->end, record->number) ||
        showing->bytes + record->len > WAY_EVIDENCE_BYTES_MAX)
        return;
    struct shown one = {.record = *record,
                        .comment = comment_of(list, showing->first, showing->end, record->number)};
    one.record.bytes = g_memdup2(record->bytes, record->len ? record->len : 1);
    one.record.source = (uint16_t)g_array_index(list, struct concerned, showing->first).at.source;
    g_array_append_val(showing->shown, one);
    showing->bytes += record->len;
}

static int read_again(const char *name, struct showing *showing, struct way_text *error)
{
    char message[WAY_SOURCE_ERROR_MAX];
    struct way_source *source = way_source_open(name, message);
    uint64_t last = g_array_index(showing->list, struct concerned, showing->end - 1).at.number;
    struct way_record record;

    if (!source) {
        *error = way_text("%s", message);
        return -1;
    }
    while (way_source_next(source, &record) == WAY_SOURCE_PACKET &&
           record.number <= last + WAY_EVIDENCE_AROUND)
        show(showing, &record);
    way_source_close(&source);
    return 0;
}

/* The same of what the source has kept. */
static void take_kept(const struct way_source *source, struct showing *showing)
{
    uint64_t next = 1;

    for (guint i = showing->first; i < showing->end; i++) {
        uint64_t wanted = g_array_index(showing->list, struct concerned, i).at.number;
        uint64_t from = wanted > WAY_EVIDENCE_AROUND ? wanted - WAY_EVIDENCE_AROUND : 1;
        struct way_record record;
        bool again = i > showing->first &&
                     g_array_index(showing->list, struct concerned, i - 1).at.number == wanted;
        showing->gone += !again && !way_source_kept(source, wanted, &record);
        for (uint64_t n = from > next ? from : next; n <= wanted + WAY_EVIDENCE_AROUND; n++)
            if (way_source_kept(source, n, &record))
                show(showing, &record);
        next = wanted + WAY_EVIDENCE_AROUND + 1;
    }
}

static int compare_shown(const void *left, const void *right)
{
    const struct way_record *a = &((const struct shown *)left)->record;
    const struct way_record *b = &((const struct shown *)right)->record;

    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static const char *name_of(const struct way_reporting *reporting, unsigned source)
{
    return way_source_facts(way_merge_source(reporting->setup->merge, source))->name;
}

static bool is_readable(const char *name)
{
    struct stat status;

    return stat(name, &status) == 0 && S_ISREG(status.st_mode);
}

/* All packets to be shown, in the order of time; NULL with the error. */
static GArray *shown_of(const struct way_reporting *reporting, const GArray *list, unsigned *gone,
                        struct way_text *error)
{
    struct showing showing = {.list = list,
                              .shown = g_array_new(FALSE, FALSE, sizeof(struct shown))};

    g_array_set_clear_func(showing.shown, shown_clear);
    while (showing.first < list->len) {
        unsigned source = g_array_index(list, struct concerned, showing.first).at.source;
        while (showing.end < list->len &&
               g_array_index(list, struct concerned, showing.end).at.source == source)
            showing.end++;
        showing.bytes = 0;
        const struct way_source *kept = way_merge_source(reporting->setup->merge, source);
        const char *name = name_of(reporting, source);
        if (way_source_keeps(kept)) {
            take_kept(kept, &showing);
        } else if (is_readable(name) && read_again(name, &showing, error)) {
            g_array_unref(showing.shown);
            return NULL;
        }
        showing.first = showing.end;
    }
    *gone = showing.gone;
    g_array_sort(showing.shown, compare_shown);
    return showing.shown;
}

/* ---- writing ---- */

/* "<words>-<hash>.evidence.pcapng" in the folder: its words, as far as a file's name goes. */
static void path_of(const char *folder, const struct way_expected *expected, char path[PATH_MAX])
{
    enum { WORDS_MAX = 60 };
    char words[WORDS_MAX + 1];
    size_t at = 0;
    char *whole = g_strdup_printf("%s:%s", expected->place.script->name, expected->words);

    for (const char *c = expected->words; *c && at < WORDS_MAX; c++) {
        if (g_ascii_isalnum(*c))
            words[at++] = g_ascii_tolower(*c);
        else if (at && words[at - 1] != '-')
            words[at++] = '-';
    }
    while (at && words[at - 1] == '-')
        at--;
    words[at] = '\0';
    snprintf(path, PATH_MAX, "%s/%s-%08x.evidence.pcapng", folder, words, g_str_hash(whole));
    g_free(whole);
}

static void write_packets(FILE *file, const struct way_reporting *reporting, const GArray *shown)
{
    /* A pcapng interface for each capture and link type that packets have. */
    GArray *interfaces = g_array_new(FALSE, FALSE, sizeof(uint32_t));

    for (guint i = 0; i < shown->len; i++) {
        const struct shown *one = &g_array_index(shown, struct shown, i);
        uint32_t key = (uint32_t)one->record.source << 16 | one->record.link, number = 0;
        while (number < interfaces->len && g_array_index(interfaces, uint32_t, number) != key)
            number++;
        if (number == interfaces->len) {
            g_array_append_val(interfaces, key);
            way_writer_interface(file, name_of(reporting, one->record.source), one->record.link);
        }
        char *place = g_strdup_printf("frame %" PRIu64 "%s%s", one->record.number,
                                      one->comment ? ": " : "", one->comment ? one->comment : "");
        way_writer_packet(file, number, &one->record, one->comment ? place : NULL);
        g_free(place);
    }
    g_array_unref(interfaces);
}

/* Writes beside, and puts it in place when it is whole. */
static int write_file(const char *folder, const char *path, const struct way_reporting *reporting,
                      const struct way_outcome *outcome, const GArray *shown,
                      struct way_text *error)
{
    char part[PATH_MAX + 8];

    if (g_mkdir_with_parents(folder, 0777) != 0) {
        *error = way_text("%s: cannot be made: %s", folder, strerror(errno));
        return -1;
    }
    snprintf(part, sizeof part, "%s.part", path);
    FILE *file = fopen(part, "we");
    if (!file) {
        *error = way_text("%s: cannot be written: %s", part, strerror(errno));
        return -1;
    }
    way_writer_begin(file, outcome->expected->words);
    write_packets(file, reporting, shown);
    bool bad = ferror(file) != 0;
    bad |= fclose(file) != 0;
    if (!bad && rename(part, path) == 0)
        return 1;
    *error = way_text("%s: cannot be written: %s", path, strerror(errno));
    unlink(part);
    return -1;
}

int way_evidence_write(const char *folder, const struct way_reporting *reporting,
                       const struct way_outcome *outcome, char path[PATH_MAX], unsigned *gone,
                       struct way_text *error)
{
    enum way_ruling ruling = way_outcome_ruling(outcome);
    int result = 0;

    *gone = 0;
    path_of(folder, outcome->expected, path);
    if (ruling == WAY_RULED_PASSED || ruling == WAY_RULED_SKIPPED) {
        unlink(path);
        return 0;
    }
    GArray *list = concerned_of(outcome);
    GArray *shown = shown_of(reporting, list, gone, error);
    if (!shown)
        result = -1;
    else if (shown->len == 0)
        unlink(path);
    else
        result = write_file(folder, path, reporting, outcome, shown, error);
    if (shown)
        g_array_unref(shown);
    g_array_unref(list);
    return result;
}
