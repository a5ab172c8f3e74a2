/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of pipeline files: GitHub's workflow and metadata syntax, GitLab's CI/CD YAML syntax (documentation of 2026). */
#include "check/pipeline-shape.h"

#define TEXT(key) {key, P_SCALAR, 0, NULL}
#define FLAG(key) {key, P_BOOL | P_EXPRESSION, 0, NULL}
#define COUNT(key) {key, P_NUMBER | P_EXPRESSION, 0, NULL}
#define ANY(key) {key, P_ANY, 0, NULL}
#define TEXTS(key) {key, P_LIST, P_SCALAR, NULL}
#define TEXT_OR_LIST(key) {key, P_SCALAR | P_LIST, P_SCALAR, NULL}
#define MAP(key, sub) {key, P_MAP, 0, sub}
#define TEXT_OR_MAP(key, sub) {key, P_SCALAR | P_MAP, 0, sub}
#define MAPS(key, sub) {key, P_LIST, P_MAP, sub}
#define END {NULL, 0, 0, NULL}

static const PipelineKey scalars[] = {TEXT("*"), END};
static const PipelineKey anything[] = {ANY("*"), END};

/* GitHub */
#define VALUES(key) {key, P_MAP | P_EXPRESSION, 0, scalars}

static const PipelineKey run_defaults[] = {TEXT("shell"), TEXT("working-directory"), END};
static const PipelineKey defaults[] = {MAP("run", run_defaults), END};
static const PipelineKey concurrency[] = {TEXT("group"), FLAG("cancel-in-progress"), TEXT("queue"), END};
static const PipelineKey schedule[] = {TEXT("cron"), TEXT("timezone"), END};
static const PipelineKey event[] = {
    TEXT_OR_LIST("types"), TEXT_OR_LIST("branches"), TEXT_OR_LIST("branches-ignore"), TEXT_OR_LIST("tags"), TEXT_OR_LIST("tags-ignore"),
    TEXT_OR_LIST("paths"), TEXT_OR_LIST("paths-ignore"), TEXT_OR_LIST("workflows"), TEXT_OR_LIST("names"), MAP("inputs", NULL),
    MAP("secrets", NULL), MAP("outputs", NULL), MAP("image", NULL), END,
};
static const PipelineKey events[] = {MAPS("schedule", schedule), {"*", P_MAP, 0, event}, END};
static const PipelineKey runs_on[] = {TEXT("group"), TEXT_OR_LIST("labels"), END};
static const PipelineKey environment[] = {TEXT("name"), TEXT("url"), FLAG("deployment"), END};
static const PipelineKey strategy[] = {{"matrix", P_MAP | P_EXPRESSION, 0, anything}, FLAG("fail-fast"), COUNT("max-parallel"), END};
static const PipelineKey credentials[] = {TEXT("username"), TEXT("password"), END};
static const PipelineKey container[] = {
    TEXT("image"), MAP("credentials", credentials), VALUES("env"), TEXT_OR_LIST("ports"), TEXTS("volumes"), TEXT("options"), TEXT("command"), TEXT("entrypoint"), END,
};
static const PipelineKey services[] = {{"*", P_TEXT | P_MAP, 0, container}, END};
static const PipelineKey steps[] = {
    TEXT("id"), TEXT("name"), TEXT("if"), TEXT("uses"), TEXT("run"), TEXT("shell"), TEXT("working-directory"), VALUES("with"), VALUES("env"),
    FLAG("continue-on-error"), COUNT("timeout-minutes"), END,
};
static const PipelineKey job[] = {
    TEXT("name"), TEXT_OR_LIST("needs"), TEXT("if"), {"runs-on", P_SCALAR | P_LIST | P_MAP, P_SCALAR, runs_on}, TEXT_OR_MAP("environment", environment),
    TEXT_OR_MAP("concurrency", concurrency), MAP("outputs", scalars), VALUES("env"), MAP("defaults", defaults), MAPS("steps", steps),
    COUNT("timeout-minutes"), MAP("strategy", strategy), FLAG("continue-on-error"), TEXT_OR_MAP("container", container),
    {"services", P_MAP | P_EXPRESSION, 0, services}, TEXT("uses"), MAP("with", scalars), TEXT_OR_MAP("secrets", scalars), TEXT_OR_MAP("permissions", scalars),
    ANY("snapshot"), END,
};
static const PipelineKey jobs[] = {{"*", P_MAP, 0, job}, END};

const PipelineKey pipeline_workflow_keys[] = {
    TEXT("name"), TEXT("run-name"), {"on", P_TEXT | P_LIST | P_MAP, P_TEXT, events}, TEXT_OR_MAP("permissions", scalars), VALUES("env"), MAP("defaults", defaults),
    TEXT_OR_MAP("concurrency", concurrency), MAP("jobs", jobs), END,
};

static const PipelineKey runs[] = {
    TEXT("using"), TEXT("main"), TEXT("pre"), TEXT("pre-if"), TEXT("post"), TEXT("post-if"), TEXT("image"), TEXT("entrypoint"), TEXT("pre-entrypoint"),
    TEXT("post-entrypoint"), TEXTS("args"), VALUES("env"), MAPS("steps", steps), END,
};

const PipelineKey pipeline_action_keys[] = {
    TEXT("name"), TEXT("author"), TEXT("description"), MAP("branding", scalars), MAP("inputs", NULL), MAP("outputs", NULL), MAP("runs", runs), END,
};

/* GitLab */
#define SCRIPT(key) {key, P_SCALAR | P_LIST, P_SCALAR | P_NESTED, NULL}

