/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rbac-private.h"

#include "cmd/message.h"

const Option cluster_options[] = {
    {.name = "--manifests", .letter = 'm', .arg = "PATH", .doc = "Reads the objects of this file or directory, or of standard input (-)", .repeat = true, .is_file = true},
    {.name = "--cluster", .doc = "Reads the objects of a running cluster instead: roles, bindings, accounts, namespaces and workloads"},
    {.name = "--secret-metadata", .doc = "With --cluster: reads the metadata of Secrets, too, never their values; the account needs to list secrets"},
    {0},
};

const Option rbac_format_options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .values = "table|json", .def = "table"},
    {0},
};

const Option rbac_namespace_options[] = {
    {.name = "--namespace", .letter = 'n', .arg = "NAME", .doc = "The namespace that is asked about"},
    {0},
};

/* What decides about access and stands in no object. */
static const char *const unseen[] = {
    "authenticators: who can log in as whom, and in which groups",
    "other authorisers of the API server: Node, Webhook, ABAC",
    "admission, which may refuse what RBAC allows",
};

typedef struct Taking {
    Rbac *rbac;
    GatherEach also;
    void *userdata;
} Taking;

static void take(void *userdata, const KubeObject *o) {
    const Taking *t = userdata;
    rbac_add(t->rbac, o);
    if (t->also)
        t->also(t->userdata, o);
}

static void finish(RbacInput *in) {
    rbac_finish(&in->rbac);
    if (in->rbac.n_limited)
        vec_push(&in->gathered.missed,
                 ((CheckMiss) {(char *) "aggregated ClusterRoles",
                               (char *) arena_printf(&in->arena, "over the limit: what %zu of them gather from others is not known; these count only with the rules that stand in them", in->rbac.n_limited).p}));
}

int rbac_input(Cli *cli, RbacInput *ret, GatherEach also, void *userdata) {
    size_t n;
    const char *const *paths = cli_values(cli, "--manifests", &n);
    ret->rbac = rbac_new(&ret->arena);
    if ((n > 0) == cli_flag(cli, "--cluster"))
        return message_usage(cli->command->name, n ? "--cluster and --manifests: choose one" : "no cluster is named: give --manifests PATH or --cluster");
    if (n && cli_flag(cli, "--secret-metadata"))
        return message_usage(cli->command->name, "--secret-metadata is for --cluster: manifests hold what they hold");
    Limits limits = limits_default();
    _cleanup_error_ Error err = {0};
    Taking t = {&ret->rbac, also, userdata};
    if (n == 0) {
        ret->rbac.live = true;
        int x = rbac_live(cli, take, &t, &ret->gathered);
        if (x == 0)
            finish(ret);
        return x;
    }
    int r = gather_files(paths, n, &limits, take, &t, &ret->gathered, &err);
    if (r < 0)
        return message_fail(EXIT_INCOMPLETE, &err, r);
    finish(ret);
    return 0;
}

void rbac_input_done(RbacInput *in) {
    rbac_done(&in->rbac);
    gathered_done(&in->gathered);
    arena_done(&in->arena);
}

int rbac_input_code(const RbacInput *in, int code) {
    const Gathered *g = &in->gathered;
    for (size_t i = 0; i < g->missed.n; i++)
        message_warning("%s: %s", g->missed.p[i].path, g->missed.p[i].why);
    if (g->nothing)
        message_warning("no file with objects of Kubernetes is there: what is not read allows nothing here");
    return code != EXIT_USAGE && (g->missed.n || g->nothing) ? EXIT_INCOMPLETE : code;
}

