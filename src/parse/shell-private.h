/* SPDX-License-Identifier: Apache-2.0 */
/* What shell.c asks of shell-program.c, which knows programs that run others. */
#pragma once

#include "parse/shell.h"

/* The word from which on a wrapper (sudo, env …) runs another command; 0 when it is none. */
size_t shell_wrapped_at(const ShellCommand *c);
/* The word that is a script: of sh -c and of eval; 0 when there is none. */
size_t shell_script_at(const ShellCommand *c);
/* Does it run as a program what it reads from its input? */
bool shell_runs_input(const ShellCommand *c);
/* Does the parent run what stands in this word of it? */
bool shell_runs_word(const ShellCommand *parent, size_t word, ShellPlace place);
