/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Writing verdicts for programs.
 */
#include "analysis/assert/outputs.h"

#include <string.h>

#define FORMAT_NAME(suffix, name) [WAY_FORMAT_##suffix] = (name),
static const char *const format_names[WAY_FORMAT_COUNT] = {WAY_FORMATS(FORMAT_NAME)};

bool way_format_find(const char *name, enum way_format *out)
{
    for (int i = 0; i < WAY_FORMAT_COUNT; i++) {
        if (strcmp(format_names[i], name) != 0)
            continue;
        *out = (enum way_format)i;
        return true;
    }
    return false;
}

#define FORMAT_LIST(suffix, name) ", " name
const char *way_format_names(void)
{
    static const char list[] = "" WAY_FORMATS(FORMAT_LIST);
    return list + 2;
}

/* ---- what the objects say ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static bool is(const json_t *object, const char *verdict)
{
    return strcmp(text_of(object, "verdict"), verdict) == 0;
}

static bool is_bad(const json_t *object)
{
    return !is(object, "passed") && !is(object, "skipped");
}

static bool is_warning(const json_t *object)
{
    return is_bad(object) && strcmp(text_of(object, "level"), "warn") == 0;
}

static json_int_t line_of(const json_t *object)
{
    return json_integer_value(json_object_get(object, "line"));
}

/* ---- TAP ---- */

/* A description: '#' would begin a directive. */
static void tap_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '#' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* A YAML scalar in double quotes; texts are printable ASCII. */
static void tap_pair(FILE *out, const char *key, const char *value)
{
    fprintf(out, "  %s: \"", key);
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            fputc('\\', out);
        fputc(*value, out);
    }
    fputs("\"\n", out);
}

