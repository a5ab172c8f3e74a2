/* SPDX-License-Identifier: Apache-2.0 */
/* What shell.c asks of shell-program.c, which knows programs that run others. */
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
