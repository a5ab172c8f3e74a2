/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is there a rule that this event could matter to? Asked before anything is gathered; what is cheap to know comes first (filter.h, docs/sensor.md "Push-down"). */
#pragma once

#include "runtime/bpf/file.h"
#include "runtime/bpf/process.h"
#include "runtime/filter.h"

/* Two sets of tables, so that one can be written while the other is looked at. */
FilterTables filters[2];
__u32 filter_missing; /* set here: this kernel has not what it takes */
__u32 filter_active;  /* 0: off, every event is sent; else the number of the set and 1 */
FilterDirectory directories[FILTER_SETS * FILTER_WAYS];
__u64 hosts[FILTER_HOSTS]; /* cgroups that are certainly no container's, each at its hash */

/* Events that were settled here, by kind. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, WIRE_KINDS);
    __type(key, u32);
    __type(value, u64);
} settled SEC(".maps");

/* Names while they are looked at. A read of eight bytes may begin at any of the first ROOM ones. */
enum { ROOM = 1024, ROOM_NAME = 8, ROOM_BASE = 296, INLINE_NAME = 40 };
struct room {
    char bytes[ROOM + 8];
    u32 active;      /* the tables that this event is looked up in */
};
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct room);
} rooms SEC(".maps");

/* Kernel 6.2 and later: fields are then loaded without a call. */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
#define AS(type, pointer) ((type *) bpf_rdonly_cast((const void *) (pointer), bpf_core_type_id_kernel(type)))

/* The kernel verifies each global function by itself, called or not: what needs the cast begins with this. */
#define NEEDS_CAST(otherwise)  \
    if (!bpf_rdonly_cast)      \
    return otherwise

/* Eight bytes of the kernel's memory, without a call: any structure that begins with them will do. */
static __always_inline u64 load(u64 at) {
    return AS(struct timespec64, at)->tv_sec;
}

/* A directory, or the place of a file, by what is in the kernel. */
struct place {
    u64 dentry, mnt;
};

/* What a walk to the root says. */
struct walk {
    u64 key;       /* of the directory; 0: not known */
    u64 base;      /* hash of the last name, where it was asked for */
    u32 base_n;    /* its length; 0: there is none */
};

static __always_inline const FilterTables *filter_tables(u32 active) {
    return &filters[(active - 1) & 1];
}

static __always_inline u64 word_at(const struct room *r, u32 at) {
    return *(const u64 *) (r->bytes + (at & (ROOM - 1)));
}

/* filter_text_hash() without its end. This and others are global functions, which the kernel verifies once. */
__attribute__((noinline)) u64 mix_text(struct room *r, u64 h, u32 at, u32 n) {
    if (!r)
        return h;
    for (u32 i = 0; i < FILTER_NAME_MAX; i += 8) {
        if (i >= n)
            break;
        u64 word = word_at(r, at + i);
        h = filter_mix(h, n - i < 8 ? filter_head(word, n - i) : word);
    }
    return h;
}

/* The same of a name in the kernel. */
__attribute__((noinline)) u64 mix_name(u64 h, u64 at, u32 n) {
    NEEDS_CAST(h);
    for (u32 i = 0; i < FILTER_NAME_MAX; i += 8) {
        if (i >= n)
            break;
        u64 word = load(at + i);
        h = filter_mix(h, n - i < 8 ? filter_head(word, n - i) : word);
    }
    return h;
}

/* The name of a file in the room. */
static __always_inline bool read_name(char *to, const void *name, u32 n) {
    if (n < INLINE_NAME)
        return bpf_probe_read_kernel(to, INLINE_NAME, name) == 0;
    return n < FILTER_NAME_MAX && bpf_probe_read_kernel(to, n & (FILTER_NAME_MAX - 1), name) == 0;
}

