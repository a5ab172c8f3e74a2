/* SPDX-License-Identifier: Apache-2.0 */
#include "check/audit-usage.h"

#include <unistd.h>

#include "base/fs.h"
#include "base/time.h"
#include "base/wire.h"
#include "base/worker.h"
#include "check/audit-log.h"

enum { PARTS = 9, REQUESTS_MAX = 5 * 1000 * 1000, RECORD_REQUEST = 0, RECORD_END = 1, ANSWER_MAX = 1 << 30 };

/* The worker: different requests go out as they come. */
typedef struct Collecting {
    Map seen;
    Arena arena;
    Buf out;
    int fd;
    uint64_t events;
    int64_t first, last;
} Collecting;

static int flush(Collecting *c, bool all) {
    if (c->out.failed)
        return c->out.failed;
    if (!all && c->out.n < (1u << 20))
        return 0;
    int r = fs_write_all(c->fd, c->out.p, c->out.n);
    buf_clear(&c->out);
    return r;
}

static int put(Collecting *c, const Str parts[static PARTS]) {
    _cleanup_(buf_done) Buf key = buf_new(1 << 20);
    bool fresh;
    for (size_t i = 0; i < PARTS; i++)
        wire_put_str(&key, parts[i]);
    if (key.failed)
        return 0;
    if (map_has(&c->seen, buf_view(&key)))
        return 0;
    if (c->seen.n >= REQUESTS_MAX)
        return -E2BIG;
    map_slot(&c->seen, arena_str(&c->arena, buf_view(&key)), &fresh);
    wire_put_u64(&c->out, RECORD_REQUEST);
    buf_str(&c->out, buf_view(&key));
    return flush(c, false);
}

/* The groups of a user, one a line. */
static Str groups_of(const Node *user, Arena *a) {
    _cleanup_(buf_done) Buf b = buf_new(64 << 10);
    node_each(g, kube_at(user, "groups")) {
        buf_putz(&b, b.n ? "\n" : "");
        buf_str(&b, node_str(g));
    }
    return arena_str(a, buf_view(&b));
}

/* Who acts as somebody else uses the right to. */
static int impersonation(Collecting *c, const Node *user, const Node *other, Arena *a) {
    Str name = kube_text(other, "username"), prefix = STR("system:serviceaccount:"), namespace = STR(""), account = name;
    bool is_account = str_starts(name, prefix) && str_cut(str_from_at(name, prefix.n), ':', &namespace, &account);
    const Str parts[PARTS] = {kube_text(user, "username"), groups_of(user, a), STR("impersonate"), STR(""), is_account ? STR("serviceaccounts") : STR("users"), STR(""), namespace, account, STR("")};
    return put(c, parts);
}

static int each(void *userdata, const AuditEvent *e, uint32_t line) {
    Collecting *c = userdata;
    _cleanup_(arena_done) Arena a = {.max = 1 << 20};
    Str stage = kube_text(e->root, "stage"), decision = node_str(kube_key(kube_at(e->root, "annotations"), STR("authorization.k8s.io/decision"))), url = STR("");
    const Node *user = kube_at(e->root, "user"), *other = kube_at(e->root, "impersonatedUser"), *ref = kube_at(e->root, "objectRef");
    int64_t code = 0;
    c->events++;
    if (e->time_ns != INT64_MIN) {
        int64_t at = e->time_ns / 1000000000;
        c->first = c->first == TIME_NONE ? at : MIN(c->first, at);
        c->last = c->last == TIME_NONE ? at : MAX(c->last, at);
    }
    (void) kube_int(kube_at(e->root, "responseStatus.code"), &code);
    if (str_eqz(stage, "RequestReceived") || (decision.n && !str_eqz(decision, "allow")) || code == 401 || code == 403)
        return 0;
    if (other) {
        int r = impersonation(c, user, other, &a);
        if (r < 0)
            return r;
        user = other;
    }
    if (!kube_text(ref, "resource").n) {
        Str query;
        url = kube_text(e->root, "requestURI");
        str_cut(url, '?', &url, &query);
    }
    const Str parts[PARTS] = {kube_text(user, "username"), groups_of(user, &a), kube_text(e->root, "verb"), kube_text(ref, "apiGroup"), kube_text(ref, "resource"), kube_text(ref, "subresource"),
                              kube_text(ref, "namespace"), kube_text(ref, "name"), url};
    return parts[0].n && parts[2].n ? put(c, parts) : 0;
}

