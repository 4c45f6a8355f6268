/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From a script to its items: scanner and parser, set up and taken down.
 */
#include "analysis/lang/tree.h"

#include <limits.h>

#include "analysis/lang/grammar.h"

/* What the scanner declares; its header would bring macros of its own. */
typedef void *yyscan_t;
typedef struct yy_buffer_state *YY_BUFFER_STATE;
int way_lang_lex_init_extra(struct way_parse *extra, yyscan_t *scanner);
YY_BUFFER_STATE way_lang__scan_bytes(const char *bytes, int length, yyscan_t scanner);
int way_lang_lex_destroy(yyscan_t scanner);

bool way_parse_script(struct way_parse *parse, struct way_script *script)
{
    yyscan_t scanner;
    size_t before = parse->complaints->count;

    if (script->length > INT_MAX || way_lang_lex_init_extra(parse, &scanner) != 0) {
        way_complain(parse->complaints, (struct way_place){0}, "%s: out of memory", script->name);
        return false;
    }
    parse->script = script;
    parse->at_line = parse->at_column = 1;
    parse->at_offset = 0;
    bool good = false;
    if (way_lang__scan_bytes(script->text, (int)script->length, scanner))
        good = way_lang_parse(scanner, parse) == 0;
    way_lang_lex_destroy(scanner);
    if (!good && parse->complaints->count == before)
        way_complain(parse->complaints, (struct way_place){0}, "%s: out of memory", script->name);
    return good && parse->complaints->count == before;
}
