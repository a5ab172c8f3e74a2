/* SPDX-License-Identifier: Apache-2.0 */
/* From texts to the rules that hold. */
#include "policy/set.h"

#include "policy/match.h"
#include "policy/set-private.h"
#include "policy/shipped.h"

Policy *policy_new(const RuleSetOptions *o) {
    Policy *p = xcalloc(1, sizeof(*p));
    p->rules = rule_set_new(o);
    return p;
}

void policy_free(Policy *p) {
    for (size_t i = 0; i < p->sets.n; i++)
        vec_done(&p->sets.p[i]->exceptions);
    for (size_t i = 0; i < p->by_source.n; i++) {
        SourceEntries *e = p->by_source.entries[i].value;
        vec_done(&e->entries);
    }
    vec_done(&p->sets);
    vec_done(&p->own_files);
    vec_done(&p->added_files);
    vec_done(&p->versions);
    vec_done(&p->entries);
    vec_done(&p->exceptions);
    map_done(&p->by_source);
    rule_set_free(p->rules);
    free(p);
}

/* The first byte that is no comment tells. */
bool policy_is_set(Str text) {
    Str line;
    text = str_skip_bom(text);
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (line.n && line.p[0] != '#' && !str_starts(line, STR("---")) && line.p[0] != '%')
            return line.p[0] != '-' && line.p[0] != '[';
    }
    return false;
}

int policy_add(Policy *p, Str text, const char *file, PolicyRole role, Diag *d) {
    if (policy_is_set(text))
        return set_read(p, text, file, role == POLICY_OWN, d);
    const char *kept = arena_str(&p->rules->arena, str_from(file)).p;
    if (role == POLICY_OWN)
        vec_push(&p->own_files, kept);
    else if (role == POLICY_ADDED)
        vec_push(&p->added_files, kept);
    return rule_set_add(p->rules, text, file, d);
}

int policy_add_shipped(Policy *p, Diag *d) {
    int failed = 0;
    for (const EmbeddedText *t = shipped_rules; t->name; t++) {
        int r = rule_set_add(p->rules, embedded_text(t), t->name, d);
        failed = r < 0 ? r : failed;
    }
    for (const EmbeddedText *t = shipped_sets; t->name; t++) {
        int r = set_read(p, embedded_text(t), t->name, false, d);
        failed = r < 0 ? r : failed;
    }
    return failed;
}

RuleAction policy_worse(RuleAction a, RuleAction b) {
    /* RULE_ACTION_N_: a rule that was taken out */
    static const int rank[RULE_ACTION_N_ + 1] = {[RULE_ACTION_N_] = -1, [RULE_ALLOW] = 0, [RULE_WARN] = 1, [RULE_ALERT] = 1, [RULE_DENY] = 2};
    return rank[a] >= rank[b] ? a : b;
}

void policy_set_names(const Policy *p, Buf *out) {
    for (size_t i = 0; i < p->sets.n; i++)
        buf_printf(out, "%s%.*s", i ? "|" : "", STR_FMT(p->sets.p[i]->name));
}

void policy_own_names(const Policy *p, Buf *out) {
    for (size_t i = 0; i < p->sets.n; i++) {
        const SetDef *s = p->sets.p[i];
        if (s->own)
            buf_printf(out, "%s%.*s%s%.*s", out->n ? "|" : "", STR_FMT(s->name), s->version.n ? "@" : "", STR_FMT(s->version));
    }
}

static bool about(const PolicyException *e, const Rule *r) {
    bool tag = false;
    for (size_t i = 0; i < e->tags.n; i++)
        tag = tag || set_has_word(r->tags, e->tags.p[i]);
    return (!e->rules.n && !e->tags.n) || tag || (e->rules.n && set_matches(e->rules, r->name));
}

