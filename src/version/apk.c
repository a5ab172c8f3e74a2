/* SPDX-License-Identifier: Apache-2.0 */
/* apk-package(5): number{.number}…{letter}{_suffix{number}}…{~hash}{-rN}. Both versions are read token by token for as long as the tokens are of
 * one kind and equal. */
#include "version/digits.h"
#include "version/version.h"

/* In the order in which they may follow each other. Where two versions part, the one whose next token stands earlier here is the
 * greater: 1.0.1 > 1.0a > 1.0_p > 1.0-r0 > 1.0. */
typedef enum Kind { FIRST_NUMBER, NUMBER, LETTER, SUFFIX, SUFFIX_NUMBER, HASH, REVISION, END, INVALID } Kind;

typedef struct Token {
    Kind kind;
    int suffix; /* below 0: before the version without it */
    Str text;
} Token;

static const struct {
    const char *name;
    int order;
} suffixes[] = {
    {"alpha", -4}, {"beta", -3}, {"pre", -2}, {"rc", -1}, {"cvs", 1}, {"svn", 2}, {"git", 3}, {"hg", 4}, {"p", 5},
};

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static Token number(Str *s, Kind kind) {
    Str digits = version_take_digits(s);
    return (Token) {.kind = digits.n ? kind : INVALID, .text = digits};
}

static Token suffix(Str *s) {
    size_t n = 0;
    while (n < s->n && is_lower(s->p[n]))
        n++;
    Str name = str_head(*s, n);
    *s = str_from_at(*s, n);
    for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
        if (str_eqz(name, suffixes[i].name))
            return (Token) {.kind = SUFFIX, .suffix = suffixes[i].order};
    return (Token) {.kind = INVALID};
}

static Token hash(Str *s) {
    size_t n = 0;
    while (n < s->n && (version_is_digit(s->p[n]) || (s->p[n] >= 'a' && s->p[n] <= 'f')))
        n++;
    Token t = {.kind = n ? HASH : INVALID, .text = str_head(*s, n)};
    *s = str_from_at(*s, n);
    return t;
}

/* The token behind one of this kind. */
static Token next(Str *s, Kind last) {
    if (s->n == 0)
        return (Token) {.kind = END};
    char c = s->p[0];
    if (version_is_digit(c) && last == SUFFIX)
        return number(s, SUFFIX_NUMBER);
    Str rest = str_from_at(*s, 1);
    Token t = {.kind = INVALID};
    if (c == '.' && last <= NUMBER)
        t = number(&rest, NUMBER);
    else if (is_lower(c) && last <= NUMBER)
        t = (Token) {.kind = LETTER, .text = str_head(*s, 1)};
    else if (c == '_' && last <= SUFFIX_NUMBER)
        t = suffix(&rest);
    else if (c == '~' && last < HASH)
        t = hash(&rest);
    else if (c == '-' && last < REVISION && rest.n && rest.p[0] == 'r') {
        rest = str_from_at(rest, 1);
        t = number(&rest, REVISION);
    }
    *s = rest;
    return t;
}

/* Of one kind. */
static int compare_tokens(const Token *a, const Token *b) {
    switch (a->kind) {
    case FIRST_NUMBER:
    case SUFFIX_NUMBER:
    case REVISION:
        return version_compare_digits(a->text, b->text);
    case NUMBER:
        if (a->text.p[0] == '0' || b->text.p[0] == '0')
            return str_cmp(a->text, b->text);
        return version_compare_digits(a->text, b->text);
    case SUFFIX:
        return a->suffix < b->suffix ? -1 : a->suffix > b->suffix;
    default:
        return str_cmp(a->text, b->text);
    }
}

int version_apk_compare(Str a, Str b) {
    Token ta = number(&a, FIRST_NUMBER), tb = number(&b, FIRST_NUMBER);
    while (ta.kind == tb.kind && ta.kind < END) {
        int r = compare_tokens(&ta, &tb);
        if (r)
            return r;
        ta = next(&a, ta.kind);
        tb = next(&b, tb.kind);
    }
    if (ta.kind == tb.kind)
        return 0;
    if (ta.kind == SUFFIX && ta.suffix < 0)
        return -1;
    if (tb.kind == SUFFIX && tb.suffix < 0)
        return 1;
    return ta.kind > tb.kind ? -1 : 1;
}

bool version_apk_valid(Str v) {
    Token t = number(&v, FIRST_NUMBER);
    while (t.kind < END)
        t = next(&v, t.kind);
    return t.kind == END;
}
