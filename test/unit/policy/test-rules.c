/* SPDX-License-Identifier: Apache-2.0 */
/* Rules files: what is defined, changed and put in; what is wrong with them, at its place. */
#include "base/fs.h"
#include "policy/rules.h"
#include "unit/tap.h"

typedef struct Loaded {
    RuleSet *set;
    char *said;   /* messages, without the lines of the file */
    char *shown;  /* with them */
    int result;
} Loaded;

static Loaded load_with(const RuleSetOptions *o, const char *const texts[]) {
    static const char *const names[] = {"a.yaml", "b.yaml", "c.yaml"};
    Loaded l = {.set = rule_set_new(o)};
    _cleanup_(diag_done) Diag d = {0};
    for (size_t i = 0; texts[i]; i++) {
        int r = rule_set_add(l.set, str_from(texts[i]), names[i], &d);
        l.result = r < 0 ? r : l.result;
    }
    int r = rule_set_finish(l.set, &d);
    l.result = r < 0 ? r : l.result;
    l.said = diag_text(&d);
    l.shown = rule_set_diag_text(l.set, &d);
    CHECK((l.result < 0) == (d.errors > 0));
    return l;
}
static void done(Loaded *l) {
    rule_set_free(l->set);
    free(l->said);
    free(l->shown);
}
#define LOAD(...) load_with(&(RuleSetOptions) {0}, (const char *const[]) {__VA_ARGS__, NULL})

static void check_condition(const Loaded *l, const char *rule, const char *want) {
    const Rule *r = rule_set_find(l->set, str_from(rule));
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    if (r)
        ast_print(r->condition, &b);
    CHECK_MSG(r, "no rule %s: %s", rule, l->said);
    CHECK_STR(buf_view(&b), want);
}

/* The messages of a file. */
static void says(const char *text, const char *want) {
    _cleanup_(done) Loaded l = LOAD(text);
    CHECK_STR(str_from(l.said), want);
}

#define RULE(name, condition) "- {rule: " name ", desc: d, output: o, priority: NOTICE, condition: '" condition "'}\n"

TEST(lists_and_macros_are_put_in) {
    _cleanup_(done) Loaded l = LOAD("- rule: r\n  desc: d\n  output: o\n  priority: info\n  condition: opens and proc.name in (all) and not proc.name in all and fd.name = one\n"
                                    "- macro: opens\n  condition: evt.type in (open, openat)\n"
                                    "- list: shells\n  items: [bash, '\"a b\"', 9]\n"
                                    "- list: all\n  items: [shells, sh, none]\n- {list: none, items: []}\n- {list: one, items: [/x]}\n");
    CHECK_STR(str_from(l.said), "");
    check_condition(&l, "r", "evt.type in (open, openat) and proc.name in (bash, \"a b\", 9, sh) and not proc.name in (bash, \"a b\", 9, sh) and fd.name = /x");
    CHECK(rule_set_find(l.set, STR("r"))->priority == PRIORITY_INFORMATIONAL);
    CHECK(rule_set_find(l.set, STR("r"))->action == RULE_ALERT);
}

TEST(later_definitions_replace) {
    _cleanup_(done) Loaded l = LOAD("- {list: l, items: [a]}\n- {macro: m, condition: evt.type = open}\n" RULE("r", "m and proc.name in (l)") RULE("s", "m"),
                                    "- {list: l, items: [b]}\n- {macro: m, condition: evt.type = close}\n" RULE("r", "proc.name in (l) and m"));
    CHECK_STR(str_from(l.said), "");
    check_condition(&l, "r", "proc.name in (b) and evt.type = close");
    check_condition(&l, "s", "evt.type = close");
    size_t n;
    Rule *const *rules = rule_set_rules(l.set, &n);
    CHECK(n == 2 && str_eqz(rules[0]->name, "r") && str_eqz(rules[1]->name, "s"));
    CHECK(rule_set_counts(l.set).redefined == 3);
    CHECK_STR(str_from(rules[0]->file), "b.yaml");
}

