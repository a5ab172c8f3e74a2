/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll access: who has access to containers and to secrets, and how. */
#include "base/time.h"
#include "cmd/access.h"
#include "cmd/check-report.h"
#include "cmd/message.h"
#include "cmd/output.h"
#include "cmd/kube-client.h"
#include "cmd/rbac.h"
#include "cmd/scan-run.h"
#include "kube/access.h"
#include "kube/rbac-path.h"

enum { DAY = 86400 };

static void each(void *userdata, const KubeObject *o) {
    access_add(userdata, o);
}

/* "12 days", "" when it is not known. */
static void age_text(int64_t created, int64_t as_of, char text[static 32]) {
    text[0] = 0;
    if (created != TIME_NONE && as_of >= created)
        snprintf(text, 32, "%lld days", (long long) ((as_of - created) / DAY));
}

static void day_text(int64_t t, char text[static TIME_TEXT_MAX]) {
    text[0] = 0;
    if (t != TIME_NONE) {
        time_format(t, text);
        text[10] = 0;
    }
}

/* Does the identity hold everything, in the whole cluster? */
static bool is_admin(Rbac *r, uint32_t principal) {
    RbacIdentity who = rbac_identity(r, principal, NULL, 0);
    RbacRequest q = {.verb = RBAC_ALL, .group = RBAC_ALL, .resource = RBAC_ALL, .any = RBAC_NONE};
    return rbac_allowed(r, &who, &q, NULL);
}

static bool account_is_admin(Rbac *r, Str namespace, Str account) {
    return is_admin(r, rbac_principal(r, RBAC_ACCOUNT, namespace, account));
}

typedef struct Admin {
    const RbacBinding *binding;
} Admin;

typedef struct Admins {
    Vec(Admin) p;
} Admins;

static void take_admin(void *userdata, const RbacBinding *b, const RbacRule *rule) {
    Admins *a = userdata;
    if (b->namespace == RBAC_EMPTY)
        vec_push(&a->p, ((Admin) {b}));
}

static void find_admins(Rbac *r, Admins *ret) {
    RbacRequest q = {.verb = RBAC_ALL, .group = RBAC_ALL, .resource = RBAC_ALL, .any = RBAC_NONE};
    rbac_who_can(r, &q, take_admin, ret);
}

static void place_text(const AccessPlace *p, char text[static 512]) {
    text[0] = 0;
    if (p->file)
        snprintf(text, 512, "%s:%u", p->file, p->line);
}

static void heading(Buf *out, const char *text, size_t n) {
    buf_printf(out, "%s%s (%zu)\n", out->n ? "\n" : "", text, n);
}

static void table_admins(Rbac *r, const Admins *a, unsigned width, Buf *out) {
    static const char *const names[] = {"SUBJECT", "BINDING", "ROLE", "PLACE", NULL};
    _cleanup_(columns_done) Columns c = columns_new(names);
    size_t n = 0;
    for (size_t i = 0; i < a->p.n; i++)
        for (uint32_t k = 0; k < a->p.p[i].binding->n_subjects; k++, n++) {
            const RbacBinding *b = a->p.p[i].binding;
            _cleanup_(buf_done) Buf who = buf_new(BUF_OWN_MAX), binding = buf_new(BUF_OWN_MAX), role = buf_new(BUF_OWN_MAX), place = buf_new(BUF_OWN_MAX);
            rbac_principal_text(r, b->subjects[k], &who);
            rbac_binding_text(r, b, &binding);
            rbac_role_text(r, RBAC_EMPTY, b->role_name, &role);
            rbac_place_text(&b->place, &place);
            columns_cell(&c, buf_view(&who));
            columns_cell(&c, buf_view(&binding));
            columns_cell(&c, buf_view(&role));
            columns_cell(&c, buf_view(&place));
        }
    heading(out, "WHO MAY DO EVERYTHING", n);
    columns_write(&c, width, out);
}

