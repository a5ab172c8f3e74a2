/* SPDX-License-Identifier: Apache-2.0 */
/* The push-down of one rule, for people. */
#include "runtime/pushdown-private.h"

enum { WIDTH = 150 };

/* Words for the values of a part of a class. */
typedef struct ClassPart {
    unsigned shift, bits;
    const char *words[8];  /* by value; NULL: a value that does not occur */
} ClassPart;

static const ClassPart results = {0, 3, {"the result is 0", "1", "2", "success", "EINPROGRESS", "failure"}};
static const ClassPart parts[][6] = {
    [FILTER_PLAIN] = {{0}},
    [FILTER_OPEN] = {{0, 1, {"success", "failure"}}, {FILTER_OPEN_ACCESS, 2, {"O_RDONLY", "O_WRONLY", "O_RDWR", "access mode 3"}}, {3, 1, {"not created", "may be created"}},
                     {4, 1, {"not as a program", "created as a program"}}, {5, 1, {"without O_DIRECTORY", "O_DIRECTORY"}}, {6, 1, {"without O_TRUNC", "O_TRUNC"}}},
    [FILTER_FD] = {{FILTER_TYPE_SHIFT, 3, {"descriptor not known", "file", "IPv4", "IPv6", "Unix socket", "other socket"}}, {FILTER_PROTOCOL_SHIFT, 2, {"other protocol", "TCP", "UDP"}},
                   {8, 1, {"not connected", "connected"}}, {9, 1, {"address not named", "address named"}}},
    [FILTER_NUMBER] = {{0}},
};

static uint64_t values_of(const Classes *c, unsigned shift, unsigned bits) {
    uint64_t seen = 0;
    for (size_t i = 0; i < FILTER_CLASSES; i++)
        if (classes_has(c, i))
            seen |= (uint64_t) 1 << (i >> shift & ((1u << bits) - 1));
    return seen;
}

/* The values that occur, where not all do. */
static void print_part(const Classes *c, const ClassPart *p, Buf *out) {
    uint64_t seen = values_of(c, p->shift, p->bits), all = 0;
    for (size_t i = 0; i < 1u << p->bits; i++)
        all |= p->words[i] ? (uint64_t) 1 << i : 0;
    if ((seen & all) == all)
        return;
    const char *separator = "; ";
    for (size_t i = 0; i < 1u << p->bits; i++)
        if (p->words[i] && seen >> i & 1) {
            buf_printf(out, "%s%s", separator, p->words[i]);
            separator = ", ";
        }
}

static void print_numbers(const Classes *c, Buf *out) {
    uint64_t seen = values_of(c, FILTER_NUMBER_SHIFT, 6);
    if (seen == UINT64_MAX)
        return;
    buf_putz(out, "; argument");
    for (size_t i = 0; i < FILTER_NUMBER_OTHER; i++)
        if (seen >> i & 1)
            buf_printf(out, " %zu", i);
    if (seen >> FILTER_NUMBER_OTHER)
        buf_printf(out, " %d…", FILTER_NUMBER_OTHER);
}

static void print_classes(const Kind *kind, const Classes *c, Buf *out) {
    enum FilterShape shape = push_down_shape(kind);
    if (shape != FILTER_OPEN)
        print_part(c, &results, out);
    for (size_t i = 0; i < ARRAY_SIZE(parts[shape]) && parts[shape][i].bits; i++)
        print_part(c, &parts[shape][i], out);
    if (shape == FILTER_NUMBER)
        print_numbers(c, out);
    if (!(values_of(c, 10, 1) & 2))
        buf_putz(out, "; perhaps in a container");
}

static void print_check(const Check *c, Buf *out) {
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    ast_print(c->node, &text);
    Str shown = buf_view(&text);
    buf_printf(out, "    %.*s%s\n", STR_FMT(str_head(shown, WIDTH)), shown.n > WIDTH ? "…" : "");
}

/* Comparisons that the ends of a connection decide. */
static void print_ends(const Condition *c, Buf *out) {
    bool told = false;
    for (size_t i = 0; i < c->checks.n; i++) {
        if (c->checks.p[i]->ends == ENDS_NOT)
            continue;
        if (!told)
            buf_putz(out, "   of a connection, as its port and addresses say:\n");
        told = true;
        print_check(c->checks.p[i], out);
    }
}

/* What one kind says, without its name. */
static void print_need(const Condition *c, const Kind *kind, const Need *need, Buf *out) {
    print_classes(kind, &need->may, out);
    buf_putc(out, '\n');
    print_ends(c, out);
    if (classes_empty(&need->names))
        return;
    bool some = false;
    for (size_t i = 0; i < CLASS_WORDS; i++)
        some |= need->may.w[i] & ~need->names.w[i];
    buf_printf(out, "   %s one of these names:\n", some ? " in some of these classes with" : " with");
    for (size_t i = 0; i < c->checks.n; i++)
        if (c->checks.p[i]->absent)
            print_check(c->checks.p[i], out);
}

/* Comparisons that no class and no name decides. */
static bool is_left(const Check *c) {
    bool yes = false, no = false;
    for (size_t i = 0; i < CLASS_WORDS; i++) {
        yes |= c->truth.yes.w[i] & c->truth.no.w[i];
        no |= c->truth.no.w[i] != 0;
    }
    return yes && no && !c->absent && c->ends == ENDS_NOT;
}

typedef struct Group {
    Buf kinds, text;
} Group;

void push_down_explain(const Rule *rule, Buf *out) {
    Arena a = {0};
    _cleanup_(sampler_freep) Sampler *s = sampler_new();
    Condition *c = condition_read(rule, &a);
    FilterEndTables ends;
    ends_begin(&ends);
    ends_add_ranges(&ends, rule->condition);
    Vec(Group) groups = {0};
    bool *left = xcalloc(c->checks.n + 1, sizeof(*left));
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    for (size_t k = 0; k < n; k++) {
        Need need;
        condition_need(c, s, &kinds[k], &need);
        if (classes_empty(&need.may))
            continue;
        ends_find_checks(&ends, c, &kinds[k]);
        Buf text = buf_new(BUF_OWN_MAX);
        print_need(c, &kinds[k], &need, &text);
        size_t g = 0;
        while (g < groups.n && !str_eq(buf_view(&groups.p[g].text), buf_view(&text)))
            g++;
        if (g == groups.n)
            vec_push(&groups, (Group) {buf_new(BUF_OWN_MAX), buf_new(BUF_OWN_MAX)});
        Group *at = &groups.p[g];
        buf_printf(&at->kinds, "%s%s", at->kinds.n ? ", " : "", kinds[k].name);
        if (!at->text.n)
            buf_str(&at->text, buf_view(&text));
        buf_done(&text);
        for (size_t i = 0; i < c->checks.n; i++)
            left[i] |= is_left(c->checks.p[i]);
    }
    buf_putz(out, "in the kernel: events that cannot make it fire are dropped, but for\n");
    for (size_t g = 0; g < groups.n; g++) {
        buf_printf(out, "  %.*s%.*s", STR_FMT(buf_view(&groups.p[g].kinds)), STR_FMT(buf_view(&groups.p[g].text)));
        buf_done(&groups.p[g].kinds);
        buf_done(&groups.p[g].text);
    }
    buf_putz(out, groups.n ? "in the sensor:\n" : "  none: the sensor makes no event of the types that it asks for, so it can never fire\n");
    for (size_t i = 0; i < c->checks.n; i++)
        if (left[i])
            print_check(c->checks.p[i], out);
    vec_done(&groups);
    free(left);
    condition_done(c);
    arena_done(&a);
}
