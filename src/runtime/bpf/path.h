/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of a file, upwards through mounts to the root of the process: names, the last one first, each ended by a NUL. */
#pragma once

#include "runtime/bpf/state.h"

enum { PATH_NAMES = 48, NAME_BYTES = 256 };

/* Global, so that it is verified once. Addresses are numbers here: nothing but bpf_probe_read_kernel() follows them. */
__attribute__((noinline)) int put_path(struct scratch *s, u32 which, u64 dentry_at, u64 mnt_at) {
    if (!s || which >= WIRE_STRINGS)
        return 0;
    if (data_full(s))
        return 0;
    struct task_struct *task = (void *) bpf_get_current_task();
    struct dentry *root = BPF_CORE_READ(task, fs, root.dentry);
    struct vfsmount *root_mnt = BPF_CORE_READ(task, fs, root.mnt);
    struct dentry *d = (void *) dentry_at;
    struct vfsmount *mnt = (void *) mnt_at;
    u32 from = data_at(s), at = from;
    bool whole = false;
    for (int i = 0; i < PATH_NAMES; i++) {
        if (d == root && mnt == root_mnt) {
            whole = true;
            break;
        }
        struct dentry *up = BPF_CORE_READ(d, d_parent);
        if (d == BPF_CORE_READ(mnt, mnt_root)) {
            struct mount *m = (void *) mnt - bpf_core_field_offset(struct mount, mnt);
            struct mount *above = BPF_CORE_READ(m, mnt_parent);
            if (above == m || !above) {
                whole = true;
                break;
            }
            d = BPF_CORE_READ(m, mnt_mountpoint);
            mnt = (void *) above + bpf_core_field_offset(struct mount, mnt);
            continue;
        }
        if (at - from > WIRE_STRING_MAX - NAME_BYTES)
            break;
        at &= WIRE_DATA_MAX - 1;
        long n = bpf_probe_read_kernel_str(&s->data[at], NAME_BYTES, BPF_CORE_READ(d, d_name.name));
        if (n <= 0)
            break;
        at += n;
        if (d == up || !up) { /* a file without a name in the tree: a memfd, a pipe */
            whole = true;
            break;
        }
        d = up;
    }
    if (!whole)
        s->e.flags |= WIRE_CUT;
    at &= WIRE_DATA_MAX - 1;
    if (at == from) { /* the root itself: one empty name, so that it is not taken for nothing */
        s->data[at] = 0;
        at++;
    }
    s->e.string[which].at = from;
    s->e.string[which].n = at - from;
    s->e.size = at;
    return 0;
}

static __always_inline void put_path_of(struct scratch *s, u32 which, const struct path *p) {
    put_path(s, which, (u64) BPF_CORE_READ(p, dentry), (u64) BPF_CORE_READ(p, mnt));
}

static __always_inline struct file *file_of(u32 fd) {
    struct task_struct *task = (void *) bpf_get_current_task();
    struct fdtable *t = BPF_CORE_READ(task, files, fdt);
    struct file *f = NULL;
    if (fd < BPF_CORE_READ(t, max_fds))
        bpf_probe_read_kernel(&f, sizeof(f), BPF_CORE_READ(t, fd) + fd);
    return f;
}
