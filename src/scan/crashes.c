/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/crashes.h"

#include <stdlib.h>

#include "base/alloc.h"

bool crashes_take(Crashes *c, const JobRun *run) {
    if (!run->worker.crashed)
        return false;
    _cleanup_free_ char *path = NULL;
    uint64_t site = job_run_crash_site(run, &path);
    if (site == 0) {
        /* Not the fault of an entry, so there is none to leave out; somebody may have killed it. Once is chance. */
        bool again = !c->early;
        c->early = true;
        return again;
    }
    if (c->n == CRASHES_MAX)
        return false;
    size_t at = c->n;
    while (at > 0 && c->site[at - 1] >= site)
        at--;
    if (at < c->n && c->site[at] == site)
        return false;
    for (size_t i = c->n++; i > at; i--) {
        c->site[i] = c->site[i - 1];
        c->path[i] = c->path[i - 1];
    }
    c->site[at] = site;
    c->path[at] = TAKE_PTR(path);
    return true;
}

void crashes_report(const Crashes *c, LayerFacts *l) {
    for (size_t i = 0; i < c->n; i++) {
        Str path = str_from(c->path[i]);
        LocatedFact lf = {.position = l->index.n, .real = path};
        lf.fact = (Fact) {.kind = FACT_PROBLEM, .analyzer = STR("layer"), .path = path};
        lf.fact.problem.kind = PROBLEM_CRASH;
        lf.fact.problem.reason = STR("a worker died on this file: it was left out");
        located_fact_encode(&l->facts, &lf);
    }
}

void crashes_done(Crashes *c) {
    for (size_t i = 0; i < c->n; i++)
        free(c->path[i]);
    *c = (Crashes) {0};
}
