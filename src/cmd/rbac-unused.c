/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll rbac unused: rights that nobody has used, by what audit logs say. */
#include "base/time.h"
#include "check/audit-usage.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/kube-client.h"
#include "cmd/rbac.h"
#include "kube/rbac-usage.h"

static const Option options[] = {
    {.name = "--audit-log", .arg = "FILE", .doc = "Audit log of the API server: which rights were used; - is standard input", .repeat = true, .is_file = true},
    {.name = "--builtin", .doc = "Also says what is unused of the API server's own bindings"},
    {0},
};

enum { GROUPS_MAX = 60 };

static void feed(RbacUsage *u, Rbac *r, const AuditRequest *x) {
    Str groups[GROUPS_MAX], rest = x->groups, line;
    size_t n = 0;
    while (n < GROUPS_MAX && str_line(&rest, &line))
        groups[n++] = line;
    RbacRequest q = x->url.n ? rbac_url_request(r, x->verb, x->url) : rbac_request(r, x->verb, x->group, x->resource, x->subresource, x->name, x->namespace);
    rbac_usage_add(u, r, x->user, groups, n, &q);
}

static RbacIds things_of(const RbacRule *rule) {
    return rule->urls.n ? rule->urls : rule->resources;
}

/* Verbs of a rule that were not used on one of its things. */
static void unused_verbs(const Rbac *r, const RbacUsage *u, uint32_t binding, uint32_t n, const RbacRule *rule, uint32_t thing, Buf *out) {
    for (uint32_t v = 0; v < rule->verbs.n; v++)
        if (!rbac_usage_used(u, binding, n, v, thing))
            buf_printf(out, "%s%.*s", out->n ? ", " : "", STR_FMT(rbac_text(r, rule->verbs.p[v])));
}

typedef struct Out {
    const Rbac *rbac;
    const RbacUsage *usage;
    Columns *columns;        /* NULL: JSON */
    JsonWriter *json;
    uint64_t unused, rights;
} Out;

static void one_rule(Out *o, uint32_t binding, uint32_t n, const RbacRule *rule) {
    const Rbac *r = o->rbac;
    const RbacBinding *b = &r->bindings.p[binding];
    RbacIds things = things_of(rule);
    for (uint32_t t = 0; t < things.n; t++) {
        _cleanup_(buf_done) Buf verbs = buf_new(BUF_OWN_MAX), text = buf_new(BUF_OWN_MAX), role = buf_new(BUF_OWN_MAX);
        unused_verbs(r, o->usage, binding, n, rule, t, &verbs);
        o->rights += rule->verbs.n;
        for (uint32_t v = 0; v < rule->verbs.n; v++)
            o->unused += !rbac_usage_used(o->usage, binding, n, v, t);
        if (!verbs.n)
            continue;
        if (o->columns) {
            rbac_binding_text(r, b, &text);
            rbac_role_text(r, b->role_cluster ? RBAC_EMPTY : b->namespace, b->role_name, &role);
            columns_cell(o->columns, buf_view(&text));
            columns_cell(o->columns, buf_view(&role));
            columns_cell(o->columns, rbac_text(r, things.p[t]));
            columns_cell(o->columns, buf_view(&verbs));
            columns_cell(o->columns, rbac_usage_binding(o->usage, binding) ? STR("") : STR("all of the binding"));
            continue;
        }
        json_map(o->json, NULL);
        rbac_json_binding(o->json, "binding", r, b);
        json_list(o->json, "subjects");
        for (uint32_t i = 0; i < b->n_subjects; i++)
            rbac_json_principal(o->json, NULL, r, b->subjects[i]);
        json_end(o->json);
        json_str(o->json, rule->urls.n ? "url" : "resource", rbac_text(r, things.p[t]));
        json_list(o->json, "verbs");
        for (uint32_t v = 0; v < rule->verbs.n; v++)
            if (!rbac_usage_used(o->usage, binding, n, v, t))
                json_str(o->json, NULL, rbac_text(r, rule->verbs.p[v]));
        json_end(o->json);
        json_bool(o->json, "binding_unused", !rbac_usage_binding(o->usage, binding));
        json_end(o->json);
    }
}

