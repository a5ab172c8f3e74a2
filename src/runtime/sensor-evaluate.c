/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on events: which hold, by which of a file's names, in which order. */
#include "base/alloc.h"
#include "base/hash.h"
#include "runtime/domains.h"
#include "runtime/sensor-private.h"

SensorRules *sensor_rules_new(Rule *const *rules, size_t n) {
    SensorRules *r = xcalloc(1, sizeof(*r));
    const Source *syscall = source_by_name(STR("syscall"));
    Vec(Rule *) sequences = {0}, others = {0};
    for (size_t i = 0; i < n; i++) {
        r->windows |= rules[i]->window && rules[i]->enabled;
        if (rules[i]->window && !rules[i]->window->count)
            vec_push(&sequences, rules[i]);
        else
            vec_push(&others, rules[i]);
    }
    r->matcher = rule_matcher_new(others.p, others.n, syscall, "evt.type");
    r->ordered = rule_matcher_new(sequences.p, sequences.n, syscall, "evt.type");
    vec_done(&sequences);
    vec_done(&others);
    r->evaluator = evaluator_new();
    uint64_t seed = 0;
    if (getentropy(&seed, sizeof(seed)) < 0)
        seed = (uint64_t) (uintptr_t) r ^ since_boot();
    r->down = push_down_new(rules, n, seed);
    r->source = syscall;
    size_t n_kinds;
    const Kind *kinds = sensor_kinds(&n_kinds);
    for (size_t i = 0; i < n_kinds; i++)
        r->asked_in_order[i] = rule_matcher_candidates(r->ordered, str_from(kinds[i].name)) > 0;
    r->domains = domains_wanted(rules, n);
    return r;
}

/* Candidates are in the order of the rules. */
static void clear_candidates(const RuleMatcher *m, Str kind, Rule *const *rules, size_t n, bool *never) {
    size_t all = rule_matcher_candidates(m, kind);
    for (size_t i = 0, k = 0; i < n && k < all; i++)
        if (rules[i] == rule_matcher_candidate(m, kind, k)) {
            never[i] = false;
            k++;
        }
}

size_t sensor_rules_never(const SensorRules *r, Rule *const *rules, size_t n, bool *ret) {
    size_t kinds_n, never = 0;
    const Kind *kinds = sensor_kinds(&kinds_n);
    const Source *syscall = source_by_name(STR("syscall"));
    for (size_t i = 0; i < n; i++)
        ret[i] = rules[i]->source == syscall && rules[i]->enabled;
    for (size_t k = 0; k < kinds_n; k++) {
        clear_candidates(r->matcher, str_from(kinds[k].name), rules, n, ret);
        clear_candidates(r->ordered, str_from(kinds[k].name), rules, n, ret);
    }
    for (size_t i = 0; i < n; i++)
        never += ret[i];
    return never;
}

void sensor_rules_set_judge(SensorRules *r, SensorJudge *judge, void *userdata) {
    r->judge = judge;
    r->userdata = userdata;
}

void sensor_rules_free(SensorRules *r) {
    if (!r)
        return;
    rule_matcher_free(r->matcher);
    rule_matcher_free(r->ordered);
    push_down_free(r->down);
    evaluator_free(r->evaluator);
    free((Str *) r->domains.p);
    free(r);
}

size_t sensor_rules_about(const SensorRules *r, const char *kind) {
    return rule_matcher_candidates(r->matcher, str_from(kind)) + rule_matcher_candidates(r->ordered, str_from(kind));
}

void sensor_rules_kinds(const SensorRules *r, bool *ret) {
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    for (size_t i = 0; i < n; i++)
        ret[i] = sensor_rules_about(r, kinds[i].name) > 0;
}

static Str line(Sensor *s, AlertFormat format, const Rule *rule, const Subject *subject, const Event *e, Evaluator *v, Buf *out) {
    buf_clear(out);
    alert_write(format, rule, e, subject, v, str_from(s->hostname), out);
    return buf_view(out);
}

/* Whose share of the windows' memory an event takes: as of the rings, each container has its own, and on the host each cgroup. */
static uint64_t owner_of(const Event *e) {
    return e->container ? hash_keyed(e->container->id.p, e->container->id.n) : e->wire.process.cgroup;
}