static int usage_job(const WorkerIo *io) {
    WireReader args = wire_reader(io->args);
    _cleanup_free_ char *path = str_dup(wire_str(&args));
    Str text = wire_str(&args);
    _cleanup_(diag_done) Diag d = {0};
    const Limits limits = limits_default();
    Collecting c = {.out = buf_new(BUF_OWN_MAX), .fd = io->out, .first = TIME_NONE, .last = TIME_NONE};
    if (!wire_ok(&args))
        return -EBADMSG;
    int r = audit_read(text, path, &limits, &d, each, &c);
    wire_put_u64(&c.out, RECORD_END);
    wire_put_u64(&c.out, c.events);
    wire_put_i64(&c.out, c.first);
    wire_put_i64(&c.out, c.last);
    wire_put_i64(&c.out, r);
    wire_put_u64(&c.out, d.items.n);
    for (size_t i = 0; i < d.items.n; i++) {
        wire_put_u64(&c.out, d.items.p[i].line);
        wire_put_str(&c.out, str_from(d.items.p[i].message));
    }
    r = flush(&c, true);
    map_done(&c.seen);
    arena_done(&c.arena);
    buf_done(&c.out);
    return r;
}

static void miss(AuditUsage *u, Str path, Str why) {
    vec_push(&u->missed, ((CheckMiss) {(char *) arena_str(&u->arena, path).p, (char *) arena_str(&u->arena, why).p}));
}

static int answer(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

static int take(AuditUsage *u, const char *path, Str bytes) {
    WireReader r = wire_reader(bytes);
    while (wire_max(&r, RECORD_END) == RECORD_REQUEST) {
        AuditRequest x;
        Str *parts[PARTS] = {&x.user, &x.groups, &x.verb, &x.group, &x.resource, &x.subresource, &x.namespace, &x.name, &x.url};
        for (size_t i = 0; i < PARTS; i++)
            *parts[i] = arena_str(&u->arena, wire_str(&r));
        if (!wire_ok(&r))
            return -EBADMSG;
        vec_push(&u->requests, x);
    }
    u->events += wire_u64(&r);
    int64_t first = wire_i64(&r), last = wire_i64(&r), status = wire_i64(&r);
    u->first_s = u->first_s == TIME_NONE ? first : first == TIME_NONE ? u->first_s : MIN(u->first_s, first);
    u->last_s = MAX(u->last_s, last);
    bool said = false;
    for (uint64_t n = wire_max(&r, DIAG_KEEP); n > 0 && wire_ok(&r); n--) {
        uint32_t line = (uint32_t) wire_max(&r, UINT32_MAX);
        miss(u, arena_printf(&u->arena, "%s:%u", path, line), wire_str(&r));
        said = true;
    }
    if (status < 0 && !said)
        miss(u, str_from(path), STR("it cannot be read"));
    return wire_ok(&r) ? 0 : -EBADMSG;
}

int audit_usage_read(const char *const *paths, size_t n, AuditUsage *ret, Error *err) {
    ret->first_s = ret->last_s = TIME_NONE;
    for (size_t i = 0; i < n; i++) {
        _cleanup_free_ char *text = NULL;
        _cleanup_error_ Error why = {0};
        _cleanup_(buf_done) Buf args = buf_new((size_t) 1 << 30), out = buf_new(ANSWER_MAX);
        bool in = strcmp(paths[i], "-") == 0;
        const char *path = in ? CHECK_STANDARD_INPUT : paths[i];
        size_t length;
        int r = in ? fs_read_fd(STDIN_FILENO, path, CHECK_AUDIT_BYTES, &text, &length, &why) : fs_read(path, CHECK_AUDIT_BYTES, &text, &length, &why);
        if (r < 0) {
            miss(ret, str_from(path), r == -EFBIG ? STR("the file is larger than 512 MiB") : str_from(error_text(&why, r)));
            continue;
        }
        wire_put_str(&args, str_from(path));
        wire_put_str(&args, str_n(text, length));
        if (args.failed)
            return error_errno(err, args.failed, "preparing work for a worker");
        WorkerLimits limits = {.memory = (uint64_t) 4 << 30, .cpu_s = 600};
        r = worker_call(usage_job, buf_view(&args), NULL, 0, &limits, answer, &out, &why);
        if (r == 0)
            r = take(ret, path, buf_view(&out));
        if (r < 0)
            miss(ret, str_from(path), str_from(error_text(&why, r)));
    }
    return 0;
}

void audit_usage_done(AuditUsage *u) {
    vec_done(&u->requests);
    vec_done(&u->missed);
    arena_done(&u->arena);
}
