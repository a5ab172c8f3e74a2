/* SPDX-License-Identifier: Apache-2.0 */
/* What rules/ holds, compiled in as text: rules files by phase, and policy sets. */
#pragma once

#include "base/str.h"

typedef struct EmbeddedText {
    const char *name;  /* "image/packages.yaml" */
    size_t n;          /* bytes of the file; one more newline may follow in `text` */
    const char *text;
} EmbeddedText;

/* Each ended by a NULL name, in the order of rules/meson.build. */
extern const EmbeddedText shipped_rules[];
extern const EmbeddedText shipped_sets[];

static inline Str embedded_text(const EmbeddedText *t) {
    return str_n(t->text, t->n);
}
