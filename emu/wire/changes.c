/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A bounded list of what was asked and done.
 */
#include "emu/wire/changes.h"

#include <stdio.h>
#include <string.h>

#include "core/common/log.h"

static const char runner[] = "runner";
static const char hand[] = "hand";

/* The request's text as a line that can be printed, at most so long. */
static void printable(char out[WAY_CHANGE_TEXT + 1], const struct way_request *request)
{
    snprintf(out, WAY_CHANGE_TEXT + 1, "%.*s", (int)request->text_len, request->text);
    for (unsigned char *c = (unsigned char *)out; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
}

/* What the request says beside what is told of every change. */
static json_t *change_json(const struct way_request *request, const char *text)
{
    static const char *const told[] = {"do", "from", "by"};
    json_t *change = request->text_len <= WAY_CHANGE_TEXT
                         ? json_loadb(request->text, request->text_len, 0, NULL)
                         : NULL;
    if (!json_is_object(change)) {
        json_decref(change);
        return json_string(text);
    }
    for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
        json_object_del(change, told[i]);
    if (request->kind != WAY_REQUEST_ADD) /* whose link is the change */
        json_object_del(change, "link");
    return change;
}

static const char *kind_name(enum way_request_kind kind)
{
#define X(name, text) text,
    static const char *const names[] = {WAY_REQUESTS(X)};
#undef X
    return names[kind];
}

void way_changes_note(struct way_changes *changes, const struct way_request *request,
                      const char *link, int64_t time)
{
    char text[WAY_CHANGE_TEXT + 1];
    const char *by = request->by[0] ? request->by : hand;
    bool planned = strcmp(by, runner) == 0;
    printable(text, request);
    way_log(WAY_LOG_INFO, "changed by %s: %s", by, text);
    if (planned)
        changes->by_runner++;
    else
        changes->by_hand++;
    if (changes->listed[planned] >= WAY_CHANGES_LISTED)
        return;
    if (!changes->list)
        changes->list = json_array();
    json_t *entry =
        json_pack("{sI ss ss ss? so ss}", "time", (json_int_t)time, "do", kind_name(request->kind),
                  "link", link, "from", request->from[0] ? request->from : NULL, "change",
                  change_json(request, text), "by", by);
    if (json_array_append_new(changes->list, entry) == 0)
        changes->listed[planned]++;
}

json_t *way_changes_json(const struct way_changes *changes)
{
    return changes->list ? json_incref(changes->list) : json_array();
}

void way_changes_free(struct way_changes *changes)
{
    json_decref(changes->list);
    *changes = (struct way_changes){.list = NULL};
}
