/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One expectation file: read, checked, judged, reported.
 */
#include "analysis/assert/expect.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/check_file.h"
#include "analysis/assert/evidence.h"
#include "analysis/assert/json.h"
#include "analysis/assert/mutation.h"
#include "analysis/assert/text.h"
#include "analysis/assert/verdicts.h"
#include "analysis/assert/wirenotes.h"
#include "analysis/assert/world.h"

/* Takes out what --only does not name. */
static void keep_only(struct way_program *program, const struct way_expect_options *options)
{
    struct way_expected **link = &program->expected;

    while (*link) {
        bool wanted = options->only_count == 0;
        for (size_t i = 0; i < options->only_count; i++)
            wanted |= strstr((*link)->words, options->only[i]) != NULL;
        if (wanted) {
            link = &(*link)->next;
            continue;
        }
        *link = (*link)->next;
        program->expected_count--;
    }
}

/* Writes the evidence of an outcome, where it is to be. In a run's own folder, which may
 * be nobody's to write, it is written if that can be. */
static int show_evidence(const struct way_reporting *reporting, const struct way_outcome *outcome,
                         const struct way_expect_options *options, const char *folder, FILE *text,
                         json_t *object)
{
    char into[PATH_MAX], path[PATH_MAX];
    struct way_text error;
    unsigned gone = 0;

    if (options->no_evidence || (!options->evidence && !folder))
        return 0;
    if (options->evidence)
        snprintf(into, sizeof into, "%s", options->evidence);
    else
        snprintf(into, sizeof into, "%s/evidence", folder);
    int written = way_evidence_write(into, reporting, outcome, path, &gone, &error);
    if (written < 0 && options->evidence) {
        fprintf(stderr, "waylay-assert: %s\n", error.s);
        return -1;
    }
    if (gone && text)
        way_text_line(text,
                      "    evidence:  lacks %u of the packets: of a stream the last %d MB are kept",
                      gone, WAY_INPUTS_KEPT / 1000000);
    if (written <= 0)
        return 0;
    if (text)
        way_text_line(text, "    evidence:  %s", path);
    return json_object_set_new(object, "evidence", way_json_of_text(path));
}

/* Where the packets are from: of captures without a run, nothing. */
struct origin {
    const char *path; /* the expectation file */
    const struct way_bindings *bindings;
    const char *folder;
    struct way_wirelog wirelog;
};

static bool is_bad(const struct way_outcome *outcome)
{
    enum way_ruling ruling = way_outcome_ruling(outcome);

    return ruling == WAY_RULED_FAILED || ruling == WAY_RULED_INCONCLUSIVE;
}

/* What the wire did to the packets that failures name; NULL where nobody knows. */
static struct way_wire_notes *ask_wire(struct origin *origin, const struct way_judge_setup *setup,
                                       const struct way_verdicts *verdicts)
{
    struct way_text error;
    bool bad = false;

    for (size_t i = 0; i < verdicts->count; i++)
        bad |= is_bad(&verdicts->outcomes[i]);
    if (!origin->bindings || !bad)
        return NULL;
    if (way_wirelog_read(&origin->wirelog, origin->folder, origin->bindings, &error) < 0) {
        fprintf(stderr, "waylay-assert: what the wire did is not told: %s\n", error.s);
        way_wirelog_free(&origin->wirelog);
    }
    return way_wire_notes_new(&origin->wirelog, origin->bindings, origin->folder, setup, verdicts);
}

/* What a person would be told of it, for the object's `text`. */
static int add_words(struct origin *origin, const struct way_reporting *reporting,
                     const struct way_outcome *outcome, const struct way_expect_options *options,
                     json_t *object)
{
    char *words = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&words, &size);

    if (!text)
        return -1;
    way_verdict_text(text, reporting, outcome);
    int result = show_evidence(reporting, outcome, options, origin->folder, text, object);
    if (fclose(text) != 0 || json_object_set_new(object, "text", json_string(words)))
        result = -1;
    free(words);
    return result;
}

