/* SPDX-License-Identifier: Apache-2.0 */
/* Policy sets: what they choose, how they extend one another, where they hold, what they except. */
#include "parse/node.h"
#include "policy/recorded.h"
#include "policy/set.h"
#include "unit/tap.h"

static const char rules[] = "- {rule: a, desc: d, output: o, priority: warning, source: image, condition: image.root = true, tags: [x], controls: [c-1]}\n"
                            "- {rule: b, desc: d, output: o, priority: notice, source: image, condition: image.layers > 3, action: deny, tags: [x, y]}\n"
                            "- {rule: c, desc: d, output: o, priority: error, source: vulnerability, condition: vuln.severity >= HIGH, tags: [y]}\n"
                            "- {rule: off, desc: d, output: o, priority: error, source: image, condition: image.root = true, enabled: false, tags: [x]}\n"
                            "- {rule: s, desc: d, output: o, priority: error, condition: evt.type = open, tags: [x]}\n";

static void put_names(Buf *out, const Policy *p) {
    size_t n;
    const PolicyRule *all = policy_rules(p, &n);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%.*s %s/%s from %.*s%s", i ? ", " : "", STR_FMT(all[i].rule->name),
                   all[i].action == RULE_ACTION_N_ ? "out" : rule_action_name(all[i].action), priority_name(all[i].priority), STR_FMT(all[i].set), all[i].scope ? " (scoped)" : "");
}

typedef struct Chosen {
    Policy *policy;
    char *text;   /* the rules that hold, or the messages */
    int result;
} Chosen;

static Chosen choose(const char *sets, const char *name, int64_t as_of) {
    RuleSetOptions o = {.as_of = as_of};
    Chosen c = {.policy = policy_new(&o)};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(buf_done) Buf out = buf_new(1 << 20);
    CHECK(policy_add(c.policy, str_from(rules), "rules.yaml", POLICY_SHIPPED, &d) == 0);
    c.result = policy_add(c.policy, str_from(sets), "sets.yaml", POLICY_OWN, &d);
    int r = c.result == 0 ? policy_choose(c.policy, str_from(name), &d) : c.result;
    c.result = r;
    _cleanup_free_ char *said = diag_text(&d);
    buf_putz(&out, said);
    if (r == 0)
        put_names(&out, c.policy);
    c.text = buf_take(&out);
    return c;
}
static void done(Chosen *c) {
    policy_free(c->policy);
    free(c->text);
}
static void check(const char *sets, const char *name, const char *want) {
    _cleanup_(done) Chosen c = choose(sets, name, 0);
    CHECK_STR(str_from(c.text), want);
}

TEST(choices) {
    check("name: p\nrules: [a, {rule: b, action: warn}]\n", "p", "a warn/Warning from p, b warn/Notice from p");
    check("name: p\nrules: [{tag: x}]\n", "p", "a warn/Warning from p, b deny/Notice from p, s alert/Error from p");
    check("name: p\nrules: [{source: image, action: deny, priority: critical}, {rule: b, enabled: false}, {rule: 'off'}]\n", "p",
          "a deny/Critical from p, off warn/Error from p");
    check("name: p\nrules: [{tag: y, source: vulnerability}, {control: c-1}, {rule: '[ab]', action: allow}]\n", "p",
          "a allow/Warning from p, b allow/Notice from p, c warn/Error from p");
    check("name: p\nrules: [{phase: run, action: deny}, {file: 'rul*', tag: y}]\n", "p", "b deny/Notice from p, c warn/Error from p, s alert/Error from p");
    check("name: p\nrules: [z, {rule: s, action: deny}, {}]\n", "p",
          "sets.yaml:2:37: error: this chooses nothing: expected rule, tag, source, phase, control or file\n");
    check("name: p\nrules: [z, {rule: s, action: deny}]\n", "p",
          "sets.yaml:2:9: error: this chooses no rule\nsets.yaml:2:12: error: rule \"s\" is about a source that does not take action \"deny\"\n");
}

