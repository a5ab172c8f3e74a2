/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/tables.h"

#include <stdio.h>

#include "advisory/feed.h"
#include "analyze/analyzer.h"
#include "check/input.h"
#include "cmd/cli.h"
#include "cmd/terminal.h"
#include "deliver/channel.h"
#include "harden/check.h"
#include "image/image.h"
#include "kube/rbac-path.h"
#include "kube/rbac-risk.h"
#include "model/report.h"
#include "parse/json-write.h"
#include "report/format.h"
#include "version/version.h"

static void command_rows(TableRow row, void *userdata) {
    size_t n;
    const Command *const *all = commands(&n);
    for (size_t i = 0; i < n; i++)
        row(userdata, (const char *const[]) {all[i]->name, all[i]->arguments, all[i]->summary});
}

static void exit_code_rows(TableRow row, void *userdata) {
    row(userdata, (const char *const[]) {"0", "Done: nothing at or over --fail-on was found, and everything was looked at"});
    row(userdata, (const char *const[]) {"1", "Findings at or over --fail-on, or that a rule denies"});
    row(userdata, (const char *const[]) {"2", "Wrong options, arguments or configuration: nothing was done"});
    row(userdata, (const char *const[]) {"3", "Could not look at everything, or at anything, or not write the output; findings are still printed"});
}

static void gap_rows(TableRow row, void *userdata) {
    for (GapKind k = 0; k < GAP_N_; k++)
        row(userdata, (const char *const[]) {gap_kind_name(k), gap_kind_doc(k)});
}

static void option_row(TableRow row, void *userdata, const char *command, const Option *o) {
    _cleanup_free_ char *values = o->arg ? option_values(o) : NULL;
    _cleanup_free_ char *name = o->letter ? xasprintf("%s, -%c", o->name, o->letter) : xstrdup(o->name);
    for (char *c = values; c && *c; c++)
        if (*c == '|')
            *c = ' ';
    row(userdata, (const char *const[]) {name, command, o->arg, values, o->def, o->env, o->config, o->doc});
}

static void option_rows(TableRow row, void *userdata) {
    size_t n;
    const Command *const *all = commands(&n);
    for (const Option *o = common_options; o->name; o++)
        option_row(row, userdata, "(all)", o);
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; t < OPTION_TABLES_MAX && all[i]->options[t]; t++)
            for (const Option *o = all[i]->options[t]; o->name; o++)
                option_row(row, userdata, all[i]->name, o);
}

