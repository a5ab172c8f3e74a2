/* SPDX-License-Identifier: Apache-2.0 */
/* The worker: loads the rules, then answers for one file after the other. */
#include <stdlib.h>

#include "base/fs.h"
#include "base/worker.h"
#include "check/wire.h"

enum { FILE_MEMORY = 512 << 20 };

/* Names are kept to the end: messages and places point to them. */
static char *kept_name(Arena *a, Str s) {
    return (char *) arena_str(a, s).p;
}

static int load(WireReader *r, Arena *a, RuleSet *set, Diag *d) {
    int failed = 0;
    for (size_t n = (size_t) wire_max(r, r->rest.n); n > 0; n--) {
        char *name = kept_name(a, wire_str(r));
        failed |= rule_set_add(set, wire_str(r), name, d);
    }
    return failed | rule_set_finish(set, d);
}

static const CheckInput *input_by_name(Str name) {
    size_t n;
    const CheckInput *const *all = check_inputs(&n);
    for (size_t i = 0; i < n; i++)
        if (str_eqz(name, all[i]->name))
            return all[i];
    return NULL;
}

static int answer(const WorkerIo *io, const RuleSet *set, const CheckInput *input, const char *path, Str text, const Limits *limits, bool fixes) {
    _cleanup_(arena_done) Arena a = {.max = FILE_MEMORY};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    CheckItem item = {0};
    check_text(set, input, path, text, limits, fixes, &a, &item);
    check_frame_encode(&b, &item, set);
    return b.failed ? b.failed : fs_write_all(io->out, b.p, b.n);
}

int check_job(const WorkerIo *io) {
    WireReader r = wire_reader(io->args);
    Arena names = {0};
    Diag d = {0};
    Limits limits = limits_default();
    limits.document_bytes = CHECK_FILE_BYTES;
    RuleSetOptions o = {.as_of = wire_i64(&r)};
    bool fixes = wire_max(&r, 1);
    RuleSet *set = rule_set_new(&o);
    int x = load(&r, &names, set, &d) < 0 ? worker_fail(io, -EINVAL, "the rules, which were good a moment ago, cannot be loaded") : 0;
    for (size_t n = (size_t) wire_max(&r, r.rest.n); x == 0 && n > 0 && wire_ok(&r); n--) {
        const CheckInput *input = input_by_name(wire_str(&r));
        char *path = kept_name(&names, wire_str(&r));
        Str text = wire_str(&r);
        if (!wire_ok(&r) || !input)
            x = -EBADMSG;
        else
            x = answer(io, set, input, path, text, &limits, fixes);
    }
    rule_set_free(set);
    diag_done(&d);
    arena_done(&names);
    return x;
}
