/* SPDX-License-Identifier: Apache-2.0 */
/* .gitlab-ci.yml */
#include "check/pipeline-gitlab.h"

enum { HOUR = 3600 };

/* Keys at the top that are no jobs ("pages" is one). */
static bool is_reserved(Str key) {
    return str_has_word(STR("default include stages types variables workflow spec image services before_script after_script cache tags artifacts timeout retry interruptible id_tokens "
                            "hooks identity"),
                        key);
}

/* A keyword of a job: its own, else the default's, else that of the top, as far as the job inherits. */
static const Node *keyword(GitlabReader *g, const Node *job, const char *key) {
    const Node *own = node_get(job, key);
    if (own)
        return gitlab_value(g, own);
    const Node *inherit = node_path(job, "inherit", "default", NULL);
    if (node_is(inherit, NODE_BOOL) && !inherit->boolean)
        return NULL;
    if (node_is(inherit, NODE_LIST)) {
        bool named = false;
        node_each(i, inherit)
            named |= str_eqz(node_str(i), key);
        if (!named)
            return NULL;
    }
    const Node *value = node_path(g->root, "default", key, NULL);
    if (!value && str_has_word(STR("image services before_script after_script cache"), str_from(key)))
        value = node_get(g->root, key);
    return value ? gitlab_value(g, value) : NULL;
}

/* "1h 30m", "3 hours and 5 minutes", "90": seconds. -1 when it is none of these. */
static int64_t duration(Str text) {
    static const struct {
        const char *names;
        int64_t seconds;
    } units[] = {
        {"s sec secs second seconds", 1}, {"m min mins minute minutes", 60}, {"h hr hrs hour hours", HOUR}, {"d day days", 24 * HOUR},
        {"w wk wks week weeks", 7 * 24 * HOUR}, {"mo mos month months", 30 * 24 * HOUR}, {"y yr yrs year years", 365 * 24 * HOUR},
    };
    int64_t total = 0;
    size_t i = 0;
    while (i < text.n) {
        if (text.p[i] == ' ' || text.p[i] == ',') {
            i++;
            continue;
        }
        if (str_starts(str_from_at(text, i), STR("and"))) {
            i += 3;
            continue;
        }
        size_t from = i;
        uint64_t number;
        while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9')
            i++;
        if (str_to_u64(str_n(text.p + from, i - from), 1000000, &number) < 0)
            return -1;
        while (i < text.n && text.p[i] == ' ')
            i++;
        from = i;
        while (i < text.n && text.p[i] >= 'a' && text.p[i] <= 'z')
            i++;
        Str unit = str_n(text.p + from, i - from);
        size_t u = 0;
        while (u < ARRAY_SIZE(units) && unit.n && !str_has_word(str_from(units[u].names), unit))
            u++;
        if (u == ARRAY_SIZE(units))
            return -1;
        total += (int64_t) number * units[u].seconds;
    }
    return text.n ? total : -1;
}

static void add_step(GitlabReader *g, PipelineJob *j, const Node *line, const char *kind, Names *secrets, PipelineStep *s, size_t index) {
    PipelineReader *r = g->r;
    s->job = j;
    s->index = index;
    s->kind = kind;
    s->run = pipeline_text(line);
    s->place = pipeline_node_place(line);
    if (!str_starts(s->run, STR("!reference")))
        pipeline_script(r, s, line, STR_NULL);
    Expressions all = {0};
    pipeline_expressions(r, line, str_from(kind), STR_NULL, j, s, &all);
    s->expressions = pipeline_expression_texts(r, &all);
    s->secrets = pipeline_expression_secrets(r, &all);
    names_add_all(r, secrets, s->secrets);
    s->expression = pipeline_array(r, all.p, all.n);
    s->n_expressions = s->expression ? all.n : 0;
    vec_done(&all);
}

