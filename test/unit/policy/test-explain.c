/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/policy/evaluate.h"

static const char event[] =
    "{\"proc.name\": \"Bash\", \"proc.args\": \"a\\nb\", \"fd.num\": 3, \"fd.ip\": [\"10.0.0.1\", \"fd00::1\"], \"proc.aname\": [\"sh\", \"sshd\"], \"evt.failed\": true}";

typedef struct Thing {
    Arena arena;
    Limits limits;
    Evaluator *e;
    Subject subject;
} Thing;

static void thing_make(Thing *t, const char *source, const char *object) {
    Node *node = NULL;
    *t = (Thing) {.limits = limits_default(), .e = evaluator_new()};
    json_parse(str_from(object), "o", &t->limits, &t->arena, NULL, &node);
    t->subject = (Subject) {.source = source_by_name(str_from(source)), .ops = &recorded_ops, .object = node};
}
static void thing_done(Thing *t) {
    evaluator_free(t->e);
    arena_done(&t->arena);
}

static void output(const char *format, const char *want) {
    _cleanup_(thing_done) Thing t;
    thing_make(&t, "syscall", event);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    output_text(t.subject.source, str_from(format), &t.subject, t.e, &b);
    CHECK_STR(buf_view(&b), want);
}

TEST(outputs) {
    output("%proc.name opened (%fd.name) as %fd.num%evt.failed.", "Bash opened (<NA>) as 3true.");
    output("*%proc.aname[2]/%proc.aname[3]/%proc.aname", "sshd/<NA>/(sh,sshd)");
    output("%tolower(proc.name) %len(proc.name) %concat(proc.name, \"-\", fd.num)", "bash 4 Bash-3");
    output("%fd.ip and %proc.args", "(10.0.0.1,fd00::1) and a b");
    output("100 % of %nothing at %proc.nane%", "100 % of %nothing at %proc.nane%");
    output("", "");
}

static void wrong_output(const char *format, const char *want) {
    _cleanup_(diag_done) Diag d = {0};
    AstText text = {.text = str_from(format), .file = "r"};
    output_check(source_by_name(STR("syscall")), &text, &d);
    _cleanup_free_ char *all = diag_text(&d);
    CHECK_STR(str_trim(str_from(all)), want);
}

TEST(wrong_outputs) {
    wrong_output("100 % of %proc.name, %tolower(proc.name) *%", "");
    wrong_output("%proc.nane and\n %fd.num[1] and %tolower(proc.name",
                 "r:1:2: error: source syscall has no field \"proc.nane\"; did you mean \"proc.name\"?\n"
                 "r:2:10: error: fd.num takes no argument\n"
                 "r:2:35: error: expected \",\" or \")\", found the end of the condition");
}

static void explain(const char *source, const char *condition, const char *object, const char *want) {
    _cleanup_(thing_done) Thing t;
    thing_make(&t, source, object);
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    AstText text = {.text = str_from(condition)};
    AstNode *n;
    CHECK_INT(ast_parse(&text, &t.limits, &t.arena, NULL, &n), 0);
    condition_explain(n, &t.subject, t.e, &b);
    CHECK_STR(buf_view(&b), want);
}

TEST(explanations) {
    explain("syscall", "proc.name = Bash and not (fd.num > 5 or fd.name startswith /etc) and fd.ip in (10.0.0.1) and proc.name != val(proc.pname)", event,
            "no   all of:\n"
            "  yes  proc.name = Bash   # \"Bash\"\n"
            "  yes  not:\n"
            "    no   any of:\n"
            "      no   fd.num > 5   # 3\n"
            "      no   fd.name startswith /etc   # absent\n"
            "  yes  fd.ip in (10.0.0.1)   # (10.0.0.1,fd00::1)\n"
            "  no   proc.name != val(proc.pname)   # \"Bash\" and absent\n");
    explain("image", "image.count['vulnerability: vuln.severity = HIGH'] > 1", "{\"children\": {\"vulnerability\": [{\"vuln.severity\": \"HIGH\"}, {\"vuln.severity\": \"LOW\"}]}}",
            "no   image.count[\"vulnerability: vuln.severity = HIGH\"] > 1   # 1\n"
            "  yes  vulnerability 1\n"
            "    yes  vuln.severity = HIGH   # \"HIGH\"\n"
            "  no   vulnerability 2\n"
            "    no   vuln.severity = HIGH   # \"LOW\"\n");
}

TEST_MAIN()
