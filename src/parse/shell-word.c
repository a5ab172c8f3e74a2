/* SPDX-License-Identifier: Apache-2.0 */
/* What stands between commands, and the words of one: quotes, expansions, substitutions, redirections. */
#include "base/buf.h"
#include "parse/shell-private.h"

void shell_skip_blank(Shell *s) {
    for (;;) {
        if (s->p < s->end && shell_is_blank(*s->p))
            s->p++;
        else if (shell_at2(s, '\\', '\n'))
            s->p += 2;
        else if (shell_at(s, '#'))
            while (s->p < s->end && *s->p != '\n')
                s->p++;
        else
            return;
    }
}

void shell_skip_newline(Shell *s) {
    s->p++;
    for (size_t i = 0; i < s->heredocs.n; i++) {
        Str rest = str_n(s->p, (size_t) (s->end - s->p)), line;
        while (str_line(&rest, &line)) {
            s->p = rest.n ? rest.p : s->end;
            while (line.n && line.p[0] == '\t')
                line = str_from_at(line, 1);
            if (str_eq(line, s->heredocs.p[i]))
                break;
        }
    }
    s->heredocs.n = 0;
}

void shell_skip_nested(Shell *s, char open, char close) {
    size_t depth = 0;
    for (; s->p < s->end; s->p++) {
        if (*s->p == '\\' && s->p + 1 < s->end) {
            s->p++;
        } else if (*s->p == '\'' && open == '{') {
            const char *q = memchr(s->p + 1, '\'', (size_t) (s->end - s->p) - 1);
            s->p = q ? q : s->p;
        } else if (*s->p == open) {
            depth++;
        } else if (*s->p == close && --depth == 0) {
            s->p++;
            return;
        }
    }
}

int shell_read_inside(Shell *s, Draft *d, ShellPlace place, char close, bool in_word) {
    if (s->opaque || s->depth >= SHELL_DEPTH) {
        if (close == ')') {
            s->p--;
            shell_skip_nested(s, '(', ')');
        } else {
            const char *q = memchr(s->p, close, (size_t) (s->end - s->p));
            s->p = q ? q + 1 : s->end;
        }
        return 0;
    }
    uint32_t cases = s->cases;
    s->cases = 0;
    s->depth++;
    int r = shell_read_list(s, d->command, place, in_word ? d->words.n : SIZE_MAX, close);
    s->depth--;
    s->cases = cases;
    if (s->p < s->end)
        s->p++;
    return r;
}

/* At "$": a variable or substitution, put out as written. */
static int read_dollar(Shell *s, Draft *d, Buf *out, bool in_word) {
    const char *start = s->p++;
    int r = 0;
    if (shell_at2(s, '(', '(')) {
        shell_skip_nested(s, '(', ')');
    } else if (shell_at(s, '(')) {
        s->p++;
        r = shell_read_inside(s, d, SHELL_SUBSTITUTED, ')', in_word);
    } else if (shell_at(s, '{')) {
        shell_skip_nested(s, '{', '}');
    }
    buf_str(out, str_n(start, (size_t) (s->p - start)));
    return r;
}

static int read_backtick(Shell *s, Draft *d, Buf *out, bool in_word) {
    const char *start = s->p++;
    int r = shell_read_inside(s, d, SHELL_SUBSTITUTED, '`', in_word);
    buf_str(out, str_n(start, (size_t) (s->p - start)));
    return r;
}

static int read_double(Shell *s, Draft *d, Buf *out, bool *expands, bool in_word) {
    int r = 0;
    for (s->p++; r >= 0 && s->p < s->end && *s->p != '"';) {
        if (*s->p == '\\' && s->p + 1 < s->end) {
            if (s->p[1] != '\n' && !strchr("$`\"\\", s->p[1]))
                buf_putc(out, '\\');
            if (s->p[1] != '\n')
                buf_putc(out, s->p[1]);
            s->p += 2;
        } else if (*s->p == '$' || *s->p == '`') {
            *expands = true;
            r = *s->p == '$' ? read_dollar(s, d, out, in_word) : read_backtick(s, d, out, in_word);
        } else {
            buf_putc(out, *s->p++);
        }
    }
    if (s->p < s->end)
        s->p++;
    return r;
}

static void read_single(Shell *s, Buf *out) {
    const char *start = ++s->p, *q = memchr(start, '\'', (size_t) (s->end - start));
    s->p = q ? q : s->end;
    buf_str(out, str_n(start, (size_t) (s->p - start)));
    if (s->p < s->end)
        s->p++;
}

int shell_read_word(Shell *s, Draft *d, char close, bool in_word, ShellWord *ret) {
    _cleanup_(buf_done) Buf out = buf_new((size_t) 16 << 20);
    const char *start = s->p;
    bool expands = false, plain = true;
    int r = 0;
    while (r >= 0 && s->p < s->end && !shell_ends_word(*s->p) && !(close == '`' && *s->p == '`')) {
        char c = *s->p;
        if (c == '$' || c == '`') {
            expands = true;
            r = c == '$' ? read_dollar(s, d, &out, in_word) : read_backtick(s, d, &out, in_word);
            continue;
        }
        plain = plain && c != '\'' && c != '"' && c != '\\';
        if (c == '\'') {
            read_single(s, &out);
        } else if (c == '"') {
            r = read_double(s, d, &out, &expands, in_word);
        } else if (c == '\\') {
            s->p++;
            if (s->p < s->end && *s->p != '\n')
                buf_putc(&out, *s->p);
            s->p += s->p < s->end;
        } else {
            buf_putc(&out, c);
            s->p++;
        }
    }
    if (r < 0)
        return r;
    if (++s->out->words > SHELL_WORDS || out.failed)
        return -E2BIG;
    Str text = plain ? str_n(start, (size_t) (s->p - start)) : arena_str(s->arena, buf_view(&out));
    if (!text.p)
        return -E2BIG;
    *ret = (ShellWord) {text, s->fixed ? s->fixed : start, s->fixed ? s->fixed_end : s->p, expands};
    return 0;
}

int shell_read_redirect(Shell *s, Draft *d, char close) {
    bool writes = false, heredoc = shell_at2(s, '<', '<') && !(s->end - s->p > 2 && s->p[2] == '<');
    if (shell_at2(s, '<', '(') || shell_at2(s, '>', '(')) {
        const char *start = s->p;
        s->p += 2;
        int r = shell_read_inside(s, d, SHELL_PROCESS, ')', true);
        if (r >= 0 && ++s->out->words > SHELL_WORDS)
            return -E2BIG;
        vec_push(&d->words, ((ShellWord) {str_n(start, (size_t) (s->p - start)), s->fixed ? s->fixed : start, s->fixed ? s->fixed_end : s->p, true}));
        return r;
    }
    while (s->p < s->end && strchr("<>&|-", *s->p)) {
        writes |= *s->p == '>';
        /* "-" belongs to the sign in "<<-" only; elsewhere it is the word. */
        if (*s->p == '-' && !heredoc)
            break;
        s->p++;
    }
    while (s->p < s->end && shell_is_blank(*s->p))
        s->p++;
    ShellWord w;
    int r = shell_read_word(s, d, close, false, &w);
    if (r < 0)
        return r;
    if (heredoc && w.text.n)
        vec_push(&s->heredocs, w.text);
    else if (writes && w.text.n)
        vec_push(&d->redirects, w);
    return 0;
}
