/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of pipeline files share. Only for src/check/pipeline-*.c. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "check/pipeline-shape.h"
#include "check/pipeline.h"

typedef struct PipelineReader {
    Pipeline *p;
    const char *file;
    Str text;
    Arena *arena;
    Diag *diag;
    Vec(size_t) lines;      /* offset of each line's first byte */
    uint32_t items;         /* counted against PIPELINE_ITEMS */
    uint32_t names;         /* in lists of names */
    uint32_t looked;        /* variables passed by while others were looked for */
    struct {
        const Node *node;
        size_t offset, line, start;
    } block;                /* how far pipeline_text_place() counted lines: it is asked in the order of the text */
    int failed;             /* 0, or the error that ended the reading; it was said */
    Vec(PipelineJob *) jobs;
    Vec(PipelineVariable *) variables;
    Vec(PipelineInclude *) includes;
} PipelineReader;

typedef Vec(PipelineExpression *) Expressions;

/* pipeline-list.c */

/* Zeroed memory for one thing that counts; NULL over the limit (said, and `failed` set). */
void *pipeline_take(PipelineReader *r, size_t n);
#define pipeline_new(r, T) ((T *) pipeline_take((r), sizeof(T)))
/* An error at a node; sets no `failed`: reading goes on and ends with -EINVAL. */
void pipeline_error(PipelineReader *r, const Node *at, const char *fmt, ...) _printf_(3, 4);
/* A copy of n pointers in the arena. */
void *pipeline_array(PipelineReader *r, const void *p, size_t n);

/* Names, each once, in the order in which they came. */
typedef struct Names {
    Vec(Value) values;
    Map seen;
} Names;
void names_add(PipelineReader *r, Names *n, Str name);
void names_add_all(PipelineReader *r, Names *n, PipelineList l);
void names_done(Names *n);
PipelineList names_list(PipelineReader *r, const Names *n);

/* The text of a scalar, as written; STR_NULL for anything else. */
Str pipeline_text(const Node *n);
/* The texts of a scalar or of a list, nested ones included. */
PipelineList pipeline_texts(PipelineReader *r, const Node *n);
PipelinePlace pipeline_node_place(const Node *n);
PipelinePlace pipeline_key_place(const Node *n);
/* Where a node begins in the text; the text's length when it is not known. */
size_t pipeline_offset(const PipelineReader *r, const Node *n);
PipelinePlace pipeline_offset_place(const PipelineReader *r, size_t offset);
/* Where a byte of a scalar's text stands, as far as that can be told without reading YAML again; the scalar's own place otherwise. */
PipelinePlace pipeline_text_place(PipelineReader *r, const Node *n, size_t offset);
/* A variable or an expression of either service: "$x", "${{ x }}", "$[[ x ]]"; "$$" is a dollar. */
bool pipeline_is_open(Str s);

/* pipeline-expression.c */

/* Adds the expressions of a scalar, or of all scalars below it, to `out`. `in` and `key` say where it stands; `step` may be NULL, `job` too (of the file). */
void pipeline_expressions(PipelineReader *r, const Node *n, Str in, Str key, const PipelineJob *job, PipelineStep *step, Expressions *out);
/* Their texts, and the secrets that they use. */
PipelineList pipeline_expression_texts(PipelineReader *r, const Expressions *e);
PipelineList pipeline_expression_secrets(PipelineReader *r, const Expressions *e);
/* Is the input of this action a program? */
bool pipeline_is_code(Str repository, Str input);

/* pipeline-step.c */

PipelineUse pipeline_use(PipelineReader *r, const Node *n);
/* A container or service: an image's name, or a map with "image" (GitHub) or "name" (GitLab). `variables` (may be NULL): maps that GitLab takes variables
 * from, ended by NULL. Adds to `images`. */
typedef Vec(PipelineImage *) Images;
void pipeline_image(PipelineReader *r, const Node *n, int kind, const Node *const *variables, Images *images);
/* Variables of a map for source pipeline_variable. */
void pipeline_variables(PipelineReader *r, const Node *map, int kind, int scope, Str job);
void pipeline_variable_add(PipelineReader *r, const Node *value, Str name, int kind, int scope, Str job);

/* pipeline-script.c */

/* What a step's `run`, which is the node's text, does. `shell` is the one in effect: other languages than shells are left alone. */
void pipeline_script(PipelineReader *r, PipelineStep *s, const Node *run, Str shell);
/* Words by which a pull request's branch is named in scripts and inputs. */
bool pipeline_names_head(Str s);

/* pipeline-step.c */

/* Steps of a job are whole: what they call and use, and what ran before each. Jobs that a job waits for must have been closed before. */
void pipeline_close_job(PipelineReader *r, PipelineJob *j, PipelineJob *const *before, size_t n_before);

int pipeline_read_github(PipelineReader *r, Node *root);
int pipeline_read_gitlab(PipelineReader *r, Node *documents, size_t n);
