/* SPDX-License-Identifier: Apache-2.0 */
/* Pipeline files as inputs of `plimsoll check`, and as examples of rules. */
#include "check/pipeline-input.h"

#include "check/pipeline.h"

static bool has_parts(Str path, const char *directory) {
    ssize_t at = str_find(path, str_from(directory));
    lint_assume(at <= 0 || path.p);
    return at == 0 || (at > 0 && path.p[at - 1] == '/');
}

/* A line that begins with the key; *ret_value: what stands behind its colon. */
static bool has_key(Str head, const char *key, unsigned indent, Str *ret_value) {
    Str line, rest = str_skip_bom(head), name, value;
    while (str_line(&rest, &line)) {
        unsigned blanks = 0;
        while (blanks < line.n && line.p[blanks] == ' ')
            blanks++;
        if ((blanks == 0) != (indent == 0) || !str_cut(str_from_at(line, blanks), ':', &name, &value))
            continue;
        name = str_trim(name);
        if (name.n > 1 && (name.p[0] == '"' || name.p[0] == '\'') && name.p[name.n - 1] == name.p[0])
            name = str_n(name.p + 1, name.n - 2);
        if (!str_eqz(name, key))
            continue;
        if (ret_value)
            *ret_value = str_trim(value);
        return true;
    }
    return false;
}

static bool by_content(Str head, PipelineKind *ret) {
    static const char *const top[] = {"stages", "include", "workflow", "default", "image", "variables", "before_script", "services", "spec"};
    if (has_key(head, "apiVersion", 0, NULL))
        return false;
    if (has_key(head, "on", 0, NULL) && has_key(head, "jobs", 0, NULL)) {
        *ret = PIPELINE_WORKFLOW;
        return true;
    }
    if (has_key(head, "runs", 0, NULL) && has_key(head, "using", 2, NULL)) {
        *ret = PIPELINE_ACTION;
        return true;
    }
    bool gitlab = false;
    for (size_t i = 0; i < ARRAY_SIZE(top); i++)
        gitlab |= has_key(head, top[i], 0, NULL);
    *ret = PIPELINE_GITLAB;
    return gitlab && (has_key(head, "script", 2, NULL) || has_key(head, "trigger", 2, NULL));
}

bool pipeline_guess(Str path, Str head, PipelineKind *ret) {
    Str name = check_basename(path);
    bool yaml = str_ends(name, STR(".yml")) || str_ends(name, STR(".yaml"));
    if (path.n && !yaml)
        return false;
    if (str_ends(name, STR(".gitlab-ci.yml")) || str_ends(name, STR(".gitlab-ci.yaml")) || has_parts(path, ".gitlab/ci/")) {
        *ret = PIPELINE_GITLAB;
        return true;
    }
    if (has_parts(path, ".github/workflows/") || has_parts(path, ".gitea/workflows/") || has_parts(path, ".forgejo/workflows/")) {
        *ret = PIPELINE_WORKFLOW;
        return true;
    }
    if ((str_eqz(name, "action.yml") || str_eqz(name, "action.yaml")) && has_key(head, "runs", 0, NULL)) {
        *ret = PIPELINE_ACTION;
        return true;
    }
    return by_content(head, ret);
}

static bool recognise_github(Str path, Str head) {
    PipelineKind kind;
    return pipeline_guess(path, head, &kind) && kind != PIPELINE_GITLAB;
}

static bool recognise_gitlab(Str path, Str head) {
    PipelineKind kind;
    return pipeline_guess(path, head, &kind) && kind == PIPELINE_GITLAB;
}

static bool sniff_github(Str text) {
    return recognise_github(STR(""), text);
}

static bool sniff_gitlab(Str text) {
    return recognise_gitlab(STR(""), text);
}

/* Handing out */

typedef struct Hand {
    Arena *arena;
    CheckEach each;
    void *userdata;
    Str job;         /* of the subject at hand, for names */
} Hand;

static CheckPlace place_of(const Subject *s) {
    PipelinePlace p = pipeline_place(s->source, s->object);
    CheckPlace place = {.line = p.line, .col = p.col};
    if (str_eqz(STR("expression"), s->source->name)) {
        const PipelineExpression *e = s->object;
        if (e->braces && p.line) {
            place.end_line = p.line;
            place.end_col = p.col + e->braces;
        }
    }
    return place;
}

static Str name_of(Hand *h, const Subject *s) {
    Str source = str_from(s->source->name);
    if (str_eqz(source, "pipeline"))
        return ((const Pipeline *) s->object)->name.p ? ((const Pipeline *) s->object)->name : STR("pipeline");
    if (str_eqz(source, "job"))
        h->job = ((const PipelineJob *) s->object)->id;
    if (str_eqz(source, "pipeline_include"))
        return STR("include");
    if (str_eqz(source, "pipeline_variable")) {
        const PipelineVariable *v = s->object;
        return v->job.p ? arena_printf(h->arena, "job %.*s, variable %.*s", STR_FMT(v->job), STR_FMT(v->name)) : arena_printf(h->arena, "variable %.*s", STR_FMT(v->name));
    }
    if (!str_eqz(source, "step"))
        return arena_printf(h->arena, "job %.*s", STR_FMT(h->job));
    const PipelineStep *step = s->object;
    Str name = step->name.p ? step->name : step->id;
    return name.p ? arena_printf(h->arena, "job %.*s, step %.*s", STR_FMT(h->job), STR_FMT(name)) : arena_printf(h->arena, "job %.*s, step %zu", STR_FMT(h->job), step->index + 1);
}

