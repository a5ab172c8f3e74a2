/* SPDX-License-Identifier: Apache-2.0 */
/* What steps and images of both services have in common. */
#include "check/pipeline-private.h"
#include "base/buf.h"

static bool is_hex(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f') || (s.p[i] >= 'A' && s.p[i] <= 'F')))
            return false;
    return s.n > 0;
}

static bool is_digest(Str s) {
    return str_starts(s, STR("sha256:")) && s.n == 71 && is_hex(str_from_at(s, 7));
}

static Str lower(PipelineReader *r, Str s) {
    char *p = s.n ? arena_bytes(r->arena, s.n) : NULL;
    if (!p)
        return s.n ? STR_NULL : s;
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char) (s.p[i] + 32) : s.p[i];
    return str_n(p, s.n);
}

PipelineUse pipeline_use(PipelineReader *r, const Node *n) {
    Str text = str_trim(pipeline_text(n)), rest, digest;
    PipelineUse u = {.text = text, .kind = USE_REMOTE, .place = pipeline_node_place(n)};
    if (!text.p)
        return u;
    if (str_starts(text, STR("./")) || str_starts(text, STR("../")) || str_eqz(text, ".")) {
        u.kind = USE_LOCAL;
        u.path = text;
        u.pinned = true;
        return u;
    }
    if (str_starts(text, STR("docker://"))) {
        u.kind = USE_DOCKER;
        u.pinned = str_cut(text, '@', &rest, &digest) && is_digest(digest);
        return u;
    }
    Str where = text;
    if (str_cut(text, '@', &where, &rest))
        u.ref = rest;
    Str low = lower(r, where);
    if (str_cut(low, '/', &u.owner, &rest)) {
        ssize_t slash = str_chr(rest, '/');
        u.repository = slash < 0 ? low : str_head(low, u.owner.n + 1 + (size_t) slash);
        u.path = slash < 0 ? STR_NULL : str_from_at(where, u.repository.n + 1);
    } else {
        pipeline_error(r, n, "expected owner/repository@ref, ./path or docker://image, found \"%.*s\"", (int) MIN(text.n, (size_t) 100), text.p);
    }
    u.pinned = (u.ref.n == 40 || u.ref.n == 64) && is_hex(u.ref);
    return u;
}

/* Images */

/* Work for variables in names of images that one file may make. */
enum { LOOKED_MAX = 20 * 1000 * 1000 };

/* The value of a variable as text; STR_NULL when none of the maps has it, or only one with variables of its own. */
static Str variable_value(PipelineReader *r, const Node *const *variables, Str name) {
    for (; *variables; variables++)
        node_each(v, *variables)
            if (++r->looked > LOOKED_MAX)
                return STR_NULL;
            else if (str_eq(v->key, name)) {
                Str text = pipeline_text(v->type == NODE_MAP ? node_get(v, "value") : v);
                return text.p && !pipeline_is_open(text) ? text : STR_NULL;
            }
    return STR_NULL;
}

