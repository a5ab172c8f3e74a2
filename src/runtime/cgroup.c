/* SPDX-License-Identifier: Apache-2.0 */
/* Which container a process is in, by its cgroup. */
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/vec.h"
#include "runtime/container.h"

enum { CGROUPS_MAX = 65536, BUCKETS = 4096, TRIES = 8, MAKERS = 64, AGAIN_MAX = 4 };

/* Events of a container that has ended may still be in the ring. */
static const uint64_t GRACE = 10000000000;
/* How often it is looked for processes of containers whose cgroup is gone, while there are such containers. */
static const uint64_t LOOK_EACH = 10000000000;

typedef struct Cgroup {
    uint64_t key;
    struct Cgroup *next;
    char *path;
    ContainerMaker maker;       /* as a command line says; NULL: it does not */
    int64_t made;               /* nanoseconds since 1970; 0: before the sensor */
    uint64_t again;             /* when a container whose metadata is not complete is looked at again, nanoseconds since boot */
    unsigned agains;
    uint64_t within;            /* key of the container that made it for itself; 0: none */
    Container *container;       /* owned; NULL: not looked for, or none */
    uint64_t gone;              /* when it was removed, nanoseconds since boot; 0: it is there */
    bool is_host, keep;
    unsigned tries;
    uint32_t round;             /* of the last look that found a process whose container began here */
    unsigned unseen;            /* looks since then that found none; when the first of them was */
    uint64_t unseen_from;
} Cgroup;

struct Cgroups {
    Cgroup *bucket[BUCKETS];
    ContainerMaker maker[MAKERS]; /* those executed last, in a ring */
    size_t n_makers;
    Vec(Container *) replaced;  /* events may still have them; until the next sweep */
    size_t n;
    uint32_t host_mnt_ns, round;
    size_t outlived;            /* entries that are kept though their cgroup is gone, as the last sweep saw */
    uint64_t looked;
    unsigned legacy;            /* number of the memory hierarchy; 0: there is none */
    const char *unified;        /* where the hierarchy of version 2 is mounted; NULL: nowhere */
};

static const char memory_root[] = "/sys/fs/cgroup/memory";

static Cgroup **place_of(Cgroups *t, uint64_t key) {
    Cgroup **at = &t->bucket[(key * 0x9E3779B97F4A7C15u) >> 52];
    while (*at && (*at)->key != key)
        at = &(*at)->next;
    return at;
}

uint32_t cgroups_mnt_ns(const char *pid) {
    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%s/ns/mnt", pid);
    return stat(path, &st) == 0 ? (uint32_t) st.st_ino : 0;
}

Cgroups *cgroups_new(void) {
    Cgroups *t = xcalloc(1, sizeof(*t));
    /* Not everybody who may load programs may look at process 1; the sensor itself runs on the host. */
    t->host_mnt_ns = cgroups_mnt_ns("1");
    if (!t->host_mnt_ns)
        t->host_mnt_ns = cgroups_mnt_ns("self");
    return t;
}

uint32_t cgroups_host_mnt_ns(const Cgroups *t) {
    return t->host_mnt_ns;
}

size_t cgroups_count(const Cgroups *t) {
    return t->n;
}

static void cgroup_free(Cgroup *g) {
    container_free(g->container);
    free(g->path);
    container_maker_done(&g->maker);
    free(g);
}

static void drop(Cgroups *t, Cgroup **at) {
    Cgroup *g = *at;
    *at = g->next;
    cgroup_free(g);
    t->n--;
}

static void free_replaced(Cgroups *t) {
    for (size_t i = 0; i < t->replaced.n; i++)
        container_free(t->replaced.p[i]);
    t->replaced.n = 0;
}

void cgroups_free(Cgroups *t) {
    for (size_t i = 0; t && i < BUCKETS; i++)
        while (t->bucket[i])
            drop(t, &t->bucket[i]);
    for (size_t i = 0; t && i < MAKERS; i++)
        container_maker_done(&t->maker[i]);
    if (t)
        free_replaced(t);
    if (t)
        vec_done(&t->replaced);
    free(t);
}

static Cgroup *add(Cgroups *t, uint64_t key, Str path) {
    Cgroup **at = place_of(t, key);
    if (*at)
        drop(t, at);
    at = place_of(t, key);
    if (t->n >= CGROUPS_MAX)
        return NULL;
    Cgroup *g = *at = xcalloc(1, sizeof(*g));
    g->key = key;
    g->path = str_dup(path);
    t->n++;
    return g;
}