static int use_exceptions(Policy *p, PolicyRule *entry, Compiler *compiler, Diag *d) {
    int failed = 0;
    ExceptionUse *uses = p->exceptions.n ? arena_alloc(&p->rules->arena, p->exceptions.n * sizeof(*uses)) : NULL;
    entry->uses = uses;
    for (size_t i = 0; i < p->exceptions.n; i++) {
        const PolicyException *e = p->exceptions.p[i];
        Program *program = NULL, *ended = NULL;
        /* What an exception approves of is no exception besides. */
        if (e->expired || e->approved_by.n || !about(e, entry->rule))
            continue;
        int r = e->condition ? compiler_compile(compiler, entry->rule->source, e->condition, d, &program) : 0;
        if (r == 0 && e->ended_by)
            r = compiler_compile(compiler, entry->rule->source, e->ended_by, d, &ended);
        failed = r < 0 ? r : failed;
        uses[entry->n_uses++] = (ExceptionUse) {e, program, ended};
    }
    return failed;
}

/* By rule, in the order of their files, and of one rule as they were made. */
static void order_entries(Policy *p) {
    Vec(PolicyRule) ordered = {0};
    for (size_t i = 0; i < p->rules->ready.n; i++) {
        const Rule *r = p->rules->ready.p[i];
        size_t begin = ordered.n;
        for (size_t k = 0; k < p->entries.n; k++)
            if (p->entries.p[k].rule == r) {
                if (!p->entries.p[k].scope)
                    ordered.n = begin; /* it holds everywhere: those before it nowhere */
                vec_push(&ordered, p->entries.p[k]);
            }
        if (ordered.n == begin + 1 && ordered.p[begin].action == RULE_ACTION_N_)
            ordered.n = begin;
        for (size_t k = begin; k + 1 < ordered.n; k++)
            ordered.p[k].next = k + 2;
        if (ordered.n == begin)
            continue;
        SourceEntries *e = map_get(&p->by_source, str_from(r->source->name));
        if (!e) {
            e = arena_new(&p->rules->arena, SourceEntries);
            map_set(&p->by_source, str_from(r->source->name), e);
        }
        vec_push(&e->entries, (uint32_t) begin);
    }
    vec_done(&p->entries);
    p->entries.p = ordered.p;
    p->entries.n = ordered.n;
    p->entries.cap = ordered.cap;
}

/* What a rule that denies must not do, a rule that a set makes deny should not. */
static void lint_denied(const Policy *p, Diag *d) {
    for (size_t i = 0; i < p->entries.n; i++) {
        const PolicyRule *e = &p->entries.p[i];
        _cleanup_(diag_done) Diag own = {0};
        if (e->action != RULE_DENY || e->rule->action == RULE_DENY)
            continue;
        lint_deny(map_get(&p->rules->rules, e->rule->name), &own);
        if (own.errors)
            diag_add(d, DIAG_WARNING, e->file, e->place.line, e->place.col, "rule \"%.*s\" is made to deny here, and asks != or \"not\" of a value that may be absent: %s:%u",
                     STR_FMT(e->rule->name), own.items.p[0].file, own.items.p[0].line);
    }
}

static bool is_of(const char *const *files, size_t n, const Rule *r) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(files[i], r->file) == 0)
            return true;
    return false;
}

static PolicyRule as_written(const Rule *r) {
    return (PolicyRule) {.rule = r, .action = r->action, .priority = r->priority, .file = r->file, .place = r->place};
}

/* A policy without sets: all rules of its own files. */
static void take_own_rules(Policy *p) {
    for (size_t i = 0; i < p->rules->ready.n; i++) {
        const Rule *r = p->rules->ready.p[i];
        if (r->enabled && is_of(p->own_files.p, p->own_files.n, r))
            vec_push(&p->entries, as_written(r));
    }
    p->name = p->own_files.n ? str_from(p->own_files.p[0]) : STR_NULL;
}

/* Rules of files that were added hold everywhere: where a set says the same rule more strictly, as it says. */
static void take_added_rules(Policy *p) {
    for (size_t i = 0; i < p->rules->ready.n && p->added_files.n; i++) {
        const Rule *r = p->rules->ready.p[i];
        bool everywhere = false;
        if (!r->enabled || !is_of(p->added_files.p, p->added_files.n, r))
            continue;
        for (size_t k = 0; k < p->entries.n; k++) {
            PolicyRule *e = &p->entries.p[k];
            if (e->rule != r)
                continue;
            e->action = policy_worse(e->action, r->action);
            e->priority = MIN(e->priority, r->priority);
            everywhere |= !e->scope;
        }
        if (everywhere)
            continue;
        /* In front: what a set says for its scope goes before it there. */
        vec_push(&p->entries, as_written(r));
        memmove(p->entries.p + 1, p->entries.p, (p->entries.n - 1) * sizeof(*p->entries.p));
        p->entries.p[0] = as_written(r);
    }
}

