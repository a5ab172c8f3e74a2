/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rules could an opened file matter to, by the name that was given and by the one that the kernel has? */
#pragma once

#include "runtime/bpf/lookup.h"

enum { SHORT_NAME = 32 };

/* A directory, or the place of a file, by what is in the kernel. */
struct place {
    u64 dentry, mnt;
};

/* What a walk to the root of the process says. */
struct walk {
    u64 key;       /* of the directory; 0: not known */
    u64 name;      /* where the last name lies, where it was asked for */
    u32 n;         /* its length; 0: there is none */
};

/* A name in the kernel, whole words only. */
static __always_inline u64 mix_words(u64 h, u64 at, u32 n, u32 max) {
    for (u32 i = 8; i <= max; i += 8) {
        if (i > n)
            break;
        h = filter_mix(h, load(at + i - 8));
    }
    return h;
}

/* Global, as what follows: the kernel verifies them once. */
__attribute__((noinline)) u64 mix_long_words(u64 h, u64 at, u32 n) {
    NEEDS_CAST(h);
    return mix_words(h, at, n, FILTER_NAME_MAX);
}

static __always_inline u64 mix_short(u64 h, u64 at, u32 n) {
    return n < SHORT_NAME ? mix_words(h, at, n, SHORT_NAME - 8) : mix_long_words(h, at, n);
}

/* Of a directory's name, as filter_names_hash() takes it. */
static __always_inline u64 mix_name(u64 h, u64 at, u32 n) {
    h = mix_short(h, at, n);
    return filter_mix(h, filter_last(load(at + (n & ~7u)), n));
}

/* From a file or directory to the root of the process, as put_path() does it. `file`: the first name is the file's own, the others are its directory's. */
static __always_inline void walk_up(const struct fs_struct *fs, const struct place *from, struct walk *w, u64 seed, bool file) {
    struct dentry *root = fs->root.dentry, *d = AS(struct dentry, from->dentry);
    struct vfsmount *root_mnt = fs->root.mnt, *mnt = AS(struct vfsmount, from->mnt);
    struct dentry *top = mnt->mnt_root;
    u64 h = filter_start(seed, FILTER_START_PATH);
    w->key = 0;
    w->n = 0;
    for (int i = 0; i < FILTER_DEPTH; i++) {
        if (d == root && mnt == root_mnt) {
            w->key = filter_end(h);
            return;
        }
        if (d == top) {
            struct mount *m = AS(struct mount, (void *) mnt - bpf_core_field_offset(struct mount, mnt));
            struct mount *above = m->mnt_parent;
            if (above == m)
                return;
            d = m->mnt_mountpoint;
            mnt = AS(struct vfsmount, (void *) above + bpf_core_field_offset(struct mount, mnt));
            top = mnt->mnt_root;
            continue;
        }
        struct dentry *up = d->d_parent;
        u32 n = d->d_name.len;
        u64 name = load((u64) d + bpf_core_field_offset(struct dentry, d_name.name));
        if (d == up || n == 0 || n >= FILTER_NAME_MAX)
            return;
        if (file && !w->n) {
            w->name = name;
            w->n = n;
        } else {
            h = mix_name(h, name, n);
        }
        d = up;
    }
}

__attribute__((noinline)) u64 key_of_directory(struct place *at, u64 seed) {
    NEEDS_CAST(0);
    struct walk w = {};
    if (!at)
        return 0;
    walk_up(bpf_get_current_task_btf()->fs, at, &w, seed, false);
    return w.key;
}

/* A word of the name in the room; nothing behind its end. */
static __always_inline u64 given_word(const struct room *r, u32 at, u32 left) {
    u64 word = word_at(r, at);
    return left < 8 ? filter_head(word, left) : word;
}

/* The name that was given: the key of its directory, and where its last part begins. `base`: of what a relative one is relative to. */
static __always_inline u64 split_given(struct room *r, u32 n, u64 base, u64 seed, u32 *ret_last) {
    bool absolute = r->bytes[ROOM_NAME] == '/';
    u64 h = absolute ? filter_start(seed, FILTER_START_TEXT) : filter_mix(base, FILTER_START_TEXT);
    r->slash.in = 0;
    for (u32 i = 0; i < FILTER_NAME_MAX; i += 8) {
        if (i >= n)
            break;
        u64 word = given_word(r, ROOM_NAME + i, n - i), in = filter_bytes(word, '/');
        if (in) {
            r->slash.hash = h;
            r->slash.word = word;
            r->slash.in = in;
            r->slash.at = i;
        }
        h = filter_mix(h, word);
    }
    u64 in = r->slash.in;
    *ret_last = 0;
    if (!in)
        return base;
    /* All up to the last one. */
    in |= in >> 8;
    in |= in >> 16;
    in |= in >> 32;
    in >>= 7;
    *ret_last = r->slash.at + (in * 0x0101010101010101ull >> 56);
    return filter_end(filter_mix(r->slash.hash, r->slash.word & in * 0xff));
}

/* Rules that the given name matters to; FILTER_ALL: it cannot be told. */
__attribute__((noinline)) u64 find_given(struct room *r, u32 active, u32 n, u64 base) {
    u32 at = 0;
    u64 any, named;
    if (!r || n > FILTER_NAME_MAX)
        return FILTER_ALL;
    const FilterTables *t = filter_tables(active);
    u64 key = split_given(r, n, base, t->seed, &at), h = filter_start(t->seed, FILTER_START_BASE);
    n -= at;
    at += ROOM_NAME;
    u32 first = given_word(r, at, n);
    if (!n || (n <= 2 && (first == '.' || first == ('.' | '.' << 8))) || !remembered(key, &any, &named))
        return FILTER_ALL;
    if (!named)
        return any;
    for (u32 i = 0; i < FILTER_NAME_MAX; i += 8) {
        if (i >= n)
            break;
        h = filter_mix(h, given_word(r, at + i, n - i));
    }
    return any | (named & find_name(active, filter_end(h), word_at(r, at + n - 8), n));
}

