/* SPDX-License-Identifier: Apache-2.0 */
/* The simple commands of a shell script, as far as reading it tells: POSIX shell (XCU chapter 2) and what bash adds to it. Nothing is run and nothing is expanded;
 * a text that is no good shell still gives the commands that can be seen. */
#pragma once

#include "base/arena.h"

typedef enum ShellLink { SHELL_START, SHELL_AND, SHELL_OR, SHELL_PIPE, SHELL_NEXT } ShellLink; /* what stands before a command: nothing, &&, ||, |, and ; & or a line break */

typedef enum ShellPlace {
    SHELL_TOP,
    SHELL_SUBSTITUTED, /* $(…), `…`: its output is a part of a word of the parent */
    SHELL_PROCESS,     /* <(…), >(…): a word of the parent */
    SHELL_SCRIPT,      /* in the text that the parent runs: sh -c '…', eval '…' */
    SHELL_WRAPPED,     /* run by the parent: sudo …, env … */
    SHELL_GROUPED,     /* in (…), whose parent is no command of the list: it has no words */
} ShellPlace;

typedef struct ShellWord {
    Str text;             /* without quotes; variables and substitutions as written */
    const char *at, *end; /* in the script that was given */
    bool expands;         /* a variable or substitution stands in it */
} ShellWord;

typedef struct ShellCommand ShellCommand;
struct ShellCommand {
    const ShellWord *words;      /* the program and its arguments; none where there are assignments or redirections only */
    size_t n_words;
    const ShellWord *assigns;    /* NAME=VALUE before the program */
    size_t n_assigns;
    const ShellWord *redirects;  /* files that are written to: > >> >| &> */
    size_t n_redirects;
    ShellLink link;
    ShellPlace place;
    uint32_t pipeline;           /* the same for commands of one pipeline */
    bool executed;               /* what it prints is run as a program: piped into an interpreter, or substituted into a script */
    bool piped;                  /* its output goes to another command by a pipe */
    uint32_t stage;              /* what parts the commands of a pipeline: grows along it; a wrapper and what it runs are one stage */
    const ShellCommand *parent;  /* NULL at the top */
    size_t parent_word;          /* SHELL_SUBSTITUTED, SHELL_PROCESS: the word of the parent that it stands in; its number of words for an assignment or redirection */
    const char *at, *end;
};

enum {
    SHELL_DEPTH = 16,            /* of substitutions and scripts; deeper ones are words */
    SHELL_COMMANDS = 100 * 1000, /* of one script: the rest is left out */
    SHELL_WORDS = 1000 * 1000,
};

/* The commands of a script in the order in which they begin, with those inside of others behind these. Lives in the arena, pointers into `script`.
 * -E2BIG when there are more than SHELL_COMMANDS or SHELL_WORDS, or the arena is full. */
int shell_commands(Str script, Arena *a, const ShellCommand *const **ret, size_t *ret_n);
/* The same of a command that is given as words (the exec form of a Dockerfile): it, what it wraps, and the script that it is given. */
int shell_command_words(const ShellWord *words, size_t n_words, Arena *a, const ShellCommand *const **ret, size_t *ret_n);
/* The last component of the program's path; empty without one. */
Str shell_program(const ShellCommand *c);
/* sh, bash, dash …; */
bool shell_is_shell(Str program);
/* Is there an option: "-y" also in "-qy" and "--yes" also as "--yes=…"? *ret_value (may be NULL): what stands behind its "=" or in the next word; NULL p without. */
bool shell_option(const ShellCommand *c, Str option, Str *ret_value);