/* Does it make an alert? */
static bool alert(Sensor *s, const RuleMatch *m, const Subject *subject, const Event *e, Evaluator *v) {
    s->totals.limited += m->limited;
    if (s->failed < 0 || (m->limited && m->rule->on_error == ON_ERROR_ALLOW))
        return false;
    const SensorRules *rules = s->rules;
    const Rule *rule = rules->judge && v == rules->evaluator ? rules->judge(rules->userdata, m->rule, subject, v) : m->rule;
    /* What a limit ended is not known to hold, so it does not count. */
    if (!rule || (rule->window && (m->limited || !windows_add(s->windows, rule->window, owner_of(e), subject, e->wire.time, v))))
        return false;
    SensorAlert a = {.rule = rule, .container = e->container, .time = e->time};
    if (s->o.text)
        a.text = line(s, ALERT_TEXT, rule, subject, e, v, &s->text);
    if (s->o.json)
        a.json = line(s, ALERT_JSON, rule, subject, e, v, &s->json);
    s->failed = s->o.alert(s->o.userdata, &a);
    s->totals.alerts++;
    return true;
}

/* The rules that fired by names before, in order, are in s->match: a rule fires once for an event. */
static bool fired(const Sensor *s, size_t n, const Rule *rule) {
    for (size_t i = 0; i < n; i++)
        if (s->match[i].rule == rule)
            return true;
    return false;
}

/* The sensor's own rules, on what is no system call. */
static void evaluate_own(Sensor *s, const Event *e, const Subject *subject) {
    Evaluator *v;
    size_t n = own_rules_match(s->own, subject, &v, s->match, MATCHES_MAX);
    for (size_t i = 0; i < n; i++)
        alert(s, &s->match[i], subject, e, v);
}

/* A file has two names, Falco's and the kernel's, and perhaps a third by which rules look for it: a rule fires when it holds for one of them as a whole. So neither can what a rule is about be hidden behind a
 * link, nor can what it excepts be used to hide. */
void sensor_evaluate(Sensor *s, const RuleMatcher *matcher, Event *e) {
    Subject subject = {.source = s->rules->source, .ops = &event_ops, .object = e};
    if (e->kind->number[0] < 0 && matcher == s->rules->matcher)
        evaluate_own(s, e, &subject);
    /* The first that holds may make no alert, and then the next one is asked. */
    const SensorRules *rules = s->rules;
    bool first = s->o.first_match && !rules->windows && !rules->judge, done = false;
    size_t n = rule_matcher_match(matcher, &subject, rules->evaluator, first, s->match, MATCHES_MAX);
    for (size_t i = 0; i < n && !done; i++)
        done = alert(s, &s->match[i], &subject, e, rules->evaluator) && s->o.first_match;
    Str name = e->description;
    const Str others[OTHER_NAMES] = {event_other_name(e), str_eq(e->alias, e->path) || str_eq(e->alias, name) ? STR_NULL : e->alias};
    for (size_t k = 0; k < OTHER_NAMES && !s->o.strict_falco && !done; k++) {
        if (!others[k].p)
            continue;
        e->description = others[k];
        size_t m = rule_matcher_match(matcher, &subject, rules->evaluator, first, s->match + n, MATCHES_MAX);
        for (size_t i = 0; i < m && !done; i++)
            if (!fired(s, n, s->match[n + i].rule))
                done = alert(s, &s->match[n + i], &subject, e, rules->evaluator) && s->o.first_match;
        n += m;
    }
    e->description = name;
}

void sensor_evaluate_late(Sensor *s, uint64_t before) {
    for (LateEvent l; late_next(s->late, before, &l);) {
        Event *e = s->later;
        if (event_decode(l.bytes, e) < 0)
            continue;
        e->tables = &s->tables;
        e->number = l.number;
        event_resolve(e);
        sensor_evaluate(s, s->rules->ordered, e);
    }
}

void sensor_evaluate_in_order(Sensor *s, Event *e, Str bytes) {
    bool asked = s->rules->asked_in_order[e->wire.kind];
    if (e->wire.type == WIRE_EXEC && asked)
        late_add(s->late, e->wire.time, e->number, bytes);
    sensor_evaluate_late(s, e->wire.type == WIRE_EXEC ? 0 : e->wire.time);
    if (e->wire.type != WIRE_EXEC && asked)
        sensor_evaluate(s, s->rules->ordered, e);
}
