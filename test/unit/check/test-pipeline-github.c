/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/check/pipelines.h"

#define SHA "08c6903cd8c0fde910a37f88322edcfb5dd907a8"

/* A workflow with these steps, which begin in line 7. */
#define STEPS(steps) "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n" steps

TEST(actions) {
    const char *text = STEPS("      - uses: actions/checkout@" SHA "\n"
                             "      - uses: Docker/Login-Action@v3\n"
                             "      - uses: ./local\n"
                             "      - uses: docker://alpine:3.20\n"
                             "      - uses: owner/repo/sub/dir@main\n"
                             "      - uses: owner/none\n"
                             "      - run: x\n");
    FIRES(WORKFLOW, "step", "step.uses.pinned = false", text, "8:15 10:15 11:15 12:15");
    FIRES(WORKFLOW, "step", "step.uses.pinned = true", text, "7:15 9:15");
    FIRES(WORKFLOW, "step", "step.uses.repository = docker/login-action and step.uses.owner = docker and step.uses.ref = v3", text, "8:15");
    FIRES(WORKFLOW, "step", "step.uses.kind = local", text, "9:15");
    FIRES(WORKFLOW, "step", "step.uses.kind = docker", text, "10:15");
    FIRES(WORKFLOW, "step", "step.uses.path = sub/dir and step.uses.repository = owner/repo", text, "11:15");
    FIRES(WORKFLOW, "step", "step.uses.ref exists", text, "7:15 8:15 11:15");
    FIRES(WORKFLOW, "step", "not step.uses exists", text, "13:14");
    FIRES(WORKFLOW, "job_image", "job_image.kind = action and job_image.tag = 3.20", text, "10:15");
    FIRES(WORKFLOW, "job", "job.actions intersects (owner/repo)", text, "4:3");
}

TEST(permissions_count_with_their_defaults) {
    const char *text = "on: push\njobs:\n  a: {runs-on: x, steps: [{run: x}]}\n  b: {runs-on: x, steps: [{run: x}], permissions: {contents: read, id-token: write}}\n"
                       "  c: {runs-on: x, steps: [{run: x}], permissions: write-all}\n  d: {runs-on: x, steps: [{run: x}], permissions: {}}\n";
    FIRES(WORKFLOW, "pipeline", "pipeline.permissions.set exists", text, "");
    FIRES(WORKFLOW, "job", "job.permission[contents] = write", text, "3:3 5:3");
    FIRES(WORKFLOW, "job", "job.permission[contents] >= read", text, "3:3 4:3 5:3");
    FIRES(WORKFLOW, "job", "job.permission[id-token] = write", text, "4:3 5:3");
    FIRES(WORKFLOW, "job", "job.permission[issues] = none", text, "4:3 6:3");
    FIRES(WORKFLOW, "job", "job.permissions.set = write-all", text, "5:3");
    FIRES(WORKFLOW, "job", "job.permissions.set = none", text, "6:3");
    FIRES(WORKFLOW, "job", "job.permissions.write exists", text, "3:3 4:3 5:3");
    FIRES(WORKFLOW, "job", "job.permission[contents] = read",
          "on: push\npermissions:\n  contents: read\njobs:\n  a: {runs-on: x, steps: [{run: x}]}\n  b: {runs-on: x, steps: [{run: x}], permissions: read-all}\n", "5:3 6:3");
}

TEST(expressions_stand_where_they_are) {
    const char *text = STEPS("      - env:\n"
                             "          T: ${{ github.event.issue.title }}\n"
                             "          OK: ${{ github.sha }}\n"
                             "        run: |\n"
                             "          echo one\n"
                             "            echo ${{ github.sha }} \"${{ github.event['comment'].body }}\"\n"
                             "          echo ${{ env.T }} ${{ env.OK }}\n"
                             "      - run: echo ${{ format('{0}', github.event.commits[0].message) }} # ${{ 'github.head_ref' }}\n"
                             "      - run: echo \"$TITLE\" '${{ toJSON(github.event) }}'\n"
                             "      - if: github.head_ref == 'x'\n"
                             "        run: x\n"
                             "      - uses: actions/github-script@v7\n"
                             "        with:\n"
                             "          script: console.log(`${{ github.event.pull_request.body }}`)\n"
                             "          other: ${{ github.event.pull_request.body }}\n");
    FIRES(WORKFLOW, "expression", "expression.untrusted exists and expression.code = true", text, "12:37 13:16 14:19 15:29 20:32");
    FIRES(WORKFLOW, "expression", "expression.untrusted exists and expression.code = false", text, "8:14 16:13 21:18");
    FIRES(WORKFLOW, "expression", "expression.contexts intersects (github.event.comment.body)", text, "12:37");
    FIRES(WORKFLOW, "expression", "expression.contexts intersects (github.event.commits.*.message)", text, "14:19");
    FIRES(WORKFLOW, "expression", "expression.in = with and expression.key = script", text, "20:32");
}