int policy_choose(Policy *p, Str name, Diag *d) {
    static const AstPlace nowhere = {0};
    RuleSet *s = p->rules;
    int r = rule_set_finish(s, d), failed = 0;
    if (r < 0)
        return r;
    for (size_t i = 0; i < p->sets.n; i++)
        for (size_t k = 0; k < p->sets.p[i]->exceptions.n; k++) {
            AstNode *n = p->sets.p[i]->exceptions.p[k]->condition;
            r = n ? resolve_condition(s, n, d) : 0;
            n = p->sets.p[i]->exceptions.p[k]->ended_by;
            if (r == 0 && n)
                r = resolve_condition(s, n, d);
            failed = r < 0 ? r : failed;
        }
    SetDef *set = NULL;
    Str version = STR_NULL;
    SetVersion v = SET_VERSION_NONE;
    for (size_t i = 0; i < p->sets.n && !name.n; i++) {
        if (set && p->sets.p[i]->own)
            return diag_add(d, DIAG_ERROR, set->file, 0, 0, "there are several sets, \"%.*s\" and \"%.*s\" among them: name one", STR_FMT(set->name), STR_FMT(p->sets.p[i]->name));
        set = p->sets.p[i]->own ? p->sets.p[i] : set;
    }
    if (name.n && !(set = set_find(p, name, &version)))
        return set_missing(p, name, "--policy", nowhere, d);
    if (set && (r = set_input_version(set, version, "--policy", nowhere, d, &v)) < 0)
        return r;
    if (!set)
        take_own_rules(p);
    else if ((r = set_expand(p, set, v, d)) < 0)
        failed = r;
    if (set && set->versions_of.n)
        p->name = arena_printf(&s->arena, "%.*s@v%d.%d", STR_FMT(set->name), (int) (v / 1000), (int) (v % 1000));
    else if (set)
        p->name = set->version.n ? arena_printf(&s->arena, "%.*s@%.*s", STR_FMT(set->name), STR_FMT(set->version)) : set->name;
    take_added_rules(p);
    order_entries(p);
    if (s->options.lint)
        lint_denied(p, d);
    _cleanup_(compiler_freep) Compiler *compiler = compiler_new(&s->limits, &s->arena);
    for (size_t i = 0; i < p->entries.n && !failed; i++) {
        r = use_exceptions(p, &p->entries.p[i], compiler, d);
        failed = r < 0 ? r : failed;
    }
    return failed;
}

const RuleSet *policy_rule_set(const Policy *p) {
    return p->rules;
}

int64_t policy_as_of(const Policy *p) {
    return p->rules->options.as_of;
}

Str policy_name(const Policy *p) {
    return p->name;
}

const PolicyRule *policy_rules(const Policy *p, size_t *ret_n) {
    *ret_n = p->entries.n;
    return p->entries.p;
}

const PolicyException *const *policy_exceptions(const Policy *p, size_t *ret_n) {
    *ret_n = p->exceptions.n;
    return p->exceptions.p;
}

int policy_make(const RuleSetOptions *o, const PolicyText *texts, size_t n, Str name, Policy **ret, Diag *d) {
    Policy *p = *ret = policy_new(o);
    int failed = policy_add_shipped(p, d);
    bool own = false;
    for (size_t i = 0; i < n; i++) {
        int r = policy_add(p, texts[i].text, texts[i].name, texts[i].role, d);
        failed = r < 0 ? r : failed;
        own |= texts[i].role == POLICY_OWN;
    }
    return failed ? failed : policy_choose(p, name.p || own ? name : STR(POLICY_DEFAULT), d);
}
