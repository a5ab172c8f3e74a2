/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions on what a Dockerfile says. */
#include "check/input.h"
#include "policy/program.h"
#include "unit/tap.h"

typedef struct Asked {
    const Source *source;
    const Program *program;
    Evaluator *evaluator;
    Buf *out;
} Asked;

static int each(void *userdata, const CheckSubject *s) {
    Asked *a = userdata;
    if (s->subject.source == a->source && program_evaluate(a->program, &s->subject, a->evaluator) == 1)
        buf_printf(a->out, "%s%u:%u-%u:%u", a->out->n ? " " : "", s->place.line, s->place.col, s->place.end_line, s->place.end_col);
    return 0;
}

/* The places of all subjects of the source that the condition holds for. */
static void check(const char *source, const char *condition, const char *text, const char *want) {
    Arena a = {0};
    Diag d = {0};
    Limits limits = limits_default();
    AstNode *tree = NULL;
    AstPlace start = {1, 1};
    AstText ast = {.text = str_from(condition), .file = "c", .lines = &start, .n_lines = 1};
    Program *program = NULL;
    Evaluator *e = evaluator_new();
    evaluator_one_document(e);
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    int r = ast_parse(&ast, &limits, &a, &d, &tree);
    if (r == 0)
        r = program_compile(source_by_name(str_from(source)), tree, &limits, &a, &d, &program);
    Asked asked = {source_by_name(str_from(source)), program, e, &out};
    CheckFile file = {.path = "dir/Dockerfile", .text = str_from(text), .limits = &limits, .arena = &a, .diag = &d};
    if (r == 0)
        r = check_input_by_source(str_from(source))->read(&file, each, &asked);
    if (r < 0) {
        _cleanup_free_ char *all = diag_text(&d);
        buf_putz(&out, all);
    }
    CHECK_MSG(str_eqz(buf_view(&out), want), "%s: %.*s, expected %s", condition, STR_FMT(buf_view(&out)), want);
    evaluator_free(e);
    diag_done(&d);
    arena_done(&a);
}

TEST(recognised_by_name) {
    static const char *const yes[] = {"Dockerfile", "a/b/Containerfile", "dockerfile", "x/Dockerfile.dev", "app.Dockerfile", "app.dockerfile", "Dockerfile-alpine", "c.containerfile"};
    static const char *const no[] = {"Dockerfiles", "Dockerfile.dockerignore", "mydockerfile", "dockerfile/x", ".dockerignore", "a.docker"};
    for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
        CHECK_MSG(check_input_of(str_from(yes[i]), STR("FROM x")), "%s", yes[i]);
    for (size_t i = 0; i < ARRAY_SIZE(no); i++)
        CHECK_MSG(!check_input_of(str_from(no[i]), STR("FROM x")), "%s", no[i]);
}

#define TWO "FROM golang:1.22 AS build\nRUN a\nFROM alpine\nCOPY --from=build a b\n"

TEST(image) {
    check("dockerfile", "dockerfile.stages = 2 and dockerfile.root = true and dockerfile.user = root and not dockerfile.user.set exists", TWO, "3:1-3:12");
    check("dockerfile", "dockerfile.root = false and dockerfile.user = app and dockerfile.user.set = app:app", TWO "USER app:app", "3:1-3:12");
    check("dockerfile", "dockerfile.root = true", TWO "USER 0:0", "3:1-3:12");
    check("dockerfile", "dockerfile.root exists", TWO "ARG U\nUSER $U", "");
    check("dockerfile", "dockerfile.root = false", "FROM gcr.io/distroless/static:nonroot", "1:1-1:38");
    check("dockerfile", "dockerfile.bases in (golang:1.22, alpine) and dockerfile.instructions = 4 and dockerfile.path endswith /Dockerfile", TWO, "3:1-3:12");
    check("dockerfile", "dockerfile.healthcheck = true", TWO "HEALTHCHECK CMD a", "3:1-3:12");
    check("dockerfile", "dockerfile.healthcheck = true", TWO "HEALTHCHECK NONE", "");
    check("dockerfile", "dockerfile.label[a.b] = c and dockerfile.labels intersects (a.b) and dockerfile.ports intersects (22)", TWO "LABEL a.b=c\nEXPOSE 20-22/tcp", "3:1-3:12");
    check("dockerfile", "dockerfile.syntax = docker/dockerfile:1 and dockerfile.entrypoint = '[\"x\"]' and dockerfile.cmd = y and dockerfile.workdir = /w",
          "# syntax=docker/dockerfile:1\nFROM a\nENTRYPOINT [\"x\"]\nCMD y\nWORKDIR /w", "2:1-2:7");
    check("dockerfile", "dockerfile.any[\"stage: stage.final = false\"] = true and dockerfile.count[\"stage: stage.base.tag exists\"] = 2", TWO, "3:1-3:12");
}

