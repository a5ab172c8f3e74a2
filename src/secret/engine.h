/* SPDX-License-Identifier: Apache-2.0 */
/* SecretEngine: finds secrets in a text with a compiled set of rules. It knows no image, opens nothing and allocates little: it runs in
 * confined workers. One engine per thread. */
#pragma once

#include "base/error.h"
#include "secret/rule.h"

typedef struct SecretEngine SecretEngine;

/* `blob` (compile.h) must outlive the engine. -EBADMSG when it is malformed, -ENOTSUP when its database is of another
 * version of vectorscan or for another processor. */
int secret_engine_new(Str blob, SecretEngine **ret, Error *err);
void secret_engine_free(SecretEngine *e);
DEFINE_CLEANUP(SecretEngine, secret_engine_free, secret_engine_freep);

typedef struct SecretMatch {
    const SecretRule *rule;
    Str value;            /* slice of the text: never to be stored or printed whole */
    size_t at;            /* its offset */
    uint32_t line, col;   /* from 1, col counts bytes; 0 when the path alone is the finding */
} SecretMatch;

typedef struct SecretMatches {
    const SecretMatch *p; /* in order of place; the engine's memory, until the next call */
    size_t n;
    bool more;            /* there were more than SECRET_MATCHES_MAX */
    uint32_t limited;     /* searches that a limit of PCRE2 ended */
    Str limited_rule;     /* the id of the first of these */
} SecretMatches;

/* In one text. */
enum { SECRET_MATCHES_MAX = 200 };

/* Searches a text at this path. The text may be anything; whether it is worth it: secret_is_text(). */
void secret_engine_scan(SecretEngine *e, Str path, Str text, SecretMatches *ret);

/* Does a file that begins like this hold text? A NUL byte says no: UTF-16 is not searched. */
bool secret_is_text(Str head);

/* Shannon entropy in bits a byte. */
double secret_entropy(Str s);

/* The rules of a blob, without the database. -EBADMSG. */
int secret_blob_rules(Str blob, SecretSet *ret);
/* Can its database be used by this processor and library? */
bool secret_blob_usable(Str blob);
