/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The grammar of expectation files; docs/expectations.md explains it.
 *
 * Clauses are gathered in the order in which they are written; which of them
 * go together is said by analysis/lang/resolve.h, which can say it better.
 */
%define api.pure full
%define api.prefix {way_lang_}
%define api.location.type {way_lang_place}
%define parse.error custom
%define parse.lac full
%locations
%param {void *scanner}
%parse-param {struct way_parse *parse}

%code requires {
#include "analysis/lang/tree.h"

typedef struct way_place way_lang_place;
}

%code {
#include <string.h>

#include "analysis/lang/literal.h"
#include "analysis/lang/syntax.h"

/* Lists nest to the right, and a file of 1 MiB has not more tokens than this. */
#define YYMAXDEPTH 1000000

#define YYLLOC_DEFAULT(current, rhs, n)                                                            \
    do {                                                                                           \
        if (n)                                                                                     \
            (current) = way_place_span(YYRHSLOC(rhs, 1), YYRHSLOC(rhs, n));                        \
        else                                                                                       \
            (current) = YYRHSLOC(rhs, 0);                                                          \
    } while (0)

int way_lang_lex(WAY_LANG_STYPE *value, WAY_LANG_LTYPE *place, void *scanner);
static void way_lang_error(const struct way_place *place, void *scanner, struct way_parse *parse,
                           const char *message);

#define NEW(kind, at, left, right) way_expr_new(parse, kind, at, left, right)
#define CHECK(thing)                                                                               \
    do {                                                                                           \
        if (!(thing))                                                                              \
            YYABORT;                                                                               \
    } while (0)
}

%union {
    const char *text;
    struct way_expr *expr;
    struct way_word *word;
    struct way_point *point;
    struct way_clause *clause;
    struct way_event *event;
    struct way_header *header;
    struct way_item *item;
    enum way_form form;
    bool flag;
}

%token INCLUDE "include" LET "let" MACRO "macro" TAP "tap" TABLE "table" CLOCK_ERROR "clock error"
%token KEEP_AT_MOST "keep at most"
%token WARN "warn" SKIP "skip" REQUIRES "requires" IF "if" FOR_EACH "for each"
%token EACH_FIRST "each first" EACH "each" SOME "some" NO "no" EXACTLY "exactly"
%token AT_LEAST "at least" AT_MOST "at most" FIRST "first" LAST "last" EXPECT "expect"
%token PACKET "packet" ON "on" WHERE "where" WITH "with" AS "as" PER "per" DURING "during"
%token AFTER_ITS "after its" BEFORE_ITS "before its" AFTER "after" BEFORE "before" FROM "from"
%token TO "to" UNTIL "until" NEXT "next" MARK "mark" WITHIN "within" OF "of" AMONG "among"
%token RUNNING "running" OVER "over"
%token FOLLOWED_BY "followed by" PRECEDED_BY "preceded by" ACCOMPANIED_BY "accompanied by"
%token BECOMES "becomes" SEGMENTS "segments" FRAGMENTS "fragments" APPEARS_ON "appears on"
%token VANISHES_ON "does not appear on" CAME_FROM "came from" JOINED_BY "joined by" MATCHED_BY "matched by"
%token CONNECTION "connection" ORDER "order" MAY_BE_NONE "may be none"
%token ANY "any" ALL "all" HAS "has" LACKS "lacks" NOT "not" AND "and" OR "or" IN "in"
%token CONTAINS "contains" MOD "mod" GIVE_OR_TAKE "give or take"
%token EQ "==" NE "!=" LE "<=" GE ">=" DOTS ".."
%token <text> TAP_NAMES "the name of a tap" VARIABLE "$name" NAME "a name"
%token <text> SLICED "a field[from:bytes]" KEYED "a field[\"name\"]" AGGREGATE "count(...)"
%token <expr> LITERAL_ "a value"

