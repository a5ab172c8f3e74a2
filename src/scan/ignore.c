/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/ignore.h"

#include "scan/ignore-parts.h"

Exception ignore_rule(const Ignore *i, ExceptionFormat format, uint32_t line, uint32_t col) {
    return (Exception) {.format = format, .source = str_from(i->name), .line = line, .col = col, .time = TIME_NONE, .expires = TIME_NONE};
}

int ignore_strings(Ignore *i, const Node *n, const char *key, Str **ret, size_t *ret_n) {
    size_t count = n && n->type == NODE_LIST ? n->list.n : n ? 1 : 0;
    Str *all = arena_alloc(i->a, (count + 1) * sizeof(Str));
    if (n && n->type == NODE_LIST && count == 0)
        return ignore_error(i, n, "\"%s\" is an empty list: leave it out", key);
    size_t k = 0;
    if (n && n->type == NODE_LIST) {
        node_each(item, n) {
            if (str_empty(node_str(item)))
                return ignore_error(i, item, "\"%s\": expected a string, found %s", key, item->type == NODE_STRING ? "an empty one" : node_type_name(item->type));
            all[k++] = arena_str(i->a, item->text);
        }
    } else if (n) {
        if (str_empty(node_str(n)))
            return ignore_error(i, n, "\"%s\": expected a string or a list of strings, found %s", key, n->type == NODE_STRING ? "an empty one" : node_type_name(n->type));
        all[k++] = arena_str(i->a, n->text);
    }
    *ret = all;
    *ret_n = count;
    return 0;
}

int ignore_date(Ignore *i, const Node *n, const char *key, int64_t *ret) {
    if (n && (n->type != NODE_STRING || time_parse(n->text, ret) < 0))
        return ignore_error(i, n, "\"%s\": expected a date, as 2025-06-30", key);
    return 0;
}

static int string(Ignore *i, const Node *n, const char *key, Str *ret) {
    if (n && str_empty(str_trim(node_str(n))))
        return ignore_error(i, n, "\"%s\": expected a string, found %s", key, n->type == NODE_STRING ? "an empty one" : node_type_name(n->type));
    if (n)
        *ret = arena_str(i->a, str_trim(n->text));
    return 0;
}

static int check_keys(Ignore *i, const Node *rule) {
    static const char *const known[] = {"id", "package", "purl", "path", "reason", "justification", "expires", "until"};
    int r = 0;
    node_each(n, rule) {
        bool found = false;
        for (size_t k = 0; k < ARRAY_SIZE(known); k++)
            found |= str_eqz(n->key, known[k]);
        if (!found)
            r = diag_add(i->d, DIAG_ERROR, i->name, n->key_line, n->key_col,
                         "unknown key \"%.*s\"; a rule has id, package, purl, path, reason, justification, expires, until", STR_FMT(str_head(n->key, 100)));
    }
    return r;
}

static int rule(Ignore *i, const Node *n) {
    if (n->type != NODE_MAP)
        return ignore_error(i, n, "expected a rule (a map with id, package, purl or path, and reason), found %s", node_type_name(n->type));
    Exception e = ignore_rule(i, EXCEPTION_PLIMSOLL, n->line, n->col);
    const Node *until = node_get(n, "until"), *justification = node_get(n, "justification");
    int r = check_keys(i, n);
    if (r >= 0)
        r = ignore_strings(i, node_get(n, "id"), "id", &e.ids, &e.n_ids);
    if (r >= 0)
        r = ignore_strings(i, node_get(n, "purl"), "purl", &e.purls, &e.n_purls);
    if (r >= 0)
        r = ignore_strings(i, node_get(n, "path"), "path", &e.paths, &e.n_paths);
    if (r >= 0)
        r = string(i, node_get(n, "package"), "package", &e.package);
    if (r >= 0)
        r = string(i, node_get(n, "reason"), "reason", &e.reason);
    if (r >= 0)
        r = string(i, justification, "justification", &e.justification);
    if (r >= 0)
        r = ignore_date(i, node_get(n, "expires"), "expires", &e.expires);
    if (r < 0)
        return r;
    if (justification && !vex_justification_valid(e.justification))
        return ignore_error(i, justification, "\"%.*s\" is no justification of VEX: component_not_present, vulnerable_code_not_present, vulnerable_code_not_in_execute_path, "
                                              "vulnerable_code_cannot_be_controlled_by_adversary or inline_mitigations_already_exist", STR_FMT(str_head(e.justification, 100)));
    if (until && !str_eqz(node_str(until), "fix-exists"))
        return ignore_error(i, until, "\"until\" can only be fix-exists; a date is \"expires\"");
    e.until_fix = until != NULL;
    if (e.n_ids == 0 && e.n_purls == 0 && e.n_paths == 0 && str_empty(e.package))
        return ignore_error(i, n, "the rule would ignore everything: it needs id, package, purl or path");
    if (str_empty(e.reason))
        return ignore_error(i, n, "the rule has no \"reason\"");
    vec_push(&i->rules, e);
    return 0;
}

