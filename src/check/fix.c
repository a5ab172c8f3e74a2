/* SPDX-License-Identifier: Apache-2.0 */
#include "check/fix.h"

#include <stdlib.h>

#include "base/vec.h"

enum { CONTEXT = 3 };

typedef struct Placed {
    CheckEdit edit;
    size_t number; /* in the order of findings */
} Placed;

typedef Vec(Placed) Edits;

static int by_place(const void *a, const void *b) {
    const Placed *x = a, *y = b;
    if (x->edit.at != y->edit.at)
        return x->edit.at < y->edit.at ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Without the bytes that stay: an edit may have taken some along to be at odds with others. */
static void tidy(CheckEdit *e, Str text) {
    while (e->at < e->end && e->text.n && e->text.p[0] == text.p[e->at]) {
        e->at++;
        e->text = str_from_at(e->text, 1);
    }
    while (e->at < e->end && e->text.n && e->text.p[e->text.n - 1] == text.p[e->end - 1]) {
        e->end--;
        e->text.n--;
    }
}

/* Those that can be made together, in order. What is excepted stays as it is. */
static Edits chosen(const CheckItem *item, Str text) {
    Edits all = {0};
    for (size_t i = 0; i < item->n_hits; i++)
        for (size_t k = 0; k < item->hits[i].n_edits && !item->hits[i].exception; k++)
            vec_push(&all, ((Placed) {item->hits[i].edits[k], all.n}));
    vec_sort(&all, by_place);
    size_t n = 0, end = 0;
    for (size_t i = 0; i < all.n; i++) {
        const CheckEdit *e = &all.p[i].edit, *last = n ? &all.p[n - 1].edit : NULL;
        bool same = last && last->at == e->at && last->end == e->end && str_eq(last->text, e->text);
        if (same || e->at < end || e->end > text.n || (last && last->at == e->at && (last->end > last->at || e->end > e->at)))
            continue;
        end = e->end;
        all.p[n++] = all.p[i];
    }
    all.n = n;
    for (size_t i = 0; i < n; i++)
        tidy(&all.p[i].edit, text);
    return all;
}

/* A part of the text with the edits that lie in it. */
static void apply(const Edits *edits, size_t first, size_t n, Str text, size_t from, size_t to, Buf *out) {
    for (size_t i = first; i < first + n; i++) {
        const CheckEdit *e = &edits->p[i].edit;
        buf_str(out, str_n(text.p + from, e->at - from));
        buf_str(out, e->text);
        from = e->end;
    }
    buf_str(out, str_n(text.p + from, to - from));
}

void check_apply(const CheckItem *item, Str text, Buf *out, size_t *ret_n) {
    Edits edits = chosen(item, text);
    apply(&edits, 0, edits.n, text, 0, text.n, out);
    *ret_n = edits.n;
    vec_done(&edits);
}

/* Where the line that holds this byte begins, and where the one behind it does. */
static size_t line_start(Str text, size_t at) {
    while (at > 0 && text.p[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(Str text, size_t at) {
    while (at < text.n && text.p[at] != '\n')
        at++;
    return at < text.n ? at + 1 : at;
}

static size_t back(Str text, size_t at, size_t lines) {
    while (lines-- > 0 && at > 0)
        at = line_start(text, at - 1);
    return at;
}

static size_t on(Str text, size_t at, size_t lines) {
    while (lines-- > 0 && at < text.n)
        at = line_end(text, at);
    return at;
}

static size_t count_lines(Str s) {
    size_t n = s.n && s.p[s.n - 1] != '\n';
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static void put_lines(Buf *out, char sign, Str s) {
    while (s.n) {
        size_t n = line_end(s, 0);
        buf_putc(out, sign);
        buf_str(out, str_head(s, n));
        if (s.p[n - 1] != '\n')
            buf_putz(out, "\n\\ No newline at end of file\n");
        s = str_from_at(s, n);
    }
}

/* The length of the last line, with its line break. */
static size_t last_line(Str s) {
    return s.n ? s.n - line_start(s, s.n - 1) : 0;
}

/* Lines that become others: those that are the same at both ends are not changed. */
static void put_change(Buf *out, Str was, Str is) {
    Str before = was;
    size_t n, tail = 0;
    while (was.n && is.n && (n = line_end(was, 0)) == line_end(is, 0) && str_eq(str_head(was, n), str_head(is, n))) {
        was = str_from_at(was, n);
        is = str_from_at(is, n);
    }
    put_lines(out, ' ', str_head(before, before.n - was.n));
    while (was.n > tail && is.n > tail && (n = last_line(str_head(was, was.n - tail))) == last_line(str_head(is, is.n - tail)) &&
           str_eq(str_n(was.p + was.n - tail - n, n), str_n(is.p + is.n - tail - n, n)))
        tail += n;
    put_lines(out, '-', str_head(was, was.n - tail));
    put_lines(out, '+', str_head(is, is.n - tail));
    put_lines(out, ' ', str_from_at(was, was.n - tail));
}

/* Edits from `first` on that are so near to one another that their surroundings meet: their number. */
static size_t group(const Edits *edits, size_t first, Str text) {
    size_t n = 1;
    while (first + n < edits->n && line_start(text, edits->p[first + n].edit.at) <= on(text, line_end(text, edits->p[first + n - 1].edit.end), 2 * CONTEXT))
        n++;
    return n;
}

/* Lines of one group: those that an edit touches as - and +, the others as they are. */
static void put_hunk(const Edits *edits, size_t first, size_t n, Str text, size_t from, size_t to, Buf *out) {
    for (size_t i = first; i < first + n;) {
        size_t start = line_start(text, edits->p[i].edit.at), end = line_end(text, edits->p[i].edit.end), m = 1;
        while (i + m < first + n && edits->p[i + m].edit.at < end) {
            end = MAX(end, line_end(text, edits->p[i + m].edit.end));
            m++;
        }
        _cleanup_(buf_done) Buf fresh = buf_new(BUF_OWN_MAX);
        apply(edits, i, m, text, start, end, &fresh);
        put_lines(out, ' ', str_n(text.p + from, start - from));
        put_change(out, str_n(text.p + start, end - start), buf_view(&fresh));
        from = end;
        i += m;
    }
    put_lines(out, ' ', str_n(text.p + from, to - from));
}

/* A name as git and patch read it: quoted where it has what would end or change the line, with a tab behind where it has blanks. */
static void put_name(Buf *out, const char *mark, const char *path) {
    bool odd = false;
    for (const char *c = path; *c; c++)
        odd |= (unsigned char) *c < ' ' || *c == 0x7f || *c == '"' || *c == '\\';
    buf_printf(out, odd ? "%s \"%c/" : "%s %c/", mark, mark[0] == '-' ? 'a' : 'b');
    for (const char *c = path; *c; c++)
        if ((unsigned char) *c < ' ' || *c == 0x7f)
            buf_printf(out, "\\%03o", (unsigned) *c);
        else
            buf_printf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    buf_putz(out, odd ? "\"\n" : strchr(path, ' ') ? "\t\n" : "\n");
}

void check_diff(const CheckItem *item, Str text, Buf *out) {
    Edits edits = chosen(item, text);
    const char *path = item->path + strspn(item->path, "/");
    size_t shift = 0; /* lines that the groups before have more; wraps round when they have fewer */
    if (edits.n) {
        put_name(out, "---", path);
        put_name(out, "+++", path);
    }
    for (size_t i = 0, n; i < edits.n; i += n) {
        n = group(&edits, i, text);
        size_t from = back(text, line_start(text, edits.p[i].edit.at), CONTEXT), to = on(text, line_end(text, edits.p[i + n - 1].edit.end), CONTEXT);
        _cleanup_(buf_done) Buf fresh = buf_new(BUF_OWN_MAX);
        apply(&edits, i, n, text, from, to, &fresh);
        size_t line = count_lines(str_head(text, from)) + 1, was = count_lines(str_n(text.p + from, to - from)), is = count_lines(buf_view(&fresh));
        buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", line, was, line + shift, is);
        put_hunk(&edits, i, n, text, from, to, out);
        shift += is - was;
    }
    vec_done(&edits);
}
