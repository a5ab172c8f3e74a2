/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "analyze/analyzer.h"
#include "base/fs.h"
#include "scan/crashes.h"
#include "scan/layer-read.h"

enum { NOT_REGULAR = 0, IN_RING = 1 << 20 };

/* What could not be read, by reason: a tree may hold a million files of somebody else. */
typedef struct Unread {
    int code;
    char *first;       /* path */
    uint64_t n;
} Unread;

typedef struct Walk {
    int root;
    const ReadOptions *o;
    Ring *in;
    Buf path;          /* of the entry at hand */
    uint64_t analyzers, by_content; /* those that are asked */
    bool look;         /* every entry is wanted */
    uint64_t everywhere; /* those that see files where they lie, and follow no links */
    uint64_t entries;
    TreeMounts mounts;
    Vec(Unread) unread;
    bool over;
    int result;
} Walk;

/* `code`: an errno, or NOT_REGULAR. */
static void add_unread(Walk *w, int code) {
    for (size_t i = 0; i < w->unread.n; i++)
        if (w->unread.p[i].code == code) {
            w->unread.p[i].n++;
            return;
        }
    vec_push(&w->unread, (Unread) {code, str_dup(buf_view(&w->path)), 1});
}

/* n bytes of the file from `at` into the ring. When it shrinks meanwhile the rest is zeros: its size was said already. */
static int send_bytes(Walk *w, int fd, uint64_t at, uint64_t end) {
    while (at < end) {
        char *to;
        ssize_t room = ring_reserve(w->in, (size_t) MIN(end - at, (uint64_t) 128 * 1024), &to);
        if (room < 0)
            return (int) room;
        ssize_t n = MAX(fs_pread_all(fd, to, (size_t) room, at), (ssize_t) 0);
        memset(to + n, 0, (size_t) (room - n));
        ring_commit(w->in, (size_t) room);
        at += (uint64_t) room;
        if (w->o->progress.bytes)
            w->o->progress.bytes(w->o->progress.userdata, (uint64_t) room);
    }
    return 0;
}

static EntryType type_of(mode_t m) {
    return S_ISDIR(m)   ? ENTRY_TYPE_DIRECTORY
           : S_ISLNK(m)  ? ENTRY_TYPE_SYMLINK
           : S_ISCHR(m)  ? ENTRY_TYPE_CHARACTER_DEVICE
           : S_ISBLK(m)  ? ENTRY_TYPE_BLOCK_DEVICE
           : S_ISFIFO(m) ? ENTRY_TYPE_FIFO
           : S_ISSOCK(m) ? ENTRY_TYPE_SOCKET
                         : ENTRY_TYPE_FILE;
}

/* Sends the head of an entry and the first bytes of its content. */
static int send_entry(Walk *w, JobFileHeader *h, const struct stat *st, Str target, Str capability, Str head) {
    Str path = buf_view(&w->path);
    h->path_n = (uint32_t) path.n;
    h->target_n = (uint32_t) target.n;
    h->capability_n = (uint32_t) capability.n;
    h->type = type_of(st->st_mode);
    h->mode = st->st_mode & 07777;
    h->uid = st->st_uid;
    h->gid = st->st_gid;
    h->size = S_ISREG(st->st_mode) ? (uint64_t) st->st_size : 0;
    h->dev_major = major(st->st_rdev);
    h->dev_minor = minor(st->st_rdev);
    const Str parts[] = {str_n((const char *) h, sizeof(*h)), path, target, capability, head};
    for (size_t i = 0; i < ARRAY_SIZE(parts) && w->result == 0; i++)
        w->result = ring_write(w->in, parts[i].p, parts[i].n);
    return w->result;
}

/* Passes the open file on when somebody wants it. `which` want its path already; with `look` it is an entry of the tree, and not what a link
 * leads to. */
