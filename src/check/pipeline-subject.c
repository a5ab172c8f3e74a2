/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of pipelines, jobs, steps and what belongs to them. */
#include "check/pipeline.h"
#include "policy/fields/slots.h"

static Value list_of(PipelineList l) {
    return l.n ? value_list(l.p, l.n) : value_none();
}

static Value head_of(PipelineList l, size_t n) {
    return n ? value_list(l.p, MIN(n, l.n)) : value_none();
}

static Str text_of(const Node *n) {
    if (!n)
        return STR_NULL;
    if (n->type == NODE_BOOL)
        return n->boolean ? STR("true") : STR("false");
    return n->type == NODE_STRING || n->type == NODE_NUMBER ? n->text : STR_NULL;
}

/* The value of a key; of a map of GitLab's variables its "value". */
static Value key_of(const Node *map, Str key) {
    if (node_is(map, NODE_MAP))
        node_each(c, map)
            if (str_eq(c->key, key))
                return value_str_or_none(text_of(c->type == NODE_MAP ? node_get(c, "value") : c));
    return value_none();
}

static Value keys_of(const Node *map, Scratch *scratch) {
    size_t n = node_is(map, NODE_MAP) ? node_count(map) : 0, i = 0;
    Value *p = n ? scratch_alloc(scratch, n * sizeof(Value)) : NULL;
    if (!p)
        return value_none();
    node_each(c, map)
        p[i++] = value_str(c->key);
    return value_list(p, n);
}

static Value word(const char *w) {
    return value_str(str_from(w));
}

/* Scopes of GITHUB_TOKEN, and what the widest default gives it ("Permissions for the GITHUB_TOKEN"). */
static const struct {
    const char *scope;
    int by_default;
} scopes[] = {
    {"actions", 2}, {"artifact-metadata", 2}, {"attestations", 2}, {"checks", 2}, {"contents", 2}, {"deployments", 2}, {"discussions", 2}, {"id-token", 0}, {"issues", 2},
    {"models", 0}, {"packages", 2}, {"pages", 2}, {"pull-requests", 2}, {"repository-projects", 2}, {"security-events", 2}, {"statuses", 2},
};

int pipeline_permission(const Node *permissions, Str scope) {
    size_t i = 0;
    while (i < ARRAY_SIZE(scopes) && !str_eqz(scope, scopes[i].scope))
        i++;
    if (!permissions || permissions->type == NODE_NULL)
        return i < ARRAY_SIZE(scopes) ? scopes[i].by_default : 0;
    if (permissions->type == NODE_MAP) {
        Value v = key_of(permissions, scope);
        return v.type != VALUE_STRING ? 0 : str_eqz(v.text, "write") ? 2 : str_eqz(v.text, "read");
    }
    Str all = node_str(permissions);
    return str_eqz(all, "write-all") ? 2 : str_eqz(all, "read-all") ? 1 : 0;
}

static Value permission_value(const Pipeline *p, const Node *permissions, Str scope) {
    static const char *const names[] = {"none", "read", "write"};
    return p->kind == PIPELINE_WORKFLOW ? word(names[pipeline_permission(permissions, scope)]) : value_none();
}

static Value permissions_write(const Pipeline *p, const Node *permissions, Scratch *scratch) {
    Value *v = p->kind == PIPELINE_WORKFLOW ? scratch_alloc(scratch, sizeof(Value) * ARRAY_SIZE(scopes)) : NULL;
    size_t n = 0;
    for (size_t i = 0; v && i < ARRAY_SIZE(scopes); i++)
        if (pipeline_permission(permissions, str_from(scopes[i].scope)) == 2)
            v[n++] = word(scopes[i].scope);
    return n ? value_list(v, n) : value_none();
}

static Value permissions_set(const Node *permissions) {
    if (!permissions || permissions->type == NODE_NULL)
        return value_none();
    if (permissions->type == NODE_MAP)
        return word(node_count(permissions) ? "some" : "none");
    Str all = node_str(permissions);
    return word(str_eqz(all, "write-all") ? "write-all" : str_eqz(all, "read-all") ? "read-all" : "some");
}