TEST(append_and_override) {
    _cleanup_(done) Loaded l = LOAD("- {list: l, items: [a]}\n- {macro: m, condition: evt.type = open}\n" RULE("r", "m or evt.type in (l)") RULE("s", "m"),
                                    "- {list: l, items: [b], append: true}\n- {macro: m, condition: and fd.num > 2, append: true}\n"
                                    "- {rule: r, condition: and proc.pid > 1, output: more, tags: [x], override: {condition: append, output: append, tags: replace}}\n"
                                    "- {rule: s, enabled: false}\n"
                                    "- {rule: s, priority: error, enabled: true, override: {priority: replace, enabled: replace}}\n");
    CHECK_STR(str_from(l.said), "");
    /* What is appended joins as text: it binds as the operators do. */
    check_condition(&l, "r", "evt.type = open and fd.num > 2 or evt.type in (a, b) and proc.pid > 1");
    const Rule *r = rule_set_find(l.set, STR("r")), *s = rule_set_find(l.set, STR("s"));
    CHECK_STR(r->output, "o more");
    CHECK(r->tags.n == 1 && str_eqz(r->tags.p[0], "x"));
    CHECK(s->priority == PRIORITY_ERROR && s->enabled);
}

TEST(changes_that_cannot_be) {
    says("- {list: shels, items: []}\n- {list: shells, items: [x], append: true}\n", "a.yaml:2:10: error: there is no list \"shells\" yet to change; did you mean \"shels\"?\n");
    says("- {macro: m, condition: x, override: {condition: append}}\n", "a.yaml:1:11: error: there is no macro \"m\" yet to change\n"
                                                                        );
    says("- {rule: r, enabled: false}\n", "a.yaml:1:10: error: there is no rule \"r\" yet to change\n");
    says(RULE("r", "evt.type = open") "- {rule: r, source: image, desc: x, tags: [], override: {source: replace, priority: replace, tags: swap, desc: replace}}\n",
         "a.yaml:2:58: error: \"source\" cannot be overridden\na.yaml:2:75: error: override names \"priority\", which the rule does not have here\n"
         "a.yaml:2:100: error: expected append or replace\n");
    says(RULE("r", "evt.type = open") "- {rule: r, priority: error, desc: x, override: {priority: append}}\n",
         "a.yaml:2:60: error: \"priority\" can be replaced, not appended to\na.yaml:2:30: error: override does not say whether \"desc\" is appended or replaced\n");
    says(RULE("r", "evt.type = open") "- {rule: r, append: true, priority: error}\n",
         "a.yaml:2:27: error: \"priority\" cannot be appended to\na.yaml:2:3: error: nothing to append: expected condition, exceptions, output, desc or tags\n");
    says(RULE("r", "evt.type = open") "- {rule: r, append: true, override: {desc: append}, desc: x}\n", "a.yaml:2:27: error: append and override exclude each other\n");
}

TEST(exceptions) {
    _cleanup_(done) Loaded l = LOAD("- {list: l, items: [x, y]}\n"
                                    "- rule: r\n  desc: d\n  output: o\n  priority: error\n  condition: evt.type = open or evt.type = close\n"
                                    "  exceptions:\n"
                                    "  - {name: one, fields: proc.name, values: [a, 'b c', l]}\n"
                                    "  - {name: two, fields: [proc.name, fd.name], comps: [=, startswith], values: [[a, /x], [b, '/y z']]}\n"
                                    "  - {name: three, fields: [proc.name, 'proc.aname[2]'], comps: [in, =], values: [[[a, b], c], [d, 'e\"f']]}\n"
                                    "  - {name: four, fields: fd.name, comps: startswith, values: [/a, /b]}\n"
                                    "  - {name: none, fields: fd.name}\n",
                                    "- {rule: r, append: true, exceptions: [{name: one, values: [more]}, {name: none, values: [/n]}]}\n");
    CHECK_STR(str_from(l.said), "");
    check_condition(&l, "r", "(evt.type = open or evt.type = close) and not (proc.name in (a, \"b c\", x, y) or proc.name in (more)) and "
                             "not (proc.name = a and fd.name startswith /x or proc.name = b and fd.name startswith \"/y z\") and "
                             "not (proc.name in (a, b) and proc.aname[2] = c or proc.name in (d) and proc.aname[2] = \"e\\\"f\") and "
                             "not (fd.name startswith /a or fd.name startswith /b) and not fd.name in (/n)");
    CHECK(rule_set_find(l.set, STR("r"))->n_exceptions == 5);
}