static int visit_open(Walk *w, int fd, uint64_t which, bool look, Str capability) {
    struct stat st;
    char head[ANALYZER_HEAD];
    ssize_t n = 0;
    if (fstat(fd, &st) < 0) {
        add_unread(w, errno);
        return 0;
    }
    if (!S_ISREG(st.st_mode)) {
        if (which & ~w->everywhere && !S_ISDIR(st.st_mode))
            add_unread(w, NOT_REGULAR);
        return 0;
    }
    const uint64_t size = (uint64_t) st.st_size, ask = w->by_content & ~which;
    if (ask && size) {
        n = fs_pread_all(fd, head, sizeof(head), 0);
        if (n < 0)
            add_unread(w, (int) -n);
        FileInfo info = {buf_view(&w->path), st.st_mode & 07777, size, {head, (size_t) MAX(n, (ssize_t) 0)}};
        if (n > 0)
            which |= analyzers_wanting_content(ask, &info);
    }
    if (which && size > w->o->limits->file_bytes) {
        add_unread(w, EFBIG);
        which = 0;
    }
    const bool content = which || (look && w->o->look_for.listing >= LISTING_CONTENT && size <= w->o->limits->file_bytes);
    if (!content && !look)
        return 0;
    const uint64_t have = content ? MIN((uint64_t) MAX(n, (ssize_t) 0), size) : 0;
    JobFileHeader h = {.content_n = content ? size : 0, .analyzers = which, .content = content, .look = look};
    if (send_entry(w, &h, &st, STR_NULL, capability, str_n(head, (size_t) have)) == 0 && content)
        w->result = send_bytes(w, fd, have, size);
    return w->result;
}

/* security.capability of a file that may be run; empty when it has none. */
static Str capability_of(int dir, const char *name, const struct stat *st, char *buf, size_t room) {
    if (!S_ISREG(st->st_mode) || !(st->st_mode & 0111))
        return STR_NULL;
    _cleanup_free_ char *path = xasprintf("/proc/self/fd/%d/%s", dir, name);
    ssize_t n = lgetxattr(path, "security.capability", buf, room);
    return n > 0 ? str_n(buf, (size_t) n) : STR_NULL;
}

