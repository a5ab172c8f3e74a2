/* SPDX-License-Identifier: Apache-2.0 */
/* Thresholds and sequences: against what a naive list of all events says, with little memory, and what is wrong with how they are written. */
#include "policy/recorded.h"
#include "policy/window.h"
#include "unit/tap.h"

enum { SECOND = 1000000000, EVENTS = 4000 };

static const char rules[] =
    "- macro: is_a\n  condition: proc.name = a\n"
    "- {rule: base, desc: d, output: o, priority: INFO, condition: is_a and evt.type = open}\n"
    "- {rule: count, desc: d, output: o, priority: INFO, condition: evt.type = open, threshold: {count: 3, window: 5s, by: [container.id, tolower(proc.name)]}}\n"
    "- {rule: values, desc: d, output: o, priority: INFO, condition: evt.type = open, threshold: {count: 3, window: 5s, by: [container.id], distinct: fd.name}}\n"
    "- {rule: steps, desc: d, output: o, priority: INFO, sequence: [{rule: base}, {condition: proc.name = b}, {condition: proc.name = c, by: [container.id, fs.path.name]}], within: 6s, by: [container.id, fd.name]}\n"
    "- {rule: same, desc: d, output: o, priority: INFO, condition: evt.type = open, sequence: [{condition: is_a}, {condition: is_a}], within: 6s, by: [container.id]}\n";

typedef struct Happened {
    uint64_t time;
    int container, name, file, other; /* other < 0: absent */
    bool open;
} Happened;

static RuleSet *load(const char *text, Diag *d, int *ret) {
    RuleSetOptions o = {0};
    RuleSet *s = rule_set_new(&o);
    *ret = rule_set_add(s, str_from(text), "r.yaml", d);
    int r = rule_set_finish(s, d);
    *ret = *ret < 0 ? *ret : r;
    return s;
}

static bool add(Windows *w, const Rule *r, const Happened *h, Evaluator *e) {
    _cleanup_(arena_done) Arena a = {0};
    Limits l = limits_default();
    Node *n = NULL;
    char text[300], other[40] = "";
    if (h->other >= 0)
        snprintf(other, sizeof(other), ", \"fs.path.name\": \"/%d\"", h->other);
    snprintf(text, sizeof(text), "{\"evt.type\": \"%s\", \"container.id\": \"%d\", \"proc.name\": \"%c\", \"fd.name\": \"/%d\"%s}", h->open ? "open" : "read", h->container, 'a' + h->name, h->file, other);
    CHECK_INT(json_parse(str_from(text), "o", &l, &a, NULL, &n), 0);
    Subject s = {.source = source_by_name(STR("syscall")), .ops = &recorded_ops, .object = n};
    return program_evaluate(r->program, &s, e) == 1 && windows_add(w, r->window, (uint64_t) h->container, &s, h->time, e);
}

/* Events since the rule fired for the key, or since ever: what the last one makes of them. `from` is the first that counts. */
static bool naive_count(const Happened *all, size_t n, const size_t *from, bool values) {
    const Happened *last = &all[n - 1];
    int found = 0, seen[EVENTS];
    for (size_t i = n; last->open && i-- > from[values ? last->container : last->container * 3 + last->name];) {
        const Happened *h = &all[i];
        if (!h->open || h->container != last->container || (!values && h->name != last->name) || last->time - h->time > 5ull * SECOND)
            continue;
        bool again = false;
        for (int k = 0; values && k < found; k++)
            again |= seen[k] == h->file;
        if (!again)
            seen[found++] = h->file;
    }
    return found >= 3;
}

static uint32_t seed = 7;
static int draw(int n) {
    seed = seed * 1664525 + 1013904223;
    return (int) ((seed >> 16) % (uint32_t) n);
}

static Happened draw_event(uint64_t *now) {
    *now += (uint64_t) draw(3) * SECOND / 2;
    return (Happened) {.time = *now, .container = draw(2), .name = draw(3), .file = draw(3), .other = draw(4) - 1, .open = draw(8) > 0};
}

TEST(thresholds) {
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_(windows_freep) Windows *w = windows_new(1 << 20);
    int r;
    _cleanup_(rule_set_freep) RuleSet *set = load(rules, &d, &r);
    CHECK_INT(r, 0);
    const Rule *rule[2] = {rule_set_find(set, STR("count")), rule_set_find(set, STR("values"))};
    static Happened all[EVENTS];
    size_t from[2][6] = {0};
    int fired[2] = {0};
    uint64_t now = SECOND;
    for (size_t n = 1; n <= EVENTS; n++) {
        Happened h = all[n - 1] = draw_event(&now);
        for (int values = 0; values < 2; values++) {
            bool want = naive_count(all, n, from[values], values);
            CHECK_MSG(add(w, rule[values], &h, e) == want, "event %zu of rule %d", n, values);
            if (want)
                from[values][values ? h.container : h.container * 3 + h.name] = n;
            fired[values] += want;
        }
    }
    CHECK(fired[0] > 100 && fired[1] > 100);
}