static Value pipeline_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const char *const kinds[] = {"github-workflow", "github-action", "gitlab-ci"};
    const Pipeline *p = object;
    switch ((enum PipelineSlot) ref->field->slot) {
    case SLOT_PIPELINE_KIND: return word(kinds[p->kind]);
    case SLOT_PIPELINE_FILE: return word(p->file);
    case SLOT_PIPELINE_NAME: return value_str_or_none(p->name);
    case SLOT_PIPELINE_TRIGGERS: return list_of(p->triggers);
    case SLOT_PIPELINE_PERMISSION: return permission_value(p, p->permissions, ref->arg);
    case SLOT_PIPELINE_PERMISSIONS_WRITE: return permissions_write(p, p->permissions, scratch);
    case SLOT_PIPELINE_PERMISSIONS_SET: return permissions_set(p->permissions);
    case SLOT_PIPELINE_ENV: return key_of(p->env, ref->arg);
    case SLOT_PIPELINE_ENVS: return keys_of(p->env, scratch);
    case SLOT_PIPELINE_JOBS: return value_int((int64_t) p->n_jobs);
    case SLOT_PIPELINE_PROGRAMS: return list_of(p->programs);
    case SLOT_PIPELINE_ACTIONS: return list_of(p->actions);
    case SLOT_PIPELINE_SECRETS: return list_of(p->secrets);
    case SLOT_PIPELINE_ANY: case SLOT_PIPELINE_ALL: case SLOT_PIPELINE_COUNT: return value_none();
    }
    return value_none();
}

static const Node *effective_permissions(const PipelineJob *j) {
    return j->permissions && j->permissions->type != NODE_NULL ? j->permissions : j->pipeline->permissions;
}

static Value use_field(const PipelineUse *u, Str value) {
    return u->text.p ? value_str_or_none(value) : value_none();
}

static Value use_kind(const PipelineUse *u) {
    static const char *const kinds[] = {"remote", "local", "docker"};
    return u->text.p ? word(kinds[u->kind]) : value_none();
}

static Value first_of(Value a, Value b) {
    return a.type == VALUE_NONE ? b : a;
}

static Value job_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const PipelineJob *j = object;
    switch ((enum JobSlot) ref->field->slot) {
    case SLOT_JOB_ID: return value_str(j->id);
    case SLOT_JOB_NAME: return value_str_or_none(j->name);
    case SLOT_JOB_STAGE: return value_str_or_none(j->stage);
    case SLOT_JOB_NEEDS: return list_of(j->needs);
    case SLOT_JOB_RUNS_ON: return list_of(j->runs_on);
    case SLOT_JOB_SELF_HOSTED: return value_bool(j->self_hosted);
    case SLOT_JOB_PERMISSION: return permission_value(j->pipeline, effective_permissions(j), ref->arg);
    case SLOT_JOB_PERMISSIONS_WRITE: return permissions_write(j->pipeline, effective_permissions(j), scratch);
    case SLOT_JOB_PERMISSIONS_SET: return permissions_set(j->permissions);
    case SLOT_JOB_USES: return value_str_or_none(j->use.text);
    case SLOT_JOB_USES_KIND: return use_kind(&j->use);
    case SLOT_JOB_USES_OWNER: return use_field(&j->use, j->use.owner);
    case SLOT_JOB_USES_REPOSITORY: return use_field(&j->use, j->use.repository);
    case SLOT_JOB_USES_REF: return use_field(&j->use, j->use.ref);
    case SLOT_JOB_USES_PINNED: return j->use.text.p ? value_bool(j->use.pinned) : value_none();
    case SLOT_JOB_SECRETS_INHERIT: return value_bool(j->secrets_inherit);
    case SLOT_JOB_SECRETS: return list_of(j->secrets);
    case SLOT_JOB_EXPRESSIONS: return list_of(j->expressions);
    case SLOT_JOB_ENV: return first_of(key_of(j->env, ref->arg), key_of(j->pipeline->env, ref->arg));
    case SLOT_JOB_ENVS: return keys_of(j->env, scratch);
    case SLOT_JOB_ENVIRONMENT: return value_str_or_none(j->environment);
    case SLOT_JOB_IF: return value_str_or_none(j->condition);
    case SLOT_JOB_RULES: return list_of(j->rules);
    case SLOT_JOB_WHEN: return value_str_or_none(j->when);
    case SLOT_JOB_MAY_FAIL: return value_bool(j->may_fail);
    case SLOT_JOB_TIMEOUT: return j->timeout >= 0 ? value_int(j->timeout) : value_none();
    case SLOT_JOB_TIMEOUT_SET: return j->timeout_set >= 0 ? value_int(j->timeout_set) : value_none();
    case SLOT_JOB_ARTIFACTS: return list_of(j->artifacts);
    case SLOT_JOB_ARTIFACTS_PUBLIC: return j->artifacts.n ? value_bool(j->artifacts_public) : value_none();
    case SLOT_JOB_CACHE: return list_of(j->cache);
    case SLOT_JOB_ID_TOKENS: return list_of(j->id_tokens);
    case SLOT_JOB_STEPS: return value_int((int64_t) j->n_steps);
    case SLOT_JOB_PROGRAMS: return list_of(j->programs);
    case SLOT_JOB_ACTIONS: return list_of(j->actions);
    case SLOT_JOB_ANY: case SLOT_JOB_ALL: case SLOT_JOB_COUNT: return value_none();
    }
    return value_none();
}

