/* SPDX-License-Identifier: Apache-2.0 */
/* Workflows and actions of GitHub. */
#include "check/pipeline-private.h"

/* Minutes after which GitHub ends a job of its own runners that sets no limit. */
enum { GITHUB_TIMEOUT = 360 };

static bool is_true(const Node *n) {
    return n && ((n->type == NODE_BOOL && n->boolean) || str_eqz(node_str(n), "true"));
}

static void read_step(PipelineReader *r, PipelineJob *j, const Node *n, Str shell, PipelineStep *s) {
    s->job = j;
    s->node = n;
    s->id = pipeline_text(node_get(n, "id"));
    s->name = pipeline_text(node_get(n, "name"));
    s->condition = pipeline_text(node_get(n, "if"));
    s->shell = pipeline_text(node_get(n, "shell"));
    s->with = node_get(n, "with");
    s->env = node_get(n, "env");
    s->may_fail = is_true(node_get(n, "continue-on-error"));
    const Node *run = node_get(n, "run"), *uses = node_get(n, "uses");
    s->kind = uses ? "uses" : "run";
    s->run = pipeline_text(run);
    s->place = pipeline_node_place(uses ? uses : run ? run : n);
    s->use = pipeline_use(r, uses);
    if (!uses == !run)
        pipeline_error(r, n, uses ? "a step has \"uses\" or \"run\", not both" : "expected \"uses\" or \"run\" in the step");
    pipeline_script(r, s, run, s->shell.p ? s->shell : shell);
    Expressions all = {0};
    node_each(key, n)
        pipeline_expressions(r, key, key->key, STR_NULL, j, s, &all);
    s->expressions = pipeline_expression_texts(r, &all);
    s->secrets = pipeline_expression_secrets(r, &all);
    s->expression = pipeline_array(r, all.p, all.n);
    s->n_expressions = s->expression ? all.n : 0;
    vec_done(&all);
    pipeline_variables(r, s->env, VARIABLE_ENV, SCOPE_STEP, j->id);
    pipeline_variables(r, s->with, VARIABLE_INPUT, SCOPE_STEP, j->id);
}

static void read_steps(PipelineReader *r, PipelineJob *j, const Node *list, Str shell, Names *secrets) {
    Vec(PipelineStep *) steps = {0};
    size_t index = 0;
    node_each(n, list) {
        PipelineStep *s = pipeline_new(r, PipelineStep);
        if (!s)
            break;
        s->index = index++;
        read_step(r, j, n, shell, s);
        names_add_all(r, secrets, s->secrets);
        vec_push(&steps, s);
    }
    j->step = pipeline_array(r, steps.p, steps.n);
    j->n_steps = j->step ? steps.n : 0;
    vec_done(&steps);
}

/* GitHub's own runners are known by how their labels begin; what an expression decides is not known. */
static bool is_self_hosted(const PipelineJob *j, const Node *runs_on) {
    for (size_t i = 0; i < j->runs_on.n; i++)
        if (str_ieq(j->runs_on.p[i].text, STR("self-hosted")))
            return true;
    return node_is(runs_on, NODE_MAP) && node_get(runs_on, "group") && !node_get(runs_on, "labels");
}

static void read_images(PipelineReader *r, PipelineJob *j) {
    Images images = {0};
    pipeline_image(r, node_get(j->node, "container"), IMAGE_CONTAINER, NULL, &images);
    const Node *services = node_get(j->node, "services");
    if (node_is(services, NODE_MAP))
        node_each(s, services)
            pipeline_image(r, s, IMAGE_SERVICE, NULL, &images);
    node_each(s, node_get(j->node, "steps"))
        if (str_starts(pipeline_text(node_get(s, "uses")), STR("docker://")))
            pipeline_image(r, node_get(s, "uses"), IMAGE_ACTION, NULL, &images);
    const Node *action = node_get(j->node, "image");
    if (r->p->kind == PIPELINE_ACTION && str_starts(pipeline_text(action), STR("docker://")))
        pipeline_image(r, action, IMAGE_ACTION, NULL, &images);
    j->image = pipeline_array(r, images.p, images.n);
    j->n_images = j->image ? images.n : 0;
    vec_done(&images);
    pipeline_variable_add(r, node_path(j->node, "container", "credentials", "password", NULL), STR("password"), VARIABLE_PASSWORD, SCOPE_JOB, j->id);
    pipeline_variables(r, node_path(j->node, "container", "env", NULL), VARIABLE_ENV, SCOPE_JOB, j->id);
    if (node_is(services, NODE_MAP))
        node_each(s, services) {
            pipeline_variable_add(r, node_path(s, "credentials", "password", NULL), STR("password"), VARIABLE_PASSWORD, SCOPE_JOB, j->id);
            pipeline_variables(r, node_get(s, "env"), VARIABLE_ENV, SCOPE_JOB, j->id);
        }
}

