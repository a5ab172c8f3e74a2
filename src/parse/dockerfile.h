/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfile, also called Containerfile: instructions, their words and their places, stages, and what is in effect at each instruction. Source of the format:
 * the Dockerfile reference of docs.docker.com with heredocs and flags, and what BuildKit's frontend does where the reference is silent. */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/limits.h"

typedef enum DockerKind {
#define INSTRUCTION(symbol, ...) DOCKER_##symbol,
#include "parse/dockerfile.list.h"
#undef INSTRUCTION
    DOCKER_KIND_N_,
} DockerKind;

/* "RUN" */
const char *docker_kind_name(DockerKind k);

typedef enum DockerForm {
    FORM_WORDS, /* no command: words, or NAME=VALUE */
    FORM_EXEC,  /* a JSON list */
    FORM_SHELL, /* one text for the shell */
} DockerForm;

/* A part of an instruction. Offsets are into the document and count bytes; where a continuation lies in between, the part's text has it no more. */
typedef struct DockerWord {
    Str name;       /* NAME of NAME=VALUE, --name of a flag; empty for other words */
    Str raw;        /* as written, without continuations; of NAME=VALUE and of flags: the value. NULL p: NAME alone */
    Str text;       /* raw without quotes, with variables put in where they are known */
    bool unknown;   /* a variable without a value that the document knows stands in it; in `text` it is as written */
    size_t at, end; /* all of it, name and quotes included */
} DockerWord;

typedef struct DockerHeredoc {
    Str name;
    Str body;       /* as in the document, a slice of it; with `tabs` its lines may begin with tabs that do not count */
    bool tabs;      /* <<- */
    bool expand;    /* the name is not quoted: the builder puts variables in */
    size_t at, end; /* of the body */
} DockerHeredoc;

typedef struct DockerStage DockerStage;
typedef struct DockerInstruction DockerInstruction;

struct DockerInstruction {
    DockerKind kind;
    DockerForm form;
    uint32_t index;                    /* in Dockerfile.instructions */
    size_t at, end;                    /* from the keyword to the last byte, heredocs included */
    uint32_t line, col;                /* of `at` */
    Str keyword;                       /* as written */
    Str line_text;                     /* the whole instruction without continuations and comments, heredocs left out */
    Str value;                         /* of it, what stands behind keyword and flags */
    const DockerWord *flags, *words;   /* words of HEALTHCHECK: those of its command */
    size_t n_flags, n_words;
    const DockerHeredoc *heredocs;
    size_t n_heredocs;
    const DockerInstruction *onbuild;  /* the ONBUILD that this instruction is the trigger of; it follows that one */
    const DockerStage *stage;          /* NULL before the first FROM; FROM belongs to the stage that it begins */
    const DockerInstruction *user, *shell; /* USER and SHELL in effect before it, also of the stages that this one is built from; NULL: the base image's */
    bool none;                         /* HEALTHCHECK NONE */
    /* Where line_text comes from: piece i covers its bytes from text_at on, which stand in the document from `at` on. */
    const struct DockerPiece {
        size_t text_at, at;
    } *pieces;
    size_t n_pieces;
};

struct DockerStage {
    uint32_t index;
    Str name;                          /* of FROM … AS name, in lower case; empty without one */
    const DockerWord *name_word;       /* where it is written; NULL without one */
    const DockerInstruction *from;
    const DockerWord *image;           /* FROM's image */
    const DockerStage *base;           /* the stage that FROM names instead of an image; NULL */
    size_t first, n;                   /* its instructions: first is FROM */
    /* At its end, those of the stages that it is built from included; NULL: the base image's. */
    const DockerInstruction *user, *shell, *cmd, *entrypoint, *healthcheck, *workdir, *stopsignal;
};

typedef struct DockerDirective {
    Str name, value;                   /* "syntax", "escape", "check" */
    uint32_t line, col;
} DockerDirective;

typedef struct Dockerfile {
    Str text;
    const char *name;
    char escape;                       /* '\\' or '`' */
    const DockerDirective *directives;
    size_t n_directives;
    const DockerInstruction *const *instructions;
    size_t n_instructions;
    const DockerStage *const *stages;
    size_t n_stages;
    const uint32_t *lines;             /* offset of each line's first byte */
    size_t n_lines;
} Dockerfile;

enum {
    DOCKERFILE_BYTES = 16 << 20,       /* as BuildKit */
    DOCKERFILE_STAGES = 2000,
    DOCKERFILE_PARTS = 2000 * 1000,    /* instructions, words and variables handed on to stages */
    DOCKERFILE_VALUE = 128 << 10,      /* of a variable or a word with variables put in: what Linux takes as one argument */
};

/* Reads a Dockerfile; `name` and `text` must outlive the result, the rest lies in the arena. All errors at once go to `d` (file:line:col, what is expected):
 * -EINVAL then, -E2BIG over a limit. Warnings (a blank line inside a continuation) do not fail it. */
int dockerfile_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Dockerfile *ret);
/* Line and column (bytes, from 1) of an offset. */
void dockerfile_place(const Dockerfile *f, size_t at, uint32_t *ret_line, uint32_t *ret_col);
/* The offset in the document of a byte of line_text, which may be its end; `p` may also point into the document itself (a heredoc's body). */
size_t dockerfile_offset(const Dockerfile *f, const DockerInstruction *i, const char *p);
/* The flag of this name ("--from"); NULL. The n-th one, from 0, where it may be given several times. */
const DockerWord *docker_flag(const DockerInstruction *i, const char *name, size_t nth);
/* "type" of "type=cache,target=/x"; true with an empty value for a key alone. */
bool docker_option(Str options, const char *key, Str *ret_value);
/* The stage that COPY --from=NAME or FROM NAME means as seen from an instruction: by name, or by number for COPY; NULL. */
const DockerStage *docker_stage_find(const Dockerfile *f, const DockerStage *before, Str name, bool numbers);
/* Value of a label at the end of a stage, the stages it is built from included: false when there is none. */
bool docker_label(const Dockerfile *f, const DockerStage *s, Str name, Str *ret_value);
