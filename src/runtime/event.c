/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of the ring to an Event. */
#include "runtime/event.h"

#include "runtime/domains.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "runtime/program-hash.h"

size_t path_from_names(Str names, char *out, size_t max) {
    size_t n = 0, end = names.n;
    while (end > 0) {
        size_t stop = end - (names.p[end - 1] == 0), from = stop;
        while (from > 0 && names.p[from - 1])
            from--;
        Str one = {names.p + from, stop - from};
        if (n + one.n + 1 > max)
            break;
        /* The root of a mount that is in no tree ends in "/" itself: memfd:x is "/memfd:x" there. */
        if (one.n && !str_eqz(one, "/")) {
            out[n++] = '/';
            memcpy(out + n, one.p, one.n);
            n += one.n;
        }
        end = from;
    }
    if (n == 0 && max)
        out[n++] = '/';
    return n;
}

size_t path_join(Str base, Str name, char *out, size_t max) {
    size_t n = 0;
    Str parts[2] = {str_starts(name, STR("/")) ? STR_NULL : base, name}, one;
    for (int i = 0; i < 2; i++) {
        Str rest = parts[i];
        while (str_split(&rest, '/', &one)) {
            if (one.n == 0 || str_eqz(one, "."))
                continue;
            if (str_eqz(one, "..")) {
                while (n > 0 && out[--n] != '/')
                    ;
                continue;
            }
            if (n + one.n + 1 > max)
                return n;
            out[n++] = '/';
            memcpy(out + n, one.p, one.n);
            n += one.n;
        }
    }
    if (n == 0 && max)
        out[n++] = '/';
    return n;
}

int event_decode(Str bytes, Event *e) {
    if (bytes.n < sizeof(e->wire))
        return -EBADMSG;
    memcpy(&e->wire, bytes.p, sizeof(e->wire));
    WireEvent *w = &e->wire;
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    if (w->kind >= n || w->type >= WIRE_TYPES || w->size > bytes.n || w->process.n_ancestors > WIRE_ANCESTORS)
        return -EBADMSG;
    e->kind = &kinds[w->kind];
    for (size_t i = 0; i < WIRE_STRINGS; i++) {
        size_t at = w->string[i].at, len = w->string[i].n;
        if (at > bytes.n - sizeof(*w) || len > bytes.n - sizeof(*w) - at)
            return -EBADMSG;
        e->string[i] = len ? str_n(bytes.p + sizeof(*w) + at, len) : STR_NULL;
    }
    w->process.comm[sizeof(w->process.comm) - 1] = w->process.session[sizeof(w->process.session) - 1] = 0;
    for (size_t i = 0; i < w->process.n_ancestors; i++)
        w->process.ancestors[i].comm[sizeof(w->process.ancestors[i].comm) - 1] = 0;
    e->used = 0;
    e->cwd = e->name = e->name2 = e->path = e->description = e->alias = STR_NULL;
    e->image = NULL;
    e->container = NULL;
    memset(e->ancestor, 0, sizeof(e->ancestor));
    return 0;
}

static Str take(Event *e, size_t n) {
    Str r = {e->room + e->used, n};
    e->used += n;
    return r;
}

static size_t left(const Event *e) {
    return sizeof(e->room) - e->used;
}

static Str add_path(Event *e, enum WireString which) {
    return e->string[which].p ? take(e, path_from_names(e->string[which], e->room + e->used, left(e))) : STR_NULL;
}

/* Lexical, as Falco does it: the directory may be a link, the name may lead through some. */
static Str add_name(Event *e, enum WireString name, enum WireString base, int argument) {
    if (argument < 0)
        return STR_NULL;
    Str dir = e->string[base].p ? add_path(e, base) : e->cwd;
    return take(e, path_join(dir, e->string[name], e->room + e->used, left(e)));
}

static void add_cwd(Event *e) {
    Str cwd = add_path(e, WIRE_CWD);
    if (cwd.n > 1 && left(e))
        e->room[e->used++] = '/', cwd.n++;
    e->cwd = cwd;
}

static void print_address(char *out, size_t max, const WireAddress *a) {
    char text[INET6_ADDRSTRLEN] = "";
    if (a->family == AF_INET || a->family == AF_INET6)
        inet_ntop(a->family, a->bytes, text, sizeof(text));
    /* IPv4 in IPv6 is shown as what it is. */
    const char *shown = a->family == AF_INET6 && strncmp(text, "::ffff:", 7) == 0 && strchr(text, '.') ? text + 7 : text;
    snprintf(out, max, "%s:%u", shown, a->port);
}