%type <item> item
%type <flag> level
%type <text> variable
%type <word> names names0 columns variables taps tap_word
%type <expr> expr exprs exprs0 conditions comparison sum term power unary primary name selection
%type <expr> where0 rows row keys strings tolerance0 aggregate over0
%type <point> point base
%type <clause> clauses clause relation
%type <event> rules rule event quantified other
%type <header> headers header
%type <form> form

%%

file: %empty | file item {
        *parse->tail = $item;
        parse->tail = &$item->next;
    };

item: INCLUDE LITERAL_ { CHECK($$ = way_item_include(parse, @$, $2)); }
    | LET variable '=' expr {
        $$ = way_item_new(parse, WAY_ITEM_LET, @2, $2);
        $$->expr = $4;
    }
    | MACRO NAME '(' names0 ')' '=' expr where0 {
        $$ = way_item_new(parse, WAY_ITEM_MACRO, @2, $2);
        $$->words = $4;
        $$->expr = $7;
        $$->where = $8;
    }
    | MACRO NAME '(' names0 ')' '=' PACKET where0 {
        $$ = way_item_new(parse, WAY_ITEM_MACRO, @2, $2);
        $$->words = $4;
        $$->where = $8;
    }
    | TAP TAP_NAMES '=' strings {
        $$ = way_item_new(parse, WAY_ITEM_TAP, @2, $2);
        $$->expr = $4;
    }
    | TABLE NAME '(' columns ')' '=' rows {
        $$ = way_item_new(parse, WAY_ITEM_TABLE, @2, $2);
        $$->words = $4;
        $$->expr = $7;
    }
    | CLOCK_ERROR expr {
        $$ = way_item_new(parse, WAY_ITEM_CLOCK, @$, NULL);
        $$->expr = $2;
    }
    | KEEP_AT_MOST expr {
        $$ = way_item_new(parse, WAY_ITEM_KEEP, @$, NULL);
        $$->expr = $2;
    }
    | level LITERAL_ ':' headers rules {
        CHECK($$ = way_item_expectation(parse, @2, $2));
        $$->warn = $1;
        $$->headers = $4;
        $$->rules = $5;
    };

level: %empty { $$ = false; } | WARN { $$ = true; };
variable: VARIABLE { $$ = way_variable_name(parse, $1); } | NAME;
names0: %empty { $$ = NULL; } | names;
names: variable { $$ = way_word_new(parse, @1, $1); }
    | variable ',' names { $$ = way_word_new(parse, @1, $1); $$->next = $3; };
columns: names;
variables: VARIABLE { $$ = way_word_new(parse, @1, way_variable_name(parse, $1)); }
    | VARIABLE ',' variables {
        $$ = way_word_new(parse, @1, way_variable_name(parse, $1));
        $$->next = $3;
    };
where0: %empty { $$ = NULL; } | WHERE expr { $$ = $2; };
strings: LITERAL_ | LITERAL_ ',' strings { $$ = $1; $$->next = $3; };
rows: row | row rows { $$ = $1; $$->next = $2; };
row: '(' exprs ')' { $$ = NEW(WAY_EXPR_LIST, @$, $2, NULL); CHECK($$); };

headers: %empty { $$ = NULL; } | header headers { $$ = $1; $$->next = $2; };
header: FOR_EACH variables IN NAME colon0 {
        $$ = way_header_new(parse, WAY_HEADER_ROWS, @$);
        $$->words = $2;
        $$->name = $4;
    }
    | FOR_EACH event colon0 {
        $$ = way_header_new(parse, WAY_HEADER_EVENTS, @$);
        $$->event = $2;
        $$->event->quantifier = WAY_EACH;
    }
    | SKIP LITERAL_ { CHECK($$ = way_header_skip(parse, @$, $2, NULL)); }
    | SKIP LITERAL_ IF expr { CHECK($$ = way_header_skip(parse, @$, $2, $4)); }
    | REQUIRES TAP TAP_NAMES {
        $$ = way_header_new(parse, WAY_HEADER_REQUIRES, @$);
        $$->words = way_word_new(parse, @3, $3);
        $$->requires = WAY_REQUIRES_TAP;
    }
    | REQUIRES MARK TAP_NAMES {
        $$ = way_header_new(parse, WAY_HEADER_REQUIRES, @$);
        $$->words = way_word_new(parse, @3, $3);
        $$->requires = WAY_REQUIRES_MARK;
    }
    | REQUIRES LITERAL_ {
        CHECK($$ = way_header_skip(parse, @$, $2, NULL));
        $$->kind = WAY_HEADER_REQUIRES;
        $$->requires = WAY_REQUIRES_EXPECTATION;
    };