TEST(stages) {
    check("stage", "stage.used = true", "FROM a AS x\nFROM b AS y\nFROM x\nRUN --mount=from=y,target=/y z\nFROM c AS d\nFROM e", "1:1-1:12 2:1-2:12 6:1-6:7");
    check("stage", "stage.base.tag = latest", "FROM a\nFROM b:latest\nFROM c:1\nFROM d@sha256:0\nFROM $E\nFROM f:$V\nFROM scratch\nFROM h:5000/i", "1:1-1:7 2:1-2:14 8:1-8:14");
    check("stage", "stage.base.kind = variable", "FROM a:$V\nFROM $E\nFROM ${R}/x:1", "2:1-2:8 3:1-3:14");
    check("stage", "stage.base.registry = ghcr.io and stage.base.repository = o/n and stage.base.tag.set = 1 and stage.base.digest startswith sha256:", "FROM ghcr.io/o/n:1@sha256:ab", "1:1-1:29");
    check("stage", "stage.base.registry = docker.io and stage.base.repository = library/a and not stage.base.tag.set exists", "FROM a", "1:1-1:7");
    check("stage", "stage.duplicate = true and stage.name = a", "FROM x AS a\nFROM y AS A", "2:1-2:12");
    check("stage", "stage.platform = linux/arm64 and stage.index = 0 and dockerfile.stages = 1", "FROM --platform=linux/arm64 a", "1:1-1:30");
    check("stage", "stage.root = true and stage.final = true and stage.shell intersects (-o)", "FROM a AS b\nSHELL [\"bash\", \"-o\", \"pipefail\", \"-c\"]\nUSER root\nFROM b", "4:1-4:7");
    check("stage", "stage.any[\"instruction: instruction.name = RUN\"] = true", TWO, "1:1-1:26");
}

TEST(instructions) {
    check("instruction", "instruction.name = CMD and instruction.overridden = true", "FROM a\nCMD a\nCMD b\nFROM c\nCMD d", "2:1-2:6");
    check("instruction", "instruction.staged = false and instruction.keys intersects (V) and instruction.key[V] = 1", "ARG V=1\nFROM a\nARG V=1", "1:1-1:8");
    check("instruction", "instruction.literals intersects (B, C, D)", "FROM a\nENV A=1 B=\nENV C=$X\nARG D\nENV D=x", "5:1-5:8");
    check("instruction", "instruction.flag[--network] = host", "FROM a\nRUN --network=host b\nRUN --network=none c", "2:1-2:21");
    check("instruction", "instruction.flag[--mount] contains required and instruction.mounts intersects (secret) and instruction.mount.targets intersects (/s)",
          "FROM a\nRUN --mount=type=cache,target=/c --mount=type=secret,target=/s,required b", "2:1-2:74");
    check("instruction", "instruction.remote = true", "FROM a\nADD https://x/y /z\nADD b c\nCOPY https://x y\nADD git@h:a/b.git /x", "2:1-2:19 5:1-5:21");
    check("instruction", "instruction.name = ADD and instruction.archive = false", "FROM a\nADD b.tar.gz c\nADD d e", "3:1-3:8");
    check("instruction", "instruction.sources intersects (.) and instruction.destination = /x", "FROM a\nCOPY . /x\nCOPY [\".\", \"/y\"]\nCOPY <<E . /x\nE", "2:1-2:10 4:1-5:2");
    check("instruction", "instruction.from.kind in (later, missing)", "FROM a\nCOPY --from=b x y\nCOPY --from=9 x y\nCOPY --from=nginx:1 x y\nCOPY --from=1 x y\nFROM c AS b\nCOPY --from=0 x y", "2:1-2:18 3:1-3:18 5:1-5:18");
    check("instruction", "instruction.form = exec and instruction.words intersects (-c)", "FROM a\nCMD [\"sh\", \"-c\", \"x\"]\nCMD sh -c x", "2:1-2:22");
    check("instruction", "instruction.root = true and instruction.name = RUN and instruction.user = root", "FROM a\nRUN b\nUSER c\nRUN d", "2:1-2:6");
    check("instruction", "instruction.onbuild = true and instruction.name = RUN", "FROM a\nONBUILD RUN b", "2:9-2:14");
    check("instruction", "instruction.heredoc = true and instruction.any[\"command: command.program = b\"] = true", "FROM a\nRUN <<E\nb\nE\nRUN b", "2:1-4:2");
    check("instruction", "instruction.open = true", "FROM a\nWORKDIR $X\nWORKDIR /x", "2:1-2:11");
}

