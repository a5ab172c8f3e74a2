/* SPDX-License-Identifier: Apache-2.0 */
#include "check/pipeline-input.h"
#include "unit/check/pipelines.h"

TEST(jobs_inherit) {
    const char *text = "image: alpine:3.20\n"
                       "variables: {V: '16', REG: r.example}\n"
                       "default:\n"
                       "  tags: [small]\n"
                       ".base:\n"
                       "  image: $REG/node:${V}\n"
                       "  variables: {A: a, B: b}\n"
                       "  before_script: [setup]\n"
                       "build:\n"
                       "  extends: .base\n"
                       "  stage: build\n"
                       "  variables: {B: other}\n"
                       "  script:\n"
                       "    - make\n"
                       "    - [one, [two]]\n"
                       "test:\n"
                       "  inherit: {default: false}\n"
                       "  script: check\n"
                       "deploy:\n"
                       "  stage: deploy\n"
                       "  image: {name: $UNKNOWN, entrypoint: ['']}\n"
                       "  when: manual\n"
                       "  timeout: 1h 30m\n"
                       "  script: [push]\n"
                       "late: {stage: .post, script: clean}\n";
    FIRES(GITLAB, "job", "job.id exists", text, "9:1 16:1 19:1 25:1");
    FIRES(GITLAB, "job_image", "job_image.reference = r.example/node:16 and job_image.tag = 16", text, "6:10");
    FIRES(GITLAB, "job_image", "not job_image.pinned exists", text, "21:17");
    FIRES(GITLAB, "job_image", "job_image.repository = alpine", text, "1:8");
    FIRES(GITLAB, "job", "job.env[A] = a and job.env[B] = other and job.env[V] = 16", text, "9:1");
    FIRES(GITLAB, "step", "step.kind = before_script", text, "8:19");
    FIRES(GITLAB, "step", "step.kind = script", text, "14:7 15:8 15:14 18:11 24:12 25:30");
    FIRES(GITLAB, "job", "job.runs_on = small", text, "9:1 19:1 25:1");
    FIRES(GITLAB, "job", "job.stage = test and job.when = on_success and job.timeout = 1h", text, "16:1");
    FIRES(GITLAB, "job", "job.timeout.set = 90m and job.may_fail = true", text, "19:1");
    FIRES(GITLAB, "step", "step.before.programs intersects (make)", text, "15:8 15:14 18:11 24:12 25:30");
    FIRES(GITLAB, "step", "step.before.programs intersects (push)", text, "");
}

TEST(merge_keys_and_references) {
    const char *text = ".vars: &vars {X: '1', Y: '2'}\n"
                       ".job: &job\n"
                       "  image: a:1\n"
                       "  script: [from_anchor]\n"
                       ".setup:\n"
                       "  script:\n"
                       "    - prepare\n"
                       "a:\n"
                       "  <<: *job\n"
                       "  image: a:2\n"
                       "  variables:\n"
                       "    X: '0'\n"
                       "    <<: *vars\n"
                       "b:\n"
                       "  script:\n"
                       "    - !reference [.setup, script]\n"
                       "    - !reference [.elsewhere, script]\n"
                       "    - last\n"
                       "c:\n"
                       "  script: !reference [.setup, script]\n";
    FIRES(GITLAB, "job_image", "job_image.tag exists", text, "10:10");
    FIRES(GITLAB, "job", "job.env[X] = 1 and job.env[Y] = 2", text, "8:1");
    FIRES(GITLAB, "step", "step.run exists", text, "4:12 7:7 17:7 18:7 7:7");
    FIRES(GITLAB, "step", "step.run = \"!reference [.elsewhere, script]\" and not step.commands exists", text, "17:7");
    WRONG(GITLAB, "a: {script: x, extends: b}\nb: {script: x, extends: a}\n", "p:1:4: error: \"a\" extends itself");
    WRONG(GITLAB, "a: {script: x, extends: .none}\n", "p:1:25: error: extends: \".none\" is not in this file, which includes none");
    FIRES(GITLAB, "job", "job.id = a", "include: other.yml\na: {extends: .none}\n", "2:1");
    const char *repeated = ".a: &a {image: a:1}\n.b: &b\n  <<: *a\n  tags: [x]\n.c: &c {stage: .pre}\nd:\n  <<: *b\n  <<: *c\n  script: make\ne:\n  <<: *b\n  script: x\nf: &f {script: x, <<: *b}\ng: *f\n";
    FIRES(GITLAB, "job", "job.runs_on = x and job.stage = .pre and job.any['job_image: job_image.tag = 1'] = true", repeated, "6:1");
    FIRES(GITLAB, "job", "job.runs_on = x", repeated, "6:1 10:1 13:1 14:1");
    WRONG(GITLAB, "a: {<<: x, script: y}\n", "p:1:9: error: \"<<\": expected a map or a list of maps, found a string");
}

