/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll rbac who-can: everybody who may do something. */
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/kube-client.h"
#include "cmd/rbac.h"

typedef struct Answer {
    const RbacBinding *binding;
    const RbacRule *rule;
} Answer;

typedef struct Answers {
    Vec(Answer) p;
} Answers;

static void each(void *userdata, const RbacBinding *b, const RbacRule *rule) {
    Answers *a = userdata;
    vec_push(&a->p, ((Answer) {b, rule}));
}

static RbacRequest request_of(const Cli *cli, Rbac *r, const RbacWanted *w) {
    Str verb = str_from(cli->args[0]), namespace = str_from(cli_value(cli, "--namespace"));
    if (str_eqz(w->resource, "namespaces") && w->known)
        namespace = w->name;
    if (w->url.p)
        return rbac_url_request(r, verb, w->url);
    return rbac_request(r, verb, w->group, w->resource, w->subresource, w->name, w->namespaced ? namespace : STR(""));
}

/* Requests for what is in no namespace have none: bindings of a namespace do not count. */
static bool counts(const RbacWanted *w, const RbacBinding *b) {
    return b->namespace == RBAC_EMPTY || w->url.p || w->namespaced;
}

static void write_json(const Cli *cli, const RbacInput *in, const RbacWanted *wanted, const Answers *a, Buf *out) {
    const Rbac *r = &in->rbac;
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_map(&w, "question");
    json_strz(&w, "verb", cli->args[0]);
    if (wanted->url.p) {
        json_str(&w, "url", wanted->url);
    } else {
        json_str(&w, "group", wanted->group);
        json_str(&w, "resource", wanted->resource);
        json_str_opt(&w, "subresource", wanted->subresource);
        json_str_opt(&w, "name", wanted->name);
        json_str_opt(&w, "namespace", str_from(cli_value(cli, "--namespace")));
    }
    json_end(&w);
    json_list(&w, "allowed");
    for (size_t i = 0; i < a->p.n; i++)
        for (uint32_t k = 0; counts(wanted, a->p.p[i].binding) && k < a->p.p[i].binding->n_subjects; k++) {
            json_map(&w, NULL);
            rbac_json_principal(&w, "subject", r, a->p.p[i].binding->subjects[k]);
            rbac_json_binding(&w, "binding", r, a->p.p[i].binding);
            rbac_json_rule(&w, "rule", r, a->p.p[i].rule);
            json_end(&w);
        }
    json_end(&w);
    json_list(&w, "always");
    json_strz(&w, NULL, "Group system:masters");
    json_end(&w);
    rbac_json_input(&w, in);
    json_end(&w);
    buf_putc(out, '\n');
}

static void write_table(const Cli *cli, const RbacInput *in, const RbacWanted *wanted, const Answers *a, Buf *out) {
    static const char *const names[] = {"SUBJECT", "WHERE", "BINDING", "ROLE", "PLACE", NULL};
    const Rbac *r = &in->rbac;
    _cleanup_(columns_done) Columns c = columns_new(names);
    for (size_t i = 0; i < a->p.n; i++) {
        const RbacBinding *b = a->p.p[i].binding;
        for (uint32_t k = 0; counts(wanted, b) && k < b->n_subjects; k++) {
            _cleanup_(buf_done) Buf who = buf_new(BUF_OWN_MAX), binding = buf_new(BUF_OWN_MAX), role = buf_new(BUF_OWN_MAX), place = buf_new(BUF_OWN_MAX);
            rbac_principal_text(r, b->subjects[k], &who);
            rbac_binding_text(r, b, &binding);
            rbac_role_text(r, b->role_cluster ? RBAC_EMPTY : b->namespace, b->role_name, &role);
            rbac_place_text(&b->place, &place);
            columns_cell(&c, buf_view(&who));
            columns_cell(&c, b->namespace == RBAC_EMPTY ? STR("cluster") : rbac_text(r, b->namespace));
            columns_cell(&c, buf_view(&binding));
            columns_cell(&c, buf_view(&role));
            columns_cell(&c, buf_view(&place));
        }
    }
    if (!c.cells.n)
        buf_printf(out, "No binding allows it.\n");
    columns_write(&c, output_width(cli), out);
    buf_putz(out, "Group system:masters may do everything, whatever the bindings say.\n");
}

static int run(Cli *cli) {
    _cleanup_(rbac_input_done) RbacInput in = {0};
    _cleanup_error_ Error err = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    RbacWanted wanted;
    if (rbac_wanted(str_from(cli->args[1]), &wanted, &err) < 0)
        return message_usage(cli->command->name, "%s", error_text(&err, -EINVAL));
    int x = rbac_input(cli, &in, NULL, NULL);
    if (x)
        return x;
    /* Requests for one namespace are of that namespace, so that a RoleBinding in it counts. */
    wanted.namespaced = wanted.namespaced || (str_eqz(wanted.resource, "namespaces") && wanted.known && wanted.name.n);
    RbacRequest q = request_of(cli, &in.rbac, &wanted);
    Answers a = {0};
    rbac_who_can(&in.rbac, &q, each, &a);
    if (rbac_is_json(cli))
        write_json(cli, &in, &wanted, &a, &out);
    else
        write_table(cli, &in, &wanted, &a, &out);
    vec_done(&a.p);
    x = output_write(cli, buf_view(&out));
    rbac_note_unseen(&in.rbac);
    return rbac_input_code(&in, x);
}

const Command command_rbac_who_can = {
    .name = "rbac who-can",
    .summary = "Prints who may do something in a cluster",
    .arguments = "VERB RESOURCE",
    .description = "RESOURCE is one of Kubernetes' own in any of its names (po, pods, deployments.apps), NAME.GROUP for others, with a subresource (pods/exec) or the name of one object "
                   "(secrets/token) behind it, or a path that is no resource (/metrics). Every binding whose role allows it is printed with its subjects: those of the whole cluster, and those of the "
                   "namespace, or without --namespace of all.\n\n"
                   "Rules with resourceNames count for requests that name an object. Aggregated ClusterRoles hold what their selectors choose, also where no controller has filled them yet.\n\n"
                   "Exit codes: 0 done, 2 usage, 3 a file could not be read.",
    .examples = "plimsoll rbac who-can get secrets --manifests cluster/  # in all namespaces\n"
                "plimsoll rbac who-can create pods/exec -n shop -m cluster/  # in one of them\n"
                "kubectl get clusterroles,roles,clusterrolebindings,rolebindings -A -o json | plimsoll rbac who-can '*' '*' -m -  # of a cluster\n",
    .options = {cluster_options, kube_client_options, rbac_namespace_options, rbac_format_options},
    .min_args = 2,
    .max_args = 2,
    .workers = true,
    .run = run,
};
