/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of policy sets share. */
#pragma once

#include "policy/rules-private.h"
#include "policy/set.h"

/* "1.25" or "v1.25"; major * 1000 + minor. */
typedef int64_t SetVersion;
enum { SET_VERSION_NONE = -1 };

/* An item of `rules:`: which rules it is about, and what of them. */
typedef struct SetChoice {
    Str rule, tag, source, phase, control, file; /* patterns for rule and file; empty: any */
    bool disabled;
    bool has_action, has_priority;
    RuleAction action;
    Priority priority;
    Str exception;            /* approved, for what becomes weaker */
    SetVersion from, before;  /* SET_VERSION_NONE: any */
    AstPlace place;
    struct SetChoice *next;
} SetChoice;

typedef struct SetParent {
    Str name;                 /* with @version */
    AstPlace place;
    struct SetParent *next;
} SetParent;

typedef struct SetDef {
    Str name, version, desc;
    const char *file;
    AstPlace place;
    bool own;
    Str versions_of;          /* its version is an input, of this; empty: it is not */
    SetVersion first, last;
    SetParent *parents;
    SetChoice *choices;
    PolicyScope scope;
    Vec(PolicyException *) exceptions;
    bool busy;
} SetDef;

typedef struct SetVersionOf {
    Str of;
    SetVersion version;
} SetVersionOf;

struct Policy {
    RuleSet *rules;
    Vec(SetDef *) sets;
    Vec(const char *) own_files, added_files;
    Str name;
    Vec(SetVersionOf) versions; /* of sets whose version is an input */
    Vec(PolicyRule) entries;
    Vec(const PolicyException *) exceptions;
    Map by_source;            /* source -> PolicySourceRules */
};

typedef struct SourceEntries {
    Vec(uint32_t) entries;    /* first entries of rules */
} SourceEntries;

/* set-read.c */
int set_read(Policy *p, Str text, const char *file, bool own, Diag *d);
bool set_version_parse(Str s, SetVersion *ret);

/* set-expand.c */
bool set_has_word(StrArray a, Str word);
/* The last one of the name (and version, where its version is no input); *ret_version is what stands behind "@". NULL. */
SetDef *set_find(Policy *p, Str name, Str *ret_version);
/* Says that there is none: -ENOENT. */
int set_missing(Policy *p, Str name, const char *file, AstPlace place, Diag *d);
/* Of a set whose version is an input: what "@VERSION" means; the last one without. */
int set_input_version(const SetDef *s, Str version, const char *file, AstPlace place, Diag *d, SetVersion *ret);
/* Adds what the set and those it extends choose to p->entries, and their exceptions. */
int set_expand(Policy *p, SetDef *set, SetVersion version, Diag *d);

/* A pattern of shell; a text without one matches itself. */
bool set_matches(StrArray patterns, Str text);
/* NULL holds everywhere. What the context leaves open, the subject is asked. */
bool scope_holds(const PolicyScope *scope, const PolicyContext *c, const Subject *s, Evaluator *e);
bool scope_is_empty(const PolicyScope *scope);
