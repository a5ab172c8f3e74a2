/* SPDX-License-Identifier: Apache-2.0 */
/* Admission reviews (one a line) read, judged by a policy set and answered on one thread, without the network: microseconds for each. */
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "kube/admission.h"
#include "policy/program.h"

enum { FILE_MAX = 1 << 30 };

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double) t.tv_sec * 1e6 + (double) t.tv_nsec / 1e3;
}

static int one(const AdmissionConfig *c, Str body, Evaluator *e, AdmissionDecision *d, Buf *out) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag diag = {0};
    AdmissionReview q;
    int r = admission_read(body, &a, &diag, &q);
    if (r < 0)
        return r;
    admission_decide(c, &q, &(AdmissionMoment) {0}, e, &a, d);
    buf_clear(out);
    admission_answer(c, &q, d, out);
    admission_record(c, &q, d, 0, 0, out);
    return 0;
}

int main(int argc, char **argv) {
    _cleanup_(diag_done) Diag diag = {0};
    _cleanup_(policy_freep) Policy *policy = policy_new(&(RuleSetOptions) {0});
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    _cleanup_free_ char *text = NULL;
    size_t n, reviews = 0, refused = 0, bytes = 0;
    uint64_t rounds = 1;
    if (argc != 4 || str_to_u64(str_from(argv[2]), 1000000, &rounds) < 0 || fs_read(argv[3], FILE_MAX, &text, &n, NULL) < 0)
        return 2;
    if (policy_add_shipped(policy, &diag) < 0 || policy_choose(policy, str_from(argv[1]), &diag) < 0)
        return 2;
    AdmissionConfig c = {.policy = policy, .minor = KUBE_MINOR_NEWEST};
    AdmissionDecision *d = malloc(sizeof(*d));
    double start = now_us();
    for (uint64_t i = 0; i < rounds; i++) {
        Str rest = str_n(text, n), line;
        while (str_line(&rest, &line)) {
            if (one(&c, line, e, d, &out) < 0) {
                free(d);
                return 1;
            }
            reviews++;
            refused += !d->allowed;
            bytes += line.n;
        }
    }
    double us = now_us() - start;
    free(d);
    printf("  %s: %zu reviews of %.1f kB (%.0f %% refused): %.1f us each, %.0f a second on one core\n", argv[1], reviews, (double) bytes / 1e3 / (double) reviews,
           100.0 * (double) refused / (double) reviews, us / (double) reviews, (double) reviews * 1e6 / us);
    return 0;
}
