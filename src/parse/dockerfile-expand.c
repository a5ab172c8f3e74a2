/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes and variables of a word, as the builder reads them: $name, ${name}, ${name:-word} (- + ? with and without colon), ${name#pattern} (## % %%), ${name/pattern/text} (//). */
#include "parse/dockerfile-private.h"

enum {
    NESTED = 32,   /* ${a:-${b:-…}} */
    ATOMS = 63,    /* characters of a pattern: one bit each, and one for its end */
};

typedef struct Lex {
    DockerParser *p;
    const DockerInstruction *in;
    const Map *scope; /* NULL: variables stay as they are */
    size_t at;        /* of the word in the document, for messages */
    const char *s, *end;
    uint32_t depth;
    bool unknown;
} Lex;

static int lex_text(Lex *l, char stop, Buf *out);

static bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Letters and digits, or digits, or one of the shell's signs. */
static Str take_name(Lex *l) {
    const char *start = l->s;
    if (l->s < l->end && is_alpha(*l->s))
        while (l->s < l->end && (is_alpha(*l->s) || is_digit(*l->s)))
            l->s++;
    else if (l->s < l->end && is_digit(*l->s))
        while (l->s < l->end && is_digit(*l->s))
            l->s++;
    else if (l->s < l->end && strchr("@*#?-$!", *l->s) && *l->s)
        l->s++;
    return str_n(start, (size_t) (l->s - start));
}

typedef struct Atom {
    enum { ATOM_BYTE, ATOM_ANY, ATOM_MANY } kind;
    char byte;
} Atom;

typedef struct Pattern {
    Atom atoms[ATOMS];
    size_t n;
} Pattern;

static int pattern_read(Lex *l, Str s, Pattern *ret) {
    ret->n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (ret->n == ATOMS)
            return docker_limit(l->p, l->at, "a pattern of a variable is longer than 63 characters");
        char c = s.p[i];
        bool escaped = c == '\\' && i + 1 < s.n;
        if (escaped)
            c = s.p[++i];
        ret->atoms[ret->n++] = (Atom) {escaped ? ATOM_BYTE : c == '*' ? ATOM_MANY : c == '?' ? ATOM_ANY : ATOM_BYTE, c};
    }
    return 0;
}

static void pattern_reverse(Pattern *p) {
    for (size_t i = 0; i < p->n / 2; i++) {
        Atom a = p->atoms[i];
        p->atoms[i] = p->atoms[p->n - 1 - i];
        p->atoms[p->n - 1 - i] = a;
    }
}

/* "*" may stand for nothing: its place leads on to the next one. */
static uint64_t closure(const Pattern *p, uint64_t set) {
    for (size_t i = 0; i < p->n; i++)
        if ((set >> i & 1) && p->atoms[i].kind == ATOM_MANY)
            set |= (uint64_t) 1 << (i + 1);
    return set;
}

/* How many bytes of `s` from `from` on (backwards with `step` -1) the pattern matches, the fewest or the most; -1 when it does not; -E2BIG when it took too long. */
static ssize_t pattern_match(Lex *l, const Pattern *p, Str s, size_t from, int step, bool most) {
    uint64_t set = closure(p, 1), done = (uint64_t) 1 << p->n;
    ssize_t best = set & done ? 0 : -1;
    size_t left = step > 0 ? s.n - from : from;
    for (size_t n = 0; n < left && set && (best < 0 || most); n++) {
        char c = s.p[step > 0 ? from + n : from - 1 - n];
        uint64_t next = 0;
        for (size_t i = 0; i < p->n; i++) {
            if (!(set >> i & 1))
                continue;
            if (p->atoms[i].kind == ATOM_MANY)
                next |= (uint64_t) 1 << i;
            else if (p->atoms[i].kind == ATOM_ANY || p->atoms[i].byte == c)
                next |= (uint64_t) 1 << (i + 1);
        }
        if (l->p->fuel < p->n + 1)
            return docker_limit(l->p, l->at, "the patterns of variables cost too much");
        l->p->fuel -= p->n + 1;
        set = closure(p, next);
        if (set & done)
            best = (ssize_t) n + 1;
    }
    return best;
}