TEST(sets_are_found) {
    static const char sets[] = "name: p\nversion: 1\nrules: [a]\n---\nname: p\nversion: 2\nrules: [b]\n---\nname: quite\nrules: [c]\n";
    check(sets, "p", "b deny/Notice from p");
    check(sets, "p@1", "a warn/Warning from p");
    check(sets, "p@3", "--policy: error: set \"p@3\" has no such version; there are: 1, 2\n");
    check(sets, "quit", "--policy: error: there is no policy set \"quit\"; did you mean \"quite\"?\n");
    check(sets, "", "sets.yaml: error: there are several sets, \"p\" and \"p\" among them: name one\n");
    check("name: one\nrules: [c]\n", "", "c warn/Error from one");
}

TEST(extending_tightens) {
    static const char base[] = "name: base\nrules: [a, {rule: b}, {rule: c, action: deny}]\n---\n";
    char text[4096];
#define WITH(more) (snprintf(text, sizeof(text), "%s%s", base, more), text)
    check(WITH("name: p\nextends: base\nrules: [{rule: a, action: deny, priority: error}]\n"), "p", "a deny/Error from p, b deny/Notice from base, c deny/Error from base");
    check(WITH("name: p\nextends: [base]\nrules: [{rule: b, action: warn}]\n"), "p",
          "sets.yaml:6:9: error: rule \"b\" becomes weaker than in the set that is extended; that needs an approved exception: add \"exception: NAME\"\n");
    check(WITH("name: p\nextends: base\nrules: [{rule: a, priority: info}, {rule: c, enabled: false}]\n"), "p",
          "sets.yaml:6:9: error: rule \"a\" becomes weaker than in the set that is extended; that needs an approved exception: add \"exception: NAME\"\n"
          "sets.yaml:6:36: error: rule \"c\" becomes weaker than in the set that is extended; that needs an approved exception: add \"exception: NAME\"\n");
    /* Not in two steps either. */
    check(WITH("name: p\nextends: base\nrules: [{rule: b, priority: error}, {rule: b, action: warn}]\n"), "p",
          "sets.yaml:6:37: error: rule \"b\" becomes weaker than in the set that is extended; that needs an approved exception: add \"exception: NAME\"\n");
    check(WITH("name: p\nextends: base\nrules: [{rule: b, action: warn, exception: e}]\n"), "p",
          "sets.yaml:6:9: error: rule \"b\" becomes weaker by an exception that the set does not have: \"e\"\n");
    check(WITH("name: p\nextends: base\nrules: [{rule: b, action: warn, exception: e}]\nexceptions: [{name: e, reason: r, owner: o, until: 2030-01-01}]\n"), "p",
          "sets.yaml:6:9: error: rule \"b\" becomes weaker by an exception that nobody approved (approved-by): \"e\"\n");
    static const char approved[] = "name: p\nextends: base\nrules: [{rule: b, action: warn, exception: e}, {rule: c, enabled: false, exception: f}]\n"
                                   "exceptions:\n- {name: e, reason: r, owner: o, until: 2030-01-01, approved-by: z, scope: {environment: test}}\n"
                                   "- {name: f, reason: r, owner: o, until: 2030-01-01, approved-by: z}\n";
    check(WITH(approved), "p", "a warn/Warning from base, b deny/Notice from base, b warn/Notice from p (scoped)");
    _cleanup_(done) Chosen late = choose(WITH(approved), "p", INT64_C(1893456000));
    CHECK_STR(str_from(late.text), "sets.yaml:8:3: warning: exception \"e\" of set \"p\" ended on 2030-01-01: it works no more\n"
                                   "sets.yaml:9:3: warning: exception \"f\" of set \"p\" ended on 2030-01-01: it works no more\n"
                                   "a warn/Warning from base, b deny/Notice from base, c deny/Error from base");
    check("name: p\nextends: q\nrules: [a]\n---\nname: q\nextends: p\nrules: [b]\n", "p", "sets.yaml:1:1: error: set \"p\" extends itself\n");
    check("name: p\nextends: [q, r]\nrules: [a]\n---\nname: q\nrules: [{rule: b, action: warn}, a]\n---\nname: r\nrules: [b, {rule: a, action: allow}]\n", "p",
          "a warn/Warning from p, b deny/Notice from r");
}