/* From a file or directory to the root of the process, as put_path() does it. `file`: the first name is the file's own, the others are its directory's. */
__attribute__((noinline)) int walk_up(struct room *r, struct place *from, struct walk *w, u64 seed, u32 file) {
    NEEDS_CAST(0);
    if (!r || !from || !w)
        return 0;
    struct task_struct *t = bpf_get_current_task_btf();
    struct dentry *root = t->fs->root.dentry, *d = AS(struct dentry, from->dentry);
    struct vfsmount *root_mnt = t->fs->root.mnt, *mnt = AS(struct vfsmount, from->mnt);
    u64 h = filter_start(seed, FILTER_START_PATH);
    w->key = 0;
    w->base_n = 0;
    for (int i = 0; i < FILTER_DEPTH; i++) {
        if (d == root && mnt == root_mnt) {
            w->key = filter_end(h);
            return 0;
        }
        struct dentry *up = d->d_parent;
        if (d == mnt->mnt_root) {
            struct mount *m = AS(struct mount, (void *) mnt - bpf_core_field_offset(struct mount, mnt));
            struct mount *above = m->mnt_parent;
            if (above == m)
                break;
            d = m->mnt_mountpoint;
            mnt = AS(struct vfsmount, (void *) above + bpf_core_field_offset(struct mount, mnt));
            continue;
        }
        u32 n = d->d_name.len;
        if (d == up)
            break;
        if (file && !w->base_n) {
            if (!read_name(r->bytes + ROOM_BASE, d->d_name.name, n))
                break;
            w->base_n = n;
        } else {
            if (n == 0 || n >= FILTER_NAME_MAX)
                break;
            h = filter_mix(mix_name(h, load((u64) d + bpf_core_field_offset(struct dentry, d_name.name)), n), n);
        }
        d = up;
    }
    return 0;
}

/* What is remembered of a directory; false: nothing. The sensor writes them; the key comes last and is looked at twice. */
static __always_inline bool remembered(u64 key, u64 *any, u64 *named) {
    u32 set = key % FILTER_SETS * FILTER_WAYS;
    for (u32 i = 0; i < FILTER_WAYS; i++) {
        const volatile FilterDirectory *d = &directories[(set + i) & (FILTER_SETS * FILTER_WAYS - 1)];
        if (d->key != key)
            continue;
        *any = d->any;
        *named = d->named;
        return d->key == key;
    }
    return false;
}

static __always_inline u64 look_up(const FilterName *table, u32 n, u64 hash) {
    for (u32 i = 0; i < FILTER_PROBES; i++) {
        const FilterName *at = &table[(hash + i) & (n - 1)];
        if (at->hash == hash)
            return at->bits;
        if (!at->hash)
            break;
    }
    return 0;
}

/* Rules that a name of a file matters to. */
static __always_inline u64 bits_of_name(const FilterTables *t, struct room *r, u32 at, u32 n, u64 wanted) {
    u64 hash = filter_end(mix_text(r, filter_start(t->seed, FILTER_START_BASE), at, n)), bits = 0;
    if (t->bloom[(hash >> 32) & (FILTER_BASES - 1)])
        bits = look_up(t->bases, FILTER_BASES, hash);
    if (!(wanted & t->suffix_bits))
        return bits;
    u64 last = word_at(r, at + n - 8);
    for (u32 i = 0; i < FILTER_SUFFIXES; i++)
        if (i < t->n_suffixes && n >= t->suffix[i].bytes && (last & t->suffix[i].mask) == t->suffix[i].value)
            bits |= t->suffix[i].bits;
    return bits;
}

/* May one of the wanted rules be about the file of that name in that directory? */
__attribute__((noinline)) int matters(struct room *r, u64 key, u32 at, u32 n, u64 wanted) {
    u64 any = 0, named = 0;
    if (!r || !key || !n || !remembered(key, &any, &named) || any & wanted)
        return true;
    const FilterTables *t = filter_tables(r->active);
    u32 dots = word_at(r, at) & 0xffff;
    if ((n == 1 && (dots & 0xff) == '.') || (n == 2 && dots == ('.' | '.' << 8)))
        return true;
    return named & wanted && bits_of_name(t, r, at, n, wanted) & named & wanted;
}

/* The key of the directory in a name as it was given; its last part begins at w->base_n. `base`: of what a relative one is relative to. */
__attribute__((noinline)) u64 key_of_text(struct room *r, u32 n, u64 base, u64 seed, struct walk *w) {
    if (!r || !w)
        return 0;
    bool absolute = r->bytes[ROOM_NAME] == '/';
    u64 h = absolute ? filter_start(seed, FILTER_START_TEXT) : filter_mix(base, FILTER_START_TEXT), key = 0;
    u32 from = 0;
    for (u32 i = 0; i < FILTER_NAME_MAX; i += 8) {
        if (i >= n)
            break;
        u64 word = word_at(r, ROOM_NAME + i);
        word = n - i < 8 ? filter_head(word, n - i) : word;
        u64 slash = filter_bytes(word, '/');
        if (slash) { /* all up to the last one */
            slash |= slash >> 8;
            slash |= slash >> 16;
            slash |= slash >> 32;
            slash >>= 7;
            key = filter_end(filter_mix(h, word & slash * 0xff));
            from = i + (slash * 0x0101010101010101ull >> 56);
        }
        h = filter_mix(h, word);
    }
    w->base_n = from;
    return from ? key : base;
}