colon0: %empty | ':';

rules: rule { $$ = $1; } | rule rules { $$ = $1; $$->next = $2; };
rule: quantified event {
        $$ = $2;
        $$->whole = @$;
        $$->quantifier = $1->quantifier;
        $$->count = $1->count;
    }
    | EXPECT conditions {
        $$ = way_event_new(parse, WAY_EXPECT, @$);
        $$->whole = @$;
        $$->expect = $2;
    };
quantified: EACH { $$ = way_event_new(parse, WAY_EACH, @$); }
    | EACH_FIRST { $$ = way_event_new(parse, WAY_EACH_FIRST, @$); }
    | SOME { $$ = way_event_new(parse, WAY_SOME, @$); }
    | NO { $$ = way_event_new(parse, WAY_NO, @$); }
    | FIRST { $$ = way_event_new(parse, WAY_FIRST, @$); }
    | LAST { $$ = way_event_new(parse, WAY_LAST, @$); }
    | EXACTLY sum { $$ = way_event_new(parse, WAY_EXACTLY, @$); $$->count = $2; }
    | AT_LEAST sum { $$ = way_event_new(parse, WAY_AT_LEAST, @$); $$->count = $2; }
    | AT_MOST sum { $$ = way_event_new(parse, WAY_AT_MOST, @$); $$->count = $2; };

event: selection clauses {
        $$ = way_event_new(parse, WAY_SOME, @1);
        $$->selection = $1;
        $$->clauses = $2;
    }
    | PACKET clauses {
        $$ = way_event_new(parse, WAY_SOME, @1);
        $$->clauses = $2;
    };
selection: LITERAL_
    | NAME { CHECK($$ = NEW(WAY_EXPR_CALL, @$, NULL, NULL)); $$->text = $1; }
    | NAME '(' exprs0 ')' { CHECK($$ = NEW(WAY_EXPR_CALL, @$, $3, NULL)); $$->text = $1; };

clauses: %empty { $$ = NULL; }
    | clause clauses { $$ = $1; way_clause_last($1)->next = $2; };

