/* SPDX-License-Identifier: Apache-2.0 */
/* Stages: what each instruction changes in its own, and what a stage takes over from the one that it is built from. */
#include "parse/dockerfile-private.h"

static int set_var(DockerParser *p, const DockerInstruction *in, Map *scope, Str name, DockerVar v) {
    DockerVar *var = docker_alloc(p, in->at, 1, sizeof(*var));
    if (!var)
        return -E2BIG;
    *var = v;
    map_set(scope, name, var);
    return 0;
}

/* ENV of the stage below is seen; its ARG is not. */
static int inherit(DockerParser *p, const DockerInstruction *in, const Map *from, Map *to) {
    if (from->n > DOCKERFILE_PARTS - p->parts)
        return docker_limit(p, in->at, "the stages hand on too many variables");
    p->parts += (uint32_t) from->n;
    for (size_t i = 0; i < from->n; i++) {
        const DockerVar *v = from->entries[i].value;
        if (v->env)
            map_set(to, from->entries[i].key, from->entries[i].value);
    }
    return 0;
}

static Str lower(DockerParser *p, Str s) {
    char *out = arena_bytes(p->arena, s.n + 1);
    for (size_t i = 0; out && i < s.n; i++)
        out[i] = (char) (s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + ('a' - 'A') : s.p[i]);
    return out ? str_n(out, s.n) : STR_NULL;
}

static int begin_stage(DockerParser *p, DockerInstruction *in) {
    if (p->stages.n == DOCKERFILE_STAGES)
        return docker_limit(p, in->at, "the document has more than 2000 stages");
    DockerStage *s = docker_alloc(p, in->at, 1, sizeof(*s));
    if (!s)
        return -E2BIG;
    *s = (DockerStage) {.index = (uint32_t) p->stages.n, .from = in, .image = &in->words[0], .first = in->index, .n = 1};
    if (in->n_words == 3) {
        s->name_word = &in->words[2];
        s->name = lower(p, in->words[2].raw);
    }
    Str base = lower(p, s->image->text);
    if (!base.p || (s->name_word && !s->name.p))
        return docker_limit(p, in->at, "the document takes too much memory");
    const DockerStage *from = map_get(&p->names, base);
    vec_push(&p->stages, s);
    vec_push(&p->scopes, ((Map) {0}));
    p->scope = &p->scopes.p[p->scopes.n - 1];
    if (from) {
        s->base = from;
        s->user = from->user;
        s->shell = from->shell;
        s->cmd = from->cmd;
        s->entrypoint = from->entrypoint;
        s->healthcheck = from->healthcheck;
        s->workdir = from->workdir;
        s->stopsignal = from->stopsignal;
    }
    if (s->name.n)
        map_set(&p->names, s->name, s);
    in->stage = s;
    return from ? inherit(p, in, &p->scopes.p[from->index], p->scope) : 0;
}

static int declare(DockerParser *p, const DockerInstruction *in, const DockerWord *w) {
    const DockerVar *there = map_get(p->scope, w->name), *outer = p->scope == &p->global ? NULL : map_get(&p->global, w->name);
    if (there && there->env)
        return 0;
    DockerVar v = {.value = w->text, .unknown = w->unknown};
    if (!w->raw.p) {
        v = outer ? *outer : (DockerVar) {0};
    }
    return set_var(p, in, p->scope, w->name, v);
}

static int variables(DockerParser *p, const DockerInstruction *in) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < in->n_words; i++) {
        const DockerWord *w = &in->words[i];
        r = in->kind == DOCKER_ARG ? declare(p, in, w) : set_var(p, in, p->scope, w->name, (DockerVar) {w->text, w->unknown, true});
    }
    return r;
}

int docker_apply(DockerParser *p, DockerInstruction *in) {
    if (in->kind == DOCKER_FROM)
        return begin_stage(p, in);
    DockerStage *s = p->stages.n ? p->stages.p[p->stages.n - 1] : NULL;
    if (s) {
        in->stage = s;
        in->user = s->user;
        in->shell = s->shell;
        s->n = in->index - s->first + 1;
    }
    /* A trigger works in another build. */
    if (in->onbuild)
        return 0;
    if (in->kind == DOCKER_ARG || (in->kind == DOCKER_ENV && s))
        return variables(p, in);
    if (!s)
        return 0;
    struct {
        DockerKind kind;
        const DockerInstruction **slot;
    } slots[] = {
        {DOCKER_USER, &s->user}, {DOCKER_SHELL, &s->shell}, {DOCKER_CMD, &s->cmd}, {DOCKER_ENTRYPOINT, &s->entrypoint},
        {DOCKER_HEALTHCHECK, &s->healthcheck}, {DOCKER_WORKDIR, &s->workdir}, {DOCKER_STOPSIGNAL, &s->stopsignal},
    };
    for (size_t i = 0; i < ARRAY_SIZE(slots); i++)
        if (slots[i].kind == in->kind)
            *slots[i].slot = in;
    return 0;
}

const DockerStage *docker_stage_find(const Dockerfile *f, const DockerStage *before, Str name, bool numbers) {
    uint64_t number;
    if (numbers && str_to_u64(name, UINT32_MAX, &number) == 0)
        return number < before->index ? f->stages[number] : NULL;
    for (size_t i = before->index; i-- > 0;)
        if (f->stages[i]->name.n && str_ieq(f->stages[i]->name, name))
            return f->stages[i];
    return NULL;
}

bool docker_label(const Dockerfile *f, const DockerStage *s, Str name, Str *ret_value) {
    for (; s; s = s->base)
        for (size_t i = s->n; i-- > 0;) {
            const DockerInstruction *in = f->instructions[s->first + i];
            if (in->kind != DOCKER_LABEL || in->onbuild)
                continue;
            for (size_t k = in->n_words; k-- > 0;)
                if (str_eq(in->words[k].name, name)) {
                    *ret_value = in->words[k].text;
                    return true;
                }
        }
    return false;
}
