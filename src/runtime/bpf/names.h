/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a call names: directories that names are relative to, and addresses. */
#pragma once

#include "runtime/bpf/file.h"

enum { AT_FDCWD = -100 };

/* The directory that a name is relative to; the working directory is in WIRE_CWD. */
static __always_inline void put_base(struct scratch *s, u32 which, s8 argument, const u64 *arg) {
    if (argument < 0 || argument > 5)
        return;
    s32 dir = arg[argument & 7];
    struct file *f = dir >= 0 ? file_of(dir) : NULL;
    if (f)
        put_path(s, which, (u64) BPF_CORE_READ(f, f_path.dentry), (u64) BPF_CORE_READ(f, f_path.mnt));
}

static __always_inline bool is_relative(const struct scratch *s, u32 which) {
    return s->e.string[which].n == 0 || s->data[s->e.string[which].at & (WIRE_DATA_MAX - 1)] != '/';
}

static __always_inline void put_cwd(struct scratch *s) {
    struct task_struct *t = (void *) bpf_get_current_task();
    put_path(s, WIRE_CWD, (u64) BPF_CORE_READ(t, fs, pwd.dentry), (u64) BPF_CORE_READ(t, fs, pwd.mnt));
}

/* What relative names are relative to. Global functions have a budget of their own in the verifier. */
__attribute__((noinline)) int put_bases(struct scratch *s, u32 number) {
    const WireKind *k = kind_row(number);
    if (!s)
        return 0;
    if (k->name >= 0 && is_relative(s, WIRE_NAME))
        put_base(s, WIRE_BASE, k->dir, s->e.arg);
    if (k->name2 >= 0 && is_relative(s, WIRE_NAME2))
        put_base(s, WIRE_BASE2, k->dir2, s->e.arg);
    return 0;
}

/* A socket that was closed meanwhile is known by the address that the call names. */
static __always_inline void name_socket(struct scratch *s) {
    if (s->e.file.type == WIRE_FILE_NONE && s->e.file.named.family) {
        s->e.file.type = WIRE_FILE_SOCKET;
        s->e.file.family = s->e.file.named.family;
    }
}

__attribute__((noinline)) int put_address(struct scratch *s, u32 number) {
    const WireKind *k = kind_row(number);
    if (!s)
        return 0;
    s8 i = k->address;
    if (i < 0 || i > 5)
        return 0;
    u64 at = s->e.arg[i & 7];
    if (k->flags & WIRE_KIND_MSGHDR) {
        u64 name = 0;
        u32 bytes = number >= WIRE_SYSCALLS ? 4 : 8;
        bpf_probe_read_user(&name, bytes & 15, (const void *) at);
        at = name;
    }
    if (at)
        put_sockaddr(&s->e.file.named, (const void *) at, true);
    name_socket(s);
    return 0;
}