static void read_steps(GitlabReader *g, PipelineJob *j, const Node *job) {
    const struct {
        const char *key, *kind;
        const Node *value;
    } scripts[] = {
        {"pre_get_sources_script", "hook", node_path(job, "hooks", "pre_get_sources_script", NULL)},
        {"before_script", "before_script", keyword(g, job, "before_script")},
        {"script", "script", keyword(g, job, "script")},
        {"after_script", "after_script", keyword(g, job, "after_script")},
    };
    _cleanup_(names_done) Names secrets = {0};
    Vec(PipelineStep *) steps = {0};
    for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
        const Node *value = scripts[i].value, *line = node_is(value, NODE_LIST) ? node_first(value) : value;
        for (; line && line->type != NODE_NULL; line = node_is(value, NODE_LIST) ? line->next : NULL) {
            PipelineStep *s = pipeline_text(line).p ? pipeline_new(g->r, PipelineStep) : NULL;
            if (!s)
                continue;
            add_step(g, j, line, scripts[i].kind, &secrets, s, steps.n);
            vec_push(&steps, s);
        }
    }
    j->secrets = names_list(g->r, &secrets);
    j->step = pipeline_array(g->r, steps.p, steps.n);
    j->n_steps = j->step ? steps.n : 0;
    vec_done(&steps);
}

static void read_images(GitlabReader *g, PipelineJob *j, const Node *job) {
    Images images = {0};
    const Node *variables[] = {node_get(job, "variables"), node_get(g->root, "variables"), NULL}, *const *known = variables;
    if (!variables[0])
        known++;
    pipeline_image(g->r, keyword(g, job, "image"), IMAGE_CONTAINER, known, &images);
    node_each(s, keyword(g, job, "services"))
        pipeline_image(g->r, s, IMAGE_SERVICE, known, &images);
    j->image = pipeline_array(g->r, images.p, images.n);
    j->n_images = j->image ? images.n : 0;
    vec_done(&images);
}

static void add_conditions(PipelineReader *r, const Node *rules, Names *names) {
    node_each(rule, rules)
        names_add(r, names, node_get_str(rule, "if"));
}

/* Values that conditions compare $CI_PIPELINE_SOURCE with. */
static void add_triggers(PipelineReader *r, const Names *conditions, Names *triggers) {
    for (size_t i = 0; i < conditions->values.n; i++) {
        Str rest = conditions->values.p[i].text;
        ssize_t at;
        while ((at = str_find(rest, STR("$CI_PIPELINE_SOURCE"))) >= 0) {
            rest = str_trim(str_from_at(rest, (size_t) at + strlen("$CI_PIPELINE_SOURCE")));
            if (!str_starts(rest, STR("==")))
                continue;
            Str value = str_trim(str_from_at(rest, 2)), name;
            char quote = value.n ? value.p[0] : 0;
            if ((quote == '"' || quote == '\'') && str_cut(str_from_at(value, 1), quote, &name, &value))
                names_add(r, triggers, name);
        }
    }
}

static void read_conditions(GitlabReader *g, PipelineJob *j, const Node *job, Names *triggers) {
    _cleanup_(names_done) Names names = {0};
    add_conditions(g->r, node_path(g->root, "workflow", "rules", NULL), &names);
    const Node *rules = node_get(job, "rules");
    add_conditions(g->r, rules ? gitlab_value(g, rules) : NULL, &names);
    j->rules = names_list(g->r, &names);
    add_triggers(g->r, &names, triggers);
}

static PipelineList cache_paths(GitlabReader *g, const Node *cache) {
    if (!node_is(cache, NODE_LIST))
        return pipeline_texts(g->r, node_get(cache, "paths"));
    _cleanup_(names_done) Names names = {0};
    node_each(c, cache)
        names_add_all(g->r, &names, pipeline_texts(g->r, node_get(c, "paths")));
    return names_list(g->r, &names);
}

static void read_artifacts(GitlabReader *g, PipelineJob *j, const Node *artifacts) {
    j->artifacts = pipeline_texts(g->r, node_get(artifacts, "paths"));
    Str access = node_get_str(artifacts, "access");
    const Node *public = node_get(artifacts, "public");
    j->artifacts_public = access.p ? str_eqz(access, "all") : !(node_is(public, NODE_BOOL) && !public->boolean);
}

static PipelineList names_of(PipelineReader *r, const Node *map) {
    _cleanup_(names_done) Names names = {0};
    if (node_is(map, NODE_MAP))
        node_each(c, map)
            names_add(r, &names, c->key);
    return names_list(r, &names);
}