TEST(exceptions_that_are_wrong) {
#define EXCEPTION(e) "- rule: r\n  desc: d\n  output: o\n  priority: error\n  condition: evt.type = open\n  exceptions: [" e "]\n"
    says(EXCEPTION("{fields: a.b}"), "a.yaml:6:16: error: the exception has no name\n");
    says(EXCEPTION("{name: e}"), "a.yaml:6:16: error: exception \"e\" has no fields\n");
    says(EXCEPTION("{name: e, fields: proc.name, comps: inn, values: [x]}"), "a.yaml:6:52: error: unknown operator \"inn\"; did you mean \"in\"?\n");
    says(EXCEPTION("{name: e, fields: [proc.name, fd.name], comps: [=], values: [[a]]}"),
         "a.yaml:6:63: error: 1 operators for 2 fields\n");
    says(EXCEPTION("{name: e, fields: [proc.name, fd.name], comps: [=, in], values: [[a], x, [a, [[b]]], [[a], b]]}"),
         "a.yaml:6:81: error: 1 values for 2 fields\na.yaml:6:86: error: expected a list of 2 values, one for each field, found a string\n"
         "a.yaml:6:93: error: expected a value or a list of values, found a list\na.yaml:6:102: error: expected a value, found a list\n");
    says(EXCEPTION("{name: e, fields: proc.name, values: [a], untl: x}"), "a.yaml:6:58: error: unknown key \"untl\"; did you mean \"until\"?\n");
    says(EXCEPTION("{name: e, fields: proc.name, values: [a], until: soon}"), "a.yaml:6:65: error: expected a date (2027-01-31), \"fix\" or \"rebuilt since DATE\"\n");
    says(EXCEPTION("{name: e, fields: evt.type, values: [open, close]}"),
         "a.yaml:6:34: error: rule \"r\" can never fire: this exception holds whenever its condition does\n");
    says(EXCEPTION("{name: e, fields: [evt.type, proc.name], comps: [=, startswith], values: [[open, '\"\"']]}"),
         "a.yaml:6:35: error: rule \"r\" can never fire: this exception holds whenever its condition does\n");
}

TEST(exceptions_end) {
    static const char *const text[] = {"- rule: r\n  desc: d\n  output: o\n  priority: error\n  source: vulnerability\n  condition: vuln.severity = HIGH\n"
                                       "  exceptions:\n"
                                       "  - {name: dated, fields: vuln.id, values: [CVE-1], until: 2026-03-01, reason: no input from outside, owner: team-a}\n"
                                       "  - {name: fact, fields: vuln.id, values: [CVE-2], until: fix}\n"
                                       "  - {name: rebuild, fields: vuln.id, values: [CVE-3], until: rebuilt since 2026-02-01}\n",
                                       NULL};
    int64_t before = 0, after = 0;
    CHECK(time_parse(STR("2026-02-28T23:59:59Z"), &before) == 0 && time_parse(STR("2026-03-01"), &after) == 0);
    _cleanup_(done) Loaded l = load_with(&(RuleSetOptions) {.as_of = before}, text);
    CHECK_STR(str_from(l.said), "");
    check_condition(&l, "r", "vuln.severity = HIGH and not vuln.id in (CVE-1) and not (vuln.id in (CVE-2) and not vuln.fix exists) and "
                             "not (vuln.id in (CVE-3) and image.created exists and image.created < \"2026-02-01\")");
    _cleanup_(done) Loaded m = load_with(&(RuleSetOptions) {.as_of = after}, text);
    CHECK_STR(str_from(m.said), "a.yaml:8:5: warning: exception \"dated\" of rule \"r\" ended on 2026-03-01: it works no more\n");
    const Rule *r = rule_set_find(m.set, STR("r"));
    CHECK(r->exceptions[0].expired && !r->exceptions[1].expired && str_eqz(r->exceptions[0].owner, "team-a"));
}

