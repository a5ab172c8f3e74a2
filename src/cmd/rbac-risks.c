/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll rbac risks: rights that lead further than they look. */
#include "base/worker.h"
#include "cmd/check-report.h"
#include "cmd/message.h"
#include "cmd/kube-client.h"
#include "cmd/rbac.h"
#include "kube/rbac-risk.h"
#include "plimsoll-version.h"

static const Option options[] = {
    {.name = "--format", .letter = 'f', .arg = "FORMAT", .doc = "Output format", .list_values = check_report_formats, .def = "table"},
    {.name = "--builtin", .doc = "Also says what the API server's own bindings give to its own identities"},
    {0},
};

typedef struct Findings {
    Report *report;
    Rbac *rbac;
    Vec(Finding) p;
} Findings;

static Str text_of(Report *r, const Buf *b) {
    return arena_str(&r->arena, buf_view(b));
}

/* At most a few names: a binding may have thousands. */
static void subjects_text(const Rbac *r, const RbacBinding *b, Buf *out) {
    enum { SHOWN = 5 };
    for (uint32_t i = 0; i < b->n_subjects && i < SHOWN; i++) {
        buf_putz(out, i ? ", " : "");
        rbac_principal_text(r, b->subjects[i], out);
    }
    if (b->n_subjects > SHOWN)
        buf_printf(out, " and %u more", b->n_subjects - SHOWN);
}

static void list_text(const Rbac *r, RbacIds ids, Buf *out) {
    for (uint32_t i = 0; i < ids.n; i++)
        buf_printf(out, "%s%.*s", i ? ", " : "", STR_FMT(rbac_text(r, ids.p[i])));
}

static void each(void *userdata, const RbacRiskHit *hit) {
    Findings *f = userdata;
    const Rbac *r = f->rbac;
    const RbacBinding *b = hit->binding;
    _cleanup_(buf_done) Buf detail = buf_new(BUF_OWN_MAX), subject = buf_new(BUF_OWN_MAX);
    rbac_binding_text(r, b, &subject);
    subjects_text(r, b, &detail);
    buf_putz(&detail, " may ");
    list_text(r, hit->rule->verbs, &detail);
    buf_putc(&detail, ' ');
    list_text(r, hit->rule->resources, &detail);
    if (hit->rule->names.n) {
        buf_putz(&detail, " named ");
        list_text(r, hit->rule->names, &detail);
    }
    if (b->namespace == RBAC_EMPTY)
        buf_putz(&detail, " in the whole cluster (");
    else
        buf_printf(&detail, " in namespace %.*s (", STR_FMT(rbac_text(r, b->namespace)));
    rbac_role_text(r, b->role_cluster ? RBAC_EMPTY : b->namespace, b->role_name, &detail);
    buf_putc(&detail, ')');
    vec_push(&f->p, ((Finding) {
        .kind = FINDING_POLICY,
        .id = str_from(hit->risk->id),
        .severity = hit->severity,
        .severity_source = STR("rbac"),
        .title = str_from(hit->risk->title),
        .detail = text_of(f->report, &detail),
        .epss = -1,
        .epss_percentile = -1,
        .published = TIME_NONE,
        .kev_due = STR(""),
        .layer = LAYER_NONE,
        .deleted = LAYER_NONE,
        .path = b->place.file ? str_from(b->place.file) : STR(""),
        .line = b->place.line,
        .col = b->place.col,
        .chars = b->place.col,
        .subject = text_of(f->report, &subject),
        .action = STR("warn"),
        .why = str_from(hit->risk->why),
        .controls = str_from(hit->risk->controls),
        .remediation = str_from(hit->risk->remediation),
        .is_new = true,
    }));
}

static int by_place(const void *a, const void *b) {
    return finding_compare(a, b);
}

static int by_gap(const void *a, const void *b) {
    const Gap *x = a, *y = b;
    int r = x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : str_cmp(x->subject, y->subject);
    return r ? r : str_cmp(x->reason, y->reason);
}