static void table_credentials(const Access *m, int64_t as_of, unsigned width, Buf *out) {
    static const char *const names[] = {"CREDENTIAL", "OF", "SUBJECT", "VALID FROM", "UNTIL", "NOTE", "PLACE", NULL};
    _cleanup_(columns_done) Columns c = columns_new(names);
    for (size_t i = 0; i < m->credentials.n; i++) {
        const AccessCredential *x = &m->credentials.p[i];
        char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX], place[512];
        day_text(x->not_before, from);
        day_text(x->not_after, to);
        place_text(&x->place, place);
        columns_cell(&c, x->what);
        columns_cell(&c, x->owner);
        columns_cell(&c, x->subject);
        columns_cellf(&c, "%s", from);
        columns_cellf(&c, "%s", to);
        columns_cellf(&c, "%s%s", x->masters ? "system:masters: every right, and nobody can take it back " : "", x->not_after != TIME_NONE && x->not_after < as_of ? "ended" : "");
        columns_cellf(&c, "%s", place);
    }
    heading(out, "CREDENTIALS IN FILES AND SECRETS", m->credentials.n);
    columns_write(&c, width, out);
}

static void table_tokens(const Access *m, Rbac *r, int64_t as_of, unsigned width, Buf *out) {
    static const char *const names[] = {"SERVICE ACCOUNT", "TOKEN", "WHERE", "LIFETIME", "AGE", "LAST USED", "NOTE", NULL};
    _cleanup_(columns_done) Columns c = columns_new(names);
    for (size_t i = 0; i < m->tokens.n; i++) {
        const AccessToken *t = &m->tokens.p[i];
        char age[32];
        age_text(t->created, as_of, age);
        columns_cellf(&c, "%.*s/%.*s", STR_FMT(t->namespace), STR_FMT(t->account));
        columns_cell(&c, str_from(access_token_name(t->kind)));
        columns_cellf(&c, "%s%.*s", t->kind == ACCESS_TOKEN_SECRET ? "Secret " : "", STR_FMT(t->holder));
        if (t->lifetime_s)
            columns_cellf(&c, "%lld s", (long long) t->lifetime_s);
        else
            columns_cell(&c, STR("does not end"));
        columns_cellf(&c, "%s", age);
        columns_cell(&c, t->last_used);
        columns_cellf(&c, "%s%s%.*s", account_is_admin(r, t->namespace, t->account) ? "may do everything " : "", t->audience.n ? "for " : "", STR_FMT(t->audience));
    }
    heading(out, "TOKENS OF SERVICE ACCOUNTS", m->tokens.n);
    columns_write(&c, width, out);
}

static void table_ways(const Access *m, int64_t as_of, unsigned width, Buf *out) {
    static const char *const names[] = {"WORKLOAD", "SECRET", "HOW", "CONTAINER", "WHERE", "AGE", "MADE BY", NULL};
    _cleanup_(columns_done) Columns c = columns_new(names);
    for (size_t i = 0; i < m->ways.n; i++) {
        const AccessWay *w = &m->ways.p[i];
        bool inside = !access_is_outside(w->use.how);
        const AccessSecret *s = access_secret_of(m, w);
        char age[32] = "";
        if (s)
            age_text(s->created, as_of, age);
        columns_cellf(&c, "%.*s %.*s/%.*s", STR_FMT(w->kind), STR_FMT(w->namespace), STR_FMT(w->workload));
        columns_cellf(&c, "%.*s%s%.*s", STR_FMT(w->use.secret), w->use.key.n ? " key " : "", STR_FMT(w->use.key));
        columns_cell(&c, str_from(access_how_name(w->use.how)));
        columns_cell(&c, w->use.container);
        columns_cell(&c, w->use.where);
        columns_cellf(&c, "%s", age);
        columns_cell(&c, !inside ? STR("outside of the cluster") : !s ? STR("not seen") : s->made_by);
    }
    heading(out, "WHICH WORKLOAD GETS WHICH SECRET", m->ways.n);
    columns_write(&c, width, out);
}

static void json_place(JsonWriter *w, const AccessPlace *p) {
    if (!p->file)
        return;
    json_strz(w, "file", p->file);
    json_u64(w, "line", p->line);
}

