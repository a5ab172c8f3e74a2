/* SPDX-License-Identifier: Apache-2.0 */
/* composer/semver 3: VersionParser::normalize() and, on what that makes, PHP's version_compare()
 * (getcomposer.org/doc/articles/versions.md, php.net/version-compare). */
#include "version/composer.h"

#include "version/digits.h"
#include "version/version.h"

/* Words as version_compare() orders them; a number and the end stand at NUMBER_PLACE. STABLE_WORD is a spelling in capitals, which
 * Composer lets through and PHP does not know. */
enum { STABLE_WORD = -1, DEV = 0, ALPHA, BETA, RC, NUMBER_PLACE, PATCH, NO_WORD };

typedef struct Version {
    bool branch;
    Str name;      /* of a branch */
    Str number[8];
    size_t n;
    int word;      /* or NO_WORD */
    Str word_numbers; /* digits with "." and "-" between */
    bool dev;
} Version;

static const struct {
    const char *text;
    int place;
} words[] = {
    {"stable", STABLE_WORD}, {"beta", BETA}, {"b", BETA}, {"rc", RC}, {"alpha", ALPHA}, {"a", ALPHA}, {"patch", PATCH}, {"pl", PATCH}, {"p", PATCH},
};

static bool istarts(Str s, const char *prefix) {
    Str p = str_from(prefix);
    return str_ieq(str_head(s, p.n), p);
}

static bool iends(Str s, const char *suffix) {
    Str x = str_from(suffix);
    return s.n >= x.n && str_ieq(str_from_at(s, s.n - x.n), x);
}

static bool is_any(char c, const char *of) {
    return c && strchr(of, c);
}

/* [._-]?(word(number…)?)?([.-]?dev)? to the end. */
static bool parse_modifier(Str s, Version *v) {
    s = str_from_at(s, s.n && is_any(s.p[0], "._-"));
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (!istarts(s, words[i].text))
            continue;
        Str text = str_head(s, strlen(words[i].text));
        v->word = words[i].place;
        s = str_from_at(s, text.n);
        size_t n = 0;
        for (Str rest = s;;) {
            rest = str_from_at(rest, rest.n && is_any(rest.p[0], ".-"));
            if (version_take_digits(&rest).n == 0)
                break;
            n = s.n - rest.n;
        }
        v->word_numbers = str_head(s, n);
        s = str_from_at(s, n);
        if (str_eqz(text, "stable")) {
            v->word = NO_WORD;
            v->word_numbers = STR_NULL;
        }
        bool dev = istarts(str_from_at(s, s.n && is_any(s.p[0], ".-")), "dev");
        v->dev = dev && !str_eqz(text, "stable");
        return s.n == 0 || (dev && s.n <= strlen("-dev") && iends(s, "dev"));
    }
    s = str_from_at(s, s.n > strlen("dev") && is_any(s.p[0], ".-"));
    v->dev = s.n > 0;
    return s.n == 0 || str_ieq(s, STR("dev"));
}

/* One to four numbers, the first of at most five digits. */
static bool parse_classical(Str s, Version *ret) {
    Version v = {.word = NO_WORD};
    v.number[v.n++] = version_take_digits(&s);
    if (v.number[0].n == 0 || v.number[0].n > 5)
        return false;
    while (v.n < 4 && s.n > 1 && s.p[0] == '.' && version_is_digit(s.p[1])) {
        s = str_from_at(s, 1);
        v.number[v.n++] = version_take_digits(&s);
    }
    while (v.n < 4)
        v.number[v.n++] = STR("0");
    if (!parse_modifier(s, &v))
        return false;
    *ret = v;
    return true;
}

/* Year, one to six groups of two digits, one to three digits, with [.:-] or nothing between. */
static bool is_date(Str s) {
    if (version_take_digits(&(Str) {s.p, s.n < 4 ? s.n : 4}).n < 4)
        return false;
    s = str_from_at(s, 4);
    for (size_t groups = 0;; groups++) {
        Str rest = str_from_at(s, s.n && !version_is_digit(s.p[0]));
        Str digits = rest;
        size_t n = version_take_digits(&digits).n;
        if (groups && (s.n == 0 || (n > 0 && n <= 3 && digits.n == 0)))
            return true;
        if (groups == 6 || n < 2)
            return false;
        s = str_from_at(rest, 2);
    }
}

static bool parse_date(Str s, Version *ret) {
    size_t n = 0;
    for (size_t i = 0; i < s.n && (version_is_digit(s.p[i]) || is_any(s.p[i], ".:-")); i++)
        if (version_is_digit(s.p[i]))
            n = i + 1;
    Version v = {.word = NO_WORD};
    if (!is_date(str_head(s, n)) || !parse_modifier(str_from_at(s, n), &v))
        return false;
    for (Str date = str_head(s, n); date.n; date = str_from_at(date, 1))
        v.number[v.n++] = version_take_digits(&date);
    *ret = v;
    return true;
}

/* "1.2.x-dev": a branch of numbers is behind all of its versions. */
static bool parse_numbered_branch(Str s, Version *ret) {
    if (!iends(s, "dev"))
        return false;
    s = str_head(s, s.n - strlen("dev"));
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a slice with bytes has a pointer to them. */
    if (s.n && is_any(s.p[s.n - 1], ".-"))
        s = str_head(s, s.n - 1);
    s = str_trim(s);
    s = str_from_at(s, istarts(s, "v"));
    Version v = {.word = NO_WORD, .dev = true};
    v.number[v.n++] = version_take_digits(&s);
    if (v.number[0].n == 0)
        return false;
    while (v.n < 4 && s.n > 1 && s.p[0] == '.') {
        s = str_from_at(s, 1);
        if (is_any(s.p[0], "xX*")) {
            v.number[v.n++] = STR("9999999");
            s = str_from_at(s, 1);
        } else {
            v.number[v.n++] = version_take_digits(&s);
            if (v.number[v.n - 1].n == 0)
                return false;
        }
    }
    while (v.n < 4)
        v.number[v.n++] = STR("9999999");
    if (s.n)
        return false;
    *ret = v;
    return true;
}