static Value checkout_credentials(const PipelineStep *s) {
    if (!s->use.text.p || !str_eqz(s->use.repository, "actions/checkout"))
        return value_none();
    Value v = key_of(s->with, STR("persist-credentials"));
    return value_bool(v.type != VALUE_STRING || !str_ieq(v.text, STR("false")));
}

static Value step_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const PipelineStep *s = object;
    const PipelineUse *u = &s->use;
    switch ((enum StepSlot) ref->field->slot) {
    case SLOT_STEP_INDEX: return value_int((int64_t) s->index);
    case SLOT_STEP_ID: return value_str_or_none(s->id);
    case SLOT_STEP_NAME: return value_str_or_none(s->name);
    case SLOT_STEP_KIND: return word(s->kind);
    case SLOT_STEP_USES: return value_str_or_none(u->text);
    case SLOT_STEP_USES_KIND: return use_kind(u);
    case SLOT_STEP_USES_OWNER: return use_field(u, u->owner);
    case SLOT_STEP_USES_REPOSITORY: return use_field(u, u->repository);
    case SLOT_STEP_USES_PATH: return use_field(u, u->path);
    case SLOT_STEP_USES_REF: return use_field(u, u->ref);
    case SLOT_STEP_USES_PINNED: return u->text.p ? value_bool(u->pinned) : value_none();
    case SLOT_STEP_WITH: return key_of(s->with, ref->arg);
    case SLOT_STEP_WITHS: return keys_of(s->with, scratch);
    case SLOT_STEP_ENV: return first_of(key_of(s->env, ref->arg), first_of(key_of(s->job->env, ref->arg), key_of(s->job->pipeline->env, ref->arg)));
    case SLOT_STEP_ENVS: return keys_of(s->env, scratch);
    case SLOT_STEP_IF: return value_str_or_none(s->condition);
    case SLOT_STEP_MAY_FAIL: return value_bool(s->may_fail);
    case SLOT_STEP_RUN: return value_str_or_none(s->run);
    case SLOT_STEP_SHELL: return value_str_or_none(s->shell);
    case SLOT_STEP_COMMANDS: return list_of(s->commands);
    case SLOT_STEP_PROGRAMS: return list_of(s->programs);
    case SLOT_STEP_DOWNLOAD_RUN: return value_bool(s->download_run);
    case SLOT_STEP_CHECKOUT: return value_bool(s->checkout);
    case SLOT_STEP_CHECKOUT_HEAD: return value_bool(s->checkout_head);
    case SLOT_STEP_CHECKOUT_CREDENTIALS: return checkout_credentials(s);
    case SLOT_STEP_EXPRESSIONS: return list_of(s->expressions);
    case SLOT_STEP_SECRETS: return list_of(s->secrets);
    case SLOT_STEP_BEFORE_PROGRAMS: return head_of(s->job->programs_so_far, s->programs_before);
    case SLOT_STEP_BEFORE_ACTIONS: return head_of(s->job->actions_so_far, s->actions_before);
    case SLOT_STEP_ANY: case SLOT_STEP_ALL: case SLOT_STEP_COUNT: return value_none();
    }
    return value_none();
}