/* Jobs by name in "needs": texts, or maps with "job" that name no other pipeline. */
static PipelineList needs_of(GitlabReader *g, const Node *job) {
    const Node *needs = node_get(job, "needs");
    _cleanup_(names_done) Names names = {0};
    node_each(n, needs ? gitlab_value(g, needs) : NULL)
        names_add(g->r, &names, n->type != NODE_MAP ? pipeline_text(n) : node_get(n, "pipeline") || node_get(n, "project") ? STR_NULL : node_get_str(n, "job"));
    return names_list(g->r, &names);
}

static void read_job(GitlabReader *g, const Node *written, Names *triggers) {
    PipelineReader *r = g->r;
    /* Templates alone may be parts of anything: what a job makes of them is looked at. */
    const Node *job = gitlab_effective(g, written->key);
    if (r->failed || pipeline_shape(job, pipeline_gitlab_job_keys, r->file, r->diag))
        return;
    PipelineJob *j = r->jobs.n < PIPELINE_JOBS ? pipeline_new(r, PipelineJob) : NULL;
    if (!j) {
        if (!r->failed)
            diag_add(r->diag, DIAG_ERROR, r->file, written->key_line, written->key_col, "more than %d jobs", (int) PIPELINE_JOBS);
        r->failed = -E2BIG;
        return;
    }
    vec_push(&r->jobs, j);
    j->pipeline = r->p;
    j->node = job;
    j->id = written->key;
    j->place = pipeline_key_place(written);
    Str stage = pipeline_text(node_get(job, "stage")), when = pipeline_text(node_get(job, "when"));
    j->stage = stage.p ? stage : STR("test");
    j->when = when.p ? when : STR("on_success");
    j->needs = needs_of(g, job);
    j->runs_on = pipeline_texts(r, keyword(g, job, "tags"));
    j->env = node_get(job, "variables");
    const Node *environment = node_get(job, "environment"), *failure = node_get(job, "allow_failure");
    j->environment = pipeline_text(node_is(environment, NODE_MAP) ? node_get(environment, "name") : environment);
    j->may_fail = failure ? node_true(failure) || node_is(failure, NODE_MAP) : str_eq(j->when, STR("manual")) && !node_get(job, "rules");
    Str timeout = pipeline_text(keyword(g, job, "timeout"));
    j->timeout_set = timeout.p ? duration(timeout) : -1;
    j->timeout = timeout.p ? j->timeout_set : HOUR;
    j->id_tokens = names_of(r, keyword(g, job, "id_tokens"));
    j->cache = cache_paths(g, keyword(g, job, "cache"));
    read_artifacts(g, j, keyword(g, job, "artifacts"));
    read_conditions(g, j, job, triggers);
    read_images(g, j, job);
    read_steps(g, j, job);
    /* Its own variables only: those of templates are told where they stand. */
    pipeline_variables(r, node_get(written, "variables"), VARIABLE_ENV, SCOPE_JOB, j->id);
    if (j->n_steps == 0 && !node_get(job, "trigger") && !node_get(job, "run") && !node_get(g->root, "include") && !node_get(job, "pages"))
        diag_add(r->diag, DIAG_ERROR, r->file, j->place.line, j->place.col, "the job \"%.*s\" has neither \"script\" nor \"trigger\"", (int) MIN(j->id.n, (size_t) 100), j->id.p);
}

/* Includes */

static bool is_commit(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n == 40 || s.n == 64;
}

static void include(PipelineReader *r, int kind, const Node *location, Str ref, bool pinned) {
    PipelineInclude *i = pipeline_text(location).p ? pipeline_new(r, PipelineInclude) : NULL;
    if (!i)
        return;
    *i = (PipelineInclude) {.kind = kind, .location = pipeline_text(location), .ref = ref, .pinned = pinned, .place = pipeline_node_place(location)};
    i->open = pipeline_is_open(ref) || (kind == INCLUDE_COMPONENT && !ref.p);
    vec_push(&r->includes, i);
}