TEST(versions_are_inputs) {
    static const char sets[] = "name: base\nversions: {of: kubernetes, first: 1.0, last: 1.36}\nrules: [{rule: a, from: 1.19}, {rule: b, before: 1.25}]\n---\n"
                               "name: more\nextends: base\nversions: {of: kubernetes, first: 1.0, last: 1.36}\nrules: [{rule: c, from: 1.8, before: 1.30}]\n";
    check(sets, "base", "a warn/Warning from base");
    check(sets, "base@v1.19", "a warn/Warning from base, b deny/Notice from base");
    check(sets, "base@1.18.3", "b deny/Notice from base");
    check(sets, "more@1.24", "a warn/Warning from base, b deny/Notice from base, c warn/Error from more");
    check(sets, "more@latest", "a warn/Warning from base");
    check(sets, "more@1.99", "--policy: error: set \"more\" knows kubernetes 1.0 to 1.36, not 1.99\n");
    check(sets, "more@new", "--policy: error: expected a version of kubernetes such as 1.25, found \"new\"\n");
    _cleanup_(done) Chosen c = choose(sets, "more@1.24", 0);
    CHECK_STR(policy_name(c.policy), "more@v1.24");
}

static void take(void *userdata, const PolicyHit *h) {
    Buf *out = userdata;
    buf_printf(out, "%s%.*s %s", out->n ? ", " : "", STR_FMT(h->rule->rule->name), rule_action_name(h->action));
    if (h->exception)
        buf_printf(out, " excepted by %.*s", STR_FMT(h->exception->name));
}

/* What comes of an object where it stands. */
static void judged(const Policy *p, const char *source, const char *object, const PolicyContext *c, const char *want) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(buf_done) Buf out = buf_new(1 << 16);
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    Limits l = limits_default();
    Node *n;
    size_t documents;
    CHECK(yaml_parse(str_from(object), "object", &l, &a, &d, &n, &documents) == 0);
    const Source *src = source_by_name(str_from(source));
    Subject parent = {.source = src->parent ? source_by_name(str_from(src->parent)) : NULL, .ops = &recorded_ops, .object = n};
    Subject s = {.source = src, .ops = &recorded_ops, .object = n, .parent = src->parent ? &parent : NULL};
    policy_evaluate(p, &s, c, e, take, &out);
    CHECK_STR(buf_view(&out), want);
}

