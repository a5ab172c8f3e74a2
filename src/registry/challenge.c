/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/challenge.h"

#include <stdlib.h>

/* token of RFC 9110, 5.6.2 */
static bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static void skip_space(Str *s) {
    while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
        s->p++, s->n--;
}

static void skip_commas(Str *s) {
    while (s->n && (s->p[0] == ' ' || s->p[0] == '\t' || s->p[0] == ','))
        s->p++, s->n--;
}

static Str token(Str *s) {
    size_t n = 0;
    while (n < s->n && is_token_char(s->p[n]))
        n++;
    Str t = str_head(*s, n);
    *s = str_from_at(*s, n);
    return t;
}

/* A quoted string without its backslashes, or a token; STR_NULL when neither stands there. */
static Str value(Str *s, Arena *a) {
    if (!s->n || s->p[0] != '"') {
        Str t = token(s);
        return t.n ? arena_str(a, t) : STR_NULL;
    }
    char *out = arena_bytes(a, s->n);
    if (!out)
        return STR_NULL;
    size_t n = 0, i = 1;
    for (; i < s->n && s->p[i] != '"'; i++) {
        if (s->p[i] == '\\' && i + 1 < s->n)
            i++;
        out[n++] = s->p[i];
    }
    if (i >= s->n)
        return STR_NULL;
    *s = str_from_at(*s, i + 1);
    out[n] = 0;
    return str_n(out, n);
}

int registry_challenge_parse(Str s, Arena *a, RegistryChallenge *ret) {
    RegistryChallenge c = {0};
    bool any = false, in_bearer = false, take = false;
    skip_commas(&s);
    while (s.n) {
        Str name = token(&s);
        if (!name.n)
            return -EBADMSG;
        bool spaced = s.n && (s.p[0] == ' ' || s.p[0] == '\t');
        skip_space(&s);
        if (s.n && s.p[0] == '=' && any) { /* a parameter of the current scheme (spaces around "=" are tolerated) */
            s = str_from_at(s, 1);
            skip_space(&s);
            Str v = value(&s, a);
            if (!v.p)
                return -EBADMSG;
            Str *place = str_ieq(name, STR("realm"))     ? &c.realm
                         : str_ieq(name, STR("service")) ? &c.service
                         : str_ieq(name, STR("scope"))   ? &c.scope
                                                         : NULL;
            /* The first Bearer challenge counts, and of a parameter its first. */
            if (in_bearer && take && place && !place->p)
                *place = v;
        } else { /* a scheme */
            in_bearer = str_ieq(name, STR("bearer"));
            take = in_bearer && !c.bearer;
            c.bearer = c.bearer || in_bearer;
            c.basic = c.basic || str_ieq(name, STR("basic"));
            any = true;
            /* "Scheme token68" (as in "Negotiate YII="): ends at a comma, and has no "=" followed by a value. */
            size_t n = 0;
            while (spaced && n < s.n && (is_token_char(s.p[n]) || s.p[n] == '/'))
                n++;
            while (spaced && n && n < s.n && s.p[n] == '=')
                n++;
            size_t after = n;
            while (after < s.n && (s.p[after] == ' ' || s.p[after] == '\t'))
                after++;
            if (n && (after == s.n || s.p[after] == ','))
                s = str_from_at(s, after);
            else if (spaced)
                continue; /* its parameters */
        }
        skip_space(&s);
        if (s.n && s.p[0] != ',')
            return -EBADMSG;
        skip_commas(&s);
    }
    if (!any)
        return -EBADMSG;
    *ret = c;
    return 0;
}
