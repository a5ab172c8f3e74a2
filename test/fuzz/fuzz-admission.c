/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an admission review: what is refused has a reason; every other one gets an answer that the API server can read, within its limits, whose patch is one. */
#include <stdlib.h>

#include "base/base64.h"
#include "kube/admission.h"
#include "policy/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static Policy *load(const char *name) {
    Policy *policy;
    Diag d = {0};
    if (policy_make(&(RuleSetOptions) {0}, NULL, 0, str_from(name), &policy, &d) < 0)
        abort();
    diag_done(&d);
    return policy;
}

static void must(bool ok) {
    if (!ok)
        abort();
}

static const Node *parsed(Str text, Arena *a) {
    Limits limits = limits_default();
    Node *n = NULL;
    must(json_parse(text, "answer", &limits, a, NULL, &n) == 0);
    return n;
}

static void check_answer(const AdmissionReview *q, const AdmissionDecision *d, Str text, Arena *a) {
    const Node *response = node_get(parsed(text, a), "response");
    must(!str_is_utf8(q->uid) || str_eq(node_get_str(response, "uid"), q->uid));
    must(node_true(node_get(response, "allowed")) == d->allowed);
    must(d->allowed || node_path(response, "status", "message", NULL));
    size_t all = 0;
    node_each(w, node_get(response, "warnings")) {
        must(node_str(w).n <= 120);
        all += node_str(w).n;
    }
    must(all <= 4096);
    Str patch = base64_decode(node_get_str(response, "patch"), a);
    if (patch.n)
        node_each(o, parsed(patch, a))
            must(node_get_str(o, "path").n && (node_get_str(o, "op").n == 3 || node_get_str(o, "op").n == 7));
}

static void ask(void *userdata, Str reference) {
    must(reference.n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static Policy *policy, *defaults;
    static Evaluator *e;
    static AdmissionDecision decision;
    if (!policy) {
        policy = load("regulated");
        defaults = load("secure-defaults");
        e = evaluator_new();
    }
    AdmissionConfig c = {.policy = policy, .defaults = defaults, .pin = true, .images = true, .unknown_image = RULE_WARN, .minor = KUBE_MINOR_NEWEST, .budget = 1000000000};
    Arena a = {.max = (size_t) 64 << 20};
    Diag d = {0};
    Buf out = buf_new(BUF_OWN_MAX);
    AdmissionReview q;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    AdmissionMoment m = {.began = (int64_t) t.tv_sec * 1000000000 + t.tv_nsec, .ask = ask};
    int r = admission_read(str_n((const char *) p, n), &a, &d, &q);
    must((r < 0) == (d.errors > 0));
    if (r == 0) {
        admission_decide(&c, &q, &m, e, &a, &decision);
        admission_answer(&c, &q, &decision, &out);
        must(!out.failed);
        check_answer(&q, &decision, buf_view(&out), &a);
        buf_clear(&out);
        admission_record(&c, &q, &decision, 0, 0, &out);
        parsed(buf_view(&out), &a);
        admission_mutate(&c, &q, &m, e, &a, &decision);
        buf_clear(&out);
        admission_answer(&c, &q, &decision, &out);
        check_answer(&q, &decision, buf_view(&out), &a);
        /* What was added is there: a second time there is nothing to do. */
        bool changed = decision.patch.n > 0 && !decision.error.n;
        admission_mutate(&c, &q, &m, e, &a, &decision);
        must(!changed || decision.patch.n == 0);
    }
    buf_done(&out);
    diag_done(&d);
    arena_done(&a);
    return 0;
}
