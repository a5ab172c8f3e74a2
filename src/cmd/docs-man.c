/* SPDX-License-Identifier: Apache-2.0 */
/* Man pages from the tables. They carry no date: the same tables give the same bytes. */
#include <stdio.h>

#include "cmd/cli.h"
#include "cmd/docs.h"
#include "cmd/tables.h"
#include "plimsoll-version.h"

/* Text for roff: "\" and "-" escaped, nothing at the start of a line taken as a request. */
static void text(Buf *out, const char *s) {
    for (const char *c = s; c && *c; c++) {
        bool at_start = out->n == 0 || out->p[out->n - 1] == '\n';
        if (at_start && (*c == '.' || *c == '\''))
            buf_putz(out, "\\&");
        if (*c == '\\')
            buf_putz(out, "\\e");
        else if (*c == '-')
            buf_putz(out, "\\-");
        else
            buf_putc(out, *c);
    }
}

static void heading(Buf *out, const char *name) {
    buf_printf(out, ".SH %s\n", name);
}

static void title(Buf *out, const char *name, const char *summary) {
    buf_printf(out, ".\\\" Made by 'plimsoll docs' from the tables of the program.\n.TH %s 1 \"\" \"plimsoll %s\" \"User Commands\"\n", name, PLIMSOLL_VERSION);
    heading(out, "NAME");
    text(out, name);
    buf_putz(out, " \\- ");
    text(out, summary);
    buf_putc(out, '\n');
}

static void option(Buf *out, const Option *o) {
    _cleanup_free_ char *values = o->arg ? option_values(o) : NULL;
    buf_putz(out, ".TP\n");
    if (o->letter)
        buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
    buf_putz(out, "\\fB");
    text(out, o->name);
    buf_putz(out, "\\fR");
    if (o->arg) {
        buf_putz(out, " \\fI");
        text(out, o->arg);
        buf_putz(out, "\\fR");
    }
    buf_putc(out, '\n');
    text(out, o->doc);
    buf_putz(out, ".\n");
    if (values) {
        buf_putz(out, "Values: ");
        Str rest = str_from(values), one;
        for (const char *sep = ""; str_split(&rest, '|', &one); sep = ", ") {
            _cleanup_free_ char *word = str_dup(one);
            buf_putz(out, sep);
            text(out, word);
        }
        buf_putz(out, ".\n");
    }
    if (o->repeat)
        buf_putz(out, "May be given several times.\n");
    if (o->def) {
        buf_putz(out, "Default: ");
        text(out, o->def);
        buf_putz(out, ".\n");
    }
    if (o->env || o->config) {
        buf_putz(out, "Also ");
        if (o->env)
            buf_printf(out, "the variable \\fB%s\\fR", o->env);
        if (o->config) {
            buf_putz(out, o->env ? " and the setting \\fB" : "the setting \\fB");
            text(out, o->config);
            buf_putz(out, "\\fR");
        }
        buf_putz(out, ".\n");
    }
}

static void options(Buf *out, const Option *rows) {
    for (const Option *o = rows; o->name; o++)
        option(out, o);
}

static void paragraphs(Buf *out, const char *s) {
    Str rest = str_from(s);
    for (bool first = true; rest.n; first = false) {
        ssize_t end = str_find(rest, STR("\n\n"));
        _cleanup_free_ char *one = str_dup(end < 0 ? rest : str_head(rest, (size_t) end));
        if (!first)
            buf_putz(out, ".PP\n");
        text(out, one);
        buf_putc(out, '\n');
        rest = end < 0 ? STR_NULL : str_from_at(rest, (size_t) end + 2);
    }
}

static void examples(Buf *out, const char *lines) {
    Str rest = str_from(lines), line, left, right;
    while (str_line(&rest, &line)) {
        bool told = str_cut(line, '#', &left, &right);
        _cleanup_free_ char *command = str_dup(str_trim(told ? left : line)), *what = str_dup(str_trim(told ? right : STR_NULL));
        buf_putz(out, ".TP\n\\fB");
        text(out, command);
        buf_putz(out, "\\fR\n");
        text(out, what);
        buf_putc(out, '\n');
    }
}

