/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/base64.h"
#include "policy/evaluator.h"

static Str printed(Scratch *s, const char *fmt, ...) _printf_(2, 3);
static Str printed(Scratch *s, const char *fmt, ...) {
    enum { ROOM = 64 };
    char *p = scratch_alloc(s, ROOM);
    va_list ap;
    va_start(ap, fmt);
    int n = p ? vsnprintf(p, ROOM, fmt, ap) : -1;
    va_end(ap);
    return n < 0 ? STR_NULL : str_n(p, MIN((size_t) n, (size_t) ROOM - 1));
}

/* "(a,b)", of long lists the beginning. */
static Str list_text(Scratch *s, const Value *v) {
    enum { TEXT_MAX = 65536, ENDING = 8 };
    char *p = scratch_alloc(s, TEXT_MAX);
    if (!p)
        return STR_NULL;
    size_t n = 0;
    p[n++] = '(';
    for (size_t i = 0; i < v->list.n; i++) {
        size_t mark = s->n;
        Str one = value_text(s, &v->list.p[i]);
        if (!one.p || one.n > TEXT_MAX - ENDING - n) {
            memcpy(p + n, "…", strlen("…"));
            n += strlen("…");
            break;
        }
        memcpy(p + n, one.p, one.n);
        n += one.n;
        if (i + 1 < v->list.n)
            p[n++] = ',';
        s->n = mark;
    }
    p[n++] = ')';
    return str_n(p, n);
}

Str value_text(Scratch *s, const Value *v) {
    char address[INET6_ADDRSTRLEN];
    switch (v->type) {
    case VALUE_BOOL:
        return v->boolean ? STR("true") : STR("false");
    case VALUE_INT:
        return printed(s, "%lld", (long long) v->integer);
    case VALUE_DOUBLE:
        return printed(s, "%.15g", v->number);
    case VALUE_STRING:
    case VALUE_BYTES:
        return v->text.p ? v->text : STR("");
    case VALUE_IP:
    case VALUE_NET:
        if (!inet_ntop(v->ip.family == 4 ? AF_INET : AF_INET6, v->ip.bytes, address, sizeof(address)))
            return STR_NULL;
        return v->type == VALUE_IP ? printed(s, "%s", address) : printed(s, "%s/%u", address, v->ip.prefix);
    case VALUE_LIST:
        return list_text(s, v);
    case VALUE_NONE:
        break;
    }
    return STR_NULL;
}

static Value one_text(Scratch *s, AstTransform transform, Str text) {
    if (transform == TRANSFORM_BASENAME)
        return value_str(str_from_at(text, (size_t) (str_rchr(text, '/') + 1)));
    char *out = scratch_alloc(s, transform == TRANSFORM_B64 ? BASE64_ROOM(text.n) : text.n + 1);
    if (!out)
        return value_none();
    if (transform == TRANSFORM_B64) {
        ssize_t n = base64_decode_to(text, out);
        return n < 0 ? value_none() : value_str(str_n(out, (size_t) n));
    }
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        out[i] = transform == TRANSFORM_TOLOWER ? ascii_lower(c) : c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
    }
    return value_str(str_n(out, text.n));
}

/* Each item on its own; those that have no result are left out. */
static Value each_text(Scratch *s, AstTransform transform, const Value *v) {
    if (v->type != VALUE_LIST)
        return one_text(s, transform, v->text);
    Value *items = scratch_alloc(s, (v->list.n + 1) * sizeof(*items));
    size_t n = 0;
    for (size_t i = 0; items && i < v->list.n; i++) {
        items[n] = one_text(s, transform, v->list.p[i].text);
        n += items[n].type != VALUE_NONE;
    }
    return items ? value_list(items, n) : value_none();
}

typedef struct Joiner {
    char *p;
    size_t n, cap;
    bool failed;
} Joiner;

static void join_add(Joiner *j, Scratch *s, const Value *v) {
    size_t mark = s->n;
    Str text = value_text(s, v);
    if (!text.p || text.n > j->cap - j->n) {
        j->failed = true;
        s->full = s->full || text.p;
        return;
    }
    memcpy(j->p + j->n, text.p, text.n);
    j->n += text.n;
    s->n = mark;
}