static int cut_ends(Lex *l, char sign, bool most, Str value, Str pattern, Buf *out) {
    Pattern p;
    int r = pattern_read(l, pattern, &p);
    if (r < 0)
        return r;
    if (sign == '%')
        pattern_reverse(&p);
    ssize_t n = sign == '#' ? pattern_match(l, &p, value, 0, 1, most) : pattern_match(l, &p, value, value.n, -1, most);
    if (n == -E2BIG)
        return -E2BIG;
    size_t cut = n < 0 ? 0 : (size_t) n;
    return buf_str(out, sign == '#' ? str_from_at(value, cut) : str_head(value, value.n - cut));
}

static int replace(Lex *l, bool all, Str value, Str pattern, Str with, Buf *out) {
    Pattern p;
    int r = pattern_read(l, pattern, &p);
    bool done = false;
    for (size_t i = 0; r >= 0 && i < value.n;) {
        ssize_t n = done && !all ? -1 : pattern_match(l, &p, value, i, 1, true);
        if (n == -E2BIG)
            return -E2BIG;
        if (n > 0) {
            r = buf_str(out, with);
            done = true;
            i += (size_t) n;
        } else {
            r = buf_putc(out, value.p[i++]);
        }
    }
    return r;
}

/* The word behind a sign, up to `stop`, which is passed. */
static int lex_word(Lex *l, char stop, Buf *out) {
    *out = buf_new(DOCKERFILE_VALUE);
    if (++l->depth > NESTED)
        return docker_limit(l->p, l->at, "variables are nested deeper than 32");
    int r = lex_text(l, stop, out);
    l->depth--;
    if (r < 0)
        return r;
    if (l->s >= l->end)
        return docker_error(l->p, l->at, "expected \"%c\" that ends the variable, found the end", stop);
    l->s++;
    return 0;
}

static const DockerVar *variable(const Lex *l, Str name) {
    const DockerVar *v = map_get(l->scope, name);
    return v && v->value.p ? v : NULL;
}

/* As written: its value is not known. */
static int put_unknown(Lex *l, const char *start, Buf *out) {
    l->unknown = true;
    return buf_str(out, str_n(start, (size_t) (l->s - start)));
}

static int put_value(Lex *l, const DockerVar *v, Buf *out) {
    l->unknown |= v->unknown;
    return buf_str(out, v->value);
}

/* ${name…: behind the name, with `start` at its "$". */
static int lex_modified(Lex *l, Str name, const char *start, Buf *out) {
    const DockerVar *v = variable(l, name);
    if (l->s >= l->end)
        return docker_error(l->p, l->at, "expected \"}\" that ends the variable, found the end");
    char sign = *l->s++;
    bool colon = sign == ':' && l->s < l->end;
    if (colon)
        sign = *l->s++;
    bool unknown = l->unknown;
    _cleanup_(buf_done) Buf word = {0}, with = {0};
    if (sign == '}' && !colon)
        return v ? put_value(l, v, out) : put_unknown(l, start, out);
    if (sign == '-' || sign == '+' || sign == '?') {
        int r = lex_word(l, '}', &word);
        bool set = v && (!colon || v->value.n), take_word = sign == '-' ? !set : sign == '+' && set;
        if (!take_word)
            l->unknown = unknown;
        if (r < 0 || take_word)
            return r < 0 ? r : buf_str(out, buf_view(&word));
        if (sign == '+')
            return 0;
        return v ? put_value(l, v, out) : put_unknown(l, start, out);
    }
    if (colon || !strchr("#%/", sign) || !sign)
        return docker_error(l->p, l->at, "expected one of } :- :+ :? - + ? # %% / behind the name of a variable, found \"%c\"", sign);
    bool twice = l->s < l->end && *l->s == sign;
    l->s += twice;
    int r = lex_word(l, sign == '/' ? '/' : '}', &word);
    if (r == 0 && sign == '/')
        r = lex_word(l, '}', &with);
    if (r < 0)
        return r;
    if (!v || v->unknown || l->unknown != unknown)
        return put_unknown(l, start, out);
    return sign == '/' ? replace(l, twice, v->value, buf_view(&word), buf_view(&with), out) : cut_ends(l, sign, twice, v->value, buf_view(&word), out);
}