TEST(recursion_is_refused) {
    says("- {macro: a, condition: b}\n- {macro: b, condition: evt.num=0 or c}\n- {macro: c, condition: a}\n", "a.yaml:3:25: error: macro \"a\" leads back to itself\n");
    says("- {macro: a, condition: a}\n", "a.yaml:1:25: error: macro \"a\" leads back to itself\n");
    says("- {list: a, items: [b]}\n- {list: b, items: [x, a]}\n", "a.yaml:1:10: error: list \"a\" contains itself\n");
    says("- {list: a, items: [a]}\n", "a.yaml:1:10: error: list \"a\" contains itself\n");
    /* Said once, also where conditions use it. */
    says("- {list: a, items: [b]}\n- {list: b, items: [x, a, y]}\n- {macro: m, condition: proc.name in (b)}\n" RULE("r", "m or proc.name in (a) or proc.name in (x, b)"),
         "a.yaml:1:10: error: list \"a\" contains itself\n");
}

TEST(macros_multiply_within_bounds) {
    _cleanup_(buf_done) Buf b = buf_new(1 << 20);
    buf_putz(&b, "- {macro: m0, condition: evt.num=0}\n");
    for (int i = 1; i < 64; i++)
        buf_printf(&b, "- {macro: m%d, condition: m%d or m%d}\n", i, i - 1, i - 1);
    buf_putz(&b, RULE("r", "evt.type = open and m63"));
    _cleanup_(done) Loaded l = LOAD(b.p);
    CHECK(l.result == -EINVAL);
    CHECK_MSG(strstr(l.said, "with its macros, the condition has too many parts"), "%s", l.said);
}

TEST(names_that_are_not_there) {
    says(RULE("r", "opens and proc.name in (x)") "- {macro: open, condition: evt.type = open}\n", "a.yaml:1:63: error: there is no macro \"opens\"; did you mean \"open\"?\n");
    says(RULE("r", "evt.type = open and proc.name in shell") "- {list: shells, items: [sh]}\n", "a.yaml:1:83: error: there is no list \"shell\"; did you mean \"shells\"?\n");
    says(RULE("r", "evt.type = open and shells") "- {list: shells, items: [sh]}\n", "a.yaml:1:83: error: there is no macro \"shells\"; it is the name of a list\n");
    says(RULE("r", "evt.type = open and proc.name = shells") "- {list: shells, items: [sh, ash]}\n",
         "a.yaml:1:95: error: \"shells\" is a list of 2 items: compare with \"in\"\n");
}

TEST(keys) {
    says("- {rul: r}\n", "a.yaml:1:4: error: unknown key \"rul\"; did you mean \"rule\"?\n");
    says("- x\n- 3\n", "a.yaml:1:3: error: expected a rule, a macro or a list, found a string\na.yaml:2:3: error: expected a rule, a macro or a list, found a number\n");
    says("rule: r\n", "a.yaml:1:1: error: expected a list of rules, macros and lists, found a map\n");
    says("- {rule: r, prority: x, condition: evt.type=open}\n",
         "a.yaml:1:13: error: unknown key \"prority\"; did you mean \"priority\"?\na.yaml:1:10: error: rule \"r\" has no desc\na.yaml:1:10: error: rule \"r\" has no output\n"
         "a.yaml:1:10: error: rule \"r\" has no priority\n");
    says("- {rule: r, desc: [d], output: {}, priority: loud, condition: [], tags: x, enabled: 'no', source: 3, sla: soon, on-error: x, action: kill}\n",
         "a.yaml:1:19: error: expected a text, found a list\na.yaml:1:32: error: expected a text, found a map\n"
         "a.yaml:1:46: error: expected a priority: emergency, alert, critical, error, warning, notice, informational or debug\n"
         "a.yaml:1:63: error: expected a condition, found a list\na.yaml:1:73: error: expected a list of words, found a string\n"
         "a.yaml:1:85: error: expected true or false, found a string\na.yaml:1:107: error: expected a time such as 36h, 7d or 2w\n"
         "a.yaml:1:123: error: expected warn, deny or allow\na.yaml:1:134: error: expected an action: warn, deny, allow or alert\n"
         "a.yaml:1:99: warning: unknown source \"3\": the rule is left out\n");
    says("- {list: l, items: x}\n- {list: [], items: [[y]]}\n- {macro: m}\n",
         "a.yaml:1:20: error: expected a list of items, found a string\na.yaml:2:10: error: expected the name of the list, found a list\na.yaml:3:3: error: the macro has no condition\n");
}

