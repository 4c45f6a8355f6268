/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Putting decisions and notes together: the notes' packets are read again for what makes
 * them known, then the decisions' frames pass by, each held against every note.
 */
#include "analysis/assert/wirenotes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/capture/source.h"
#include "analysis/judge/pass.h"
#include "analysis/lang/memory.h"

enum {
    HITS_MAX = 3,                    /* decisions that are named of one packet */
    NEAR_LEAST = 1000 * 1000 * 1000, /* ns: as far as `becomes` looks where no rule says more */
    SLACK = 50 * 1000 * 1000         /* ns: for what is late, and for clocks */
};

struct hit {
    struct way_wire_decision decision;
    int64_t distance; /* ns from the note's packet */
};

/* One note while decisions pass. */
struct asked {
    const struct way_rule *rule;
    const struct way_note *note;
    bool known; /* its packet has been read */
    uint64_t identity;
    struct hit hits[HITS_MAX]; /* nearest first */
    size_t hit_count;
    const struct way_select *wanted; /* packets that it misses; NULL: it does not */
    int64_t from, to;                /* ns: when they would have come */
    uint64_t dropped, doubled;       /* of these */
    struct way_wire_decision first;  /* done to any of these */
    char text[WAY_NOTE_TEXT_MAX];
};

struct way_wire_notes {
    const struct way_wirelog *log;
    const struct way_judge_setup *setup;
    struct asked *asked; /* owned, in the order of their notes' addresses */
    size_t count;
    struct way_view view; /* of the frame at hand */
};

/* ---- what is asked ---- */

static void set_edge(const struct way_edge *edge, int64_t *time)
{
    if (edge->kind == WAY_EDGE_TIME)
        *time = edge->at + edge->shift;
}

/* Which packets the note misses, and when they would have come. */
static void set_wanted(struct asked *asked)
{
    const struct way_rule *rule = asked->rule;
    int64_t at = asked->note->at.time;
    bool before = false, after = false;

    asked->from = INT64_MIN;
    asked->to = INT64_MAX;
    switch (rule->relation) {
    case WAY_RELATION_NONE:
        asked->wanted = asked->note->at.tap < 0 ? rule->main : NULL;
        break;
    case WAY_RELATION_FOLLOWED:
    case WAY_RELATION_BEFORE_ITS:
        after = true;
        break;
    case WAY_RELATION_PRECEDED:
    case WAY_RELATION_AFTER_ITS:
        before = true;
        break;
    case WAY_RELATION_ACCOMPANIED:
        before = after = true;
        break;
    default: /* becomes and its like: the packet itself is missed */
        break;
    }
    if (before || after)
        asked->wanted = asked->note->at.tap < 0 ? NULL : rule->other;
    if (!asked->wanted || asked->wanted->filter_number < 0) {
        asked->wanted = NULL;
        return;
    }
    int64_t span = rule->has_within ? rule->at_most + SLACK : INT64_MAX / 2;
    if (before || after) {
        asked->from = before ? at - span : at - SLACK;
        asked->to = after ? at + span : at + SLACK;
    }
    set_edge(&asked->wanted->from, &asked->from);
    set_edge(&asked->wanted->to, &asked->to);
}

/* ---- the notes' packets ---- */

/* Reads the packets of one capture that notes name. */
static void read_packets(struct way_wire_notes *notes, unsigned source)
{
    const char *name = way_source_facts(way_merge_source(notes->setup->merge, source))->name;
    char error[WAY_SOURCE_ERROR_MAX];
    struct way_record record;
    uint64_t last = 0;

    for (size_t i = 0; i < notes->count; i++) {
        const struct way_note *note = notes->asked[i].note;
        if (note->at.tap >= 0 && note->at.source == source && note->at.number > last)
            last = note->at.number;
    }
    struct stat status;
    bool readable = last && stat(name, &status) == 0 && S_ISREG(status.st_mode);
    struct way_source *again = readable ? way_source_open(name, error) : NULL;
    while (again && way_source_next(again, &record) == WAY_SOURCE_PACKET && record.number <= last)
        for (size_t i = 0; i < notes->count; i++) {
            struct asked *asked = &notes->asked[i];
            if (asked->note->at.tap < 0 || asked->note->at.source != source ||
                asked->note->at.number != record.number)
                continue;
            way_view_begin(&notes->view, &record);
            asked->identity = way_packet_identity(&notes->view, false);
            asked->known = true;
        }
    way_source_close(&again);
}

/* ---- decisions ---- */

static void add_hit(struct asked *asked, const struct way_wire_decision *decision, int64_t distance)
{
    size_t place = asked->hit_count;

    while (place > 0 && asked->hits[place - 1].distance > distance)
        place--;
    if (place == HITS_MAX)
        return;
    size_t moved = (asked->hit_count < HITS_MAX ? asked->hit_count : HITS_MAX - 1) - place;
    memmove(&asked->hits[place + 1], &asked->hits[place], moved * sizeof asked->hits[0]);
    asked->hits[place] = (struct hit){*decision, distance};
    asked->hit_count += asked->hit_count < HITS_MAX;
}

/* Whether something was done to the note's own packet. */
static void match_packet(struct asked *asked, const struct way_wire_decision *decision,
                         const struct way_record *frame, uint64_t identity)
{
    int64_t most = NEAR_LEAST, distance = frame->time - asked->note->at.time;

    if (!asked->known || asked->identity != identity)
        return;
    if (asked->rule->has_within && asked->rule->at_most > most)
        most = asked->rule->at_most;
    distance = distance < 0 ? -distance : distance;
    if (distance <= most + SLACK)
        add_hit(asked, decision, distance);
}