static bool is_space(char c) {
    return is_any(c, " \t\n\r\v\f");
}

/* "1.0 as 2.0" is 1.0. */
static Str without_alias(Str s) {
    size_t n = 0;
    while (n < s.n && !is_space(s.p[n]) && s.p[n] != ',')
        n++;
    Str rest = str_from_at(s, n);
    size_t spaces = 0;
    while (spaces < rest.n && rest.p[spaces] == ' ')
        spaces++;
    rest = str_from_at(rest, spaces);
    if (n == 0 || spaces == 0 || !str_starts(rest, STR("as ")))
        return s;
    rest = str_from_at(rest, 2);
    while (rest.n && rest.p[0] == ' ')
        rest = str_from_at(rest, 1);
    for (size_t i = 0; i < rest.n; i++)
        if (is_space(rest.p[i]) || rest.p[i] == ',')
            return s;
    return rest.n ? str_head(s, n) : s;
}

static Str without_flag(Str s) {
    static const char *const flags[] = {"@stable", "@rc", "@beta", "@alpha", "@dev"};
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (iends(s, flags[i]))
            return str_head(s, s.n - strlen(flags[i]));
    return s;
}

static Str without_build(Str s) {
    Str before, build;
    if (!str_cut(s, '+', &before, &build) || before.n == 0 || build.n == 0)
        return s;
    for (size_t i = 0; i < s.n; i++)
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a slice with bytes has a pointer to them. */
        if (is_space(s.p[i]) || (i < before.n && s.p[i] == ','))
            return s;
    return before;
}

static bool parse(Str s, Version *ret) {
    s = without_flag(without_alias(str_trim(s)));
    if (str_eqz(s, "master") || str_eqz(s, "trunk") || str_eqz(s, "default")) {
        *ret = (Version) {.branch = true, .name = s};
        return true;
    }
    if (istarts(s, "dev-")) {
        *ret = (Version) {.branch = true, .name = str_from_at(s, strlen("dev-"))};
        return true;
    }
    s = without_build(s);
    Str number = str_from_at(s, istarts(s, "v"));
    return parse_classical(number, ret) || parse_date(number, ret) || parse_numbered_branch(s, ret);
}

/* What version_compare() sees, one number or word after the other. */
typedef struct Part {
    int place; /* NO_WORD at the end */
    Str digits;
} Part;

static Part next(const Version *v, size_t *at, Str *word_numbers) {
    size_t i = (*at)++;
    if (i < v->n)
        return (Part) {.place = NUMBER_PLACE, .digits = v->number[i]};
    if (i == v->n && v->word != NO_WORD)
        return (Part) {.place = v->word};
    while (word_numbers->n && !version_is_digit(word_numbers->p[0]))
        *word_numbers = str_from_at(*word_numbers, 1);
    if (word_numbers->n) {
        *at = v->n + 1;
        return (Part) {.place = NUMBER_PLACE, .digits = version_take_digits(word_numbers)};
    }
    if (v->dev && *at < SIZE_MAX / 2) {
        *at = SIZE_MAX / 2;
        return (Part) {.place = DEV};
    }
    return (Part) {.place = NO_WORD};
}

/* PHP reads numbers as 64 bits and stops at the largest. */
static int compare_numbers(Str a, Str b) {
    static const Str most = STR("9223372036854775807");
    if (version_compare_digits(a, most) > 0)
        a = most;
    if (version_compare_digits(b, most) > 0)
        b = most;
    return version_compare_digits(a, b);
}

static int compare_versions(const Version *a, const Version *b) {
    if (a->branch || b->branch)
        return a->branch && b->branch ? str_cmp(a->name, b->name) : (int) b->branch - (int) a->branch;
    size_t at_a = 0, at_b = 0;
    Str rest_a = a->word_numbers, rest_b = b->word_numbers;
    for (;;) {
        Part pa = next(a, &at_a, &rest_a), pb = next(b, &at_b, &rest_b);
        bool end_a = pa.place == NO_WORD, end_b = pb.place == NO_WORD;
        if (end_a && end_b)
            return 0;
        /* The end stands where numbers stand among words, and before all numbers. */
        if (end_a || end_b) {
            int place = end_a ? pb.place : pa.place, longer = place >= NUMBER_PLACE ? 1 : -1;
            return end_a ? -longer : longer;
        }
        if (pa.place != pb.place)
            return pa.place - pb.place;
        int r = pa.place == NUMBER_PLACE ? compare_numbers(pa.digits, pb.digits) : 0;
        if (r)
            return r;
    }
}

/* What is no version comes before all that are. */
int version_composer_compare(Str a, Str b) {
    Version va, vb;
    bool is_a = parse(a, &va), is_b = parse(b, &vb);
    if (!is_a || !is_b)
        return is_a != is_b ? (is_b ? -1 : 1) : str_cmp(a, b);
    return compare_versions(&va, &vb);
}

bool version_composer_valid(Str v) {
    Version version;
    return parse(v, &version);
}

bool version_composer_is_branch(Str v) {
    Version version;
    return parse(v, &version) && version.branch;
}

bool version_composer_is_dev(Str v) {
    Version version;
    return parse(v, &version) && version.dev;
}

bool version_composer_is_stability(Str s) {
    Version version = {.word = NO_WORD};
    return parse_modifier(s, &version) && version.word != RC;
}