static int read_rules(Ignore *i, const Node *list) {
    if (list->type == NODE_NULL) /* "ignores:" with nothing below */
        return 0;
    if (list->type != NODE_LIST)
        return ignore_error(i, list, "expected a list of rules, found %s", node_type_name(list->type));
    int r = 0;
    node_each(n, list)
        r = MIN(r, rule(i, n)); /* all errors at once */
    return r;
}

static int read_yaml(Ignore *i, Str text, const Limits *limits, ExceptionFormat *ret_format) {
    static const char *const trivy[] = {"vulnerabilities", "misconfigurations", "secrets", "licenses"};
    Arena scratch = {0};
    Node *root = NULL;
    size_t documents;
    int r = yaml_parse(text, i->name, limits, &scratch, i->d, &root, &documents);
    bool is_trivy = false;
    for (size_t k = 0; k < ARRAY_SIZE(trivy) && r >= 0; k++)
        is_trivy |= node_get(root, trivy[k]) != NULL;
    *ret_format = EXCEPTION_PLIMSOLL;
    if (r < 0 || !root) {
        /* Wrong, or empty. */
    } else if (documents > 1) {
        r = ignore_error(i, root->next, "a second document; rules stand in one");
    } else if (is_trivy) {
        *ret_format = EXCEPTION_TRIVY;
        r = ignore_read_trivy_yaml(i, root);
    } else if (node_get(root, "ignore")) {
        *ret_format = EXCEPTION_GRYPE;
        r = ignore_read_grype(i, node_get(root, "ignore"));
    } else if (root->type == NODE_MAP && !node_get(root, "ignores")) {
        r = ignore_error(i, root, "expected \"ignores\" (a list of rules), the keys of .trivyignore.yaml, or \"ignore\" as in .grype.yaml");
    } else {
        r = read_rules(i, root->type == NODE_MAP ? node_get(root, "ignores") : root);
    }
    arena_done(&scratch);
    return r;
}

static void take(Ignore *i, ExceptionFormat format, IgnoreRules *ret) {
    *ret = (IgnoreRules) {.format = format, .n = i->rules.n, .rules = arena_alloc(i->a, (i->rules.n + 1) * sizeof(Exception))};
    if (i->rules.n)
        memcpy(ret->rules, i->rules.p, i->rules.n * sizeof(Exception));
}

int ignore_read(Str text, const char *name, const Limits *limits, Arena *a, IgnoreRules *ret, Diag *d) {
    Ignore i = {.a = a, .name = arena_str(a, str_from(name)).p, .d = d};
    ExceptionFormat format = EXCEPTION_TRIVY;
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from_at(text, 3);
    int r = ignore_is_trivy_plain(text) ? ignore_read_trivy_plain(&i, text) : read_yaml(&i, text, limits, &format);
    if (r >= 0)
        take(&i, format, ret);
    vec_done(&i.rules);
    return MIN(r, 0);
}

int ignore_read_list(const Node *list, const char *name, Arena *a, IgnoreRules *ret, Diag *d) {
    Ignore i = {.a = a, .name = arena_str(a, str_from(name)).p, .d = d};
    int r = read_rules(&i, list);
    if (r >= 0)
        take(&i, EXCEPTION_PLIMSOLL, ret);
    vec_done(&i.rules);
    return MIN(r, 0);
}