/* Is there an a, a b and then this c, of one container and file, within the time, none of which was part of a run before? */
static bool naive_steps(const Happened *all, size_t n, size_t from[2][3]) {
    const Happened *c = &all[n - 1];
    if (c->name != 2 || c->other < 0)
        return false;
    for (size_t k = from[c->container][c->other]; k < n; k++)
        for (size_t i = from[c->container][c->other]; all[k].name == 1 && i < k; i++)
            if (all[i].name == 0 && all[i].open && all[i].container == c->container && all[k].container == c->container && all[i].file == c->other && all[k].file == c->other &&
                c->time - all[i].time <= 6ull * SECOND)
                return true;
    return false;
}

TEST(sequences) {
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_(windows_freep) Windows *w = windows_new(1 << 20);
    int r, fired = 0;
    _cleanup_(rule_set_freep) RuleSet *set = load(rules, &d, &r);
    const Rule *rule = rule_set_find(set, STR("steps")), *same = rule_set_find(set, STR("same"));
    CHECK_INT(r, 0);
    static Happened all[EVENTS];
    size_t from[2][3] = {0};
    uint64_t now = SECOND;
    for (size_t n = 1; n <= EVENTS; n++) {
        Happened h = all[n - 1] = draw_event(&now);
        bool want = naive_steps(all, n, from);
        CHECK_MSG(add(w, rule, &h, e) == want, "event %zu: expected %d", n, want);
        if (want)
            from[h.container][h.other] = n;
        fired += want;
    }
    CHECK(fired > 100);
    /* One event is one step. */
    Happened h = {.time = now, .open = true};
    CHECK(!add(w, same, &h, e));
    CHECK(add(w, same, &h, e));
    CHECK(!add(w, same, &h, e));
}

TEST(memory_is_bounded) {
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    enum { MEMORY = 20000 };
    _cleanup_(windows_freep) Windows *w = windows_new(MEMORY);
    WindowCounts c;
    int r;
    _cleanup_(rule_set_freep) RuleSet *set = load(rules, &d, &r);
    const Rule *rule = rule_set_find(set, STR("count"));
    for (int i = 0; i < 2000; i++) {
        Happened h = {.time = SECOND, .container = i, .open = true};
        CHECK(!add(w, rule, &h, e));
        windows_counts(w, &c);
        CHECK(c.bytes <= MEMORY);
    }
    CHECK_INT(c.keys + c.evicted, 2000);
    CHECK(c.keys > 50);
    /* The last ones are there still, the first one is not. */
    Happened last = {.time = SECOND, .container = 1999, .open = true}, first = {.time = SECOND, .open = true};
    CHECK(!add(w, rule, &last, e) && add(w, rule, &last, e));
    CHECK(!add(w, rule, &first, e) && !add(w, rule, &first, e) && add(w, rule, &first, e));
    /* What is over makes room without being counted. */
    uint64_t evicted = c.evicted + 1;
    for (int i = 0; i < 2000; i++) {
        Happened h = {.time = (uint64_t) (100 + i * 6) * SECOND, .container = i, .open = true};
        add(w, rule, &h, e);
    }
    windows_counts(w, &c);
    CHECK(c.evicted <= evicted);
}

/* One container begins many windows; those that others have begun go on. */
TEST(nobody_pushes_out_what_others_began) {
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_(windows_freep) Windows *w = windows_new(20000);
    WindowCounts c;
    int r;
    static const char by_file[] = "- {rule: files, desc: d, output: o, priority: INFO, condition: evt.type = open, threshold: {count: 3, window: 5s, by: [container.id, fd.name]}}\n"
                                  "- {rule: steps, desc: d, output: o, priority: INFO, sequence: [{condition: proc.name = a}, {condition: proc.name = b}], within: 6s, by: [container.id]}\n";
    _cleanup_(rule_set_freep) RuleSet *set = load(by_file, &d, &r);
    CHECK_INT(r, 0);
    const Rule *files = rule_set_find(set, STR("files")), *steps = rule_set_find(set, STR("steps"));
    for (int file = 0; file < 10; file++)
        for (int i = 0; i < 2; i++)
            CHECK(!add(w, files, &(Happened) {.time = SECOND, .container = 1, .file = file, .open = true}, e));
    CHECK(!add(w, steps, &(Happened) {.time = SECOND, .container = 2, .open = true}, e));
    for (int i = 0; i < 3000; i++)
        CHECK(!add(w, files, &(Happened) {.time = 2ull * SECOND, .container = 3, .file = i, .open = true}, e));
    windows_counts(w, &c);
    CHECK(c.evicted > 2500 && c.bytes <= 20000);
    for (int file = 0; file < 10; file++)
        CHECK(add(w, files, &(Happened) {.time = 3ull * SECOND, .container = 1, .file = file, .open = true}, e));
    CHECK(add(w, steps, &(Happened) {.time = 3ull * SECOND, .container = 2, .name = 1, .open = true}, e));
    /* Who made too many has its last ones. */
    Happened last = {.time = 3ull * SECOND, .container = 3, .file = 2999, .open = true};
    CHECK(!add(w, files, &last, e) && add(w, files, &last, e));
    /* Somebody new gets a share as well, also from whoever asked first. */
    for (int i = 0; i < 60; i++)
        CHECK(!add(w, files, &(Happened) {.time = 3ull * SECOND, .container = 4, .file = i, .open = true}, e));
    for (int i = 0; i < 60; i++)
        CHECK(!add(w, files, &(Happened) {.time = 3ull * SECOND, .container = 4, .file = i, .open = true}, e));
    for (int i = 0; i < 60; i++)
        CHECK(add(w, files, &(Happened) {.time = 3ull * SECOND, .container = 4, .file = i, .open = true}, e));
}

