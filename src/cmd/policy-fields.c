/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy fields: what conditions can ask. */
#include "cmd/output.h"
#include "cmd/policy.h"
#include "cmd/tables.h"
#include "parse/json-write.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {0},
};

const char *policy_field_type(const Field *f) {
    static const char *const types[] = {[FIELD_BOOL] = "bool", [FIELD_INT] = "int", [FIELD_DOUBLE] = "number", [FIELD_STRING] = "text", [FIELD_BYTES] = "bytes",
                                        [FIELD_IP] = "address", [FIELD_NET] = "network", [FIELD_PORT] = "port"};
    static const char *const units[] = {[UNIT_NONE] = NULL, [UNIT_BYTES] = "bytes", [UNIT_MILLICORES] = "cores", [UNIT_DAYS] = "days", [UNIT_SECONDS] = "seconds",
                                        [UNIT_NANOSECONDS] = "nanoseconds", [UNIT_TIME] = "time"};
    return units[f->unit] ? units[f->unit] : types[f->type];
}

void policy_field_flags(const Field *f, Buf *out) {
    static const struct {
        unsigned flag;
        const char *word;
    } words[] = {{FIELD_OPTIONAL, "optional"}, {FIELD_LIST, "list"}, {FIELD_BOTH_ENDS, "both ends"}, {FIELD_PATH, "path"}, {FIELD_ARG_INDEX, "[n]"}, {FIELD_ARG_KEY, "[key]"},
                 {FIELD_ARG_CONDITION, "[condition]"}, {FIELD_ANY_INDEX, "any without [n]"}, {FIELD_VERSION, "version"}, {FIELD_SENSOR, "sensor"}};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (f->flags & words[i].flag)
            buf_printf(out, "%s%s", out->n ? ", " : "", words[i].word);
}

void policy_list_sources(Buf *out) {
    size_t n;
    const Source *const *all = sources(&n);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s", i ? "|" : "", all[i]->name);
}

static void write_json(Buf *out, const char *only) {
    size_t n;
    const Source *const *all = sources(&n);
    JsonWriter w = json_writer(out, true);
    json_list(&w, NULL);
    for (size_t i = 0; i < n; i++) {
        if (only && strcmp(only, all[i]->name) != 0)
            continue;
        json_map(&w, NULL);
        json_strz(&w, "source", all[i]->name);
        json_strz(&w, "phase", all[i]->phase);
        json_strz(&w, "doc", all[i]->doc);
        json_str_opt(&w, "parent", str_from(all[i]->parent));
        json_str_opt(&w, "children", str_from(all[i]->children));
        json_list(&w, "fields");
        for (const Field *f = all[i]->fields; f->name; f++) {
            _cleanup_(buf_done) Buf flags = buf_new(256);
            policy_field_flags(f, &flags);
            json_map(&w, NULL);
            json_strz(&w, "name", f->name);
            json_strz(&w, "type", policy_field_type(f));
            json_str_opt(&w, "flags", buf_view(&flags));
            json_str_opt(&w, "values", str_from(f->values));
            json_strz(&w, "doc", f->doc);
            json_end(&w);
        }
        json_end(&w);
        json_end(&w);
    }
    json_end(&w);
    buf_putc(out, '\n');
}

static int run(Cli *cli) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    const char *only = cli->n_args ? cli->args[0] : NULL;
    if (strcmp(cli_value(cli, "--format"), "json") == 0) {
        write_json(&out, only);
        return output_write(cli, buf_view(&out));
    }
    size_t n;
    const Source *const *all = sources(&n);
    for (size_t i = 0; i < n; i++) {
        const Source *s = all[i];
        if (only && strcmp(only, s->name) != 0)
            continue;
        buf_printf(&out, "%s%s (%s): %s\n", out.n ? "\n" : "", s->name, s->phase, s->doc);
        if (s->parent)
            buf_printf(&out, "  fields of %s are visible, too\n", s->parent);
        if (s->children)
            buf_printf(&out, "  children: %s\n", s->children);
        for (const Field *f = s->fields; f->name; f++) {
            _cleanup_(buf_done) Buf flags = buf_new(256);
            policy_field_flags(f, &flags);
            buf_printf(&out, "  %-40s %-12s %s\n", f->name, policy_field_type(f), f->doc);
            if (flags.n || f->values)
                buf_printf(&out, "  %-40s %-12s (%.*s%s%s)\n", "", "", STR_FMT(buf_view(&flags)), flags.n && f->values ? "; " : "", f->values ? f->values : "");
        }
    }
    return output_write(cli, buf_view(&out));
}

const Command command_policy_fields = {
    .name = "policy fields",
    .summary = "Prints what conditions of rules can ask",
    .arguments = "SOURCE",
    .description = "Every source that a rule may name, and its fields: type or unit, what they mean, whether they may be absent (optional: each comparison with an absent value "
                   "is false, != included), have several values (list), or take an argument in brackets. Without SOURCE all of them.",
    .examples = "plimsoll policy fields image  # of images\n"
                "plimsoll policy fields --format json  # for editors\n",
    .options = {options},
    .max_args = 1,
    .list_arguments = policy_list_sources,
    .run = run,
};