static void json_when(JsonWriter *w, const char *key, int64_t t) {
    char text[TIME_TEXT_MAX];
    if (t == TIME_NONE)
        return;
    time_format(t, text);
    json_strz(w, key, text);
}

static void json_credentials(JsonWriter *w, const Access *m, int64_t as_of) {
    json_list(w, "credentials");
    for (size_t i = 0; i < m->credentials.n; i++) {
        const AccessCredential *x = &m->credentials.p[i];
        json_map(w, NULL);
        json_str(w, "what", x->what);
        json_str(w, "of", x->owner);
        json_str_opt(w, "subject", x->subject);
        json_str_opt(w, "servers", x->cluster);
        json_bool(w, "system_masters", x->masters);
        json_when(w, "not_before", x->not_before);
        json_when(w, "not_after", x->not_after);
        json_bool(w, "ended", x->not_after != TIME_NONE && x->not_after < as_of);
        json_place(w, &x->place);
        json_end(w);
    }
    json_end(w);
}

static void json_tokens(JsonWriter *w, const Access *m, Rbac *r, int64_t as_of) {
    json_list(w, "tokens");
    for (size_t i = 0; i < m->tokens.n; i++) {
        const AccessToken *t = &m->tokens.p[i];
        json_map(w, NULL);
        json_str(w, "namespace", t->namespace);
        json_str(w, "service_account", t->account);
        json_strz(w, "kind", access_token_name(t->kind));
        json_str(w, "holder", t->holder);
        json_str_opt(w, "audience", t->audience);
        if (t->lifetime_s)
            json_i64(w, "lifetime_seconds", t->lifetime_s);
        json_bool(w, "ends", t->lifetime_s != 0);
        json_when(w, "created", t->created);
        if (t->created != TIME_NONE)
            json_i64(w, "age_days", (as_of - t->created) / DAY);
        json_str_opt(w, "last_used", t->last_used);
        json_bool(w, "cluster_admin", account_is_admin(r, t->namespace, t->account));
        json_place(w, &t->place);
        json_end(w);
    }
    json_end(w);
}

static void json_ways(JsonWriter *w, const Access *m, int64_t as_of) {
    json_list(w, "secrets");
    for (size_t i = 0; i < m->ways.n; i++) {
        const AccessWay *x = &m->ways.p[i];
        const AccessSecret *s = access_secret_of(m, x);
        json_map(w, NULL);
        json_str(w, "namespace", x->namespace);
        json_str(w, "kind", x->kind);
        json_str(w, "workload", x->workload);
        json_str(w, "secret", x->use.secret);
        json_strz(w, "how", access_how_name(x->use.how));
        json_str_opt(w, "key", x->use.key);
        json_str_opt(w, "container", x->use.container);
        json_str_opt(w, "where", x->use.where);
        json_bool(w, "seen", s && s->seen);
        if (s) {
            json_str_opt(w, "type", s->type);
            json_str_opt(w, "made_by", s->made_by);
            json_when(w, "created", s->created);
            json_when(w, "written", s->written);
            if (s->created != TIME_NONE)
                json_i64(w, "age_days", (as_of - s->created) / DAY);
        }
        json_place(w, &x->place);
        json_end(w);
    }
    json_end(w);
}

static void write_json(const RbacInput *in, const Access *m, Rbac *r, const Admins *a, int64_t as_of, Buf *out) {
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_when(&w, "as_of", as_of);
    json_list(&w, "administrators");
    for (size_t i = 0; i < a->p.n; i++)
        for (uint32_t k = 0; k < a->p.p[i].binding->n_subjects; k++) {
            json_map(&w, NULL);
            rbac_json_principal(&w, "subject", r, a->p.p[i].binding->subjects[k]);
            rbac_json_binding(&w, "binding", r, a->p.p[i].binding);
            json_end(&w);
        }
    json_end(&w);
    json_credentials(&w, m, as_of);
    json_tokens(&w, m, r, as_of);
    json_ways(&w, m, as_of);
    rbac_json_input(&w, in);
    json_end(&w);
    buf_putc(out, '\n');
}

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format; of the map itself table or json, of what rules say of it any", .list_values = check_report_formats, .def = "table"},
    {0},
};