static void read_timeout(PipelineJob *j, const Node *n) {
    double minutes;
    j->timeout = (int64_t) GITHUB_TIMEOUT * 60;
    j->timeout_set = -1;
    if (!n || n->type == NODE_NULL)
        return;
    j->timeout = j->timeout_set = node_double(n, &minutes) && minutes >= 0 && minutes < 1e9 ? (int64_t) (minutes * 60) : -1;
}

/* Expressions outside of steps, and all secrets of the job. */
static void job_expressions(PipelineReader *r, PipelineJob *j, Names *secrets) {
    Expressions outside = {0};
    if (r->p->kind == PIPELINE_WORKFLOW)
        node_each(key, j->node)
            if (!str_eqz(key->key, "steps"))
                pipeline_expressions(r, key, key->key, STR_NULL, j, NULL, &outside);
    j->expressions = pipeline_expression_texts(r, &outside);
    names_add_all(r, secrets, pipeline_expression_secrets(r, &outside));
    vec_done(&outside);
    j->secrets = names_list(r, secrets);
}

static PipelineJob *new_job(PipelineReader *r, const Node *n, Str id) {
    PipelineJob *j = r->jobs.n < PIPELINE_JOBS ? pipeline_new(r, PipelineJob) : NULL;
    if (!j) {
        if (!r->failed)
            diag_add(r->diag, DIAG_ERROR, r->file, n->key_line, n->key_col, "more than %d jobs", (int) PIPELINE_JOBS);
        r->failed = -E2BIG;
        return NULL;
    }
    j->pipeline = r->p;
    j->node = n;
    j->id = id;
    j->place = pipeline_key_place(n);
    vec_push(&r->jobs, j);
    return j;
}

static Str default_shell(const Node *n) {
    return pipeline_text(node_path(n, "defaults", "run", "shell", NULL));
}

static void read_job(PipelineReader *r, const Node *n, Names *all_secrets) {
    PipelineJob *j = new_job(r, n, n->key);
    if (!j)
        return;
    const Node *runs_on = node_get(n, "runs-on"), *environment = node_get(n, "environment"), *secrets = node_get(n, "secrets"), *steps = node_get(n, "steps");
    j->name = pipeline_text(node_get(n, "name"));
    j->condition = pipeline_text(node_get(n, "if"));
    j->needs = pipeline_texts(r, node_get(n, "needs"));
    j->runs_on = pipeline_texts(r, node_is(runs_on, NODE_MAP) ? node_get(runs_on, "labels") : runs_on);
    j->self_hosted = is_self_hosted(j, runs_on);
    j->environment = pipeline_text(node_is(environment, NODE_MAP) ? node_get(environment, "name") : environment);
    j->permissions = node_get(n, "permissions");
    j->env = node_get(n, "env");
    j->may_fail = is_true(node_get(n, "continue-on-error"));
    j->use = pipeline_use(r, node_get(n, "uses"));
    j->secrets_inherit = str_eqz(node_str(secrets), "inherit");
    if (!j->use.text.p && !runs_on)
        pipeline_error(r, n, "the job has neither \"runs-on\" nor \"uses\"");
    else if (!j->use.text.p && node_count(steps) == 0)
        pipeline_error(r, n, "the job has no steps");
    else if (j->use.text.p && steps)
        pipeline_error(r, n, "a job that calls a workflow (\"uses\") has no steps of its own");
    read_timeout(j, node_get(n, "timeout-minutes"));
    pipeline_variables(r, j->env, VARIABLE_ENV, SCOPE_JOB, j->id);
    pipeline_variables(r, node_get(n, "with"), VARIABLE_INPUT, SCOPE_JOB, j->id);
    if (node_is(secrets, NODE_MAP))
        pipeline_variables(r, secrets, VARIABLE_INPUT, SCOPE_JOB, j->id);
    _cleanup_(names_done) Names names = {0};
    Str shell = default_shell(n);
    read_steps(r, j, steps, shell.p ? shell : default_shell(r->p->root), &names);
    read_images(r, j);
    job_expressions(r, j, &names);
    names_add_all(r, all_secrets, j->secrets);
}

/* Jobs in the order of their needs: each one is closed when those that it waits for are. */
typedef struct Order {
    PipelineReader *r;
    Map by_id;      /* job's id -> its number + 1 */
    uint8_t *state; /* of each job: 0, 1 at work, 2 closed */
} Order;