static Value image_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const char *const kinds[] = {"container", "service", "action"};
    const PipelineImage *m = object;
    (void) scratch;
    switch ((enum JobImageSlot) ref->field->slot) {
    case SLOT_JOB_IMAGE_KIND: return word(kinds[m->kind]);
    case SLOT_JOB_IMAGE_REFERENCE: return value_str(m->reference);
    case SLOT_JOB_IMAGE_REPOSITORY: return value_str_or_none(m->repository);
    case SLOT_JOB_IMAGE_TAG: return value_str_or_none(m->tag);
    case SLOT_JOB_IMAGE_DIGEST: return value_str_or_none(m->digest);
    case SLOT_JOB_IMAGE_PINNED: return m->digest.p ? value_bool(true) : m->open ? value_none() : value_bool(false);
    case SLOT_JOB_IMAGE_OPTIONS: return value_str_or_none(m->options);
    case SLOT_JOB_IMAGE_PRIVILEGED: return value_bool(m->privileged);
    case SLOT_JOB_IMAGE_VOLUMES: return list_of(m->volumes);
    case SLOT_JOB_IMAGE_PASSWORD: return value_str_or_none(m->password);
    case SLOT_JOB_IMAGE_ENV: return key_of(m->env, ref->arg);
    }
    return value_none();
}

static Value include_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const char *const kinds[] = {"local", "remote", "project", "template", "component"};
    const PipelineInclude *i = object;
    (void) scratch;
    switch ((enum PipelineIncludeSlot) ref->field->slot) {
    case SLOT_INCLUDE_KIND: return word(kinds[i->kind]);
    case SLOT_INCLUDE_LOCATION: return value_str(i->location);
    case SLOT_INCLUDE_REF: return value_str_or_none(i->ref);
    case SLOT_INCLUDE_PINNED: return i->open ? value_none() : value_bool(i->pinned);
    }
    return value_none();
}

static Value variable_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const char *const kinds[] = {"env", "input", "password"}, *const places[] = {"pipeline", "job", "step"};
    const PipelineVariable *v = object;
    (void) scratch;
    switch ((enum PipelineVariableSlot) ref->field->slot) {
    case SLOT_VARIABLE_NAME: return value_str(v->name);
    case SLOT_VARIABLE_VALUE: return value_str(v->value);
    case SLOT_VARIABLE_KIND: return word(kinds[v->kind]);
    case SLOT_VARIABLE_SCOPE: return word(places[v->scope]);
    case SLOT_VARIABLE_JOB: return value_str_or_none(v->job);
    case SLOT_VARIABLE_LITERAL: return value_bool(v->literal);
    }
    return value_none();
}

static Value words_of(const ShellWord *w, size_t n, Scratch *scratch) {
    Value *p = n ? scratch_alloc(scratch, n * sizeof(Value)) : NULL;
    for (size_t i = 0; p && i < n; i++)
        p[i] = value_str(w[i].text);
    return p ? value_list(p, n) : value_none();
}

static Value operands(const ShellCommand *c, Scratch *scratch) {
    Value *p = c->n_words ? scratch_alloc(scratch, c->n_words * sizeof(Value)) : NULL;
    size_t n = 0;
    for (size_t i = 1; p && i < c->n_words; i++)
        if (!str_starts(c->words[i].text, STR("-")))
            p[n++] = value_str(c->words[i].text);
    return n ? value_list(p, n) : value_none();
}

static Value subcommand(const ShellCommand *c) {
    for (size_t i = 1; i < c->n_words; i++)
        if (!str_starts(c->words[i].text, STR("-")))
            return value_str(c->words[i].text);
    return value_none();
}

static Value option_of(const ShellCommand *c, Str option) {
    Str value = STR_NULL;
    return shell_option(c, option, &value) ? value_str_or_none(value) : value_none();
}

