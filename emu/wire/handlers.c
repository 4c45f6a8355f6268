/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One function a request.
 */
#include "emu/wire/handlers.h"

#include <string.h>

#include "core/common/clock.h"
#include "emu/wire/closing.h"
#include "emu/wire/fidelity.h"

#define BREATH_NS INT64_C(500000) /* between looks at whether devices are gone */

static struct way_link *find(const struct way_wire *wire, const struct way_request *request,
                             struct way_answer *answer)
{
    struct way_link *link = way_wire_find(wire, request->link);
    if (!link)
        way_answer_refuse(answer, "there is no link %s", request->link);
    return link;
}

/* What was carried out, unless it was refused. */
static void note(struct way_wire *wire, const struct way_request *request, const char *link,
                 const struct way_answer *answer)
{
    if (!answer->error[0])
        way_changes_note(&wire->changes, request, link, way_clock_ns());
}

static void ping(void *context, const struct way_request *request, struct way_answer *answer)
{
    (void)context;
    (void)request;
    (void)answer;
}

/* ---- parameters ---- */

/* Which directions are meant: from, or both. Returns false after refusing. */
static bool meant(const struct way_link *link, const struct way_request *request,
                  struct way_answer *answer, int *first, int *last)
{
    *first = 0;
    *last = 1;
    if (!request->from[0])
        return true;
    *first = *last = way_link_end(&link->settings, request->from);
    if (*first < 0)
        way_answer_refuse(answer, "link %s has no end %s", request->link, request->from);
    return *first >= 0;
}

/* Both directions are read before the first is changed: all, or nothing. */
static void set(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_wire *wire = context;
    struct way_link *link = find(wire, request, answer);
    struct way_direction next[2] = {way_direction_new(), way_direction_new()};
    int first = 0, last = 0;
    if (!link || !meant(link, request, answer, &first, &last))
        return;
    bool good = true;
    for (int i = first; good && i <= last; i++) {
        next[i] = way_direction_copy(&link->settings.from[i]);
        good = way_request_change(request, wire->materials, &next[i], answer) == 0;
    }
    for (int i = first; good && i <= last; i++)
        way_link_change(link, i, &next[i]);
    way_direction_release(&next[0]);
    way_direction_release(&next[1]);
    note(wire, request, request->link, answer);
}

static json_t *show_link(struct way_link *link)
{
    json_t *directions = json_object();
    for (int i = 0; i < 2; i++)
        json_object_set_new(directions, link->settings.ends[i].node,
                            json_pack("{so so}", "parameters",
                                      way_direction_json(&link->settings.from[i]), "counts",
                                      way_fidelity_side_json(&link->sides[i])));
    const struct way_capture *capture = link->sides[0].capture;
    return json_pack("{sb sb so}", "whole", link->whole, "captured",
                     capture && way_capture_is_on(capture), "from", directions);
}

static void show(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_wire *wire = context;
    json_t *links = json_object();
    if (request->link[0]) {
        struct way_link *link = find(wire, request, answer);
        if (link)
            json_object_set_new(links, request->link, show_link(link));
    } else {
        for (size_t i = 0; i < wire->link_count; i++) {
            json_object_set_new(links, wire->links[i]->settings.name, show_link(wire->links[i]));
            way_loop_breathe(&wire->loop, 0);
        }
    }
    way_answer_add(answer, "links", links);
}

/* ---- links ---- */

static void add(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_wire *wire = context;
    struct way_link_settings settings = {0};
    char error[sizeof(answer->error)], name[sizeof(settings.name)];
    bool good = way_request_link(request, wire->materials, &settings, answer) == 0;
    memcpy(name, settings.name, sizeof(name)); /* the wire takes the settings */
    if (good && way_wire_add(wire, &settings, error, sizeof(error)) != 0)
        way_answer_refuse(answer, "%s", error);
    note(wire, request, name, answer);
    way_link_settings_free(&settings);
}

/* The devices are gone when it is answered; frames on other links do not wait for that. */
static void drop(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_wire *wire = context;
    struct way_link *link = find(wire, request, answer);
    if (!link)
        return;
    struct way_closing devices = {.count = 0};
    way_fidelity_note_removed(wire, link);
    for (int i = 0; i < 2; i++)
        way_closing_hold(&devices, way_end_fd(link->sides[i].end));
    way_wire_remove(wire, link);
    way_closing_begin(&devices);
    while (way_closing_goes_on(&devices))
        way_loop_breathe(&wire->loop, BREATH_NS);
    way_closing_end(&devices);
    note(wire, request, request->link, answer);
}

/* ---- captures and fidelity ---- */

static void capture(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_wire *wire = context;
    struct way_link *link = find(wire, request, answer);
    char error[sizeof(answer->error)];
    if (link && way_link_capture(link, request->on, error, sizeof(error)) != 0)
        way_answer_refuse(answer, "%s", error);
    note(wire, request, request->link, answer);
}

static void flush(void *context, const struct way_request *request, struct way_answer *answer)
{
    const struct way_wire *wire = context;
    (void)request;
    answer->ticket = way_writer_flush(wire->writer);
}

static void fidelity(void *context, const struct way_request *request, struct way_answer *answer)
{
    struct way_wire *wire = context;
    (void)request;
    way_answer_add(answer, "fidelity", way_fidelity_json(wire));
}

struct way_request_handlers way_wire_handlers(struct way_wire *wire)
{
    return (struct way_request_handlers){.handle = {[WAY_REQUEST_PING] = ping,
                                                    [WAY_REQUEST_SET] = set,
                                                    [WAY_REQUEST_ADD] = add,
                                                    [WAY_REQUEST_REMOVE] = drop,
                                                    [WAY_REQUEST_CAPTURE] = capture,
                                                    [WAY_REQUEST_FLUSH] = flush,
                                                    [WAY_REQUEST_FIDELITY] = fidelity,
                                                    [WAY_REQUEST_SHOW] = show},
                                         .context = wire};
}
