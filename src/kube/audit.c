/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/audit.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/time.h"
#include "kube/getter.h"
#include "kube/tree.h"

enum { EVENT_MEMORY = 256 << 20, SWEEP_S = 30, REQUEST_MAX = 1 << 20 };

/* What a user did: when, and a number that tells one thing from another. */
typedef struct Done {
    int64_t at_s;
    uint64_t what;
} Done;

typedef struct User {
    Done secrets[AUDIT_REMEMBERED], refused[AUDIT_REMEMBERED];
    size_t n_secrets, n_refused; /* ever */
} User;

static void users_done(Map *users) {
    for (size_t i = 0; i < users->n; i++)
        free(users->entries[i].value);
    map_done(users);
}

void audit_memory_done(AuditMemory *m) {
    users_done(&m->users);
    users_done(&m->addresses);
    free(TAKE_PTR(m->begun));
}

bool audit_looks(Str head) {
    return str_find(head, STR("audit.k8s.io/")) >= 0 && str_find(head, STR("\"auditID\"")) >= 0 && str_starts(str_trim(head), STR("{"));
}

static bool is_fresh(const Done *list, size_t n, int64_t now) {
    for (size_t i = 0; i < MIN(n, (size_t) AUDIT_REMEMBERED); i++)
        if (list[i].at_s > now - AUDIT_WINDOW_S)
            return true;
    return false;
}

/* Lets go of users whose last time is over: nothing of them would count any more. */
static void sweep(Map *users, int64_t now) {
    Map old = *users;
    *users = (Map) {.own_keys = true};
    for (size_t i = 0; i < old.n; i++) {
        User *u = old.entries[i].value;
        if (is_fresh(u->secrets, u->n_secrets, now) || is_fresh(u->refused, u->n_refused, now))
            map_set(users, old.entries[i].key, u);
        else
            free(u);
    }
    map_done(&old);
}

static User *user_of(AuditMemory *m, Map *users, Str name, int64_t now) {
    users->own_keys = true;
    User *u = map_get(users, name);
    if (u)
        return u;
    const size_t most = m->max ? m->max : AUDIT_USERS_MAX, max = users == &m->addresses ? MIN(most, (size_t) AUDIT_ADDRESSES_MAX) : most;
    if (users->n >= max && (now < m->swept_s || now - m->swept_s >= SWEEP_S)) {
        sweep(&m->users, now);
        sweep(&m->addresses, now);
        m->swept_s = now;
    }
    if (users->n >= max) {
        m->forgotten++;
        return NULL;
    }
    u = xcalloc(1, sizeof(*u));
    map_set(users, name, u);
    return u;
}

/* The number of a request; 0: it cannot be told from others. Its ID is of the client's choice (Audit-ID), when it came is not: nobody hides a request behind another. */
static uint64_t request_number(const Node *root) {
    static const char *const parts[] = {"requestReceivedTimestamp", "auditID", "verb", "requestURI", "user.username"};
    _cleanup_(buf_done) Buf text = buf_new(REQUEST_MAX);
    if (!kube_text(root, parts[0]).n)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        Str part = kube_text(root, parts[i]);
        buf_add(&text, (const char *) &part.n, sizeof(part.n));
        buf_str(&text, part);
    }
    return text.failed ? 0 : hash_keyed(text.p, text.n);
}

/* Requests that take long are in the log when their answer begins, and once more when it has ended: is this the second time? */
static bool is_repeated(const Node *root, Str stage, AuditMemory *m) {
    const bool begins = str_eqz(stage, "ResponseStarted");
    if (!begins && !(m->begun && (str_eqz(stage, "ResponseComplete") || str_eqz(stage, "Panic"))))
        return false;
    const uint64_t number = request_number(root);
    if (!m->begun)
        m->begun = xcalloc(AUDIT_BEGUN, sizeof(*m->begun));
    uint64_t *at = &m->begun[number % AUDIT_BEGUN];
    const bool known = number && *at == number;
    if (begins && number)
        *at = number;
    else if (known)
        *at = 0;
    return known && !begins;
}

