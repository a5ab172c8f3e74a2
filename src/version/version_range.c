/* SPDX-License-Identifier: Apache-2.0 */
/* guides.rubygems.org/patterns ("pessimistic version constraint") and getcomposer.org/doc/articles/versions.md. */
#include "version/version_range.h"

#include <errno.h>

#include "version/composer.h"
#include "version/digits.h"

typedef struct Parser {
    Str text, rest;
    VersionRangeSyntax syntax;
    const VersionScheme *scheme;
    Arena *arena;
    VersionBound *bounds;
    size_t n, cap;
    uint32_t alternative;
    Error *err;
} Parser;

static int fail(const Parser *p, Str at, const char *what) {
    return error_set(p->err, -EINVAL, "byte %zu: %s", (size_t) (at.p - p->text.p) + 1, what);
}

static bool is_space(char c) {
    return str_trim((Str) {&c, 1}).n == 0;
}

static void skip_spaces(Parser *p) {
    while (p->rest.n && is_space(p->rest.p[0]))
        p->rest = str_from_at(p->rest, 1);
}

static int add(Parser *p, VersionOp op, Str version) {
    if (p->n == VERSION_RANGE_BOUNDS_MAX)
        return error_set(p->err, -E2BIG, "more than %d comparisons", (int) VERSION_RANGE_BOUNDS_MAX);
    if (p->n == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 4;
        VersionBound *bounds = arena_alloc(p->arena, cap * sizeof(*bounds));
        if (!bounds)
            return error_set(p->err, -E2BIG, "the constraint needs more memory than its feed may take");
        if (p->n)
            memcpy(bounds, p->bounds, p->n * sizeof(*bounds));
        p->bounds = bounds;
        p->cap = cap;
    }
    p->bounds[p->n++] = (VersionBound) {.op = op, .version = version, .alternative = p->alternative};
    return 0;
}

/* Longer signs first. `pessimistic` is "~>". */
static VersionOp take_op(Parser *p, bool *ret_pessimistic) {
    static const struct {
        const char *sign;
        VersionOp op;
        int syntax; /* -1: both */
    } signs[] = {
        {"~>", VERSION_OP_GE, VERSION_RANGE_GEM}, {"==", VERSION_OP_EQ, VERSION_RANGE_COMPOSER}, {"<>", VERSION_OP_NE, VERSION_RANGE_COMPOSER},
        {"!=", VERSION_OP_NE, -1},                {"<=", VERSION_OP_LE, -1},                     {">=", VERSION_OP_GE, -1},
        {"=", VERSION_OP_EQ, -1},                 {"<", VERSION_OP_LT, -1},                      {">", VERSION_OP_GT, -1},
    };
    for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
        if ((signs[i].syntax < 0 || signs[i].syntax == (int) p->syntax) && str_starts(p->rest, str_from(signs[i].sign))) {
            p->rest = str_from_at(p->rest, strlen(signs[i].sign));
            *ret_pessimistic = signs[i].sign[0] == '~';
            return signs[i].op;
        }
    return VERSION_OP_EQ;
}

/* Up to what separates comparisons. */
static Str take_version(Parser *p) {
    size_t n = 0;
    while (n < p->rest.n && p->rest.p[n] != ',' && !is_space(p->rest.p[n]) && (p->syntax == VERSION_RANGE_GEM || p->rest.p[n] != '|'))
        n++;
    Str version = str_head(p->rest, n);
    p->rest = str_from_at(p->rest, n);
    return version;
}

/* The numbers in front of the first word; "-" begins one. */
static Str gem_release(Str v) {
    v = str_trim(v);
    size_t n = 0;
    while (n < v.n && (version_is_digit(v.p[n]) || v.p[n] == '.'))
        n++;
    while (n && v.p[n - 1] == '.')
        n--;
    return str_head(v, n);
}

/* What "~>" ends before: 1.3 for 1.2.3 and 1.2.pre, 2 for 1.2 and 1. STR_NULL when the arena is full. */
static Str gem_bump(Arena *arena, Str v) {
    Str s = gem_release(v);
    ssize_t dot = str_rchr(s, '.');
    if (dot >= 0)
        s = str_head(s, (size_t) dot);
    char *bumped = arena_bytes(arena, s.n + 1);
    if (!bumped)
        return STR_NULL;
    size_t n = s.n;
    memcpy(bumped, s.p, n);
    bumped[n] = '0';
    for (; n && bumped[n - 1] == '9'; n--)
        bumped[n - 1] = '0';
    if (n && version_is_digit(bumped[n - 1])) {
        bumped[n - 1]++;
        return str_n(bumped, s.n);
    }
    /* All were nines: one digit more. */
    bumped[n] = '1';
    memset(bumped + n + 1, '0', s.n - n);
    return str_n(bumped, s.n + 1);
}

