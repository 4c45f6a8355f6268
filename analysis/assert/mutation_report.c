/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Who noticed which mutations.
 */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "analysis/assert/json.h"
#include "analysis/assert/mutation_state.h"
#include "analysis/assert/text.h"
#include "analysis/judge/packet.h"
#include "analysis/lang/memory.h"

/* "drop", "edit ip.ttl" */
static struct way_text kind_text(const struct way_mutation_bucket *bucket)
{
    return way_text("%s%s", bucket->kind == WAY_EDIT ? "edit " : "", bucket->name);
}

static const struct way_mutation_packet *packet_of(const struct way_mutation *mutation,
                                                   const struct way_mutation_change *change)
{
    return &mutation->captures[change->target.capture].packets[change->target.packet];
}

/* "ip.id changed from 0x1a2b to 0x1a2c" */
static struct way_text edit_text(const struct way_mutation *mutation,
                                 const struct way_mutation_change *change)
{
    const struct way_mutation_packet *packet = packet_of(mutation, change);
    const char *name = mutation->buckets[change->bucket].name;
    uint8_t *bytes = way_memory_array(packet->record.len, 1);
    struct way_alteration done = {.byte = 0};
    struct way_spot spot = {.len = 0};

    if (way_mutation_spot(packet, name, &spot))
        way_alter(&packet->record, &spot, change->random, bytes, &done);
    free(bytes);
    if (spot.mask && (spot.type == WAY_TYPE_ADDRESS || spot.type == WAY_TYPE_MAC)) {
        char from[32], to[32];
        way_value_format(&(struct way_value){.type = spot.type, .number = done.from}, from,
                         sizeof from);
        way_value_format(&(struct way_value){.type = spot.type, .number = done.to}, to, sizeof to);
        return way_text("%s changed from %s to %s", name, from, to);
    }
    if (spot.mask)
        return way_text("%s changed from %" PRIu64 " to %" PRIu64, name, done.from, done.to);
    return way_text("%s changed in byte %" PRIu32 " from 0x%02" PRIx64 " to 0x%02" PRIx64, name,
                    done.byte, done.from, done.to);
}

static struct way_text what_text(const struct way_mutation *mutation,
                                 const struct way_mutation_change *change)
{
    switch (mutation->buckets[change->bucket].kind) {
    case WAY_DROP:
        return way_text("dropped");
    case WAY_DUPLICATE:
        return way_text("duplicated");
    case WAY_SWAP:
        return way_text("swapped with the next of its capture");
    case WAY_DELAY:
        return way_text("delayed by %.1f s", (double)WAY_MUTATION_DELAY / 1e9);
    case WAY_EDIT:
        break;
    }
    return edit_text(mutation, change);
}

