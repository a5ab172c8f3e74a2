/* SPDX-License-Identifier: Apache-2.0 */
/* Policy sets as they are written. */
#include "policy/set-private.h"

static Str text_of(RulesReader *r, const Node *n) {
    Str s = STR_NULL;
    if (n && !rules_scalar(n, &s))
        rules_error(r, n, "expected a text, found %s", node_type_name(n->type));
    return str_trim(s);
}

/* One word, or a list of them. */
static StrArray words_of(RulesReader *r, const Node *n) {
    Str one;
    StrArray a = {0};
    if (!n)
        return a;
    Str *words = arena_alloc(&r->set->arena, (node_count(n) + 1) * sizeof(*words));
    a.p = words;
    if (rules_scalar(n, &one)) {
        words[a.n++] = one;
    } else if (n->type == NODE_LIST) {
        node_each(w, n)
            words[a.n++] = text_of(r, w);
    } else {
        rules_error(r, n, "expected a word or a list of words, found %s", node_type_name(n->type));
    }
    return a;
}

bool set_version_parse(Str s, SetVersion *ret) {
    uint64_t major, minor;
    Str a, b, rest, patch;
    if (str_starts(s, STR("v")))
        s = str_from_at(s, 1);
    if (!str_cut(s, '.', &a, &b))
        return false;
    /* "v1.25.3", "v1.25.3-gke.1" is what a cluster says of itself: no rule differs between patches. */
    if (str_cut(b, '.', &rest, &patch)) {
        if (patch.n == 0 || patch.p[0] < '0' || patch.p[0] > '9')
            return false;
        b = rest;
    }
    if (str_to_u64(a, 1000, &major) < 0 || str_to_u64(b, 999, &minor) < 0)
        return false;
    *ret = (SetVersion) (major * 1000 + minor);
    return true;
}

static SetVersion version_of(RulesReader *r, const Node *n) {
    SetVersion v = SET_VERSION_NONE;
    Str s;
    if (n && (!rules_scalar(n, &s) || !set_version_parse(s, &v)))
        rules_error(r, n, "expected a version such as 1.25");
    return v;
}

static PolicyScope scope_of(RulesReader *r, const Node *n) {
    PolicyScope s = {0};
    if (!n)
        return s;
    if (n->type != NODE_MAP) {
        rules_error(r, n, "expected a map with cluster, namespace, image, environment or label, found %s", node_type_name(n->type));
        return s;
    }
    rules_known_keys(r, n, "cluster|namespace|image|environment|label");
    s.clusters = words_of(r, node_get(n, "cluster"));
    s.namespaces = words_of(r, node_get(n, "namespace"));
    s.images = words_of(r, node_get(n, "image"));
    s.environments = words_of(r, node_get(n, "environment"));
    s.labels = words_of(r, node_get(n, "label"));
    return s;
}

static void read_parents(RulesReader *r, SetDef *set, const Node *n) {
    SetParent **end = &set->parents;
    StrArray names = words_of(r, n);
    const Node *at = node_is(n, NODE_LIST) ? node_first(n) : n;
    for (size_t i = 0; i < names.n; i++, at = at && at->next ? at->next : at) {
        *end = arena_new(&r->set->arena, SetParent);
        **end = (SetParent) {.name = names.p[i], .place = {at->line, at->col}};
        end = &(*end)->next;
    }
}

