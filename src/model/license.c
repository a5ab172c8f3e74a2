/* SPDX-License-Identifier: Apache-2.0 */
#include "model/license.h"

#include <ctype.h>

#include "base/buf.h"
#include "model/license-name.h"

/* Several of one operator, in the order in which they are written. */
typedef struct Group {
    License *first, *last;
    size_t n;
} Group;

typedef struct Parser {
    Arena *a;
    PackageType type;
    Str rest;
    size_t depth, nodes;
    bool failed;
} Parser;

typedef enum Token { TOKEN_END, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_COMMA, TOKEN_AND, TOKEN_OR, TOKEN_WORD } Token;

/* The next token and what stands behind it. A word may hold parentheses that it closes itself: "(GPL)" behind another word, "zlib(libpng)". */
static Token token(const Parser *p, Str *ret_word, Str *ret_rest) {
    Str s = p->rest;
    while (s.n && isspace((unsigned char) *s.p))
        s = str_from_at(s, 1);
    *ret_word = *ret_rest = s;
    if (s.n == 0)
        return TOKEN_END;
    *ret_rest = str_from_at(s, 1);
    if (*s.p == '(' || *s.p == ')' || *s.p == ',')
        return *s.p == '(' ? TOKEN_OPEN : *s.p == ')' ? TOKEN_CLOSE : TOKEN_COMMA;
    size_t n = 0;
    while (n < s.n && !isspace((unsigned char) s.p[n]) && s.p[n] != '(' && s.p[n] != ')' && s.p[n] != ',')
        n++;
    *ret_word = str_head(s, n);
    *ret_rest = str_from_at(s, n);
    if (str_ieq(*ret_word, STR("and")) || str_eqz(*ret_word, "&"))
        return TOKEN_AND;
    if (!str_ieq(*ret_word, STR("or")) && !str_eqz(*ret_word, "|"))
        return TOKEN_WORD;
    /* "version 2 or later" is one licence. */
    Str after = str_trim(*ret_rest);
    return str_ieq(str_head(after, 5), STR("later")) || str_ieq(str_head(after, 5), STR("newer")) || str_ieq(str_head(after, 9), STR("any later")) ? TOKEN_WORD : TOKEN_OR;
}

static bool accept(Parser *p, Token wanted) {
    Str word, rest;
    if (token(p, &word, &rest) != wanted)
        return false;
    p->rest = rest;
    return true;
}

static License *fail(Parser *p) {
    p->failed = true;
    return NULL;
}

static License *name(Parser *p, Str spdx) {
    if (++p->nodes > LICENSE_NODES_MAX)
        return fail(p);
    License *l = arena_alloc(p->a, sizeof(License));
    ssize_t with = str_find(spdx, STR(" WITH "));
    *l = (License) {.op = LICENSE_NAME, .name = spdx, .id = with < 0 ? spdx : str_head(spdx, (size_t) with)};
    return l;
}

static bool same(const License *a, const License *b) {
    if (a->op != b->op || !str_eq(a->name, b->name))
        return false;
    const License *x = a->first, *y = b->first;
    for (; x && y && same(x, y); x = x->next)
        y = y->next;
    return !x && !y;
}

static void append(Group *g, License *l) {
    for (const License *x = g->first; x; x = x->next)
        if (same(x, l))
            return;
    l->next = NULL;
    if (g->last)
        g->last->next = l;
    else
        g->first = l;
    g->last = l;
    g->n++;
}

/* Those of the same operator are taken apart: (A or B) or C has three branches. */
static void add(Group *g, LicenseOp op, License *l) {
    if (l->op != op) {
        append(g, l);
        return;
    }
    for (License *x = (License *) (uintptr_t) l->first, *next; x; x = next) {
        next = (License *) (uintptr_t) x->next;
        append(g, x);
    }
}

static License *grouped(Parser *p, LicenseOp op, const Group *g) {
    if (g->n == 1)
        return g->first;
    License *l = arena_alloc(p->a, sizeof(License));
    *l = (License) {.op = op, .first = g->first};
    return l;
}

/* Words up to the next operator, with single spaces between them. Parentheses behind a word belong to the name. */
static Str words(Parser *p) {
    _cleanup_(buf_done) Buf b = buf_new(LICENSE_BYTES_MAX * 2);
    Str word, rest;
    for (size_t open = 0;;) {
        Token t = token(p, &word, &rest);
        if (t == TOKEN_END || (open == 0 && t != TOKEN_WORD && t != TOKEN_OPEN) || (t == TOKEN_OPEN && b.n == 0))
            break;
        if (t == TOKEN_OPEN || t == TOKEN_CLOSE || t == TOKEN_COMMA)
            word = str_n(rest.p - 1, 1);
        if (b.n && word.p > p->rest.p)
            buf_putc(&b, ' ');
        buf_str(&b, word);
        open += t == TOKEN_OPEN;
        open -= t == TOKEN_CLOSE;
        p->rest = rest;
    }
    return arena_str(p->a, buf_view(&b));
}

