/* SPDX-License-Identifier: Apache-2.0 */
#include "check/dockerfile.h"

#include "base/vec.h"

typedef struct Reader {
    const CheckFile *file;
    DockerDoc *doc;
    StageInfo **stages;    /* [0]: what stands before the first FROM */
    size_t commands;       /* so far */
} Reader;

static bool recognise(Str path, Str head) {
    static const char *const names[] = {"Dockerfile", "Containerfile"};
    Str base = check_basename(path);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        Str name = str_from(names[i]), start = str_head(base, name.n), rest = str_from_at(base, name.n);
        str_lint(rest);
        /* "Dockerfile", "Dockerfile.build", "build.dockerfile"; "Dockerfile.dockerignore" is another format. */
        if (str_ieq(start, name) && (rest.n == 0 || rest.p[0] == '.' || rest.p[0] == '-' || rest.p[0] == '_'))
            return !str_ends(base, STR(".dockerignore"));
        ssize_t dot = str_rchr(base, '.');
        if (dot >= 0 && str_ieq(str_from_at(base, (size_t) dot + 1), name))
            return true;
    }
    return false;
}

/* The first instruction of a Dockerfile is FROM, or an ARG for it. */
static bool sniff(Str text) {
    static const char *const first[] = {"FROM", "ARG"};
    Str line;
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
            size_t n = strlen(first[i]);
            if (line.n > n && str_ieq(str_head(line, n), str_from(first[i])) && (line.p[n] == ' ' || line.p[n] == '\t'))
                return true;
        }
        return false;
    }
    return false;
}

/* "host:5000/name/of:tag@sha256:…", as runtimes read it: no host is docker.io, and a name without a slash there lies in library. */
static int image_ref(Str s, Arena *a, ImageRef *ret) {
    ImageRef r = {0};
    Str host, rest;
    ssize_t at = str_chr(s, '@');
    if (at >= 0) {
        r.digest = str_from_at(s, (size_t) at + 1);
        s = str_head(s, (size_t) at);
    }
    ssize_t colon = str_rchr(s, ':');
    if (colon >= 0 && str_chr(str_from_at(s, (size_t) colon), '/') < 0) {
        r.tag = str_from_at(s, (size_t) colon + 1);
        s = str_head(s, (size_t) colon);
    }
    r.registry = STR("docker.io");
    r.repository = s;
    if (str_cut(s, '/', &host, &rest) && (str_chr(host, '.') >= 0 || str_chr(host, ':') >= 0 || str_chr(host, '$') >= 0 || str_eqz(host, "localhost"))) {
        r.registry = host;
        r.repository = rest;
    } else if (str_chr(s, '/') < 0) {
        r.repository = arena_printf(a, "library/%.*s", STR_FMT(s));
    }
    *ret = r;
    return r.repository.p ? 0 : -E2BIG;
}

/* Shells of Windows have another syntax. */
static bool is_posix_shell(const DockerDoc *d, const DockerInstruction *in) {
    if (d->f->escape == '`' && !in->shell)
        return false;
    if (!in->shell || in->shell->n_words == 0)
        return true;
    Str program = check_basename(in->shell->words[0].text);
    return shell_is_shell(program);
}

/* Was the shell told to fail with any part of a pipe: by SHELL, by the script's own shell, by set before? */
static bool has_pipefail(const ShellWord *words, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (str_eqz(words[i].text, "pipefail"))
            return true;
    return false;
}

static bool shell_has_pipefail(const DockerInstruction *in) {
    for (size_t i = 0; in->shell && i < in->shell->n_words; i++)
        if (str_eqz(in->shell->words[i].text, "pipefail"))
            return true;
    return false;
}

typedef Vec(CommandInfo) Commands;

