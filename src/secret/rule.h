/* SPDX-License-Identifier: Apache-2.0 */
/* SecretRule: what one kind of secret looks like. Rules are read from our YAML (docs/secret-rules.md) or from gitleaks' TOML,
 * checked, and compiled into one blob (compile.h) that holds them together with the database of their triggers. */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/limits.h"
#include "base/wire.h"
#include "model/severity.h"

typedef struct StrList {
    Str *p;
    size_t n;
} StrList;

/* How a value proves itself. */
typedef enum SecretChecksum {
    SECRET_CHECKSUM_NONE,
    SECRET_CHECKSUM_CRC32_BASE62, /* the last six of it are the CRC-32 of what stands between the last '_' and them, in base 62 */
    SECRET_CHECKSUM_JWT,          /* the first part is base64url of a JSON object with "alg" */
    SECRET_CHECKSUM_BASE64_JSON,  /* what follows the last '_' or the start is base64 of a JSON object */
    SECRET_CHECKSUM_N_,
} SecretChecksum;

const char *secret_checksum_name(SecretChecksum c);
/* Does the value prove itself? Always for SECRET_CHECKSUM_NONE. */
bool secret_checksum_holds(SecretChecksum c, Str value);
/* CRC-32 (IEEE 802.3) of s as six digits of base 62 (0-9A-Za-z). */
void secret_crc32_base62(Str s, char ret[static 6]);

typedef enum SecretTarget { SECRET_TARGET_VALUE, SECRET_TARGET_MATCH, SECRET_TARGET_LINE, SECRET_TARGET_N_ } SecretTarget;

/* What is no secret although a rule matches. */
typedef struct SecretAllow {
    SecretTarget target;  /* what the regexes are searched in */
    bool all;             /* every kind of criterion that is given must hold; else one is enough */
    StrList regexes;      /* searched, not anchored */
    StrList words;        /* lower case; found anywhere in the value, case ignored */
    StrList paths;        /* regexes */
    StrList rules;        /* of a set: only for these rules; empty: for all */
} SecretAllow;

typedef struct SecretAllows {
    SecretAllow *p;
    size_t n;
} SecretAllows;

typedef struct SecretRule {
    Str id, title, kind;
    Severity severity;
    StrList keywords;
    bool caseless;        /* keywords and next */
    Str next;             /* a regex that must follow the keyword: saves looking closer */
    bool whole_file;      /* gitleaks' way: where a keyword stands anywhere, the pattern is searched in the whole file */
    uint32_t back;        /* a match may begin this many bytes before its keyword */
    Str pattern;          /* PCRE2; empty: the path alone is the finding */
    uint32_t group;       /* of the value; 0: the first group that took part, else the whole match */
    double entropy;       /* Shannon entropy of the value in bits a character must be over this; 0: does not matter */
    SecretChecksum checksum;
    bool generic;         /* gives way to other rules at the same place */
    Str path;             /* regex that the path must match; empty: any */
    SecretAllows allow;
    StrList match, no_match; /* examples, as templates (example.h); not kept in the blob */
    const char *file;     /* where it was read, for messages; not kept in the blob */
    uint32_t line;
} SecretRule;

typedef struct SecretSet {
    Arena arena;          /* owns all of it */
    SecretRule *rules;
    size_t n_rules, cap_rules;
    SecretAllow *allow;   /* for every rule */
    size_t n_allow, cap_allow;
    StrList off;          /* ids of rules that are not wanted */
} SecretSet;

void secret_set_done(SecretSet *s);
/* In growing arrays of the set's arena. A rule whose id is there already takes its place. */
void secret_set_add(SecretSet *s, const SecretRule *r);
void secret_set_allow(SecretSet *s, const SecretAllow *a);
/* Takes out what `off` names: those that exist. */
void secret_set_apply_off(SecretSet *s);

/* Reads rules of our YAML, all errors at once into `d`; those that are right are added. `name` must live as long as the set, `text` may
 * go. -EINVAL when there was an error. */
int secret_rules_yaml(Str text, const char *name, const Limits *l, SecretSet *s, Diag *d);
/* The same of a gitleaks configuration (TOML). */
int secret_rules_gitleaks(Str text, const char *name, const Limits *l, SecretSet *s, Diag *d);
/* By its name: ".toml" is gitleaks', the rest ours. */
int secret_rules_read(Str text, const char *name, const Limits *l, SecretSet *s, Diag *d);

/* Is it a file of such YAML, not one of policy rules or a policy set? Its content tells: maps with rules that have ids, allow or off, and nothing else. */
bool secret_is_rules(Str text);

void secret_set_encode(Buf *b, const SecretSet *s);
/* Slices into the reader's input. -EBADMSG. */
int secret_set_decode(WireReader *r, SecretSet *ret);
