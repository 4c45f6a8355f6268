/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading sources, and writing complaints with a caret.
 */
#include "analysis/lang/script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/common/cleanup.h"

enum { LINE_SHOWN_MAX = 160 }; /* bytes of a line that are shown */

/* The line of a place: where it begins, and its bytes. */
static const char *line_of(struct way_place place, size_t *length)
{
    const char *at = place.script->text, *end = at + place.script->length;

    for (unsigned line = 1; line < place.line; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (!newline)
            return NULL;
        at = newline + 1;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    *length = (size_t)((newline ? newline : end) - at);
    return at;
}

/* Whether a byte is shown as it is: printable, or part of UTF-8. */
static char shown(char byte)
{
    return (unsigned char)byte >= 32 && byte != 127 ? byte : ' ';
}

/* The line with a caret below, or "" where there is nothing to show. */
static char *picture(struct way_arena *arena, struct way_place place)
{
    size_t length;
    const char *line = place.script ? line_of(place, &length) : NULL;

    if (!line || place.column == 0 || place.column - 1 > length)
        return way_arena_text(arena, "", 0);
    size_t from = 0, column = place.column - 1;
    if (column > LINE_SHOWN_MAX / 2 && length > LINE_SHOWN_MAX)
        from = column - LINE_SHOWN_MAX / 2;
    size_t count = length - from < LINE_SHOWN_MAX ? length - from : LINE_SHOWN_MAX;
    char *text = way_arena_text(arena, line + from, count);
    for (size_t i = 0; i < count; i++)
        text[i] = shown(text[i]);
    size_t width = place.length ? place.length : 1,
           most = count > column - from ? count - (column - from) : 1;
    width = width < most ? width : most;
    char *caret = way_arena_take(arena, column - from + width + 1);
    size_t at = 0;
    for (size_t i = 0; i < column - from; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80) /* one column a character of UTF-8 */
            caret[at++] = ' ';
    for (size_t i = 0; i < width; i++)
        if (i == 0 || ((unsigned char)text[column - from + i] & 0xc0) != 0x80)
            caret[at++] = i ? '~' : '^';
    return way_arena_format(arena, "    %s\n    %s\n", text, caret);
}

void way_complain(struct way_complaints *complaints, struct way_place place, const char *format,
                  ...)
{
    va_list arguments;
    char message[1024];

    if (complaints->count++ >= WAY_SCRIPT_COMPLAINTS_MAX)
        return;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    for (char *c = message; *c; c++)
        *c = shown(*c);
    char **text = &complaints->texts[complaints->count - 1];
    if (place.script)
        *text =
            way_arena_format(complaints->arena, "%s:%u:%u: %s\n%s", place.script->name, place.line,
                             place.column, message, picture(complaints->arena, place));
    else
        *text = way_arena_format(complaints->arena, "%s\n", message);
}

struct way_script *way_script_text(struct way_arena *arena, const char *name, const char *text,
                                   size_t length)
{
    struct way_script *script = way_arena_take(arena, sizeof *script);

    script->name = way_arena_text(arena, name, strlen(name));
    script->text = way_arena_text(arena, text, length);
    script->length = length;
    return script;
}

struct way_script *way_script_read(struct way_arena *arena, const char *path, struct way_place from,
                                   struct way_complaints *complaints)
{
    struct stat status;
    WAY_AUTO_FREE char *text = NULL;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        way_complain(complaints, from, "%s: it is no regular file", path);
        return NULL;
    }
    FILE *file = fopen(path, "rbe");
    if (!file) {
        way_complain(complaints, from, "%s: %s", path, strerror(errno));
        return NULL;
    }
    text = malloc(WAY_SCRIPT_BYTES_MAX + 1);
    size_t length = text ? fread(text, 1, WAY_SCRIPT_BYTES_MAX + 1, file) : 0;
    int failed = !text || ferror(file);
    fclose(file);
    if (failed || length > WAY_SCRIPT_BYTES_MAX) {
        way_complain(complaints, from, "%s: %s", path,
                     failed ? "it cannot be read" : "it is larger than 1 MiB");
        return NULL;
    }
    if (memchr(text, 0, length)) {
        way_complain(complaints, from, "%s: it holds a zero byte: it is no text", path);
        return NULL;
    }
    return way_script_text(arena, path, text, length);
}

struct way_place way_place_span(struct way_place first, struct way_place last)
{
    if (first.script != last.script)
        return first;
    if (first.line == last.line && last.column >= first.column)
        first.length = last.column + last.length - first.column;
    if (last.end > first.end)
        first.end = last.end;
    return first;
}

char *way_place_text(struct way_arena *arena, struct way_place place, size_t most)
{
    if (!place.script || place.end > place.script->length || place.begin > place.end)
        return way_arena_text(arena, "", 0);
    const char *at = place.script->text + place.begin, *end = place.script->text + place.end;
    size_t whole = (size_t)(end - at), room = whole < most ? whole : most, length = 0;
    char *text = way_arena_take(arena, room + sizeof "...");
    bool quoted = false;

    while (at < end && length < room) {
        if (*at == '#' && !quoted) {
            const char *newline = memchr(at, '\n', (size_t)(end - at));
            at = newline ? newline : end;
        } else if (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') {
            if (length && text[length - 1] != ' ')
                text[length++] = ' ';
            at++;
        } else {
            quoted ^= *at == '"';
            text[length++] = shown(*at++);
        }
    }
    if (at < end) {
        while (length && ((unsigned char)text[length - 1] & 0xc0) == 0x80)
            length--; /* no half of a character of UTF-8 */
        memcpy(text + length, "...", 3);
        length += 3;
    }
    text[length] = '\0';
    return text;
}