static void variable_rows(TableRow row, void *userdata) {
    static const char *const variables[][2] = {
        {"PLIMSOLL_REGISTRY_USERNAME", "Name for the registry, with PLIMSOLL_REGISTRY_PASSWORD; stronger than the configuration of Docker"},
        {"PLIMSOLL_REGISTRY_PASSWORD", "Password or token for the registry; never sent to its mirrors or to another host"},
        {"PLIMSOLL_DOCKER_ROOT", "Where Docker keeps its images; otherwise /var/lib/docker"},
        {"PLIMSOLL_CONTAINERD_ROOT", "Where containerd keeps its images; otherwise /var/lib/containerd"},
        {"PLIMSOLL_PODMAN_ROOT", "Where Podman keeps its images; otherwise /var/lib/containers/storage, or ~/.local/share/containers/storage without root"},
        {"CONTAINERD_NAMESPACE", "Namespace of containerd that is looked into first; otherwise default, k8s.io, moby"},
        {"DOCKER_CONFIG", "Directory of config.json with credentials and credential helpers; otherwise ~/.docker"},
        {"SOURCE_DATE_EPOCH", "Time of evaluation in seconds since 1970 when --as-of does not say"},
        {"NO_COLOR", "Not empty: no colours unless --color asks for them"},
        {"CLICOLOR_FORCE", "Not empty and not 0: colours also where there is no terminal"},
        {"COLUMNS", "Width of the terminal"},
        {"TMPDIR", "Where temporary files go when --temp-dir does not say; otherwise /var/tmp"},
        {"XDG_CACHE_HOME", "Where the cache lies when --cache does not say; otherwise ~/.cache"},
        {"XDG_CONFIG_HOME", "Where plimsoll/plimsoll.yaml is looked for; otherwise ~/.config"},
        {"XDG_DATA_HOME", "Where the advisory database lies when --db does not say; otherwise ~/.local/share"},
        {"HTTPS_PROXY", "Proxy for HTTPS, as curl takes it; also http_proxy, ALL_PROXY and NO_PROXY"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
        row(userdata, variables[i]);
}

static void format_rows(TableRow row, void *userdata) {
    for (const Format *f = formats(); f->name; f++)
        row(userdata, (const char *const[]) {f->name, f->extension, f->media_type, f->sbom ? "yes" : NULL, f->check ? "yes" : NULL, f->doc});
}

static void analyzer_rows(TableRow row, void *userdata) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        row(userdata, (const char *const[]) {all[i]->name, all[i]->doc, all[i]->fuzzer});
}

static void input_rows(TableRow row, void *userdata) {
    size_t n;
    const CheckInput *const *all = check_inputs(&n);
    for (size_t i = 0; i < n; i++)
        row(userdata, (const char *const[]) {all[i]->name, all[i]->sources, all[i]->doc});
}

static void package_type_rows(TableRow row, void *userdata) {
    for (PackageType t = 0; t < PACKAGE_TYPE_N_; t++) {
        const PackageTypeInfo *i = package_type_info(t);
        row(userdata, (const char *const[]) {i->name, i->scheme, package_type_is_os(t) ? "(the distribution's release)" : i->ecosystem, i->doc});
    }
}

static void source_rows(TableRow row, void *userdata) {
    const char *name, *doc;
    for (size_t i = 0; image_source(i, &name, &doc); i++)
        row(userdata, (const char *const[]) {name, doc});
}

static void version_scheme_rows(TableRow row, void *userdata) {
    for (const VersionScheme *s = version_schemes(); s->name; s++)
        row(userdata, (const char *const[]) {s->name, s->doc});
}

static void check_rows(TableRow row, void *userdata) {
    for (const Check *c = checks(); c < checks() + CHECK_N_; c++)
        row(userdata, (const char *const[]) {c->id, severity_name(c->severity), c->controls, c->title, c->why, c->remediation});
}

static void feed_rows(TableRow row, void *userdata) {
    size_t n;
    const Feed *const *all = feeds(&n);
    for (size_t i = 0; i < n; i++)
        row(userdata, (const char *const[]) {all[i]->name, all[i]->doc, all[i]->source, all[i]->fuzzer});
}

static void key_rows(TableRow row, void *userdata, const ChannelKind *k, const ChannelKey *keys) {
    for (; keys && keys->name; keys++) {
        _cleanup_free_ char *name = xasprintf("%s %s=", k->name, keys->name);
        row(userdata, (const char *const[]) {name, keys->arg, keys->doc});
    }
}

static void output_rows(TableRow row, void *userdata) {
    for (const ChannelKind *const *k = channel_kinds; *k; k++) {
        row(userdata, (const char *const[]) {(*k)->name, (*k)->target, (*k)->doc});
        key_rows(row, userdata, *k, (*k)->keys);
        if ((*k)->remote)
            key_rows(row, userdata, *k, channel_spool_keys);
        key_rows(row, userdata, *k, channel_keys);
    }
}

static void rbac_step_rows(TableRow row, void *userdata) {
    for (RbacStepKind k = 0; k < RBAC_STEP_N_; k++)
        row(userdata, (const char *const[]) {rbac_step_name(k), rbac_step_text(k)});
}

static void rbac_risk_rows(TableRow row, void *userdata) {
    size_t n;
    const RbacRisk *all = rbac_risks(&n);
    for (size_t i = 0; i < n; i++)
        row(userdata, (const char *const[]) {all[i].id, severity_name(all[i].cluster), severity_name(all[i].namespaced), all[i].rights, all[i].controls, all[i].title, all[i].why, all[i].remediation});
}

const Table tables[] = {
    {"analyzers", "Analyzers: which files are read, and what for", {"name", "doc", "fuzzer"}, analyzer_rows},
    {"checks", "Checks of configuration and hardening", {"name", "severity", "controls", "meaning", "why", "remediation"}, check_rows},
    {"feeds", "Feeds of the advisory database", {"name", "doc", "source", "fuzzer"}, feed_rows},
    {"formats", "Output formats of --format", {"name", "extension", "media type", "sbom", "check", "doc"}, format_rows},
    {"commands", "Commands", {"name", "arguments", "summary"}, command_rows},
    {"exit-codes", "Exit codes; where several hold, 2 goes before 3, 3 before 1, 1 before 0", {"code", "meaning"}, exit_code_rows},
    {"gaps", "Why something was not seen: the values of --allow-incomplete", {"name", "doc"}, gap_rows},
    {"inputs", "Kinds of files that plimsoll check reads, and the sources of rules for them", {"name", "sources", "doc"}, input_rows},
    {"options", "Options", {"name", "command", "argument", "values", "default", "environment", "setting", "doc"}, option_rows},
    {"outputs", "Where plimsoll sensor sends alerts: the values of --alert-to, KIND:TARGET KEY=VALUE and so on", {"name", "value", "doc"}, output_rows},
    {"package-types", "Package types, how their versions are ordered, and which advisories speak of them", {"name", "version scheme", "advisories", "doc"}, package_type_rows},
    {"rbac-risks", "Risks of plimsoll rbac risks: how much they weigh in the whole cluster and in one namespace, and the rights that make them",
     {"name", "cluster", "namespace", "rights", "controls", "meaning", "why", "remediation"}, rbac_risk_rows},
    {"rbac-steps", "Steps of plimsoll rbac paths", {"name", "doc"}, rbac_step_rows},
    {"sources", "Where images come from: the values of --source, and the prefixes of references", {"name", "doc"}, source_rows},
    {"variables", "Environment variables that belong to no option", {"name", "doc"}, variable_rows},
    {"version-schemes", "Version schemes: how versions are ordered", {"name", "doc"}, version_scheme_rows},
    {0},
};

const Table *table_by_name(Str name) {
    for (size_t i = 0; tables[i].name; i++)
        if (str_eqz(name, tables[i].name))
            return &tables[i];
    return NULL;
}

typedef struct TextState {
    const Table *table;
    Buf *out;
    unsigned widths[TABLE_COLUMNS_MAX];
} TextState;

static void measure(void *userdata, const char *const cells[]) {
    TextState *s = userdata;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && s->table->columns[i]; i++)
        s->widths[i] = MAX(s->widths[i], terminal_columns(str_from(cells[i])));
}