/* The address that the API server was spoken to from: those before it are what proxies, or the client itself, say. */
static Str address_of(const Node *root) {
    Str last = STR("");
    list_each(c, kube_at(root, "sourceIPs"))
        last = c->type == NODE_STRING ? c->text : last;
    return last;
}

/* Those of the window, told apart by what they are when `distinct`. */
static int64_t count(const Done *list, size_t n, int64_t now, bool distinct) {
    size_t kept = MIN(n, (size_t) AUDIT_REMEMBERED);
    int64_t found = 0;
    for (size_t i = 0; i < kept; i++) {
        bool fresh = list[i].at_s > now - AUDIT_WINDOW_S && list[i].at_s <= now;
        for (size_t k = 0; k < i && fresh && distinct; k++)
            fresh = list[k].what != list[i].what || list[k].at_s <= now - AUDIT_WINDOW_S;
        found += fresh;
    }
    return found;
}

/* FNV-1a: nobody gains by two Secrets that count as one. */
static uint64_t number_of(Str a, Str b) {
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < a.n; i++)
        h = (h ^ (unsigned char) a.p[i]) * 1099511628211u;
    h = (h ^ 0xff) * 1099511628211u;
    for (size_t i = 0; i < b.n; i++)
        h = (h ^ (unsigned char) b.p[i]) * 1099511628211u;
    return h;
}

/* "2026-02-12T10:15:00.123456Z" in nanoseconds. */
static int64_t time_of(Str s) {
    Str whole, fraction = STR("");
    int64_t t;
    if (time_parse(s, &t) < 0 || t > INT64_MAX / 1000000000 - 1 || t < 0)
        return INT64_MIN;
    str_cut(s, '.', &whole, &fraction);
    int64_t ns = 0, unit = 100000000;
    for (size_t i = 0; i < fraction.n && fraction.p[i] >= '0' && fraction.p[i] <= '9' && unit; i++, unit /= 10)
        ns += unit * (fraction.p[i] - '0');
    return t * 1000000000 + ns;
}

static void learn(AuditEvent *e, AuditMemory *m) {
    Str stage = kube_text(e->root, "stage");
    int64_t code = 0;
    Str name = kube_text(e->root, "user.username");
    if (!m)
        return;
    e->repeated = is_repeated(e->root, stage, m);
    if (e->time_ns == INT64_MIN || (stage.n && !str_eqz(stage, "ResponseComplete") && !str_eqz(stage, "ResponseStarted")))
        return;
    const int64_t now = e->time_ns / 1000000000;
    Str verb = kube_text(e->root, "verb");
    (void) kube_int(kube_at(e->root, "responseStatus.code"), &code);
    bool secrets = str_eqz(kube_text(e->root, "objectRef.resource"), "secrets") && !kube_text(e->root, "objectRef.apiGroup").n && code < 400 &&
                   (str_eqz(verb, "get") || str_eqz(verb, "list") || str_eqz(verb, "watch"));
    bool refused = code == 401 || code == 403;
    /* Whose login is refused (401) is nobody yet. */
    Map *users = name.n ? &m->users : &m->addresses;
    name = name.n ? name : address_of(e->root);
    if (!name.n)
        return;
    User *u = secrets || refused ? user_of(m, users, name, now) : map_get(users, name);
    if (!u)
        return;
    secrets = secrets && !e->repeated;
    refused = refused && !e->repeated;
    if (secrets)
        u->secrets[u->n_secrets++ % AUDIT_REMEMBERED] = (Done) {now, number_of(kube_text(e->root, "objectRef.namespace"), kube_text(e->root, "objectRef.name"))};
    if (refused)
        u->refused[u->n_refused++ % AUDIT_REMEMBERED] = (Done) {now, 0};
    e->secrets_read = count(u->secrets, u->n_secrets, now, true);
    e->refused = count(u->refused, u->n_refused, now, false);
}

