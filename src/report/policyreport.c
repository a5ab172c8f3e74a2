/* SPDX-License-Identifier: Apache-2.0 */
/* PolicyReport and ClusterPolicyReport (wgpolicyk8s.io/v1alpha2, the Kubernetes Policy Working Group), as a List that kubectl can apply: a report for each namespace that findings of
 * `plimsoll check --cluster` are in, and one for everything else. https://github.com/kubernetes-sigs/wg-policy-prototypes */
#include "base/map.h"
#include "base/vec.h"
#include "report/format.h"
#include "report/json-parts.h"
#include "report/summary.h"

/* Objects of the API server have an end. What is beyond is in the summary alone. */
enum { RESULTS_MAX = 1000 };

/* "Deployment/shop/web", "ClusterRole/admin": an object of a cluster. */
typedef struct Resource {
    Str kind, namespace, name;
} Resource;

typedef struct Group {
    Str namespace;               /* empty: the cluster's */
    Vec(const Finding *) findings;
} Group;

static bool resource_of(const Finding *f, Resource *ret) {
    Str rest;
    if (f->line || !str_cut(f->path, '/', &ret->kind, &rest) || !ret->kind.n || ret->kind.p[0] < 'A' || ret->kind.p[0] > 'Z')
        return false;
    ret->namespace = STR("");
    ret->name = rest;
    str_cut(rest, '/', &ret->namespace, &ret->name);
    return ret->name.n > 0 && str_chr(ret->name, '/') < 0;
}

static void put_result(JsonWriter *w, const Report *r, const Finding *f) {
    static const char *const severities[SEVERITY_N_] = {"info", "info", "low", "medium", "high", "critical"};
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    Resource at;
    finding_text(&text, f);
    json_map(w, NULL);
    json_strz(w, "source", "plimsoll");
    json_str(w, "policy", r->policy.n ? r->policy : STR("plimsoll"));
    json_str(w, "rule", f->id);
    json_strz(w, "result", finding_fails(f, r) ? "fail" : "warn");
    json_strz(w, "severity", severities[f->severity]);
    json_str(w, "message", buf_view(&text));
    json_map(w, "timestamp");
    json_i64(w, "seconds", r->coverage.as_of);
    json_i64(w, "nanos", 0);
    json_end(w);
    if (resource_of(f, &at)) {
        json_list(w, "resources");
        json_map(w, NULL);
        json_str(w, "kind", at.kind);
        json_str_opt(w, "namespace", at.namespace);
        json_str(w, "name", at.name);
        json_end(w);
        json_end(w);
    } else if (f->path.n) {
        _cleanup_(buf_done) Buf place = buf_new(BUF_OWN_MAX);
        finding_place(&place, f);
        json_map(w, "properties");
        json_str(w, "place", buf_view(&place));
        json_end(w);
    }
    json_end(w);
}

/* What was not seen is no pass. */
static void put_gap(JsonWriter *w, const Report *r, const Gap *g) {
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    buf_printf(&text, "not seen: %.*s: %.*s", STR_FMT(g->subject), STR_FMT(g->reason));
    json_map(w, NULL);
    json_strz(w, "source", "plimsoll");
    json_strz(w, "policy", "coverage");
    json_strz(w, "rule", gap_kind_name(g->kind));
    json_strz(w, "result", g->allowed ? "skip" : "error");
    json_str(w, "message", buf_view(&text));
    json_end(w);
}

static void put_summary(JsonWriter *w, const Report *r, const Group *g) {
    size_t fail = 0, gaps = 0, allowed = 0;
    for (size_t i = 0; i < g->findings.n; i++)
        fail += finding_fails(g->findings.p[i], r);
    for (size_t i = 0; i < r->coverage.n_gaps && !g->namespace.n; i++)
        *(r->coverage.gaps[i].allowed ? &allowed : &gaps) += 1;
    json_map(w, "summary");
    json_u64(w, "fail", fail);
    json_u64(w, "warn", g->findings.n - fail);
    json_u64(w, "error", gaps);
    json_u64(w, "skip", allowed);
    json_end(w);
}

static void put_group(JsonWriter *w, const Report *r, const Group *g) {
    json_map(w, NULL);
    json_strz(w, "apiVersion", "wgpolicyk8s.io/v1alpha2");
    json_strz(w, "kind", g->namespace.n ? "PolicyReport" : "ClusterPolicyReport");
    json_map(w, "metadata");
    json_strz(w, "name", "plimsoll");
    json_str_opt(w, "namespace", g->namespace);
    json_map(w, "labels");
    json_strz(w, "app.kubernetes.io/managed-by", "plimsoll");
    json_end(w);
    json_end(w);
    put_summary(w, r, g);
    json_list(w, "results");
    for (size_t i = 0; i < r->coverage.n_gaps && i < RESULTS_MAX && !g->namespace.n; i++)
        put_gap(w, r, &r->coverage.gaps[i]);
    for (size_t i = 0; i < g->findings.n && i < RESULTS_MAX; i++)
        put_result(w, r, g->findings.p[i]);
    json_end(w);
    json_end(w);
}

typedef struct Groups {
    Vec(Group *) all;
    Map by_namespace;
} Groups;

static Group *group_of(Groups *g, Str namespace) {
    bool fresh;
    void **slot = map_slot(&g->by_namespace, namespace, &fresh);
    if (fresh) {
        Group *made = xcalloc(1, sizeof(*made));
        made->namespace = namespace;
        *slot = made;
        vec_push(&g->all, made);
    }
    return *slot;
}

static int by_namespace(const void *a, const void *b) {
    return str_cmp((*(Group *const *) a)->namespace, (*(Group *const *) b)->namespace);
}

int format_policyreport_write(const Report *r, const FormatOptions *o, Buf *out) {
    Groups groups = {0};
    group_of(&groups, STR(""));
    for (size_t i = 0; i < r->n_findings; i++) {
        Resource at = {0};
        bool object = resource_of(&r->findings[i], &at);
        Group *g = group_of(&groups, object ? at.namespace : STR(""));
        vec_push(&g->findings, &r->findings[i]);
    }
    vec_sort(&groups.all, by_namespace);
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_strz(&w, "apiVersion", "v1");
    json_strz(&w, "kind", "List");
    json_list(&w, "items");
    for (size_t i = 0; i < groups.all.n; i++) {
        put_group(&w, r, groups.all.p[i]);
        vec_done(&groups.all.p[i]->findings);
        free(groups.all.p[i]);
    }
    json_end(&w);
    json_end(&w);
    buf_putc(out, '\n');
    vec_done(&groups.all);
    map_done(&groups.by_namespace);
    return out->failed;
}
