/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll config show: the settings in force, and where each came from. */
#include <stdio.h>

#include "cmd/config.h"
#include "cmd/output.h"
#include "parse/json-write.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {0},
};

static const char *setting_name(const Option *o) {
    return o->config ? o->config : o->env;
}

static const char *origin_name(Origin o) {
    static const char *const names[] = {
        [ORIGIN_DEFAULT] = "default", [ORIGIN_CONFIG] = "file", [ORIGIN_ENVIRONMENT] = "environment", [ORIGIN_OPTION] = "option"};
    return names[o];
}

/* Values of one setting, separated by ", "; its default when nothing set it. */
static void put_values(const Cli *cli, const Option *o, Buf *out) {
    for (size_t i = 0; i < cli->values.n; i++)
        if (cli->values.p[i].option == o)
            buf_printf(out, "%s%s", out->n ? ", " : "", cli->values.p[i].text);
    if (!out->n && o->def)
        buf_putz(out, o->def);
    else if (!out->n)
        buf_putz(out, o->arg ? "-" : "false");
}

static void write_table(const Cli *cli, Buf *out) {
    const Option *o;
    int wide = 0, value_wide = 0;
    for (size_t i = 0; (o = config_setting(i)); i++) {
        _cleanup_(buf_done) Buf value = buf_new(BUF_OWN_MAX);
        put_values(cli, o, &value);
        wide = MAX(wide, (int) strlen(setting_name(o)));
        value_wide = MAX(value_wide, (int) MIN(value.n, (size_t) 40));
    }
    for (size_t i = 0; (o = config_setting(i)); i++) {
        _cleanup_(buf_done) Buf value = buf_new(BUF_OWN_MAX);
        const CliValue *v = cli_found(cli, o);
        put_values(cli, o, &value);
        buf_printf(out, "%-*s  %-*s  %s", wide, setting_name(o), value_wide, value.p, origin_name(v ? v->origin : ORIGIN_DEFAULT));
        if (v)
            buf_printf(out, " %s", v->place ? v->place : o->name);
        buf_putc(out, '\n');
    }
    buf_printf(out, "\nConfiguration file: %s\n", cli->config->path ? cli->config->path : "none");
}

static void write_json(const Cli *cli, Buf *out) {
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    if (cli->config->path)
        json_strz(&w, "file", cli->config->path);
    else
        json_null(&w, "file");
    json_list(&w, "settings");
    const Option *o;
    for (size_t i = 0; (o = config_setting(i)); i++) {
        const CliValue *v = cli_found(cli, o);
        json_map(&w, NULL);
        json_strz(&w, "name", setting_name(o));
        json_strz(&w, "option", o->name);
        if (o->repeat) {
            json_list(&w, "value");
            for (size_t k = 0; k < cli->values.n; k++)
                if (cli->values.p[k].option == o)
                    json_strz(&w, NULL, cli->values.p[k].text);
            json_end(&w);
        } else if (!o->arg) {
            json_bool(&w, "value", v && strcmp(v->text, "true") == 0);
        } else if (v || o->def) {
            json_strz(&w, "value", v ? v->text : o->def);
        } else {
            json_null(&w, "value");
        }
        json_strz(&w, "from", origin_name(v ? v->origin : ORIGIN_DEFAULT));
        if (v && v->place)
            json_strz(&w, "place", v->place);
        json_end(&w);
    }
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
}

static int run(Cli *cli) {
    const Option *o;
    int rc = 0;
    for (size_t i = 0; rc == 0 && (o = config_setting(i)); i++)
        rc = cli_take(cli, o);
    if (rc != 0)
        return rc;
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    if (strcmp(cli_value(cli, "--format"), "json") == 0)
        write_json(cli, &out);
    else
        write_table(cli, &out);
    return output_write(cli, buf_view(&out));
}

const Command command_config_show = {
    .name = "config show",
    .summary = "Prints every setting in force and where it came from",
    .description = "Strongest first: an option, its variable, plimsoll.yaml, the default. A setting without a key in plimsoll.yaml stands under the name of its "
                   "variable.",
    .examples = "plimsoll config show  # what holds here\n"
                "plimsoll config show --config ci/plimsoll.yaml  # what would hold with this file\n",
    .options = {options},
    .run = run,
};
