/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The chain, and the helpers of its elements.
 */
#include "emu/wire/chain.h"

#include <assert.h>
#include <stdlib.h>

static struct way_element *(*const makers[])(void) = {
    way_gate_new,    way_loss_new,       way_duplicate_new,
    way_corrupt_new, way_bottleneck_new, way_delay_new,
};
enum { ELEMENTS = sizeof(makers) / sizeof(makers[0]) };

struct way_chain {
    struct way_parameters parameters;
    const struct way_replay *replay;
    struct way_frames *frames;
    struct way_chain_hooks hooks;
    struct way_chain_counts counts;
    uint64_t numbered; /* frames that were given a number */
    int64_t now;       /* the latest time it was told */
    struct way_element *elements[ELEMENTS];
};

/* ---- making and freeing ---- */

struct way_chain *way_chain_new(const struct way_draw_source *source,
                                const struct way_parameters *parameters,
                                const struct way_replay *replay, struct way_frames *frames,
                                const struct way_chain_hooks *hooks, int64_t now)
{
    assert(!way_parameters_wrong(parameters));
    struct way_chain *chain = calloc(1, sizeof(*chain));
    if (!chain)
        return NULL;
    chain->parameters = *parameters;
    chain->replay = replay;
    chain->frames = frames;
    chain->hooks = *hooks;
    chain->now = now;
    for (int i = 0; i < ELEMENTS; i++) {
        struct way_element *element = chain->elements[i] = makers[i]();
        if (!element) {
            way_chain_free(&chain);
            return NULL;
        }
        element->chain = chain;
        element->key = way_draw_key(source, element->class->name);
        if (i > 0)
            chain->elements[i - 1]->next = element;
        if (element->class->changed)
            element->class->changed(element, &way_parameters_default, now);
    }
    return chain;
}

void way_chain_free(struct way_chain **chain)
{
    struct way_chain *gone = *chain;
    *chain = NULL;
    for (int i = 0; gone && i < ELEMENTS; i++)
        if (gone->elements[i])
            gone->elements[i]->class->free(gone->elements[i]);
    free(gone);
}

/* ---- time ---- */

/* The element that is due first, the first of several; NULL when all are idle. */
static struct way_element *earliest(const struct way_chain *chain, int64_t *at)
{
    struct way_element *first = NULL;
    *at = WAY_NEVER;
    for (int i = 0; i < ELEMENTS; i++) {
        struct way_element *each = chain->elements[i];
        int64_t due = each->class->next_run_at ? each->class->next_run_at(each) : WAY_NEVER;
        if (due < *at) {
            *at = due;
            first = each;
        }
    }
    return first;
}

int64_t way_chain_next_run_at(const struct way_chain *chain)
{
    int64_t at;
    (void)earliest(chain, &at);
    return at;
}

void way_chain_run(struct way_chain *chain, int64_t now)
{
    struct way_element *element;
    int64_t at;
    assert(now >= chain->now);
    while ((element = earliest(chain, &at)) != NULL && at <= now)
        element->class->run(element, at);
    chain->now = now;
    assert(way_chain_conserves(chain));
}

void way_chain_forward(struct way_chain *chain, struct way_frame **frame, int64_t now)
{
    way_chain_run(chain, now);
    (*frame)->number = ++chain->numbered;
    (*frame)->copy = 0;
    (*frame)->arrived = now;
    (*frame)->served = (*frame)->busy_since = 0;
    chain->counts.in++;
    chain->counts.in_bytes += (*frame)->len;
    chain->elements[0]->class->forward(chain->elements[0], frame, now);
    way_chain_run(chain, now);
}

void way_chain_change(struct way_chain *chain, const struct way_parameters *parameters, int64_t now)
{
    assert(!way_parameters_wrong(parameters));
    way_chain_run(chain, now);
    struct way_parameters old = chain->parameters;
    chain->parameters = *parameters;
    for (int i = 0; i < ELEMENTS; i++)
        if (chain->elements[i]->class->changed)
            chain->elements[i]->class->changed(chain->elements[i], &old, now);
    way_chain_run(chain, now);
}

/* ---- what is known of it ---- */

const struct way_parameters *way_chain_parameters(const struct way_chain *chain)
{
    return &chain->parameters;
}

const struct way_chain_counts *way_chain_counts(const struct way_chain *chain)
{
    return &chain->counts;
}

uint64_t way_chain_held(const struct way_chain *chain)
{
    uint64_t held = 0;
    for (int i = 0; i < ELEMENTS; i++)
        if (chain->elements[i]->class->held)
            held += chain->elements[i]->class->held(chain->elements[i]);
    return held;
}

