/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of docs/reference from the tables. */
#include <stdio.h>

#include "cmd/cli.h"
#include "cmd/config.h"
#include "cmd/docs.h"
#include "cmd/tables.h"

static void begin(Buf *out, const char *title) {
    buf_printf(out, "<!-- Made by `make docs` from the tables of the program: change those. -->\n# %s\n", title);
}

static void table_page(Buf *out, const char *title, const char *name, const char *more) {
    const Table *t = table_by_name(str_from(name));
    begin(out, title);
    buf_printf(out, "\n%s.", t->doc);
    if (more)
        buf_printf(out, " %s", more);
    buf_putz(out, "\n\n");
    table_write_markdown(t, out);
}

static void cell(Buf *out, const char *s) {
    for (const char *c = s; c && *c; c++)
        *c == '|' ? buf_putz(out, "\\|") : buf_putc(out, *c);
}

static void option_row(Buf *out, const Option *o) {
    _cleanup_free_ char *values = o->arg ? option_values(o) : NULL;
    buf_putz(out, "| `");
    buf_putz(out, o->name);
    if (o->arg)
        buf_printf(out, " %s", o->arg);
    buf_putz(out, "`");
    if (o->letter)
        buf_printf(out, ", `-%c`", o->letter);
    buf_putz(out, " | ");
    cell(out, o->doc);
    Str rest = str_from(values), one;
    for (const char *sep = ": "; str_split(&rest, '|', &one); sep = ", ")
        buf_printf(out, "%s`%.*s`", sep, STR_FMT(one));
    if (o->repeat)
        buf_putz(out, "; may be given several times");
    buf_printf(out, " | %s%s%s | %s%s%s | %s%s%s |\n", o->def ? "`" : "", o->def ? o->def : "", o->def ? "`" : "", o->env ? "`" : "", o->env ? o->env : "",
               o->env ? "`" : "", o->config ? "`" : "", o->config ? o->config : "", o->config ? "`" : "");
}

static void option_table(Buf *out, const Option *const *tables_of, size_t n) {
    buf_putz(out, "\n| option | what it does | default | variable | setting |\n|---|---|---|---|---|\n");
    for (size_t t = 0; t < n && tables_of[t]; t++)
        for (const Option *o = tables_of[t]; o->name; o++)
            option_row(out, o);
}

static void commands_page(Buf *out) {
    size_t n;
    const Command *const *all = commands(&n);
    begin(out, "Commands");
    buf_putz(out, "\n");
    table_write_markdown(table_by_name(STR("commands")), out);
    buf_putz(out, "\n## Options of every command\n");
    option_table(out, (const Option *const[]) {common_options}, 1);
    for (size_t i = 0; i < n; i++) {
        const Command *c = all[i];
        buf_printf(out, "\n## plimsoll %s%s%s\n\n%s.\n\n%s\n", c->name, c->arguments ? " " : "", c->arguments ? c->arguments : "", c->summary, c->description);
        _cleanup_free_ char *values = command_argument_values(c);
        Str rest = str_from(values), one;
        if (values)
            buf_printf(out, "\n%s is one of", c->arguments);
        for (const char *sep = " "; str_split(&rest, '|', &one); sep = ", ")
            buf_printf(out, "%s`%.*s`", sep, STR_FMT(one));
        if (values)
            buf_putz(out, ".\n");
        if (c->options[0])
            option_table(out, c->options, OPTION_TABLES_MAX);
        if (c->examples)
            buf_printf(out, "\n```sh\n%s```\n", c->examples);
    }
}

static void exit_codes_page(Buf *out) {
    table_page(out, "Exit codes", "exit-codes", NULL);
    buf_putz(out, "\nA reader of standard output that goes away (`plimsoll … | head`) changes no exit code. What counts as \"not everything\":\n\n");
    table_write_markdown(table_by_name(STR("gaps")), out);
    buf_putz(out, "\n`--allow-incomplete` takes these names: such a gap is still in the report, but no longer in the exit code.\n");
}

static void configuration_page(Buf *out) {
    begin(out, "Configuration");
    buf_putz(out, "\nStrongest first: an option, its variable, `plimsoll.yaml`, the default. `plimsoll config show` prints every setting with its value and "
                  "where that came from.\n\n"
                  "One file is read, the first of these that there is:\n\n");
    config_places(out);
    buf_putz(out, "\nA key that does not exist, a value of the wrong kind and a value that is not allowed are errors (exit code 2) with file, line and column. "
                  "Where an option may be given several times, the setting is a list and the variable is separated by commas. Secrets are never options or "
                  "settings.\n\n## Settings\n\n| setting | variable | option | value | default | what it does |\n|---|---|---|---|---|---|\n");
    const Option *o;
    for (size_t i = 0; (o = config_setting(i)); i++) {
        _cleanup_free_ char *values = option_values(o);
        buf_printf(out, "| %s%s%s | %s%s%s | `%s` | ", o->config ? "`" : "", o->config ? o->config : "", o->config ? "`" : "", o->env ? "`" : "",
                   o->env ? o->env : "", o->env ? "`" : "", o->name);
        Str rest = str_from(values), one;
        for (const char *sep = ""; str_split(&rest, '|', &one); sep = ", ")
            buf_printf(out, "%s`%.*s`", sep, STR_FMT(one));
        buf_printf(out, "%s | %s%s%s | ", values ? "" : o->arg, o->def ? "`" : "", o->def ? o->def : "", o->def ? "`" : "");
        cell(out, o->doc);
        buf_putz(out, " |\n");
    }
    buf_putz(out, "\n## Other variables\n\n");
    table_write_markdown(table_by_name(STR("variables")), out);
}

static void analyzers_page(Buf *out) {
    table_page(out, "Analyzers", "analyzers", NULL);
}

static void feeds_page(Buf *out) {
    table_page(out, "Feeds", "feeds", "`plimsoll db build DIR` takes all of them from a directory: the first feed that recognises a document reads it.");
}

static void formats_page(Buf *out) {
    table_page(out, "Output formats", "formats", "Those with *sbom* are also what `plimsoll sbom` writes.");
}

static void checks_page(Buf *out) {
    table_page(out, "Checks of configuration and hardening", "checks", "`cis-docker-4.N` is a recommendation of the CIS Docker Benchmark 1.6.0, `nist-800-190-N` a section of NIST SP 800-190. A check that "
                                                                      "does not apply is left out by its name: [exceptions](exceptions.md).");
}

const ReferencePage reference_pages[] = {
    {"analyzers.md", analyzers_page},
    {"checks.md", checks_page},
    {"commands.md", commands_page},
    {"configuration.md", configuration_page},
    {"exit-codes.md", exit_codes_page},
    {"feeds.md", feeds_page},
    {"formats.md", formats_page},
    {0},
};
