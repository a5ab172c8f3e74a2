/* SPDX-License-Identifier: Apache-2.0 */
/* Python's version specifiers (PEP 440, now packaging.python.org/specifications/version-specifiers), with the spellings that its
 * appendix B lets tools normalise: [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]. */
#include "version/digits.h"
#include "version/version.h"

typedef struct Parts {
    Str epoch, release, pre_number, post, dev, local;
    int pre; /* 0: none, else the place in a < b < rc */
    bool has_post, has_dev, has_local;
} Parts;

static const struct {
    const char *word;
    int place;
} pre_words[] = {
    {"alpha", 1}, {"a", 1}, {"beta", 2}, {"b", 2}, {"preview", 3}, {"pre", 3}, {"rc", 3}, {"c", 3},
};

static bool is_separator(char c) {
    return c == '.' || c == '-' || c == '_';
}

static Str skip_separator(Str s) {
    return str_from_at(s, s.n && is_separator(s.p[0]));
}

static bool take_word(Str *s, const char *word) {
    Str w = str_from(word);
    if (!str_ieq(str_head(*s, w.n), w))
        return false;
    *s = str_from_at(*s, w.n);
    return true;
}

/* Behind a word: a separator and a number, each of them or none. */
static Str take_number(Str *s) {
    *s = skip_separator(*s);
    return version_take_digits(s);
}

static void take_pre(Str *s, Parts *p) {
    Str rest = skip_separator(*s);
    for (size_t i = 0; i < ARRAY_SIZE(pre_words); i++)
        if (take_word(&rest, pre_words[i].word)) {
            p->pre = pre_words[i].place;
            p->pre_number = take_number(&rest);
            *s = rest;
            return;
        }
}

static void take_post(Str *s, Parts *p) {
    Str rest = *s;
    /* "1.0-1" is 1.0.post1. */
    if (rest.n > 1 && rest.p[0] == '-' && version_is_digit(rest.p[1])) {
        rest = str_from_at(rest, 1);
        p->post = version_take_digits(&rest);
    } else {
        rest = skip_separator(rest);
        if (!take_word(&rest, "post") && !take_word(&rest, "rev") && !take_word(&rest, "r"))
            return;
        p->post = take_number(&rest);
    }
    p->has_post = true;
    *s = rest;
}

static void take_dev(Str *s, Parts *p) {
    Str rest = skip_separator(*s);
    if (!take_word(&rest, "dev"))
        return;
    p->dev = take_number(&rest);
    p->has_dev = true;
    *s = rest;
}

static Str take_local_part(Str *s) {
    size_t n = 0;
    while (n < s->n && (version_is_digit(s->p[n]) || version_is_alpha(s->p[n])))
        n++;
    Str part = str_head(*s, n);
    *s = str_from_at(*s, n);
    return part;
}

static bool valid_local(Str s) {
    for (;;) {
        if (take_local_part(&s).n == 0)
            return false;
        if (s.n == 0)
            return true;
        if (!is_separator(s.p[0]))
            return false;
        s = str_from_at(s, 1);
    }
}

static bool parse(Str v, Parts *ret) {
    Parts p = {0};
    Str s = str_trim(v);
    take_word(&s, "v");
    Str rest = s, epoch = version_take_digits(&rest);
    if (epoch.n && rest.n && rest.p[0] == '!') {
        p.epoch = epoch;
        s = str_from_at(rest, 1);
    }
    p.release = s;
    if (version_take_digits(&s).n == 0)
        return false;
    while (s.n > 1 && s.p[0] == '.' && version_is_digit(s.p[1])) {
        s = str_from_at(s, 1);
        version_take_digits(&s);
    }
    p.release = str_head(p.release, (size_t) (s.p - p.release.p));
    take_pre(&s, &p);
    take_post(&s, &p);
    take_dev(&s, &p);
    p.has_local = s.n && s.p[0] == '+';
    if (p.has_local) {
        p.local = str_from_at(s, 1);
        s = STR_NULL;
        if (!valid_local(p.local))
            return false;
    }
    if (s.n)
        return false;
    *ret = p;
    return true;
}

static int compare_release(Str a, Str b) {
    while (a.n || b.n) {
        int r = version_compare_digits(version_take_digits(&a), version_take_digits(&b));
        if (r)
            return r;
        a = str_from_at(a, 1);
        b = str_from_at(b, 1);
    }
    return 0;
}

/* Numbers come after words. */
static int compare_local(Str a, Str b) {
    while (a.n && b.n) {
        Str pa = take_local_part(&a), pb = take_local_part(&b), word_a = pa, word_b = pb;
        version_take_digits(&word_a);
        version_take_digits(&word_b);
        if (!word_a.n != !word_b.n)
            return word_a.n ? -1 : 1;
        int r = word_a.n ? version_compare_nocase(pa, pb) : version_compare_digits(pa, pb);
        if (r)
            return r;
        a = str_from_at(a, 1);
        b = str_from_at(b, 1);
    }
    return (a.n > 0) - (b.n > 0);
}

/* Where the pre-release stands: a version with nothing but "dev" comes before its pre-releases, one without any behind them. */
static int pre_place(const Parts *p) {
    if (p->pre)
        return p->pre;
    return p->has_dev && !p->has_post ? 0 : 4;
}

static int compare_parts(const Parts *a, const Parts *b) {
    int r = version_compare_digits(a->epoch, b->epoch);
    if (r == 0)
        r = compare_release(a->release, b->release);
    if (r == 0)
        r = pre_place(a) - pre_place(b);
    if (r == 0)
        r = version_compare_digits(a->pre_number, b->pre_number);
    if (r == 0)
        r = (int) a->has_post - (int) b->has_post;
    if (r == 0)
        r = version_compare_digits(a->post, b->post);
    if (r == 0)
        r = (int) b->has_dev - (int) a->has_dev;
    if (r == 0)
        r = version_compare_digits(a->dev, b->dev);
    if (r == 0)
        r = (int) a->has_local - (int) b->has_local;
    return r ? r : compare_local(a->local, b->local);
}

/* What is no version comes before all that are, as with Python's former LegacyVersion. */
int version_pep440_compare(Str a, Str b) {
    Parts pa, pb;
    bool is_a = parse(a, &pa), is_b = parse(b, &pb);
    if (!is_a || !is_b)
        return is_a != is_b ? (is_b ? -1 : 1) : str_cmp(a, b);
    return compare_parts(&pa, &pb);
}

bool version_pep440_valid(Str v) {
    Parts p;
    return parse(v, &p);
}
