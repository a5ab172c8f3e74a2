/* SPDX-License-Identifier: Apache-2.0 */
/* Diag: what a document of the user's got wrong, with places. Collects many, keeps a maximum and counts the rest. */
#pragma once

#include "base/str.h"
#include "base/vec.h"

typedef enum DiagLevel { DIAG_ERROR, DIAG_WARNING } DiagLevel;

typedef struct DiagItem {
    DiagLevel level;
    char *file;          /* owned; may be NULL */
    uint32_t line, col;  /* from 1; 0 when unknown. col counts bytes */
    char *message;       /* owned: what was found and what was expected */
} DiagItem;

typedef struct Diag {
    Vec(DiagItem) items;
    size_t errors, warnings; /* all of them, also those beyond DIAG_KEEP */
} Diag;

enum { DIAG_KEEP = 100 };

/* Adds one; always returns -EINVAL for errors and 0 for warnings, so that parsers can `return diag_add(…)`. `d` may be NULL. */
int diag_add(Diag *d, DiagLevel level, const char *file, uint32_t line, uint32_t col, const char *fmt, ...) _printf_(6, 7);
#if defined(__clang_analyzer__) || defined(LINT)
#define diag_add(d, level, ...)                           \
    ({                                                    \
        int code_ = (diag_add) (d, level, __VA_ARGS__);   \
        lint_assume((level) != DIAG_ERROR || code_ < 0);  \
        code_;                                            \
    })
#endif
/* "file:line:col: error: message" of one item in a fresh string; the caller frees. */
char *diag_item_text(const DiagItem *item);
/* All items, one a line, then "… and N more" when some were not kept; a fresh string. */
char *diag_text(const Diag *d);
void diag_done(Diag *d);