static const PipelineKey variable[] = {TEXT("value"), TEXT("description"), FLAG("expand"), TEXTS("options"), END};
static const PipelineKey variables[] = {{"*", P_SCALAR | P_MAP, 0, variable}, END};
static const PipelineKey image[] = {TEXT("name"), TEXT_OR_LIST("entrypoint"), MAP("docker", anything), MAP("kubernetes", anything), TEXT_OR_LIST("pull_policy"), END};
static const PipelineKey service[] = {
    TEXT("name"), TEXT("alias"), TEXT_OR_LIST("entrypoint"), TEXT_OR_LIST("command"), MAP("variables", scalars), TEXT_OR_LIST("pull_policy"), MAP("docker", anything),
    MAP("kubernetes", anything), END,
};
static const PipelineKey failure[] = {{"exit_codes", P_NUMBER | P_LIST, P_NUMBER, NULL}, END};
static const PipelineKey rule[] = {
    TEXT("if"), TEXT("when"), {"allow_failure", P_BOOL | P_MAP, 0, failure}, {"changes", P_LIST | P_MAP | P_TEXT, P_SCALAR | P_NESTED, NULL}, {"exists", P_LIST | P_MAP | P_TEXT, P_SCALAR | P_NESTED, NULL},
    MAP("variables", scalars), ANY("needs"), TEXT("start_in"), FLAG("interruptible"), MAP("auto_cancel", anything), END,
};
#define RULES(key) {key, P_LIST, P_MAP | P_TEXT | P_NESTED, rule}
static const PipelineKey cache_key[] = {TEXTS("files"), TEXTS("files_commits"), TEXT("prefix"), END};
static const PipelineKey cache[] = {
    TEXT_OR_MAP("key", cache_key), TEXT_OR_LIST("paths"), TEXT("policy"), FLAG("untracked"), FLAG("unprotect"), TEXT("when"), TEXT_OR_LIST("fallback_keys"), END,
};
static const PipelineKey artifacts[] = {
    TEXT_OR_LIST("paths"), TEXT_OR_LIST("exclude"), TEXT("expire_in"), TEXT("expose_as"), TEXT("name"), FLAG("public"), TEXT("access"), MAP("reports", anything), FLAG("untracked"),
    TEXT("when"), END,
};
static const PipelineKey gitlab_environment[] = {
    TEXT("name"), TEXT("url"), TEXT("on_stop"), TEXT("action"), TEXT("auto_stop_in"), MAP("kubernetes", anything), TEXT("deployment_tier"), END,
};
static const PipelineKey include[] = {
    TEXT("local"), TEXT("project"), TEXT("ref"), TEXT_OR_LIST("file"), TEXT("remote"), TEXT("integrity"), TEXT("template"), TEXT("component"), MAP("inputs", anything), RULES("rules"),
    ANY("cache"), TEXT("artifact"), TEXT("job"), TEXT("pipeline"), END,
};
static const PipelineKey workflow[] = {RULES("rules"), TEXT("name"), MAP("auto_cancel", anything), END};
static const PipelineKey id_token[] = {TEXT_OR_LIST("aud"), END};
static const PipelineKey id_tokens[] = {{"*", P_MAP, 0, id_token}, END};

/* What "default" may hold. */
#define DEFAULTS                                                                                                                                          \
    TEXT_OR_MAP("image", image), {"services", P_LIST, P_TEXT | P_MAP | P_NESTED, service}, SCRIPT("before_script"), SCRIPT("after_script"),                \
        {"cache", P_LIST | P_MAP, P_MAP, cache}, {"tags", P_TEXT | P_LIST, P_SCALAR | P_NESTED, NULL}, MAP("artifacts", artifacts), TEXT("timeout"), {"retry", P_NUMBER | P_TEXT | P_MAP, 0, NULL}, \
        FLAG("interruptible"), MAP("id_tokens", id_tokens), MAP("hooks", anything), TEXT("identity")

const PipelineKey pipeline_gitlab_default_keys[] = {DEFAULTS, END};

const PipelineKey pipeline_gitlab_keys[] = {
    DEFAULTS, MAP("default", pipeline_gitlab_default_keys), TEXTS("stages"), MAP("variables", variables), MAP("workflow", workflow),
    {"include", P_TEXT | P_LIST | P_MAP, P_TEXT | P_MAP | P_NESTED, include}, ANY("spec"), ANY("*"), END,
};

const PipelineKey pipeline_gitlab_job_keys[] = {
    DEFAULTS,
    SCRIPT("script"), SCRIPT("pre_get_sources_script"), TEXT("stage"), TEXT_OR_LIST("extends"), {"variables", P_MAP, 0, variables}, RULES("rules"), {"only", P_TEXT | P_LIST | P_MAP, P_SCALAR | P_NESTED, NULL}, {"except", P_TEXT | P_LIST | P_MAP, P_SCALAR | P_NESTED, NULL},
    {"allow_failure", P_BOOL | P_MAP, 0, failure}, TEXT("when"), TEXT("start_in"), {"needs", P_LIST | P_MAP, P_TEXT | P_MAP | P_NESTED, NULL}, TEXTS("dependencies"),
    TEXT_OR_MAP("environment", gitlab_environment), TEXT_OR_MAP("trigger", anything), MAP("inherit", anything), {"parallel", P_NUMBER | P_TEXT | P_MAP, 0, NULL}, TEXT("coverage"), {"release", P_MAP, 0, NULL}, TEXT("resource_group"),
    MAP("secrets", anything), MAP("dast_configuration", anything), {"pages", P_BOOL | P_TEXT | P_MAP, 0, NULL}, TEXT("publish"), TEXT("manual_confirmation"), {"run", P_LIST, P_MAP, NULL}, MAP("inputs", anything), END,
};