static void close_from(Order *o, size_t i) {
    PipelineJob *j = o->r->jobs.p[i];
    const Node *needs = node_get(j->node, "needs");
    o->state[i] = 1;
    Vec(PipelineJob *) before = {0};
    for (size_t k = 0; k < j->needs.n; k++) {
        size_t other = (size_t) (uintptr_t) map_get(&o->by_id, j->needs.p[k].text);
        Str id = j->needs.p[k].text;
        if (other == 0) {
            pipeline_error(o->r, needs, "needs: \"%.*s\" is no job of this file", (int) MIN(id.n, (size_t) 100), id.p);
            continue;
        }
        if (o->state[other - 1] == 0)
            close_from(o, other - 1);
        if (o->state[other - 1] == 1)
            pipeline_error(o->r, needs, "needs: \"%.*s\" waits for this job itself", (int) MIN(id.n, (size_t) 100), id.p);
        else
            vec_push(&before, o->r->jobs.p[other - 1]);
    }
    pipeline_close_job(o->r, j, before.p, before.n);
    vec_done(&before);
    o->state[i] = 2;
}

static void close_jobs(PipelineReader *r) {
    Order o = {.r = r, .state = xcalloc(r->jobs.n + 1, 1)};
    for (size_t i = 0; i < r->jobs.n; i++)
        map_set(&o.by_id, r->jobs.p[i]->id, (void *) (uintptr_t) (i + 1));
    for (size_t i = 0; i < r->jobs.n && !r->failed; i++)
        if (o.state[i] == 0)
            close_from(&o, i);
    map_done(&o.by_id);
    free(o.state);
}

static PipelineList triggers(PipelineReader *r, const Node *on) {
    if (!node_is(on, NODE_MAP))
        return pipeline_texts(r, on);
    _cleanup_(names_done) Names names = {0};
    node_each(event, on)
        names_add(r, &names, event->key);
    return names_list(r, &names);
}

static void read_workflow(PipelineReader *r, const Node *root) {
    Pipeline *p = r->p;
    const Node *on = node_get(root, "on"), *jobs = node_get(root, "jobs");
    p->name = pipeline_text(node_get(root, "name"));
    p->permissions = node_get(root, "permissions");
    p->env = node_get(root, "env");
    p->triggers = triggers(r, on);
    if (p->triggers.n == 0)
        pipeline_error(r, on ? on : root, "expected at least one event below \"on\"");
    if (node_count(jobs) == 0)
        pipeline_error(r, jobs ? jobs : root, "expected at least one job below \"jobs\"");
    pipeline_variables(r, p->env, VARIABLE_ENV, SCOPE_PIPELINE, STR_NULL);
    _cleanup_(names_done) Names secrets = {0};
    Expressions top = {0};
    node_each(key, root)
        if (!str_eqz(key->key, "jobs") && !str_eqz(key->key, "on"))
            pipeline_expressions(r, key, key->key, STR_NULL, NULL, NULL, &top);
    names_add_all(r, &secrets, pipeline_expression_secrets(r, &top));
    vec_done(&top);
    node_each(n, jobs)
        if (n->type == NODE_MAP)
            read_job(r, n, &secrets);
        else
            pipeline_error(r, n, "jobs.%.*s: expected a map, found %s", (int) MIN(n->key.n, (size_t) 100), n->key.p, node_type_name(n->type));
    p->secrets = names_list(r, &secrets);
    close_jobs(r);
}

static void read_action(PipelineReader *r, const Node *root) {
    const Node *runs = node_get(root, "runs");
    r->p->name = pipeline_text(node_get(root, "name"));
    if (!node_is(runs, NODE_MAP)) {
        pipeline_error(r, root, "expected \"runs\"");
        return;
    }
    Str using = node_get_str(runs, "using");
    if (!using.p)
        pipeline_error(r, runs, "runs: expected \"using\"");
    if (str_eqz(using, "composite") && node_count(node_get(runs, "steps")) == 0)
        pipeline_error(r, runs, "a composite action has no steps");
    PipelineJob *j = new_job(r, runs, STR("runs"));
    if (!j)
        return;
    j->timeout = j->timeout_set = -1;
    j->env = node_get(runs, "env");
    pipeline_variables(r, j->env, VARIABLE_ENV, SCOPE_JOB, j->id);
    _cleanup_(names_done) Names secrets = {0};
    read_steps(r, j, node_get(runs, "steps"), STR_NULL, &secrets);
    read_images(r, j);
    job_expressions(r, j, &secrets);
    r->p->secrets = j->secrets;
    close_jobs(r);
}

int pipeline_read_github(PipelineReader *r, Node *root) {
    bool action = r->p->kind == PIPELINE_ACTION;
    if (!node_is(root, NODE_MAP)) {
        pipeline_error(r, root, "expected a map, found %s", node_type_name(root->type));
        return -EINVAL;
    }
    if (pipeline_shape(root, action ? pipeline_action_keys : pipeline_workflow_keys, r->file, r->diag))
        return -EINVAL;
    if (action)
        read_action(r, root);
    else
        read_workflow(r, root);
    return r->failed;
}