static Value command_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const PipelineCommand *c = object;
    const ShellCommand *s = c->shell;
    switch ((enum StepCommandSlot) ref->field->slot) {
    case SLOT_STEP_COMMAND_PROGRAM: return value_str(c->program);
    case SLOT_STEP_COMMAND_LINE: return value_str(c->line);
    case SLOT_STEP_COMMAND_ARGS: return s->n_words > 1 ? words_of(s->words + 1, s->n_words - 1, scratch) : value_none();
    case SLOT_STEP_COMMAND_HAS: return value_bool(shell_option(s, ref->arg, NULL));
    case SLOT_STEP_COMMAND_OPTION: return option_of(s, ref->arg);
    case SLOT_STEP_COMMAND_SUBCOMMAND: return subcommand(s);
    case SLOT_STEP_COMMAND_OPERANDS: return operands(s, scratch);
    case SLOT_STEP_COMMAND_EXECUTED: return value_bool(s->executed);
    case SLOT_STEP_COMMAND_IGNORED: return value_bool(c->ignored);
    case SLOT_STEP_COMMAND_SETS: return words_of(s->assigns, s->n_assigns, scratch);
    case SLOT_STEP_COMMAND_WRITES: return words_of(s->redirects, s->n_redirects, scratch);
    }
    return value_none();
}

static Value expression_get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const PipelineExpression *e = object;
    (void) scratch;
    switch ((enum ExpressionSlot) ref->field->slot) {
    case SLOT_EXPRESSION_TEXT: return value_str(e->text);
    case SLOT_EXPRESSION_IN: return value_str(e->in);
    case SLOT_EXPRESSION_KEY: return value_str_or_none(e->key);
    case SLOT_EXPRESSION_CODE: return value_bool(e->code);
    case SLOT_EXPRESSION_CONTEXTS: return list_of(e->contexts);
    case SLOT_EXPRESSION_UNTRUSTED: return list_of(e->untrusted);
    case SLOT_EXPRESSION_SECRETS: return list_of(e->secrets);
    }
    return value_none();
}

static const SubjectOps image_ops = {.get = image_get}, include_ops = {.get = include_get}, variable_ops = {.get = variable_get}, command_ops = {.get = command_get}, expression_ops = {.get = expression_get};

static const void *step_child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const PipelineStep *s = object;
    if (str_eqz(STR("step_command"), source->name)) {
        *ret_ops = &command_ops;
        return i < s->n_commands ? s->command[i] : NULL;
    }
    *ret_ops = &expression_ops;
    return str_eqz(STR("expression"), source->name) && i < s->n_expressions ? s->expression[i] : NULL;
}

static const SubjectOps step_ops = {.get = step_get, .child = step_child};

static const void *job_child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const PipelineJob *j = object;
    if (str_eqz(STR("step"), source->name)) {
        *ret_ops = &step_ops;
        return i < j->n_steps ? j->step[i] : NULL;
    }
    *ret_ops = &image_ops;
    return str_eqz(STR("job_image"), source->name) && i < j->n_images ? j->image[i] : NULL;
}

static const SubjectOps job_ops = {.get = job_get, .child = job_child};

static const void *pipeline_child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const Pipeline *p = object;
    if (str_eqz(STR("job"), source->name)) {
        *ret_ops = &job_ops;
        return i < p->n_jobs ? p->job[i] : NULL;
    }
    if (str_eqz(STR("pipeline_include"), source->name)) {
        *ret_ops = &include_ops;
        return i < p->n_includes ? p->include[i] : NULL;
    }
    *ret_ops = &variable_ops;
    return str_eqz(STR("pipeline_variable"), source->name) && i < p->n_variables ? p->variable[i] : NULL;
}

const SubjectOps pipeline_ops = {.get = pipeline_get, .child = pipeline_child};

PipelinePlace pipeline_place(const Source *source, const void *object) {
    Str name = str_from(source->name);
    if (str_eqz(name, "job"))
        return ((const PipelineJob *) object)->place;
    if (str_eqz(name, "step"))
        return ((const PipelineStep *) object)->place;
    if (str_eqz(name, "step_command"))
        return ((const PipelineCommand *) object)->place;
    if (str_eqz(name, "expression"))
        return ((const PipelineExpression *) object)->place;
    if (str_eqz(name, "job_image"))
        return ((const PipelineImage *) object)->place;
    if (str_eqz(name, "pipeline_include"))
        return ((const PipelineInclude *) object)->place;
    if (str_eqz(name, "pipeline_variable"))
        return ((const PipelineVariable *) object)->place;
    return (PipelinePlace) {1, 1};
}