void rbac_json_input(JsonWriter *w, const RbacInput *in) {
    const Gathered *g = &in->gathered;
    const Rbac *r = &in->rbac;
    json_map(w, "input");
    json_strz(w, "from", r->live ? "api-server" : "manifests");
    json_u64(w, "files", g->files.n);
    json_u64(w, "objects", g->objects);
    json_u64(w, "roles", r->roles.n);
    json_u64(w, "bindings", r->bindings.n);
    json_list(w, "unreadable");
    for (size_t i = 0; i < g->missed.n; i++) {
        json_map(w, NULL);
        json_strz(w, "path", g->missed.p[i].path);
        json_strz(w, "reason", g->missed.p[i].why);
        json_end(w);
    }
    json_end(w);
    json_list(w, "missing_roles");
    for (size_t i = 0; i < r->bindings.n; i++)
        if (r->bindings.p[i].role == RBAC_NONE)
            rbac_json_binding(w, NULL, r, &r->bindings.p[i]);
    json_end(w);
    json_list(w, "not_seen");
    for (size_t i = 0; i < ARRAY_SIZE(unseen); i++)
        json_strz(w, NULL, unseen[i]);
    json_end(w);
    json_end(w);
}

void rbac_json_principal(JsonWriter *w, const char *key, const Rbac *r, uint32_t principal) {
    const RbacPrincipal *p = &r->principals.p[principal];
    json_map(w, key);
    json_strz(w, "kind", rbac_kind_name(p->kind));
    json_str(w, "name", rbac_text(r, p->name));
    json_str_opt(w, "namespace", rbac_text(r, p->namespace));
    json_end(w);
}

static void json_place(JsonWriter *w, const RbacPlace *p) {
    if (!p->file)
        return;
    json_strz(w, "file", p->file);
    json_u64(w, "line", p->line);
    json_u64(w, "column", p->col);
}

void rbac_json_binding(JsonWriter *w, const char *key, const Rbac *r, const RbacBinding *b) {
    json_map(w, key);
    json_strz(w, "kind", b->namespace == RBAC_EMPTY ? "ClusterRoleBinding" : "RoleBinding");
    json_str(w, "name", rbac_text(r, b->name));
    json_str_opt(w, "namespace", rbac_text(r, b->namespace));
    json_map(w, "role");
    json_strz(w, "kind", b->role_cluster ? "ClusterRole" : "Role");
    json_str(w, "name", rbac_text(r, b->role_name));
    json_end(w);
    json_place(w, &b->place);
    json_end(w);
}

void rbac_json_rule(JsonWriter *w, const char *key, const Rbac *r, const RbacRule *rule) {
    const struct {
        const char *name;
        RbacIds ids;
    } parts[] = {{"verbs", rule->verbs}, {"apiGroups", rule->groups}, {"resources", rule->resources}, {"resourceNames", rule->names}, {"nonResourceURLs", rule->urls}};
    json_map(w, key);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (!parts[i].ids.n)
            continue;
        json_list(w, parts[i].name);
        for (uint32_t k = 0; k < parts[i].ids.n; k++)
            json_str(w, NULL, rbac_text(r, parts[i].ids.p[k]));
        json_end(w);
    }
    json_end(w);
}

void rbac_binding_text(const Rbac *r, const RbacBinding *b, Buf *out) {
    buf_putz(out, b->namespace == RBAC_EMPTY ? "ClusterRoleBinding " : "RoleBinding ");
    if (b->namespace != RBAC_EMPTY)
        buf_printf(out, "%.*s/", STR_FMT(rbac_text(r, b->namespace)));
    buf_str(out, rbac_text(r, b->name));
}

void rbac_place_text(const RbacPlace *p, Buf *out) {
    if (p->file)
        buf_printf(out, "%s:%u", p->file, p->line);
}

void rbac_note_unseen(const Rbac *r) {
    size_t missing = 0;
    for (size_t i = 0; i < r->bindings.n; i++)
        missing += r->bindings.p[i].role == RBAC_NONE;
    if (missing)
        message_note("%zu binding%s refer%s to a role that was not seen: what it allows is not known", missing, missing == 1 ? "" : "s", missing == 1 ? "s" : "");
    for (size_t i = 0; i < ARRAY_SIZE(unseen); i++)
        message_note("not seen: %s", unseen[i]);
}

bool rbac_is_json(const Cli *cli) {
    return strcmp(cli_value(cli, "--format"), "json") == 0;
}