TEST(secrets_are_named) {
    const char *text = "on: push\nenv:\n  A: ${{ secrets.TOP }}\njobs:\n  a:\n    runs-on: x\n    env:\n      ALL: ${{ toJSON(secrets) }}\n    steps:\n      - run: echo ${{ secrets.ONE }}\n"
                       "  b:\n    uses: o/r/.github/workflows/w.yml@v1\n    secrets: inherit\n";
    FIRES(WORKFLOW, "pipeline", "pipeline.secrets = top", text, "1:1");
    FIRES(WORKFLOW, "job", "job.secrets = *", text, "5:3");
    FIRES(WORKFLOW, "step", "step.secrets = one", text, "10:14");
    FIRES(WORKFLOW, "job", "job.secrets.inherit = true and job.uses.pinned = false and job.uses.repository = o/r", text, "11:3");
}

TEST(scripts) {
    const char *text = STEPS("      - run: curl -fsSL https://x.example | sudo bash -s -- -y\n"
                             "      - run: |\n"
                             "          set -e\n"
                             "          trivy image x | tee log || true\n"
                             "          docker login -u a -p secret registry.example\n"
                             "      - run: print(1)\n"
                             "        shell: python\n"
                             "      - run: iwr https://x.example/i.ps1 | iex\n"
                             "        shell: pwsh\n"
                             "      - run: gh pr checkout 12\n"
                             "      - run: echo x >> \"$GITHUB_ENV\"\n");
    FIRES(WORKFLOW, "step", "step.download_run = true", text, "7:14 14:14");
    FIRES(WORKFLOW, "step_command", "command.ignored = true", text, "10:11 10:27");
    FIRES(WORKFLOW, "step_command", "command.program = docker and command.subcommand = login and command.option[-p] = secret", text, "11:11");
    FIRES(WORKFLOW, "step", "step.shell = python and not step.commands exists", text, "12:14");
    FIRES(WORKFLOW, "step", "step.checkout.head = true", text, "16:14");
    FIRES(WORKFLOW, "step_command", "command.writes = \"$GITHUB_ENV\"", text, "17:14");
    FIRES(WORKFLOW, "step", "step.before.programs intersects (trivy)", text, "12:14 14:14 16:14 17:14");
    FIRES(WORKFLOW, "step_command", "command.has[-s] = true and command.program = bash", text, "7:50");
    FIRES(WORKFLOW, "pipeline", "pipeline.programs intersects (docker)", text, "1:1");
}

TEST(checkouts) {
    const char *text = STEPS("      - uses: actions/checkout@v4\n"
                             "      - uses: actions/checkout@v4\n"
                             "        with: {ref: \"${{ github.event.pull_request.head.sha }}\", persist-credentials: false}\n"
                             "      - uses: actions/checkout@v4\n"
                             "        with: {ref: refs/pull/1/merge}\n");
    FIRES(WORKFLOW, "step", "step.checkout = true", text, "7:15 8:15 10:15");
    FIRES(WORKFLOW, "step", "step.checkout.head = true", text, "8:15 10:15");
    FIRES(WORKFLOW, "step", "step.checkout.credentials = false", text, "8:15");
}

TEST(what_runs_before) {
    const char *text = "on: push\njobs:\n  push:\n    needs: [scan]\n    runs-on: x\n    steps:\n      - run: docker push x\n"
                       "  scan:\n    needs: build\n    runs-on: x\n    steps:\n      - uses: aquasecurity/trivy-action@v1\n      - run: docker push y\n"
                       "  build:\n    runs-on: x\n    steps:\n      - run: docker push z\n";
    FIRES(WORKFLOW, "step", "step.run startswith docker and step.before.actions intersects (aquasecurity/trivy-action)", text, "7:14 13:14");
    FIRES(WORKFLOW, "step", "step.run startswith docker and step.before.programs exists", text, "7:14 13:14");
    WRONG(WORKFLOW, "on: push\njobs:\n  a: {needs: b, runs-on: x, steps: [{run: x}]}\n  b: {needs: [a, c], runs-on: x, steps: [{run: x}]}\n",
          "p:4:14: error: needs: \"a\" waits for this job itself\np:4:14: error: needs: \"c\" is no job of this file");
}

TEST(images) {
    const char *text = "on: push\njobs:\n  a:\n    runs-on: [self-hosted, linux]\n    timeout-minutes: 10\n    container:\n      image: node\n      options: --cpus 1 --privileged\n"
                       "      credentials: {username: a, password: hunter2}\n      volumes: [/var/run/docker.sock:/var/run/docker.sock]\n"
                       "    services:\n      db: {image: 'postgres:16@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'}\n      x: {image: 'docker:27-dind'}\n"
                       "      y: {image: 'r.example:5000/a/b:${{ matrix.v }}'}\n    steps: [{run: x}]\n";
    FIRES(WORKFLOW, "job_image", "job_image.kind = container and job_image.tag = latest and job_image.pinned = false and job_image.volumes contains docker.sock", text, "7:14");
    FIRES(WORKFLOW, "job_image", "job_image.pinned = true and job_image.tag = 16 and job_image.repository = postgres", text, "12:19");
    FIRES(WORKFLOW, "job_image", "job_image.privileged = true", text, "7:14 13:18");
    FIRES(WORKFLOW, "job_image", "not job_image.pinned exists and job_image.repository = r.example:5000/a/b", text, "14:18");
    FIRES(WORKFLOW, "job", "job.self_hosted = true and job.timeout = 10m and job.timeout.set = 600", text, "3:3");
    FIRES(WORKFLOW, "pipeline_variable", "variable.kind = password and variable.literal = true and variable.value = hunter2", text, "9:44");
}

