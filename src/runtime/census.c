/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/census.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/map.h"

enum { TEXT_MAX = 64 << 10, NET_MAX = 4 << 20, TCP_LISTEN = 10, UDP_UNCONNECTED = 7 };

static const char *const types[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};

typedef struct Scan {
    const char *const *states;
    Census *list;
    Map known;               /* path of a cgroup -> 1 + place in the list; 0: no container */
    uint64_t host[ARRAY_SIZE(types)];
    int64_t boot;
    long ticks;
} Scan;

/* A file below /proc/PID, NUL-terminated; empty when the process has ended. The caller frees. */
static char *read_file(const char *pid, const char *name, size_t max, size_t *ret_n) {
    _cleanup_free_ char *path = xasprintf("/proc/%s/%s", pid, name);
    char *text;
    *ret_n = 0;
    return fs_read(path, max, &text, ret_n, NULL) < 0 ? xstrdup("") : text;
}

static uint64_t namespace_of(const char *pid, const char *type) {
    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, type);
    return stat(path, &st) == 0 ? st.st_ino : 0;
}

/* The value of a "Name:\tvalue" line of /proc/PID/status. */
static Str status_field(Str text, const char *name) {
    Str line, key, value;
    while (str_line(&text, &line))
        if (str_cut(line, ':', &key, &value) && str_eqz(key, name)) {
            while (value.n && (value.p[0] == '\t' || value.p[0] == ' '))
                value = str_from_at(value, 1);
            return value;
        }
    return STR_NULL;
}

static uint64_t number_in(Str text, unsigned base) {
    uint64_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *digits = "0123456789abcdef", *at = strchr(digits, text.p[i]);
        if (!text.p[i] || !at || at - digits >= (ptrdiff_t) base)
            break;
        n = n * base + (uint64_t) (at - digits);
    }
    return n;
}

static Str last_word(Str text) {
    ssize_t tab = str_rchr(text, '\t');
    return str_from_at(text, (size_t) (tab + 1));
}

/* Field 22 of /proc/PID/stat: when it started, in ticks since boot. The name in parentheses may hold anything. */
static uint64_t start_of(const char *pid) {
    size_t n;
    _cleanup_free_ char *text = read_file(pid, "stat", TEXT_MAX, &n);
    ssize_t end = str_rchr(str_n(text, n), ')');
    Str rest = end < 0 ? STR_NULL : str_from_at(str_n(text, n), (size_t) end + 2), one = STR_NULL;
    for (int i = 3; i <= 22; i++)
        if (!str_split(&rest, ' ', &one))
            return 0;
    return number_in(one, 10);
}

/* The path that tells most: of the version 2 hierarchy, or the first of the others that is not the root. */
static Str cgroup_path(Str text) {
    Str line, number, controllers, path, best = STR_NULL;
    while (str_line(&text, &line))
        if (str_cut(line, ':', &number, &line) && str_cut(line, ':', &controllers, &path) && path.n > 1 && (best.n == 0 || container_id_of(best).n == 0))
            best = path;
    return best;
}

/* "0100007F:1F90": the port behind the colon; lines of /proc/PID/net/tcp have local and remote address and the state in columns 2 to 4. */
static void add_ports(Running *r, const char *pid, const char *file, const char *protocol, bool v6, unsigned state) {
    _cleanup_free_ char *name = xasprintf("net/%s", file);
    size_t n;
    _cleanup_free_ char *text = read_file(pid, name, NET_MAX, &n);
    Str rest = str_n(text, n), line, word, column[4];
    str_line(&rest, &line);
    while (str_line(&rest, &line)) {
        size_t k = 0;
        while (k < ARRAY_SIZE(column) && str_split(&line, ' ', &word))
            if (word.n)
                column[k++] = word;
        ssize_t colon = k == ARRAY_SIZE(column) ? str_chr(column[1], ':') : -1;
        if (colon < 0)
            continue;
        char hex[5] = "";
        Str port = str_from_at(column[1], (size_t) colon + 1);
        for (size_t i = 0; i < port.n && i < 4; i++)
            hex[i] = (char) (port.p[i] >= 'A' && port.p[i] <= 'F' ? port.p[i] + 32 : port.p[i]);
        unsigned number = (unsigned) number_in(str_from(hex), 16), is = 0;
        for (size_t i = 0; i < column[3].n; i++)
            is = is * 16 + (unsigned) (column[3].p[i] <= '9' ? column[3].p[i] - '0' : (column[3].p[i] | 32) - 'a' + 10);
        bool there = is != state || number == 0 || r->ports.n >= RUNNING_PORTS_MAX;
        for (size_t i = 0; i < r->ports.n && !there; i++)
            there = r->ports.p[i].port == number && r->ports.p[i].v6 == v6 && strcmp(r->ports.p[i].protocol, protocol) == 0;
        if (!there)
            vec_push(&r->ports, ((RunningPort) {protocol, v6, number}));
    }
}