TEST(scopes_and_exceptions) {
    _cleanup_(done) Chosen c = choose("name: base\nrules: [a, c, {rule: b, action: warn}]\n---\n"
                                      "name: prod\nextends: base\nscope: {environment: [prod, 'prod-*'], label: [tier=web, app]}\nrules: [{rule: a, action: deny}]\n"
                                      "exceptions:\n- {name: e, rule: a, scope: {image: 'reg/old*'}, reason: r, owner: o, until: 2030-01-01}\n"
                                      "- {name: f, tag: y, condition: package.name = bash, reason: r, owner: o, until: fix}\n"
                                      "- {name: g, rule: b, reason: r, owner: o, until: rebuilt since 2026-01-02}\n",
                                      "prod", 0);
    CHECK_MSG(c.result < 0, "%s", c.text); /* rule b has tag y too, and no package */
    _cleanup_(done) Chosen k = choose("name: base\nrules: [a, c, {rule: b, action: warn}]\n---\n"
                                      "name: prod\nextends: base\nscope: {environment: [prod, 'prod-*'], label: [tier=web, app]}\nrules: [{rule: a, action: deny}]\n"
                                      "exceptions:\n- {name: e, rule: a, scope: {image: 'reg/old*'}, reason: r, owner: o, until: 2030-01-01}\n"
                                      "- {name: f, rule: c, condition: package.name = bash, reason: r, owner: o, until: fix}\n"
                                      "- {name: g, rule: b, reason: r, owner: o, until: rebuilt since 2026-01-02}\n",
                                      "prod", 0);
    CHECK_MSG(k.result == 0, "%s", k.text);
    Str labels[] = {STR("tier=web"), STR("app=shop")};
    PolicyContext nowhere = {0}, prod = {.environment = STR("prod-eu"), .labels = {labels, 2}, .image = STR("reg/new")}, half = {.environment = STR("prod"), .labels = {labels, 1}};
    judged(k.policy, "image", "{image.root: true}", &nowhere, "a warn");
    judged(k.policy, "image", "{image.root: true}", &prod, "a deny");
    judged(k.policy, "image", "{image.root: true}", &half, "a warn");
    prod.image = STR("reg/old:1");
    judged(k.policy, "image", "{image.root: true}", &prod, "a deny excepted by e");
    judged(k.policy, "image", "{image.layers: 9, image.created: 2026-01-01}", &nowhere, "b warn excepted by g");
    judged(k.policy, "image", "{image.layers: 9, image.created: 2026-01-02}", &nowhere, "b warn");
    judged(k.policy, "image", "{image.layers: 1}", &nowhere, "");
    judged(k.policy, "vulnerability", "{vuln.severity: HIGH, package.name: bash}", &nowhere, "c warn excepted by f");
    judged(k.policy, "vulnerability", "{vuln.severity: HIGH, package.name: bash, vuln.fix: '2'}", &nowhere, "c warn");
    judged(k.policy, "vulnerability", "{vuln.severity: HIGH, package.name: dash}", &nowhere, "c warn");
}

TEST(sets_that_are_wrong) {
    check("nam: p\n", "p", "sets.yaml:1:1: error: unknown key \"nam\"; did you mean \"name\"?\nsets.yaml:1:1: error: expected the name of the set, without @ and /\n");
    check("name: p\nextends: {}\nscope: [x]\nversions: {of: x}\nrules: x\nexceptions: {}\n", "p",
          "sets.yaml:3:8: error: expected a map with cluster, namespace, image, environment or label, found a list\n"
          "sets.yaml:2:10: error: expected a word or a list of words, found a map\n"
          "sets.yaml:4:11: error: expected what the version is of, the first and the last one: {of: kubernetes, first: 1.0, last: 1.36}\n"
          "sets.yaml:5:8: error: expected a list, found a string\nsets.yaml:6:13: error: expected a list, found a map\n");
    check("name: p\nrules: [{rule: a, action: kill, priority: x, enabled: 1, from: y}]\nexceptions: [{name: e, until: x}]\n", "p",
          "sets.yaml:2:64: error: expected a version such as 1.25\nsets.yaml:2:27: error: expected an action: warn, deny, allow or alert\n"
          "sets.yaml:2:43: error: expected a priority: emergency, alert, critical, error, warning, notice, informational or debug\n"
          "sets.yaml:2:55: error: expected true or false, found a number\nsets.yaml:3:14: error: the exception has no reason\n"
          "sets.yaml:3:14: error: the exception has no owner\nsets.yaml:3:31: error: expected a date (2027-01-31), \"fix\" or \"rebuilt since DATE\"\n");
}

TEST(own_rules_without_a_set) {
    _cleanup_(policy_freep) Policy *p = policy_new(&(RuleSetOptions) {0});
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(buf_done) Buf out = buf_new(1 << 16);
    CHECK(policy_add_shipped(p, &d) == 0);
    CHECK(policy_add(p, str_from(rules), "rules.yaml", POLICY_OWN, &d) == 0);
    CHECK(policy_choose(p, STR_NULL, &d) == 0);
    put_names(&out, p);
    CHECK_STR(buf_view(&out), "a warn/Warning from , b deny/Notice from , c warn/Error from , s alert/Error from ");
}

TEST_MAIN()