static int report_one(struct origin *origin, const struct way_verdicts *verdicts, size_t n,
                      struct way_reporting *reporting, const struct way_expect_options *options,
                      json_t *list, struct way_expect_tally *tally)
{
    const struct way_outcome *outcome = &verdicts->outcomes[n];

    tally->all++;
    *(outcome->expected->warn && is_bad(outcome) ? &tally->warned
                                                 : &tally->rulings[way_outcome_ruling(outcome)]) +=
        1;
    json_t *object = way_verdict_json(reporting, outcome);
    if (json_array_append_new(list, object)) {
        fputs("waylay-assert: out of memory\n", stderr);
        return -1;
    }
    if (!options->text && is_bad(outcome))
        return add_words(origin, reporting, outcome, options, object);
    if (options->text)
        way_verdict_text(options->text, reporting, outcome);
    if (show_evidence(reporting, outcome, options, origin->folder, options->text, object))
        return -1;
    if (options->text && options->explain)
        way_verdict_explain(options->text, reporting, outcome, verdicts);
    return 0;
}

static int report(struct origin *origin, const struct way_verdicts *verdicts,
                  const struct way_judge_setup *setup, const struct way_expect_options *options,
                  json_t *list, struct way_expect_tally *tally)
{
    struct way_wire_notes *wire = ask_wire(origin, setup, verdicts);
    struct way_reporting reporting = {.setup = setup, .file = origin->path, .wire = wire};
    int result = 0;

    for (size_t i = 0; !result && i < verdicts->count; i++)
        result = report_one(origin, verdicts, i, &reporting, options, list, tally);
    way_wire_notes_free(&wire);
    way_wirelog_free(&origin->wirelog);
    return result;
}

/* Takes mutations of the inputs, which are read again for that. */
static int take_mutations(struct way_mutation *mutation, const struct way_inputs *inputs)
{
    for (size_t i = 0; i < inputs->source_count; i++) {
        if (inputs->opened[i].is_file)
            continue;
        way_text_line(stderr, "waylay-assert: --mutate: %s cannot be read twice, expected a file",
                      inputs->opened[i].path);
        return -1;
    }
    return way_mutation_take(mutation, &inputs->setup);
}

static int judge(struct way_program *program, const char *path, const struct way_bindings *bindings,
                 const char *folder, const struct way_expect_options *options, json_t *list,
                 struct way_expect_tally *tally)
{
    struct origin origin = {.path = path, .bindings = bindings, .folder = folder};
    struct way_inputs inputs;
    struct way_verdicts verdicts;
    struct way_text error;
    const struct way_inputs_wish wish = {.program = program,
                                         .bindings = bindings,
                                         .folder = folder,
                                         .given = options->given,
                                         .given_count = options->given_count,
                                         .keep = (options->evidence || folder) &&
                                                 !options->no_evidence && !options->mutation};
    int result = way_inputs_open(&inputs, &wish, &error);

    if (result) {
        fprintf(stderr, "waylay-assert: %s\n", error.s);
    } else if (options->mutation) {
        result = take_mutations(options->mutation, &inputs);
    } else {
        way_judge(&inputs.setup, &verdicts);
        result = report(&origin, &verdicts, &inputs.setup, options, list, tally);
        way_verdicts_free(&verdicts);
    }
    way_inputs_close(&inputs);
    return result;
}

int way_expect_file(const char *path, const struct way_bindings *bindings, const char *folder,
                    const struct way_expect_options *options, json_t *list,
                    struct way_expect_tally *tally)
{
    struct way_arena arena = {0};
    struct way_world_names names = {.arena = &arena};
    struct way_program program;
    int result = -1;

    for (size_t i = 0; i < options->given_count; i++)
        way_world_add_tap(&names, options->given[i].name);
    for (size_t i = 0; i < options->name_count; i++)
        way_world_add_text(&names, options->names[i].name, options->names[i].text);
    if (bindings)
        way_world_add_bindings(&names, bindings);
    const struct way_world world = {
        .names = names.names, .count = names.count, .partial = bindings != NULL};
    if (way_program_read(&program, path, &world)) {
        way_complaints_print(&program.complaints);
    } else {
        keep_only(&program, options);
        result = program.expected_count == 0
                     ? 0
                     : judge(&program, path, bindings, folder, options, list, tally);
    }
    way_program_free(&program);
    way_arena_free(&arena);
    return result;
}

int way_expect_list(const char *path)
{
    const struct way_world open = {.open = true};
    struct way_program program;
    int result = way_program_read(&program, path, &open);

    if (result)
        way_complaints_print(&program.complaints);
    for (const struct way_expected *one = program.expected; !result && one; one = one->next)
        way_text_line(stdout, "%s:%u: %s%s", one->place.script->name, one->place.line,
                      one->warn ? "warn " : "", one->words);
    way_program_free(&program);
    return result;
}
