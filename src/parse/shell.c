/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/shell.h"

#include "base/buf.h"
#include "base/vec.h"
#include "parse/shell-private.h"

typedef struct Shell {
    Arena *arena;
    const char *p, *end;
    const char *fixed, *fixed_end;  /* in a script that is a word: where that word stands */
    bool opaque;                    /* substitutions were read by the shell outside */
    uint32_t depth, cases;
    bool pattern;                   /* behind "in" and ";;" of a case: the next is a pattern, or esac */
    const ShellCommand *open[SHELL_DEPTH]; /* of compound commands that are open: the command that began in or behind their first word */
    unsigned opened;                /* how many, deeper ones included */
    struct ShellOut *out;
    Vec(Str) heredocs;              /* bodies that begin behind this line: their ends */
} Shell;

/* What a command is made of while it is read. */
typedef struct Draft {
    ShellCommand *command;
    Vec(ShellWord) words, assigns, redirects;
} Draft;

static int read_list(Shell *s, const ShellCommand *parent, ShellPlace place, size_t parent_word, char close);
static int read_scripts(Shell *s, ShellCommand *c);

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}
static bool at(const Shell *s, char c) {
    return s->p < s->end && *s->p == c;
}
static bool at2(const Shell *s, char a, char b) {
    return s->end - s->p >= 2 && s->p[0] == a && s->p[1] == b;
}
static bool ends_word(char c) {
    return is_blank(c) || c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' || c == '>';
}

/* Blanks, escaped line breaks, comments. */
static void skip_blank(Shell *s) {
    for (;;) {
        if (s->p < s->end && is_blank(*s->p))
            s->p++;
        else if (at2(s, '\\', '\n'))
            s->p += 2;
        else if (at(s, '#'))
            while (s->p < s->end && *s->p != '\n')
                s->p++;
        else
            return;
    }
}