static Value join(Run *run, const Value *separator, const Operand *parts, size_t n) {
    enum { TEXT_MAX = 65536 };
    Scratch *s = &run->e->scratch;
    /* All values before the text: what is behind it is given back, and they may be kept. */
    Value *values = scratch_alloc(s, n * sizeof(*values));
    if (!values)
        return value_none();
    for (size_t i = 0; i < n; i++) {
        values[i] = operand_value(run, &parts[i]);
        if (values[i].type == VALUE_NONE)
            return value_none();
    }
    Joiner j = {.p = scratch_alloc(s, TEXT_MAX), .cap = TEXT_MAX};
    if (!j.p)
        return value_none();
    for (size_t i = 0; i < n; i++) {
        const Value *v = &values[i];
        size_t items = v->type == VALUE_LIST ? v->list.n : 1;
        for (size_t k = 0; k < items && !j.failed; k++) {
            if (separator && (i || k))
                join_add(&j, s, separator);
            join_add(&j, s, v->type == VALUE_LIST ? &v->list.p[k] : v);
        }
    }
    if (j.failed)
        return value_none();
    s->n = (size_t) (j.p + j.n - s->p);
    return value_str(str_n(j.p, j.n));
}

/* The next word of a command line: of a list its items, of a text what blanks separate. */
typedef struct Words {
    const Value *list;
    size_t at;
    Str rest;
} Words;

static bool next_word(Words *w, Str *ret) {
    if (w->list) {
        if (w->at == w->list->list.n)
            return false;
        *ret = w->list->list.p[w->at++].text;
        return true;
    }
    while (str_split(&w->rest, ' ', ret))
        if (!str_empty(*ret))
            return true;
    return false;
}

/* getopt(3) of POSIX: ends at "--", "-" or the first word that is no option. Letters as a list, each once; with a selector, the arguments of that one. */
static Value options_of(Run *run, const Value *args, Str spec, Str selector) {
    enum { OPTIONS_MAX = 256 };
    Scratch *s = &run->e->scratch;
    Value *items = scratch_alloc(s, OPTIONS_MAX * sizeof(*items));
    Words w = {.list = args->type == VALUE_LIST ? args : NULL, .rest = args->text};
    size_t n = 0;
    Str word;
    while (items && n < OPTIONS_MAX && next_word(&w, &word) && word.n > 1 && word.p[0] == '-' && !str_eqz(word, "--")) {
        for (size_t i = 1; i < word.n && n < OPTIONS_MAX; i++) {
            Str letter = str_n(word.p + i, 1), argument = STR("");
            ssize_t at = letter.p[0] == ':' ? -1 : str_chr(spec, letter.p[0]);
            bool takes = at >= 0 && (size_t) at + 1 < spec.n && spec.p[at + 1] == ':', seen = at < 0;
            if (takes) {
                argument = str_from_at(word, i + 1);
                if (str_empty(argument) && !next_word(&w, &argument))
                    seen = true; /* it lacks its argument: no option */
                i = word.n;
            }
            for (size_t k = 0; k < n && !selector.p; k++)
                seen = seen || str_eq(items[k].text, letter);
            if (!seen && (!selector.p || str_eq(selector, letter)))
                items[n++] = value_str(selector.p ? argument : letter);
        }
    }
    return items ? value_list(items, n) : value_none();
}

Value transform_value(Run *run, const Operand *o) {
    Scratch *s = &run->e->scratch;
    Value v = o->transform == TRANSFORM_CONCAT ? value_none() : operand_value(run, &o->args[0]);
    if (v.type == VALUE_NONE && o->transform != TRANSFORM_CONCAT)
        return v;
    switch (o->transform) {
    case TRANSFORM_LEN:
        return value_int((int64_t) (v.type == VALUE_LIST ? v.list.n : v.text.n));
    case TRANSFORM_JOIN:
        if (o->args[1].kind == OPERAND_GROUP)
            return join(run, &v, o->args[1].args, o->args[1].n_args);
        return join(run, &v, &o->args[1], 1);
    case TRANSFORM_CONCAT:
        return join(run, NULL, o->args, o->n_args);
    case TRANSFORM_GETOPT:
        return options_of(run, &v, o->args[1].literal.text, o->selector);
    default:
        return each_text(s, o->transform, &v);
    }
}