TEST(requirements) {
    says("- required_engine_version: 0.57.0\n- required_engine_version: 26\n- required_plugin_versions:\n  - {name: container, version: 0.4.0}\n", "");
    says("- required_engine_version: 0.58.0\n", "a.yaml:1:28: error: the file needs engine version 0.58.0; this one does what 0.57.0 does\n");
    says("- required_engine_version: new\n", "a.yaml:1:28: error: expected a version such as 0.57.0, or a whole number\n");
    says("- required_plugin_versions: [{name: json, version: 1}, {name: k8saudit, version: 1, alternatives: [{name: container, version: 1}]}]\n",
         "a.yaml:1:30: error: the file needs plugin \"json\", which this program does not have\n");
}

TEST(places_in_scalars) {
    /* Folded, literal, plain over lines, quoted: the second line is where it is. */
    says("- macro: m\n  condition: >\n    evt.num=0 and\n      (x or\n\n   \n      ) and\n", "a.yaml:7:7: error: expected a field, a macro or \"(\", found \")\"\na.yaml:8:1: error: expected a field, a macro or \"(\", found the end of the condition\n");
    says("- macro: m\n  condition: |-   # why\n    evt.num=0 and\n    ) or\n    evt.num = 1", "a.yaml:4:5: error: expected a field, a macro or \"(\", found \")\"\na.yaml:4:5: error: this \")\" closes nothing\n");
    says("- macro: m\n  condition: evt.num=0 and\n    evt.num ~ 1\n", "a.yaml:3:13: error: expected an operator (exists = == != < <= > >= in intersects pmatch contains startswith endswith glob regex …), found \"~\"\n");
    says("- macro: m\n  condition: 'evt.num=0 and\n    evt.type = ''a'' b'\n", "a.yaml:3:22: error: expected \"and\" or \"or\", found \"b\"\n");
    says("- macro: m\n  condition: \"evt.type = \\\"a\\\" b\"\n", "a.yaml:2:32: error: expected \"and\" or \"or\", found \"b\"\n");
    says("- macro: m\n  condition: 'proc.name = \"a''b  ''c\"  and evt.typ~x'\n", "a.yaml:2:51: error: expected an operator (exists = == != < <= > >= in intersects pmatch contains startswith endswith glob regex …), found \"~x\"\n");
    /* Strings keep their blanks. */
    _cleanup_(done) Loaded k = LOAD("- rule: r\n  desc: d\n  output: o\n  priority: info\n  condition: |\n    evt.type = open and\n    proc.name = \"a\tb\n    c  d\"\n    and not proc.name = 'x  y'\n"
                                    RULE("s", "evt.type = open and proc.name = \"it''s  \" and fd.num > 2"));
    check_condition(&k, "r", "evt.type = open and proc.name = \"a\\tb\\nc  d\" and not proc.name = \"x  y\"");
    check_condition(&k, "s", "evt.type = open and proc.name = \"it's  \" and fd.num > 2");
    /* Appended in another file. */
    _cleanup_(done) Loaded l = LOAD("- {macro: m, condition: evt.num=0}\n", "- macro: m\n  append: true\n  condition: and\n    evt.num inn (1)\n");
    CHECK_STR(str_from(l.shown), "b.yaml:4:13: error: unknown operator \"inn\"; did you mean \"in\"?\n        evt.num inn (1)\n                ^\n");
}

TEST(carets) {
    _cleanup_(done) Loaded l = LOAD("- {rule: ü, enabled: true}\n");
    CHECK_STR(str_from(l.shown), "a.yaml:1:10: error: there is no rule \"ü\" yet to change\n    - {rule: ü, enabled: true}\n             ^\n");
    _cleanup_(done) Loaded m = LOAD("- macro:\tm\n  append: ü\n  condition: evt.num=0\n");
    CHECK_STR(str_from(m.shown), "a.yaml:2:11: error: expected true or false, found a string\n      append: ü\n              ^\n");
}