static const char *capture_name(const struct way_mutation *mutation,
                                const struct way_mutation_change *change)
{
    const char *path = mutation->captures[change->target.capture].path;
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void packet_text(const struct way_mutation_packet *packet, char *text, size_t size)
{
    struct way_stand *stand = way_memory_array(1, sizeof *stand);

    stand->record = packet->record;
    way_view_begin(&stand->view, &stand->record);
    stand->seen = (struct way_seen){.view = &stand->view};
    way_packet_line(stand, text, size);
    free(stand);
}

/* ---- text ---- */

static size_t noticed_count(const struct way_mutation *mutation)
{
    size_t count = 0;

    for (size_t i = 0; i < mutation->change_count; i++)
        count += mutation->changes[i].noticed != 0;
    return count;
}

static void print_expectation(FILE *out, const struct way_mutation *mutation,
                              const struct way_mutation_expectation *one)
{
    const char *comma = "";
    size_t sum = 0;

    for (size_t n = 0; n < mutation->bucket_count; n++)
        sum += one->noticed[n];
    way_text_line(out, "  %s:%u: %s", one->file, one->line, one->words);
    fputs("    ", out);
    if (one->ruling != WAY_RULED_PASSED) {
        fprintf(out, "was left aside: it is %s without any mutation\n",
                way_ruling_name(one->ruling));
        return;
    }
    fprintf(out, sum ? "noticed %zu: " : "noticed none of them\n", sum);
    for (size_t n = 0; n < mutation->bucket_count; n++) {
        if (!one->noticed[n])
            continue;
        fprintf(out, "%s%s %zu", comma, kind_text(&mutation->buckets[n]).s, one->noticed[n]);
        comma = ", ";
    }
    fputs(sum ? "\n" : "", out);
}

static void print_kinds(FILE *out, const struct way_mutation *mutation)
{
    fputs("\nkinds: noticed of made\n", out);
    for (size_t n = 0; n < mutation->bucket_count; n++) {
        const struct way_mutation_bucket *bucket = &mutation->buckets[n];
        if (bucket->made)
            fprintf(out, "  %4zu of %4zu  %s\n", bucket->noticed, bucket->made,
                    kind_text(bucket).s);
    }
}

/* Of one kind, those that nobody noticed: the first few. */
static void print_unnoticed_of(FILE *out, const struct way_mutation *mutation, size_t bucket)
{
    enum { SHOWN_MAX = 5 };
    char packet[WAY_NOTE_TEXT_MAX];
    size_t count = 0;

    for (size_t i = 0; i < mutation->change_count; i++) {
        const struct way_mutation_change *change = &mutation->changes[i];
        if (change->noticed || change->bucket != bucket || ++count > SHOWN_MAX)
            continue;
        packet_text(packet_of(mutation, change), packet, sizeof packet);
        way_text_line(out, "  %s: in %s frame %" PRIu64 ": %s", what_text(mutation, change).s,
                      capture_name(mutation, change), packet_of(mutation, change)->record.number,
                      packet);
    }
    if (count > SHOWN_MAX)
        fprintf(out, "  and %zu more of the kind: %s\n", count - SHOWN_MAX,
                kind_text(&mutation->buckets[bucket]).s);
}

static void print_all(FILE *out, const struct way_mutation *mutation)
{
    fprintf(out, "%zu mutations, one at a time: %zu noticed, %zu noticed by nobody\n\n",
            mutation->change_count, noticed_count(mutation),
            mutation->change_count - noticed_count(mutation));
    fputs("expectations\n", out);
    for (size_t i = 0; i < mutation->expectation_count; i++)
        print_expectation(out, mutation, &mutation->expectations[i]);
    print_kinds(out, mutation);
    if (noticed_count(mutation) < mutation->change_count)
        fputs("\nnobody noticed\n", out);
    for (size_t n = 0; n < mutation->bucket_count; n++)
        print_unnoticed_of(out, mutation, n);
}

/* ---- JSON ---- */

static json_t *expectation_json(const struct way_mutation *mutation,
                                const struct way_mutation_expectation *one)
{
    json_t *kinds = json_object();

    for (size_t n = 0; n < mutation->bucket_count; n++)
        if (one->noticed[n])
            json_object_set_new(kinds, kind_text(&mutation->buckets[n]).s,
                                json_integer((json_int_t)one->noticed[n]));
    return json_pack("{s:o, s:o, s:i, s:s, s:o}", "name", way_json_of_text(one->words), "file",
                     way_json_of_text(one->file), "line", (int)one->line, "verdict",
                     way_ruling_name(one->ruling), "noticed", kinds);
}

static json_t *change_json(const struct way_mutation *mutation,
                           const struct way_mutation_change *change)
{
    return json_pack(
        "{s:s, s:s, s:o, s:I, s:i}", "kind", kind_text(&mutation->buckets[change->bucket]).s,
        "what", what_text(mutation, change).s, "capture",
        way_json_of_text(mutation->captures[change->target.capture].path), "frame",
        (json_int_t)packet_of(mutation, change)->record.number, "noticed_by", (int)change->noticed);
}

static int write_json(FILE *out, const struct way_mutation *mutation)
{
    json_t *expectations = json_array(), *changes = json_array();
    int error = 0;

    for (size_t i = 0; i < mutation->expectation_count; i++)
        error |= json_array_append_new(expectations,
                                       expectation_json(mutation, &mutation->expectations[i]));
    for (size_t i = 0; i < mutation->change_count; i++)
        error |= json_array_append_new(changes, change_json(mutation, &mutation->changes[i]));
    json_t *root = json_pack("{s:I, s:I, s:o, s:o}", "made", (json_int_t)mutation->change_count,
                             "noticed", (json_int_t)noticed_count(mutation), "expectations",
                             expectations, "mutations", changes);
    error |= !root || json_dumpf(root, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(root);
    return error ? -1 : 0;
}

int way_mutation_report(const struct way_mutation *mutation, FILE *out, bool json)
{
    size_t good = 0;

    for (size_t i = 0; i < mutation->expectation_count; i++)
        good += mutation->expectations[i].ruling == WAY_RULED_PASSED;
    if (good == 0) {
        fputs("waylay-assert: --mutate: no expectation passes before anything is changed: "
              "expected a good run\n",
              stderr);
        return -1;
    }
    if (json)
        return write_json(out, mutation);
    print_all(out, mutation);
    return 0;
}
