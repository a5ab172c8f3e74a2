/* SPDX-License-Identifier: Apache-2.0 */
/* Edits that findings carry: applied to a text, round after round, and shown. */
#pragma once

#include "base/vec.h"
#include "check/run.h"

/* A part of the text at hand: a slice of the text that it all began with, or of an edit. */
typedef struct CheckPiece {
    Str text;
    bool kept;       /* of the first text, behind the kept one before */
} CheckPiece;

/* A text and what its edits made of it; check_fix_done() frees. */
typedef struct CheckFix {
    Str was;         /* the caller's */
    Buf is;          /* the text with all edits so far */
    Vec(CheckPiece) pieces; /* what it consists of */
    size_t changes;  /* edits so far */
} CheckFix;

void check_fix_begin(CheckFix *f, Str text);
/* Applies the edits of the item's findings, which are about `f->is`: how many there were, or -EFBIG when the text gets too large. Two at one place go in both, in the order of the
 * findings; the same one twice goes in once; one that lies in another is left for the next time. The edits must outlive `f`. */
ssize_t check_fix_apply(CheckFix *f, const CheckItem *item);
/* All that was done as a unified diff of the file of that name, with three lines around. Nothing where nothing changed. */
void check_fix_diff(const CheckFix *f, const char *path, Buf *out);
void check_fix_done(CheckFix *f);

/* fix-diff.c: edits of a text, in order and apart from one another, as a unified diff. */
void check_diff(const char *path, Str text, const CheckEdit *edits, size_t n, Buf *out);
