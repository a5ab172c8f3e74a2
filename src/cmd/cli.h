/* SPDX-License-Identifier: Apache-2.0 */
/* From argv to Cli: finding the command, parsing and checking options, filling in from the environment. */
#pragma once

#include "base/nearest.h"
#include "cmd/command.h"

/* Parses argv[1…]. 0 with *ret filled in; otherwise an exit code is in *ret_exit, the message printed, and -EINVAL returned.
 * --help and --version are only recorded: main() answers them. */
int cli_parse(int argc, char **argv, Cli *ret, int *ret_exit);
void cli_done(Cli *cli);
/* Takes one setting from its variable, or else from cli->config, unless a stronger origin has set it. 0 or an exit code with the message
 * printed. `option` need not belong to the command. */
int cli_take(Cli *cli, const Option *option);
/* What set this option last; NULL when nothing but its default. */
const CliValue *cli_found(const Cli *cli, const Option *option);

/* The row of an option by its name ("--format"); NULL when the command has none of that name. */
const Option *cli_option(const Command *command, Str name);
/* The values an option may have, "a|b|c", as a fresh string; NULL when it is free. */
char *option_values(const Option *o);
/* The same for the first argument of a command. */
char *command_argument_values(const Command *c);
/* 0, or -EINVAL with `err` naming what is allowed when `value` is none of `values` ("a|b|c"). */
int check_values(const char *values, Str value, Error *err);
/* 0, or -EINVAL with `err` saying what is wrong with the value and what is allowed. Flags take true and false. */
int option_check(const Option *o, Str value, Error *err);
