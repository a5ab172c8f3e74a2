/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that stand in a file in clear: subjects of source text_secret, and what is never printed. */
#pragma once

#include "check/input.h"
#include "secret/engine.h"

typedef struct CheckSecrets {
    const Str *values;     /* slices of the text */
    size_t n;
} CheckSecrets;

/* Finds them and hands them out. `values` lives in the arena of the file. 0; -EINVAL with errors in f->diag when some were not looked for; -E2BIG; what `each` answered. */
int check_secrets(SecretEngine *engine, const CheckInput *input, const CheckFile *f, CheckSecrets *ret, CheckEach each, void *userdata);
/* The text with "***" for each of them; in the arena, or the text itself when it has none. STR_NULL when the arena is full. */
Str check_secrets_masked(const CheckSecrets *s, Str text, Arena *a);
