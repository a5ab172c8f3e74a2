/* SPDX-License-Identifier: Apache-2.0 */
/* Our rule format, docs/secret-rules.md. */
#include <stdio.h>

#include "secret/rule-parts.h"

/* A value stands for itself: not inside of a longer word, save behind what an escape left (\n, %3D). */
#define BEFORE "(?:(?<![A-Za-z0-9_])|(?<=\\\\[nrt])|(?<=%[0-9A-Fa-f]{2}))"
#define AFTER "(?![A-Za-z0-9_])"
/* The rest of a name. Somewhere it says that it is a secret: the keyword itself, or what follows. */
#define LATER "(?:key|token|secret|pass|pwd|auth|cred|api|access|client|sid|licen[cs]e|webhook|dsn)"
#define NAME "(?:(?<=key|ken|ret|ass|pwd|api|uth|red|dsn|ook)|[\\w.\\- \\t]{0,24}?" LATER ")[\\w.\\-]{0,24}"
/* Between a name and its value: closing quotes; what Kubernetes and XML put there; an operator, or a blank as in ENV NAME VALUE and
 * --name VALUE; opening quotes; the scheme of an Authorization header. */
#define ASSIGN                                                                                                \
    "[\\\\\"'`\\])]{0,4}(?:\\s{1,32}value)?[\"'\\\\]{0,2}[ \\t]{0,8}(?:=>|:=|\\?=|->|\\|\\||[=:,>(]|[ \\t])"  \
    "[ \\t]{0,8}[\\\\\"'`(\\[]{0,4}(?:bearer |basic |token )?"

static const char *const rule_keys[] = {"id",       "title",   "kind",    "severity", "keywords", "caseless", "next",  "token", "assigned", "pattern", "back",
                                        "group",    "entropy", "checksum", "generic", "paths",    "allow",    "examples", "source", NULL};

static Severity read_severity(RuleReader *r, const Node *n) {
    Severity s = SEVERITY_HIGH;
    if (n && (n->type != NODE_STRING || severity_parse(n->text, &s) < 0))
        rule_error(r, n, "expected a severity: critical, high, medium or low");
    return s;
}

static SecretChecksum read_checksum(RuleReader *r, const Node *n) {
    if (!n)
        return SECRET_CHECKSUM_NONE;
    for (SecretChecksum c = SECRET_CHECKSUM_NONE + 1; c < SECRET_CHECKSUM_N_; c++)
        if (str_eqz(node_str(n), secret_checksum_name(c)))
            return c;
    rule_error(r, n, "expected a checksum: crc32-base62, jwt or base64-json");
    return SECRET_CHECKSUM_NONE;
}

static SecretAllow read_allow(RuleReader *r, const Node *n) {
    static const char *const keys[] = {"values", "words", "lines", "paths", "rules", NULL};
    SecretAllow a = {0};
    if (n->type != NODE_MAP) {
        rule_error(r, n, "expected a map, found %s", node_type_name(n->type));
        return a;
    }
    rule_known_keys(r, n, keys);
    a.regexes = rule_regexes(r, node_get(n, "values"));
    a.words = rule_lower(r, rule_texts(r, node_get(n, "words")));
    a.paths = rule_regexes(r, node_get(n, "paths"));
    a.rules = rule_texts(r, node_get(n, "rules"));
    return a;
}

/* values and words look at the value, lines at the whole line: what has both becomes two. */
static SecretAllows read_allows(RuleReader *r, const Node *n) {
    SecretAllows l = {0};
    if (!n)
        return l;
    l.p = arena_alloc(&r->set->arena, 2 * sizeof(SecretAllow));
    l.p[l.n++] = read_allow(r, n);
    StrList lines = rule_regexes(r, node_get(n, "lines"));
    if (lines.n)
        l.p[l.n++] = (SecretAllow) {.target = SECRET_TARGET_LINE, .regexes = lines, .rules = l.p[0].rules};
    return l;
}

