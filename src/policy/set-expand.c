/* SPDX-License-Identifier: Apache-2.0 */
/* What a set and those it extends say of each rule. */
#include "base/nearest.h"
#include "policy/match.h"
#include "policy/set-private.h"

static bool weaker(RuleAction a, RuleAction than) {
    return policy_worse(a, than) != a;
}

/* The last one of the name (and version, where its version is no input). */
SetDef *set_find(Policy *p, Str name, Str *ret_version) {
    Str bare = name, version = STR_NULL;
    bool empty = str_cut(name, '@', &bare, &version) && !version.n; /* a variable that is not set is not the last version */
    *ret_version = version;
    if (empty)
        return NULL;
    for (size_t i = p->sets.n; i-- > 0;) {
        SetDef *s = p->sets.p[i];
        if (str_eq(s->name, bare) && (!version.n || s->versions_of.n || str_eq(s->version, version)))
            return s;
    }
    return NULL;
}

int set_missing(Policy *p, Str name, const char *file, AstPlace place, Diag *d) {
    _cleanup_(buf_done) Buf names = buf_new(1 << 20), versions = buf_new(4096);
    Str bare = name, version;
    if (str_cut(name, '@', &bare, &version) && !version.n) {
        diag_add(d, DIAG_ERROR, file, place.line, place.col, "expected a version behind the @ of \"%.*s\", or no @", STR_FMT(name));
        return -ENOENT;
    }
    for (size_t i = 0; i < p->sets.n; i++)
        if (str_eq(p->sets.p[i]->name, bare))
            buf_printf(&versions, "%s%.*s", versions.n ? ", " : "", STR_FMT(p->sets.p[i]->version));
    policy_set_names(p, &names);
    Str near = nearest_name(buf_view(&names), bare);
    if (versions.n)
        diag_add(d, DIAG_ERROR, file, place.line, place.col, "set \"%.*s\" has no such version; there are: %.*s", STR_FMT(name), STR_FMT(buf_view(&versions)));
    else if (near.p)
        diag_add(d, DIAG_ERROR, file, place.line, place.col, "there is no policy set \"%.*s\"; did you mean \"%.*s\"?", STR_FMT(name), STR_FMT(near));
    else
        diag_add(d, DIAG_ERROR, file, place.line, place.col, "there is no policy set \"%.*s\"; there are: %.*s", STR_FMT(name), STR_FMT(buf_view(&names)));
    return -ENOENT;
}

/* Of a set whose version is an input: what "@VERSION" means; the last one without. */
int set_input_version(const SetDef *s, Str version, const char *file, AstPlace place, Diag *d, SetVersion *ret) {
    *ret = s->last;
    if (!s->versions_of.n || !version.n || str_eqz(version, "latest"))
        return 0;
    if (!set_version_parse(version, ret))
        return diag_add(d, DIAG_ERROR, file, place.line, place.col, "expected a version of %.*s such as 1.25, found \"%.*s\"", STR_FMT(s->versions_of), STR_FMT(version));
    if (*ret >= s->first && *ret <= s->last)
        return 0;
    return diag_add(d, DIAG_ERROR, file, place.line, place.col, "set \"%.*s\" knows %.*s %d.%d to %d.%d, not %.*s", STR_FMT(s->name), STR_FMT(s->versions_of),
                    (int) (s->first / 1000), (int) (s->first % 1000), (int) (s->last / 1000), (int) (s->last % 1000), STR_FMT(version));
}

bool set_has_word(StrArray a, Str word) {
    for (size_t i = 0; i < a.n; i++)
        if (str_eq(a.p[i], word))
            return true;
    return false;
}

static bool chooses(const SetChoice *c, const Rule *r) {
    return (!c->rule.n || glob_match(c->rule, r->name, false, NULL)) && (!c->tag.n || set_has_word(r->tags, c->tag)) && (!c->source.n || str_eqz(c->source, r->source->name)) &&
           (!c->phase.n || str_eqz(c->phase, r->source->phase)) && (!c->control.n || set_has_word(r->controls, c->control)) &&
           (!c->file.n || glob_match(c->file, str_from(r->file), false, NULL) || glob_match(c->file, str_from(r->first_file), false, NULL));
}

