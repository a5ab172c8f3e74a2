/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of docs/reference from the tables. */
#include <stdio.h>

#include "cmd/cli.h"
#include "cmd/config.h"
#include "cmd/docs.h"
#include "cmd/policy.h"
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

static void policy_fields_page(Buf *out) {
    size_t n;
    const Source *const *all = sources(&n);
    begin(out, "Fields of the policy language");
    buf_putz(out, "\nA rule is about one source; its condition asks for the fields of that source and of its parents. How conditions are written, and what they mean where a "
                  "value is absent: [policy-language.md](../policy-language.md). `plimsoll policy fields --format json` has the same for programs.\n\n"
                  "*optional*: may be absent, and each comparison with an absent value is false, `!=` included. *list*: several values; `in` wants all of them, `intersects` and "
                  "`=` any. *[key]*, *[n]*, *[condition]*: takes an argument. *sensor*: only the sensor fills it.\n");
    for (size_t i = 0; i < n; i++) {
        const Source *s = all[i];
        buf_printf(out, "\n## %s\n\n%s. Phase: %s.", s->name, s->doc, s->phase);
        if (s->parent)
            buf_printf(out, " The fields of [%s](#%s) are visible, too.", s->parent, s->parent);
        if (s->children)
            buf_printf(out, " Children: %s.", s->children);
        buf_putz(out, "\n\n| field | type | | what it is |\n|---|---|---|---|\n");
        for (const Field *f = s->fields; f->name; f++) {
            _cleanup_(buf_done) Buf flags = buf_new(256);
            policy_field_flags(f, &flags);
            buf_printf(out, "| `%s` | %s | %.*s | ", f->name, policy_field_type(f), STR_FMT(buf_view(&flags)));
            cell(out, f->doc);
            Str rest = str_from(f->values), one;
            for (const char *sep = ": "; str_split(&rest, '|', &one); sep = ", ")
                buf_printf(out, "%s`%.*s`", sep, STR_FMT(one));
            buf_putz(out, " |\n");
        }
    }
}

static void rule_cell(Buf *out, Str s) {
    _cleanup_free_ char *z = str_dup(s);
    for (char *c = z; *c; c++)
        if (*c == '\n')
            *c = ' ';
    cell(out, z);
}

static void rules_page(Buf *out) {
    _cleanup_(policy_rules_done) PolicyRules p = {0};
    RuleSetOptions o = {0};
    begin(out, "Rules");
    buf_putz(out, "\nThe rules that come with the program. `plimsoll policy list` groups them, `plimsoll policy explain` shows why one fires.\n");
    if (policy_rules_load(NULL, NULL, 0, &o, &p) || p.failed)
        return; /* the tests load them */
    size_t n;
    const char *file = "";
    Rule *const *rules = rule_set_rules(p.set, &n);
    for (size_t i = 0; i < n; i++) {
        const Rule *r = rules[i];
        if (strcmp(file, r->file) != 0)
            buf_printf(out, "\n## %s\n", file = r->file);
        buf_printf(out, "\n### %.*s\n\n", STR_FMT(r->name));
        rule_cell(out, r->desc);
        buf_printf(out, ".\n\nSource `%s`, severity %s, action %s", r->source->name, severity_name(priority_severity(r->priority)), rule_action_name(r->action));
        for (size_t k = 0; k < r->controls.n; k++)
            buf_printf(out, "%s%.*s", k ? ", " : "; ", STR_FMT(r->controls.p[k]));
        buf_putz(out, ".\n\n");
        if (r->why.n) {
            rule_cell(out, r->why);
            buf_putz(out, ".\n\n");
        }
        if (r->remediation.n) {
            buf_putz(out, "What to do: ");
            rule_cell(out, r->remediation);
            buf_putz(out, ".\n\n");
        }
        buf_printf(out, "```\n%.*s\n```\n", STR_FMT(r->written));
    }
}

const ReferencePage reference_pages[] = {
    {"analyzers.md", analyzers_page},
    {"checks.md", checks_page},
    {"commands.md", commands_page},
    {"configuration.md", configuration_page},
    {"exit-codes.md", exit_codes_page},
    {"feeds.md", feeds_page},
    {"formats.md", formats_page},
    {"policy-fields.md", policy_fields_page},
    {"rules.md", rules_page},
    {0},
};