static void put(void *userdata, const char *const cells[]) {
    TextState *s = userdata;
    unsigned gap = 0;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && s->table->columns[i]; i++) {
        Str cell = str_from(cells[i]);
        if (cell.n) {
            buf_printf(s->out, "%*s%.*s", (int) gap, "", STR_FMT(cell));
            gap = 0;
        }
        gap += s->widths[i] - terminal_columns(cell) + 2;
    }
    buf_putc(s->out, '\n');
}

void table_write_text(const Table *t, Buf *out) {
    TextState s = {.table = t, .out = out};
    t->rows(measure, &s);
    t->rows(put, &s);
}

typedef struct JsonState {
    const Table *table;
    JsonWriter writer;
} JsonState;

static void put_json(void *userdata, const char *const cells[]) {
    JsonState *s = userdata;
    json_map(&s->writer, NULL);
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && s->table->columns[i]; i++)
        json_str_opt(&s->writer, s->table->columns[i], str_from(cells[i]));
    json_end(&s->writer);
}

void table_write_json(const Table *t, Buf *out) {
    JsonState s = {.table = t, .writer = json_writer(out, true)};
    json_list(&s.writer, NULL);
    t->rows(put_json, &s);
    json_end(&s.writer);
    buf_putc(out, '\n');
}

static void put_markdown(void *userdata, const char *const cells[]) {
    const TextState *s = userdata;
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && s->table->columns[i]; i++) {
        buf_putz(s->out, i ? " " : "| ");
        if (i == 0 && cells[i])
            buf_printf(s->out, "`%s`", cells[i]);
        else
            for (const char *c = cells[i] ? cells[i] : ""; *c; c++)
                *c == '|' ? buf_putz(s->out, "\\|") : buf_putc(s->out, *c);
        buf_putz(s->out, " |");
    }
    buf_putc(s->out, '\n');
}

void table_write_markdown(const Table *t, Buf *out) {
    TextState s = {.table = t, .out = out};
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && t->columns[i]; i++)
        buf_printf(out, "%s%s |", i ? " " : "| ", t->columns[i]);
    buf_putz(out, "\n|");
    for (size_t i = 0; i < TABLE_COLUMNS_MAX && t->columns[i]; i++)
        buf_putz(out, "---|");
    buf_putc(out, '\n');
    t->rows(put_markdown, &s);
}
