/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Dockerfile reader share: dockerfile.c has lines, directives, continuations and heredocs; dockerfile-words.c flags and words;
 * dockerfile-expand.c variables; dockerfile-stage.c stages and what is in effect in them. */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "parse/dockerfile.h"

typedef enum DockerShape { SHAPE_WORDS, SHAPE_NAMES, SHAPE_TEXT, SHAPE_COMMAND, SHAPE_HEALTH, SHAPE_INSTRUCTION } DockerShape;

typedef enum DockerBits {
    I_JSON = 1 << 0,      /* a JSON list may stand instead */
    I_JSON_ONLY = 1 << 1, /* and must */
    I_HEREDOC = 1 << 2,
    I_EXPAND = 1 << 3,    /* the builder puts variables in */
    I_BARE_NAME = 1 << 4, /* NAME without a value */
    I_OLD_NAME = 1 << 5,  /* NAME VALUE, without "=" */
} DockerBits;

typedef struct DockerRow {
    const char *name;
    DockerShape shape;
    unsigned bits;
    const char *flags, *wants;
} DockerRow;
extern const DockerRow docker_rows[DOCKER_KIND_N_];

/* A variable of ARG or ENV. */
typedef struct DockerVar {
    Str value;     /* NULL p: declared without a value */
    bool unknown;  /* a part of it is not known, and as written */
    bool env;      /* of ENV, which goes before ARG */
} DockerVar;

typedef struct DockerParser {
    Dockerfile *f;
    Arena *arena;
    Diag *diag;
    size_t line;          /* number of the line to be read next, from 0 */
    uint32_t parts;       /* made so far, up to DOCKERFILE_PARTS */
    uint64_t fuel;        /* steps that patterns of variables may still take */
    bool no_stage;        /* said already that an instruction stands before FROM */
    bool from;            /* a FROM was seen, be it wrong */
    Vec(DockerInstruction *) list;
    Vec(DockerStage *) stages;
    Vec(Map) scopes;      /* of each stage: name to DockerVar */
    Map global;           /* the same of ARG before FROM */
    Map *scope;           /* the one in effect */
    Map names;            /* stages by name: the last one counts */
    Buf buf;              /* scratch */
} DockerParser;

/* An error at an offset of the document; -EINVAL. */
int docker_error(DockerParser *p, size_t at, const char *fmt, ...) _printf_(3, 4);
/* A limit is passed; -E2BIG. */
int docker_limit(DockerParser *p, size_t at, const char *what);
/* Memory from the arena, counted as n parts; NULL over a limit, which is said. */
void *docker_alloc(DockerParser *p, size_t at, size_t n, size_t size);
/* The offset behind the byte before `q`, which lies in the instruction's text. */
size_t docker_end(const DockerParser *p, const DockerInstruction *i, const char *q);

/* The instruction of a text, which is cut from in->line_text; with `trigger` it is the one inside of that ONBUILD. */
int docker_instruction(DockerParser *p, DockerInstruction *in, Str text, const DockerInstruction *trigger);
/* Flags and words of in->value, which holds all behind the keyword. */
int docker_words(DockerParser *p, DockerInstruction *in);
/* Fills in `text` and `unknown` of a word by `raw`. */
int docker_expand(DockerParser *p, const DockerInstruction *in, const Map *scope, DockerWord *w);
/* Without quotes and variables, which stay. */
int docker_unquote(DockerParser *p, const DockerInstruction *in, Str raw, Str *ret);
/* Takes the instruction into its stage: variables, what is in effect. */
int docker_apply(DockerParser *p, DockerInstruction *in);

static inline bool docker_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}
static inline Str docker_trim_left(Str s) {
    while (s.n && docker_blank(s.p[0]))
        s = str_from_at(s, 1);
    return s;
}
static inline Str docker_trim(Str s) {
    s = docker_trim_left(s);
    while (s.n && docker_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}
/* How much of a text a message shows. */
static inline int docker_shown(Str s) {
    return (int) MIN(s.n, (size_t) 60);
}