/* The map as it is. */
static int print(Cli *cli, RbacInput *in, const Access *map, int64_t as_of) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    Admins admins = {0};
    unsigned width = output_width(cli);
    find_admins(&in->rbac, &admins);
    if (rbac_is_json(cli)) {
        write_json(in, map, &in->rbac, &admins, as_of, &out);
    } else {
        table_admins(&in->rbac, &admins, width, &out);
        table_credentials(map, as_of, width, &out);
        table_tokens(map, &in->rbac, as_of, width, &out);
        table_ways(map, as_of, width, &out);
    }
    vec_done(&admins.p);
    return output_write(cli, buf_view(&out));
}

static int look(Cli *cli, const ScanRequest *q, const PolicyChosen *policy) {
    _cleanup_(rbac_input_done) RbacInput in = {0};
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_(access_done) Access map = access_new(&arena);
    map.heads = policy != NULL;
    int x = rbac_input(cli, &in, each, &map);
    if (x)
        return x;
    access_finish(&map);
    map.rights = &in.rbac;
    map.as_of = q->as_of;
    x = policy ? access_judge(cli, q, policy, &in, &map) : print(cli, &in, &map, q->as_of);
    rbac_note_unseen(&in.rbac);
    message_note("not seen: what stores outside of the cluster hold, and who reads them there");
    return policy ? x : rbac_input_code(&in, x);
}

static int run(Cli *cli) {
    _cleanup_(policy_chosen_done) PolicyChosen policy = {0};
    bool judged = false;
    ScanRequest q;
    int x = scan_request(cli, &q);
    if (x == 0)
        x = policy_open_options(cli, q.as_of, &policy, &judged);
    const char *format = cli_value(cli, "--format");
    if (x == 0 && !judged && strcmp(format, "table") != 0 && strcmp(format, "json") != 0)
        x = message_usage("access", "--format %s is for what rules say: give --policy, --rules or --rules-add, or take table or json", format);
    if (x == 0)
        x = look(cli, &q, judged ? &policy : NULL);
    scan_request_done(&q);
    return x;
}

const Command command_access = {
    .name = "access",
    .summary = "Prints the access map: who gets into containers and to secrets, and how",
    .description = "Who may do everything in the cluster; credentials that kubeconfigs and Secrets hold, with the subject and validity of certificates (O=system:masters stands out: no authoriser can refuse it "
                   "anything); tokens of service accounts, in Secrets with age and last use, projected and mounted into pods; and which workload gets which secret by which way: variables, volumes, "
                   "the Secrets Store CSI driver, annotations of Vault's agent, External Secrets and Sealed Secrets that make them. Values are never read into it.\n\n"
                   "With --policy, --rules or --rules-add rules are put to the map instead: those of the sources credential, secret_use and k8s_secret (plimsoll policy fields), which know everything that "
                   "was read together. The report has the formats, severities, exceptions and exit codes of plimsoll check.\n\n"
                   "Kubeconfigs are read like manifests: name them with --manifests, with the extension .yaml or as a file of its own. Exit codes: 0 done, 1 a rule denies or a finding is at or over --fail-on, "
                   "2 usage, 3 a file could not be read.",
    .examples = "plimsoll access --manifests cluster/ --manifests ~/.kube/config  # everything at once\n"
                "kubectl get all,secrets,serviceaccounts,roles,rolebindings -A -o yaml | plimsoll access -m - --format json  # of a cluster\n"
                "plimsoll access --policy production --fail-on high -m cluster/  # old tokens, certificates of every right, stale secrets: as a gate\n",
    .options = {options, cluster_options, kube_client_options, verdict_options, time_options, incomplete_options, policy_options, policy_rules_options, policy_added_options, policy_scope_options,
                registry_options, cache_options},
    .workers = true,
    .run = run,
};