/* Alpine separated licences by spaces before it took SPDX. */
static License *apk_list(Parser *p, Str text) {
    Group g = {0};
    Str rest = text, word;
    while (str_split(&rest, ' ', &word))
        if (str_empty(license_known_name(p->a, p->type, word)))
            return NULL;
    for (rest = text; str_split(&rest, ' ', &word);) {
        License *l = name(p, license_known_name(p->a, p->type, word));
        if (!l)
            return NULL;
        add(&g, LICENSE_AND, l);
    }
    return g.n ? grouped(p, LICENSE_AND, &g) : NULL;
}

/* The name of a licence, without Bundle-License's ";link=…". */
static License *named(Parser *p, Str text) {
    ssize_t attribute = p->type == PACKAGE_MAVEN ? str_chr(text, ';') : -1;
    if (attribute >= 0)
        text = str_trim(str_head(text, (size_t) attribute));
    if (str_empty(text))
        return fail(p);
    Str spdx = license_known_name(p->a, p->type, text);
    if (spdx.n)
        return name(p, spdx);
    License *list = p->type == PACKAGE_APK && str_chr(text, ' ') > 0 ? apk_list(p, text) : NULL;
    return list || p->failed ? list : name(p, license_reference(p->a, text));
}

static License *listed(Parser *p);

static License *primary(Parser *p) {
    if (!accept(p, TOKEN_OPEN))
        return named(p, words(p));
    if (++p->depth > LICENSE_DEPTH_MAX)
        return fail(p);
    License *l = listed(p);
    p->depth--;
    return l && !accept(p, TOKEN_CLOSE) ? fail(p) : l;
}

static License *conjunction(Parser *p) {
    Group g = {0};
    do {
        License *l = primary(p);
        if (!l)
            return NULL;
        add(&g, LICENSE_AND, l);
    } while (accept(p, TOKEN_AND));
    return grouped(p, LICENSE_AND, &g);
}

static License *disjunction(Parser *p) {
    Group g = {0};
    do {
        License *l = conjunction(p);
        if (!l)
            return NULL;
        add(&g, LICENSE_OR, l);
    } while (accept(p, TOKEN_OR));
    return grouped(p, LICENSE_OR, &g);
}

/* A comma binds weakest (Debian's format: "A or B, and C" is "(A or B) and C"); without a word behind it, it is "and". */
static License *listed(Parser *p) {
    License *all = disjunction(p);
    while (all && accept(p, TOKEN_COMMA)) {
        LicenseOp op = accept(p, TOKEN_OR) ? LICENSE_OR : LICENSE_AND;
        if (op == LICENSE_AND)
            (void) accept(p, TOKEN_AND);
        License *l = disjunction(p);
        if (!l)
            return NULL;
        Group g = {0};
        add(&g, op, all);
        add(&g, op, l);
        all = grouped(p, op, &g);
    }
    return all;
}

const License *license_parse(Arena *a, PackageType type, Str text) {
    text = str_trim(text);
    if (str_empty(text))
        return NULL;
    Parser p = {.a = a, .type = type, .rest = text};
    /* Names with operators and commas in them: "Apache License, Version 2.0". */
    Str whole = text.n <= 256 ? license_known_name(a, type, text) : STR_NULL;
    if (whole.n)
        return name(&p, whole);
    License *l = text.n <= LICENSE_BYTES_MAX ? listed(&p) : NULL;
    if (l && accept(&p, TOKEN_END))
        return l;
    p.nodes = 0;
    return name(&p, license_reference(a, text));
}

static void print(Buf *b, const License *l, LicenseOp above) {
    if (l->op == LICENSE_NAME) {
        buf_str(b, l->name);
        return;
    }
    const bool inner = above != LICENSE_NAME;
    if (inner)
        buf_putc(b, '(');
    for (const License *x = l->first; x; x = x->next) {
        print(b, x, l->op);
        if (x->next)
            buf_putz(b, l->op == LICENSE_AND ? " AND " : " OR ");
    }
    if (inner)
        buf_putc(b, ')');
}

Str license_expression(Arena *a, PackageType type, Str text) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    const License *l = license_parse(a, type, text);
    if (!l)
        return STR_NULL;
    print(&b, l, LICENSE_NAME);
    return arena_str(a, buf_view(&b));
}

bool license_is_known(const License *l) {
    return l->op == LICENSE_NAME && str_find(l->id, STR("LicenseRef-")) < 0;
}
