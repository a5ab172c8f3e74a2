/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "parse/dockerfile.h"
#include "unit/tap.h"

typedef struct Doc {
    Arena arena;
    Diag diag;
    Dockerfile f;
    int r;
} Doc;

static void doc_done(Doc *d) {
    arena_done(&d->arena);
    diag_done(&d->diag);
}
#define _doc_ _cleanup_(doc_done)

static Doc read_doc(Str text) {
    Doc d = {0};
    Limits limits = limits_default();
    d.r = dockerfile_parse(text, "D", &limits, &d.arena, &d.diag, &d.f);
    return d;
}

static void print_word(const Dockerfile *f, const DockerWord *w, Buf *b) {
    uint32_t line, col, end_line, end_col;
    dockerfile_place(f, w->at, &line, &col);
    dockerfile_place(f, w->end, &end_line, &end_col);
    buf_putc(b, ' ');
    if (w->name.n)
        buf_printf(b, "%.*s%s", STR_FMT(w->name), w->raw.p ? "=" : "");
    if (w->raw.p || !w->name.n)
        buf_printf(b, "<%.*s>", STR_FMT(w->text));
    buf_printf(b, "%s@%u:%u-%u:%u", w->unknown ? "?" : "", line, col, end_line, end_col);
}

/* One line per instruction: stage, name, form, flags and words with their places, heredocs. */
static void print(const Dockerfile *f, Buf *b) {
    for (size_t i = 0; i < f->n_instructions; i++) {
        const DockerInstruction *in = f->instructions[i];
        uint32_t line, col;
        dockerfile_place(f, in->end, &line, &col);
        buf_printf(b, "%d %s%s%s %u:%u-%u:%u", in->stage ? (int) in->stage->index : -1, in->onbuild ? "ONBUILD " : "", docker_kind_name(in->kind),
                   in->form == FORM_EXEC ? "[]" : in->form == FORM_SHELL ? "$" : "", in->line, in->col, line, col);
        for (size_t k = 0; k < in->n_flags; k++)
            print_word(f, &in->flags[k], b);
        for (size_t k = 0; k < in->n_words; k++)
            print_word(f, &in->words[k], b);
        for (size_t k = 0; k < in->n_heredocs; k++)
            buf_printf(b, " <<%.*s%s%s(%.*s)", STR_FMT(in->heredocs[k].name), in->heredocs[k].tabs ? " tabs" : "", in->heredocs[k].expand ? " expand" : "", STR_FMT(in->heredocs[k].body));
        buf_putc(b, '\n');
    }
}

/* The instructions, or the errors and warnings. */
static void check(const char *text, const char *want) {
    _doc_ Doc d = read_doc(str_from(text));
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    _cleanup_free_ char *all = diag_text(&d.diag);
    buf_putz(&b, all);
    CHECK_INT(d.r < 0, d.diag.errors > 0);
    if (d.r == 0)
        print(&d.f, &b);
    CHECK_STR(str_trim(buf_view(&b)), want);
}

/* The text of the last word. */
static void check_last(const char *text, const char *want) {
    _doc_ Doc d = read_doc(str_from(text));
    CHECK_INT(d.r, 0);
    if (d.r < 0)
        return;
    const DockerInstruction *in = d.f.instructions[d.f.n_instructions - 1];
    CHECK_STR(in->words[in->n_words - 1].text, want);
}