/* Lines as a YAML block: as they are, further in. */
static void tap_block(FILE *out, const char *key, const char *text)
{
    fprintf(out, "  %s: |\n", key);
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(out, "    %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void tap_details(FILE *out, const json_t *object)
{
    static const char *const keys[] = {"rule", "expected", "found", "wire", "capture", "file"};

    fputs("  ---\n", out);
    tap_pair(out, "verdict", text_of(object, "verdict"));
    tap_pair(out, "message", text_of(object, "detail"));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (json_object_get(object, keys[i]))
            tap_pair(out, keys[i], text_of(object, keys[i]));
    if (json_object_get(object, "line"))
        fprintf(out, "  line: %" JSON_INTEGER_FORMAT "\n", line_of(object));
    if (json_object_get(object, "frame"))
        fprintf(out, "  frame: %" JSON_INTEGER_FORMAT "\n",
                json_integer_value(json_object_get(object, "frame")));
    if (json_object_get(object, "text"))
        tap_block(out, "text", text_of(object, "text"));
    fputs("  ...\n", out);
}

static void write_tap(FILE *out, json_t *list)
{
    size_t n;
    json_t *object;

    fprintf(out, "TAP version 13\n1..%zu\n", json_array_size(list));
    json_array_foreach(list, n, object)
    {
        fprintf(out, "%s %zu - ", is_bad(object) ? "not ok" : "ok", n + 1);
        tap_text(out, text_of(object, "name"));
        if (*text_of(object, "run")) {
            fputs(" in ", out);
            tap_text(out, text_of(object, "run"));
        }
        if (is(object, "skipped")) {
            fputs(" # SKIP ", out);
            tap_text(out, text_of(object, "detail"));
        } else if (is_warning(object)) {
            fputs(" # TODO a warning", out);
        }
        fputc('\n', out);
        if (is_bad(object))
            tap_details(out, object);
    }
}

/* ---- JUnit ---- */

/* With `lines`, lines stay lines; in an attribute they would not. */
static void xml_write(FILE *out, const char *text, bool lines)
{
    static const struct {
        char c;
        const char *as;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};

    for (; *text; text++) {
        const char *as = NULL;
        for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
            if (entities[i].c == *text)
                as = entities[i].as;
        if (as)
            fputs(as, out);
        else /* XML has no way to write most control characters */
            fputc((unsigned char)*text < ' ' && !(lines && *text == '\n') ? '?' : *text, out);
    }
}

static void xml_text(FILE *out, const char *text)
{
    xml_write(out, text, false);
}

static void xml_attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    xml_text(out, value);
    fputc('"', out);
}

/* What a person would read; of what has no such words, the rule. */
static void junit_body(FILE *out, const json_t *object)
{
    if (*text_of(object, "text")) {
        xml_write(out, text_of(object, "text"), true);
        return;
    }
    xml_text(out, text_of(object, "rule"));
    if (*text_of(object, "wire")) {
        fputs("\nthe wire ", out);
        xml_text(out, text_of(object, "wire"));
    }
}

static void junit_element(FILE *out, const json_t *object, const char *element)
{
    fprintf(out, "      <%s", element);
    xml_attribute(out, "type", text_of(object, "verdict"));
    xml_attribute(out, "message", text_of(object, "detail"));
    fputc('>', out);
    junit_body(out, object);
    fprintf(out, "</%s>\n", element);
}

static void junit_case(FILE *out, const json_t *object)
{
    char line[32];

    snprintf(line, sizeof line, "%" JSON_INTEGER_FORMAT, line_of(object));
    fputs("    <testcase", out);
    xml_attribute(out, "name", text_of(object, "name"));
    xml_attribute(out, "classname",
                  *text_of(object, "file") ? text_of(object, "file") : "waylay-assert");
    if (json_object_get(object, "line"))
        xml_attribute(out, "line", line);
    if (is(object, "passed")) {
        fputs("/>\n", out);
        return;
    }
    fputs(">\n", out);
    if (is(object, "skipped")) {
        fputs("      <skipped", out);
        xml_attribute(out, "message", text_of(object, "detail"));
        fputs("/>\n", out);
    } else if (is_warning(object)) {
        fputs("      <system-out>warning: ", out);
        xml_text(out, text_of(object, "detail"));
        fputc('\n', out);
        junit_body(out, object);
        fputs("</system-out>\n", out);
    } else {
        junit_element(out, object, is(object, "failed") ? "failure" : "error");
    }
    fputs("    </testcase>\n", out);
}

/* The suite of the run that the n-th object is of; returns the first behind it. */
static size_t junit_suite(FILE *out, json_t *list, size_t n)
{
    const char *run = text_of(json_array_get(list, n), "run");
    size_t end = n, failures = 0, errors = 0, skipped = 0;

    for (; end < json_array_size(list); end++) {
        const json_t *object = json_array_get(list, end);
        if (strcmp(text_of(object, "run"), run) != 0)
            break;
        skipped += is(object, "skipped");
        if (is_bad(object) && !is_warning(object))
            *(is(object, "failed") ? &failures : &errors) += 1;
    }
    fputs("  <testsuite", out);
    xml_attribute(out, "name", *run ? run : "waylay-assert");
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n", end - n,
            failures, errors, skipped);
    for (; n < end; n++)
        junit_case(out, json_array_get(list, n));
    fputs("  </testsuite>\n", out);
    return end;
}

static void write_junit(FILE *out, json_t *list)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
    for (size_t n = 0; n < json_array_size(list);)
        n = junit_suite(out, list, n);
    fputs("</testsuites>\n", out);
}

/* ---- JSON ---- */

static int write_json(FILE *out, json_t *list)
{
    json_t *root = json_pack("{s:O}", "expectations", list);
    int result = root ? json_dumpf(root, out, JSON_INDENT(2)) : -1;

    json_decref(root);
    fputc('\n', out);
    return result;
}

static int write_lines(FILE *out, json_t *list)
{
    size_t n;
    json_t *object;

    json_array_foreach(list, n, object)
    {
        if (json_dumpf(object, out, JSON_COMPACT))
            return -1;
        fputc('\n', out);
    }
    return 0;
}

int way_outputs_write(FILE *out, enum way_format format, json_t *list)
{
    if (format == WAY_FORMAT_JSON)
        return write_json(out, list);
    if (format == WAY_FORMAT_JSONL)
        return write_lines(out, list);
    if (format == WAY_FORMAT_TAP)
        write_tap(out, list);
    else if (format == WAY_FORMAT_JUNIT)
        write_junit(out, list);
    return 0;
}