/* Where the entries of a set begin, and those that are its own and no parent's. */
typedef struct Expansion {
    Policy *policy;
    SetDef *set;
    size_t base, own;
    Diag *diag;
    int failed;
} Expansion;

static void fail(Expansion *x, const SetChoice *c, const char *fmt, const Rule *r, Str more) {
    _cleanup_(buf_done) Buf b = buf_new(1 << 16);
    buf_printf(&b, "rule \"%.*s\" ", STR_FMT(r->name));
    buf_putz(&b, fmt);
    if (more.p)
        buf_printf(&b, "\"%.*s\"", STR_FMT(more));
    x->failed = diag_add(x->diag, DIAG_ERROR, x->set->file, c->place.line, c->place.col, "%.*s", STR_FMT(buf_view(&b)));
}

/* The approved exception that a choice names; NULL when there is none that works. */
static const PolicyException *approval(Expansion *x, const SetChoice *c, const Rule *r) {
    if (!c->exception.n) {
        fail(x, c, "becomes weaker than in the set that is extended; that needs an approved exception: add \"exception: NAME\"", r, STR_NULL);
        return NULL;
    }
    for (size_t i = 0; i < x->set->exceptions.n; i++) {
        const PolicyException *e = x->set->exceptions.p[i];
        if (!str_eq(e->name, c->exception))
            continue;
        if (!e->approved_by.n) {
            fail(x, c, "becomes weaker by an exception that nobody approved (approved-by): ", r, e->name);
            return NULL;
        }
        return e;
    }
    fail(x, c, "becomes weaker by an exception that the set does not have: ", r, c->exception);
    return NULL;
}

/* The last entry of a rule among those from `from` on and before `to`; NULL. */
static PolicyRule *last_entry(Expansion *x, const Rule *r, size_t from, size_t to) {
    for (size_t i = MIN(to, x->policy->entries.n); i-- > from;)
        if (x->policy->entries.p[i].rule == r)
            return &x->policy->entries.p[i];
    return NULL;
}

/* Makes *next what the set may say of a rule that a set it extends has; false: nothing. */
static bool settle_inherited(Expansion *x, const SetChoice *c, const PolicyRule *inherited, PolicyRule *next) {
    if (c->disabled)
        next->action = RULE_ACTION_N_;
    if (!weaker(next->action, inherited->action) && next->priority <= inherited->priority)
        return true;
    const PolicyException *e = approval(x, c, inherited->rule);
    if (!e || e->expired)
        return false; /* the end of an exception is said with all exceptions */
    next->loosened = e;
    next->scope = scope_is_empty(&e->scope) ? next->scope : &e->scope;
    return true;
}

static void choose_rule(Expansion *x, const SetChoice *c, const Rule *r, bool by_name) {
    PolicyRule *mine = last_entry(x, r, x->own, SIZE_MAX), *inherited = last_entry(x, r, x->base, x->own), *other = last_entry(x, r, 0, x->base);
    const PolicyRule *old = mine ? mine : inherited;
    bool kept = old && old->action != RULE_ACTION_N_;
    PolicyRule next = {.rule = r, .action = kept ? old->action : r->action, .priority = kept ? old->priority : r->priority, .set = x->set->name, .file = x->set->file,
                       .place = c->place, .scope = scope_is_empty(&x->set->scope) ? NULL : &x->set->scope};
    if (!r->enabled && !old && !by_name)
        return;
    if (c->has_priority)
        next.priority = c->priority;
    if (c->has_action && r->source->actions & 1u << c->action)
        next.action = c->action;
    else if (c->has_action && by_name)
        fail(x, c, "is about a source that does not take action ", r, str_from(rule_action_name(c->action)));
    if (inherited && !settle_inherited(x, c, inherited, &next))
        return;
    if (!inherited && c->disabled)
        next.action = RULE_ACTION_N_;
    if (mine && mine->scope == next.scope) {
        *mine = next;
    } else if (other && !inherited) {
        /* Two sets that are extended side by side: the stricter one holds. */
        if (weaker(next.action, other->action))
            next.action = other->action;
        next.priority = MIN(next.priority, other->priority);
        vec_push(&x->policy->entries, next);
    } else if (inherited || !c->disabled) {
        vec_push(&x->policy->entries, next);
    }
}

