/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the examples of rules on secrets. */
#pragma once

#include "base/error.h"
#include "secret/rule.h"

typedef struct SecretExampleCounts {
    size_t rules; /* with examples */
    size_t examples, failed;
} SecretExampleCounts;

/* The rules of `own`, beside those that come with the program, on their examples; those that fail are errors in `d`, at the rule. -ENOENT when vectorscan's compiler is missing,
 * -EINVAL when a rule is beyond it (in `err` or `d`). */
int secret_examples_test(const SecretSet *own, Diag *d, SecretExampleCounts *counts, Error *err);
