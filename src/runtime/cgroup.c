/* SPDX-License-Identifier: Apache-2.0 */
/* Which container a process is in, by its cgroup. */
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/container.h"

enum { CGROUPS_MAX = 65536, BUCKETS = 4096, TRIES = 8 };

/* Events of a container that has ended may still be in the ring. */
static const uint64_t GRACE = 10000000000;

typedef struct Cgroup {
    uint64_t key;
    struct Cgroup *next;
    char *path;
    char *state, *bundle, *id;  /* as its maker's command line says; NULL: it does not */
    uint64_t within;            /* key of the container that made it for itself; 0: none */
    Container *container;       /* owned; NULL: not looked for, or none */
    uint64_t gone;              /* when it was removed, nanoseconds since boot; 0: it is there */
    bool is_host, keep;
    unsigned tries;
} Cgroup;

struct Cgroups {
    Cgroup *bucket[BUCKETS];
    size_t n;
    uint32_t host_mnt_ns;
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
    free(g->state);
    free(g->bundle);
    free(g->id);
    free(g);
}

static void drop(Cgroups *t, Cgroup **at) {
    Cgroup *g = *at;
    *at = g->next;
    cgroup_free(g);
    t->n--;
}

void cgroups_free(Cgroups *t) {
    for (size_t i = 0; t && i < BUCKETS; i++)
        while (t->bucket[i])
            drop(t, &t->bucket[i]);
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

static const Container *look(Cgroups *t, Cgroup *g, bool apart) {
    if (g->is_host)
        return NULL;
    if (g->container && (g->container->known || g->tries >= TRIES))
        return g->container;
    if (g->tries >= TRIES) {
        g->is_host = true;
        return NULL;
    }
    ContainerHint hint = {.cgroup = str_from(g->path), .state = g->state, .bundle = g->bundle, .id = g->id, .apart = apart};
    Container *c = container_find(&hint);
    /* What runs with the mounts of the host is either the runtime on its way in or no container: it is asked again for a while. */
    if (!c || !c->known)
        g->tries++;
    if (c) {
        container_free(g->container);
        g->container = c;
    }
    return apart || (c && c->known) ? g->container : NULL;
}

void cgroups_add(Cgroups *t, uint64_t key, Str path, Str maker_args, Str maker_cwd, uint64_t within) {
    Cgroup *outer = within ? *place_of(t, within) : NULL;
    Cgroup *g = add(t, key, path);
    if (!g)
        return;
    if (outer) {
        /* Its processes may outlive the cgroup that the container began with. */
        outer->keep = true;
        g->within = within;
        return;
    }
    container_maker(maker_args, maker_cwd, &g->state, &g->bundle, &g->id);
    /* At once: what is on disk about a container of 20 ms is gone when its first event is looked at. */
    if (g->id || container_id_of(path).n)
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

void cgroups_sweep(Cgroups *t, uint64_t time) {
    for (size_t i = 0; i < BUCKETS; i++)
        for (Cgroup **at = &t->bucket[i]; *at;) {
            Cgroup *g = *at;
            if (g->gone && !g->keep && time > g->gone + GRACE)
                drop(t, at);
            else
                at = &g->next;
        }
}

const Container *cgroups_container(Cgroups *t, uint64_t key, uint32_t mnt_ns, bool own_pids) {
    Cgroup *g = *place_of(t, key);
    if (g && g->within)
        g = *place_of(t, g->within);
    return g ? look(t, g, own_pids && mnt_ns && mnt_ns != t->host_mnt_ns) : NULL;
}

bool cgroups_is_host(const Cgroups *t, uint64_t key) {
    const Cgroup *g = *place_of((Cgroups *) t, key);
    return g && g->is_host;
}
