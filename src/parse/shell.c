/* SPDX-License-Identifier: Apache-2.0 */
/* From a script to its commands: pipelines, compounds, scripts within scripts. Words are read in shell-word.c. */
#include "parse/shell.h"

#include "base/buf.h"
#include "base/vec.h"
#include "parse/shell-private.h"

static int read_scripts(Shell *s, ShellCommand *c);

static bool is_assignment(Str s) {
    size_t i = 0;
    while (i < s.n && ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_' || (i > 0 && s.p[i] >= '0' && s.p[i] <= '9')))
        i++;
    return i > 0 && i < s.n && (s.p[i] == '=' || (s.p[i] == '+' && i + 1 < s.n && s.p[i + 1] == '='));
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
            if (s->end - s->p > 3 && shell_is_blank(s->p[0]) && s->p[1] == 'i' && s->p[2] == 'n' && (shell_is_blank(s->p[3]) || s->p[3] == '\n')) {
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
    while (s->p < s->end && (shell_is_blank(*s->p) || *s->p == '\n'))
        s->p++;
    if (s->end - s->p >= 4 && memcmp(s->p, "esac", 4) == 0)
        return;
    s->p += shell_at(s, '(');
    while (s->p < s->end && *s->p != ')')
        s->p++;
    s->p += s->p < s->end;
}

/* Words, assignments and redirections up to what ends the command. */
static int read_parts(Shell *s, Draft *d, char close) {
    for (;;) {
        if (s->pattern)
            skip_pattern(s);
        shell_skip_blank(s);
        if (s->p >= s->end)
            return 0;
        char c = *s->p;
        if (c == '<' || c == '>' || shell_at2(s, '&', '>')) {
            int r = shell_read_redirect(s, d, close);
            if (r < 0)
                return r;
            continue;
        }
        if (shell_ends_word(c) || c == close)
            return 0;
        const char *start = s->p;
        bool assigns = d->words.n == 0 && is_assignment(str_n(start, (size_t) (s->end - start)));
        ShellWord w;
        int r = shell_read_word(s, d, close, !assigns, &w);
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
            if (shell_at(s, '('))
                shell_skip_nested(s, '(', ')'); /* a list of bash */
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
    if (shell_at2(s, '&', '&') || shell_at2(s, '|', '|')) {
        *ret = *s->p == '&' ? SHELL_AND : SHELL_OR;
        s->p += 2;
    } else if (shell_at(s, '|')) {
        *ret = SHELL_PIPE;
        s->p += shell_at2(s, '|', '&') ? 2 : 1;
    } else if (shell_at(s, '\n')) {
        shell_skip_newline(s);
    } else {
        s->pattern = shell_at2(s, ';', ';') && s->cases;
        s->p += s->pattern ? 2 : 1;
    }
    return true;
}

/* (…) or ((…)), at its first bracket. */
static int read_group(Shell *s, Draft *d) {
    if (shell_at2(s, '(', '(') || s->depth >= SHELL_DEPTH) {
        shell_skip_nested(s, '(', ')');
        return 0;
    }
    s->p++;
    return shell_read_inside(s, d, SHELL_GROUPED, ')', true);
}

/* One command and the sign behind it. 1 when more follow. */
static int read_command(Shell *s, const ShellCommand *parent, ShellPlace place, size_t parent_word, char close, ShellLink *link, uint32_t *pipeline) {
    Draft d = {0};
    if (s->out->list.n >= SHELL_COMMANDS || !(d.command = arena_new(s->arena, ShellCommand)))
        return -E2BIG;
    shell_skip_blank(s);
    if (*link != SHELL_PIPE)
        *pipeline = s->out->pipelines++;
    *d.command = (ShellCommand) {.link = *link, .place = place, .parent = parent, .parent_word = parent_word, 
        .pipeline = *pipeline, .stage = (uint32_t) s->out->list.n, .at = s->fixed ? s->fixed : s->p};
    vec_push(&s->out->list, d.command);
    int r = shell_at(s, '(') ? read_group(s, &d) : 0;
    if (r >= 0)
        r = read_parts(s, &d, close);
    d.command->end = s->fixed ? s->fixed_end : s->p;
    while (!s->fixed && d.command->end > d.command->at && shell_is_blank(d.command->end[-1]))
        d.command->end--;
    if (d.words.n && shell_at(s, '('))
        shell_skip_nested(s, '(', ')'); /* "name ()" makes a function */
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

int shell_read_list(Shell *s, const ShellCommand *parent, ShellPlace place, size_t parent_word, char close) {
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
    int r = s.depth > SHELL_DEPTH ? 0 : shell_read_list(&s, parent, SHELL_SCRIPT, 0, 0);
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
    int r = script.n ? shell_read_list(&s, NULL, SHELL_TOP, 0, 0) : 0;
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
