/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the subjects of a report share. */
#pragma once

#include "scan/judge.h"

/* A child with what its fields need of the whole. */
typedef struct JudgeChild {
    const ImageSubject *image;
    const void *what;      /* Package, Finding, Certificate, Key or FileEntry */
    bool key;              /* of source secret: a Key, no Finding */
} JudgeChild;

typedef struct JudgeChildren {
    const char *source;
    const SubjectOps *ops;
    JudgeChild *p;
    size_t n;
} JudgeChildren;

struct ImageSubject {
    const Report *report;
    Arena *arena;
    const Node *root, *config; /* of the image's configuration; NULL: there is none */
    Str registry, repository, tag;
    bool pinned, eol;
    struct JudgeChildren *children; /* one for each source of children, ended by a NULL one */
};
extern const SubjectOps image_ops;
/* Fills s->children. */
void judge_children(ImageSubject *s, Arena *a);
/* The i-th child of a source; NULL behind the last. */
const void *judge_child(const ImageSubject *s, const Source *source, size_t i, const SubjectOps **ret_ops);

Value judge_time(int64_t t);
/* Whole days between two times; absent when one is not known. */
Value judge_days(int64_t from, int64_t to);
/* A text that is absent when it is empty. */
Value judge_text(Str s);
/* Words separated by spaces as a list. */
Value judge_words(Str words, Scratch *scratch);