static void read_include(PipelineReader *r, const Node *n) {
    Str text = pipeline_text(n), ref = pipeline_text(node_get(n, "ref")), name, version;
    if (text.p) {
        bool remote = str_starts(text, STR("http://")) || str_starts(text, STR("https://"));
        include(r, remote ? INCLUDE_REMOTE : INCLUDE_LOCAL, n, STR_NULL, !remote);
        return;
    }
    include(r, INCLUDE_LOCAL, node_get(n, "local"), STR_NULL, true);
    include(r, INCLUDE_REMOTE, node_get(n, "remote"), STR_NULL, pipeline_text(node_get(n, "integrity")).p != NULL);
    include(r, INCLUDE_PROJECT, node_get(n, "project"), ref, is_commit(ref));
    include(r, INCLUDE_TEMPLATE, node_get(n, "template"), STR_NULL, true);
    const Node *component = node_get(n, "component");
    text = pipeline_text(component);
    ssize_t at = str_rchr(text, '@');
    name = text;
    version = at < 0 ? STR_NULL : str_from_at(name, (size_t) at + 1);
    include(r, INCLUDE_COMPONENT, component, version, is_commit(version));
}

/* Order: what ran before each job */

typedef struct Order {
    GitlabReader *g;
    Map by_id;           /* job's name -> its number + 1 */
    uint8_t *state;
    PipelineList stages;
    PipelineJob *before; /* of each stage: what ran in all stages before it */
    size_t *stage;       /* of each job; the number of stages when it is not among them */
} Order;

static PipelineList stages_of(PipelineReader *r, const Node *root) {
    _cleanup_(names_done) Names names = {0};
    const Node *stages = node_get(root, "stages");
    names_add(r, &names, STR(".pre"));
    if (stages) {
        names_add_all(r, &names, pipeline_texts(r, stages));
    } else {
        names_add(r, &names, STR("build"));
        names_add(r, &names, STR("test"));
        names_add(r, &names, STR("deploy"));
    }
    names_add(r, &names, STR(".post"));
    return names_list(r, &names);
}

static void close_from(Order *o, size_t i) {
    PipelineReader *r = o->g->r;
    PipelineJob *j = r->jobs.p[i];
    o->state[i] = 1;
    Vec(PipelineJob *) before = {0};
    for (size_t k = 0; k < j->needs.n; k++) {
        Str id = j->needs.p[k].text;
        size_t other = (size_t) (uintptr_t) map_get(&o->by_id, id);
        if (other == 0)
            continue; /* it lies in an included file */
        if (o->state[other - 1] == 0)
            close_from(o, other - 1);
        if (o->state[other - 1] == 1)
            diag_add(r->diag, DIAG_ERROR, r->file, j->place.line, j->place.col, "needs: \"%.*s\" waits for this job itself", (int) MIN(id.n, (size_t) 100), id.p);
        else
            vec_push(&before, r->jobs.p[other - 1]);
    }
    bool by_stage = !node_get(j->node, "needs") && o->stage[i] < o->stages.n;
    if (by_stage)
        vec_push(&before, &o->before[o->stage[i]]);
    pipeline_close_job(r, j, before.p, before.n);
    vec_done(&before);
    o->state[i] = 2;
}

/* Jobs of one stage after the other; a manual one may never run. */
static void close_stages(Order *o) {
    PipelineReader *r = o->g->r;
    for (size_t s = 0; s < o->stages.n && !r->failed; s++) {
        Vec(PipelineJob *) ran = {0};
        if (s)
            vec_push(&ran, &o->before[s - 1]);
        for (size_t i = 0; i < r->jobs.n; i++)
            if (s && o->stage[i] == s - 1 && !str_eqz(r->jobs.p[i]->when, "manual"))
                vec_push(&ran, r->jobs.p[i]);
        pipeline_close_job(r, &o->before[s], ran.p, ran.n);
        vec_done(&ran);
        for (size_t i = 0; i < r->jobs.n && !r->failed; i++)
            if (o->stage[i] == s && o->state[i] == 0)
                close_from(o, i);
    }
    for (size_t i = 0; i < r->jobs.n && !r->failed; i++)
        if (o->state[i] == 0)
            close_from(o, i);
}