static SetChoice *read_choice(RulesReader *r, const Node *n) {
    SetChoice *c = arena_new(&r->set->arena, SetChoice);
    *c = (SetChoice) {.from = SET_VERSION_NONE, .before = SET_VERSION_NONE, .place = {n->line, n->col}};
    if (rules_scalar(n, &c->rule))
        return c;
    if (n->type != NODE_MAP) {
        rules_error(r, n, "expected the name of a rule, or a map that chooses rules, found %s", node_type_name(n->type));
        return c;
    }
    rules_known_keys(r, n, "rule|tag|source|phase|control|file|action|priority|enabled|exception|from|before");
    c->rule = text_of(r, node_get(n, "rule"));
    c->tag = text_of(r, node_get(n, "tag"));
    c->source = text_of(r, node_get(n, "source"));
    c->phase = text_of(r, node_get(n, "phase"));
    c->control = text_of(r, node_get(n, "control"));
    c->file = text_of(r, node_get(n, "file"));
    c->exception = text_of(r, node_get(n, "exception"));
    c->from = version_of(r, node_get(n, "from"));
    c->before = version_of(r, node_get(n, "before"));
    if (!c->rule.n && !c->tag.n && !c->source.n && !c->phase.n && !c->control.n && !c->file.n)
        rules_error(r, n, "this chooses nothing: expected rule, tag, source, phase, control or file");
    const Node *action = node_get(n, "action"), *priority = node_get(n, "priority"), *enabled = node_get(n, "enabled");
    c->has_action = action;
    c->has_priority = priority;
    if (action && rule_action_parse(text_of(r, action), &c->action) < 0)
        rules_error(r, action, "expected an action: warn, deny, allow or alert");
    if (priority && priority_parse(text_of(r, priority), &c->priority) < 0)
        rules_error(r, priority, "expected a priority: emergency, alert, critical, error, warning, notice, informational or debug");
    if (enabled && enabled->type != NODE_BOOL)
        rules_error(r, enabled, "expected true or false, found %s", node_type_name(enabled->type));
    c->disabled = enabled && !node_true(enabled);
    return c;
}

static void read_choices(RulesReader *r, SetDef *set, const Node *n) {
    SetChoice **end = &set->choices;
    if (n && n->type != NODE_LIST) {
        rules_error(r, n, "expected a list, found %s", node_type_name(n->type));
        return;
    }
    node_each(item, n) {
        *end = read_choice(r, item);
        end = &(*end)->next;
    }
}

static void read_versions(RulesReader *r, SetDef *set, const Node *n) {
    if (!n)
        return;
    if (n->type != NODE_MAP) {
        rules_error(r, n, "expected a map with of, first and last, found %s", node_type_name(n->type));
        return;
    }
    rules_known_keys(r, n, "of|first|last");
    set->versions_of = text_of(r, node_get(n, "of"));
    set->first = version_of(r, node_get(n, "first"));
    set->last = version_of(r, node_get(n, "last"));
    if (!set->versions_of.n || set->first < 0 || set->last < set->first)
        rules_error(r, n, "expected what the version is of, the first and the last one: {of: kubernetes, first: 1.0, last: 1.36}");
}

/* The condition `n` (NULL: none) and a fact (STR_NULL: none) as one. False with a message. */
static bool put_condition(RulesReader *r, PolicyException *e, const Node *n, const Node *until, Str fact, struct AstNode **ret) {
    Arena *a = &r->set->arena;
    Pieces pieces = {0};
    if (n) {
        pieces_put(a, &pieces, STR("("), r->file, n->line, n->col);
        Piece *p = rules_piece(r, n);
        if (!p) {
            rules_error(r, n, "expected a condition, found %s", node_type_name(n->type));
            return false;
        }
        e->written = str_trim(p->text.text);
        pieces_add(&pieces, p);
        pieces_put(a, &pieces, STR(")"), r->file, n->line, n->col);
    }
    if (fact.n && n)
        pieces_put(a, &pieces, STR("and"), r->file, until->line, until->col);
    if (fact.n)
        pieces_put(a, &pieces, fact, r->file, until->line, until->col);
    if (!pieces.first || pieces_parse(r->set, &pieces, r->diag, ret) == 0)
        return true;
    r->failed = true;
    return false;
}