static __always_inline struct file *file_at(struct task_struct *t, s32 fd) {
    struct fdtable *table = t->files->fdt;
    u64 f = 0;
    if (fd >= 0 && (u32) fd < table->max_fds)
        f = load((u64) table->fd + 8 * (u64) (u32) fd);
    return f ? AS(struct file, f) : NULL;
}

/* A system call at its return. */
struct question {
    u64 arg[8];
    s64 result;
    u32 number;  /* of the call, as kind_row() takes it */
    u32 active;  /* the tables that it is looked up in */
};

/* Is the name that was given one that matters? */
__attribute__((noinline)) int given_matters(struct room *r, struct question *q, u64 wanted) {
    NEEDS_CAST(true);
    struct task_struct *task = bpf_get_current_task_btf();
    if (!r || !q)
        return true;
    const FilterTables *t = filter_tables(r->active);
    const WireKind *k = kind_row(q->number);
    s8 name = k->name, dir = k->dir;
    long n = bpf_probe_read_user_str(r->bytes + ROOM_NAME, FILTER_NAME_MAX, (const void *) q->arg[name & 7]);
    if (n <= 1 || n >= FILTER_NAME_MAX)
        return true;
    struct walk w = {};
    struct place base;
    if (r->bytes[ROOM_NAME] != '/') {
        base.dentry = (u64) task->fs->pwd.dentry;
        base.mnt = (u64) task->fs->pwd.mnt;
        s32 fd = dir >= 0 ? (s32) q->arg[dir & 7] : -1;
        if (fd >= 0) {
            struct file *f = file_at(task, fd);
            if (!f)
                return true;
            base.dentry = (u64) f->f_path.dentry;
            base.mnt = (u64) f->f_path.mnt;
        }
        walk_up(r, &base, &w, t->seed, false);
        if (!w.key)
            return true;
    }
    u32 end = n - 1;
    u64 key = key_of_text(r, end, w.key, t->seed, &w);
    return matters(r, key, ROOM_NAME + w.base_n, end - w.base_n, wanted);
}

__attribute__((noinline)) int opened_matters(struct room *r, s32 fd, u64 wanted) {
    NEEDS_CAST(true);
    struct task_struct *task = bpf_get_current_task_btf();
    struct file *f = file_at(task, fd);
    if (!r || !f)
        return true;
    const FilterTables *t = filter_tables(r->active);
    struct walk w = {};
    struct place at = {.dentry = (u64) f->f_path.dentry, .mnt = (u64) f->f_path.mnt};
    walk_up(r, &at, &w, t->seed, true);
    return matters(r, w.key, ROOM_BASE, w.base_n, wanted);
}

static __always_inline u64 bits_of_process(const FilterTables *t, struct task_struct *task) {
    u64 words[2] = {};
    put_name((char *) words, task_state(task->group_leader), task);
    words[0] = filter_until_zero(words[0]);
    words[1] = words[0] >> 56 ? filter_until_zero(words[1]) : 0;
    return look_up(t->comms, FILTER_COMMS, filter_end(filter_mix(filter_mix(filter_start(t->seed, FILTER_START_COMM), words[0]), words[1])));
}

/* What the descriptor is, and whether the call names an address. */
static __always_inline u32 class_of_descriptor(struct task_struct *task, const WireKind *k, const u64 *a, s64 ret, bool compat) {
    s32 fd = k->flags & WIRE_KIND_FD_RESULT ? ret < 0 ? -1 : (s32) ret : (s32) a[k->fd & 7];
    struct file *f = file_at(task, fd);
    if (!f)
        return filter_fd_class(ret, FILTER_TYPE_UNKNOWN, FILTER_OTHER, 0);
    if (f->f_inode->i_sb->s_magic != SOCKFS_MAGIC)
        return filter_fd_class(ret, FILTER_TYPE_FILE, FILTER_OTHER, 0);
    struct sock *sk = AS(struct socket, f->private_data)->sk;
    u32 family = sk->__sk_common.skc_family, facts = sk->__sk_common.skc_state == 1 ? FILTER_CONNECTED : 0;
    s8 address = k->address;
    u64 at = address >= 0 ? a[address & 7] : 0;
    if (k->flags & WIRE_KIND_MSGHDR && at) {
        u64 name = 0;
        bpf_probe_read_user(&name, compat ? 4 : 8, (const void *) at);
        at = name;
    }
    u16 words[8];
    if (at && bpf_probe_read_user(words, sizeof(words), (const void *) at) == 0 && words[0] == family)
        facts |= FILTER_NAMED;
    return filter_fd_class(ret, filter_type(family), filter_protocol(sk->sk_protocol), facts);
}

