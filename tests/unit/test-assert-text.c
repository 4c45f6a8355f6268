/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Texts from outside: what may be shown stays, what a terminal or a document would
 * stumble over is written out.
 */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/assert/text.h"
#include "tests/unit/tap.h"

static void what_may_be_shown_stays(void)
{
    static const struct {
        const char *text, *clean;
    } texts[] = {
        {"", ""},
        {"10.0.1.2 > 10.0.3.2 [S] \\ \"x\" <&>", "10.0.1.2 > 10.0.3.2 [S] \\ \"x\" <&>"},
        {"gr\xc3\xb6\xc3\x9f"
         "er \xe2\x86\x92 \xf0\x9f\x98\x80",
         "gr\xc3\xb6\xc3\x9f"
         "er \xe2\x86\x92 \xf0\x9f\x98\x80"},
        {"\x1b[31m\n\t\x7f", "\\x1b[31m\\x0a\\x09\\x7f"},
        {"\xff\xc3", "\\xff\\xc3"},                            /* no UTF-8, and cut */
        {"\xc0\xaf\xed\xa0\x80", "\\xc0\\xaf\\xed\\xa0\\x80"}, /* overlong; half a surrogate */
        {"\xc2\x9b", "\\xc2\\x9b"},                            /* a control sequence's C1 */
        {"\xe2\x80\xae!", "\\xe2\\x80\\xae!"},                 /* from right to left */
        {"\xef\xbf\xbe", "\\xef\\xbf\\xbe"},                   /* no character: not for XML */
        {"a\xe2\x80\xa8"
         "b",
         "a\\xe2\\x80\\xa8"
         "b"}, /* a line's end to some */
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char *clean = way_text_clean(texts[i].text);
        CU_ASSERT_STRING_EQUAL(clean, texts[i].clean);
        g_free(clean);
    }
}

static void a_line_is_one_line(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);

    way_text_line(file, "  %s: %d", "a\nb", 7);
    fclose(file);
    CU_ASSERT_STRING_EQUAL(text, "  a\\x0ab: 7\n");
    free(text);
}

static void what_does_not_fit_ends_in_dots(void)
{
    char many[2 * WAY_TEXT_MAX];

    memset(many, 'x', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    struct way_text text = way_text("%s", many);
    CU_ASSERT_EQUAL(strlen(text.s), WAY_TEXT_MAX - 1);
    CU_ASSERT_STRING_EQUAL(text.s + WAY_TEXT_MAX - 5, "x...");
    CU_ASSERT_STRING_EQUAL(way_text("\n\xff").s, "??");
    CU_ASSERT_STRING_EQUAL(way_text_time(-1).s, "-1.999999999");
}

int main(void)
{
    CU_TestInfo tests[] = {{"what may be shown stays", what_may_be_shown_stays},
                           {"a line is one line", a_line_is_one_line},
                           {"what does not fit ends in dots", what_does_not_fit_ends_in_dots},
                           CU_TEST_INFO_NULL};
    CU_SuiteInfo suites[] = {{.pName = "text", .pTests = tests}, CU_SUITE_INFO_NULL};

    return way_tap_run(suites);
}