static void all_rules(Out *o, bool builtin) {
    const Rbac *r = o->rbac;
    for (uint32_t i = 0; i < r->bindings.n; i++) {
        const RbacBinding *b = &r->bindings.p[i];
        if (b->role == RBAC_NONE || (b->builtin && !builtin))
            continue;
        const RbacRole *role = &r->roles.p[b->role];
        for (uint32_t k = 0; k < role->n_rules; k++)
            one_rule(o, i, k, &role->rules[k]);
    }
}

static void time_or_dash(int64_t t, char text[static TIME_TEXT_MAX]) {
    if (t == TIME_NONE)
        snprintf(text, TIME_TEXT_MAX, "-");
    else
        time_format(t, text);
}

static int run(Cli *cli) {
    static const char *const names[] = {"BINDING", "ROLE", "RESOURCE", "UNUSED VERBS", "NOTE", NULL};
    _cleanup_(rbac_input_done) RbacInput in = {0};
    _cleanup_(audit_usage_done) AuditUsage log = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    _cleanup_(columns_done) Columns columns = columns_new(names);
    _cleanup_error_ Error err = {0};
    char first[TIME_TEXT_MAX], last[TIME_TEXT_MAX];
    size_t n;
    const char *const *logs = cli_values(cli, "--audit-log", &n);
    if (n == 0)
        return message_usage(cli->command->name, "no log is named: give --audit-log FILE");
    int x = rbac_input(cli, &in, NULL, NULL);
    if (x)
        return x;
    int r = audit_usage_read(logs, n, &log, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    RbacUsage usage = rbac_usage_new(&in.rbac);
    for (size_t i = 0; i < log.requests.n; i++)
        feed(&usage, &in.rbac, &log.requests.p[i]);
    time_or_dash(log.first_s, first);
    time_or_dash(log.last_s, last);
    JsonWriter w = json_writer(&out, true);
    Out o = {&in.rbac, &usage, rbac_is_json(cli) ? NULL : &columns, &w, 0, 0};
    if (!o.columns) {
        json_map(&w, NULL);
        json_list(&w, "unused");
    }
    all_rules(&o, cli_flag(cli, "--builtin"));
    if (o.columns) {
        columns_write(&columns, output_width(cli), &out);
        buf_printf(&out, "%llu of %llu rights were not used between %s and %s (%llu events, %llu different requests)\n", (unsigned long long) o.unused, (unsigned long long) o.rights, first, last,
                   (unsigned long long) log.events, (unsigned long long) usage.requests);
    } else {
        json_end(&w);
        json_map(&w, "log");
        json_u64(&w, "events", log.events);
        json_u64(&w, "requests", usage.requests);
        json_u64(&w, "by_no_binding", usage.ungranted);
        json_strz(&w, "first", first);
        json_strz(&w, "last", last);
        json_end(&w);
        json_u64(&w, "rights", o.rights);
        json_u64(&w, "rights_unused", o.unused);
        rbac_json_input(&w, &in);
        json_end(&w);
        buf_putc(&out, '\n');
    }
    x = output_write(cli, buf_view(&out));
    if (usage.ungranted)
        message_note("%llu allowed requests are allowed by no binding at hand: by system:masters, another authoriser, or bindings that have changed since", (unsigned long long) usage.ungranted);
    for (size_t i = 0; i < log.missed.n; i++)
        message_warning("%s: %s", log.missed.p[i].path, log.missed.p[i].why);
    rbac_note_unseen(&in.rbac);
    rbac_usage_done(&usage);
    return rbac_input_code(&in, x == 0 && log.missed.n ? EXIT_INCOMPLETE : x);
}

const Command command_rbac_unused = {
    .name = "rbac unused",
    .summary = "Prints rights that nobody has used",
    .description = "Beside the rights that bindings give stands what audit logs of the API server show as used: each verb of each rule, on each of its resources. A wildcard counts as used when anything that it "
                   "allows was. A log tells of the time that it covers, which is printed: what is used once a year is not in it. Requests are counted for every binding that allows them.\n\n"
                   "Exit codes: 0 done, 2 usage, 3 a file or a line of a log could not be read.",
    .examples = "plimsoll rbac unused --audit-log /var/log/kubernetes/audit.log --manifests cluster/  # what can be taken away\n",
    .options = {options, cluster_options, kube_client_options, rbac_format_options},
    .workers = true,
    .run = run,
};
