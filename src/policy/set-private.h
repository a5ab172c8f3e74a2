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
    Vec(const char *) own_files;
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

/* A pattern of shell; a text without one matches itself. */
bool set_matches(StrArray patterns, Str text);
bool scope_holds(const PolicyScope *scope, const PolicyContext *c);
bool scope_is_empty(const PolicyScope *scope);
