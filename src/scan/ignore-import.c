/* SPDX-License-Identifier: Apache-2.0 */
/* The ignore rules of other scanners. */
#include "model/finding.h"
#include "scan/ignore-parts.h"

static bool is_id(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= 'a' && s.p[i] <= 'z') || strchr("-._", s.p[i])) || (i == 0 && s.p[i] == '-'))
            return false;
    return s.n > 0;
}

/* The next word of a line; '#' before a word ends it. */
static bool word(Str *rest, Str *ret) {
    *rest = str_trim(*rest);
    if (rest->n == 0 || rest->p[0] == '#')
        return false;
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    *ret = str_head(*rest, n);
    *rest = str_from_at(*rest, n);
    return true;
}

bool ignore_is_trivy_plain(Str text) {
    Str line, id, more;
    while (str_line(&text, &line))
        if (word(&line, &id))
            return is_id(id) && (!word(&line, &more) || str_starts(more, STR("exp:")));
    return false;
}

int ignore_read_trivy_plain(Ignore *i, Str text) {
    Str line, w;
    int r = 0;
    for (uint32_t number = 1; str_line(&text, &line); number++) {
        const char *start = line.p;
        Exception e = ignore_rule(i, EXCEPTION_TRIVY, number, 1);
        e.reason = STR("imported from .trivyignore");
        for (size_t k = 0; word(&line, &w); k++) {
            uint32_t col = (uint32_t) (w.p - start) + 1;
            if (k == 0 && is_id(w)) {
                e.ids = arena_new(i->a, Str);
                e.ids[e.n_ids++] = arena_str(i->a, w);
                e.col = col;
            } else if (k == 0) {
                r = diag_add(i->d, DIAG_ERROR, i->name, number, col, "\"%.*s\" is no id of a finding", STR_FMT(str_head(w, 100)));
            } else if (!str_starts(w, STR("exp:")) || time_parse(str_from_at(w, 4), &e.expires) < 0) {
                r = diag_add(i->d, DIAG_ERROR, i->name, number, col, "\"%.*s\": expected exp: and a date, as exp:2025-06-30", STR_FMT(str_head(w, 100)));
            }
        }
        if (e.n_ids)
            vec_push(&i->rules, e);
    }
    return r;
}

static int trivy_rule(Ignore *i, const Node *n, uint32_t kinds) {
    if (n->type != NODE_MAP)
        return ignore_error(i, n, "expected a rule (a map with id), found %s", node_type_name(n->type));
    Exception e = ignore_rule(i, EXCEPTION_TRIVY, n->line, n->col);
    const Node *statement = node_get(n, "statement");
    e.kinds = kinds;
    e.reason = str_empty(node_str(statement)) ? STR("imported from .trivyignore") : arena_str(i->a, node_str(statement));
    int r = ignore_strings(i, node_get(n, "id"), "id", &e.ids, &e.n_ids);
    if (r >= 0)
        r = ignore_strings(i, node_get(n, "paths"), "paths", &e.paths, &e.n_paths);
    if (r >= 0)
        r = ignore_strings(i, node_get(n, "purls"), "purls", &e.purls, &e.n_purls);
    if (r >= 0)
        r = ignore_date(i, node_get(n, "expired_at"), "expired_at", &e.expires);
    if (r < 0)
        return r;
    if (e.n_ids == 0)
        return ignore_error(i, n, "the rule has no \"id\"");
    vec_push(&i->rules, e);
    return 0;
}

int ignore_read_trivy_yaml(Ignore *i, const Node *root) {
    static const struct {
        const char *key;
        uint32_t kinds;  /* 0: our findings of that kind have other ids */
    } sections[] = {
        {"vulnerabilities", 1u << FINDING_VULNERABILITY | 1u << FINDING_UPDATE_PENDING},
        {"misconfigurations", 1u << FINDING_CONFIG},
        {"secrets", 1u << FINDING_SECRET},
        {"licenses", 0},
    };
    int r = 0;
    for (size_t k = 0; k < ARRAY_SIZE(sections); k++) {
        const Node *list = node_get(root, sections[k].key);
        if (!list || list->type == NODE_NULL)
            continue;
        if (list->type != NODE_LIST) {
            r = ignore_error(i, list, "\"%s\": expected a list of rules, found %s", sections[k].key, node_type_name(list->type));
        } else if (!sections[k].kinds) {
            ignore_warn(i, list, "\"%s\" is left out: findings of licences have ids of their own here (LICENSE-DENIED)", sections[k].key);
        } else {
            node_each(n, list)
                r = MIN(r, trivy_rule(i, n, sections[k].kinds));
        }
    }
    return r;
}