/* Whether something was done to a packet that the note misses. */
static void match_wanted(struct asked *asked, const struct way_wire_decision *decision,
                         const struct way_record *frame, const uint64_t *matched)
{
    if (!asked->wanted || frame->time < asked->from || frame->time > asked->to ||
        !way_selections_has(matched, (unsigned)asked->wanted->filter_number))
        return;
    bool dropped = decision->deed == WAY_WIRE_DROP && !decision->copy;
    bool doubled = decision->deed == WAY_WIRE_DUPLICATE;
    if ((dropped || doubled) && asked->dropped + asked->doubled == 0)
        asked->first = *decision;
    asked->dropped += dropped;
    asked->doubled += doubled;
}

/* The frame as it left: with the bit flipped. Freed by the caller. */
static uint8_t *corrupted(const struct way_wire_decision *decision, const struct way_record *frame)
{
    enum { BITS = 8 };
    uint8_t *bytes = way_memory_array(frame->len, 1);
    uint64_t bit = (uint64_t)decision->value;

    memcpy(bytes, frame->bytes, frame->len);
    if (bit / BITS < frame->len)
        bytes[bit / BITS] ^= (uint8_t)(0x80U >> bit % BITS);
    return bytes;
}

static void see(void *self, const struct way_wire_decision *decision,
                const struct way_record *frame)
{
    struct way_wire_notes *notes = self;
    uint64_t identities[2];
    size_t count = 1;

    way_view_begin(&notes->view, frame);
    identities[0] = way_packet_identity(&notes->view, false);
    if (decision->deed == WAY_WIRE_CORRUPT) {
        struct way_record after = *frame;
        uint8_t *bytes = corrupted(decision, frame);
        after.bytes = bytes;
        way_view_begin(&notes->view, &after);
        identities[1] = way_packet_identity(&notes->view, false);
        count = identities[1] == identities[0] ? 1 : 2;
        free(bytes);
    }
    const uint64_t *matched = way_selections_run(notes->setup->program->filters, frame);
    for (size_t i = 0; i < notes->count; i++) {
        struct asked *asked = &notes->asked[i];
        for (size_t n = 0; n < count; n++)
            match_packet(asked, decision, frame, identities[n]);
        match_wanted(asked, decision, frame, matched);
    }
}

/* ---- words ---- */

static void say(struct asked *asked, const struct way_wirelog *log,
                const struct way_bindings *bindings)
{
    size_t at = 0;
    uint64_t all = asked->dropped + asked->doubled;

    for (size_t i = 0; i < asked->hit_count && at < sizeof asked->text; i++)
        at += (size_t)snprintf(asked->text + at, sizeof asked->text - at, "%s%s", at ? "; " : "",
                               way_wirelog_text(log, bindings, &asked->hits[i].decision, "it").s);
    if (all == 0 || at >= sizeof asked->text)
        return;
    struct way_text first = way_wirelog_text(log, bindings, &asked->first, "one");
    struct way_text more = all > 1 ? way_text(" (in all: dropped %" PRIu64 ", doubled %" PRIu64 ")",
                                              asked->dropped, asked->doubled)
                                   : way_text("%s", "");
    snprintf(asked->text + at, sizeof asked->text - at,
             "%sof those that \"%.120s\" selects, %.160s%.80s", at ? "; " : "",
             asked->wanted->filter, first.s, more.s);
}

static int compare_note(const void *left, const void *right)
{
    uintptr_t a = (uintptr_t)((const struct asked *)left)->note;
    uintptr_t b = (uintptr_t)((const struct asked *)right)->note;

    return (a > b) - (a < b);
}

/* Asks about each note of what did not pass; returns how many there are. */
static size_t ask_all(struct asked *asked, const struct way_verdicts *verdicts)
{
    size_t count = 0;

    for (size_t i = 0; i < verdicts->count; i++)
        for (size_t r = 0; r < verdicts->outcomes[i].rule_count; r++) {
            const struct way_rule_outcome *rule = &verdicts->outcomes[i].rules[r];
            for (size_t n = 0; n < rule->note_count; n++, count++) {
                if (!asked)
                    continue;
                asked[count].rule = rule->rule;
                asked[count].note = &rule->notes[n];
                set_wanted(&asked[count]);
            }
        }
    return count;
}

struct way_wire_notes *way_wire_notes_new(const struct way_wirelog *log,
                                          const struct way_bindings *bindings, const char *folder,
                                          const struct way_judge_setup *setup,
                                          const struct way_verdicts *verdicts)
{
    struct way_wire_notes *notes = way_memory_array(1, sizeof *notes);

    notes->log = log;
    notes->setup = setup;
    notes->count = way_wirelog_count(log) ? ask_all(NULL, verdicts) : 0;
    notes->asked = way_memory_array(notes->count, sizeof *notes->asked);
    if (notes->count == 0)
        return notes;
    ask_all(notes->asked, verdicts);
    qsort(notes->asked, notes->count, sizeof *notes->asked, compare_note);
    for (unsigned source = 0; source < way_merge_count(setup->merge); source++)
        read_packets(notes, source);
    way_wirelog_frames(log, bindings, folder, see, notes);
    for (size_t i = 0; i < notes->count; i++)
        say(&notes->asked[i], log, bindings);
    return notes;
}

const char *way_wire_notes_text(const struct way_wire_notes *notes, const struct way_note *note)
{
    const struct asked sought = {.note = note};
    const struct asked *found = notes && notes->count ? bsearch(&sought, notes->asked, notes->count,
                                                                sizeof sought, compare_note)
                                                      : NULL;

    return found ? found->text : "";
}

void way_wire_notes_free(struct way_wire_notes **notes)
{
    if (!*notes)
        return;
    free((*notes)->asked);
    free(*notes);
    *notes = NULL;
}