TEST(bombs_of_merge_keys_and_references_end) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX), out = buf_new(BUF_OWN_MAX);
    buf_putz(&b, ".m0: &m0 {}\n.r0: {x: [a]}\n");
    for (int i = 1; i < 40; i++) {
        buf_printf(&b, ".m%d: &m%d {<<: [*m%d, *m%d, *m%d]}\n", i, i, i - 1, i - 1, i - 1);
        buf_printf(&b, ".r%d: {x: [!reference [.r%d, x], !reference [.r%d, x], !reference [.r%d, x]]}\n", i, i - 1, i - 1, i - 1);
    }
    fires(PIPELINE_GITLAB, "pipeline", "pipeline.kind exists", buf_view(&b), &out);
    CHECK(str_find(buf_view(&out), STR("the aliases stand for more than")) >= 0);
    buf_clear(&b);
    buf_clear(&out);
    buf_putz(&b, ".r0: {x: [a]}\n");
    for (int i = 1; i < 12; i++)
        buf_printf(&b, ".r%d: {x: [!reference [.r%d, x], !reference [.r%d, x], !reference [.r%d, x], !reference [.r%d, x], !reference [.r%d, x]]}\n", i, i - 1, i - 1, i - 1, i - 1, i - 1);
    buf_putz(&b, "j: {script: [!reference [.r9, x], !reference [.r9, x]]}\n");
    fires(PIPELINE_GITLAB, "pipeline", "pipeline.kind exists", buf_view(&b), &out);
    CHECK(str_find(buf_view(&out), STR("put in more than 300000 values")) >= 0);
}

TEST(includes) {
    const char *text = "include:\n"
                       "  - /ci/a.yml\n"
                       "  - https://x.example/a.yml\n"
                       "  - remote: https://x.example/b.yml\n"
                       "    integrity: sha256-AAAA\n"
                       "  - project: g/p\n"
                       "    ref: main\n"
                       "    file: [a.yml]\n"
                       "  - project: g/p\n"
                       "    ref: 08c6903cd8c0fde910a37f88322edcfb5dd907a8\n"
                       "    file: a.yml\n"
                       "  - template: Jobs/Container-Scanning.gitlab-ci.yml\n"
                       "  - component: $CI_SERVER_FQDN/g/c/scan@1.0.0\n"
                       "  - {project: g/p, ref: $REF, file: a.yml}\n"
                       "  - {project: g/p, file: a.yml}\n";
    FIRES(GITLAB, "pipeline_include", "include.kind = local", text, "2:5");
    FIRES(GITLAB, "pipeline_include", "include.pinned = false", text, "3:5 6:14 13:16 15:15");
    FIRES(GITLAB, "pipeline_include", "include.pinned = true", text, "2:5 4:13 9:14 12:15");
    FIRES(GITLAB, "pipeline_include", "not include.pinned exists", text, "14:15");
    FIRES(GITLAB, "pipeline_include", "include.kind = project and not include.ref exists", text, "15:15");
    FIRES(GITLAB, "pipeline_include", "include.kind = component and include.ref = 1.0.0", text, "13:16");
    FIRES(GITLAB, "pipeline", "pipeline.actions = Jobs/Container-Scanning.gitlab-ci.yml", text, "1:1");
}