/* Past a line break and the heredocs that begin behind it. */
static void skip_newline(Shell *s) {
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

/* Over ${…} or $((…)), which hold no commands that matter; from the bracket on. */
static void skip_nested(Shell *s, char open, char close) {
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

/* The commands of $(…), <(…), `…`: behind the opening sign. */
static int read_inside(Shell *s, Draft *d, ShellPlace place, char close, bool in_word) {
    if (s->opaque || s->depth >= SHELL_DEPTH) {
        if (close == ')') {
            s->p--;
            skip_nested(s, '(', ')');
        } else {
            const char *q = memchr(s->p, close, (size_t) (s->end - s->p));
            s->p = q ? q + 1 : s->end;
        }
        return 0;
    }
    uint32_t cases = s->cases;
    s->cases = 0;
    s->depth++;
    int r = read_list(s, d->command, place, in_word ? d->words.n : SIZE_MAX, close);
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
    if (at2(s, '(', '(')) {
        skip_nested(s, '(', ')');
    } else if (at(s, '(')) {
        s->p++;
        r = read_inside(s, d, SHELL_SUBSTITUTED, ')', in_word);
    } else if (at(s, '{')) {
        skip_nested(s, '{', '}');
    }
    buf_str(out, str_n(start, (size_t) (s->p - start)));
    return r;
}

static int read_backtick(Shell *s, Draft *d, Buf *out, bool in_word) {
    const char *start = s->p++;
    int r = read_inside(s, d, SHELL_SUBSTITUTED, '`', in_word);
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

/* One word; `close` ends it, too, when it is a backtick. */
static int read_word(Shell *s, Draft *d, char close, bool in_word, ShellWord *ret) {
    _cleanup_(buf_done) Buf out = buf_new((size_t) 16 << 20);
    const char *start = s->p;
    bool expands = false, plain = true;
    int r = 0;
    while (r >= 0 && s->p < s->end && !ends_word(*s->p) && !(close == '`' && *s->p == '`')) {
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

static bool is_assignment(Str s) {
    size_t i = 0;
    while (i < s.n && ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_' || (i > 0 && s.p[i] >= '0' && s.p[i] <= '9')))
        i++;
    return i > 0 && i < s.n && (s.p[i] == '=' || (s.p[i] == '+' && i + 1 < s.n && s.p[i + 1] == '='));
}

/* At "<" or ">", also behind "&" and a number: the sign, and its word. */
static int read_redirect(Shell *s, Draft *d, char close) {
    bool writes = false, heredoc = at2(s, '<', '<') && !(s->end - s->p > 2 && s->p[2] == '<');
    if (at2(s, '<', '(') || at2(s, '>', '(')) {
        const char *start = s->p;
        s->p += 2;
        int r = read_inside(s, d, SHELL_PROCESS, ')', true);
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
    while (s->p < s->end && is_blank(*s->p))
        s->p++;
    ShellWord w;
    int r = read_word(s, d, close, false, &w);
    if (r < 0)
        return r;
    if (heredoc && w.text.n)
        vec_push(&s->heredocs, w.text);
    else if (writes && w.text.n)
        vec_push(&d->redirects, w);
    return 0;
}

static void *kept(Shell *s, const void *p, size_t n, size_t size) {
    void *m = arena_alloc(s->arena, n * size);
    if (m && n)
        memcpy(m, p, n * size);
    return m;
}

static bool is_command(const ShellCommand *c) {
    return c->n_words + c->n_assigns + c->n_redirects > 0;
}

/* The command is whole: into the list, and what it runs behind it. */
static int finish(Shell *s, Draft *d) {
    ShellCommand *c = d->command;
    if (d->words.n + d->assigns.n + d->redirects.n == 0)
        return 0;
    c->words = kept(s, d->words.p, d->words.n, sizeof(ShellWord));
    c->assigns = kept(s, d->assigns.p, d->assigns.n, sizeof(ShellWord));
    c->redirects = kept(s, d->redirects.p, d->redirects.n, sizeof(ShellWord));
    if (!c->words || !c->assigns || !c->redirects)
        return -E2BIG;
    c->n_words = d->words.n;
    c->n_assigns = d->assigns.n;
    c->n_redirects = d->redirects.n;
    return read_scripts(s, c);
}

/* Words that begin, go on with or end a compound command. A command may follow at once. */
static bool is_keyword(Str w) {
    return str_has_word(STR("if then elif else fi while until do done { } ! esac time coproc"), w);
}

/* What is between the words that begin and end a compound command has its output, and its pipe. */
static void note_compound(Shell *s, const ShellCommand *c, Str w) {
    if (str_has_word(STR("{ do if"), w)) {
        if (s->opened < SHELL_DEPTH)
            s->open[s->opened] = c;
        s->opened++;
    } else if (str_has_word(STR("} done fi"), w) && s->opened > 0 && --s->opened < SHELL_DEPTH) {
        vec_push(&s->out->compounds, ((Compound) {s->open[s->opened], c}));
    }
}

/* "for x in …" up to its end, "case x in": neither is a command. */
static bool skip_compound(Shell *s, Str w) {
    if (str_eqz(w, "for") || str_eqz(w, "select") || str_eqz(w, "function")) {
        while (s->p < s->end && *s->p != ';' && *s->p != '\n' && *s->p != '{')
            s->p++;
        return true;
    }
    if (str_eqz(w, "case")) {
        s->cases++;
        for (; s->p < s->end; s->p++)
            if (s->end - s->p > 3 && is_blank(s->p[0]) && s->p[1] == 'i' && s->p[2] == 'n' && (is_blank(s->p[3]) || s->p[3] == '\n')) {
                s->p += 3;
                break;
            }
        s->pattern = true;
        return true;
    }
    return false;
}

/* "pattern)" of a case; at "esac" it stays. */
static void skip_pattern(Shell *s) {
    s->pattern = false;
    while (s->p < s->end && (is_blank(*s->p) || *s->p == '\n'))
        s->p++;
    if (s->end - s->p >= 4 && memcmp(s->p, "esac", 4) == 0)
        return;
    s->p += at(s, '(');
    while (s->p < s->end && *s->p != ')')
        s->p++;
    s->p += s->p < s->end;
}

/* Words, assignments and redirections up to what ends the command. */
static int read_parts(Shell *s, Draft *d, char close) {
    for (;;) {
        if (s->pattern)
            skip_pattern(s);
        skip_blank(s);
        if (s->p >= s->end)
            return 0;
        char c = *s->p;
        if (c == '<' || c == '>' || at2(s, '&', '>')) {
            int r = read_redirect(s, d, close);
            if (r < 0)
                return r;
            continue;
        }
        if (ends_word(c) || c == close)
            return 0;
        const char *start = s->p;
        bool assigns = d->words.n == 0 && is_assignment(str_n(start, (size_t) (s->end - start)));
        ShellWord w;
        int r = read_word(s, d, close, !assigns, &w);
        if (r < 0)
            return r;
        /* "2>": the number belongs to the redirection. */
        bool number = s->p < s->end && (*s->p == '<' || *s->p == '>') && s->p - start == 1 && *start >= '0' && *start <= '9';
        if (number)
            continue;
        if (d->words.n == 0 && d->assigns.n == 0 && is_keyword(w.text)) {
            s->cases -= str_eqz(w.text, "esac") && s->cases;
            note_compound(s, d->command, w.text);
            continue;
        }
        if (d->words.n == 0 && d->assigns.n == 0 && skip_compound(s, w.text))
            continue;
        if (assigns) {
            vec_push(&d->assigns, w);
            if (at(s, '('))
                skip_nested(s, '(', ')'); /* a list of bash */
        } else {
            vec_push(&d->words, w);
        }
    }
}

/* What stands behind a command; moves over it. False at the end of the list. */
static bool read_link(Shell *s, char close, ShellLink *ret) {
    *ret = SHELL_NEXT;
    if (s->p >= s->end || *s->p == close)
        return false;
    if (at2(s, '&', '&') || at2(s, '|', '|')) {
        *ret = *s->p == '&' ? SHELL_AND : SHELL_OR;
        s->p += 2;
    } else if (at(s, '|')) {
        *ret = SHELL_PIPE;
        s->p += at2(s, '|', '&') ? 2 : 1;
    } else if (at(s, '\n')) {
        skip_newline(s);
    } else {
        s->pattern = at2(s, ';', ';') && s->cases;
        s->p += s->pattern ? 2 : 1;
    }
    return true;
}

/* (…) or ((…)), at its first bracket. */
static int read_group(Shell *s, Draft *d) {
    if (at2(s, '(', '(') || s->depth >= SHELL_DEPTH) {
        skip_nested(s, '(', ')');
        return 0;
    }
    s->p++;
    return read_inside(s, d, SHELL_GROUPED, ')', true);
}

/* One command and the sign behind it. 1 when more follow. */
static int read_command(Shell *s, const ShellCommand *parent, ShellPlace place, size_t parent_word, char close, ShellLink *link, uint32_t *pipeline) {
    Draft d = {0};
    if (s->out->list.n >= SHELL_COMMANDS || !(d.command = arena_new(s->arena, ShellCommand)))
        return -E2BIG;
    skip_blank(s);
    if (*link != SHELL_PIPE)
        *pipeline = s->out->pipelines++;
    *d.command = (ShellCommand) {.link = *link, .place = place, .parent = parent, .parent_word = parent_word, 
        .pipeline = *pipeline, .stage = (uint32_t) s->out->list.n, .at = s->fixed ? s->fixed : s->p};
    vec_push(&s->out->list, d.command);
    int r = at(s, '(') ? read_group(s, &d) : 0;
    if (r >= 0)
        r = read_parts(s, &d, close);
    d.command->end = s->fixed ? s->fixed_end : s->p;
    while (!s->fixed && d.command->end > d.command->at && is_blank(d.command->end[-1]))
        d.command->end--;
    if (d.words.n && at(s, '('))
        skip_nested(s, '(', ')'); /* "name ()" makes a function */
    else if (r >= 0)
        r = finish(s, &d);
    vec_done(&d.words);
    vec_done(&d.assigns);
    vec_done(&d.redirects);
    if (r < 0)
        return r;
    ShellLink next;
    bool more = read_link(s, close, &next), began = s->out->list.p[s->out->list.n - 1] != d.command || is_command(d.command);
    d.command->piped = next == SHELL_PIPE;
    /* A line break behind "|" or "&&" does not part what they join. */
    if (began || next != SHELL_NEXT)
        *link = next;
    return more;
}

static int read_list(Shell *s, const ShellCommand *parent, ShellPlace place, size_t parent_word, char close) {
    ShellLink link = SHELL_START;
    uint32_t pipeline = 0;
    int r;
    do {
        r = read_command(s, parent, place, parent_word, close, &link, &pipeline);
    } while (r > 0);
    return r;
}

static int read_text(Shell *outer, Str text, const ShellWord *w, const ShellCommand *parent) {
    Shell s = {.arena = outer->arena, .p = text.p, .end = text.p + text.n, .fixed = w->at, .fixed_end = w->end, .opaque = w->expands, .depth = outer->depth + 1, .out = outer->out};
    int r = s.depth > SHELL_DEPTH ? 0 : read_list(&s, parent, SHELL_SCRIPT, 0, 0);
    vec_done(&s.heredocs);
    return r;
}

/* The command that a wrapper runs, from word `from` on. */
static int read_wrapped(Shell *s, const ShellCommand *c, size_t from) {
    ShellCommand *inner;
    if (s->out->list.n >= SHELL_COMMANDS || s->depth >= SHELL_DEPTH)
        return s->depth >= SHELL_DEPTH ? 0 : -E2BIG;
    if (!(inner = arena_new(s->arena, ShellCommand)))
        return -E2BIG;
    *inner = *c;
    inner->words = c->words + from;
    inner->n_words = c->n_words - from;
    inner->n_assigns = inner->n_redirects = 0;
    inner->at = c->words[from].at;
    inner->place = SHELL_WRAPPED;
    inner->executed = false;
    inner->parent = c;
    vec_push(&s->out->list, inner);
    s->depth++;
    int r = read_scripts(s, inner);
    s->depth--;
    return r;
}

static int read_scripts(Shell *s, ShellCommand *c) {
    size_t from = shell_wrapped_at(c), script = shell_script_at(c);
    if (from)
        return read_wrapped(s, c, from);
    return script ? read_text(s, c->words[script].text, &c->words[script], c) : 0;
}

/* The list as the result has it; done with `out`. */
static int hand_out(struct ShellOut *out, int r, Arena *a, const ShellCommand *const **ret, size_t *ret_n) {
    const ShellCommand **list = r < 0 ? NULL : arena_alloc(a, out->list.n * sizeof(*list));
    bool marked = list && shell_mark(out, a) == 0;
    size_t n = 0;
    for (size_t i = 0; marked && i < out->list.n; i++)
        if (is_command(out->list.p[i]))
            list[n++] = out->list.p[i];
    vec_done(&out->list);
    vec_done(&out->compounds);
    if (!marked)
        return -E2BIG;
    *ret = list;
    *ret_n = n;
    return 0;
}

int shell_commands(Str script, Arena *a, const ShellCommand *const **ret, size_t *ret_n) {
    struct ShellOut out = {0};
    Shell s = {.arena = a, .p = script.p, .end = script.p + script.n, .out = &out};
    int r = script.n ? read_list(&s, NULL, SHELL_TOP, 0, 0) : 0;
    vec_done(&s.heredocs);
    return hand_out(&out, r, a, ret, ret_n);
}

int shell_command_words(const ShellWord *words, size_t n_words, Arena *a, const ShellCommand *const **ret, size_t *ret_n) {
    struct ShellOut out = {.pipelines = 1};
    Shell s = {.arena = a, .out = &out};
    ShellCommand *c = n_words ? arena_new(a, ShellCommand) : NULL;
    if (c) {
        *c = (ShellCommand) {.words = words, .n_words = n_words, .at = words[0].at, .end = words[n_words - 1].end};
        vec_push(&out.list, c);
    }
    return hand_out(&out, c ? read_scripts(&s, c) : n_words ? -E2BIG : 0, a, ret, ret_n);
}
