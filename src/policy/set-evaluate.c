/* SPDX-License-Identifier: Apache-2.0 */
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

/* "key" is there with any value, "key=PATTERN" with such a one. */
static bool label_holds(Str wanted, StrArray labels) {
    Str key = wanted, value;
    bool valued = str_cut(wanted, '=', &key, &value);
    for (size_t i = 0; i < labels.n; i++) {
        Str k = labels.p[i], v = STR_NULL;
        str_cut(labels.p[i], '=', &k, &v);
        if (str_eq(k, key) && (!valued || glob_match(value, v, false, NULL)))
            return true;
    }
    return false;
}

/* What is not known matches nothing that is asked for. */
static bool part_holds(StrArray patterns, Str text) {
    return !patterns.n || (text.n && set_matches(patterns, text));
}

bool scope_holds(const PolicyScope *s, const PolicyContext *c) {
    if (!s)
        return true;
    if (!part_holds(s->clusters, c->cluster) || !part_holds(s->namespaces, c->namespace) || !part_holds(s->images, c->image) || !part_holds(s->environments, c->environment))
        return false;
    for (size_t i = 0; i < s->labels.n; i++)
        if (!label_holds(s->labels.p[i], c->labels))
            return false;
    return true;
}

static const PolicyException *excepted(const PolicyRule *entry, const Subject *s, const PolicyContext *c, Evaluator *e) {
    for (size_t i = 0; i < entry->n_uses; i++) {
        const ExceptionUse *u = &entry->uses[i];
        /* An exception whose own condition is at a limit excepts nothing. */
        if (scope_holds(&u->exception->scope, c) && (!u->program || program_evaluate(u->program, s, e) == 1))
            return u->exception;
    }
    return NULL;
}

void policy_evaluate(const Policy *p, const Subject *s, const PolicyContext *c, Evaluator *e, void (*hit)(void *userdata, const PolicyHit *h), void *userdata) {
    static const RuleAction on_error[ON_ERROR_N_] = {[ON_ERROR_WARN] = RULE_WARN, [ON_ERROR_DENY] = RULE_DENY, [ON_ERROR_ALLOW] = RULE_ALLOW};
    const SourceEntries *of = map_get(&p->by_source, str_from(s->source->name));
    for (size_t i = 0; of && i < of->entries.n; i++) {
        const PolicyRule *entry = NULL, *all = p->entries.p;
        for (size_t k = of->entries.p[i] + 1; k; k = all[k - 1].next)
            if (scope_holds(all[k - 1].scope, c))
                entry = &all[k - 1];
        if (!entry || entry->action == RULE_ACTION_N_)
            continue;
        int r = program_evaluate(entry->rule->program, s, e);
        if (r == 0 || (r < 0 && entry->rule->on_error == ON_ERROR_ALLOW))
            continue;
        PolicyHit h = {.rule = entry, .subject = s, .action = r < 0 ? on_error[entry->rule->on_error] : entry->action, .limited = r < 0};
        h.exception = excepted(entry, s, c, e);
        hit(userdata, &h);
    }
}