static int hand_out(Hand *h, const Subject *s, Str step) {
    CheckSubject out = {.subject = *s, .place = place_of(s), .name = step.p ? step : name_of(h, s)};
    int r = h->each(h->userdata, &out);
    Str rest = s->source->children ? str_from(s->source->children) : STR_NULL, name;
    while (r >= 0 && str_split(&rest, ' ', &name)) {
        Subject child = {.source = source_by_name(name), .parent = s};
        for (size_t i = 0; r >= 0 && (child.object = s->ops->child(s->object, child.source, i, &child.ops)); i++) {
            Subject *kept = arena_new(h->arena, Subject);
            if (!kept)
                return -E2BIG;
            *kept = child;
            r = hand_out(h, kept, str_eqz(STR("step"), s->source->name) ? out.name : STR_NULL);
        }
    }
    return r;
}

static int read_as(PipelineKind kind, const CheckFile *f, CheckEach each, void *userdata) {
    Pipeline *p = NULL;
    int r = pipeline_read(kind, f->text, f->path, f->limits, f->arena, f->diag, &p);
    Subject *s = r < 0 ? NULL : arena_new(f->arena, Subject);
    if (!s)
        return r < 0 ? r : -E2BIG;
    *s = (Subject) {.source = source_by_name(STR("pipeline")), .ops = &pipeline_ops, .object = p};
    Hand h = {.arena = f->arena, .each = each, .userdata = userdata};
    return hand_out(&h, s, STR_NULL);
}

static int read_github(const CheckFile *f, CheckEach each, void *userdata) {
    PipelineKind kind = PIPELINE_WORKFLOW;
    if (!pipeline_guess(str_from(f->path), str_head(f->text, CHECK_HEAD), &kind))
        (void) pipeline_guess(STR(""), f->text, &kind);
    return read_as(kind == PIPELINE_ACTION ? kind : PIPELINE_WORKFLOW, f, each, userdata);
}

static int read_gitlab(const CheckFile *f, CheckEach each, void *userdata) {
    return read_as(PIPELINE_GITLAB, f, each, userdata);
}

#define PIPELINE_SOURCES "pipeline job job_image step step_command expression pipeline_include pipeline_variable"

const CheckInput check_input_github_actions = {
    .name = "github-actions",
    .doc = "Workflows of GitHub in .github/workflows (also .gitea, .forgejo), action.yml, and YAML files that look like one of these",
    .sources = PIPELINE_SOURCES,
    .recognise = recognise_github,
    .sniff = sniff_github,
    .read = read_github,
    .secrets = true,
    .where = pipeline_where,
    .regions = true,
    .fix = pipeline_fix,
};

const CheckInput check_input_gitlab_ci = {
    .name = "gitlab-ci",
    .doc = "Pipelines of GitLab: .gitlab-ci.yml, NAME.gitlab-ci.yml, .gitlab/ci, and YAML files that look like one of these",
    .sources = PIPELINE_SOURCES,
    .recognise = recognise_gitlab,
    .sniff = sniff_gitlab,
    .read = read_gitlab,
    .secrets = true,
    .where = pipeline_where,
    .regions = true,
    .fix = pipeline_fix,
};

/* Examples */

typedef struct Wanted {
    const Source *source;
    SubjectEach each;
    void *userdata;
} Wanted;

static int hand_wanted(void *userdata, const CheckSubject *s) {
    const Wanted *w = userdata;
    if (s->subject.source != w->source)
        return 0;
    return w->each(w->userdata, &s->subject);
}

static int read_example(const Source *source, const Node *object, const char *file, Arena *a, Diag *d, SubjectEach each, void *userdata) {
    PipelineKind kind;
    Limits limits = limits_default();
    if (!pipeline_guess(STR(""), object->text, &kind))
        return diag_add(d, DIAG_ERROR, file, object->line, object->col, "expected a workflow or action of GitHub, or a pipeline of GitLab");
    _cleanup_(diag_done) Diag own = {0};
    Wanted w = {source, each, userdata};
    CheckFile f = {.path = file, .text = object->text, .limits = &limits, .arena = a, .diag = &own};
    int r = read_as(kind, &f, hand_wanted, &w);
    for (size_t i = 0; i < own.items.n; i++)
        diag_add(d, DIAG_ERROR, file, object->line, object->col, "%u:%u of the example: %s", own.items.p[i].line, own.items.p[i].col, own.items.p[i].message);
    return own.items.n && r >= 0 ? -EINVAL : r;
}

const ObjectReader pipeline_reader = {.sources = PIPELINE_SOURCES, .text = true, .read = read_example};