/* At "$". */
static int lex_dollar(Lex *l, Buf *out) {
    const char *start = l->s++;
    bool brace = l->s < l->end && *l->s == '{';
    l->s += brace;
    Str name = take_name(l);
    if (name.n == 0) {
        if (brace)
            return docker_error(l->p, l->at, "expected the name of a variable behind \"${\"");
        return buf_putc(out, '$');
    }
    if (brace)
        return lex_modified(l, name, start, out);
    const DockerVar *v = variable(l, name);
    return v ? put_value(l, v, out) : put_unknown(l, start, out);
}

static int lex_single(Lex *l, Buf *out) {
    const char *start = ++l->s;
    while (l->s < l->end && *l->s != '\'')
        l->s++;
    if (l->s >= l->end)
        return docker_error(l->p, l->at, "expected ' that ends the quotes, found the end");
    return buf_str(out, str_n(start, (size_t) (l->s++ - start)));
}

static int lex_double(Lex *l, Buf *out) {
    int r = 0;
    for (l->s++; r >= 0 && l->s < l->end && *l->s != '"';) {
        char c = *l->s;
        if (c == '$' && l->scope) {
            r = lex_dollar(l, out);
        } else if (c == l->p->f->escape && l->s + 1 < l->end && (l->s[1] == '"' || l->s[1] == '$' || l->s[1] == c)) {
            r = buf_putc(out, l->s[1]);
            l->s += 2;
        } else {
            r = buf_putc(out, c);
            l->s++;
        }
    }
    if (r >= 0 && l->s >= l->end)
        return docker_error(l->p, l->at, "expected \" that ends the quotes, found the end");
    l->s++;
    return r;
}

/* Up to `stop`, which stays, or the end. */
static int lex_text(Lex *l, char stop, Buf *out) {
    int r = 0;
    while (r >= 0 && l->s < l->end && !(stop && *l->s == stop)) {
        char c = *l->s;
        if (c == '\'') {
            r = lex_single(l, out);
        } else if (c == '"') {
            r = lex_double(l, out);
        } else if (c == '$' && l->scope) {
            r = lex_dollar(l, out);
        } else if (c == l->p->f->escape) {
            l->s++;
            if (l->s < l->end)
                r = buf_putc(out, *l->s++);
        } else {
            r = buf_putc(out, c);
            l->s++;
        }
    }
    if (out->failed)
        return docker_limit(l->p, l->at, "a word is longer than 128 KiB with its variables");
    return r;
}

/* Most words hold neither quotes nor variables. */
static bool is_plain(const DockerParser *p, Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\'' || s.p[i] == '"' || s.p[i] == '$' || s.p[i] == p->f->escape)
            return false;
    return true;
}

static int lex_all(DockerParser *p, const DockerInstruction *in, const Map *scope, Str raw, size_t at, Str *ret, bool *ret_unknown) {
    Lex l = {.p = p, .in = in, .scope = scope, .at = at, .s = raw.p, .end = raw.p + raw.n};
    _cleanup_(buf_done) Buf out = buf_new(DOCKERFILE_VALUE);
    int r = lex_text(&l, 0, &out);
    if (r < 0)
        return r;
    Str text = arena_str(p->arena, buf_view(&out));
    if (!text.p)
        return docker_limit(p, at, "the document takes too much memory");
    *ret = text;
    *ret_unknown = l.unknown;
    return 0;
}

int docker_expand(DockerParser *p, const DockerInstruction *in, const Map *scope, DockerWord *w) {
    w->text = w->raw;
    return is_plain(p, w->raw) ? 0 : lex_all(p, in, scope, w->raw, w->at, &w->text, &w->unknown);
}

int docker_unquote(DockerParser *p, const DockerInstruction *in, Str raw, Str *ret) {
    bool unknown;
    *ret = raw;
    return is_plain(p, raw) ? 0 : lex_all(p, in, NULL, raw, dockerfile_offset(p->f, in, raw.p), ret, &unknown);
}
