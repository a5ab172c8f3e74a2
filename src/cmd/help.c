/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/help.h"

#include <stdio.h>

#include "cmd/cli.h"
#include "cmd/terminal.h"

void wrap_text(Buf *out, const char *text, unsigned column, unsigned indent, unsigned width) {
    Str rest = str_from(text), word;
    bool first = true;
    while (str_split(&rest, ' ', &word)) {
        unsigned n = terminal_columns(word);
        if (!first && column + 1 + n > width) {
            buf_printf(out, "\n%*s", (int) indent, "");
            column = indent;
        } else if (!first) {
            buf_putc(out, ' ');
            column++;
        }
        buf_str(out, word);
        column += n;
        first = false;
    }
    buf_putc(out, '\n');
}

static void paragraphs(Buf *out, const char *text, unsigned width) {
    Str rest = str_from(text);
    while (rest.n) {
        ssize_t end = str_find(rest, STR("\n\n"));
        _cleanup_free_ char *one = str_dup(end < 0 ? rest : str_head(rest, (size_t) end));
        buf_putc(out, '\n');
        wrap_text(out, one, 0, 0, width);
        rest = end < 0 ? STR_NULL : str_from_at(rest, (size_t) end + 2);
    }
}

static void pair(Buf *out, const char *left, const char *right, unsigned column, unsigned width) {
    unsigned n = terminal_columns(str_from(left));
    buf_printf(out, "  %s", left);
    if (n + 4 > column)
        buf_printf(out, "\n%*s", (int) column, "");
    else
        buf_printf(out, "%*s", (int) (column - n - 2), "");
    wrap_text(out, right, column, column, width);
}

static void put_values(Buf *out, const char *values, const char *first) {
    Str rest = str_from(values), value;
    for (const char *sep = first; str_split(&rest, '|', &value); sep = ", ")
        buf_printf(out, "%s%.*s", sep, STR_FMT(value));
}

static void option(Buf *out, const Option *o, unsigned width) {
    _cleanup_free_ char *values = o->arg ? option_values(o) : NULL;
    _cleanup_(buf_done) Buf left = buf_new(BUF_OWN_MAX), right = buf_new(BUF_OWN_MAX);
    if (o->letter)
        buf_printf(&left, "-%c, ", o->letter);
    else
        buf_putz(&left, "    ");
    buf_putz(&left, o->name);
    if (o->arg)
        buf_printf(&left, " %s", o->arg);
    buf_putz(&right, o->doc);
    put_values(&right, values, ": ");
    if (o->def && strcmp(o->def, "-") != 0)
        buf_printf(&right, " [%s]", o->def);
    if (o->repeat)
        buf_putz(&right, "; may be given several times");
    pair(out, buf_view(&left).p, buf_view(&right).p, 26, width);
}

static void list_group(Buf *out, const char *group, unsigned width) {
    size_t n;
    const Command *const *all = commands(&n);
    Str first, rest;
    for (size_t i = 0; i < n; i++)
        if (str_cut(str_from(all[i]->name), ' ', &first, &rest) && str_eqz(first, group))
            pair(out, all[i]->name, all[i]->summary, 20, width);
}

static void list_commands(Buf *out, bool plumbing, unsigned width) {
    size_t n;
    const Command *const *all = commands(&n);
    for (size_t i = 0; i < n; i++)
        if (all[i]->plumbing == plumbing)
            pair(out, all[i]->name, all[i]->summary, 20, width);
}

static void examples(Buf *out, const char *lines) {
    Str rest = str_from(lines), line, left, right;
    unsigned column = 0;
    for (Str r = rest; str_line(&r, &line);)
        if (str_cut(line, '#', &left, &right))
            column = MAX(column, (unsigned) str_trim(left).n);
    while (str_line(&rest, &line)) {
        if (str_cut(line, '#', &left, &right))
            buf_printf(out, "  %-*.*s  # %.*s\n", (int) column, STR_FMT(str_trim(left)), STR_FMT(str_trim(right)));
        else
            buf_printf(out, "  %.*s\n", STR_FMT(str_trim(line)));
    }
}

void help_write(const Command *command, const char *group, unsigned width, Buf *out) {
    if (group) {
        buf_printf(out, "Usage: plimsoll %s COMMAND [OPTION]… [ARGUMENT]…\n\nCommands:\n", group);
        list_group(out, group, width);
    } else if (!command) {
        buf_putz(out, "Usage: plimsoll [OPTION]… COMMAND [OPTION]… [ARGUMENT]…\n\n"
                      "Finds what may not sail: the vulnerabilities of a container image, with the evidence.\n");
        buf_putz(out, "\nCommands:\n");
        list_commands(out, false, width);
        buf_putz(out, "\nFor scripts and tests:\n");
        list_commands(out, true, width);
    } else {
        buf_printf(out, "Usage: plimsoll %s [OPTION]…%s%s\n\n", command->name, command->arguments ? " " : "", command->arguments ? command->arguments : "");
        buf_printf(out, "%s.\n", command->summary);
        paragraphs(out, command->description, width);
        _cleanup_free_ char *values = command_argument_values(command);
        if (values) {
            _cleanup_(buf_done) Buf line = buf_new(BUF_OWN_MAX);
            buf_printf(&line, "%s is one of", command->arguments);
            put_values(&line, values, " ");
            buf_putz(&line, ".");
            buf_putc(out, '\n');
            wrap_text(out, line.p, 0, 0, width);
        }
        if (command->options[0])
            buf_putz(out, "\nOptions:\n");
        for (size_t t = 0; t < OPTION_TABLES_MAX && command->options[t]; t++)
            for (const Option *row = command->options[t]; row->name; row++)
                option(out, row, width);
    }
    buf_putz(out, "\nOptions of every command:\n");
    const Option *o;
    for (size_t i = 0; (o = common_option(command, i)); i++)
        option(out, o, width);
    if (command && command->examples) {
        buf_putz(out, "\nExamples:\n");
        examples(out, command->examples);
    }
    if (group)
        buf_printf(out, "\n'plimsoll %s COMMAND --help' tells more about a command.\n", group);
    else if (!command)
        buf_putz(out, "\nExit codes: 0 done; 1 findings at or over --fail-on; 2 wrong use; 3 could not look at everything.\n"
                      "'plimsoll COMMAND --help' tells more about a command.\n");
}