/* Does none of the keywords say by itself that the name is a secret's? The endings are those of NAME. */
static bool says_later(const SecretRule *x) {
    static const char *const endings[] = {"key", "ken", "ret", "ass", "pwd", "api", "uth", "red", "dsn", "ook"};
    for (size_t i = 0; i < x->keywords.n; i++)
        for (size_t k = 0; k < ARRAY_SIZE(endings); k++)
            if (x->keywords.p[i].n >= 3 && str_ieq(str_from_at(x->keywords.p[i], x->keywords.p[i].n - 3), str_from(endings[k])))
                return false;
    return true;
}

/* The one of token, assigned and pattern that is given, as PCRE2. */
static void read_pattern(RuleReader *r, const Node *n, SecretRule *x) {
    const Node *token = node_get(n, "token"), *assigned = node_get(n, "assigned"), *pattern = node_get(n, "pattern");
    const Node *given = token ? token : assigned ? assigned : pattern;
    Arena *a = &r->set->arena;
    if (!given || !!token + !!assigned + !!pattern != 1) {
        rule_error(r, n, "expected exactly one of token, assigned and pattern");
        return;
    }
    Str text = rule_text(r, given);
    if (!text.n || !rule_compiles(r, given, text, NULL))
        return;
    if (token) {
        x->pattern = arena_printf(a, "%s(%.*s)%s", BEFORE, STR_FMT(text), AFTER);
    } else if (assigned) {
        Buf words = buf_new(1 << 16);
        for (size_t i = 0; i < x->keywords.n; i++) {
            buf_putz(&words, i ? "|" : "");
            for (size_t k = 0; k < x->keywords.p[i].n; k++)
                buf_printf(&words, "\\x%02x", (unsigned char) x->keywords.p[i].p[k]);
        }
        /* Vendors' names are common words ("segment"): only where the rest of such a name follows PCRE2 is asked. */
        if (str_empty(x->next) && says_later(x))
            x->next = STR("[\\w.\\- \\t]{0,24}" LATER);
        x->caseless = true;
        x->pattern = arena_printf(a, "(?i:(?:%.*s)%s%s)(%.*s)(?![\\w+/=\\-])", STR_FMT(buf_view(&words)), NAME, ASSIGN, STR_FMT(text));
        buf_done(&words);
    } else {
        x->pattern = text;
    }
    uint32_t groups = 0;
    if (rule_compiles(r, given, x->pattern, &groups) && x->group > groups)
        rule_error(r, node_get(n, "group"), "group %u of a pattern that has %u", x->group, groups);
}

static bool is_id(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-')
            return false;
    return s.n > 0 && s.n <= 80;
}

static void read_examples(RuleReader *r, const Node *n, SecretRule *x) {
    static const char *const keys[] = {"match", "no_match", NULL};
    if (!n)
        return;
    if (n->type != NODE_MAP) {
        rule_error(r, n, "expected a map with the lists match and no_match");
        return;
    }
    rule_known_keys(r, n, keys);
    x->match = rule_texts(r, node_get(n, "match"));
    x->no_match = rule_texts(r, node_get(n, "no_match"));
}