bool way_chain_conserves(const struct way_chain *chain)
{
    const struct way_chain_counts *counts = &chain->counts;
    return counts->in + counts->duplicated == counts->out + counts->dropped + way_chain_held(chain);
}

static void report(struct way_chain *chain, const struct way_decision *decision)
{
    struct way_chain_counts *counts = &chain->counts;
    counts->decided[decision->what]++;
    if (decision->what == WAY_DECIDED_DROP) {
        counts->dropped++;
        counts->dropped_because[decision->why]++;
    } else if (decision->what == WAY_DECIDED_DUPLICATE) {
        counts->duplicated++;
    }
    if (chain->hooks.decided)
        chain->hooks.decided(chain->hooks.context, decision);
}

void way_chain_refused(struct way_chain *chain, uint64_t len, enum way_because why, int64_t now)
{
    const struct way_decision decision = {
        .time = now, .len = len, .what = WAY_DECIDED_DROP, .why = why};
    chain->counts.in++;
    chain->counts.in_bytes += len;
    report(chain, &decision);
}

void way_chain_undelivered(struct way_chain *chain, struct way_frame **frame, enum way_because why,
                           int64_t now)
{
    struct way_chain_counts *counts = &chain->counts;
    const struct way_decision decision = {.time = now,
                                          .frame = (*frame)->number,
                                          .copy = (*frame)->copy,
                                          .len = (*frame)->len,
                                          .what = WAY_DECIDED_DROP,
                                          .why = why};
    assert(counts->out > 0 && counts->out_bytes >= (*frame)->len);
    counts->out--;
    counts->out_bytes -= (*frame)->len;
    report(chain, &decision);
    way_frame_free(chain->frames, frame);
}

/* ---- for elements ---- */

const struct way_parameters *way_element_parameters(const struct way_element *self)
{
    return &self->chain->parameters;
}

struct way_frames *way_element_frames(const struct way_element *self)
{
    return self->chain->frames;
}

void way_element_pass(struct way_element *self, struct way_frame **frame, int64_t now)
{
    struct way_chain *chain = self->chain;
    if (self->next) {
        self->next->class->forward(self->next, frame, now);
        return;
    }
    chain->counts.out++;
    chain->counts.out_bytes += (*frame)->len;
    (*frame)->due = now;
    chain->hooks.out(chain->hooks.context, frame, now);
    assert(!*frame);
}

void way_element_report(struct way_element *self, const struct way_frame *frame,
                        enum way_decided what, enum way_because why, int64_t value, int64_t now)
{
    const struct way_decision decision = {.time = now,
                                          .frame = frame->number,
                                          .copy = frame->copy,
                                          .len = frame->len,
                                          .what = what,
                                          .why = why,
                                          .value = value};
    report(self->chain, &decision);
}

void way_element_drop(struct way_element *self, struct way_frame **frame, enum way_because why,
                      int64_t now)
{
    way_element_report(self, *frame, WAY_DECIDED_DROP, why, 0, now);
    way_frame_free(self->chain->frames, frame);
}

bool way_element_replays(const struct way_element *self)
{
    return self->chain->replay != NULL;
}

const struct way_decision *way_element_told(const struct way_element *self,
                                            const struct way_frame *frame, enum way_decided what,
                                            uint32_t reasons)
{
    const struct way_decision *told =
        way_replay_find(self->chain->replay, frame->number, frame->copy, what);
    return told && reasons & UINT32_C(1) << told->why ? told : NULL;
}

bool way_element_falls(const struct way_element *self, const struct way_frame *frame,
                       enum way_decided what, double probability, const struct way_decision **told)
{
    const struct way_decision *found = NULL;
    bool falls;
    if (way_element_replays(self)) {
        found = way_element_told(self, frame, what, 1U << WAY_BECAUSE_RANDOM);
        falls = found != NULL;
    } else {
        falls = probability > 0 && way_element_uniform(self, frame, 0) < probability;
    }
    if (told)
        *told = found;
    return falls;
}

/* Lanes of the copy lie beyond those of the frame that came in. */
static uint64_t lane_of(const struct way_frame *frame, uint64_t lane)
{
    return (uint64_t)frame->copy << 32 | lane;
}

uint64_t way_element_bits(const struct way_element *self, const struct way_frame *frame,
                          uint64_t lane)
{
    return way_draw_bits(self->key, frame->number, lane_of(frame, lane));
}

double way_element_uniform(const struct way_element *self, const struct way_frame *frame,
                           uint64_t lane)
{
    return way_draw_uniform(self->key, frame->number, lane_of(frame, lane));
}

void way_element_free_plain(struct way_element *self)
{
    free(self);
}