static void add_commands(const Reader *r, const InstructionInfo *info, const ShellCommand *const *list, size_t n, bool pipefail, Commands *out) {
    for (size_t i = 0; i < n; i++) {
        const ShellCommand *c = list[i];
        bool script = false;
        for (const ShellCommand *p = c; p->parent && !script; p = p->parent)
            script = p->place == SHELL_SCRIPT && has_pipefail(p->parent->words, p->parent->n_words);
        vec_push(out, ((CommandInfo) {
            .instruction = info,
            .command = c,
            .pipefail = pipefail || script,
            .at = dockerfile_offset(r->doc->f, info->in, c->at),
            .end = c->end > c->at ? dockerfile_offset(r->doc->f, info->in, c->end - 1) + 1 : dockerfile_offset(r->doc->f, info->in, c->at),
        }));
        pipefail |= str_eqz(shell_program(c), "set") && has_pipefail(c->words, c->n_words);
    }
}

static int read_script(const Reader *r, const InstructionInfo *info, Str script, Commands *out) {
    const ShellCommand *const *list;
    size_t n;
    int e = shell_commands(script, r->file->arena, &list, &n);
    if (e == 0)
        add_commands(r, info, list, n, shell_has_pipefail(info->in), out);
    return e;
}

static int read_exec(const Reader *r, const InstructionInfo *info, Commands *out) {
    const DockerInstruction *in = info->in;
    ShellWord *words = arena_alloc(r->file->arena, in->n_words * sizeof(*words));
    const ShellCommand *const *list;
    size_t n;
    if (!words)
        return -E2BIG;
    for (size_t i = 0; i < in->n_words; i++)
        words[i] = (ShellWord) {in->words[i].text, r->doc->f->text.p + in->words[i].at, r->doc->f->text.p + in->words[i].end, false};
    int e = shell_command_words(words, in->n_words, r->file->arena, &list, &n);
    if (e == 0)
        add_commands(r, info, list, n, false, out);
    return e;
}

/* A heredoc is a script where nothing else stands behind RUN, or a shell reads it. A first line "#!" names its interpreter. */
static int read_heredocs(const Reader *r, const InstructionInfo *info, const Commands *before, Commands *out) {
    const DockerInstruction *in = info->in;
    if (in->n_heredocs == 0)
        return 0;
    const ShellCommand *first = before->n ? before->p[0].command : NULL;
    bool script = !first || (before->n == 1 && shell_is_shell(shell_program(first)) && first->n_words == 1);
    Str body = in->heredocs[0].body, line, rest = body;
    if (script && str_starts(body, STR("#!")) && str_line(&rest, &line)) {
        script = str_ends(str_trim(line), STR("sh"));
        body = rest;
    }
    return script ? read_script(r, info, body, out) : 0;
}

static bool runs_commands(DockerKind k) {
    return k == DOCKER_RUN || k == DOCKER_CMD || k == DOCKER_ENTRYPOINT || k == DOCKER_HEALTHCHECK;
}

static int read_commands(Reader *r, InstructionInfo *info) {
    const DockerInstruction *in = info->in;
    if (!runs_commands(in->kind) || in->n_words == 0)
        return 0;
    Commands list = {0}, heredocs = {0};
    int e = 0;
    if (in->form == FORM_EXEC) {
        e = read_exec(r, info, &list);
    } else if (is_posix_shell(r->doc, in)) {
        e = read_script(r, info, in->words[0].raw, &list);
        if (e == 0)
            e = read_heredocs(r, info, &list, &heredocs);
    }
    CommandInfo *kept = e < 0 ? NULL : arena_alloc(r->file->arena, (list.n + heredocs.n) * sizeof(*kept));
    if (kept) {
        if (list.n)
            memcpy(kept, list.p, list.n * sizeof(*kept));
        if (heredocs.n)
            memcpy(kept + list.n, heredocs.p, heredocs.n * sizeof(*kept));
        info->commands = kept;
        info->n_commands = list.n + heredocs.n;
    }
    r->commands += list.n + heredocs.n;
    vec_done(&list);
    vec_done(&heredocs);
    return kept && r->commands <= CHECK_DOCKER_COMMANDS ? 0 : -E2BIG;
}