TEST(commands) {
    check("command", "command.program = apt-get and command.subcommand = install and command.has[-y] = true and not command.has[--no-install-recommends] = true",
          "FROM a\nRUN apt-get update && \\\n  apt-get -qy install x\nRUN apt-get install -y --no-install-recommends y", "3:3-3:24");
    check("command", "command.unpinned intersects (b, d)", "FROM a\nRUN apt-get install -y -t x a=1 b\nRUN pip install -r d c==1\nRUN python3 -m pip install d\nRUN apk add 'b>1' b~2\nRUN npm i @s/x@1 d@1", "2:5-2:34 4:5-4:29");
    check("command", "command.executed = true and command.program = curl", "FROM a\nRUN curl x | sudo bash -\nRUN curl x -o y", "2:5-2:11");
    check("command", "command.piped = true and command.pipefail = false", "FROM a\nRUN a | b\nRUN set -o pipefail && a | b\nSHELL [\"bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a | b", "2:5-2:6");
    check("command", "command.wrapper = sudo and command.phase = build", "FROM a\nRUN sudo -E b\nCMD sudo c", "2:13-2:14");
    check("command", "command.sets intersects (A) and command.setting[A] = 1 and command.line = 'b c'", "FROM a\nRUN A=1 b c", "2:5-2:12");
    check("command", "command.writes intersects (/etc/x) and command.arg[0] = y", "FROM a\nRUN echo y > /etc/x", "2:5-2:20");
    check("command", "command.phase = run and command.program = b and instruction.name = ENTRYPOINT and stage.final = true", "FROM a\nENTRYPOINT [\"/x/b\", \"c\"]\nRUN b", "2:13-2:24");
    check("command", "command.program = rm", "FROM a\nRUN <<E\n#!/usr/bin/env python\nrm x\nE\nRUN bash <<E\nrm y\nE\nCOPY <<E /x\nrm z\nE", "7:1-7:5");
    check("command", "command.program = b", "# escape=`\nFROM a\nRUN b", "");
    check("command", "command.program = b and instruction.index = 1", "FROM a\nCMD [\"sh\", \"-c\", \"a && b\"]", "2:18-2:26");
    check("command", "command.option[-o] = x and command.installs = false", "FROM a\nRUN curl -o x y", "2:5-2:16");
}

/* What is asked of a parent is kept for that parent, and for no other one. */
TEST(neighbours) {
    const char *text = "FROM a\nRUN a && b\nRUN a\nFROM a\nENV X=1\nRUN a\nRUN a && b";
    check("command", "command.program = a and instruction.any[\"command: command.program = b\"] = true", text, "2:5-2:6 7:5-7:6");
    check("command", "command.program = a and stage.any[\"instruction: instruction.name = ENV\"] = true", text, "6:5-6:6 7:5-7:6");
    check("command", "stage.count[\"instruction: instruction.count['command'] = 2\"] = 1 and instruction.count[\"command\"] = 1", text, "3:5-3:6 6:5-6:6");
}

TEST(errors) {
    check("dockerfile", "dockerfile.stages = 1", "FROM a\nRUNN b", "dir/Dockerfile:2:1: error: expected an instruction, found \"RUNN\"\n");
}

TEST_MAIN()