/* Syft's names of package types that differ from the type in a purl. */
static Str purl_type(Str syft) {
    static const char *const types[][2] = {
        {"python", "pypi"}, {"java-archive", "maven"}, {"go-module", "golang"}, {"rust-crate", "cargo"}, {"php-composer", "composer"}, {"dotnet", "nuget"},
    };
    for (size_t k = 0; k < ARRAY_SIZE(types); k++)
        if (str_eqz(syft, types[k][0]))
            return str_from(types[k][1]);
    return syft;
}

/* A key that restricts a rule further; taking the rule without it would ignore more than was meant. */
static const Node *other_key(const Node *map, const char *const *known) {
    node_each(n, map) {
        bool found = false;
        for (const char *const *k = known; *k; k++)
            found |= str_eqz(n->key, *k);
        if (!found && !(n->type == NODE_STRING && n->text.n == 0) && n->type != NODE_NULL)
            return n;
    }
    return NULL;
}

static int grype_rule(Ignore *i, const Node *n) {
    static const char *const rule_keys[] = {"vulnerability", "include-aliases", "reason", "fix-state", "package", NULL};
    static const char *const package_keys[] = {"name", "version", "type", "location", "upstream-name", NULL};
    if (n->type != NODE_MAP)
        return ignore_error(i, n, "expected a rule (a map), found %s", node_type_name(n->type));
    const Node *package = node_get(n, "package"), *other = other_key(n, rule_keys);
    Exception e = ignore_rule(i, EXCEPTION_GRYPE, n->line, n->col);
    if (!other)
        other = other_key(package, package_keys);
    if (other) {
        ignore_warn(i, n, "the rule is left out: its key \"%.*s\" means nothing here", STR_FMT(str_head(other->key, 100)));
        return 0;
    }
    Str name = node_get_str(package, "name"), upstream = node_get_str(package, "upstream-name");
    if (!str_empty(name) && !str_empty(upstream)) {
        ignore_warn(i, n, "the rule is left out: either \"name\" or \"upstream-name\" can be asked here, not both");
        return 0;
    }
    name = str_empty(name) ? upstream : name;
    for (size_t k = 0; k < name.n; k++)
        if (strchr("*?[](){}|^$\\", name.p[k])) {
            ignore_warn(i, n, "the rule is left out: names of packages are compared whole here, not as patterns");
            return 0;
        }
    e.kinds = 1u << FINDING_VULNERABILITY;
    e.reason = str_empty(node_get_str(n, "reason")) ? STR("imported from .grype.yaml") : arena_str(i->a, node_get_str(n, "reason"));
    e.package = arena_str(i->a, name);
    e.version = arena_str(i->a, node_get_str(package, "version"));
    e.type = arena_str(i->a, purl_type(node_get_str(package, "type")));
    e.fix_state = arena_str(i->a, node_get_str(n, "fix-state"));
    int r = ignore_strings(i, node_get(n, "vulnerability"), "vulnerability", &e.ids, &e.n_ids);
    if (r >= 0)
        r = ignore_strings(i, node_get(package, "location"), "location", &e.paths, &e.n_paths);
    if (r < 0)
        return r;
    if (e.n_ids == 0 && e.n_paths == 0 && e.package.n + e.version.n + e.type.n + e.fix_state.n == 0)
        return ignore_error(i, n, "the rule would ignore everything");
    vec_push(&i->rules, e);
    return 0;
}

int ignore_read_grype(Ignore *i, const Node *list) {
    if (list->type == NODE_NULL)
        return 0;
    if (list->type != NODE_LIST)
        return ignore_error(i, list, "\"ignore\": expected a list of rules, found %s", node_type_name(list->type));
    int r = 0;
    node_each(n, list)
        r = MIN(r, grype_rule(i, n));
    return r;
}