/* Ids of cgroups are numbers of their directories' inodes. */
static int scan_hierarchy(Cgroups *t, const char *root, unsigned hierarchy) {
    _cleanup_free_ char *copy = xstrdup(root);
    FTS *fts = fts_open((char *const[]) {copy, NULL}, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!fts)
        return -errno;
    int n = 0;
    for (FTSENT *e; (e = fts_read(fts));)
        if (e->fts_info == FTS_D) {
            const char *path = e->fts_path + strlen(root);
            add(t, (uint64_t) e->fts_statp->st_ino ^ ((uint64_t) hierarchy << 56), str_from(*path ? path : "/"));
            n++;
        }
    fts_close(fts);
    return n ? n : -ENOENT;
}

int cgroups_scan(Cgroups *t) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    int r = fs_read("/proc/self/cgroup", 1 << 20, &text, &n, NULL);
    if (r < 0)
        return r;
    Str rest = str_n(text, n), line, number, controllers, path;
    while (str_line(&rest, &line))
        if (str_cut(line, ':', &number, &line) && str_cut(line, ':', &controllers, &path) && str_eqz(controllers, "memory")) {
            uint64_t hierarchy;
            t->legacy = str_to_u64(number, 127, &hierarchy) == 0 ? (unsigned) hierarchy : 0;
        }
    static const char *const unified[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
    int found = -ENOENT;
    for (size_t i = 0; i < ARRAY_SIZE(unified) && found < 0; i++) {
        _cleanup_free_ char *probe = xasprintf("%s/cgroup.procs", unified[i]);
        found = access(probe, F_OK) == 0 ? scan_hierarchy(t, unified[i], 0) : -ENOENT;
        t->unified = found < 0 ? NULL : unified[i];
    }
    int old = t->legacy ? scan_hierarchy(t, memory_root, t->legacy) : -ENOENT;
    return found < 0 ? old : found;
}

/* The key of a directory of a hierarchy; 0: it is not there. */
static uint64_t key_at(const char *root, Str path, unsigned hierarchy) {
    _cleanup_free_ char *full = xasprintf("%s%.*s", root, STR_FMT(path));
    struct stat st;
    return stat(full, &st) == 0 ? (uint64_t) st.st_ino ^ ((uint64_t) hierarchy << 56) : 0;
}

uint64_t cgroups_key_of(const Cgroups *t, Str text) {
    Str line, number, controllers, path;
    uint64_t unified = 0, old = 0;
    while (str_line(&text, &line)) {
        if (!str_cut(line, ':', &number, &line) || !str_cut(line, ':', &controllers, &path) || path.n <= 1)
            continue;
        if (!controllers.n && t->unified)
            unified = key_at(t->unified, path, 0);
        else if (str_eqz(controllers, "memory") && t->legacy)
            old = key_at(memory_root, path, t->legacy);
    }
    return unified ? unified : old;
}

static Container *find(const Cgroup *g, bool apart) {
    const ContainerMaker *m = &g->maker;
    ContainerHint hint = {.cgroup = str_from(g->path), .state = m->state, .bundle = m->bundle, .id = m->id, .runtime = m->runtime, .apart = apart};
    Container *c = container_find(&hint);
    if (c && !c->start)
        c->start = g->made;
    return c;
}

static void replace(Cgroups *t, Cgroup *g, Container *c) {
    if (g->container)
        vec_push(&t->replaced, g->container);
    g->container = c;
}

/* Docker writes a container's address down after it has been started. */
static void look_again(Cgroups *t, Cgroup *g) {
    static const uint64_t second = 1000000000;
    struct timespec ts;
    clock_gettime(CLOCK_BOOTTIME, &ts);
    uint64_t now = (uint64_t) ts.tv_sec * second + (uint64_t) ts.tv_nsec;
    if (!g->again)
        g->again = now + second;
    if (now < g->again)
        return;
    Container *c = find(g, false);
    if (c && c->known)
        replace(t, g, c);
    else
        container_free(c);
    g->again = now + (second << ++g->agains);
    if (g->agains >= AGAIN_MAX || !c)
        g->container->later = false;
}

static const Container *look(Cgroups *t, Cgroup *g, bool apart) {
    if (g->is_host)
        return NULL;
    if (g->container && (g->container->known || g->tries >= TRIES)) {
        if (g->container->later)
            look_again(t, g);
        return g->container;
    }
    if (g->tries >= TRIES) {
        g->is_host = true;
        return NULL;
    }
    Container *c = find(g, apart);
    /* What runs with the mounts of the host is either the runtime on its way in or no container: it is asked again for a while. */
    if (!c || !c->known)
        g->tries++;
    if (c)
        replace(t, g, c);
    return apart || (c && c->known) ? g->container : NULL;
}

static char *copy(const char *s) {
    return s ? xstrdup(s) : NULL;
}

