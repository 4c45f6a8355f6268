/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Facts of all links, put together and judged.
 */
#include "emu/wire/fidelity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/common/clock.h"
#include "core/common/log.h"
#include "emu/wire/verdict.h"

enum { VERSION = 1 };

#define COUNT(n) ((json_int_t)(n))

/* ---- facts ---- */

static struct way_direction_facts facts_of(struct way_side *side)
{
    const struct way_link_settings *settings = &side->link->settings;
    const struct way_parameters *parameters = way_chain_parameters(side->chain);
    uint64_t drops = 0;
    struct way_direction_facts facts = {
        .link = settings->name,
        .from = settings->ends[side->index].node,
        .counts = way_chain_counts(side->chain),
        .held = way_chain_held(side->chain),
        .conserved = way_chain_conserves(side->chain),
        .deaf = side->failed,
        .late_p50 = way_lateness_quantile(&side->lateness, 0.5),
        .late_p99 = way_lateness_quantile(&side->lateness, 0.99),
        .late_max = side->lateness.max,
        .late_count = side->lateness.count,
        .rate = parameters->rate.bits,
    };
    if (side->pace.rate == parameters->rate.bits)
        facts.achieved = way_pace_achieved(&side->pace, &facts.busy);
    facts.device_drops = way_end_device_drops(side->end, &drops) == 0 ? (int64_t)drops : -1;
    if (side->capture)
        facts.capture_drops = way_capture_counts(side->capture).dropped;
    return facts;
}

/* ---- JSON ---- */

static json_t *count_or_null(int64_t count, bool known)
{
    return known ? json_integer(count) : json_null();
}

static json_t *reasons_json(const struct way_chain_counts *counts)
{
    json_t *reasons = json_object();
    for (int i = 0; i < WAY_BECAUSE_COUNT; i++)
        if (counts->dropped_because[i] > 0)
            json_object_set_new(reasons, way_because_name((enum way_because)i),
                                json_integer(COUNT(counts->dropped_because[i])));
    return reasons;
}

static json_t *facts_json(const struct way_direction_facts *facts)
{
    const struct way_chain_counts *counts = facts->counts;
    return json_pack("{sI sI sI sI sI so sI sI sb s{sI sI sI sI} s{so so sI} so}", /* */
                     "in", COUNT(counts->in), "in_bytes", COUNT(counts->in_bytes), /* */
                     "out", COUNT(counts->out), "out_bytes", COUNT(counts->out_bytes), "dropped",
                     COUNT(counts->dropped), "dropped_because", reasons_json(counts), "duplicated",
                     COUNT(counts->duplicated), "held", COUNT(facts->held), "conserved",
                     facts->conserved,                                                  /* */
                     "lateness", "p50", facts->late_p50, "p99", facts->late_p99, "max", /* */
                     facts->late_max, "count", COUNT(facts->late_count),                /* */
                     "rate", "configured", count_or_null(facts->rate, facts->rate > 0), /* */
                     "achieved", count_or_null(facts->achieved, facts->achieved > 0),   /* */
                     "busy_ns", facts->busy,                                            /* */
                     "device_drops", count_or_null(facts->device_drops, facts->device_drops >= 0));
}

/* How much of the log of an earlier run has been repeated; null where none is. */
static json_t *replay_json(const struct way_side *side, const struct way_direction_facts *facts)
{
    const struct way_replay_log *log = side->link->wire->settings.replay;
    if (!log)
        return json_null();
    const struct way_replay *replay = way_replay_direction(log, facts->link, facts->from);
    return json_pack("{sI sI}", "decisions", COUNT(replay->count), "unmet",
                     COUNT(way_replay_unmet(replay, facts->counts->in)));
}

static json_t *side_json(const struct way_side *side, const struct way_direction_facts *facts)
{
    json_t *json = facts_json(facts);
    json_object_set_new(json, "replay", replay_json(side, facts));
    return json;
}

json_t *way_fidelity_side_json(struct way_side *side)
{
    const struct way_direction_facts facts = facts_of(side);
    return side_json(side, &facts);
}

/* Both directions by their nodes, judged. */
static json_t *link_json(struct way_link *link, struct way_verdict *verdict)
{
    json_t *object = json_object();
    for (int i = 0; i < 2; i++) {
        const struct way_direction_facts facts = facts_of(&link->sides[i]);
        way_verdict_direction(verdict, &facts, &link->wire->settings.lateness);
        json_object_set_new(object, facts.from, side_json(&link->sides[i], &facts));
    }
    return object;
}