TEST(words_and_forms) {
    check("FROM alpine:3.20\n", "0 FROM 1:1-1:17 <alpine:3.20>@1:6-1:17");
    check("from --platform=linux/amd64 a AS Build\ncopy --from=x  a b  /c/",
          "0 FROM 1:1-1:39 --platform=<linux/amd64>@1:6-1:28 <a>@1:29-1:30 <AS>@1:31-1:33 <Build>@1:34-1:39\n"
          "0 COPY 2:1-2:24 --from=<x>@2:6-2:14 <a>@2:16-2:17 <b>@2:18-2:19 </c/>@2:21-2:24");
    check("FROM a\nRUN echo hi && ls", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 RUN$ 2:1-2:18 <echo hi && ls>@2:5-2:18");
    check("FROM a\nCMD [ \"a\\\"b\" , \"c\" ]", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 CMD[] 2:1-2:21 <a\"b>@2:7-2:13 <c>@2:16-2:19");
    check("FROM a\nCMD ['a', 'b']", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 CMD$ 2:1-2:15 <['a', 'b']>@2:5-2:15");
    check("FROM a\nENTRYPOINT []", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 ENTRYPOINT[] 2:1-2:14");
    check("FROM a\nCOPY [\"a b\", \"/c d/\"]", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 COPY[] 2:1-2:22 <a b>@2:7-2:12 </c d/>@2:14-2:21");
    check("FROM a\nEXPOSE 80 443/tcp\nVOLUME /a /b\nVOLUME [\"/c\"]\nSTOPSIGNAL SIGINT\nMAINTAINER A B\nUSER  u:g \nWORKDIR /a b",
          "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 EXPOSE 2:1-2:18 <80>@2:8-2:10 <443/tcp>@2:11-2:18\n0 VOLUME 3:1-3:13 </a>@3:8-3:10 </b>@3:11-3:13\n"
          "0 VOLUME[] 4:1-4:14 </c>@4:9-4:13\n0 STOPSIGNAL 5:1-5:18 <SIGINT>@5:12-5:18\n0 MAINTAINER 6:1-6:15 <A B>@6:12-6:15\n0 USER 7:1-7:11 <u:g>@7:7-7:10\n"
          "0 WORKDIR 8:1-8:13 </a b>@8:9-8:13");
    check("FROM a\nHEALTHCHECK --interval=5s --retries=2 CMD curl -f x\nHEALTHCHECK CMD [\"x\"]\nHEALTHCHECK none",
          "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 HEALTHCHECK$ 2:1-2:52 --interval=<5s>@2:13-2:26 --retries=<2>@2:27-2:38 <curl -f x>@2:43-2:52\n"
          "0 HEALTHCHECK[] 3:1-3:22 <x>@3:18-3:21\n0 HEALTHCHECK 4:1-4:17");
    check("FROM a\nSHELL [\"/bin/sh\", \"-c\"]", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 SHELL[] 2:1-2:24 </bin/sh>@2:8-2:17 <-c>@2:19-2:23");
    check("FROM a\nADD --checksum=sha256:x --link http://h/x.tgz /", "0 FROM 1:1-1:7 <a>@1:6-1:7\n"
          "0 ADD 2:1-2:48 --checksum=<sha256:x>@2:5-2:24 --link@2:25-2:31 <http://h/x.tgz>@2:32-2:46 </>@2:47-2:48");
    check("FROM a\nRUN -- --x", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 RUN$ 2:1-2:11 <--x>@2:8-2:11");
    check("FROM a\nONBUILD RUN ls\nONBUILD copy a b", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 ONBUILD 2:1-2:15\n0 ONBUILD RUN$ 2:9-2:15 <ls>@2:13-2:15\n"
          "0 ONBUILD 3:1-3:17\n0 ONBUILD COPY 3:9-3:17 <a>@3:14-3:15 <b>@3:16-3:17");
}

TEST(names) {
    check("FROM a\nENV A=1 B='x y' C=\"d e\"f D=g\\ h", "0 FROM 1:1-1:7 <a>@1:6-1:7\n"
          "0 ENV 2:1-2:32 A=<1>@2:5-2:8 B=<x y>@2:9-2:16 C=<d ef>@2:17-2:25 D=<g h>@2:26-2:32");
    check("FROM a\nENV A b  c\nLABEL x y", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 ENV 2:1-2:11 A=<b  c>@2:5-2:11\n0 LABEL 3:1-3:10 x=<y>@3:7-3:10");
    check("FROM a\nARG A B=2\nLABEL \"k e\"=\"v\" z=", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 ARG 2:1-2:10 A@2:5-2:6 B=<2>@2:7-2:10\n0 LABEL 3:1-3:19 k e=<v>@3:7-3:16 z=<>@3:17-3:19");
}

TEST(lines) {
    check("# escape=`\nFROM a\nRUN a `\n  b", "0 FROM 2:1-2:7 <a>@2:6-2:7\n0 RUN$ 3:1-4:4 <a   b>@3:5-4:4");
    check("#syntax=docker/dockerfile:1\r\n# Escape = `\r\n# check=skip=all\r\nFROM a\r\nRUN a `  \r\n b\r\n", "0 FROM 4:1-4:7 <a>@4:6-4:7\n0 RUN$ 5:1-6:3 <a  b>@5:5-6:3");
    check("# a comment\n# escape=`\nFROM a\nRUN a `\nRUN b", "0 FROM 3:1-3:7 <a>@3:6-3:7\n0 RUN$ 4:1-4:8 <a `>@4:5-4:8\n0 RUN$ 5:1-5:6 <b>@5:5-5:6");
    check("\xEF\xBB\xBF# escape=`\nFROM a", "0 FROM 2:1-2:7 <a>@2:6-2:7");
    check("\xEF\xBB\xBF""FROM a", "0 FROM 1:4-1:10 <a>@1:9-1:10");
    check("  FROM \\\n  # a comment\n  a \\\n AS b\n# end", "0 FROM 1:3-4:6 <a>@3:3-3:4 <AS>@4:2-4:4 <b>@4:5-4:6");
    check("FROM a\nRUN a \\\n\n b", "D:3:1: warning: a blank line inside of an instruction: builders of today go on behind it, later ones will not\n0 FROM 1:1-1:7 <a>@1:6-1:7\n"
          "0 RUN$ 2:1-4:3 <a  b>@2:5-4:3");
    check("FROM a\nRUN a \\\n", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 RUN$ 2:1-2:7 <a>@2:5-2:6");
    check("FROM a\nRUN a \\\\\nRUN b", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 RUN$ 2:1-2:9 <a \\\\>@2:5-2:9\n0 RUN$ 3:1-3:6 <b>@3:5-3:6");
    check("FROM al\\\npine", "0 FROM 1:1-2:5 <alpine>@1:6-2:5");
}

TEST(heredocs) {
    check("FROM a\nRUN <<EOF\nls\n# no comment\nEOF\nRUN b", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 RUN$ 2:1-5:4 <<<EOF>@2:5-2:10 <<EOF expand(ls\n# no comment\n)\n0 RUN$ 6:1-6:6 <b>@6:5-6:6");
    check("FROM a\nCOPY <<-\"A\" <<B /x/\n\tone\n\tA\ntwo\nB", "0 FROM 1:1-1:7 <a>@1:6-1:7\n"
          "0 COPY 2:1-6:2 <<<-A>@2:6-2:12 <<<B>@2:13-2:16 </x/>@2:17-2:20 <<A tabs(\tone\n) <<B expand(two\n)");
    check("FROM a\nRUN cat 3<<E <<<x \"<<F\"\nE", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 RUN$ 2:1-3:2 <cat 3<<E <<<x \"<<F\">@2:5-2:24 <<E expand()");
    check("FROM a\nONBUILD RUN <<E\nx\nE", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 ONBUILD 2:1-4:2 <<E expand(x\n)\n0 ONBUILD RUN$ 2:9-4:2 <<<E>@2:13-2:16 <<E expand(x\n)");
    check("FROM a\nENV X=<<E", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 ENV 2:1-2:10 X=<<<E>@2:5-2:10");
    check("FROM a\nRUN <<E\nx", "D:2:5: error: expected a line \"E\" that ends this heredoc, found the end of the file");
}

TEST(variables) {
    check_last("ARG V=3\nFROM a:$V", "a:3");
    check_last("ARG V=3\nFROM a:${V}-x", "a:3-x");
    check_last("FROM a\nENV A=x\nUSER ${A:-b}${B:-c}${A:+d}${B:+e}${A-f}${B-g}${A+h}${B+i}", "xcdxgh");
    check_last("FROM a\nENV A=\nUSER [${A:-b}${A-c}${A:+d}${A+e}]", "[be]");
    check_last("FROM a\nENV A=foobarfoo\nUSER ${A#f*o} ${A##f*o} ${A%o*} ${A%%o*} ${A/o/0} ${A//o/0} ${A/x/y} ${A#?}", "obarfoo  foobarfo f f0obarfoo f00barf00 foobarfoo oobarfoo");
    check_last("FROM a\nENV A=a\nENV A=b B=$A\nUSER $A$B", "ba");
    check_last("FROM a\nENV A=a\nARG A=b\nUSER $A", "a");
    check_last("ARG A=g\nFROM a\nUSER ${A:-none}", "none");
    check_last("ARG A=g\nFROM a\nARG A\nUSER ${A:-none}", "g");
    check_last("FROM a AS b\nENV A=a\nARG C=c\nFROM b\nUSER $A${C:-none}", "anone");
    check_last("FROM a\nUSER $A/${B}/${C:?must}/\\$A/'$A'/\"$A\\\"\"/$/$1", "$A/${B}/${C:?must}/$A/$A/$A\"/$/$1");
    check_last("FROM a\nENV A=x\nUSER ${B:-${A:-z}\"}\"}", "x}");
    check("FROM a\nENV P=$PATH:/x\nUSER $P", "0 FROM 1:1-1:7 <a>@1:6-1:7\n0 ENV 2:1-2:15 P=<$PATH:/x>?@2:5-2:15\n0 USER 3:1-3:8 <$PATH:/x>?@3:6-3:8");
    check("ARG T\nFROM a:$T", "-1 ARG 1:1-1:6 T@1:5-1:6\n0 FROM 2:1-2:10 <a:$T>?@2:6-2:10");
}

TEST(stages) {
    _doc_ Doc d = read_doc(STR("FROM a AS One\nUSER u\nCMD x\nLABEL l=1 m=2\nFROM one\nENTRYPOINT [\"e\"]\nLABEL l=3\nHEALTHCHECK CMD y\nONBUILD USER q\nFROM c"));
    CHECK_INT(d.r, 0);
    CHECK_INT(d.f.n_stages, 3);
    const DockerStage *one = d.f.stages[0], *two = d.f.stages[1], *three = d.f.stages[2];
    CHECK_STR(one->name, "one");
    CHECK(two->base == one && !three->base && !one->base);
    CHECK(two->user && two->user == one->user && two->cmd && two->entrypoint && !one->entrypoint && two->healthcheck && !three->user && !three->cmd);
    CHECK_INT(two->first, 4);
    CHECK_INT(two->n, 6);
    Str v = STR_NULL;
    CHECK(docker_label(&d.f, two, STR("l"), &v));
    CHECK_STR(v, "3");
    CHECK(docker_label(&d.f, two, STR("m"), &v));
    CHECK_STR(v, "2");
    CHECK(!docker_label(&d.f, three, STR("m"), &v));
    CHECK(docker_stage_find(&d.f, three, STR("ONE"), true) == one);
    CHECK(docker_stage_find(&d.f, three, STR("1"), true) == two);
    CHECK(!docker_stage_find(&d.f, three, STR("1"), false) && !docker_stage_find(&d.f, two, STR("1"), true));
    CHECK(d.f.instructions[5]->user && !d.f.instructions[1]->user);
}

TEST(options) {
    _doc_ Doc d = read_doc(STR("FROM a\nRUN --mount=type=secret,id=x,required --mount=type=cache,target=/c ls"));
    CHECK_INT(d.r, 0);
    const DockerWord *m = docker_flag(d.f.instructions[1], "--mount", 1);
    Str v = STR_NULL;
    CHECK(m && docker_option(m->raw, "type", &v));
    CHECK_STR(v, "cache");
    m = docker_flag(d.f.instructions[1], "--mount", 0);
    CHECK(m && docker_option(m->raw, "required", &v) && v.n == 0);
    CHECK(m && !docker_option(m->raw, "target", &v));
    CHECK(!docker_flag(d.f.instructions[1], "--mount", 2));
}

TEST(errors) {
    check("", "D:1:1: error: expected FROM, found the end of the file");
    check("ARG A=1\n", "D:2:1: error: expected FROM, found the end of the file");
    check("RUN x\nCMD y", "D:1:1: error: expected FROM, found RUN: only ARG may stand before the first stage");
    check("FROM a\nRUNN x\n  wget y", "D:2:1: error: expected an instruction, found \"RUNN\"\nD:3:3: error: expected an instruction, found \"wget\"");
    check("FROM\nFROM a b\nFROM a AS\nFROM a AS 1x\nFROM a AS b c", "D:1:5: error: expected an image, or a stage before this one behind FROM\n"
          "D:2:8: error: expected AS and a name for the stage, found \"b\"\nD:3:10: error: expected a name for the stage behind AS\n"
          "D:4:11: error: expected a name of letters, digits, \"-\", \"_\" and \".\" that begins with a letter, found \"1x\"\nD:5:13: error: expected the end of FROM, found \"c\"");
    check("FROM a\nCOPY a\nEXPOSE\nENV A\nENV A=1 B\nENV =1\nUSER ", "D:2:7: error: expected sources and a destination behind COPY, found one word only\nD:3:7: error: expected ports behind EXPOSE\n"
          "D:4:6: error: expected \"=\" and a value behind A\nD:5:9: error: expected NAME=VALUE, found \"B\"\nD:6:5: error: expected a name before \"=\"\n"
          "D:7:5: error: expected a user behind USER");
    check("FROM a\nCOPY --form=x a b\nCOPY --from a b\nUSER --x=1 y", "D:2:6: error: expected a flag of COPY (--from= --chown= --chmod= --link --parents --exclude=), found --form\n"
          "D:3:6: error: expected a value, --from=…\nD:4:6: error: USER takes no flags, found --x");
    check("FROM a\nSHELL /bin/sh\nHEALTHCHECK CMD\nHEALTHCHECK x\nHEALTHCHECK NONE x", "D:2:7: error: expected a JSON list of strings, [\"/bin/sh\", \"-c\"] behind SHELL, found \"/bin/sh\"\n"
          "D:3:16: error: expected a command behind CMD\nD:4:13: error: expected CMD or NONE, found \"x\"\nD:5:18: error: expected nothing behind NONE");
    check("FROM a\nONBUILD FROM b\nONBUILD x\nONBUILD", "D:2:9: error: expected an instruction that ONBUILD can delay, found FROM\nD:3:9: error: expected an instruction, found \"x\"\n"
          "D:4:8: error: expected an instruction behind ONBUILD");
    check("FROM a\nUSER ${a\nUSER ${a:-b\nUSER 'a\nUSER \"a\nUSER ${a:x}\nUSER ${}", "D:2:6: error: expected \"}\" that ends the variable, found the end\nD:3:6: error: expected \"}\" that ends the variable, found the end\n"
          "D:4:6: error: expected ' that ends the quotes, found the end\nD:5:6: error: expected \" that ends the quotes, found the end\n"
          "D:6:6: error: expected one of } :- :+ :? - + ? # % / behind the name of a variable, found \"x\"\nD:7:6: error: expected the name of a variable behind \"${\"");
    check("# escape=x\nFROM a", "D:1:10: error: expected \\ or ` as the escape character, found \"x\"");
    check("# syntax=x\n# syntax=y\nFROM a", "D:2:3: error: the directive syntax stands here a second time");
    check("FROM a\nRUN \xFF", "D:2:5: error: expected UTF-8, found byte 0xFF");
    _doc_ Doc d = read_doc(str_n("FROM a\0", 7));
    CHECK_INT(d.r, -EINVAL);
    CHECK_INT(d.diag.items.p[0].col, 7);
}

/* `head`, then `n` times `part`. */
static Str repeat(Buf *b, const char *head, const char *part, size_t n) {
    buf_clear(b);
    buf_putz(b, head);
    for (size_t i = 0; i < n; i++)
        buf_putz(b, part);
    return buf_view(b);
}

static void check_limit(Str text, int want, const char *message) {
    _doc_ Doc d = read_doc(text);
    CHECK_INT(d.r, want);
    if (message)
        CHECK(d.diag.items.n > 0 && str_find(str_from(d.diag.items.p[0].message), str_from(message)) >= 0);
}

TEST(limits) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    check_limit(repeat(&b, "", "FROM a\n", DOCKERFILE_STAGES), 0, NULL);
    check_limit(repeat(&b, "", "FROM a\n", DOCKERFILE_STAGES + 1), -E2BIG, "more than 2000 stages");
    check_limit(repeat(&b, "FROM a\nENV a=aaaaaaaaaaaaaaaa\n", "ENV a=$a$a\n", 13), 0, NULL);
    check_limit(repeat(&b, "FROM a\nENV a=aaaaaaaaaaaaaaaa\n", "ENV a=$a$a\n", 14), -E2BIG, "longer than 128 KiB");
    check_limit(repeat(&b, "FROM a\nEXPOSE ", "1 ", DOCKERFILE_PARTS), -E2BIG, "too many instructions");
    check_limit(repeat(&b, "FROM a\nUSER ", "${a:-", 32), -EINVAL, "that ends the variable");
    check_limit(repeat(&b, "FROM a\nUSER ", "${a:-", 33), -E2BIG, "nested deeper than 32");
    check_limit(repeat(&b, "FROM a\n", "RUN a \\\n", 300000), 0, NULL);
    check_limit(repeat(&b, "FROM a\nRUN ", "[", 100000), 0, NULL);
    check_limit(repeat(&b, "FROM a\n#", "x", DOCKERFILE_BYTES), -E2BIG, "larger than");
    buf_clear(&b);
    buf_putz(&b, "FROM a\nENV v=");
    for (size_t i = 0; i < 100000; i++)
        buf_putc(&b, 'a');
    buf_putz(&b, "\nUSER ${v//a*a*a*b/x}\n");
    check_limit(buf_view(&b), -E2BIG, "cost too much");
}

TEST_MAIN()