clause: ON taps { $$ = way_clause_new(parse, WAY_CLAUSE_ON, @$); $$->words = $2; }
    | ON VARIABLE {
        $$ = way_clause_new(parse, WAY_CLAUSE_ON, @$);
        CHECK($$->expr = NEW(WAY_EXPR_VARIABLE, @2, NULL, NULL));
        $$->expr->text = way_variable_name(parse, $2);
    }
    | WHERE expr { $$ = way_clause_new(parse, WAY_CLAUSE_WHERE, @$); $$->expr = $2; }
    | WITH conditions { $$ = way_clause_new(parse, WAY_CLAUSE_WITH, @$); $$->expr = $2; }
    | AS NAME {
        $$ = way_clause_new(parse, WAY_CLAUSE_AS, @$);
        $$->words = way_word_new(parse, @2, $2);
    }
    | PER keys { $$ = way_clause_new(parse, WAY_CLAUSE_PER, @$); $$->expr = $2; }
    | DURING TAP_NAMES {
        $$ = way_clause_new(parse, WAY_CLAUSE_DURING, @$);
        $$->words = way_word_new(parse, @2, $2);
    }
    | DURING VARIABLE {
        $$ = way_clause_new(parse, WAY_CLAUSE_DURING, @$);
        CHECK($$->expr = NEW(WAY_EXPR_VARIABLE, @2, NULL, NULL));
        $$->expr->text = way_variable_name(parse, $2);
    }
    | AFTER point { $$ = way_clause_new(parse, WAY_CLAUSE_AFTER, @$); $$->point = $2; }
    | BEFORE point { $$ = way_clause_new(parse, WAY_CLAUSE_BEFORE, @$); $$->point = $2; }
    | UNTIL point { $$ = way_clause_new(parse, WAY_CLAUSE_UNTIL, @$); $$->point = $2; }
    | FROM point { $$ = way_clause_new(parse, WAY_CLAUSE_FROM, @$); $$->point = $2; }
    | FROM point TO point {
        $$ = way_clause_new(parse, WAY_CLAUSE_FROM, @$);
        $$->point = $2;
        $$->next = way_clause_new(parse, WAY_CLAUSE_UNTIL, @4);
        $$->next->point = $4;
    }
    | WITHIN sum { $$ = way_clause_new(parse, WAY_CLAUSE_WITHIN, @$); $$->expr = $2; }
    | WITHIN sum DOTS sum {
        $$ = way_clause_new(parse, WAY_CLAUSE_WITHIN, @$);
        CHECK($$->expr = NEW(WAY_EXPR_RANGE, @2, $2, $4));
    }
    | WITHIN sum OF point {
        $$ = way_clause_new(parse, WAY_CLAUSE_WITHIN, @$);
        $$->expr = $2;
        $$->point = $4;
    }
    | WITHIN sum DOTS sum OF point {
        $$ = way_clause_new(parse, WAY_CLAUSE_WITHIN, @$);
        CHECK($$->expr = NEW(WAY_EXPR_RANGE, @2, $2, $4));
        $$->point = $6;
    }
    | JOINED_BY keys {
        $$ = way_clause_new(parse, WAY_CLAUSE_JOINED, @$);
        $$->join = WAY_JOIN_FIELDS;
        $$->expr = $2;
    }
    | JOINED_BY ORDER {
        $$ = way_clause_new(parse, WAY_CLAUSE_JOINED, @$);
        $$->join = WAY_JOIN_ORDER;
    }
    | MATCHED_BY keys { $$ = way_clause_new(parse, WAY_CLAUSE_MATCHED, @$); $$->expr = $2; }
    | MAY_BE_NONE { $$ = way_clause_new(parse, WAY_CLAUSE_MAY_BE_NONE, @$); }
    | relation;

relation: AFTER_ITS other { $$ = way_clause_new(parse, WAY_CLAUSE_AFTER_ITS, @1); $$->event = $2; }
    | BEFORE_ITS other { $$ = way_clause_new(parse, WAY_CLAUSE_BEFORE_ITS, @1); $$->event = $2; }
    | FOLLOWED_BY other { $$ = way_clause_new(parse, WAY_CLAUSE_FOLLOWED, @1); $$->event = $2; }
    | PRECEDED_BY other { $$ = way_clause_new(parse, WAY_CLAUSE_PRECEDED, @1); $$->event = $2; }
    | ACCOMPANIED_BY other {
        $$ = way_clause_new(parse, WAY_CLAUSE_ACCOMPANIED, @1);
        $$->event = $2;
    }
    | BECOMES form ON taps {
        $$ = way_clause_new(parse, WAY_CLAUSE_BECOMES, @1);
        $$->form = $2;
        $$->words = $4;
    }
    | APPEARS_ON taps { $$ = way_clause_new(parse, WAY_CLAUSE_APPEARS, @1); $$->words = $2; }
    | VANISHES_ON taps { $$ = way_clause_new(parse, WAY_CLAUSE_VANISHES, @1); $$->words = $2; }
    | CAME_FROM taps { $$ = way_clause_new(parse, WAY_CLAUSE_CAME_FROM, @1); $$->words = $2; };
form: %empty { $$ = WAY_FORM_PACKET; }
    | SEGMENTS { $$ = WAY_FORM_SEGMENTS; }
    | FRAGMENTS { $$ = WAY_FORM_FRAGMENTS; };
