/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of a text as a unified diff, the form that patch and git apply read. Lines are found by their number, so that the time does not grow with the number of edits times the text. */
#include "check/fix.h"
#include "check/place.h"

enum { CONTEXT = 3 };

typedef struct Diff {
    Str text;
    PlaceLines lines;
    const CheckEdit *edits;
    Buf *out;
} Diff;

/* The line that holds this byte, from 0. */
static size_t line_of(const Diff *d, size_t at) {
    uint32_t line, col;
    place_at(&d->lines, at, &line, &col);
    return line - 1;
}

/* Where a line begins; behind the last one the end of the text. */
static size_t start_of(const Diff *d, size_t line) {
    return line < d->lines.starts.n ? d->lines.starts.p[line] : d->text.n;
}

/* Of a part of the text, with the edits that lie in it. */
static void apply(const Diff *d, size_t first, size_t n, size_t from, size_t to, Buf *out) {
    for (size_t i = first; i < first + n; i++) {
        const CheckEdit *e = &d->edits[i];
        buf_str(out, str_n(d->text.p + from, e->at - from));
        buf_str(out, e->text);
        from = e->end;
    }
    buf_str(out, str_n(d->text.p + from, to - from));
}

/* The length of the first line, with its line break. */
static size_t first_line(Str s) {
    ssize_t n = str_chr(s, '\n');
    return n < 0 ? s.n : (size_t) n + 1;
}

/* The length of the last line, with its line break. */
static size_t last_line(Str s) {
    ssize_t n = s.n ? str_rchr(str_head(s, s.n - 1), '\n') : -1;
    return s.n - (size_t) (n + 1);
}

static size_t count_lines(Str s) {
    size_t n = s.n && s.p[s.n - 1] != '\n';
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static void put_lines(Buf *out, char sign, Str s) {
    while (s.n) {
        size_t n = first_line(s);
        buf_putc(out, sign);
        buf_str(out, str_head(s, n));
        if (s.p[n - 1] != '\n')
            buf_putz(out, "\n\\ No newline at end of file\n");
        s = str_from_at(s, n);
    }
}

/* Lines that become others: those that are the same at both ends are not changed. */
static void put_change(Buf *out, Str was, Str is) {
    Str before = was;
    size_t n, tail = 0;
    while (was.n && is.n && (n = first_line(was)) == first_line(is) && str_eq(str_head(was, n), str_head(is, n))) {
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
static size_t group(const Diff *d, size_t first, size_t all) {
    size_t n = 1;
    while (first + n < all && line_of(d, d->edits[first + n].at) <= line_of(d, d->edits[first + n - 1].end) + 1 + 2 * CONTEXT)
        n++;
    return n;
}

/* Lines of one group: those that an edit touches as - and +, the others as they are. */
static void put_hunk(const Diff *d, size_t first, size_t n, size_t from, size_t to) {
    for (size_t i = first; i < first + n;) {
        size_t start = start_of(d, line_of(d, d->edits[i].at)), end = start_of(d, line_of(d, d->edits[i].end) + 1), m = 1;
        while (i + m < first + n && d->edits[i + m].at < end) {
            end = MAX(end, start_of(d, line_of(d, d->edits[i + m].end) + 1));
            m++;
        }
        _cleanup_(buf_done) Buf fresh = buf_new(BUF_OWN_MAX);
        apply(d, i, m, start, end, &fresh);
        put_lines(d->out, ' ', str_n(d->text.p + from, start - from));
        put_change(d->out, str_n(d->text.p + start, end - start), buf_view(&fresh));
        from = end;
        i += m;
    }
    put_lines(d->out, ' ', str_n(d->text.p + from, to - from));
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

void check_diff(const char *path, Str text, const CheckEdit *edits, size_t all, Buf *out) {
    Diff d = {.text = text, .edits = edits, .out = out};
    size_t shift = 0; /* lines that the groups before have more; wraps round when they have fewer */
    path += strspn(path, "/");
    place_lines_find(&d.lines, text);
    if (all) {
        put_name(out, "---", path);
        put_name(out, "+++", path);
    }
    for (size_t i = 0, n; i < all; i += n) {
        n = group(&d, i, all);
        size_t first = line_of(&d, edits[i].at), line = first < CONTEXT ? 0 : first - CONTEXT;
        size_t from = start_of(&d, line), to = start_of(&d, line_of(&d, edits[i + n - 1].end) + 1 + CONTEXT);
        _cleanup_(buf_done) Buf fresh = buf_new(BUF_OWN_MAX);
        apply(&d, i, n, from, to, &fresh);
        size_t was = count_lines(str_n(text.p + from, to - from)), is = count_lines(buf_view(&fresh));
        /* Of no lines the number is that of the line before. */
        buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", line + (was > 0), was, line + shift + (is > 0), is);
        put_hunk(&d, i, n, from, to);
        shift += is - was;
    }
    place_lines_done(&d.lines);
}