AuditEvent audit_event(const Node *root, AuditMemory *m) {
    Str when = kube_text(root, "stageTimestamp");
    AuditEvent e = {.root = root};
    e.time_ns = time_of(when.n ? when : kube_text(root, "requestReceivedTimestamp"));
    e.truncated = node_str(kube_key(kube_at(root, "annotations"), STR("audit.k8s.io/truncated"))).n > 0;
    learn(&e, m);
    return e;
}

typedef struct Reading {
    const char *file;
    Diag *diag;
    AuditMemory memory;
    int (*each)(void *userdata, const AuditEvent *e, uint32_t line);
    void *userdata;
} Reading;

static int take_event(Reading *r, const Node *n, uint32_t line) {
    if (!node_is(n, NODE_MAP) || !kube_text(n, "auditID").n)
        return diag_add(r->diag, DIAG_ERROR, r->file, n->line, n->col, "expected an event of an audit log with \"auditID\", found %s", node_is(n, NODE_MAP) ? "another object" : node_type_name(n->type));
    AuditEvent e = audit_event(n, &r->memory);
    int x = r->each(r->userdata, &e, line);
    /* Told from what a line has wrong. */
    return x < 0 ? (x == -EINVAL ? -ECANCELED : x) : 0;
}

static int take_value(Reading *r, const Node *n, uint32_t line) {
    const Node *items = node_is(n, NODE_LIST) ? n : kube_at(n, "items");
    if (!node_is(items, NODE_LIST))
        return take_event(r, n, line);
    int result = 0;
    node_each(c, items) {
        int x = take_event(r, c, node_is(n, NODE_LIST) || c->line > 1 ? c->line : line);
        if (x < 0 && x != -EINVAL)
            return x;
        result = x < 0 ? x : result;
    }
    return result;
}

/* Written over several lines, as a list in one piece may be. */
static bool is_spread(Str text) {
    Str rest = text, line = STR("");
    str_line(&rest, &line);
    line = str_trim(line);
    return str_eqz(line, "{") || str_eqz(line, "[");
}

int audit_read(Str text, const char *file, const Limits *limits, Diag *d, int (*each)(void *userdata, const AuditEvent *e, uint32_t line), void *userdata) {
    Reading reading = {.file = file, .diag = d, .each = each, .userdata = userdata};
    Str rest = text;
    uint32_t line = 0;
    int result = 0, r = 1;
    if (is_spread(text)) {
        _cleanup_(arena_done) Arena a = {.max = (size_t) 4 * EVENT_MEMORY};
        Node *n = NULL;
        result = json_parse(text, file, limits, &a, d, &n);
        result = result == 0 ? take_value(&reading, n, 1) : result;
        r = 0;
    }
    while (r > 0) {
        _cleanup_(arena_done) Arena a = {.max = EVENT_MEMORY};
        Node *n = NULL;
        Str before = rest;
        int x = json_lines_next(&rest, file, &line, limits, &a, d, &n);
        r = x != 0;
        if (x > 0 && (x = take_value(&reading, n, line)) < 0 && x != -EINVAL) {
            result = x;
            break;
        }
        /* A line that is over a limit was said, too; the next one may be good. */
        if (x < 0)
            result = -EINVAL;
        if (x < 0 && rest.n == 0 && before.n && before.p[before.n - 1] != '\n')
            diag_add(d, DIAG_ERROR, file, line, 1, "the last line is cut off: the log was copied while it was written, or the disk was full");
    }
    if (reading.memory.forgotten)
        diag_add(d, DIAG_WARNING, file, 0, 0, "more than %d users: nothing was counted for %llu events of the others", AUDIT_USERS_MAX, (unsigned long long) reading.memory.forgotten);
    audit_memory_done(&reading.memory);
    return result == -ECANCELED ? -EINVAL : result;
}