static void says(const char *text, const char *want) {
    _cleanup_(diag_done) Diag d = {0};
    int r;
    rule_set_free(load(text, &d, &r));
    _cleanup_free_ char *said = diag_text(&d);
    CHECK_STR(str_from(said), want);
    CHECK((r < 0) == (*want != 0));
}
#define HEAD "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n"
#define CONDITION "  condition: evt.type = open\n"

TEST(mistakes) {
    says(HEAD CONDITION "  threshold: 3\n", "r.yaml:6:14: error: expected a map with count and window, found a number\n");
    says(HEAD CONDITION "  threshold: {window: 3s}\n", "r.yaml:6:14: error: a threshold needs count and window\n");
    says(HEAD CONDITION "  threshold: {count: 3}\n", "r.yaml:6:14: error: a threshold needs count and window\n");
    says(HEAD CONDITION "  threshold: {count: 1, window: 5s}\n", "r.yaml:6:22: error: expected a whole number from 2 to 1000\n");
    says(HEAD CONDITION "  threshold: {count: 2, window: 5}\n", "r.yaml:6:33: error: expected a time of at most a day such as 500ms, 10s, 5m or 1h\n");
    says(HEAD CONDITION "  threshold: {count: 2, window: 25h}\n", "r.yaml:6:33: error: expected a time of at most a day such as 500ms, 10s, 5m or 1h\n");
    says(HEAD CONDITION "  threshold: {count: 2, windw: 5s, window: 1s}\n", "r.yaml:6:25: error: unknown key \"windw\"; did you mean \"window\"?\n");
    says(HEAD CONDITION "  threshold: {count: 2, window: 5s, by: [proc.nmae]}\n", "r.yaml:6:42: error: source syscall has no field \"proc.nmae\"; did you mean \"proc.name\"?\n");
    says(HEAD CONDITION "  threshold: {count: 2, window: 5s, by: [\"a b\"]}\n", "r.yaml:6:43: error: expected a field, found \"a b\"\n");
    says(HEAD CONDITION "  threshold: {count: 2, window: 5s, by: []}\n", "r.yaml:6:41: error: expected a list of 1 to 4 fields\n");
    says(HEAD CONDITION "  within: 5s\n", "r.yaml:6:11: error: within and by belong to a sequence; a threshold has window and by of its own\n");
    says(HEAD CONDITION "  threshold: {count: 2, window: 5s}\n  within: 5s\n  sequence: [{condition: evt.type = a}, {condition: evt.type = b}]\n",
         "r.yaml:8:13: error: a rule has either a threshold or a sequence\n");
    says(HEAD "  sequence: [{condition: evt.type = a}, {condition: evt.type = b}]\n", "r.yaml:5:13: error: a sequence needs within: the time for all of its steps\n");
    says(HEAD "  within: 5s\n  sequence: [{condition: evt.type = a}]\n", "r.yaml:6:13: error: expected a list of 2 to 8 steps\n");
    says(HEAD "  within: 5s\n  sequence: [{condition: evt.type = a}, {rule: none}]\n", "r.yaml:6:48: error: there is no rule \"none\"\n");
    says(HEAD "  within: 5s\n  sequence: [{condition: evt.type = a}, {rule: r}]\n", "r.yaml:6:48: error: a step can be a rule of the same source that has a condition, and neither threshold nor sequence\n");
    says(HEAD "  within: 5s\n  sequence: [{condition: evt.type = a}, {condition: evt.type = b, rule: x}]\n", "r.yaml:6:41: error: expected a map with either rule or condition\n");
    says(HEAD "  within: 5s\n  sequence: [{condition: evt.type = a}, {condition: evt.tpye = b}]\n", "r.yaml:6:53: error: source syscall has no field \"evt.tpye\"; did you mean \"evt.type\"?\n");
    says(HEAD "  within: 5s\n  by: [container.id]\n  sequence: [{condition: evt.type = a}, {condition: evt.type = b, by: [container.id, fd.name]}]\n",
         "r.yaml:7:41: error: all steps need the same number of fields in by\n");
    says(HEAD "  source: package\n  condition: package.name = a\n  threshold: {count: 2, window: 5s}\n", "r.yaml:7:14: error: thresholds and sequences are for rules of source syscall\n");
}

TEST_MAIN()
