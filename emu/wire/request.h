/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control protocol: one JSON object a line, each way. Pure: bytes to a
 * request, an answer to bytes.
 *
 *     {"do": "ping"}
 *     {"do": "set", "link": L, "from": NODE, "to": {parameters that change}}   (without
 *         "from": both directions)
 *     {"do": "add", "link": {name, ends, …}}
 *     {"do": "remove", "link": L}
 *     {"do": "capture", "link": L, "on": true}
 *     {"do": "flush"}
 *     {"do": "fidelity"}
 *     {"do": "show", "link": L}         (without "link": all)
 *
 * each with "by": NAME if it likes (whoever asks; "runner" is who carries out a plan),
 * answered, in the order asked, by {"ok": true, "time": ns, …} or
 * {"ok": false, "error": "…"}. `time` is when the request was carried out.
 *
 * Requests are read as the configuration is (JSON is YAML), so that a wrong value
 * gets the same message: "request:1:45: key 'to.delay': found …".
 */
#ifndef WAYLAY_EMU_WIRE_REQUEST_H
#define WAYLAY_EMU_WIRE_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/common/config.h"
#include "emu/wire/settings.h"

enum { WAY_REQUEST_LINE = 64 << 10 }; /* bytes of a line, its newline included */

#define WAY_REQUESTS(X)                                                                            \
    X(PING, "ping")                                                                                \
    X(SET, "set")                                                                                  \
    X(ADD, "add")                                                                                  \
    X(REMOVE, "remove")                                                                            \
    X(CAPTURE, "capture")                                                                          \
    X(FLUSH, "flush")                                                                              \
    X(FIDELITY, "fidelity")                                                                        \
    X(SHOW, "show")
#define X(name, text) WAY_REQUEST_##name,
enum way_request_kind { WAY_REQUESTS(X) WAY_REQUEST_COUNT };
#undef X

/* ---- answers ---- */

/* What a handler fills. {0} is the answer "ok", and nothing more. */
struct way_answer {
    json_t *body;    /* what is said beside ok and time; NULL for nothing more */
    char error[512]; /* not empty: the request was refused */
    uint64_t ticket; /* above 0: the answer waits until way_control_done of this ticket */
};

/* Refuses the request, unless it is refused already. */
void way_answer_refuse(struct way_answer *answer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a member, whose reference is taken also on failure (refused as lack of
 * memory). */
void way_answer_add(struct way_answer *answer, const char *key, json_t *value);

/* The line with its newline, which the caller frees; NULL when memory lacks. `time` in
 * ns since the epoch. Frees what the answer holds. */
char *way_answer_line(struct way_answer *answer, int64_t time);

/* ---- requests ---- */

/* A request while it is handled. */
struct way_request {
    enum way_request_kind kind;
    char link[WAY_WIRE_NAME_MAX + 1]; /* SET, REMOVE, CAPTURE; SHOW or "" */
    char from[WAY_WIRE_NAME_MAX + 1]; /* SET: the node, or "" for both directions */
    char by[WAY_WIRE_NAME_MAX + 1];   /* what the client calls itself, or "" */
    bool on;                          /* CAPTURE */
    const char *text;                 /* the line, as it was sent (not terminated); borrowed */
    size_t text_len;
    /* this module's: */
    struct way_config *file;
    struct way_config_at root, value; /* SET: "to"; ADD: "link" */
};

/* SET: reads the change over `direction`. Returns 0, or -1 after the answer was
 * refused; `direction` is then only to be released. A handler changes a copy, and
 * puts it in the old one's place when all went well. */
int way_request_change(const struct way_request *request, struct way_materials *materials,
                       struct way_direction *direction, struct way_answer *answer);

/* ADD: reads the link. Returns 0, or -1 after the answer was refused. `out` is to be
 * freed in both cases. */
int way_request_link(const struct way_request *request, struct way_materials *materials,
                     struct way_link_settings *out, struct way_answer *answer);

/* Who carries requests out: one function for each kind, none NULL. */
struct way_request_handlers {
    void (*handle[WAY_REQUEST_COUNT])(void *context, const struct way_request *request,
                                      struct way_answer *answer);
    void *context;
};

/* Reads a line (without its newline, untrusted), has it handled, and fills the
 * answer, which is {0} before. */
void way_request_serve(const char *line, size_t len, const struct way_request_handlers *handlers,
                       struct way_answer *answer);

#endif
