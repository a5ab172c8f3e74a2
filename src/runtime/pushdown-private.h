/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parts of the push-down. Private to pushdown*.c. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "policy/fields/slots.h"
#include "policy/program.h"
#include "runtime/pushdown.h"

enum { CLASS_WORDS = FILTER_CLASSES / 64 };

/* A set of classes. */
typedef struct Classes {
    uint64_t w[CLASS_WORDS];
} Classes;

/* In which classes a condition may hold, and in which it may not. Both, when it is not known. */
typedef struct Truth {
    Classes yes, no;
} Truth;

/* What of a name a text is compared with. */
typedef enum AtomOf { OF_PATH, OF_DIRECTORY, OF_FILE, OF_RAW, OF_COMM } AtomOf;

/* A text that a rule looks for. */
typedef struct Atom {
    AtomOf of;
    AstOp op;
    Str text;
    uint64_t bits;      /* rules that it matters to */
} Atom;

enum { CHECK_FIELDS = 4 };

typedef struct CheckField {
    uint16_t slot;
    Str arg;            /* evt.arg: its name; else what is in the brackets; STR_NULL: nothing */
} CheckField;

/* What a comparison is about: the server's port, addresses, names of addresses. */
typedef enum CheckEnds { ENDS_NOT, ENDS_PORT, ENDS_ADDRESS, ENDS_NAME } CheckEnds;

/* One comparison of a condition. */
typedef struct Check {
    const AstNode *node;
    Program *program;   /* it alone; NULL: cannot be evaluated by itself */
    CheckField fields[CHECK_FIELDS];
    size_t n_fields;
    bool numbers;       /* all values on its right are whole numbers */
    Atom *atoms;        /* names that it looks for: when an event has none of them, it is false. NULL: it is about something else */
    size_t n_atoms;
    int cost;           /* how much is sent for it when it is looked for in the kernel: the highest are done without first */
    Truth truth;        /* for the kind at hand */
    CheckEnds ends;     /* for the kind at hand: what of a connection it is about, where the tables tell apart what it does */
    bool absent;        /* the names are assumed not to be there */
} Check;

/* A condition as a tree of comparisons. */
typedef struct Part {
    AstKind kind;
    Check *check;
    struct Part *child, *next;
} Part;

typedef struct Condition {
    Part *root;
    Vec(Check *) checks;
} Condition;

/* What a rule needs of the events of one kind. */
typedef struct Need {
    Classes may;        /* classes in which it may hold */
    Classes names;      /* of these, those in which it needs one of the names that are left in the checks with `absent` */
} Need;

/* pushdown-class.c: of a check for one kind, by trying what the classes stand for. */
typedef struct Sampler Sampler;
Sampler *sampler_new(void);
void sampler_free(Sampler *s);
DEFINE_CLEANUP(Sampler, sampler_free, sampler_freep);
void sampler_kind_truth(Sampler *s, const Kind *kind, Check *c); /* what the kind alone says */
void sampler_truth(Sampler *s, const Kind *kind, Check *c);      /* after that one: with the rest of the class */
/* An event of the kind, all of it empty, and what a check says of it as it is then. */
Event *sampler_event(Sampler *s, const Kind *kind);
void sampler_try(Sampler *s, const Check *c, bool *yes, bool *no);
enum FilterShape push_down_shape(const Kind *kind);
/* The argument whose number is part of the class (FILTER_NUMBER); -1: none. */
int push_down_number(const Kind *kind);

/* pushdown-need.c */
Condition *condition_read(const Rule *rule, Arena *a);
void condition_done(Condition *c);
void condition_need(Condition *c, Sampler *s, const Kind *kind, Need *ret);
/* In which classes it may hold, as the checks are now. */
Classes condition_holds(const Condition *c);

/* pushdown-ends.c: both ends of a connection. */
enum FilterEnds push_down_ends(const Kind *kind);
/* Adds the ports and addresses that the condition compares with to the ranges, from ends_begin() on. */
void ends_begin(FilterEndTables *t);
void ends_add_ranges(FilterEndTables *t, const AstNode *condition);
/* The ranges in which the condition may hold for the kind get the bit. After condition_need(), which must be called again before its result is used. */
void ends_add_rule(FilterEndTables *t, Condition *c, Sampler *s, const Kind *kind, uint64_t bit);
/* Which of its checks are decided by that. */
void ends_find_checks(FilterEndTables *t, Condition *c, const Kind *kind);

/* pushdown-names.c */
void check_find_atoms(Check *c, Arena *a);
/* Which of the atoms could matter to a file in this directory ("/etc/", as it is; `raw` as the call gave it, with all up to the last slash). */
FilterDirectory atoms_in_directory(const Atom *atoms, size_t n, Str directory, Str raw);
/* Their names for the tables that the programs look at. *rest: rules for whose names there was no room. */
void atoms_fill(const Atom *atoms, size_t n, FilterTables *t, uint64_t *rest);
/* The hash of a text, word by word. */
uint64_t filter_text_hash(uint64_t start, Str s);
/* The key of a directory by its names, the last one first and each ended by a NUL. */
uint64_t filter_names_hash(uint64_t seed, Str names);
/* Its directory, "/etc/" of "../etc/x" from "/usr/", in `room`; STR_NULL when it does not fit. */
Str filter_directory_of(Str base, Str raw, char *room, size_t max);

struct PushDown {
    FilterTables tables;
    FilterEndTables ends; /* for `tables`, which are made anew until all names find room */
    Vec(Atom) atoms;
    Vec(Str) names;
    Arena arena;
    bool env;
};

static inline bool classes_empty(const Classes *c) {
    for (size_t i = 0; i < CLASS_WORDS; i++)
        if (c->w[i])
            return false;
    return true;
}
static inline bool classes_has(const Classes *c, size_t i) {
    return c->w[i / 64] >> (i % 64) & 1;
}
static inline void classes_add(Classes *c, size_t i) {
    c->w[i / 64] |= (uint64_t) 1 << (i % 64);
}
