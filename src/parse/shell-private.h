/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the shell reader share: shell.c reads commands, shell-word.c words, shell-program.c knows programs that run others. */
#pragma once

#include "base/vec.h"
#include "parse/shell.h"

/* The word from which on a wrapper (sudo, env …) runs another command; 0 when it is none. */
size_t shell_wrapped_at(const ShellCommand *c);
/* The word that is a script: of sh -c and of eval; 0 when there is none. */
size_t shell_script_at(const ShellCommand *c);
/* Does it run as a program what it reads from its input? */
bool shell_runs_input(const ShellCommand *c);
/* Does the parent run what stands in this word of it? */
bool shell_runs_word(const ShellCommand *parent, size_t word, ShellPlace place);

/* { …; }, do … done, if … fi: from the command that began it to the one that holds its last word. */
typedef struct Compound {
    const ShellCommand *first, *last;
} Compound;

struct ShellOut {
    Vec(ShellCommand *) list;
    Vec(Compound) compounds;        /* inner ones before those around them */
    size_t words;
    uint32_t pipelines;
};

/* shell-mark.c: fills in `executed` and `piped` of all commands. 0, or -E2BIG. */
int shell_mark(struct ShellOut *out, Arena *a);

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

static inline bool shell_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}
static inline bool shell_at(const Shell *s, char c) {
    return s->p < s->end && *s->p == c;
}
static inline bool shell_at2(const Shell *s, char a, char b) {
    return s->end - s->p >= 2 && s->p[0] == a && s->p[1] == b;
}
static inline bool shell_ends_word(char c) {
    return shell_is_blank(c) || c == '\n' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '<' || c == '>';
}

/* Blanks, escaped line breaks, comments. */
void shell_skip_blank(Shell *s);
/* Past a line break and the heredocs that begin behind it. */
void shell_skip_newline(Shell *s);
/* Over ${…} or $((…)), which hold no commands that matter; from the bracket on. */
void shell_skip_nested(Shell *s, char open, char close);
/* The commands of $(…), <(…), `…`: behind the opening sign. */
int shell_read_inside(Shell *s, Draft *d, ShellPlace place, char close, bool in_word);
/* One word; `close` ends it, too, when it is a backtick. 0, or -E2BIG as all of these. */
int shell_read_word(Shell *s, Draft *d, char close, bool in_word, ShellWord *ret);
/* At "<" or ">", also behind "&" and a number: the sign, and its word. */
int shell_read_redirect(Shell *s, Draft *d, char close);
/* Commands up to `close`, of a substitution in word `parent_word` of the parent. */
int shell_read_list(Shell *s, const ShellCommand *parent, ShellPlace place, size_t parent_word, char close);