static StageInfo *info_of(const Reader *r, const DockerStage *s) {
    return r->stages[s ? s->index + 1 : 0];
}

static void use_stage(const Reader *r, const DockerInstruction *in, Str name) {
    const DockerStage *s = in->stage ? docker_stage_find(r->doc->f, in->stage, name, true) : NULL;
    if (s)
        info_of(r, s)->used = true;
}

/* What the instruction takes from other stages. */
static void mark_used(const Reader *r, const DockerInstruction *in) {
    const DockerWord *w = docker_flag(in, "--from", 0);
    Str from;
    if (in->kind == DOCKER_FROM && in->stage->base)
        info_of(r, in->stage->base)->used = true;
    if (w)
        use_stage(r, in, w->raw);
    for (size_t i = 0; (w = docker_flag(in, "--mount", i)); i++)
        if (docker_option(w->raw, "from", &from))
            use_stage(r, in, from);
}

/* The last of these in a stage is the one that counts. */
static bool takes_place(DockerKind k) {
    return k == DOCKER_CMD || k == DOCKER_ENTRYPOINT || k == DOCKER_HEALTHCHECK || k == DOCKER_USER || k == DOCKER_STOPSIGNAL;
}

static int read_stage(Reader *r, const DockerStage *s, size_t first, size_t n) {
    StageInfo *info = info_of(r, s);
    const Dockerfile *f = r->doc->f;
    InstructionInfo **list = arena_alloc(r->file->arena, n * sizeof(*list));
    bool last[DOCKER_KIND_N_] = {0};
    if (!list)
        return -E2BIG;
    for (size_t i = n; i-- > 0;) {
        const DockerInstruction *in = f->instructions[first + i];
        list[i] = arena_new(r->file->arena, InstructionInfo);
        if (!list[i])
            return -E2BIG;
        *list[i] = (InstructionInfo) {.in = in, .stage = info};
        if (takes_place(in->kind) && !in->onbuild) {
            list[i]->overridden = last[in->kind];
            last[in->kind] = true;
        }
        mark_used(r, in);
        int e = read_commands(r, list[i]);
        if (e < 0)
            return e;
    }
    info->instructions = (const InstructionInfo *const *) list;
    info->n_instructions = n;
    return 0;
}

static bool is_duplicate(const Dockerfile *f, const DockerStage *s) {
    return s->name.n && docker_stage_find(f, s, s->name, false);
}

static int build(Reader *r, const Dockerfile *f) {
    Arena *a = r->file->arena;
    r->stages = arena_alloc(a, (f->n_stages + 1) * sizeof(*r->stages));
    r->doc = arena_new(a, DockerDoc);
    if (!r->stages || !r->doc)
        return -E2BIG;
    for (size_t i = 0; i <= f->n_stages; i++) {
        const DockerStage *s = i ? f->stages[i - 1] : NULL;
        if (!(r->stages[i] = arena_new(a, StageInfo)))
            return -E2BIG;
        lint_assume(i == 0 || s);
        *r->stages[i] = (StageInfo) {.doc = r->doc, .stage = s, .used = i == f->n_stages, .duplicate = s && is_duplicate(f, s)};
        if (s && image_ref(s->image->text, a, &r->stages[i]->image) < 0)
            return -E2BIG;
    }
    *r->doc = (DockerDoc) {.path = r->file->path, .f = f, .global = r->stages[0], .stages = (const StageInfo *const *) r->stages + 1, .n_stages = f->n_stages};
    int e = read_stage(r, NULL, 0, f->n_stages ? f->stages[0]->first : f->n_instructions);
    for (size_t i = 0; e == 0 && i < f->n_stages; i++)
        e = read_stage(r, f->stages[i], f->stages[i]->first, f->stages[i]->n);
    return e;
}

