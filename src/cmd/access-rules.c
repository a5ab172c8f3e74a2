/* SPDX-License-Identifier: Apache-2.0 */
/* What rules say of the access map. Its texts were cut down to what may be known of them in the workers that read them. */
#include "base/worker.h"
#include "check/report.h"
#include "cmd/access.h"
#include "cmd/check-report.h"
#include "cmd/message.h"
#include "kube/access-subject.h"
#include "plimsoll-version.h"

typedef struct Giving {
    const Access *map;
    bool live;               /* it came of an API server: there are no files */
    Arena *arena;
    CheckEach each;
    void *userdata;
} Giving;

static Str object_text(Arena *a, Str kind, Str namespace, Str name, const char *between) {
    return arena_printf(a, "%.*s%s%.*s%s%.*s", STR_FMT(kind), between, STR_FMT(namespace), namespace.n ? "/" : "", STR_FMT(name));
}

/* "Deployment shop/web, secret_use db": what it is for people. */
static Str name_of(const AccessItem *x, Arena *a) {
    if (x->way)
        return arena_printf(a, "%.*s, secret %.*s by %s", STR_FMT(object_text(a, x->way->kind, x->way->namespace, x->way->workload, " ")), STR_FMT(x->way->use.secret), access_how_name(x->way->use.how));
    if (x->secret)
        return object_text(a, STR("Secret"), x->secret->namespace, x->secret->name, " ");
    if (x->token)
        return arena_printf(a, "token of ServiceAccount %.*s/%.*s, %s%.*s", STR_FMT(x->token->namespace), STR_FMT(x->token->account), x->token->kind == ACCESS_TOKEN_SECRET ? "Secret " : "",
                            STR_FMT(x->token->holder));
    return arena_printf(a, "%.*s of %.*s", STR_FMT(x->credential->what), STR_FMT(x->credential->owner));
}

static const AccessPlace *place_of(const AccessItem *x) {
    return x->way ? &x->way->place : x->secret ? &x->secret->place : x->token ? &x->token->place : &x->credential->place;
}

static int give_one(void *userdata, const Subject *s, const AccessItem *item, const Node *at) {
    const Giving *g = userdata;
    const AccessPlace *p = place_of(item);
    const KubeObject *o = s->parent->object;
    CheckSubject c = {.subject = *s, .name = name_of(item, g->arena)};
    if (g->live) {
        c.path = object_text(g->arena, o->kind, o->namespace, o->name, "/");
    } else {
        c.path = str_from(p->file);
        c.place = (CheckPlace) {.line = p->line, .col = 1};
    }
    return c.name.p ? g->each(g->userdata, &c) : -E2BIG;
}

static int give(void *state, CheckEach each, void *userdata) {
    Giving *g = state;
    g->each = each;
    g->userdata = userdata;
    return access_each(g->map, give_one, g);
}

/* What was read, as the report of check has it; findings belong to the first file, and say themselves where they stand. */
static void walk_of(const RbacInput *in, CheckWalk *w) {
    const Gathered *g = &in->gathered;
    w->cluster = in->rbac.live;
    w->objects = g->objects;
    for (size_t i = 0; i < g->files.n; i++)
        vec_push(&w->items, ((CheckItem) {.path = xstrdup(g->files.p[i]), .input = in->rbac.live ? &check_input_cluster : &check_input_kubernetes}));
    for (size_t i = 0; i < g->missed.n; i++)
        vec_push(&w->missed, ((CheckMiss) {xstrdup(g->missed.p[i].path), xstrdup(g->missed.p[i].why)}));
}

int access_judge(Cli *cli, const ScanRequest *q, const PolicyChosen *policy, const RbacInput *in, const Access *map) {
    _cleanup_(check_walk_done) CheckWalk w = {0};
    _cleanup_(report_done) Report r = {0};
    _cleanup_(arena_done) Arena a = {0};
    size_t n;
    const char *const *paths = cli_values(cli, "--manifests", &n);
    if (!access_wanted(policy->policy))
        message_warning("no rule that was chosen is about source credential, secret_use or k8s_secret");
    walk_of(in, &w);
    Giving g = {.map = map, .live = in->rbac.live, .arena = &a};
    if (w.items.n && check_subjects(policy->policy, &policy->context, give, &g, &a, &w.items.p[0]) < 0) {
        message_error("what the rules say does not fit into memory");
        return EXIT_INCOMPLETE;
    }
    r.tool_version = STR(PLIMSOLL_VERSION);
    const char *server = in->rbac.live && in->gathered.files.n ? in->gathered.files.p[0] : "";
    check_report(&w, policy->policy, in->rbac.live ? &server : paths, in->rbac.live ? 1 : n, q->as_of, worker_confinement(), &r);
    int x = check_report_choose(q, &r);
    return x ? x : check_report_write(cli, format_by_name(str_from(cli_value(cli, "--format"))), &r);
}
