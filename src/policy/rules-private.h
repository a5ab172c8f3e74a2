/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the rules loader share: definitions as they were read, before they become rules. Everything lives in the set's arena. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "policy/rules.h"

/* Engine version and plugin that rules files may ask for: what Falco 0.44 has. */
#define RULES_ENGINE_MINOR 57

/* A part of a condition: what is appended may stand in another file. */
typedef struct Piece Piece;
struct Piece {
    AstText text;
    Piece *next;
};

typedef struct Pieces {
    Piece *first, *last;
} Pieces;

typedef enum ResolveState { RESOLVE_NEW, RESOLVE_BUSY, RESOLVE_DONE, RESOLVE_FAILED } ResolveState;

/* Of a condition with all that is put in: a macro that is used twice counts twice. */
typedef struct Cost {
    uint32_t nodes, height;
} Cost;

typedef struct ListDef {
    Str name;
    const char *file;
    AstPlace place;
    AstItem *first, *last;  /* names of other lists are put in when it is resolved */
    size_t n;
    ResolveState state;
} ListDef;

typedef struct MacroDef {
    Str name;
    const char *file;
    AstPlace place;
    Pieces condition;
    AstNode *tree;          /* NULL: it has errors */
    Cost cost;
    ResolveState state;
} MacroDef;

/* A value of an exception: a word, or a list of them. */
typedef struct ExceptionValues {
    const Node *values;     /* a list */
    const char *file;
    struct ExceptionValues *next;
} ExceptionValues;

typedef struct ExceptionDef ExceptionDef;
struct ExceptionDef {
    RuleException info;
    const Node *fields, *comps;
    const char *fields_file;
    ExceptionValues *first, *last;
    int64_t expires;        /* TIME_NONE: no date */
    Str fact;               /* more of the condition: the exception holds only where it does */
    Str ended;              /* the opposite: the fact is known, and the exception has ended */
    ExceptionDef *next;
};

/* Fields by which windows are kept, as written. */
enum { WINDOW_TERMS_MAX = 4 };
typedef struct WindowTerms {
    Piece *p[WINDOW_TERMS_MAX];
    size_t n;
    bool given;
} WindowTerms;

typedef struct WindowStepDef {
    const Node *node;
    const char *file;
    Str rule;               /* empty: a condition of its own */
    Pieces condition;
    WindowTerms by;
} WindowStepDef;

typedef struct WindowDef {
    const Node *threshold, *sequence, *within, *by_node; /* NULL: not given */
    const char *threshold_file, *sequence_file, *within_file, *by_file;
    uint32_t count;
    uint64_t span;
    Piece *distinct;        /* NULL: events are counted */
    WindowTerms by;
    WindowStepDef *steps;
    size_t n_steps;
} WindowDef;

typedef Vec(Str) RuleWords;

typedef struct RuleDef {
    Rule rule;
    Pieces condition, output;
    RuleWords tags, controls, covered_by;
    ExceptionDef *exceptions, *last_exception;
    Str source_name;
    const Node *source_node, *action_node;
    WindowDef window;
    bool warn_evttypes, skip_unknown;
    bool skipped;           /* its source or a field is not known, or it is not urgent enough */
} RuleDef;

typedef struct SourceText {
    const char *file;
    Str text;
} SourceText;

struct RuleSet {
    Arena arena;
    RuleSetOptions options;
    Limits limits;
    Vec(SourceText) texts;
    Map lists, macros, rules;   /* name -> ListDef, MacroDef, RuleDef */
    Vec(Rule *) ready;
    RuleSetCounts counts;
    uint64_t items;             /* put into conditions so far */
};

/* One file while it is read. */
typedef struct RulesReader {
    RuleSet *set;
    Str text;
    const char *file;
    const size_t *line_starts;
    size_t n_lines;
    Diag *diag;
    bool failed;
} RulesReader;

/* Parses a file and remembers it for messages; its documents live in the set. 0, or as yaml_parse(); rules_reader_end() in any case. */
int rules_reader_begin(RulesReader *ret, RuleSet *s, Str text, const char *file, Diag *d, Node **ret_documents, size_t *ret_n);
void rules_reader_end(RulesReader *r);

/* Messages at a node; the first sets `failed`. */
void rules_error(RulesReader *r, const Node *n, const char *fmt, ...) _printf_(3, 4);
void rules_error_key(RulesReader *r, const Node *n, const char *fmt, ...) _printf_(3, 4);

/* The text of a scalar as written; false for lists and maps. */
bool rules_scalar(const Node *n, Str *ret);
/* The piece that a scalar is, each of its lines at its place in the file. */
Piece *rules_piece(RulesReader *r, const Node *n);
void pieces_add(Pieces *p, Piece *piece);
/* A piece of one line, at one place. */
void pieces_put(Arena *a, Pieces *p, Str text, const char *file, uint32_t line, uint32_t col);
/* What the pieces are together; -EINVAL with messages at their places. */
int pieces_parse(RuleSet *s, const Pieces *p, Diag *d, AstNode **ret);
Str pieces_text(Arena *a, const Pieces *p);

/* The items of a file, rules-read.c; those with the definition of a rule, rules-define.c. */
void rules_read_item(RulesReader *r, const Node *item);
void rules_define_rule(RulesReader *r, const Node *item);
/* `name` among the keys of a map ("a|b|c"): errors for the others, with the nearest. */
void rules_known_keys(RulesReader *r, const Node *map, const char *keys);

/* rules-exceptions.c: reads `exceptions:`, into `rule`; `append`: values of those that are there already. */
void rules_read_exceptions(RulesReader *r, const Node *n, RuleDef *rule, bool append);
/* What ends an exception: a date (from its midnight on; *ret_date, else TIME_NONE), or a fact: the conditions that hold before and after it (else STR_NULL). False for anything else. */
bool exception_until(Str until, Arena *a, int64_t *ret_date, Str *ret_before, Str *ret_after);
/* The condition and the exceptions as one. */
int exceptions_apply(RuleSet *s, RuleDef *rule, AstNode *condition, Diag *d, AstNode **ret);

/* rules-resolve.c: puts lists and macros in. -EINVAL with messages; those of a macro are said with the macro. */
int resolve_macros(RuleSet *s, Diag *d);
int resolve_condition(RuleSet *s, AstNode *n, Diag *d);
/* "; did you mean …?" of the map's keys, in the set's arena; "" when none is near. */
const char *nearest_key(RuleSet *s, const Map *m, Str name);

/* rules-window.c: reads the keys threshold, sequence, within and by. */
void rules_read_threshold(RulesReader *r, RuleDef *d, const Node *n, bool append);
void rules_read_sequence(RulesReader *r, RuleDef *d, const Node *n, bool append);
void rules_read_within(RulesReader *r, RuleDef *d, const Node *n, bool append);
void rules_read_by(RulesReader *r, RuleDef *d, const Node *n, bool append);
/* What they come to, in def->rule.window. *condition (NULL: the rule has none) becomes what holds for each event that counts. */
int window_settle(RuleSet *s, RuleDef *def, Diag *d, AstNode **condition);
/* Programs of its steps, after the macros were put into the rule's condition. */
struct Compiler;
int window_compile(struct Compiler *c, const Rule *rule, Diag *d);

/* rules-output.c: are its %fields fields? -EINVAL with messages. */
int check_output(RuleSet *s, const RuleDef *def, Diag *d);

/* rules-lint.c */
void lint_rule(RuleSet *s, const RuleDef *rule, Diag *d);
/* What a rule must not do that denies: errors. */
void lint_deny(const RuleDef *rule, Diag *d);
void lint_hidden(RuleSet *s, Diag *d);