static __always_inline u32 class_of_open(const FilterTables *t, u32 kind, const WireKind *k, const u64 *a, s64 ret) {
    u64 flags = FILTER_CREAT_FLAGS, mode = a[(k->name + 1) & 7];
    if (k->flags & WIRE_KIND_HOW) {
        u64 how[2] = {};
        bpf_probe_read_user(how, sizeof(how), (const void *) a[2]);
        flags = how[0];
        mode = how[1];
    } else if (!t->argument[kind]) {
        flags = mode;
        mode = a[(k->name + 2) & 7];
    }
    return filter_open_class(ret, flags, mode);
}

static __always_inline bool is_host_cgroup(u64 key) {
    return hosts[filter_mix(0, key) & (FILTER_HOSTS - 1)] == key;
}

/* Is it certainly in no container? */
static __always_inline bool is_host(struct task_struct *task) {
    WireTask *st = bpf_task_storage_get(&tasks, task->group_leader, NULL, 0);
    return (!st || !st->home || is_host_cgroup(st->home)) && is_host_cgroup(task_cgroup(task));
}

static __always_inline bool settle(u32 kind) {
    add_one(&settled, kind);
    return true;
}

/* What is left of the rules in that class. */
static __always_inline u64 wanted_in(const FilterTables *t, u32 kind, u32 class) {
    u8 row = t->row[(kind * FILTER_CLASSES + class) & (WIRE_KINDS * FILTER_CLASSES - 1)];
    return row == FILTER_DROP ? 0 : row == FILTER_SEND ? FILTER_ALL : t->mask[row];
}

/* Does one of the wanted rules need a name that it has? */
__attribute__((noinline)) int is_wanted(struct question *q, u64 wanted, u32 shape) {
    struct task_struct *task = bpf_get_current_task_btf();
    u32 zero = 0;
    if (!q || wanted == FILTER_ALL)
        return 1;
    const FilterTables *t = filter_tables(q->active);
    if (wanted & t->comm_bits && wanted & bits_of_process(t, task))
        return 1;
    if (shape != FILTER_OPEN)
        return 0;
    struct room *r = bpf_map_lookup_elem(&rooms, &zero);
    if (!r)
        return 1;
    r->active = q->active;
    if (given_matters(r, q, wanted))
        return 1;
    return q->result >= 0 && opened_matters(r, q->result, wanted);
}

/* True: no rule can fire on it. */
static __always_inline bool is_settled(struct task_struct *task, struct question *q) {
    const WireKind *k = kind_row(q->number);
    u32 active = q->active = filter_active, kind = (k->kind - 1) & (WIRE_KINDS - 1), class;
    if (!active)
        return false;
    if (!bpf_rdonly_cast) {
        filter_missing = 1;
        return false;
    }
    const FilterTables *t = filter_tables(active);
    u8 shape = t->shape[kind];
    if (shape == FILTER_OPEN)
        class = class_of_open(t, kind, k, q->arg, q->result);
    else if (shape == FILTER_FD)
        class = class_of_descriptor(task, k, q->arg, q->result, q->number >= WIRE_SYSCALLS);
    else if (shape == FILTER_NUMBER)
        class = filter_number_class(q->result, q->arg[t->argument[kind] & 7]);
    else
        class = filter_result(q->result);
    u64 wanted = wanted_in(t, kind, class);
    if (!wanted || !is_wanted(q, wanted, shape))
        return settle(kind);
    u64 on_host = wanted_in(t, kind, class | FILTER_HOST);
    if (on_host == wanted || !is_host(task))
        return false;
    return !on_host || !is_wanted(q, on_host, shape) ? settle(kind) : false;
}