/* Where systemd makes the cgroup: who was executed for that container before. */
static void use_executed(Cgroups *t, Cgroup *g) {
    Str id = container_id_of(str_from(g->path));
    for (size_t i = 0; id.n && i < MAKERS; i++) {
        const ContainerMaker *m = &t->maker[i];
        if (m->id && str_eqz(id, m->id)) {
            container_maker_done(&g->maker);
            g->maker = (ContainerMaker) {copy(m->state), copy(m->bundle), copy(m->id), copy(m->runtime)};
        }
    }
}

void cgroups_executed(Cgroups *t, Str args, Str cwd) {
    ContainerMaker m;
    container_maker(args, cwd, &m);
    if (!m.id)
        return;
    ContainerMaker *at = &t->maker[t->n_makers++ % MAKERS];
    container_maker_done(at);
    *at = m;
}

void cgroups_found(Cgroups *t, uint64_t key, uint32_t pid, int64_t started) {
    Cgroup *g = *place_of(t, key);
    if (!g)
        return;
    if (!g->maker.id && !(g->container && g->container->known))
        container_keeper(pid, &g->maker);
    /* A container is as old as its oldest process. */
    if (!started || (g->made && g->made <= started))
        return;
    if (g->container && g->container->start == g->made)
        g->container->start = started;
    g->made = started;
}

void cgroups_add(Cgroups *t, uint64_t key, Str path, Str maker_args, Str maker_cwd, uint64_t within, int64_t time) {
    Cgroup *outer = within ? *place_of(t, within) : NULL;
    Cgroup *g = add(t, key, path);
    if (!g)
        return;
    g->made = time;
    if (outer) {
        /* Its processes may outlive the cgroup that the container began with. */
        outer->keep = true;
        g->within = within;
        return;
    }
    container_maker(maker_args, maker_cwd, &g->maker);
    if (!g->maker.id)
        use_executed(t, g);
    /* At once: what is on disk about a container of 20 ms is gone when its first event is looked at. */
    if (g->maker.id || container_id_of(path).n)
        look(t, g, false);
}

void cgroups_removed(Cgroups *t, uint64_t key, uint64_t time) {
    Cgroup *g = *place_of(t, key);
    if (g)
        g->gone = time;
}

void cgroups_keep(Cgroups *t, uint64_t key) {
    Cgroup *g = *place_of(t, key);
    if (g)
        g->keep = true;
}

bool cgroups_to_look(const Cgroups *t, uint64_t now) {
    return t->outlived && now > t->looked + LOOK_EACH;
}

void cgroups_mark(Cgroups *t, uint64_t home) {
    Cgroup *g = *place_of(t, home);
    if (g)
        g->round = t->round + 1;
}

void cgroups_marked(Cgroups *t, uint64_t looked) {
    t->round++;
    t->looked = looked;
    /* What a container made for itself belongs to it as long as it is there. */
    for (size_t i = 0; i < BUCKETS; i++)
        for (Cgroup *g = t->bucket[i]; g; g = g->next) {
            Cgroup *outer = g->within && !g->gone ? *place_of(t, g->within) : NULL;
            if (outer)
                outer->round = t->round;
        }
    for (size_t i = 0; i < BUCKETS; i++)
        for (Cgroup *g = t->bucket[i]; g; g = g->next) {
            bool seen = g->round == t->round;
            if (!seen && !g->unseen)
                g->unseen_from = looked;
            g->unseen = seen ? 0 : g->unseen + 1;
        }
}

/* Two looks: a process may be overlooked that forks and ends at that very moment. */
static bool is_over(const Cgroup *g, uint64_t time) {
    return g->gone && time > g->gone + GRACE && (!g->keep || (g->unseen > 1 && time > g->unseen_from));
}

void cgroups_sweep(Cgroups *t, uint64_t time) {
    free_replaced(t);
    t->outlived = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        for (Cgroup **at = &t->bucket[i]; *at;) {
            Cgroup *g = *at;
            if (is_over(g, time)) {
                drop(t, at);
                continue;
            }
            t->outlived += g->gone && g->keep;
            at = &g->next;
        }
}

const Container *cgroups_container(Cgroups *t, uint64_t key, uint32_t mnt_ns, bool own_pids) {
    Cgroup *g = *place_of(t, key);
    if (g && g->within)
        g = *place_of(t, g->within);
    return g ? look(t, g, own_pids && mnt_ns && mnt_ns != t->host_mnt_ns) : NULL;
}

bool cgroups_known(const Cgroups *t, uint64_t key) {
    return *place_of((Cgroups *) t, key) != NULL;
}

bool cgroups_is_host(const Cgroups *t, uint64_t key) {
    const Cgroup *g = *place_of((Cgroups *) t, key);
    return g && g->is_host;
}