TEST(composite_actions) {
    const char *text = "name: a\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.x }}\n      shell: bash\n";
    FIRES(ACTION, "expression", "expression.contexts startswith inputs.", text, "5:17");
    FIRES(ACTION, "pipeline", "pipeline.kind = github-action and pipeline.jobs = 1 and not pipeline.permission[contents] exists", text, "1:1");
    FIRES(ACTION, "job_image", "job_image.reference = alpine:3", "name: a\nruns: {using: docker, image: 'docker://alpine:3'}\n", "2:30");
}

TEST(wrong_types) {
    WRONG(WORKFLOW, "", "p:1:1: error: the file is empty");
    WRONG(WORKFLOW, "- a\n", "p:1:1: error: expected a map, found a list");
    WRONG(WORKFLOW, "on: push\njobs: [a]\n", "p:2:7: error: jobs: expected a map, found a list");
    WRONG(WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps: run\n", "p:5:12: error: jobs.a.steps: expected a list, found a string");
    WRONG(WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [x, {run: [a]}, {uses: {}}]\n    permissions: [a]\n",
          "p:5:13: error: jobs.a.steps[0]: expected a map, found a string\np:5:22: error: jobs.a.steps[1].run: expected a string, found a list\n"
          "p:5:35: error: jobs.a.steps[2].uses: expected a string, found a map\np:6:18: error: jobs.a.permissions: expected a string or a map, found a list");
    WRONG(WORKFLOW, "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{run: x, continue-on-error: maybe}]\n",
          "p:5:41: error: jobs.a.steps[0].continue-on-error: expected true or false or an expression, found a string");
    WRONG(WORKFLOW, "on: push\njobs: {a: {runs-on: x, steps: [{run: x}, {name: y}, {run: z, uses: a/b@c}]}}\n",
          "p:2:42: error: expected \"uses\" or \"run\" in the step\np:2:53: error: a step has \"uses\" or \"run\", not both");
    WRONG(WORKFLOW, "jobs: {a: {runs-on: x}, b: {steps: [{run: x}]}, c: x}\n", "p:1:52: error: jobs.c: expected a map, found a string");
    WRONG(WORKFLOW, "jobs: {a: {runs-on: x}, b: {steps: [{run: x}]}}\n",
          "p:1:1: error: expected at least one event below \"on\"\np:1:11: error: the job has no steps\np:1:28: error: the job has neither \"runs-on\" nor \"uses\"");
    WRONG(WORKFLOW, STEPS("      - run: echo ${{ a\n"), "p:7:19: error: the expression has no end: expected \"}}\"");
    WRONG(WORKFLOW, STEPS("      - uses: checkout\n"), "p:7:15: error: expected owner/repository@ref, ./path or docker://image, found \"checkout\"");
    WRONG(WORKFLOW, "on: push\n---\na: b\n", "p:3:1: error: expected one document, found 2");
    WRONG(ACTION, "name: x\n", "p:1:1: error: expected \"runs\"");
}

TEST(unknown_keys_are_warnings) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits l = limits_default();
    Pipeline *p = NULL;
    CHECK_INT(pipeline_read(PIPELINE_WORKFLOW, STR("on: push\npermisions: {}\njobs: {a: {runs-on: x, step: [], steps: [{run: x}]}}\n"), "p", &l, &a, &d, &p), 0);
    _cleanup_free_ char *all = diag_text(&d);
    CHECK_STR(str_trim(str_from(all)), "p:2:1: warning: unknown key \"permisions\"; did you mean \"permissions\"?\np:3:24: warning: jobs.a: unknown key \"step\"; did you mean \"steps\"?");
}

TEST(limits_hold) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX), out = buf_new(BUF_OWN_MAX);
    buf_putz(&b, "on: push\njobs:\n");
    for (int i = 0; i < PIPELINE_JOBS + 1; i++)
        buf_printf(&b, "  j%d: {runs-on: x, steps: [{run: x}]}\n", i);
    fires(PIPELINE_WORKFLOW, "pipeline", "pipeline.kind exists", buf_view(&b), &out);
    CHECK_STR(buf_view(&out), "p:2003:3: error: more than 2000 jobs");
    buf_clear(&b);
    buf_clear(&out);
    buf_putz(&b, "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n");
    for (int i = 0; i < PIPELINE_ITEMS; i++)
        buf_putz(&b, "    - run: x\n");
    fires(PIPELINE_WORKFLOW, "pipeline", "pipeline.kind exists", buf_view(&b), &out);
    CHECK_STR(buf_view(&out), "p: error: more than 50000 steps, variables, expressions and commands");
}

TEST_MAIN()