static CheckPlace place_of(const Dockerfile *f, size_t at, size_t end) {
    CheckPlace p;
    dockerfile_place(f, at, &p.line, &p.col);
    dockerfile_place(f, end, &p.end_line, &p.end_col);
    return p;
}

/* Hands out one instruction and its commands. */
static int each_instruction(const Reader *r, const InstructionInfo *info, const Subject *stage, CheckEach each, void *userdata) {
    const Dockerfile *f = r->doc->f;
    Subject *own = arena_new(r->file->arena, Subject);
    if (!own)
        return -E2BIG;
    *own = (Subject) {source_by_name(STR("instruction")), &check_instruction_ops, info, stage};
    CheckSubject s = {.subject = *own, .place = place_of(f, info->in->at, info->in->end), .name = str_from(docker_kind_name(info->in->kind))};
    int e = each(userdata, &s);
    for (size_t i = 0; e >= 0 && i < info->n_commands; i++) {
        const CommandInfo *c = &info->commands[i];
        s = (CheckSubject) {.subject = {source_by_name(STR("command")), &check_command_ops, c, own}, .place = place_of(f, c->at, c->end), .name = s.name};
        e = each(userdata, &s);
    }
    return e;
}

static int each_stage(const Reader *r, const StageInfo *info, const Subject *file, CheckEach each, void *userdata) {
    const DockerStage *stage = info->stage;
    Subject *own = arena_new(r->file->arena, Subject);
    int e = 0;
    if (!own)
        return -E2BIG;
    *own = (Subject) {source_by_name(STR("stage")), &check_stage_ops, info, file};
    if (stage) {
        Str name = stage->name.n ? arena_printf(r->file->arena, "stage %.*s", STR_FMT(stage->name)) : arena_printf(r->file->arena, "stage %u", stage->index);
        CheckSubject s = {.subject = *own, .place = place_of(r->doc->f, stage->from->at, stage->from->end), .name = name};
        e = name.p ? each(userdata, &s) : -E2BIG;
    }
    for (size_t i = 0; e >= 0 && i < info->n_instructions; i++)
        e = each_instruction(r, info->instructions[i], own, each, userdata);
    return e;
}

static int read_dockerfile(const CheckFile *file, CheckEach each, void *userdata) {
    Reader r = {.file = file};
    Dockerfile *f = arena_new(file->arena, Dockerfile);
    int e = f ? dockerfile_parse(file->text, file->path, file->limits, file->arena, file->diag, f) : -E2BIG;
    if (e < 0)
        return e;
    e = f->n_instructions > CHECK_DOCKER_INSTRUCTIONS ? -E2BIG : build(&r, f);
    if (e < 0) {
        diag_add(file->diag, DIAG_ERROR, file->path, 0, 0, "more than %d instructions, more than %d commands, or too much memory for them", CHECK_DOCKER_INSTRUCTIONS, CHECK_DOCKER_COMMANDS);
        return e;
    }
    /* What the image is, the last stage decides. */
    const DockerInstruction *last = f->stages[f->n_stages - 1]->from;
    Subject *own = arena_new(file->arena, Subject);
    if (!own)
        return -E2BIG;
    *own = (Subject) {source_by_name(STR("dockerfile")), &check_dockerfile_ops, r.doc, NULL};
    CheckSubject s = {.subject = *own, .place = place_of(f, last->at, last->end), .name = STR("image")};
    e = each(userdata, &s);
    for (size_t i = 0; e >= 0 && i <= f->n_stages; i++)
        e = each_stage(&r, r.stages[i], own, each, userdata);
    return e;
}

const CheckInput check_input_dockerfile = {
    .name = "dockerfile",
    .doc = "Dockerfile and Containerfile: Dockerfile, Dockerfile.NAME, NAME.dockerfile, and the same with Containerfile",
    .sources = "dockerfile stage instruction command",
    .recognise = recognise,
    .sniff = sniff,
    .read = read_dockerfile,
    .secrets = true,
    .fix = check_dockerfile_fix,
};
