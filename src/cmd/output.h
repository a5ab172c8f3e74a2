/* SPDX-License-Identifier: Apache-2.0 */
/* What a command prints: to standard output, or to the file of --output, which appears whole or not at all. A link is followed, as by the
 * shell's redirection: the file that it leads to is replaced, or made. */
#pragma once

#include "cmd/command.h"

typedef struct Output {
    const char *path;    /* NULL: standard output */
    char *real;          /* where `path` leads */
    char *temp;          /* the file that becomes `real` */
    bool made;           /* a link led to a file that was not there, and now is, empty */
    int fd;
    bool gone;           /* whoever read standard output went away: the rest is dropped */
} Output;

/* Begins; 0 or an exit code with the message printed. `-` and no --output at all are standard output. */
int output_begin(const Cli *cli, Output *ret);
/* Hands over more bytes, at once: 0 or an exit code with the message printed. A reader that closed the pipe is no error: it has seen what
 * it wanted. */
int output_add(Output *o, Str bytes);
/* Completes: the file takes its name. 0 or an exit code. */
int output_end(Output *o);
/* Drops what was not completed; nothing after output_end(). */
void output_abort(Output *o);
/* All three for a document that is ready. */
int output_write(const Cli *cli, Str bytes);
/* Is this output a terminal, of which width (0: none), and coloured? */
unsigned output_width(const Cli *cli);
bool output_color(const Cli *cli);