static void choose_all(Expansion *x, const SetChoice *c, SetVersion version) {
    RuleSet *s = x->policy->rules;
    bool pattern = false, any = false;
    for (size_t i = 0; i < c->rule.n; i++)
        pattern = pattern || strchr("*?[", c->rule.p[i]);
    for (size_t i = 0; i < s->ready.n; i++) {
        if (!chooses(c, s->ready.p[i]))
            continue;
        any = true;
        if ((c->from == SET_VERSION_NONE || version >= c->from) && (c->before == SET_VERSION_NONE || version < c->before))
            choose_rule(x, c, s->ready.p[i], c->rule.n && !pattern);
    }
    if (!any)
        x->failed = diag_add(x->diag, DIAG_ERROR, x->set->file, c->place.line, c->place.col, "this chooses no rule%s", c->rule.n ? nearest_key(s, &s->rules, c->rule) : "");
}

/* Fields tell rules one version: sets that are asked for different ones cannot go together. */
static int take_version(Policy *p, const SetDef *set, SetVersion version, Diag *d) {
    for (size_t i = 0; i < p->versions.n; i++)
        if (str_eq(p->versions.p[i].of, set->versions_of)) {
            SetVersion other = p->versions.p[i].version;
            return other == version ? 0
                                    : diag_add(d, DIAG_ERROR, set->file, set->place.line, set->place.col, "set \"%.*s\" is asked for %.*s %d.%d, another one for %d.%d: they cannot go together",
                                               STR_FMT(set->name), STR_FMT(set->versions_of), (int) (version / 1000), (int) (version % 1000), (int) (other / 1000), (int) (other % 1000));
        }
    vec_push(&p->versions, ((SetVersionOf) {set->versions_of, version}));
    return 0;
}

bool policy_version_of(const Policy *p, const char *of, unsigned *ret_minor) {
    for (size_t i = 0; i < p->versions.n; i++)
        if (str_eqz(p->versions.p[i].of, of)) {
            *ret_minor = (unsigned) (p->versions.p[i].version % 1000);
            return true;
        }
    return false;
}

int set_expand(Policy *p, SetDef *set, SetVersion version, Diag *d) {
    if (set->busy)
        return diag_add(d, DIAG_ERROR, set->file, set->place.line, set->place.col, "set \"%.*s\" extends itself", STR_FMT(set->name));
    int said = set->versions_of.n ? take_version(p, set, version, d) : 0;
    if (said < 0)
        return said;
    set->busy = true;
    Expansion x = {.policy = p, .set = set, .base = p->entries.n, .diag = d};
    for (const SetParent *parent = set->parents; parent; parent = parent->next) {
        Str wanted;
        SetVersion v = {0};
        SetDef *other = set_find(p, parent->name, &wanted);
        int r = other ? set_input_version(other, wanted, set->file, parent->place, d, &v) : set_missing(p, parent->name, set->file, parent->place, d);
        lint_assume(r < 0 || other);
        if (r == 0 && !wanted.n && other->versions_of.n && str_eq(other->versions_of, set->versions_of))
            v = version;
        if (r == 0)
            r = set_expand(p, other, v, d);
        x.failed = r < 0 ? r : x.failed;
    }
    x.own = p->entries.n;
    for (const SetChoice *c = set->choices; c; c = c->next)
        choose_all(&x, c, version);
    for (size_t i = 0; i < set->exceptions.n; i++) {
        const PolicyException *e = set->exceptions.p[i];
        bool seen = false;
        for (size_t k = 0; k < p->exceptions.n; k++)
            seen = seen || p->exceptions.p[k] == e;
        if (seen)
            continue;
        vec_push(&p->exceptions, e);
        if (e->expired)
            diag_add(d, DIAG_WARNING, e->file, e->place.line, e->place.col, "exception \"%.*s\" of set \"%.*s\" ended on %.*s: it works no more", STR_FMT(e->name),
                     STR_FMT(set->name), STR_FMT(e->until));
    }
    set->busy = false;
    return x.failed;
}