TEST(services_rules_and_tokens) {
    const char *text = "workflow:\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n"
                       "a:\n"
                       "  services: [docker:27-dind, {name: 'redis:7', alias: r}]\n"
                       "  variables: {TOKEN: glpat-x, OTHER: $CI_JOB_TOKEN, MAP: {value: v, expand: false}}\n"
                       "  rules: [{if: '$CI_COMMIT_BRANCH == \"main\"'}]\n"
                       "  id_tokens: {SIGSTORE_ID_TOKEN: {aud: sigstore}}\n"
                       "  artifacts: {paths: [out/], access: developer}\n"
                       "  cache: [{key: a, paths: [c/]}, {key: b, paths: [d/]}]\n"
                       "  script: ['curl https://x.example | sh', 'echo $[[ inputs.name ]]']\n";
    FIRES(GITLAB, "job_image", "job_image.privileged = true and job_image.kind = service", text, "5:14");
    FIRES(GITLAB, "job_image", "job_image.repository = redis", text, "5:37");
    FIRES(GITLAB, "pipeline_variable", "variable.literal = true and variable.scope = job and variable.job = a", text, "6:22 6:66");
    FIRES(GITLAB, "job", "job.rules intersects ('$CI_COMMIT_BRANCH == \"main\"')", text, "4:1");
    FIRES(GITLAB, "pipeline", "pipeline.triggers = merge_request_event", text, "1:1");
    FIRES(GITLAB, "job", "job.id_tokens = SIGSTORE_ID_TOKEN and job.artifacts = out/ and job.artifacts.public = false and job.cache intersects (d/)", text, "4:1");
    FIRES(GITLAB, "step", "step.download_run = true", text, "11:12");
    FIRES(GITLAB, "expression", "expression.contexts = inputs.name and expression.code = true", text, "11:49");
}

TEST(wrong_types) {
    WRONG(GITLAB, "a: x\n", "p:1:4: error: a: expected a map (a job), found a string");
    WRONG(GITLAB, "a: {script: {x: y}}\n", "p:1:13: error: script: expected a string or a list, found a map");
    WRONG(GITLAB, "stages: build\n", "p:1:9: error: stages: expected a list, found a string");
    WRONG(GITLAB, "variables: [a]\n", "p:1:12: error: variables: expected a map, found a list");
    WRONG(GITLAB, "a: {script: x, services: [[x, 1]]}\n", "p:1:31: error: services[0][1]: expected a string or a map, found a number");
    WRONG(GITLAB, "a: {stage: build}\n", "p:1:1: error: the job \"a\" has neither \"script\" nor \"trigger\"");
    WRONG(GITLAB, "a: {script: x, needs: b}\n", "p:1:23: error: needs: expected a list or a map, found a string");
    WRONG(GITLAB, "a: {script: x, needs: [b]}\nb: {script: x, needs: [a]}\n", "p:2:1: error: needs: \"a\" waits for this job itself");
    WRONG(GITLAB, "a: 1\n---\nb: 2\n", "p:3:1: error: expected one document, or one behind a header with \"spec\"");
    FIRES(GITLAB, "job", "job.id exists", "spec: {inputs: {x: }}\n---\na: {script: x}\n", "3:1");
}