static char *command_of(const char *pid) {
    size_t n;
    char *text = read_file(pid, "cmdline", TEXT_MAX, &n);
    while (n && text[n - 1] == 0)
        n--;
    for (size_t i = 0; i < n; i++)
        if (text[i] == 0)
            text[i] = ' ';
    return text;
}

static char *lsm_of(const char *pid) {
    size_t n;
    char *text = read_file(pid, "attr/current", TEXT_MAX, &n);
    while (n && (text[n - 1] == '\n' || text[n - 1] == 0))
        text[--n] = 0;
    if (n)
        return text;
    free(text);
    return NULL;
}

static char *user_of(const Running *r) {
    Users *u = users_new();
    Str name = users_name(u, r->container, r->pid, r->uid);
    char *copy = name.n ? str_dup(name) : NULL;
    users_free(u);
    return copy;
}

/* What only the first process is asked for. */
static void describe(const Scan *s, Running *r) {
    char pid[16];
    size_t n;
    snprintf(pid, sizeof(pid), "%u", r->pid);
    _cleanup_free_ char *status = read_file(pid, "status", TEXT_MAX, &n);
    Str text = str_n(status, n);
    r->command = command_of(pid);
    r->lsm = lsm_of(pid);
    r->uid = (uint32_t) number_in(status_field(text, "Uid"), 10);
    r->user = user_of(r);
    r->capabilities = number_in(status_field(text, "CapEff"), 16);
    r->seccomp = (unsigned) number_in(status_field(text, "Seccomp"), 10);
    r->no_new_privileges = number_in(status_field(text, "NoNewPrivs"), 10) == 1;
    r->started = r->start_ticks ? s->boot + (int64_t) (r->start_ticks / (uint64_t) s->ticks) : 0;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        uint64_t ns = namespace_of(pid, types[i]);
        if (ns)
            r->namespaces[r->n_namespaces++] = (RunningNamespace) {types[i], ns != s->host[i]};
        if (ns && strcmp(types[i], "net") == 0)
            r->in_network_of_host = ns == s->host[i];
    }
    if (r->in_network_of_host)
        return;
    add_ports(r, pid, "tcp", "tcp", false, TCP_LISTEN);
    add_ports(r, pid, "tcp6", "tcp", true, TCP_LISTEN);
    add_ports(r, pid, "udp", "udp", false, UDP_UNCONNECTED);
    add_ports(r, pid, "udp6", "udp", true, UDP_UNCONNECTED);
}

/* The one of which more is known, or at least what is wrong with it; the other is freed. */
static Container *better(Container *a, Container *b) {
    bool second = b && (!a || (b->known && !a->known) || (b->known == a->known && !a->problem.n));
    container_free(second ? a : b);
    return second ? b : a;
}

/* First by who watches over it, then by the last name of the path, as runc names cgroups after containers, then by whatever in the path looks like an id. */
static Container *find(const Scan *s, const char *pid, Str path, bool own_mounts, bool apart) {
    _cleanup_free_ char *last = str_dup(str_from_at(path, (size_t) (str_rchr(path, '/') + 1)));
    uint64_t number = 0;
    _cleanup_(container_maker_done) ContainerMaker keeper = {0};
    if (own_mounts && str_to_u64(str_from(pid), INT32_MAX, &number) == 0)
        container_keeper((uint32_t) number, &keeper);
    ContainerHint hint = {.cgroup = path, .id = keeper.id ? keeper.id : last, .bundle = keeper.bundle, .runtime = keeper.runtime, .apart = apart};
    Container *c = better(NULL, container_find(&hint));
    for (const char *const *state = s->states; state && *state && !(c && c->known); state++) {
        hint.state = *state;
        c = better(c, container_find(&hint));
    }
    return c && c->known ? c : better(c, container_find(&(ContainerHint) {.cgroup = path, .apart = apart}));
}