/* fd.name of a socket: client->server, or where it listens. */
static Str tuple(const Event *e, Scratch *scratch) {
    enum { TUPLE_MAX = 160 };
    const WireFile *f = &e->wire.file;
    char local[64], remote[64];
    if (f->family != AF_INET && f->family != AF_INET6)
        return e->string[WIRE_UNIX];
    WireAddress other = f->remote;
    if (other.port == 0 && f->named.family == f->family)
        other = f->named;
    char *out = scratch_alloc(scratch, TUPLE_MAX);
    if (!out)
        return STR_NULL;
    print_address(local, sizeof(local), &f->local);
    print_address(remote, sizeof(remote), &other);
    int n;
    if (other.port == 0)
        n = snprintf(out, TUPLE_MAX, "%s", f->local.port ? local : "");
    else if (f->server)
        n = snprintf(out, TUPLE_MAX, "%s->%s", remote, local);
    else
        n = snprintf(out, TUPLE_MAX, "%s->%s", local, remote);
    return str_n(out, (size_t) n);
}

Str event_description(const Event *e, Scratch *scratch) {
    return e->wire.file.type == WIRE_FILE_SOCKET && !event_is_open(e) ? tuple(e, scratch) : e->description;
}

bool event_is_open(const Event *e) {
    return e->kind->wire.flags & WIRE_KIND_FD_RESULT && e->kind->wire.name >= 0;
}

Str event_other_name(const Event *e) {
    bool file = event_is_open(e) && e->wire.file.type == WIRE_FILE_PATH && e->path.p;
    return file && !str_eq(e->path, e->description) ? e->path : STR_NULL;
}

/* What fd.name is: of an open the name that was asked for, of another call what the descriptor is. That of a socket is put together when it is asked for. */
static Str describe(Event *e) {
    if (event_is_open(e))
        return e->string[WIRE_NAME].p || !e->path.p ? e->name : e->path; /* a name that cannot be read any more */
    return e->wire.type == WIRE_SYSCALL ? e->path : STR_NULL;
}

/* Of a process that was moved, the one that was left: whoever moved it. */
static const Container *container_of(const Event *e) {
    const WireProcess *p = &e->wire.process;
    uint64_t home = e->wire.type == WIRE_MOVE ? e->wire.arg[1] : p->home;
    const Container *c = home ? cgroups_container(e->tables->cgroups, home, p->mnt_ns, p->pid_level > 0) : NULL;
    return c || home == p->cgroup || e->wire.type == WIRE_MOVE ? c : cgroups_container(e->tables->cgroups, p->cgroup, p->mnt_ns, p->pid_level > 0);
}

/* Which end of its connection is the process? Nobody kept who called and who was called: the lower port is the server's. */
static bool is_server(const Event *e) {
    const WireFile *f = &e->wire.file;
    bool open = f->type == WIRE_FILE_SOCKET && f->protocol == IPPROTO_TCP && f->remote.port;
    return e->kind->wire.flags & WIRE_KIND_EITHER && open ? f->local.port < f->remote.port : e->kind->wire.flags & WIRE_KIND_SERVER;
}

void event_resolve(Event *e) {
    const WireEvent *w = &e->wire;
    e->time = (int64_t) ((uint64_t) e->tables->boot + w->time);
    add_cwd(e);
    e->name = add_name(e, WIRE_NAME, WIRE_BASE, e->kind->wire.name);
    e->name2 = add_name(e, WIRE_NAME2, WIRE_BASE2, e->kind->wire.name2);
    e->path = add_path(e, WIRE_PATH);
    e->wire.file.server = is_server(e);
    e->description = describe(e);
    e->image = images_get(e->tables->images, w->process.image);
    for (size_t i = 0; i < w->process.n_ancestors; i++)
        e->ancestor[i] = images_get(e->tables->images, w->process.ancestors[i].image);
    e->container = container_of(e);
}

void tables_clock(Tables *t) {
    struct timespec boot, real;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &real);
    t->boot = (int64_t) (real.tv_sec - boot.tv_sec) * 1000000000 + real.tv_nsec - boot.tv_nsec;
}

void tables_init(Tables *t) {
    tables_clock(t);
    t->images = images_new();
    t->cgroups = cgroups_new();
    t->users = users_new();
    t->hashes = program_hashes_new();
    t->domains = domains_new();
}

void tables_done(Tables *t) {
    images_free(t->images);
    cgroups_free(t->cgroups);
    users_free(t->users);
    program_hashes_free(t->hashes);
    domains_free(t->domains);
}