static json_t *text_or_null(int error)
{
    return error ? json_string(strerror(error)) : json_null();
}

static json_t *cpu_json(const struct way_wire *wire, int64_t now)
{
    double seconds = (double)(way_fidelity_cpu() - wire->cpu_before) / 1e9;
    double passed = (double)(now - wire->began) / 1e9;
    return json_pack("{sf sf}", "seconds", seconds, "share", passed > 0 ? seconds / passed : 0.0);
}

static json_t *decisions_json(const struct way_wire *wire, struct way_verdict *verdict)
{
    if (!wire->decisions)
        return json_null();
    const struct way_output_counts counts = way_output_counts(wire->decisions);
    if (counts.dropped > 0)
        way_verdict_say(verdict, WAY_FAITHFUL_SUSPECT, "the decision log lost %llu lines",
                        (unsigned long long)counts.dropped);
    return json_pack("{sI sI}", "written", COUNT(counts.taken), "dropped", COUNT(counts.dropped));
}

json_t *way_fidelity_json(struct way_wire *wire)
{
    struct way_verdict verdict = {.why = json_array()};
    const struct way_realtime *realtime = &wire->realtime;
    int64_t now = way_clock_ns();
    json_t *links = json_object();
    for (size_t i = 0; i < wire->link_count; i++) {
        json_object_set_new(links, wire->links[i]->settings.name,
                            link_json(wire->links[i], &verdict));
        way_loop_breathe(&wire->loop, 0); /* asking the kernel takes 80 us an end */
    }
    size_t index;
    json_t *gone;
    json_array_foreach(wire->gone, index, gone)
    {
        const char *was = json_string_value(json_object_get(gone, "verdict"));
        for (int f = WAY_FAITHFUL_SUSPECT; was && f < WAY_FAITHFUL_COUNT; f++)
            if (strcmp(was, way_faithful_name((enum way_faithful)f)) == 0)
                way_verdict_say(&verdict, (enum way_faithful)f, "a link that was removed: %s",
                                json_string_value(json_object_get(gone, "link")));
    }
    json_t *decisions = decisions_json(wire, &verdict);
    return json_pack(
        "{si sI sI sI sI s{sb sb so} s{sb so} sI so s{sI sI} so sO so so so sI sI ss so}",
        "version", VERSION, "clock", now, "began", wire->began, "seed", COUNT(wire->settings.seed),
        "run", COUNT(wire->settings.run), "realtime", "asked", realtime->asked, "got",
        realtime->got, "why", text_or_null(realtime->error), "dma_latency", "held",
        realtime->dma_latency >= 0, "why", text_or_null(realtime->dma_error), "spin",
        wire->settings.spin, "cpu", cpu_json(wire, now), "memory", "bound",
        COUNT(wire->frames.out_max), "used", COUNT(wire->frames.out), "links", links, "removed",
        wire->gone, "captures", way_captures_json(wire->writer), "decisions", decisions, "changes",
        way_changes_json(&wire->changes), "changed_by_hand", COUNT(wire->changes.by_hand),
        "changed_by_runner", COUNT(wire->changes.by_runner), "verdict",
        way_faithful_name(verdict.faithful), "why", verdict.why);
}

void way_fidelity_note_removed(struct way_wire *wire, struct way_link *link)
{
    struct way_verdict verdict = {.why = json_array()};
    json_t *directions = link_json(link, &verdict);
    json_array_append_new(wire->gone,
                          json_pack("{ss sI so ss so}", "link", link->settings.name, "time",
                                    way_clock_ns(), "directions", directions, "verdict",
                                    way_faithful_name(verdict.faithful), "why", verdict.why));
}

/* ---- the file ---- */

int way_fidelity_write(struct way_wire *wire)
{
    const char *path = wire->settings.fidelity;
    if (!path)
        return 0;
    json_t *json = way_fidelity_json(wire);
    char temporary[4096];
    int len = snprintf(temporary, sizeof(temporary), "%s.tmp", path);
    bool good = json && len > 0 && (size_t)len < sizeof(temporary) &&
                json_dump_file(json, temporary, JSON_INDENT(1)) == 0 &&
                rename(temporary, path) == 0;
    if (!good)
        way_log(WAY_LOG_ERROR, "%s: cannot be written: %s", path, strerror(errno));
    if (!good && len > 0 && (size_t)len < sizeof(temporary))
        (void)unlink(temporary);
    json_decref(json);
    return good ? 0 : -1;
}

int64_t way_fidelity_cpu(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * WAY_NS_PER_SECOND +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}
