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

enum { CGROUPS_MAX = 65536, TRIES = 8 };

typedef struct Cgroup {
    char *path;
    char *state, *bundle, *id;  /* as its maker's command line says; NULL: it does not */
    Container *container;       /* owned; NULL: not looked for, or none */
    bool is_host;
    unsigned tries;
} Cgroup;

struct Cgroups {
    Map map;                    /* 8 bytes of key to Cgroup */
    uint32_t host_mnt_ns;
    unsigned legacy;            /* number of the memory hierarchy; 0: there is none */
};

static Str key_of(const uint64_t *key) {
    return str_n((const char *) key, sizeof(*key));
}

static uint32_t mnt_ns_of(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 ? (uint32_t) st.st_ino : 0;
}

Cgroups *cgroups_new(void) {
    Cgroups *t = xcalloc(1, sizeof(*t));
    t->map.own_keys = true;
    /* Not everybody who may load programs may look at process 1; the sensor itself runs on the host. */
    t->host_mnt_ns = mnt_ns_of("/proc/1/ns/mnt");
    if (!t->host_mnt_ns)
        t->host_mnt_ns = mnt_ns_of("/proc/self/ns/mnt");
    return t;
}

static void cgroup_free(Cgroup *g) {
    if (!g)
        return;
    container_free(g->container);
    free(g->path);
    free(g->state);
    free(g->bundle);
    free(g->id);
    free(g);
}

void cgroups_free(Cgroups *t) {
    for (size_t i = 0; t && i < t->map.n; i++)
        cgroup_free(t->map.entries[i].value);
    if (t)
        map_done(&t->map);
    free(t);
}

static Cgroup *add(Cgroups *t, uint64_t key, Str path) {
    if (t->map.n >= CGROUPS_MAX)
        return NULL;
    bool fresh;
    void **at = map_slot(&t->map, key_of(&key), &fresh);
    cgroup_free(*at);
    Cgroup *g = *at = xcalloc(1, sizeof(*g));
    g->path = str_dup(path);
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
    }
    int old = t->legacy ? scan_hierarchy(t, "/sys/fs/cgroup/memory", t->legacy) : -ENOENT;
    return found < 0 ? old : found;
}

void cgroups_add(Cgroups *t, uint64_t key, Str path, Str maker_args, Str maker_cwd) {
    Cgroup *g = add(t, key, path);
    if (g)
        container_maker(maker_args, maker_cwd, &g->state, &g->bundle, &g->id);
}

const Container *cgroups_container(Cgroups *t, uint64_t key, uint32_t mnt_ns, bool own_pids) {
    Cgroup *g = map_get(&t->map, key_of(&key));
    if (!g || g->is_host)
        return NULL;
    if (g->container && (g->container->known || g->tries >= TRIES))
        return g->container;
    if (g->tries >= TRIES) {
        g->is_host = true;
        return NULL;
    }
    ContainerHint hint = {.cgroup = str_from(g->path), .state = g->state, .bundle = g->bundle, .id = g->id, .apart = own_pids && mnt_ns && mnt_ns != t->host_mnt_ns};
    Container *c = container_find(&hint);
    /* What runs with the mounts of the host is either the runtime on its way in or no container: it is asked again for a while. */
    if (!c || !c->known)
        g->tries++;
    if (c) {
        container_free(g->container);
        g->container = c;
    }
    return hint.apart || (c && c->known) ? g->container : NULL;
}
