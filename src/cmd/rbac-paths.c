/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll rbac paths: what somebody can become. */
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/kube-client.h"
#include "cmd/rbac.h"
#include "kube/rbac-path.h"
#include "report/text.h"

static const Option options[] = {
    {.name = "--to", .arg = "TARGET", .doc = "Where paths are to lead; all of them when it is not given", .values = "cluster-admin|node|secrets", .repeat = true},
    {.name = "--fail", .doc = "Exit code 1 when there is a path"},
    {0},
};

static void state_text(const Rbac *r, const RbacState *s, Buf *out) {
    if (s->principal != RBAC_NONE) {
        rbac_principal_text(r, s->principal, out);
        return;
    }
    if (s->role == RBAC_NONE)
        buf_putz(out, "every right");
    else
        rbac_role_text(r, r->roles.p[s->role].namespace, r->roles.p[s->role].name, out);
    if (s->namespace == RBAC_EMPTY)
        buf_putz(out, " in the whole cluster");
    else
        buf_printf(out, " in namespace %.*s", STR_FMT(rbac_text(r, s->namespace)));
}

/* "create pods in namespace shop". */
static void request_text(const Rbac *r, const RbacRequest *q, Buf *out) {
    buf_printf(out, "%.*s %.*s", STR_FMT(rbac_text(r, q->verb)), STR_FMT(rbac_text(r, q->resource)));
    if (rbac_text(r, q->group).n && q->group != RBAC_ALL)
        buf_printf(out, ".%.*s", STR_FMT(rbac_text(r, q->group)));
    if (q->name != RBAC_EMPTY)
        buf_printf(out, " \"%.*s\"", STR_FMT(rbac_text(r, q->name)));
    if (q->namespace != RBAC_EMPTY)
        buf_printf(out, " in namespace %.*s", STR_FMT(rbac_text(r, q->namespace)));
}

static void evidence_text(const Rbac *r, const RbacEvidence *e, Buf *out) {
    request_text(r, &e->request, out);
    if (e->as != RBAC_NONE) {
        buf_putz(out, " (as ");
        rbac_principal_text(r, e->as, out);
        buf_putc(out, ')');
    }
    if (e->grant.binding == RBAC_NONE) {
        buf_putz(out, e->grant.principal == RBAC_NONE ? ": from a step before" : ": by the group system:masters");
        return;
    }
    const RbacBinding *b = &r->bindings.p[e->grant.binding];
    buf_putz(out, ": by ");
    rbac_binding_text(r, b, out);
    buf_putz(out, ", ");
    rbac_role_text(r, b->role_cluster ? RBAC_EMPTY : b->namespace, b->role_name, out);
    if (b->place.file) {
        buf_putz(out, " (");
        rbac_place_text(&b->place, out);
        buf_putz(out, ")");
    }
}

static bool is_last(const RbacPath *p, size_t i) {
    return i + 1 == p->n;
}

static void write_path(const Rbac *r, uint32_t principal, RbacTarget t, const RbacPath *p, Buf *out) {
    _cleanup_(buf_done) Buf who = buf_new(BUF_OWN_MAX);
    rbac_principal_text(r, principal, &who);
    if (!p->found) {
        text_line(out, "%.*s: no path to %s (%s)", STR_FMT(buf_view(&who)), rbac_target_name(t), rbac_target_doc(t));
        return;
    }
    text_line(out, "%.*s reaches %s (%s) in %zu step%s:", STR_FMT(buf_view(&who)), rbac_target_name(t), rbac_target_doc(t), p->n, p->n == 1 ? "" : "s");
    for (size_t i = 0; i < p->n; i++) {
        const RbacStep *s = &p->steps[i];
        _cleanup_(buf_done) Buf from = buf_new(BUF_OWN_MAX), to = buf_new(BUF_OWN_MAX);
        state_text(r, &s->from, &from);
        if (!is_last(p, i))
            state_text(r, &s->to, &to);
        text_line(out, "  %zu. %.*s %s", i + 1, STR_FMT(buf_view(&from)), rbac_step_text(s->kind));
        for (size_t k = 0; k < s->n_evidence; k++) {
            _cleanup_(buf_done) Buf e = buf_new(BUF_OWN_MAX);
            evidence_text(r, &s->evidence[k], &e);
            text_line(out, "       may %.*s", STR_FMT(buf_view(&e)));
        }
        if (is_last(p, i))
            text_line(out, "     => %s", rbac_target_name(t));
        else
            text_line(out, "     -> %.*s", STR_FMT(buf_view(&to)));
    }
}

static void json_state(JsonWriter *w, const char *key, const Rbac *r, const RbacState *s) {
    if (s->principal != RBAC_NONE) {
        rbac_json_principal(w, key, r, s->principal);
        return;
    }
    json_map(w, key);
    json_strz(w, "kind", "Rights");
    json_str(w, "role", s->role == RBAC_NONE ? STR("*") : rbac_text(r, r->roles.p[s->role].name));
    json_str_opt(w, "namespace", rbac_text(r, s->namespace));
    json_end(w);
}