static bool is_name(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Puts in the variables of GitLab that are known; others stay as written. */
static Str expand(PipelineReader *r, Str text, const Node *const *variables) {
    enum { IMAGE_BYTES = 4096 };
    if (!variables || str_chr(text, '$') < 0)
        return text;
    _cleanup_(buf_done) Buf out = buf_new(IMAGE_BYTES);
    for (size_t i = 0; i < text.n;) {
        if (text.p[i] != '$') {
            buf_putc(&out, text.p[i++]);
            continue;
        }
        bool braces = i + 1 < text.n && text.p[i + 1] == '{';
        size_t from = i + 1 + braces, to = from;
        while (to < text.n && is_name(text.p[to]))
            to++;
        Str value = to > from ? variable_value(r, variables, str_n(text.p + from, to - from)) : STR_NULL;
        size_t end = to + (braces && to < text.n && text.p[to] == '}');
        end = end == i + 1 ? i + 1 : end;
        buf_str(&out, value.p ? value : str_n(text.p + i, end - i));
        i = end;
    }
    return out.failed ? text : arena_str(r->arena, buf_view(&out));
}

static void split_image(PipelineImage *m) {
    Str name = m->reference, digest;
    m->open = pipeline_is_open(name);
    if (str_cut(name, '@', &name, &digest) && is_digest(digest))
        m->digest = digest;
    ssize_t slash = str_rchr(name, '/');
    Str last = slash < 0 ? name : str_from_at(name, (size_t) slash + 1), tag;
    bool tagged = str_cut(last, ':', &last, &tag);
    Str repository = str_head(name, name.n - (tagged ? tag.n + 1 : 0));
    if (!pipeline_is_open(repository))
        m->repository = repository;
    if (tagged && !pipeline_is_open(tag))
        m->tag = tag;
    else if (!tagged && !m->digest.p && !m->open)
        m->tag = STR("latest");
}

static bool option_is(Str options, const char *name, const char *value) {
    Str rest = options, word;
    bool wanted = false;
    while (str_split(&rest, ' ', &word)) {
        Str n, v;
        if (str_cut(word, '=', &n, &v) ? str_eqz(n, name) && (!value || str_eqz(v, value)) : wanted && value && str_eqz(word, value))
            return true;
        if (!value && str_eqz(word, name))
            return true;
        wanted = str_eqz(word, name);
    }
    return false;
}

static bool asks_for_host(const PipelineImage *m) {
    static const char *const options[][2] = {
        {"--pid", "host"}, {"--net", "host"}, {"--network", "host"}, {"--ipc", "host"}, {"--userns", "host"}, {"--uts", "host"}, {"--cgroupns", "host"},
        {"--cap-add", "ALL"}, {"--cap-add", "all"}, {"--cap-add", "SYS_ADMIN"}, {"--cap-add", "CAP_SYS_ADMIN"}, {"--security-opt", "seccomp=unconfined"},
        {"--security-opt", "apparmor=unconfined"}, {"--security-opt", "apparmor:unconfined"}, {"--security-opt", "seccomp:unconfined"},
    };
    if (option_is(m->options, "--privileged", NULL) && !option_is(m->options, "--privileged", "false"))
        return true;
    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        if (option_is(m->options, options[i][0], options[i][1]))
            return true;
    Str name = m->repository;
    ssize_t slash = str_rchr(name, '/');
    Str last = slash < 0 ? name : str_from_at(name, (size_t) slash + 1);
    return str_eqz(last, "docker") && (str_eqz(m->tag, "dind") || str_ends(m->tag, STR("-dind")) || str_find(m->tag, STR("dind-")) >= 0);
}

void pipeline_image(PipelineReader *r, const Node *n, int kind, const Node *const *variables, Images *images) {
    const Node *name = n;
    if (node_is(n, NODE_MAP))
        name = node_get(n, "image") ? node_get(n, "image") : node_get(n, "name");
    Str text = str_trim(pipeline_text(name));
    if (text.n == 0)
        return;
    PipelineImage *m = pipeline_new(r, PipelineImage);
    if (!m)
        return;
    m->kind = kind;
    m->place = pipeline_node_place(name);
    m->reference = expand(r, str_starts(text, STR("docker://")) ? str_from_at(text, 9) : text, variables);
    split_image(m);
    m->options = pipeline_text(node_get(n, "options"));
    m->password = pipeline_text(node_path(n, "credentials", "password", NULL));
    m->volumes = pipeline_texts(r, node_get(n, "volumes"));
    m->env = node_get(n, r->p->kind == PIPELINE_GITLAB ? "variables" : "env");
    m->privileged = asks_for_host(m);
    vec_push(images, m);
}

/* Variables */

void pipeline_variable_add(PipelineReader *r, const Node *value, Str name, int kind, int scope, Str job) {
    Str text = pipeline_text(value);
    PipelineVariable *v = text.p ? pipeline_new(r, PipelineVariable) : NULL;
    if (!v)
        return;
    *v = (PipelineVariable) {.name = name, .value = text, .kind = kind, .scope = scope, .job = job, .node = value, .place = pipeline_node_place(value)};
    v->literal = !pipeline_is_open(text);
    vec_push(&r->variables, v);
}

void pipeline_variables(PipelineReader *r, const Node *map, int kind, int scope, Str job) {
    if (node_is(map, NODE_MAP))
        node_each(v, map)
            pipeline_variable_add(r, v->type == NODE_MAP ? node_get(v, "value") : v, v->key, kind, scope, job);
}

/* What an action brings into the workspace. */
static void action_checkout(PipelineStep *s) {
    if (s->use.kind != USE_REMOTE || !str_eqz(s->use.repository, "actions/checkout"))
        return;
    s->checkout = true;
    s->checkout_head = pipeline_names_head(pipeline_text(node_get(s->with, "ref"))) || pipeline_names_head(pipeline_text(node_get(s->with, "repository")));
    for (size_t i = 0; i < s->n_expressions; i++)
        if (str_eqz(s->expression[i]->key, "ref") && s->expression[i]->untrusted.n)
            s->checkout_head = true;
}

void pipeline_close_job(PipelineReader *r, PipelineJob *j, PipelineJob *const *before, size_t n_before) {
    _cleanup_(names_done) Names programs = {0};
    _cleanup_(names_done) Names actions = {0};
    _cleanup_(names_done) Names own_programs = {0};
    _cleanup_(names_done) Names own_actions = {0};
    for (size_t i = 0; i < n_before; i++) {
        names_add_all(r, &programs, before[i]->programs_so_far);
        names_add_all(r, &actions, before[i]->actions_so_far);
    }
    names_add(r, &actions, j->use.repository);
    names_add(r, &own_actions, j->use.repository);
    for (size_t i = 0; i < j->n_steps; i++) {
        PipelineStep *s = j->step[i];
        action_checkout(s);
        s->programs_before = programs.values.n;
        s->actions_before = actions.values.n;
        names_add_all(r, &programs, s->programs);
        names_add_all(r, &own_programs, s->programs);
        names_add(r, &actions, s->use.repository);
        names_add(r, &own_actions, s->use.repository);
    }
    j->programs_so_far = names_list(r, &programs);
    j->actions_so_far = names_list(r, &actions);
    j->programs = names_list(r, &own_programs);
    j->actions = names_list(r, &own_actions);
}
