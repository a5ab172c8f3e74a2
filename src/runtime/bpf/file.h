/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a descriptor is: file, socket with its addresses, or something without a name. */
#pragma once

#include "runtime/bpf/path.h"

enum { OVERLAY_MAGIC = 0x794c7630, SOCKFS_MAGIC = 0x534F434B, ANON_MAGIC = 0x09041934, PIPEFS_MAGIC = 0x50495045 };
enum { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10 };

/* Of a container's overlay: where the root of the host is one, that has no layers of a container. */
static __always_inline u8 layer_of(struct inode *inode) {
    if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAY_MAGIC || BPF_CORE_READ(inode, i_sb, s_dev) == host_root)
        return WIRE_LAYER_NONE;
    /* The field right behind the inode, also where overlay is a module whose types are not at hand. */
    u64 offset = bpf_core_type_size(struct inode);
    if (bpf_core_type_exists(struct ovl_inode))
        offset = bpf_core_field_offset(struct ovl_inode, __upperdentry) - bpf_core_field_offset(struct ovl_inode, vfs_inode);
    struct dentry *upper = NULL;
    bpf_probe_read_kernel(&upper, sizeof(upper), (void *) inode + offset);
    return upper && BPF_CORE_READ(upper, d_inode) ? WIRE_LAYER_UPPER : WIRE_LAYER_LOWER;
}

static __always_inline void put_times(WireFile *f, struct inode *i) {
    const u64 second = 1000000000;
    struct inode___611 *i611 = (void *) i;
    struct inode___61 *i61 = (void *) i;
    if (bpf_core_field_exists(i->i_ctime_sec)) {
        /* Its highest bit says that somebody asked for it (6.13 and later). */
        f->changed = BPF_CORE_READ(i, i_ctime_sec) * second + (BPF_CORE_READ(i, i_ctime_nsec) & 0x7fffffff);
        f->modified = BPF_CORE_READ(i, i_mtime_sec) * second + BPF_CORE_READ(i, i_mtime_nsec);
    } else if (bpf_core_field_exists(i611->__i_ctime)) {
        f->changed = BPF_CORE_READ(i611, __i_ctime.tv_sec) * second + BPF_CORE_READ(i611, __i_ctime.tv_nsec);
        f->modified = BPF_CORE_READ(i611, i_mtime.tv_sec) * second + BPF_CORE_READ(i611, i_mtime.tv_nsec);
    } else {
        f->changed = BPF_CORE_READ(i61, i_ctime.tv_sec) * second + BPF_CORE_READ(i61, i_ctime.tv_nsec);
        f->modified = BPF_CORE_READ(i61, i_mtime.tv_sec) * second + BPF_CORE_READ(i61, i_mtime.tv_nsec);
    }
}

static __always_inline void put_ends(WireFile *f, struct sock *sk) {
    u16 remote = BPF_CORE_READ(sk, __sk_common.skc_dport);
    f->local.family = f->remote.family = f->family;
    f->local.port = BPF_CORE_READ(sk, __sk_common.skc_num);
    f->remote.port = remote >> 8 | (u16) (remote << 8);
    if (f->family == FAMILY_INET) {
        u32 a = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr), b = BPF_CORE_READ(sk, __sk_common.skc_daddr);
        __builtin_memcpy(f->local.bytes, &a, 4);
        __builtin_memcpy(f->remote.bytes, &b, 4);
    } else {
        BPF_CORE_READ_INTO(&f->local.bytes, sk, __sk_common.skc_v6_rcv_saddr);
        BPF_CORE_READ_INTO(&f->remote.bytes, sk, __sk_common.skc_v6_daddr);
    }
}

static __always_inline void put_unix(struct scratch *s, struct sock *sk) {
    struct unix_sock *u = (void *) sk;
    struct sock *peer = BPF_CORE_READ(u, peer);
    struct unix_address *a = BPF_CORE_READ(u, addr);
    if (!a && peer)
        a = BPF_CORE_READ((struct unix_sock *) peer, addr);
    if (a)
        put_kernel_string(s, WIRE_UNIX, &a->name[0].sun_path);
}

static __always_inline void put_socket(struct scratch *s, struct file *file) {
    struct socket *socket = BPF_CORE_READ(file, private_data);
    struct sock *sk = BPF_CORE_READ(socket, sk);
    WireFile *f = &s->e.file;
    f->type = WIRE_FILE_SOCKET;
    f->family = BPF_CORE_READ(sk, __sk_common.skc_family);
    f->state = BPF_CORE_READ(sk, __sk_common.skc_state);
    f->socket_type = BPF_CORE_READ(sk, sk_type);
    f->protocol = BPF_CORE_READ(sk, sk_protocol);
    if (f->family == FAMILY_INET || f->family == FAMILY_INET6)
        put_ends(f, sk);
    else if (f->family == FAMILY_UNIX)
        put_unix(s, sk);
}