static void json_evidence(JsonWriter *w, const Rbac *r, const RbacEvidence *e) {
    json_map(w, NULL);
    json_str(w, "verb", rbac_text(r, e->request.verb));
    json_str(w, "group", rbac_text(r, e->request.group));
    json_str(w, "resource", rbac_text(r, e->request.resource));
    json_str_opt(w, "name", rbac_text(r, e->request.name));
    json_str_opt(w, "namespace", rbac_text(r, e->request.namespace));
    if (e->as != RBAC_NONE)
        rbac_json_principal(w, "as", r, e->as);
    if (e->grant.binding != RBAC_NONE)
        rbac_json_binding(w, "binding", r, &r->bindings.p[e->grant.binding]);
    if (e->grant.rule)
        rbac_json_rule(w, "rule", r, e->grant.rule);
    json_end(w);
}

static void json_path(JsonWriter *w, const Rbac *r, RbacTarget t, const RbacPath *p) {
    json_map(w, NULL);
    json_strz(w, "to", rbac_target_name(t));
    json_bool(w, "found", p->found);
    json_list(w, "steps");
    for (size_t i = 0; i < p->n; i++) {
        const RbacStep *s = &p->steps[i];
        json_map(w, NULL);
        json_strz(w, "step", rbac_step_name(s->kind));
        json_strz(w, "how", rbac_step_text(s->kind));
        json_state(w, "from", r, &s->from);
        if (is_last(p, i))
            json_strz(w, "reaches", rbac_target_name(t));
        else
            json_state(w, "to", r, &s->to);
        json_list(w, "because");
        for (size_t k = 0; k < s->n_evidence; k++)
            json_evidence(w, r, &s->evidence[k]);
        json_end(w);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static bool is_wanted(Cli *cli, RbacTarget t) {
    size_t n;
    const char *const *to = cli_values(cli, "--to", &n);
    bool wanted = n == 0;
    for (size_t i = 0; i < n; i++)
        wanted = wanted || strcmp(to[i], rbac_target_name(t)) == 0;
    return wanted;
}

static int run(Cli *cli) {
    _cleanup_(rbac_input_done) RbacInput in = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    RbacPath paths[RBAC_TARGET_N_];
    uint32_t who;
    bool found = false;
    int x = rbac_input(cli, &in, NULL, NULL);
    if (x)
        return x;
    if (rbac_principal_parse(&in.rbac, str_from(cli->args[0]), &who) < 0)
        return message_usage(cli->command->name, "'%s' is nobody: expected NAMESPACE/NAME of a service account, group:NAME, user:NAME or a user", cli->args[0]);
    bool whole = rbac_paths(&in.rbac, who, paths);
    JsonWriter w = json_writer(&out, true);
    bool json = rbac_is_json(cli);
    if (json) {
        json_map(&w, NULL);
        rbac_json_principal(&w, "subject", &in.rbac, who);
        json_bool(&w, "complete", whole);
        json_list(&w, "paths");
    }
    for (RbacTarget t = 0; t < RBAC_TARGET_N_; t++) {
        if (!is_wanted(cli, t))
            continue;
        found = found || paths[t].found;
        if (json)
            json_path(&w, &in.rbac, t, &paths[t]);
        else
            write_path(&in.rbac, who, t, &paths[t], &out);
    }
    if (json) {
        json_end(&w);
        rbac_json_input(&w, &in);
        json_end(&w);
        buf_putc(&out, '\n');
    }
    x = output_write(cli, buf_view(&out));
    rbac_note_unseen(&in.rbac);
    if (!whole)
        message_warning("not seen: the search ended at its limit; where it says that there is no path, there may be one");
    x = x == 0 && found && cli_flag(cli, "--fail") ? EXIT_FINDINGS : x == 0 && !whole ? EXIT_INCOMPLETE : x;
    return rbac_input_code(&in, x);
}

const Command command_rbac_paths = {
    .name = "rbac paths",
    .summary = "Prints how somebody can get to the rights of others, step by step",
    .arguments = "SUBJECT",
    .description = "SUBJECT is NAMESPACE/NAME of a service account, group:NAME, user:NAME or the name of a user. Printed are the shortest paths to cluster-admin (every right in the whole "
                   "cluster), node (root on a node) and secrets (every Secret): what is done in each step, which rights it takes, and which binding gives them. A step counts only when what was read "
                   "allows it: pods to run commands in, Secrets with tokens and service accounts must be there.\n\n"
                   "Exit codes: 0 done, 1 there is a path and --fail is given, 2 usage, 3 a file could not be read.",
    .examples = "plimsoll rbac paths shop/web --manifests cluster/  # what whoever breaks into the web shop can get\n"
                "plimsoll rbac paths group:developers --to cluster-admin --fail -m cluster/  # as a gate\n",
    .options = {options, cluster_options, kube_client_options, rbac_format_options},
    .min_args = 1,
    .max_args = 1,
    .workers = true,
    .run = run,
};