/* The other event of a relation: its own clauses are those that follow. */
other: selection {
        $$ = way_event_new(parse, WAY_SOME, @$);
        $$->selection = $1;
    }
    | PACKET { $$ = way_event_new(parse, WAY_SOME, @$); }
    | quantified selection { $$ = $1; $$->place = @2; $$->selection = $2; }
    | quantified PACKET { $$ = $1; $$->place = @2; };
taps: tap_word;
tap_word: TAP_NAMES { $$ = way_tap_words(parse, @1, $1); };

point: base
    | base '+' sum { $$ = $1; $$->shift = $3; }
    | base '-' sum { $$ = $1; $$->shift = $3; $$->earlier = true; };
base: NAME { $$ = way_point_new(parse, WAY_POINT_BOUND, @$, $1); }
    | NEXT NAME { $$ = way_point_new(parse, WAY_POINT_NEXT, @$, $2); }
    | MARK TAP_NAMES { $$ = way_point_new(parse, WAY_POINT_MARK, @$, $2); };

keys: expr { $$ = $1; } | expr ',' keys { $$ = $1; $$->next = $3; }
conditions: expr
    | expr ',' conditions { CHECK($$ = NEW(WAY_EXPR_AND, @$, $1, $3)); };
exprs0: %empty { $$ = NULL; } | exprs;
exprs: expr | expr ',' exprs { $$ = $1; $$->next = $3; };

%left OR;
%left AND;
%precedence NOT;
expr: comparison
    | NOT expr { CHECK($$ = NEW(WAY_EXPR_NOT, @$, $2, NULL)); }
    | expr AND expr { CHECK($$ = NEW(WAY_EXPR_AND, @$, $1, $3)); }
    | expr OR expr { CHECK($$ = NEW(WAY_EXPR_OR, @$, $1, $3)); };

comparison: sum
    | sum EQ sum tolerance0 { CHECK($$ = NEW(WAY_EXPR_EQUAL, @$, $1, $3)); $$->third = $4; }
    | sum NE sum { CHECK($$ = NEW(WAY_EXPR_UNEQUAL, @$, $1, $3)); }
    | sum '<' sum { CHECK($$ = NEW(WAY_EXPR_LESS, @$, $1, $3)); }
    | sum LE sum { CHECK($$ = NEW(WAY_EXPR_LESS_EQUAL, @$, $1, $3)); }
    | sum '>' sum { CHECK($$ = NEW(WAY_EXPR_GREATER, @$, $1, $3)); }
    | sum GE sum { CHECK($$ = NEW(WAY_EXPR_GREATER_EQUAL, @$, $1, $3)); }
    | sum IN sum { CHECK($$ = NEW(WAY_EXPR_IN, @$, $1, $3)); }
    | sum IN sum DOTS sum {
        CHECK($$ = NEW(WAY_EXPR_RANGE, way_place_span(@3, @5), $3, $5));
        CHECK($$ = NEW(WAY_EXPR_IN, @$, $1, $$));
    }
    | sum NOT IN sum {
        CHECK($$ = NEW(WAY_EXPR_IN, @$, $1, $4));
        CHECK($$ = NEW(WAY_EXPR_NOT, @$, $$, NULL));
    }
    | sum CONTAINS sum { CHECK($$ = NEW(WAY_EXPR_CONTAINS, @$, $1, $3)); }
    | ANY comparison { CHECK($$ = NEW(WAY_EXPR_ANY, @$, $2, NULL)); }
    | ALL comparison { CHECK($$ = NEW(WAY_EXPR_ALL, @$, $2, NULL)); }
    | HAS name { CHECK($$ = NEW(WAY_EXPR_HAS, @$, $2, NULL)); }
    | LACKS name { CHECK($$ = NEW(WAY_EXPR_LACKS, @$, $2, NULL)); };
tolerance0: %empty { $$ = NULL; } | GIVE_OR_TAKE sum { $$ = $2; };