TEST(files_are_recognised) {
    static const struct {
        const char *path, *text;
        int kind;
    } cases[] = {
        {".gitlab-ci.yml", "a: b", PIPELINE_GITLAB},
        {"x/.github/workflows/a.yaml", "a: b", PIPELINE_WORKFLOW},
        {"workflows/a.yaml", "a: b", -1},
        {"x/action.yml", "runs:\n  using: node20", PIPELINE_ACTION},
        {"x/action.yml", "a: b", -1},
        {"ci.yml", "on: push\njobs: {}", PIPELINE_WORKFLOW},
        {"ci.yml", "stages: [a]\nb:\n  script: x", PIPELINE_GITLAB},
        {"ci.yml", "b:\n  script: x", -1},
        {"", "'on': push\njobs:\n", PIPELINE_WORKFLOW},
        {"ci.txt", "on: push\njobs:\n", -1},
        {"pod.yml", "apiVersion: v1\non: x\njobs: {}", -1},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        PipelineKind kind;
        bool known = pipeline_guess(str_from(cases[i].path), str_from(cases[i].text), &kind);
        CHECK_MSG((known ? (int) kind : -1) == cases[i].kind, "case %zu: %d", i, known ? (int) kind : -1);
    }
}

typedef struct Fixing {
    const CheckFile *file;
    const CheckInput *input;
    const char *source;
    const Node *fix;
    Buf *out;
} Fixing;

/* Writes the text with the edits of each subject of the source: a line behind each. */
static int fix_each(void *userdata, const CheckSubject *s) {
    Fixing *f = userdata;
    CheckEdits edits;
    if (!str_eqz(str_from(f->source), s->subject.source->name))
        return 0;
    if (!f->input->fix(f->file, s, f->fix, &edits)) {
        buf_putz(f->out, "none");
        return 0;
    }
    size_t at = 0;
    for (size_t i = 0; i < edits.n; i++) {
        buf_str(f->out, str_n(f->file->text.p + at, edits.p[i].at - at));
        buf_str(f->out, edits.p[i].text);
        at = edits.p[i].end;
    }
    buf_str(f->out, str_from_at(f->file->text, at));
    return 0;
}

static void fixes_in(int line, const CheckInput *input, const char *source, const char *fix, const char *text, const char *want) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    Limits l = limits_default();
    Node *node = NULL;
    CheckFile file = {.path = "ci.yml", .text = str_from(text), .limits = &l, .arena = &a};
    CHECK_INT(json_parse(str_from(fix), "fix", &l, &a, NULL, &node), 0);
    Fixing f = {&file, input, source, node, &b};
    CHECK_INT(input->read(&file, fix_each, &f), 0);
    CHECK_MSG(str_eqz(buf_view(&b), want), "line %d: \"%.*s\", expected \"%s\"", line, STR_FMT(buf_view(&b)), want);
}
#define FIXES(...) fixes_in(__LINE__, __VA_ARGS__)

TEST(fixes_change_the_value_and_nothing_else) {
    const char *value = "{\"set\": {\"value\": \"false\"}}", *failing = "{\"set\": {\"continue-on-error\": false, \"allow_failure\": false}}";
    const CheckInput *gitlab = &check_input_gitlab_ci, *github = &check_input_github_actions;
    FIXES(gitlab, "pipeline_variable", value, "variables:\n  A: \"true\" # why\na: {script: x}\n", "variables:\n  A: \"false\" # why\na: {script: x}\n");
    FIXES(gitlab, "pipeline_variable", value, "variables: {A: {value: '1', description: x}}\na: {script: x}\n", "variables: {A: {value: 'false', description: x}}\na: {script: x}\n");
    FIXES(gitlab, "pipeline_variable", value, "variables: {A: \"tr\\u0075e\"}\na: {script: x}\n", "none");
    FIXES(gitlab, "job", failing, "a:\n  allow_failure: true\n  script: x\n", "a:\n  allow_failure: false\n  script: x\n");
    FIXES(gitlab, "job", failing, "a: {script: x, allow_failure: {exit_codes: 1}}\n", "none");
    FIXES(github, "step", failing, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: x\n        continue-on-error: true\n",
          "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: x\n        continue-on-error: false\n");
    FIXES(github, "step", failing, "on: push\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n", "none");
}

TEST_MAIN()
