/* SPDX-License-Identifier: Apache-2.0 */
/* Messages on standard error: "plimsoll: error: PLACE: CAUSE; what to do". The only place that prints there besides progress.h. */
#pragma once

#include "base/diag.h"
#include "base/error.h"

/* Silences notes (--quiet); errors and warnings are always shown. */
void message_set_quiet(bool quiet);

void message_error(const char *fmt, ...) _printf_(1, 2);
void message_warning(const char *fmt, ...) _printf_(1, 2);
void message_note(const char *fmt, ...) _printf_(1, 2);
/* Every item of `d`, with its place. */
void message_diag(const Diag *d);
/* Prints the error and returns `exit_code`: `return message_fail(EXIT_INCOMPLETE, &err, r);` */
int message_fail(int exit_code, const Error *err, int code);
/* Prints a usage error with the pointer to --help, and returns EXIT_USAGE. */
int message_usage(const char *command, const char *fmt, ...) _printf_(2, 3);