sum: term
    | sum '+' term { CHECK($$ = NEW(WAY_EXPR_ADD, @$, $1, $3)); }
    | sum '-' term { CHECK($$ = NEW(WAY_EXPR_SUBTRACT, @$, $1, $3)); };
term: power
    | term '*' power { CHECK($$ = NEW(WAY_EXPR_MULTIPLY, @$, $1, $3)); }
    | term '/' power { CHECK($$ = NEW(WAY_EXPR_DIVIDE, @$, $1, $3)); }
    | term MOD power { CHECK($$ = NEW(WAY_EXPR_MODULO, @$, $1, $3)); }
    | term '&' power { CHECK($$ = NEW(WAY_EXPR_BIT_AND, @$, $1, $3)); };
power: unary | unary '^' power { CHECK($$ = NEW(WAY_EXPR_POWER, @$, $1, $3)); };
unary: primary | '-' unary { CHECK($$ = NEW(WAY_EXPR_NEGATE, @$, $2, NULL)); };

primary: LITERAL_
    | name
    | VARIABLE {
        CHECK($$ = NEW(WAY_EXPR_VARIABLE, @$, NULL, NULL));
        $$->text = way_variable_name(parse, $1);
    }
    | NAME '(' exprs0 ')' { CHECK($$ = NEW(WAY_EXPR_CALL, @$, $3, NULL)); $$->text = $1; }
    | aggregate
    | RUNNING aggregate {
        $$ = $2;
        $$->running = true;
        $$->place = @$;
    }
    | '(' expr ')' { $$ = $2; }
    | '[' exprs0 ']' { CHECK($$ = NEW(WAY_EXPR_LIST, @$, $2, NULL)); }
    | '{' exprs0 '}' { CHECK($$ = NEW(WAY_EXPR_SET, @$, $2, NULL)); };
name: NAME { CHECK($$ = NEW(WAY_EXPR_NAME, @$, NULL, NULL)); $$->text = $1; }
    | CONNECTION { CHECK($$ = NEW(WAY_EXPR_NAME, @$, NULL, NULL)); $$->text = "connection"; }
    | SLICED {
        CHECK($$ = NEW(WAY_EXPR_NAME, @$, NULL, NULL));
        CHECK(way_literal_slice(parse, $$, $1));
    }
    | KEYED {
        CHECK($$ = NEW(WAY_EXPR_NAME, @$, NULL, NULL));
        CHECK(way_literal_key(parse, $$, $1));
    };
aggregate: AGGREGATE '(' event over0 ')' {
        CHECK($$ = way_aggregate_new(parse, @$, $1, NULL, $3, NULL, $4));
    }
    | AGGREGATE '(' name OF event over0 ')' {
        CHECK($$ = way_aggregate_new(parse, @$, $1, $3, $5, NULL, $6));
    }
    | AGGREGATE '(' event AMONG event over0 ')' {
        CHECK($$ = way_aggregate_new(parse, @$, $1, NULL, $3, $5, $6));
    };
over0: %empty { $$ = NULL; } | OVER sum { $$ = $2; };

%%

static void way_lang_error(const struct way_place *place, void *scanner, struct way_parse *parse,
                           const char *message)
{
    (void)scanner;
    way_complain(parse->complaints, *place, "%s",
                 strcmp(message, "memory exhausted") == 0 ? "it nests too deeply" : message);
}

static int yyreport_syntax_error(const yypcontext_t *context, void *scanner,
                                 struct way_parse *parse)
{
    enum { EXPECTED_MAX = 64 };
    yysymbol_kind_t expected[EXPECTED_MAX];
    const char *names[EXPECTED_MAX];
    yysymbol_kind_t found = yypcontext_token(context);
    int count = yypcontext_expected_tokens(context, expected, EXPECTED_MAX);

    (void)scanner;
    for (int i = 0; i < count; i++)
        names[i] = yysymbol_name(expected[i]);
    way_syntax_error(parse, *yypcontext_location(context),
                     found == YYSYMBOL_YYEMPTY ? "" : yysymbol_name(found), names,
                     count > 0 ? (size_t)count : 0);
    return 0;
}
