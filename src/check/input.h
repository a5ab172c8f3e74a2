/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of input of `plimsoll check`: what a file is recognised by, and how it becomes subjects of rules. One row each in input.list.h. */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/limits.h"
#include "parse/node.h"
#include "policy/program.h"

/* From the first byte to behind the last one; lines and columns from 1, columns count bytes. end_line 0: not known, `line` and `col` are all there is. */
typedef struct CheckPlace {
    uint32_t line, col, end_line, end_col;
    uint32_t chars, end_chars; /* the columns in code points; left 0 by readers, filled in for findings */
} CheckPlace;

/* What rules of its source are evaluated on, and where its findings stand. */
typedef struct CheckSubject {
    Subject subject;
    CheckPlace place;
    Str path;         /* where that is, when it is not the file: "Deployment/shop/web" */
    Str name;         /* what it is, for people: "stage build", "Deployment web"; may be empty */
    Str part;         /* … and what of it: the name of a container, an env …, whose source goes before it. NULL p: nothing; empty: the source alone */
} CheckSubject;

/* "Deployment web, container app"; made only for what is found. STR_NULL without memory. */
Str check_subject_name(const CheckSubject *s, Arena *a);

/* A file while it is read. Everything that a subject points to lives in `arena` or in `text`. */
typedef struct CheckFile {
    const char *path; /* for messages */
    Str text;
    const Limits *limits;
    Arena *arena;
    Diag *diag;       /* what is wrong with it */
    int64_t as_of;    /* that ages are counted at; 0: none are known */
    bool access;      /* rules ask for credentials and secrets (kube/access-subject.h) */
    const unsigned *kubernetes; /* minor version that is asked for: 25 is 1.25; NULL: the newest that is known */
} CheckFile;

/* A negative answer ends the reading and is handed on. */
typedef int (*CheckEach)(void *userdata, const CheckSubject *s);

/* A change of the text: the bytes from `at` to `end` become `text`. */
typedef struct CheckEdit {
    size_t at, end;
    Str text;         /* in the arena of the file */
    CheckPlace place; /* of the bytes, for reports; left 0 by fix() */
} CheckEdit;

enum { CHECK_EDITS = 16 }; /* of one finding */

typedef struct CheckEdits {
    CheckEdit p[CHECK_EDITS];
    size_t n;
} CheckEdits;

typedef struct CheckInput {
    const char *name;    /* "dockerfile" */
    const char *doc;     /* one line */
    const char *sources; /* of its subjects, separated by spaces: "dockerfile stage instruction command" */
    size_t max_bytes;    /* of a file; 0: CHECK_FILE_BYTES */
    /* By its path, with "/" as separator, and its first bytes (up to CHECK_HEAD). */
    bool (*recognise)(Str path, Str head);
    /* By its text alone, for what has no name or one that says nothing. NULL: what its path says is part of it. */
    bool (*sniff)(Str text);
    /* The text that is read instead of the file's, as other programs make it (check_render()); NULL: the file's own. 0, or what check_render() says. */
    int (*render)(const char *path, size_t max, char **ret_text, size_t *ret_n, Error *err);
    /* Hands out all subjects, parents before their children; they live as long as the arena. 0; -EINVAL with errors in f->diag: what could be understood may have been handed out;
     * -E2BIG over a limit (said there); or what `each` answered. */
    int (*read)(const CheckFile *f, CheckEach each, void *userdata);
    /* The value of the file that a cause asks for, *ret_there true, or the innermost one on the way to it; NULL: the finding stands where its subject does. NULL: always. */
    const Node *(*where)(const Cause *c, bool *ret_there);
    bool secrets; /* its text is searched for secrets */
    bool regions; /* places without an end get one from the text, as YAML and JSON are written */
    /* The edits that do what `fix` says (the rule's key of that name, docs/policy-language.md) to a subject that a rule fired on: true when that is safe.
     * NULL: no rule of these sources has a fix. */
    bool (*fix)(const CheckFile *f, const CheckSubject *s, const Node *fix, CheckEdits *ret);
} CheckInput;

enum { CHECK_HEAD = 4096 };

#define INPUT(symbol) extern const CheckInput check_input_##symbol;
#include "check/input.list.h"
#undef INPUT

/* In table order; *ret_n of them. */
const CheckInput *const *check_inputs(size_t *ret_n);
/* The kind that this file is of; NULL. */
const CheckInput *check_input_of(Str path, Str head);
/* The kind that this text is of, whatever it is called; NULL. */
const CheckInput *check_input_sniff(Str text);
const CheckInput *check_input_by_name(Str name);
/* The one whose subjects are of this source; NULL. */
const CheckInput *check_input_by_source(Str source);
/* The last component of a path. */
Str check_basename(Str path);