__attribute__((noinline)) int put_file(struct scratch *s, u64 file_at) {
    struct file *file = (void *) file_at;
    if (!s)
        return 0;
    WireFile *f = &s->e.file;
    struct inode *inode = BPF_CORE_READ(file, f_inode);
    u64 magic = BPF_CORE_READ(inode, i_sb, s_magic);
    f->mode = BPF_CORE_READ(inode, i_mode);
    f->flags = BPF_CORE_READ(file, f_flags);
    f->inode = BPF_CORE_READ(inode, i_ino);
    f->device = BPF_CORE_READ(inode, i_sb, s_dev);
    f->names = BPF_CORE_READ(inode, i_nlink) + (BPF_CORE_READ(file, f_path.dentry) == BPF_CORE_READ(file, f_path.mnt, mnt_root));
    if (magic == SOCKFS_MAGIC) {
        put_socket(s, file);
        return 0;
    }
    f->type = magic == ANON_MAGIC || magic == PIPEFS_MAGIC ? WIRE_FILE_ANON : WIRE_FILE_PATH;
    f->layer = layer_of(inode);
    put_times(f, inode);
    put_path(s, WIRE_PATH, (u64) BPF_CORE_READ(file, f_path.dentry), (u64) BPF_CORE_READ(file, f_path.mnt));
    return 0;
}

enum { FS_READ_ONLY = 1, IMMUTABLE = 8, OTHERS_WRITE = 02, GROUP_WRITE = 020, DAC_OVERRIDE = 1, FOWNER = 3, GROUPS_MAX = 32 };

/* May these credentials write to the file, or give themselves the right to? Lists of access rights (ACL) and the mapping of user namespaces are not looked at: a capability counts
 * in the first namespace only. */
__attribute__((noinline)) int may_write(u64 inode_at, u64 cred_at) {
    struct inode *i = (void *) inode_at;
    const struct cred *c = (void *) cred_at;
    u16 mode = BPF_CORE_READ(i, i_mode);
    u32 owner = BPF_CORE_READ(i, i_uid.val), group = BPF_CORE_READ(i, i_gid.val);
    if (!i || BPF_CORE_READ(i, i_sb, s_flags) & FS_READ_ONLY || BPF_CORE_READ(i, i_flags) & IMMUTABLE)
        return 0;
    u64 able = BPF_CORE_READ(c, user_ns, level) == 0 ? capabilities(&c->cap_effective) : 0;
    if (owner == BPF_CORE_READ(c, fsuid.val) || mode & OTHERS_WRITE || able & (1 << DAC_OVERRIDE | 1 << FOWNER))
        return 1;
    if (!(mode & GROUP_WRITE))
        return 0;
    if (group == BPF_CORE_READ(c, fsgid.val))
        return 1;
    struct group_info *all = BPF_CORE_READ(c, group_info);
    int n = BPF_CORE_READ(all, ngroups);
    for (int k = 0; k < GROUPS_MAX && k < n; k++) {
        u32 one = 0;
        bpf_probe_read_kernel(&one, sizeof(one), (void *) all + bpf_core_field_offset(struct group_info, gid) + 4 * k);
        if (one == group)
            return 1;
    }
    return 0;
}

static __always_inline void put_descriptor(struct scratch *s, s32 fd) {
    s->e.file.fd = fd;
    struct file *file = fd >= 0 ? file_of(fd) : NULL;
    if (file)
        put_file(s, (u64) file);
    else if (fd >= 0)
        s->e.flags |= WIRE_NO_FILE;
}

/* struct sockaddr, of families that have addresses and ports. */
static __always_inline void put_sockaddr(WireAddress *a, const void *at, bool user) {
    struct {
        u16 family;
        u8 port[2];
        u8 rest[24];
    } sa = {};
    if (!user)
        bpf_probe_read_kernel(&sa, sizeof(sa), at);
    else if (bpf_probe_read_user(&sa, sizeof(sa), at) < 0 && bpf_probe_read_user(&sa, 16, at) < 0)
        return;
    a->port = sa.port[0] << 8 | sa.port[1];
    if (sa.family == FAMILY_INET)
        __builtin_memcpy(a->bytes, sa.rest, 4);
    else if (sa.family == FAMILY_INET6)
        __builtin_memcpy(a->bytes, sa.rest + 4, 16);
    a->family = sa.family;
}