TEST(actions_and_sources) {
#define IMAGE(more) "- {rule: r, desc: d, output: o, priority: error, source: image, condition: image.root = true" more "}\n"
    says(IMAGE(", action: deny"), "");
    says(IMAGE(", action: alert"), "a.yaml:1:103: error: source image takes no action \"alert\"; it takes: warn, deny, allow\n");
    says("- {rule: r, desc: d, output: o, priority: error, condition: evt.type=open, action: deny}\n",
         "a.yaml:1:84: error: source syscall takes no action \"deny\"; it takes: alert\n");
    says("- {rule: r, desc: d, output: o, priority: error, source: imge, condition: image.root = true}\n", "a.yaml:1:58: error: unknown source \"imge\"; did you mean \"image\"?\n");
    _cleanup_(done) Loaded l = LOAD("- {rule: r, desc: d, output: o, priority: error, source: aws_cloudtrail, condition: ka.verb = get}\n");
    CHECK_STR(str_from(l.said), "a.yaml:1:58: warning: unknown source \"aws_cloudtrail\": the rule is left out\n");
    CHECK(!rule_set_find(l.set, STR("r")));
}

TEST(unknown_filters_are_skipped) {
    _cleanup_(done) Loaded l = LOAD("- {rule: r, desc: d, output: o, priority: error, condition: evt.type=open and proc.nme = x, skip-if-unknown-filter: true}\n");
    CHECK_STR(str_from(l.said), "");
    CHECK(!rule_set_find(l.set, STR("r")));
}

TEST(less_urgent_rules_are_not_loaded) {
    _cleanup_(done) Loaded l = load_with(&(RuleSetOptions) {.min_priority = PRIORITY_WARNING},
                                         (const char *const[]) {RULE("r", "evt.type = open") "- {rule: s, desc: d, output: o, priority: error, condition: evt.type=open}\n", NULL});
    CHECK(!rule_set_find(l.set, STR("r")) && rule_set_find(l.set, STR("s")));
}

TEST(lints) {
    says(RULE("r", "proc.name = x"), "a.yaml:1:10: warning: rule \"r\" does not say which evt.type it is about: it runs on every event\n");
    says(RULE("r", "proc.name = x or evt.type = open"), "a.yaml:1:10: warning: rule \"r\" does not say which evt.type it is about: it runs on every event\n");
    says(RULE("r", "proc.name = x and not (not evt.type = open or proc.pid = 1)"), "");
    says("- {rule: r, desc: d, output: o, priority: error, condition: proc.name = x, warn_evttypes: false}\n", "");
    says(RULE("r", "evt.type = open and proc.name = a and proc.name in (b, c)"), "a.yaml:1:101: warning: rule \"r\" can never fire: no value is in both sets of proc.name\n");
    says(RULE("r", "evt.type = open and proc.aname = a and proc.aname = b"), "");
    says(IMAGE(" and image.user != x, action: deny"),
         "a.yaml:1:98: error: rule \"r\" denies, and compares a value that may be absent with !=: add \"image.user exists\", or \"not … exists\"\n");
    says(IMAGE(" and image.user exists and image.user != x, action: deny"), "");
    says(IMAGE(" and image.user != x, action: warn"), "");
    says(IMAGE(" and not (image.tag = x or image.kind = sbom), action: deny"),
         "a.yaml:1:103: error: rule \"r\" denies, and says \"not\" of a value that may be absent: add \"image.tag exists\", or \"not … exists\"\n");
    says("- {rule: r, desc: d, output: o, priority: error, source: image, action: deny, condition: 'image.any[\"package: package.type != deb\"] = true'}\n",
         "a.yaml:1:111: error: rule \"r\" denies, and compares a value that may be absent with !=: add \"package.type exists\", or \"not … exists\"\n");
}

