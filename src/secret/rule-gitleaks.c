/* SPDX-License-Identifier: Apache-2.0 */
/* Gitleaks' configuration (TOML), as its documentation describes it for versions 8.16 to 8.28: a keyword anywhere in a file makes its rule's
 * regex run over the whole file. Differences of RE2 and PCRE2 that matter: "$" is the very end in both here; \s of RE2 has no \v. */
#include "secret/rule-parts.h"

static SecretAllow read_allow(RuleReader *r, const Node *n, StrList rules) {
    static const char *const known[] = {"id", "description", "title", "commits", "paths", "regexes", "regexTarget", "stopwords", "condition", "targetRules", NULL};
    SecretAllow a = {.rules = rules};
    if (n->type != NODE_MAP) {
        rule_error(r, n, "expected a table, found %s", node_type_name(n->type));
        return a;
    }
    rule_known_keys(r, n, known);
    Str target = node_get_str(n, "regexTarget"), condition = node_get_str(n, "condition");
    if (str_eq(target, STR("match")))
        a.target = SECRET_TARGET_MATCH;
    else if (str_eq(target, STR("line")))
        a.target = SECRET_TARGET_LINE;
    else if (target.n && !str_eq(target, STR("secret")))
        rule_error(r, node_get(n, "regexTarget"), "expected match, line or secret");
    if (str_ieq(condition, STR("AND")) || str_eq(condition, STR("&&")))
        a.all = true;
    else if (condition.n && !str_ieq(condition, STR("OR")) && !str_eq(condition, STR("||")))
        rule_error(r, node_get(n, "condition"), "expected AND or OR");
    a.regexes = rule_regexes(r, node_get(n, "regexes"));
    a.paths = rule_regexes(r, node_get(n, "paths"));
    a.words = rule_lower(r, rule_texts(r, node_get(n, "stopwords")));
    if (node_get(n, "targetRules"))
        a.rules = rule_texts(r, node_get(n, "targetRules"));
    /* Commits are no matter of files. */
    return a;
}

/* `allowlist` is one table, `allowlists` a list of them. */
static SecretAllows read_allows(RuleReader *r, const Node *n) {
    const Node *one = node_get(n, "allowlist"), *many = node_get(n, "allowlists");
    SecretAllows l = {.p = arena_alloc(&r->set->arena, (node_count(many) + node_count(one) + 1) * sizeof(SecretAllow))};
    if (node_is(one, NODE_LIST)) {
        node_each(c, one)
            l.p[l.n++] = read_allow(r, c, (StrList) {0});
    } else if (one) {
        l.p[l.n++] = read_allow(r, one, (StrList) {0});
    }
    if (many && many->type != NODE_LIST)
        rule_error(r, many, "expected [[…allowlists]], a list of tables");
    node_each(c, many)
        l.p[l.n++] = read_allow(r, c, (StrList) {0});
    return l;
}

static void read_rule(RuleReader *r, const Node *n) {
    static const char *const known[] = {"id", "description", "regex", "secretGroup", "entropy", "keywords", "path", "tags", "allowlist", "allowlists", "verify", "skipReport", NULL};
    if (n->type != NODE_MAP) {
        rule_error(r, n, "expected a table");
        return;
    }
    size_t before = r->bad;
    rule_known_keys(r, n, known);
    SecretRule x = {.file = r->name, .line = n->line, .kind = STR("secret"), .severity = SEVERITY_HIGH, .whole_file = true, .caseless = true};
    const Node *regex = node_get(n, "regex"), *group = node_get(n, "secretGroup");
    x.id = rule_text(r, node_get(n, "id"));
    if (!x.id.n)
        rule_error(r, n, "a rule needs an id");
    x.title = node_get(n, "description") ? rule_text(r, node_get(n, "description")) : x.id;
    x.pattern = rule_text(r, regex);
    x.path = rule_regex(r, node_get(n, "path"));
    x.keywords = rule_lower(r, rule_texts(r, node_get(n, "keywords")));
    x.entropy = rule_number(r, node_get(n, "entropy"), 8);
    x.group = (uint32_t) rule_number(r, group, 1000);
    x.allow = read_allows(r, n);
    uint32_t groups = 0;
    if (!x.pattern.n && !x.path.n)
        rule_error(r, n, "a rule needs a regex or a path");
    if (x.pattern.n && rule_compiles(r, regex, x.pattern, &groups) && x.group > groups)
        rule_error(r, group, "secretGroup %u of a regex that has %u", x.group, groups);
    /* skipReport: only a part of another rule. */
    if (r->bad == before && !node_true(node_get(n, "skipReport")))
        secret_set_add(r->set, &x);
}

static void read_extend(RuleReader *r, const Node *n) {
    static const char *const known[] = {"useDefault", "path", "url", "disabledRules", NULL};
    if (!n)
        return;
    if (n->type != NODE_MAP) {
        rule_error(r, n, "expected the table [extend]");
        return;
    }
    rule_known_keys(r, n, known);
    if (node_get(n, "path") || node_get(n, "url"))
        rule_error(r, n, "extend.path and extend.url are not followed: name the other file with a --secret-rules of its own");
    if (node_true(node_get(n, "useDefault")))
        diag_add(r->diag, DIAG_WARNING, r->name, n->line, n->col, "extend.useDefault: the rules that come with plimsoll stand in for those of gitleaks");
    r->set->off = rule_texts(r, node_get(n, "disabledRules"));
}

int secret_rules_gitleaks(Str text, const char *name, const Limits *l, SecretSet *s, Diag *d) {
    static const char *const known[] = {"title", "description", "minVersion", "extend", "allowlist", "allowlists", "rules", NULL};
    _cleanup_(arena_done) Arena tree = {.max = (size_t) 64 << 20};
    RuleReader r = {.set = s, .name = name, .limits = l, .diag = d};
    Node *root;
    int x = toml_parse(text, name, l, &tree, d, &root);
    if (x < 0)
        return x;
    rule_known_keys(&r, root, known);
    read_extend(&r, node_get(root, "extend"));
    SecretAllows allows = read_allows(&r, root);
    for (size_t i = 0; i < allows.n; i++)
        secret_set_allow(s, &allows.p[i]);
    const Node *rules = node_get(root, "rules");
    if (rules && rules->type != NODE_LIST)
        rule_error(&r, rules, "expected [[rules]], a list of tables");
    node_each(c, rules)
        read_rule(&r, c);
    return r.bad ? -EINVAL : 0;
}