/* A file, or a link to one for those that follow links. `st` where entries are looked at. */
static int visit_file(Walk *w, int dir, const char *name, bool link, const struct stat *st) {
    char xattr[64];
    const bool look = st && !link;
    Str capability = look ? capability_of(dir, name, st, xattr, sizeof(xattr)) : STR_NULL;
    uint64_t which = analyzers_wanting(link ? w->analyzers & ~w->everywhere : w->analyzers, buf_view(&w->path));
    if (which || (!link && w->by_content) || (look && w->o->look_for.listing >= LISTING_CONTENT)) {
        _cleanup_fd_ int fd = link ? fs_open_in_root(w->root, w->path.p, O_RDONLY | O_NONBLOCK) : openat(dir, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
        int code = fd >= 0 ? 0 : link ? -fd : errno;
        if (code == 0)
            return visit_open(w, fd, which, look, capability);
        if (code != ENOENT && code != ELOOP)
            add_unread(w, code);
    }
    return look ? send_entry(w, &(JobFileHeader) {.look = true}, st, STR_NULL, capability, STR_NULL) : 0;
}

/* A directory, link, device or the like, for those that look at entries. */
static void visit_entry(Walk *w, int dir, const char *name, const struct stat *st) {
    char target[PATH_MAX];
    ssize_t n = S_ISLNK(st->st_mode) ? readlinkat(dir, name, target, sizeof(target)) : 0;
    send_entry(w, &(JobFileHeader) {.look = true}, st, str_n(target, (size_t) MAX(n, (ssize_t) 0)), STR_NULL, STR_NULL);
}

/* Does the kernel make up what lies here? Such trees are endless, change while they are read, or are devices. */
static bool is_pseudo(int fd) {
    static const long magics[] = {PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC, SECURITYFS_MAGIC,
                                  BPF_FS_MAGIC, PSTOREFS_MAGIC, EFIVARFS_MAGIC, SELINUX_MAGIC, NSFS_MAGIC, BINFMTFS_MAGIC, HUGETLBFS_MAGIC, SMACK_MAGIC, 0x19800202 /* mqueue */,
                                  0x62656570 /* configfs */, 0x65735543 /* fusectl */, 0x187 /* autofs: a look mounts what lies behind */};
    struct statfs fs;
    if (fstatfs(fd, &fs) < 0)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
        if (fs.f_type == magics[i])
            return true;
    return false;
}

static int walk_dir(Walk *w, int fd, dev_t above, unsigned depth);

/* `type` is what the directory says of the entry; some file systems say nothing. */
static int visit(Walk *w, int dir, dev_t dev, const char *name, unsigned char type, unsigned depth) {
    struct stat st;
    if (type == DT_UNKNOWN || w->look) {
        if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return 0; /* gone meanwhile */
        type = S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : S_ISLNK(st.st_mode) ? DT_LNK : DT_UNKNOWN;
    }
    if (w->look && type != DT_REG)
        visit_entry(w, dir, name, &st);
    if (type == DT_DIR) {
        _cleanup_fd_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
        if (fd >= 0)
            return walk_dir(w, fd, dev, depth + 1);
        if (errno != ENOENT)
            add_unread(w, errno);
        return 0;
    }
    if (type == DT_REG || type == DT_LNK)
        return visit_file(w, dir, name, type == DT_LNK, w->look ? &st : NULL);
    if (analyzers_wanting(w->analyzers & ~w->everywhere, buf_view(&w->path)))
        add_unread(w, NOT_REGULAR);
    return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of names, so that two runs see the same. `above`: the device of the directory that holds it. */
static int walk_dir(Walk *w, int fd, dev_t above, unsigned depth) {
    enum { DEPTH_MAX = 256 };
    struct dirent **list = NULL;
    struct stat st;
    if (depth > DEPTH_MAX || fstat(fd, &st) < 0) {
        add_unread(w, depth > DEPTH_MAX ? ELOOP : errno);
        return 0;
    }
    if (st.st_dev != above) {
        bool pseudo = is_pseudo(fd);
        ++*(pseudo ? &w->mounts.left_out : &w->mounts.entered);
        if (pseudo)
            return 0;
    }
    int n = scandirat(fd, ".", &list, NULL, by_name);
    if (n < 0) {
        add_unread(w, errno);
        return 0;
    }
    size_t keep = w->path.n;
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        if (w->result == 0 && !w->over && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !(w->o->repository && strcmp(name, ".git") == 0)) {
            if (keep)
                buf_putc(&w->path, '/');
            buf_putz(&w->path, name);
            w->over = w->entries++ >= w->o->limits->entries;
            if (w->path.failed || w->path.n > w->o->limits->path_bytes)
                add_unread(w, ENAMETOOLONG);
            else if (!w->over)
                visit(w, fd, st.st_dev, name, list[i]->d_type, depth);
            w->path.failed = 0;
            w->path.n = keep;
            w->path.p[keep] = 0;
        }
        free(list[i]);
    }
    free(list);
    return w->result;
}

static void set_path(Walk *w, Str path) {
    buf_clear(&w->path);
    buf_str(&w->path, path);
}

static bool below(Str path, Str dir) {
    return str_empty(dir) || (str_starts(path, dir) && (path.n == dir.n || path.p[dir.n] == '/'));
}

static void walk_root(Walk *w, Str root) {
    set_path(w, root);
    _cleanup_fd_ int fd = fs_open_in_root(w->root, root.n ? w->path.p : ".", O_RDONLY | O_NONBLOCK);
    if (fd == -ENOENT || fd == -ENOTDIR)
        return;
    struct stat st;
    if (fd < 0)
        add_unread(w, -fd);
    else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        walk_dir(w, fd, st.st_dev, 0);
    else
        visit_open(w, fd, analyzers_wanting(w->analyzers, root), false, STR_NULL);
}

/* Does a link stand on the way? Then a walk of what lies above did not come here. */
static bool behind_link(const Walk *w, Str root) {
    char path[PATH_MAX];
    struct stat st;
    for (size_t i = 1; i <= root.n && i < sizeof(path); i++) {
        if (i < root.n && root.p[i] != '/')
            continue;
        memcpy(path, root.p, i);
        path[i] = 0;
        if (fstatat(w->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return false;
        if (S_ISLNK(st.st_mode))
            return true;
    }
    return false;
}

static int cmp_str(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

static void *walk(void *userdata) {
    Walk *w = userdata;
    Vec(Str) roots = {0};
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if (w->analyzers >> i & 1)
            for (const char *const *r = all[i]->roots; *r; r++)
                vec_push(&roots, str_from(*r));
    if (w->look)
        vec_push(&roots, STR(""));
    vec_sort(&roots, cmp_str);
    /* Sorted, a root lies behind those that contain it. */
    const Str *last = NULL;
    for (size_t i = 0; i < roots.n && w->result == 0; i++) {
        Str root = roots.p[i];
        if (i && str_eq(root, roots.p[i - 1]))
            continue;
        if (last && below(root, *last)) {
            if (!behind_link(w, root))
                continue;
            /* Those that look everywhere have seen its files where they lie. */
            w->analyzers &= ~w->everywhere;
            w->by_content = 0;
            w->look = false;
        } else {
            last = &roots.p[i];
        }
        walk_root(w, root);
    }
    ring_finish(w->in);
    vec_done(&roots);
    return NULL;
}

static void put_problem(LayerFacts *l, Str path, ProblemKind kind, Str reason) {
    LocatedFact lf = {.position = l->index.n, .real = path, .fact = {.kind = FACT_PROBLEM, .analyzer = STR("layer"), .path = path}};
    lf.fact.problem.kind = kind;
    lf.fact.problem.reason = reason;
    located_fact_encode(&l->facts, &lf);
}

/* One problem per reason. */
static void report_unread(const Walk *w, LayerFacts *l) {
    char text[256];
    for (size_t i = 0; i < w->unread.n; i++) {
        const Unread *u = &w->unread.p[i];
        bool big = u->code == EFBIG;
        int n = big ? snprintf(text, sizeof(text), "more than the %llu bytes that an analyzer reads", (unsigned long long) w->o->limits->file_bytes)
                    : snprintf(text, sizeof(text), "cannot be read: %s", u->code == NOT_REGULAR ? "not a regular file" : strerror(u->code));
        if (u->n > 1)
            n += snprintf(text + n, sizeof(text) - (size_t) n, " (and %llu more files or directories)", (unsigned long long) u->n - 1);
        put_problem(l, str_from(u->first), big ? PROBLEM_LIMIT : PROBLEM_FILE, str_n(text, (size_t) n));
    }
    if (w->over) {
        int n = snprintf(text, sizeof(text), "more than %llu entries: the rest was not looked at", (unsigned long long) w->o->limits->entries);
        put_problem(l, STR(""), PROBLEM_LIMIT, str_n(text, (size_t) n));
    }
}

static void walk_done(Walk *w) {
    for (size_t i = 0; i < w->unread.n; i++)
        free(w->unread.p[i].first);
    vec_done(&w->unread);
    buf_done(&w->path);
}

static int attempt(int root_fd, const JobArgs *args, const ReadOptions *o, LayerFacts *ret, TreeMounts *mounts, Crashes *crashes, bool *ret_again, Error *err) {
    JobRun run;
    *ret_again = false;
    int r = job_run_start(&run, args, o->temp_dir, err);
    if (r < 0) {
        job_run_done(&run);
        return r;
    }
    size_t n;
    (void) analyzers(&n);
    Walk w = {.root = root_fd, .o = o, .in = &run.in, .path = buf_new(64 * 1024)};
    w.analyzers = o->look_for.analyzers & (n < 64 ? ((uint64_t) 1 << n) - 1 : UINT64_MAX);
    w.by_content = analyzers_by_content(w.analyzers);
    w.everywhere = analyzers_everywhere(w.analyzers);
    w.look = analyzers_by_entry(w.analyzers) || o->look_for.listing;
    pthread_t walker;
    pthread_create(&walker, NULL, walk, &w);
    r = job_run_gather(&run, o->limits, ret, err);
    pthread_join(walker, NULL);
    if (r >= 0)
        report_unread(&w, ret);
    *mounts = w.mounts;
    walk_done(&w);
    *ret_again = r < 0 && crashes_take(crashes, &run);
    job_run_done(&run);
    return r;
}

int tree_read(int root_fd, const ReadOptions *o, LayerFacts *ret, TreeMounts *ret_mounts, Error *err) {
    _cleanup_(crashes_done) Crashes crashes = {0};
    JobArgs args = {.source = JOB_FILES, .in_size = IN_RING, .limits = *o->limits, .look_for = o->look_for, .skip = crashes.site};
    int r;
    bool again;
    do {
        args.n_skip = crashes.n;
        if (err)
            error_done(err);
        layer_facts_done(ret);
        r = attempt(root_fd, &args, o, ret, ret_mounts, &crashes, &again, err);
    } while (again);
    crashes_report(&crashes, ret);
    return r;
}
