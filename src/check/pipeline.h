/* SPDX-License-Identifier: Apache-2.0 */
/* Pipeline files as subjects of rules: workflows and actions of GitHub, .gitlab-ci.yml. Sources of the formats: GitHub's "Workflow syntax" and "Metadata
 * syntax" reference, GitLab's "CI/CD YAML syntax reference". Everything lies in the arena that the file was read into. */
#pragma once

#include "parse/node.h"
#include "parse/shell.h"
#include "policy/reader.h"

typedef enum PipelineKind { PIPELINE_WORKFLOW, PIPELINE_ACTION, PIPELINE_GITLAB } PipelineKind;

enum {
    PIPELINE_BYTES = 4 << 20,     /* of one file */
    PIPELINE_JOBS = 2000,
    PIPELINE_ITEMS = 50 * 1000,   /* steps, variables, expressions, commands */
    PIPELINE_NAMES = 20 * 1000 * 1000, /* put into lists of names, again ones included */
};

typedef struct PipelinePlace {
    uint32_t line, col; /* from 1; 0: unknown */
} PipelinePlace;

/* What a FIELD_LIST holds. */
typedef struct PipelineList {
    const Value *p;
    size_t n;
} PipelineList;

/* "owner/repository/path@ref", "./path", "docker://image" */
typedef struct PipelineUse {
    Str text;         /* STR_NULL: none */
    enum { USE_REMOTE, USE_LOCAL, USE_DOCKER } kind;
    Str owner, repository, path, ref;
    bool pinned;
    PipelinePlace place;
} PipelineUse;

typedef struct Pipeline Pipeline;
typedef struct PipelineJob PipelineJob;
typedef struct PipelineStep PipelineStep;

typedef struct PipelineExpression {
    Str text, in, key;
    bool code;
    PipelineList contexts, untrusted, secrets;
    PipelinePlace place;
    uint32_t braces;         /* its length with its braces, where it stands in one line of the file; 0 otherwise */
    PipelineStep *step;      /* NULL: outside of steps */
} PipelineExpression;

typedef struct PipelineCommand {
    const ShellCommand *shell;
    Str program, line;
    bool ignored;
    PipelinePlace place;
} PipelineCommand;

typedef struct PipelineVariable {
    Str name, value;
    enum { VARIABLE_ENV, VARIABLE_INPUT, VARIABLE_PASSWORD } kind;
    enum { SCOPE_PIPELINE, SCOPE_JOB, SCOPE_STEP } scope;
    Str job;                 /* its key; STR_NULL */
    bool literal;
    const Node *node;        /* the value as written */
    PipelinePlace place;
} PipelineVariable;

typedef struct PipelineImage {
    enum { IMAGE_CONTAINER, IMAGE_SERVICE, IMAGE_ACTION } kind;
    Str reference;
    Str repository, tag, digest; /* STR_NULL: unknown or none */
    bool open;               /* a variable or an expression stands in it that the file does not know */
    bool privileged;
    Str options, password;
    PipelineList volumes;
    const Node *env;
    PipelinePlace place;
} PipelineImage;

typedef struct PipelineInclude {
    enum { INCLUDE_LOCAL, INCLUDE_REMOTE, INCLUDE_PROJECT, INCLUDE_TEMPLATE, INCLUDE_COMPONENT } kind;
    Str location, ref;
    bool pinned, open;
    PipelinePlace place;
} PipelineInclude;

struct PipelineStep {
    const PipelineJob *job;
    size_t index;
    Str id, name, condition, shell;
    const char *kind;        /* one of step.kind's values */
    const Node *node;        /* GitHub: the step's map */
    PipelineUse use;
    const Node *with, *env;
    bool may_fail;
    Str run;
    bool download_run, checkout, checkout_head;
    PipelineList commands, programs, expressions, secrets;
    PipelineCommand *const *command;
    size_t n_commands;
    PipelineExpression *const *expression;
    size_t n_expressions;
    size_t programs_before, actions_before; /* how many of the job's lists ran before it */
    PipelinePlace place;     /* of what it uses or runs */
};

struct PipelineJob {
    const Pipeline *pipeline;
    Str id, name, stage, condition, when, environment;
    const Node *node;        /* as it counts: of GitLab with templates and defaults put in */
    PipelineList needs, runs_on, secrets, expressions, rules, artifacts, cache, id_tokens;
    bool self_hosted, secrets_inherit, may_fail, artifacts_public;
    const Node *permissions, *env;
    PipelineUse use;
    int64_t timeout, timeout_set; /* seconds; -1: unknown, not set */
    PipelineStep *const *step;
    size_t n_steps;
    PipelineImage *const *image;
    size_t n_images;
    PipelineList programs, actions;             /* its own, in order, each once */
    PipelineList programs_so_far, actions_so_far; /* those of jobs that it waits for, then its own */
    PipelinePlace place;     /* of its key */
};

struct Pipeline {
    PipelineKind kind;
    const char *file;
    Str text, name;
    const Node *root;
    const Node *permissions, *env;
    PipelineList triggers, programs, actions, secrets;
    PipelineJob *const *job;
    size_t n_jobs;
    PipelineInclude *const *include;
    size_t n_includes;
    PipelineVariable *const *variable;
    size_t n_variables;
};

/* Reads a file of this kind. `text` and `file` must outlive the result. All that is wrong with it goes to `d` with its place: -EINVAL, -E2BIG over a limit.
 * Keys that the format does not know are warnings. */
int pipeline_read(PipelineKind kind, Str text, const char *file, const Limits *limits, Arena *a, Diag *d, Pipeline **ret);
/* Which kind a file is, told by its path ("/" as separator) and its first bytes: false when it is none. An empty path: by the bytes alone. */
bool pipeline_guess(Str path, Str head, PipelineKind *ret);

/* For objects of source pipeline; children come with ops of their own. */
extern const SubjectOps pipeline_ops;
/* Where an object of one of the sources stands: the value that it was taken from, or its key. */
PipelinePlace pipeline_place(const Source *source, const void *object);
/* Does the value of permissions let GITHUB_TOKEN read (1) or write (2) this scope? 0: neither. */
int pipeline_permission(const Node *permissions, Str scope);
/* Examples of rules: texts of pipeline files. */
extern const ObjectReader pipeline_reader;