static void exit_row(void *userdata, const char *const cells[]) {
    Buf *out = userdata;
    buf_printf(out, ".TP\n\\fB%s\\fR\n", cells[0]);
    text(out, cells[1]);
    buf_putz(out, ".\n");
}

static void exit_codes(Buf *out) {
    const Table *codes = table_by_name(STR("exit-codes"));
    heading(out, "EXIT STATUS");
    codes->rows(exit_row, out);
    text(out, codes->doc);
    buf_putz(out, ".\n");
}

char *man_page_name(const Command *command) {
    char *name = command ? xasprintf("plimsoll-%s", command->name) : xstrdup("plimsoll");
    for (char *c = name; *c; c++)
        if (*c == ' ')
            *c = '-';
    return name;
}

static void see(Buf *out, const Command *command, bool last) {
    _cleanup_free_ char *name = man_page_name(command);
    buf_putz(out, ".BR ");
    text(out, name);
    buf_printf(out, " (1)%s\n", last ? "" : ",");
}

void man_write_command(const Command *c, Buf *out) {
    _cleanup_free_ char *name = man_page_name(c);
    title(out, name, c->summary);
    heading(out, "SYNOPSIS");
    buf_printf(out, "\\fBplimsoll %s\\fR [\\fIOPTION\\fR]…", c->name);
    if (c->arguments) {
        buf_putz(out, " \\fI");
        text(out, c->arguments);
        buf_putz(out, "\\fR");
    }
    buf_putc(out, '\n');
    heading(out, "DESCRIPTION");
    paragraphs(out, c->description);
    _cleanup_free_ char *values = command_argument_values(c);
    if (values) {
        buf_printf(out, ".PP\n\\fI%s\\fR is one of ", c->arguments);
        Str rest = str_from(values), one;
        for (const char *sep = ""; str_split(&rest, '|', &one); sep = ", ") {
            _cleanup_free_ char *word = str_dup(one);
            buf_putz(out, sep);
            text(out, word);
        }
        buf_putz(out, ".\n");
    }
    heading(out, "OPTIONS");
    for (size_t t = 0; t < OPTION_TABLES_MAX && c->options[t]; t++)
        options(out, c->options[t]);
    buf_putz(out, ".SS Options of every command\n");
    const Option *o;
    for (size_t i = 0; (o = common_option(c, i)); i++)
        option(out, o);
    if (c->examples) {
        heading(out, "EXAMPLES");
        examples(out, c->examples);
    }
    exit_codes(out);
    heading(out, "SEE ALSO");
    see(out, NULL, true);
}

static void variable_row(void *userdata, const char *const cells[]) {
    Buf *out = userdata;
    buf_printf(out, ".TP\n\\fB%s\\fR\n", cells[0]);
    text(out, cells[1]);
    buf_putz(out, ".\n");
}

void man_write_main(Buf *out) {
    size_t n;
    const Command *const *all = commands(&n);
    title(out, "plimsoll", "finds the vulnerabilities of container images");
    heading(out, "SYNOPSIS");
    buf_putz(out, "\\fBplimsoll\\fR [\\fIOPTION\\fR]… \\fICOMMAND\\fR [\\fIOPTION\\fR]… [\\fIARGUMENT\\fR]…\n");
    heading(out, "DESCRIPTION");
    paragraphs(out, "Plimsoll is the load line of a container ship: one mark that says what may safely sail. It reads an image, tells what is in it, "
                    "what is known to be wrong with that, and what it could not see.\n\n"
                    "Options may stand before the command and behind arguments; -- ends them. Long options take their value as the next word or behind "
                    "an equals sign; given twice, the last one counts unless the option may be given several times.");
    heading(out, "COMMANDS");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, ".TP\n\\fB%s\\fR\n", all[i]->name);
        text(out, all[i]->summary);
        buf_putz(out, ".\n");
    }
    heading(out, "OPTIONS");
    options(out, common_options);
    exit_codes(out);
    heading(out, "ENVIRONMENT");
    buf_putz(out, "Most options have a variable of their own, named at the option.\n");
    table_by_name(STR("variables"))->rows(variable_row, out);
    heading(out, "SEE ALSO");
    for (size_t i = 0; i < n; i++)
        see(out, all[i], i + 1 == n);
}