/* Is it the name that was asked about last? */
static __always_inline bool is_last_given(const struct room *r, u64 seed, u64 base, u32 n) {
    const struct last_given *last = &r->given;
    if (last->n != n || last->seed != seed || last->base != base)
        return false;
    for (u32 i = 0; i < ROOM_WORDS; i++) {
        if (8 * i + 8 > n)
            return (n & 7) == 0 || filter_head(word_at(r, ROOM_NAME + 8 * i), n & 7) == last->words[i];
        if (word_at(r, ROOM_NAME + 8 * i) != last->words[i])
            return false;
    }
    return true;
}

static __always_inline u64 bits_of_given(struct room *r, const struct question *q, u64 seed, u64 base, u32 n) {
    if (is_last_given(r, seed, base, n))
        return r->given.bits;
    u64 bits = find_given(r, q->active, n, base);
    if (bits == FILTER_ALL || n > 8 * ROOM_WORDS)
        return bits;
    for (u32 i = 0; i < ROOM_WORDS; i++) {
        if (8 * i >= n)
            break;
        r->given.words[i] = given_word(r, ROOM_NAME + 8 * i, n - 8 * i);
    }
    r->given.seed = seed;
    r->given.base = base;
    r->given.n = n;
    r->given.bits = bits;
    return bits;
}

/* The same of the name that the kernel has. */
static __always_inline u64 bits_of_opened(const FilterTables *t, u32 active, const struct walk *w, u64 wanted) {
    u64 any, named;
    if (!w->key || !w->n || !remembered(w->key, &any, &named))
        return FILTER_ALL;
    if (!(named & wanted))
        return any;
    u64 h = mix_short(filter_start(t->seed, FILTER_START_BASE), w->name, w->n);
    if (w->n & 7)
        h = filter_mix(h, filter_head(load(w->name + (w->n & ~7u)), w->n & 7));
    h = filter_end(h);
    u64 last = load(w->name + w->n - 8);
    if (!in_bloom(t, h) && !(named & wanted & t->suffix_bits && filter_may_end(t, last)))
        return any;
    return any | (named & find_name(active, h, last, w->n));
}

/* The directory that a name is relative to. */
static __always_inline bool find_base(const struct question *q, struct task_struct *task, struct place *ret) {
    s8 dir = kind_row(q->number)->dir;
    s32 fd = dir >= 0 ? (s32) q->arg[dir & 7] : -1;
    struct fs_struct *fs = task->fs;
    ret->dentry = (u64) fs->pwd.dentry;
    ret->mnt = (u64) fs->pwd.mnt;
    if (fd < 0)
        return true;
    struct file *f = file_at(task, fd);
    if (!f)
        return false;
    ret->dentry = (u64) f->f_path.dentry;
    ret->mnt = (u64) f->f_path.mnt;
    return true;
}

/* May the file have another name that a rule looks for, by a hard link or since it is mounted somewhere by itself? */
static __always_inline bool has_other_name(struct task_struct *task, struct file *f, u64 seed) {
    enum { FORMAT = 0170000, REGULAR = 0100000 };
    struct inode *i = f->f_inode;
    if ((i->i_mode & FORMAT) != REGULAR || (i->i_nlink < 2 && f->f_path.dentry != f->f_path.mnt->mnt_root))
        return false;
    WireFile w = {};
    put_times(&w, i);
    u64 key = filter_file_key(seed, i->i_sb->s_dev, i->i_ino, w.changed, task->nsproxy->mnt_ns->ns.inum);
    return harmless[key & (FILTER_HARMLESS - 1)] != key;
}

/* Rules that the names of an open matter to. */
static __always_inline u64 bits_of_names(struct room *r, const struct question *q, u64 wanted) {
    struct task_struct *task = AS(struct task_struct, q->task);
    const FilterTables *t = filter_tables(q->active);
    s8 argument = kind_row(q->number)->name;
    long n = bpf_probe_read_user_str(r->bytes + ROOM_NAME, FILTER_NAME_MAX, (const void *) q->arg[argument & 7]);
    if (n <= 1 || n >= FILTER_NAME_MAX)
        return FILTER_ALL;
    struct place base = {}, at;
    u64 key = 0;
    if (r->bytes[ROOM_NAME] != '/' && (!find_base(q, task, &base) || !(key = key_of_directory(&base, t->seed))))
        return FILTER_ALL;
    u64 bits = bits_of_given(r, q, t->seed, key, n - 1);
    if (q->result < 0 || bits == FILTER_ALL)
        return bits;
    struct file *f = file_at(task, q->result);
    if (!f)
        return FILTER_ALL;
    at.dentry = (u64) f->f_path.dentry;
    at.mnt = (u64) f->f_path.mnt;
    struct walk w;
    walk_up(task->fs, &at, &w, t->seed, true);
    bits |= bits_of_opened(t, q->active, &w, wanted);
    u64 exact = wanted & t->exact_bits;
    return !(bits & wanted) && exact && has_other_name(task, f, t->seed) ? bits | exact : bits;
}