static void read_rule(RuleReader *r, const Node *n) {
    if (n->type != NODE_MAP) {
        rule_error(r, n, "expected a map: a rule with id, title, keywords and a token, assigned or pattern");
        return;
    }
    size_t before = r->bad;
    rule_known_keys(r, n, rule_keys);
    SecretRule x = {.file = r->name, .line = n->line};
    x.id = rule_text(r, node_get(n, "id"));
    if (!is_id(x.id))
        rule_error(r, node_get(n, "id") ? node_get(n, "id") : n, "a rule needs an id of a-z, 0-9 and '-', at most 80 bytes");
    x.title = rule_text(r, node_get(n, "title"));
    if (!x.title.n)
        rule_error(r, n, "a rule needs a title");
    x.kind = node_get(n, "kind") ? rule_text(r, node_get(n, "kind")) : STR("token");
    x.severity = read_severity(r, node_get(n, "severity"));
    x.keywords = rule_texts(r, node_get(n, "keywords"));
    if (x.keywords.n == 0)
        rule_error(r, n, "a rule needs keywords: texts of which one stands at the start of each match (or at most `back` bytes behind it)");
    x.caseless = rule_flag(r, node_get(n, "caseless"));
    x.next = rule_regex(r, node_get(n, "next"));
    x.back = (uint32_t) rule_number(r, node_get(n, "back"), SECRET_BACK_MAX);
    x.group = (uint32_t) rule_number(r, node_get(n, "group"), 30);
    x.entropy = rule_number(r, node_get(n, "entropy"), 8);
    x.checksum = read_checksum(r, node_get(n, "checksum"));
    x.generic = rule_flag(r, node_get(n, "generic"));
    x.path = rule_regex(r, node_get(n, "paths"));
    read_pattern(r, n, &x);
    x.allow = read_allows(r, node_get(n, "allow"));
    read_examples(r, node_get(n, "examples"), &x);
    for (size_t i = 0; i < r->set->n_rules; i++)
        if (r->bad == before && r->set->rules[i].file == r->name && str_eq(r->set->rules[i].id, x.id))
            rule_error(r, n, "the rule %.*s is here already, at line %u", STR_FMT(x.id), r->set->rules[i].line);
    if (r->bad == before)
        secret_set_add(r->set, &x);
}

static const char *const file_keys[] = {"rules", "allow", "off", NULL};

bool secret_is_rules(Str text) {
    _cleanup_(arena_done) Arena a = {.max = (size_t) 64 << 20};
    const Limits l = limits_default();
    Node *root = NULL;
    size_t n;
    if (yaml_parse(text, "", &l, &a, NULL, &root, &n) < 0 || !node_count(root) || root->type != NODE_MAP)
        return false;
    node_each(c, root) {
        size_t k = 0;
        while (file_keys[k] && !str_eqz(c->key, file_keys[k]))
            k++;
        if (!file_keys[k])
            return false;
    }
    const Node *rules = node_get(root, "rules");
    return !rules || node_get(node_first(rules), "id");
}

int secret_rules_yaml(Str text, const char *name, const Limits *l, SecretSet *s, Diag *d) {
    _cleanup_(arena_done) Arena tree = {.max = (size_t) 64 << 20};
    RuleReader r = {.set = s, .name = name, .limits = l, .diag = d};
    Node *root = NULL;
    size_t n;
    int x = yaml_parse(text, name, l, &tree, d, &root, &n);
    if (x < 0)
        return x;
    for (; root; root = root->next) {
        if (root->type != NODE_MAP) {
            rule_error(&r, root, "expected a map with rules, allow or off");
            continue;
        }
        rule_known_keys(&r, root, file_keys);
        const Node *rules = node_get(root, "rules"), *allow = node_get(root, "allow"), *off = node_get(root, "off");
        if (rules && rules->type != NODE_LIST)
            rule_error(&r, rules, "expected a list of rules");
        node_each(c, rules)
            read_rule(&r, c);
        SecretAllows allows = read_allows(&r, allow);
        for (size_t i = 0; i < allows.n; i++)
            secret_set_allow(s, &allows.p[i]);
        if (off) {
            StrList more = rule_texts(&r, off), all = {.n = s->off.n + more.n};
            all.p = arena_alloc(&s->arena, (all.n + 1) * sizeof(Str));
            if (s->off.n)
                memcpy(all.p, s->off.p, s->off.n * sizeof(Str));
            if (more.n)
                memcpy(all.p + s->off.n, more.p, more.n * sizeof(Str));
            s->off = all;
        }
    }
    return r.bad ? -EINVAL : 0;
}
