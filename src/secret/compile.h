/* SPDX-License-Identifier: Apache-2.0 */
/* From a set of rules to a blob: the rules, and a vectorscan database of all their triggers, serialized. A trigger is a keyword with what
 * the rule says must follow; where one is found, PCRE2 has the word. Vectorscan's compiler is loaded when it is needed (libhs.so.5):
 * looking for secrets with the rules that come with the program needs only its runtime. */
#pragma once

#include "base/error.h"
#include "secret/rule.h"

/* -ENOENT when libhs.so.5 is missing, -EINVAL when a trigger is beyond what vectorscan takes (in `err` or `d`). */
int secret_compile(const SecretSet *s, Buf *ret_blob, Diag *d, Error *err);

/* The blob of the rules that come with the program, made when it was built (static memory). */
Str secret_builtin_blob(void);
/* Its SHA-256 in hex. */
const char *secret_builtin_digest(void);

/* The blob for a scan: the built-in rules with those of `files` (n of them; names say the format) in addition. *ret_blob stays empty when the built-in
 * blob serves as it is, here and now. What the files have wrong is in `d`, all of it (-EINVAL). */
int secret_blob_for(const char *const *files, size_t n, const Limits *l, Buf *ret_blob, Diag *d, Error *err);