static void close_jobs(GitlabReader *g) {
    PipelineReader *r = g->r;
    Order o = {.g = g, .stages = stages_of(r, g->root), .state = xcalloc(r->jobs.n + 1, 1), .stage = xcalloc(r->jobs.n + 1, sizeof(size_t))};
    o.before = arena_alloc(r->arena, (o.stages.n + 1) * sizeof(PipelineJob));
    Map stages = {0};
    for (size_t i = 0; i < o.stages.n; i++)
        map_set(&stages, o.stages.p[i].text, (void *) (uintptr_t) (i + 1));
    for (size_t i = 0; i < r->jobs.n; i++) {
        size_t at = (size_t) (uintptr_t) map_get(&stages, r->jobs.p[i]->stage);
        o.stage[i] = at ? at - 1 : o.stages.n;
        map_set(&o.by_id, r->jobs.p[i]->id, (void *) (uintptr_t) (i + 1));
    }
    if (o.before)
        close_stages(&o);
    else
        r->failed = -E2BIG;
    map_done(&stages);
    map_done(&o.by_id);
    free(o.state);
    free(o.stage);
}

static void read_jobs(GitlabReader *g) {
    PipelineReader *r = g->r;
    _cleanup_(names_done) Names triggers = {0};
    _cleanup_(names_done) Names secrets = {0};
    node_each(n, g->root) {
        if (is_reserved(n->key) || r->failed)
            continue;
        bool hidden = str_starts(n->key, STR("."));
        if (n->type != NODE_MAP && !hidden)
            pipeline_error(r, n, "%.*s: expected a map (a job), found %s", (int) MIN(n->key.n, (size_t) 100), n->key.p, node_type_name(n->type));
        if (n->type != NODE_MAP)
            continue;
        if (hidden)
            pipeline_variables(r, node_get(n, "variables"), VARIABLE_ENV, SCOPE_JOB, n->key);
        else
            read_job(g, n, &triggers);
    }
    for (size_t i = 0; i < r->jobs.n; i++)
        names_add_all(r, &secrets, r->jobs.p[i]->secrets);
    r->p->triggers = names_list(r, &triggers);
    r->p->secrets = names_list(r, &secrets);
}

static int read_root(GitlabReader *g) {
    PipelineReader *r = g->r;
    size_t errors = r->diag->errors;
    gitlab_merge(g, g->root, 0);
    if (node_count(g->root) > GITLAB_KEYS) {
        pipeline_error(r, g->root, "more than %d keys at the top", (int) GITLAB_KEYS);
        return -E2BIG;
    }
    node_each(n, g->root)
        map_set(&g->top, n->key, (void *) n);
    pipeline_shape(g->root, pipeline_gitlab_keys, r->file, r->diag);
    if (r->diag->errors > errors || r->failed)
        return r->failed ? r->failed : -EINVAL;
    r->p->root = g->root;
    r->p->name = pipeline_text(node_path(g->root, "workflow", "name", NULL));
    r->p->env = node_get(g->root, "variables");
    pipeline_variables(r, r->p->env, VARIABLE_ENV, SCOPE_PIPELINE, STR_NULL);
    const Node *includes = node_get(g->root, "include");
    if (node_is(includes, NODE_LIST))
        node_each(n, includes)
            read_include(r, n);
    else if (includes)
        read_include(r, includes);
    read_jobs(g);
    if (!r->failed && r->diag->errors == errors)
        close_jobs(g);
    return r->failed;
}

int pipeline_read_gitlab(PipelineReader *r, Node *documents, size_t n) {
    /* A header with the inputs may stand before the configuration. */
    Node *root = n == 2 && node_get(documents, "spec") ? documents->next : documents;
    if (n > 2 || (n == 2 && root == documents)) {
        pipeline_error(r, documents->next, "expected one document, or one behind a header with \"spec\"");
        return -EINVAL;
    }
    if (!node_is(root, NODE_MAP)) {
        pipeline_error(r, root, "expected a map, found %s", node_type_name(root->type));
        return -EINVAL;
    }
    GitlabReader g = {.r = r, .root = root};
    int e = read_root(&g);
    map_done(&g.known);
    map_done(&g.top);
    return e;
}
