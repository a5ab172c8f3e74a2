/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs read of the kernel's structures: names and types only, for offsets come from the running kernel's BTF (CO-RE). A name that ends in ___x is the
 * same structure as other kernels have it. */
#pragma once

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
typedef __s8 s8;
typedef __u64 u64;
typedef __s64 s64;
typedef _Bool bool;
enum { false, true };

enum {
    BPF_MAP_TYPE_HASH = 1,
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_LRU_HASH = 9,
    BPF_MAP_TYPE_RINGBUF = 27,
    BPF_MAP_TYPE_TASK_STORAGE = 29,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_RB_AVAIL_DATA, BPF_RB_RING_SIZE, BPF_RB_CONS_POS };
enum { BPF_F_NO_PREALLOC = 1, BPF_LOCAL_STORAGE_GET_F_CREATE = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct { u32 val; } kuid_t;
typedef struct { u32 val; } kgid_t;
typedef struct { u64 val; } kernel_cap_t;

struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };

struct qstr { u32 len; const unsigned char *name; };
struct dentry { struct dentry *d_parent; struct qstr d_name; struct inode *d_inode; struct super_block *d_sb; };
struct vfsmount { struct dentry *mnt_root; };
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct timespec64 { s64 tv_sec; long tv_nsec; };
struct file_system_type { const char *name; };
struct super_block { u32 s_dev; unsigned long s_flags, s_magic; struct file_system_type *s_type; };
struct inode {
    u16 i_mode;
    kuid_t i_uid;
    kgid_t i_gid;
    unsigned int i_flags;
    struct super_block *i_sb;
    unsigned long i_ino;
    unsigned int i_nlink;
    s64 i_mtime_sec, i_ctime_sec;
    u32 i_mtime_nsec, i_ctime_nsec;
};
struct inode___611 { struct timespec64 __i_ctime, i_mtime; };
struct inode___61 { struct timespec64 i_ctime, i_mtime; };
struct ovl_inode { struct inode vfs_inode; struct dentry *__upperdentry; };
struct file { struct path f_path; struct inode *f_inode; unsigned int f_flags; u32 f_mode; void *private_data; };
struct fdtable { unsigned int max_fds; struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path root, pwd; };

struct upid { int nr; struct pid_namespace *ns; };
struct pid { unsigned int level; struct hlist_head tasks[4]; struct upid numbers[1]; };
struct ns_common { unsigned int inum; };
struct pid_namespace { struct ns_common ns; unsigned int level; };
struct mnt_namespace { struct ns_common ns; };
struct user_namespace { int level; };
struct nsproxy { struct mnt_namespace *mnt_ns; };
struct tty_driver { int major, minor_start; };
struct tty_struct { int index; struct tty_driver *driver; };
struct signal_struct { struct pid *pids[4]; struct tty_struct *tty; };
struct group_info { int ngroups; kgid_t gid[1]; };
struct cred { kuid_t uid, euid, fsuid; kgid_t gid, egid, fsgid; struct group_info *group_info; kernel_cap_t cap_inheritable, cap_permitted, cap_effective; struct user_namespace *user_ns; };
struct mm_struct { unsigned long arg_start, arg_end, env_start, env_end; struct file *exe_file; };
struct thread_info { u32 status; };

struct kernfs_node { u64 id; const char *name; struct kernfs_node *__parent; };
struct kernfs_node___61 { struct kernfs_node *parent; };
struct cgroup_root { int hierarchy_id; };
struct cgroup { int level; struct kernfs_node *kn; struct cgroup_root *root; };
struct cgroup_subsys_state { struct cgroup *cgroup; };
struct css_set { struct cgroup_subsys_state *subsys[8]; struct cgroup *dfl_cgrp; };
enum cgroup_subsys_id { memory_cgrp_id = 4 };

struct task_struct {
    struct thread_info thread_info;
    unsigned int flags;
    int pid, tgid;
    struct task_struct *real_parent, *group_leader;
    u64 start_boottime, self_exec_id;
    char comm[16];
    const struct cred *cred;
    struct mm_struct *mm;
    struct fs_struct *fs;
    struct files_struct *files;
    struct nsproxy *nsproxy;
    struct signal_struct *signal;
    struct pid *thread_pid;
    struct hlist_node pid_links[4];
    kuid_t loginuid;
    struct css_set *cgroups;
};

struct linux_binprm { struct file *file; const char *filename, *interp, *fdpath; int argc; };

struct pt_regs { unsigned long r10, r9, r8, cx, dx, si, di, bp, bx, ax, orig_ax, ip; };

struct seq_file;
struct bpf_iter_meta { struct seq_file *seq; };
struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; };

struct in6_addr { union { u8 u6_addr8[16]; } in6_u; };
struct sock_common {
    __be32 skc_daddr, skc_rcv_saddr;
    __be16 skc_dport;
    u16 skc_num, skc_family;
    volatile unsigned char skc_state;
    struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock { struct sock_common __sk_common; u16 sk_type, sk_protocol; };
struct sockaddr_un { u16 sun_family; char sun_path[108]; };
struct unix_address { int len; struct sockaddr_un name[1]; };
struct unix_sock { struct unix_address *addr; struct sock *peer; };
struct socket { struct sock *sk; };

struct io_cmd_data { u8 data[56]; };
struct io_cqe { int res, fd; };
struct io_rsrc_node { unsigned long file_ptr; };
struct io_rsrc_data { unsigned int nr; struct io_rsrc_node **nodes; };
struct io_file_table { struct io_rsrc_data data; };
struct io_ring_ctx { struct io_file_table file_table; };
struct io_file_table___61 { u64 *files; };
struct io_ring_ctx___61 { struct io_file_table___61 file_table; unsigned int nr_user_files; };
struct io_kiocb { struct file *file; struct io_cmd_data cmd; u8 opcode; u64 flags; struct io_cqe cqe; struct io_ring_ctx *ctx; void *async_data; };
struct filename { const char *name; };
struct open_how { u64 flags, mode; };
struct io_open { int dfd; u32 file_slot; struct filename *filename; struct open_how how; };
struct io_rename { int old_dfd, new_dfd; struct filename *oldpath, *newpath; int flags; };
struct io_unlink { int dfd, flags; struct filename *filename; };
struct io_mkdir { int dfd; u16 mode; struct filename *filename; };
struct io_link { int old_dfd, new_dfd; struct filename *oldpath, *newpath; int flags; };
struct io_socket { int domain, type, protocol; };
struct io_connect { void *addr; };
struct io_sr_msg { int len; };
struct io_sr_msg___61 { void *addr, *umsg; };
struct io_async_connect;
struct msghdr { void *msg_name; };
struct io_async_msghdr { struct msghdr msg; };

#pragma clang attribute pop