static void gaps(const RbacInput *in, Report *r) {
    const Gathered *g = &in->gathered;
    r->coverage.gaps = arena_alloc(&r->arena, (g->missed.n + 1) * sizeof(Gap));
    for (size_t i = 0; i < g->missed.n; i++)
        r->coverage.gaps[r->coverage.n_gaps++] = (Gap) {.kind = GAP_UNREADABLE_FILE, .subject = str_from(g->missed.p[i].path), .reason = str_from(g->missed.p[i].why)};
    if (g->nothing)
        r->coverage.gaps[r->coverage.n_gaps++] = (Gap) {.kind = GAP_NO_INPUT, .subject = r->artifact.reference, .reason = STR("no file with objects of Kubernetes is there")};
    if (r->coverage.n_gaps > 1)
        qsort(r->coverage.gaps, r->coverage.n_gaps, sizeof(Gap), by_gap);
}

static int finish(Cli *cli, const ScanRequest *q, const RbacInput *in, Findings *f) {
    Report *r = f->report;
    vec_sort(&f->p, by_place);
    r->findings = arena_alloc(&r->arena, (f->p.n + 1) * sizeof(Finding));
    if (f->p.n)
        memcpy(r->findings, f->p.p, f->p.n * sizeof(Finding));
    r->n_findings = f->p.n;
    gaps(in, r);
    int x = check_report_choose(q, r);
    return x ? x : check_report_write(cli, format_by_name(str_from(cli_value(cli, "--format"))), r);
}

static void describe(Cli *cli, const ScanRequest *q, const RbacInput *in, Report *r) {
    size_t n;
    const char *const *paths = cli_values(cli, "--manifests", &n);
    Str reference = STR("");
    for (size_t i = 0; i < n; i++)
        reference = arena_printf(&r->arena, "%.*s%s%s", STR_FMT(reference), i ? " " : "", paths[i]);
    r->artifact = (Artifact) {.kind = ARTIFACT_FILES, .reference = reference, .created = TIME_NONE};
    r->tool_version = STR(PLIMSOLL_VERSION);
    r->coverage.as_of = q->as_of;
    r->coverage.entries = in->gathered.files.n;
    r->coverage.analyzers = arena_new(&r->arena, Str);
    r->coverage.analyzers[r->coverage.n_analyzers++] = STR("rbac");
    r->coverage.sandbox = str_from(worker_confinement());
}

static int run(Cli *cli) {
    _cleanup_(rbac_input_done) RbacInput in = {0};
    _cleanup_(report_done) Report r = {0};
    ScanRequest q;
    size_t builtin;
    int x = scan_request(cli, &q);
    if (x == 0)
        x = rbac_input(cli, &in, NULL, NULL);
    if (x == 0) {
        Findings f = {.report = &r, .rbac = &in.rbac};
        describe(cli, &q, &in, &r);
        rbac_find_risks(&in.rbac, cli_flag(cli, "--builtin"), each, &f, &builtin);
        x = finish(cli, &q, &in, &f);
        vec_done(&f.p);
        if (builtin)
            message_note("%zu risk%s of the API server's own bindings %s not shown: --builtin shows them", builtin, builtin == 1 ? "" : "s", builtin == 1 ? "is" : "are");
        rbac_note_unseen(&in.rbac);
    }
    scan_request_done(&q);
    return x;
}

const Command command_rbac_risks = {
    .name = "rbac risks",
    .summary = "Finds rights that lead further than they look",
    .description = "Every binding is looked at for rights that give away more than their name says: reading secrets, running commands, creating pods, escalate, bind, impersonate, the API of the "
                   "kubelets, certificates, tokens, webhooks, volumes of nodes and others; plimsoll list rbac-risks names them. Each finding says who has it, where, by which role, why it matters and what to "
                   "do. In the whole cluster and in kube-system it weighs more than in another namespace.\n\n"
                   "Exit codes: 0 done, 1 a finding is at or over --fail-on, 2 usage, 3 a file could not be read.",
    .examples = "plimsoll rbac risks --manifests cluster/  # of everything that is there\n"
                "plimsoll rbac risks --fail-on critical --format sarif -o rbac.sarif -m deploy/  # in a pipeline\n",
    .options = {options, cluster_options, kube_client_options, verdict_options, time_options, incomplete_options},
    .workers = true,
    .run = run,
};