static int add_gem(Parser *p, VersionOp op, bool pessimistic, Str version) {
    int r = add(p, op, version);
    if (r < 0 || !pessimistic)
        return r;
    Str end = gem_bump(p->arena, version);
    if (!end.p)
        return error_set(p->err, -E2BIG, "the constraint needs more memory than its feed may take");
    return add(p, VERSION_OP_BEFORE, end);
}

/* Is there a "-" with nothing but a stability behind it? "RC" is none: Composer looks for it in capitals after it made all small. */
static bool has_stability(Str v) {
    for (size_t i = 0; i < v.n; i++)
        if (v.p[i] == '-' && version_composer_is_stability(str_from_at(v, i + 1)))
            return true;
    return false;
}

static int add_composer(Parser *p, VersionOp op, Str version) {
    if (version_composer_is_branch(version))
        return fail(p, version, "a branch has no order");
    bool dev = (op == VERSION_OP_LT || op == VERSION_OP_GE) && !has_stability(version) && !version_composer_is_dev(version);
    Str at = version, build;
    str_cut(version, '+', &version, &build);
    if (dev) {
        version = arena_printf(p->arena, "%.*s-dev", STR_FMT(version));
        if (!version.p)
            return error_set(p->err, -E2BIG, "the constraint needs more memory than its feed may take");
        if (!version_composer_is_dev(version))
            return fail(p, at, "expected '-' before the stability");
    }
    return add(p, op, version);
}

static int parse_comparison(Parser *p) {
    bool pessimistic = false;
    VersionOp op = take_op(p, &pessimistic);
    skip_spaces(p);
    Str version = take_version(p);
    if (version.n == 0)
        return fail(p, version, "expected a version");
    if (!p->scheme->valid(version) || str_chr(version, '@') >= 0)
        return fail(p, version, p->syntax == VERSION_RANGE_GEM ? "expected one of = != < <= > >= ~> and a version of RubyGems"
                                                               : "expected one of = == != <> < <= > >= and a version of Composer");
    return p->syntax == VERSION_RANGE_GEM ? add_gem(p, op, pessimistic, version) : add_composer(p, op, version);
}

/* Takes what stands between two comparisons; 0 at the end. */
static int parse_separator(Parser *p) {
    skip_spaces(p);
    if (p->rest.n == 0)
        return 0;
    if (p->rest.p[0] == ',') {
        p->rest = str_from_at(p->rest, 1);
    } else if (p->syntax == VERSION_RANGE_GEM) {
        return fail(p, p->rest, "expected ',' or the end");
    } else if (p->rest.p[0] == '|') {
        p->rest = str_from_at(p->rest, str_starts(p->rest, STR("||")) ? 2 : 1);
        p->alternative++;
    }
    skip_spaces(p);
    return 1;
}

int version_range_parse(Str text, VersionRangeSyntax syntax, Arena *arena, VersionRange *ret, Error *err) {
    if (text.n > VERSION_RANGE_BYTES_MAX)
        return error_set(err, -E2BIG, "%zu bytes are more than a version constraint may have (%d)", text.n, (int) VERSION_RANGE_BYTES_MAX);
    Parser p = {
        .text = text,
        .rest = text,
        .syntax = syntax,
        .scheme = version_scheme(syntax == VERSION_RANGE_GEM ? STR("gem") : STR("composer")),
        .arena = arena,
        .err = err,
    };
    int r;
    skip_spaces(&p);
    do {
        r = parse_comparison(&p);
        if (r >= 0)
            r = parse_separator(&p);
    } while (r > 0);
    if (r < 0)
        return r;
    *ret = (VersionRange) {.syntax = syntax, .scheme = p.scheme, .bounds = p.bounds, .n = p.n};
    return 0;
}

static bool holds(const VersionRange *range, const VersionBound *bound, Str version) {
    if (range->syntax == VERSION_RANGE_COMPOSER && version_composer_is_branch(version))
        return bound->op == VERSION_OP_NE;
    int order = range->scheme->compare(version, bound->version);
    switch (bound->op) {
    case VERSION_OP_EQ:
        return order == 0;
    case VERSION_OP_NE:
        return order != 0;
    case VERSION_OP_LT:
        return order < 0;
    case VERSION_OP_LE:
        return order <= 0;
    case VERSION_OP_GT:
        return order > 0;
    case VERSION_OP_GE:
        return order >= 0;
    default:
        return range->scheme->compare(gem_release(version), bound->version) < 0;
    }
}

bool version_range_contains(const VersionRange *range, Str version) {
    if (!range->scheme->valid(version))
        return false;
    for (size_t i = 0; i < range->n;) {
        uint32_t alternative = range->bounds[i].alternative;
        bool all = true;
        for (; i < range->n && range->bounds[i].alternative == alternative; i++)
            all = all && holds(range, &range->bounds[i], version);
        if (all)
            return true;
    }
    return false;
}
