/* SPDX-License-Identifier: Apache-2.0 */
/* The worker: loads the rules, then answers for one file after the other. */
#include <stdlib.h>

#include "base/fs.h"
#include "base/worker.h"
#include "check/wire.h"
#include "secret/compile.h"

enum { FILE_MEMORY = 512 << 20 };

/* Names are kept to the end: messages and places point to them. */
static char *kept_name(Arena *a, Str s) {
    return (char *) arena_str(a, s).p;
}

static int answer(const WorkerIo *io, const Policy *policy, const PolicyContext *context, const CheckInput *input, const char *path, Str text, const Limits *limits, bool fixes, SecretEngine *secrets) {
    _cleanup_(arena_done) Arena a = {.max = FILE_MEMORY};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    CheckItem item = {0};
    check_text(policy, context, input, path, text, limits, fixes, secrets, &a, &item);
    check_frame_encode(&b, &item, policy);
    return b.failed ? b.failed : fs_write_all(io->out, b.p, b.n);
}

int check_job(const WorkerIo *io) {
    WireReader r = wire_reader(io->args);
    _cleanup_(arena_done) Arena names = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(policy_freep) Policy *policy = NULL;
    Limits limits = limits_default();
    limits.document_bytes = CHECK_FILE_BYTES;
    CheckOptions o = {.as_of = wire_i64(&r), .fixes = wire_max(&r, 1)};
    bool named = wire_max(&r, 1);
    o.policy_name = wire_str(&r);
    o.policy_name = named ? o.policy_name : STR_NULL;
    o.n_rules = (size_t) wire_max(&r, r.rest.n);
    PolicyText *rules = arena_alloc(&names, (o.n_rules + 1) * sizeof(*rules));
    for (size_t i = 0; i < o.n_rules; i++) {
        rules[i].name = kept_name(&names, wire_str(&r));
        rules[i].text = wire_str(&r);
        rules[i].role = (PolicyRole) wire_max(&r, POLICY_ADDED);
    }
    PolicyContext context;
    check_job_context(&r, &names, &context);
    o.rules = rules;
    if (!wire_ok(&r) || check_policy(&o, &policy, &d) < 0)
        return worker_fail(io, -EINVAL, "the rules, which were good a moment ago, cannot be loaded");
    _cleanup_(secret_engine_freep) SecretEngine *secrets = NULL;
    _cleanup_error_ Error err = {0};
    int x = policy_asks(policy, STR("text_secret")) ? secret_engine_new(secret_builtin_blob(), &secrets, &err) : 0;
    if (x < 0)
        return worker_fail(io, x, "secrets cannot be looked for: %s", error_text(&err, x));
    for (size_t n = (size_t) wire_max(&r, r.rest.n); x == 0 && n > 0; n--) {
        const CheckInput *input = check_input_by_name(wire_str(&r));
        char *path = kept_name(&names, wire_str(&r));
        Str text = wire_str(&r);
        x = wire_ok(&r) && input ? answer(io, policy, &context, input, path, text, &limits, o.fixes, secrets) : -EBADMSG;
    }
    return x;
}
