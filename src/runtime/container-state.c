/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/container-state.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/time.h"

enum { STATE_MAX = 8 << 20, NODES_MAX = 400000, COPY_MAX = 8 << 20, MAP_MAX = 1 << 30, TEXTS_MAX = 256, PORTS_MAX = 256, PROBLEM_MAX = 300 };

Str state_keep(StateRead *r, Str s) {
    return s.n ? arena_str(r->c->arena, s) : STR_NULL;
}

void state_problem(StateRead *r, const char *fmt, ...) {
    if (r->c->problem.n)
        return;
    char text[PROBLEM_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    r->c->problem = state_keep(r, str_from(text));
}

/* Nothing but a plain file: whoever made the bundle may have put a pipe there. */
static int open_plain(StateRead *r, const char *path, struct stat *st) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int e = fd < 0 || fstat(fd, st) < 0 ? -errno : S_ISREG(st->st_mode) ? 0 : -EINVAL;
    if (e == 0)
        return fd;
    if (e != -ENOENT && e != -ENOTDIR)
        state_problem(r, "%s: %s", path, e == -EINVAL ? "not a plain file" : strerror(-e));
    if (fd >= 0)
        close(fd);
    return e;
}

const Node *state_json_text(StateRead *r, Str text, const char *name) {
    Limits limits = limits_default();
    limits.document_bytes = STATE_MAX;
    limits.document_nodes = NODES_MAX;
    Node *root;
    _cleanup_(diag_done) Diag d = {0};
    if (json_parse(text, name, &limits, &r->scratch, &d, &root) == 0)
        return root;
    _cleanup_free_ char *why = d.items.n ? diag_item_text(&d.items.p[0]) : NULL;
    state_problem(r, "%s", why ? why : name);
    return NULL;
}

const Node *state_json(StateRead *r, const char *path) {
    struct stat st;
    _cleanup_fd_ int fd = open_plain(r, path, &st);
    char *text;
    size_t n;
    if (fd < 0)
        return NULL;
    int e = fs_read_fd(fd, path, STATE_MAX, &text, &n, NULL);
    if (e < 0) {
        state_problem(r, "%s: %s", path, e == -EFBIG ? "larger than 8 MiB" : strerror(-e));
        return NULL;
    }
    arena_defer(&r->scratch, free, text);
    return state_json_text(r, str_n(text, n), path);
}

typedef struct Mapping {
    void *p;
    size_t n;
} Mapping;

static void unmap(void *userdata) {
    Mapping *m = userdata;
    munmap(m->p, m->n);
}

Str state_file(StateRead *r, const char *path) {
    struct stat st = {0};
    _cleanup_fd_ int fd = open_plain(r, path, &st);
    if (fd < 0 || st.st_size <= 0)
        return STR_NULL;
    /* Who may cut the file off while it is read could end us with SIGBUS. */
    if (st.st_uid == 0 && !(st.st_mode & 022) && st.st_size <= MAP_MAX) {
        Mapping *m = arena_alloc(&r->scratch, sizeof(*m));
        void *p = m ? mmap(NULL, (size_t) st.st_size, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
        if (p != MAP_FAILED) {
            *m = (Mapping) {p, (size_t) st.st_size};
            arena_defer(&r->scratch, unmap, m);
            return str_n(p, m->n);
        }
    }
    char *text;
    size_t n;
    int e = fs_read_fd(fd, path, COPY_MAX, &text, &n, NULL);
    if (e < 0) {
        state_problem(r, "%s: %s", path, e == -EFBIG ? "larger than 8 MiB" : strerror(-e));
        return STR_NULL;
    }
    arena_defer(&r->scratch, free, text);
    return str_n(text, n);
}

int64_t state_time(Str text) {
    int64_t seconds;
    return time_parse(text, &seconds) == 0 && seconds > 0 && seconds <= INT64_MAX / 1000000000 ? seconds * 1000000000 : 0;
}

Str state_short_id(StateRead *r, Str id) {
    if (str_starts(id, STR("sha256:")))
        id = str_from_at(id, sizeof("sha256:") - 1);
    return state_keep(r, str_head(id, STATE_IMAGE_ID));
}

void state_image(StateRead *r, Str name) {
    Container *c = r->c;
    if (!name.n || c->image.n)
        return;
    Str digest;
    c->image = state_keep(r, name);
    image_name_split(c->image, &c->repository, &c->tag, &digest);
    if (digest.n)
        c->digest = digest;
}

size_t state_texts(StateRead *r, const Node *map, const ContainerMount **ret) {
    size_t max = MIN(node_count(map), (size_t) TEXTS_MAX), n = 0;
    ContainerMount *l = max ? arena_alloc(r->c->arena, max * sizeof(*l)) : NULL;
    if (!l)
        return 0;
    node_each(one, map)
        if (node_is(one, NODE_STRING) && n < max)
            l[n++] = (ContainerMount) {.source = state_keep(r, one->key), .destination = state_keep(r, one->text)};
    *ret = l;
    return n;
}

void state_port(StateRead *r, Str host_ip, uint64_t host_port, uint64_t port, Str protocol) {
    Container *c = r->c;
    if (host_port == 0 || host_port > UINT16_MAX || port > UINT16_MAX || c->n_ports >= PORTS_MAX)
        return;
    /* Few containers have more than a handful: room for all of them at the first one. */
    ContainerPort *l = (ContainerPort *) c->ports;
    if (!l)
        c->ports = l = arena_alloc(c->arena, PORTS_MAX * sizeof(*l));
    if (l)
        l[c->n_ports++] = (ContainerPort) {state_keep(r, host_ip), state_keep(r, protocol), (unsigned) host_port, (unsigned) port};
}