enum { ASKED_ON_HOST = -1 };

/* 1 + place in the list of the container that this cgroup is one of; 0: none. What was asked for a process with the mounts of the host is asked again for one with others. */
static size_t place_of(Scan *s, const char *pid, Str path) {
    bool fresh, own_mounts = namespace_of(pid, "mnt") != s->host[2];
    void **at = map_slot(&s->known, path, &fresh);
    intptr_t known = (intptr_t) *at;
    if (!fresh && !(known == ASKED_ON_HOST && own_mounts))
        return known > 0 ? (size_t) known : 0;
    *at = (void *) (intptr_t) (own_mounts ? 0 : ASKED_ON_HOST);
    bool apart = own_mounts && namespace_of(pid, "pid") != s->host[4];
    Container *c = find(s, pid, path, own_mounts, apart);
    if (!c)
        return 0;
    Census *l = s->list;
    size_t i = 0;
    while (i < l->n && !str_eq(l->p[i].container->id, c->id))
        i++;
    if (i < l->n)
        container_free(c);
    else
        vec_push(l, (Running) {.container = c});
    *map_find(&s->known, path) = (void *) (intptr_t) (i + 1);
    return i + 1;
}

static void add_process(Scan *s, const char *pid) {
    size_t n, m;
    _cleanup_free_ char *cgroup = read_file(pid, "cgroup", TEXT_MAX, &n), *status = read_file(pid, "status", TEXT_MAX, &m);
    Str path = cgroup_path(str_n(cgroup, n));
    size_t place = path.n && m ? place_of(s, pid, path) : 0;
    if (!place)
        return;
    Running *r = &s->list->p[place - 1];
    uint32_t vpid = (uint32_t) number_in(last_word(status_field(str_n(status, m), "NSpid")), 10);
    uint64_t start = start_of(pid);
    r->processes++;
    /* Of several process namespaces in one container the oldest process is the first. */
    if (r->pid && (vpid > r->vpid || (vpid == r->vpid && start >= r->start_ticks)))
        return;
    r->pid = (uint32_t) number_in(str_from(pid), 10);
    r->vpid = vpid;
    r->start_ticks = start;
}

static int by_id(const void *a, const void *b) {
    return str_cmp(((const Running *) a)->container->id, ((const Running *) b)->container->id);
}

static int64_t boot_time(void) {
    struct timespec now, up;
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    return now.tv_sec - up.tv_sec;
}

int census_take(const char *const *states, Census *ret, Error *err) {
    *ret = (Census) {0};
    Scan s = {.states = states, .list = ret, .known = {.own_keys = true}, .boot = boot_time(), .ticks = sysconf(_SC_CLK_TCK)};
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        s.host[i] = namespace_of("1", types[i]);
        if (!s.host[i])
            s.host[i] = namespace_of("self", types[i]);
    }
    DIR *d = opendir("/proc");
    if (!d)
        return error_errno(err, -errno, "reading /proc");
    for (struct dirent *e; (e = readdir(d));) {
        uint64_t pid;
        if (str_to_u64(str_from(e->d_name), INT32_MAX, &pid) == 0)
            add_process(&s, e->d_name);
    }
    closedir(d);
    map_done(&s.known);
    for (size_t i = 0; i < ret->n; i++)
        describe(&s, &ret->p[i]);
    vec_sort(ret, by_id);
    return 0;
}

void census_done(Census *l) {
    for (size_t i = 0; i < l->n; i++) {
        Running *r = &l->p[i];
        container_free(r->container);
        free(r->command);
        free(r->user);
        free(r->lsm);
        vec_done(&r->ports);
    }
    vec_done(l);
}