TEST(outputs) {
    says("- rule: r\n  desc: d\n  priority: error\n  condition: evt.type = open\n  output: a 100% of %proc.name%evt.arg.flags\n    (%fd.nam) %tolower(proc.exee)\n",
         "a.yaml:6:7: error: source syscall has no field \"fd.nam\"; did you mean \"fd.num\"?\n"
         "a.yaml:6:24: error: source syscall has no field \"proc.exee\"; did you mean \"proc.exe\"?\n");
}

TEST(hidden_rules) {
    static const char *const text[] = {RULE("r", "evt.type = open and proc.name = x") RULE("s", "proc.name = x and fd.num > 0 and evt.type = open") RULE("t", "evt.type = open"), NULL};
    _cleanup_(done) Loaded l = load_with(&(RuleSetOptions) {.first_match = true}, text);
    CHECK_STR(str_from(l.said), "a.yaml:2:10: warning: rule \"s\" can never fire: \"r\" (a.yaml:1) comes first and holds whenever it does\n");
    _cleanup_(done) Loaded m = load_with(&(RuleSetOptions) {0}, text);
    CHECK_STR(str_from(m.said), "");
}

TEST(a_million_items) {
    _cleanup_(buf_done) Buf b = buf_new(64 << 20);
    buf_putz(&b, "- list: l\n  items:\n");
    for (int i = 0; i < 1000 * 1000; i++)
        buf_printf(&b, "  - x%d\n", i);
    buf_putz(&b, RULE("r", "evt.type = open and proc.name in (l)"));
    _cleanup_(done) Loaded l = LOAD(b.p);
    CHECK_STR(str_from(l.said), "");
    size_t n = 0;
    for (const AstItem *i = rule_set_find(l.set, STR("r"))->condition->last->items; i; i = i->next)
        n++;
    CHECK(n == 1000 * 1000);
}

TEST(conditions_of_100_kb) {
    _cleanup_(buf_done) Buf b = buf_new(64 << 20);
    buf_putz(&b, "- {macro: m, condition: 'evt.num=0");
    while (b.n < 100 * 1000)
        buf_putz(&b, " or evt.num=0");
    buf_putz(&b, "'}\n");
    _cleanup_(done) Loaded l = LOAD(b.p);
    CHECK_STR(str_from(l.said), "");
    buf_clear(&b);
    buf_putz(&b, "- {macro: m, condition: '");
    for (int i = 0; i < 100 * 1000; i++)
        buf_putz(&b, "(");
    buf_putz(&b, "'}\n");
    _cleanup_(done) Loaded m = LOAD(b.p);
    CHECK_STR(str_from(m.said), "a.yaml:1:127: error: nested too deep: 100 levels are allowed\n");
}

TEST(falcos_files_load_together) {
    const char *shared = getenv("PLIMSOLL_SHARED"), *top = getenv("TOP");
    static const char *const files[] = {"falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"};
    _cleanup_(rule_set_freep) RuleSet *s = rule_set_new(&(RuleSetOptions) {0});
    _cleanup_(diag_done) Diag d = {0};
    char *texts[ARRAY_SIZE(files)] = {0};
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        _cleanup_free_ char *path = shared ? xasprintf("%s/falco-rules/%s", shared, files[i]) : xasprintf("%s/../shared/falco-rules/%s", top ? top : ".", files[i]);
        size_t n;
        if (fs_read(path, 1 << 20, &texts[i], &n, NULL) < 0)
            SKIP("no Falco rules");
        CHECK(rule_set_add(s, str_n(texts[i], n), files[i], &d) == 0);
    }
    CHECK(rule_set_finish(s, &d) == 0);
    _cleanup_free_ char *said = rule_set_diag_text(s, &d);
    CHECK_STR(str_from(said), "");
    RuleSetCounts c = rule_set_counts(s);
    size_t enabled = 0, n;
    Rule *const *rules = rule_set_rules(s, &n);
    for (size_t i = 0; i < n; i++)
        enabled += rules[i]->enabled;
    CHECK_MSG(n == 93 && enabled == 81, "%zu rules, %zu enabled", n, enabled);
    CHECK_MSG(c.redefined == 82, "%zu redefinitions, %zu macros, %zu lists", c.redefined, c.macros, c.lists);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        free(texts[i]);
}

TEST_MAIN()
