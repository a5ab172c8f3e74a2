/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/evaluator.h"
#include "policy/match.h"
#include "policy/set-private.h"

bool set_matches(StrArray patterns, Str text) {
    for (size_t i = 0; i < patterns.n; i++)
        if (glob_match(patterns.p[i], text, false, NULL))
            return true;
    return patterns.n == 0;
}

bool scope_is_empty(const PolicyScope *s) {
    return !s->clusters.n && !s->namespaces.n && !s->images.n && !s->environments.n && !s->labels.n;
}

/* What the subject, or one of its parents, says of itself; absent when it says nothing. */
static Value ask(const Subject *s, const char *field, Str key, Evaluator *e) {
    unsigned up = 0;
    FieldRef ref = {.field = source_field(s->source, str_from(field), &up), .has_arg = key.p != NULL, .arg = key};
    for (; ref.field && s && up > 0; up--)
        s = s->parent;
    return ref.field && s ? s->ops->get(s->object, &ref, &e->scratch) : value_none();
}

static Str said(const Subject *s, const char *field, Str key, Evaluator *e) {
    Value v = ask(s, field, key, e);
    return v.type == VALUE_STRING ? v.text : STR_NULL;
}

static bool is_set(const Subject *s, const char *field, Evaluator *e) {
    Value v = ask(s, field, STR_NULL, e);
    return v.type == VALUE_BOOL && v.boolean;
}

/* "key" is there with any value, "key=PATTERN" with such a one: among what was told, or on the object. */
static bool label_holds(Str wanted, StrArray labels, const Subject *s, Evaluator *e) {
    static const char *const fields[] = {"k8s.label", "workload.label", "image.label", "k8s.pod.label", "container.label"};
    Str key = wanted, value;
    bool valued = str_cut(wanted, '=', &key, &value);
    for (size_t i = 0; i < labels.n; i++) {
        Str k = labels.p[i], v = STR_NULL;
        str_cut(labels.p[i], '=', &k, &v);
        if (str_eq(k, key) && (!valued || glob_match(value, v, false, NULL)))
            return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        Str v = said(s, fields[i], key, e);
        if (v.p && (!valued || glob_match(value, v, false, NULL)))
            return true;
    }
    return false;
}

/* What is not known matches nothing that is asked for. */
static bool part_holds(StrArray patterns, Str text) {
    return !patterns.n || (text.n && set_matches(patterns, text));
}

/* The namespace that an object names goes before the one that was told, and that before "default". */
static Str namespace_of(const PolicyContext *c, const Subject *s, Evaluator *e) {
    Str pod = said(s, "k8s.ns.name", STR_NULL, e);
    if (pod.n)
        return pod;
    return c->namespace.n && !is_set(s, "k8s.namespace.set", e) ? c->namespace : said(s, "k8s.namespace", STR_NULL, e);
}

static Str image_of(const PolicyContext *c, const Subject *s, Evaluator *e) {
    Str own = said(s, "container.image", STR_NULL, e);
    return own.n ? own : c->image;
}

bool scope_holds(const PolicyScope *scope, const PolicyContext *c, const Subject *s, Evaluator *e) {
    if (!scope)
        return true;
    if (!part_holds(scope->clusters, c->cluster) || !part_holds(scope->environments, c->environment) ||
        (scope->namespaces.n && !part_holds(scope->namespaces, namespace_of(c, s, e))) || (scope->images.n && !part_holds(scope->images, image_of(c, s, e))))
        return false;
    for (size_t i = 0; i < scope->labels.n; i++)
        if (!label_holds(scope->labels.p[i], c->labels, s, e))
            return false;
    return true;
}

static const PolicyException *excepted(const PolicyRule *entry, const Subject *s, const PolicyContext *c, Evaluator *e) {
    for (size_t i = 0; i < entry->n_uses; i++) {
        const ExceptionUse *u = &entry->uses[i];
        /* An exception whose own condition is at a limit excepts nothing. */
        if (scope_holds(&u->exception->scope, c, s, e) && (!u->program || program_evaluate(u->program, s, e) == 1))
            return u->exception;
    }
    return NULL;
}

/* What would except it, had not a fact ended that. */
static void find_ended(const PolicyRule *entry, const Subject *s, const PolicyContext *c, Evaluator *e, PolicyHit *h) {
    for (size_t i = 0; i < entry->n_uses && !h->ended; i++) {
        const ExceptionUse *u = &entry->uses[i];
        if (u->ended && scope_holds(&u->exception->scope, c, s, e) && program_evaluate(u->ended, s, e) == 1)
            h->ended = u->exception;
    }
    for (size_t i = 0; i < entry->rule->n_exceptions && !h->ended && !h->ended_own; i++) {
        const RuleException *x = &entry->rule->exceptions[i];
        if (x->ended && program_evaluate(x->ended, s, e) == 1)
            h->ended_own = x;
    }
}

bool policy_asks(const Policy *p, Str source) {
    return map_get(&p->by_source, source) != NULL;
}

/* Of the entries of a rule, whose first is all[at], the last one whose scope holds; NULL: none, or it is switched off there. */
static const PolicyRule *entry_of(const PolicyRule *all, size_t at, const PolicyContext *c, const Subject *s, Evaluator *e) {
    const PolicyRule *entry = NULL;
    for (size_t k = at + 1; k; k = all[k - 1].next)
        if (scope_holds(all[k - 1].scope, c, s, e))
            entry = &all[k - 1];
    return entry && entry->action != RULE_ACTION_N_ ? entry : NULL;
}

const PolicyRule *policy_judge(const Policy *p, size_t at, const Subject *s, const PolicyContext *c, Evaluator *e) {
    const PolicyRule *entry = entry_of(p->entries.p, at, c, s, e);
    return entry && !excepted(entry, s, c, e) ? entry : NULL;
}

void policy_evaluate(const Policy *p, const Subject *s, const PolicyContext *c, Evaluator *e, void (*hit)(void *userdata, const PolicyHit *h), void *userdata) {
    static const RuleAction on_error[ON_ERROR_N_] = {[ON_ERROR_WARN] = RULE_WARN, [ON_ERROR_DENY] = RULE_DENY, [ON_ERROR_ALLOW] = RULE_ALLOW};
    const SourceEntries *of = map_get(&p->by_source, str_from(s->source->name));
    for (size_t i = 0; of && i < of->entries.n; i++) {
        const PolicyRule *entry = entry_of(p->entries.p, of->entries.p[i], c, s, e);
        if (!entry)
            continue;
        int r = program_evaluate(entry->rule->program, s, e);
        if (r == 0 || (r < 0 && entry->rule->on_error == ON_ERROR_ALLOW))
            continue;
        PolicyHit h = {.rule = entry, .subject = s, .action = r < 0 ? on_error[entry->rule->on_error] : entry->action, .limited = r < 0};
        h.exception = excepted(entry, s, c, e);
        if (!h.exception)
            find_ended(entry, s, c, e, &h);
        hit(userdata, &h);
    }
}