/* The condition with the fact that ends the exception. */
static void read_condition(RulesReader *r, PolicyException *e, const Node *n, const Node *until) {
    int64_t date;
    Str before, after;
    if (!exception_until(e->until, &r->set->arena, &date, &before, &after)) {
        if (until)
            rules_error(r, until, "expected a date (2027-01-31), \"fix\" or \"rebuilt since DATE\"");
        return;
    }
    e->expired = date != TIME_NONE && r->set->options.as_of > 0 && r->set->options.as_of >= date;
    if (put_condition(r, e, n, until, before, &e->condition) && after.n)
        put_condition(r, e, n, until, after, &e->ended_by);
}

static void read_exception(RulesReader *r, SetDef *set, const Node *n) {
    static const char *const needed[] = {"name", "reason", "owner", "until"};
    if (n->type != NODE_MAP) {
        rules_error(r, n, "expected a map, found %s", node_type_name(n->type));
        return;
    }
    rules_known_keys(r, n, "name|rule|tag|scope|condition|reason|owner|until|approved-by");
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
        if (!node_get(n, needed[i]))
            rules_error(r, n, "the exception has no %s", needed[i]);
    PolicyException *e = arena_new(&r->set->arena, PolicyException);
    *e = (PolicyException) {.name = text_of(r, node_get(n, "name")), .reason = text_of(r, node_get(n, "reason")), .owner = text_of(r, node_get(n, "owner")),
                            .approved_by = text_of(r, node_get(n, "approved-by")), .until = text_of(r, node_get(n, "until")), .set = set->name,
                            .scope = scope_of(r, node_get(n, "scope")), .rules = words_of(r, node_get(n, "rule")), .tags = words_of(r, node_get(n, "tag")), .file = r->file,
                            .place = {n->line, n->col}};
    read_condition(r, e, node_get(n, "condition"), node_get(n, "until"));
    for (size_t i = 0; i < set->exceptions.n; i++)
        if (str_eq(set->exceptions.p[i]->name, e->name))
            rules_error(r, n, "the set has an exception \"%.*s\" already", STR_FMT(e->name));
    vec_push(&set->exceptions, e);
}

static void read_set(RulesReader *r, Policy *p, const Node *n, bool own) {
    rules_known_keys(r, n, "name|version|desc|extends|versions|scope|rules|exceptions");
    const Node *named = node_get(n, "name"), *exceptions = node_get(n, "exceptions");
    SetDef *set = arena_new(&r->set->arena, SetDef);
    *set = (SetDef) {.name = text_of(r, named), .version = text_of(r, node_get(n, "version")), .desc = text_of(r, node_get(n, "desc")), .file = r->file,
                     .place = {n->line, n->col}, .own = own, .scope = scope_of(r, node_get(n, "scope"))};
    if (!set->name.n || str_chr(set->name, '@') >= 0 || str_chr(set->name, '/') >= 0)
        rules_error(r, named ? named : n, "expected the name of the set, without @ and /");
    read_parents(r, set, node_get(n, "extends"));
    read_versions(r, set, node_get(n, "versions"));
    read_choices(r, set, node_get(n, "rules"));
    if (exceptions && exceptions->type != NODE_LIST)
        rules_error(r, exceptions, "expected a list, found %s", node_type_name(exceptions->type));
    node_each(e, node_is(exceptions, NODE_LIST) ? exceptions : NULL)
        read_exception(r, set, e);
    vec_push(&p->sets, set);
}

int set_read(Policy *p, Str text, const char *file, bool own, Diag *d) {
    RulesReader r;
    Node *doc;
    size_t n;
    int x = rules_reader_begin(&r, p->rules, text, file, d, &doc, &n);
    for (const Node *one = x == 0 && n ? doc : NULL; one; one = one->next)
        if (one->type == NODE_MAP)
            read_set(&r, p, one, own);
        else
            rules_error(&r, one, "expected a set, a map with name and rules, found %s", node_type_name(one->type));
    rules_reader_end(&r);
    return x < 0 ? x : r.failed ? -EINVAL : 0;
}
