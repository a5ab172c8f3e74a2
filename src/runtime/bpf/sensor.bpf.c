/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System calls at their return, executions, forks and cgroups. */
#include "runtime/bpf/file.h"
#include "runtime/bpf/filter.h"

char LICENSE[] SEC("license") = "GPL";

enum { TS_COMPAT = 2, X32_BIT = 0x40000000, AT_FDCWD = -100 };

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

__attribute__((noinline)) int put_names(struct scratch *s, u32 number) {
    const WireKind *k = kind_row(number);
    if (!s)
        return 0;
    s8 name = k->name, name2 = k->name2;
    if (name >= 0 && name <= 5)
        put_user_string(s, WIRE_NAME, s->e.arg[name & 7]);
    if (name2 >= 0 && name2 <= 5)
        put_user_string(s, WIRE_NAME2, s->e.arg[name2 & 7]);
    return 0;
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
        put_sockaddr(&s->e.file.named, (const void *) at);
    return 0;
}

static __always_inline void put_payload(struct scratch *s, const WireKind *k) {
    if (!(k->flags & WIRE_KIND_PAYLOAD) || s->e.result <= 0 || data_full(s))
        return;
    u32 from = data_at(s), n = s->e.result > 80 ? 80 : s->e.result;
    if (bpf_probe_read_user(&s->data[from], n & 127, (const void *) s->e.arg[1]) < 0)
        return;
    s->e.string[WIRE_PAYLOAD].at = from;
    s->e.string[WIRE_PAYLOAD].n = n;
    s->e.size = from + n;
}

static __always_inline void read_registers(u64 *a, struct pt_regs *r, bool compat) {
    if (compat) {
        a[0] = (u32) r->bx, a[1] = (u32) r->cx, a[2] = (u32) r->dx;
        a[3] = (u32) r->si, a[4] = (u32) r->di, a[5] = (u32) r->bp;
    } else {
        a[0] = r->di, a[1] = r->si, a[2] = r->dx;
        a[3] = r->r10, a[4] = r->r8, a[5] = r->r9;
    }
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret) {
    struct task_struct *t = bpf_get_current_task_btf();
    bool compat = t->thread_info.status & TS_COMPAT;
    u32 number = (u32) regs->orig_ax & ~X32_BIT;
    if (number >= WIRE_SYSCALLS)
        return 0;
    number += compat ? WIRE_SYSCALLS : 0;
    const WireKind *k = kind_row(number);
    if (!k->kind || t->tgid == own_pid || ((k->flags & WIRE_KIND_EXEC) && ret == 0))
        return 0;
    struct question q = {.number = number, .result = compat ? (s32) ret : ret};
    read_registers(q.arg, regs, compat);
    if (is_settled(t, &q))
        return 0;
    struct scratch *s = event_begin(SCRATCH_EXIT, WIRE_SYSCALL, k->kind - 1, compat ? WIRE_32 : WIRE_64);
    if (!s)
        return 0;
    s->e.result = q.result;
    __builtin_memcpy(s->e.arg, q.arg, sizeof(s->e.arg));
    put_process(s);
    put_names(s, number);
    put_bases(s, number);
    put_cwd(s);
    if (k->flags & WIRE_KIND_HOW) {
        const void *how = (const void *) s->e.arg[2];
        bpf_probe_read_user(&s->e.arg[2], sizeof(u64), how);
        bpf_probe_read_user(&s->e.arg[3], sizeof(u64), how + 8);
    }
    if (k->flags & WIRE_KIND_FD_RESULT)
        put_descriptor(s, ret < 0 ? -1 : (s32) ret);
    else if (k->fd >= 0)
        put_descriptor(s, s->e.arg[k->fd & 7]);
    put_address(s, number);
    put_payload(s, k);
    event_send(s, &ring_rest);
    return 0;
}

/* Arguments or environment: what lies between two addresses of the process. */
static __always_inline void put_area(struct scratch *s, u32 which, u64 from, u64 to) {
    if (data_full(s) || to <= from)
        return;
    u32 at = data_at(s);
    u64 n = to - from;
    if (n > WIRE_STRING_MAX - 1) {
        n = WIRE_STRING_MAX - 1;
        s->e.flags |= WIRE_CUT;
    }
    if (bpf_probe_read_user(&s->data[at], n & (WIRE_STRING_MAX - 1), (const void *) from) < 0) {
        s->e.flags |= WIRE_UNREADABLE;
        return;
    }
    s->e.string[which].at = at;
    s->e.string[which].n = n;
    s->e.size = at + n;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *t, int old_pid, struct linux_binprm *bprm) {
    u64 image = (bpf_ktime_get_boot_ns() & ~0xffull) | (bpf_get_smp_processor_id() & 0xff);
    WireTask *st = bpf_task_storage_get(&tasks, t, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (st) {
        st->image = image;
        bpf_probe_read_kernel(st->name, sizeof(st->name), &t->comm);
        set_home(st, t);
    }
    bool compat = t->thread_info.status & TS_COMPAT;
    struct pt_regs *regs = (void *) bpf_task_pt_regs(t);
    u32 number = (BPF_CORE_READ(regs, orig_ax) & (WIRE_SYSCALLS - 1)) + (compat ? WIRE_SYSCALLS : 0);
    const WireKind *k = kind_row(number);
    u16 kind = k->kind;
    struct scratch *s = event_begin(SCRATCH_EXEC, WIRE_EXEC, kind ? kind - 1 : 0, compat ? WIRE_32 : WIRE_64);
    if (!s)
        return 0;
    put_process(s);
    s->e.process.image = image;
    put_cwd(s);
    put_kernel_string(s, WIRE_NAME, bprm->filename);
    struct mm_struct *mm = t->mm;
    put_area(s, WIRE_ARGS, BPF_CORE_READ(mm, arg_start), BPF_CORE_READ(mm, arg_end));
    if (want_env)
        put_area(s, WIRE_ENV, BPF_CORE_READ(mm, env_start), BPF_CORE_READ(mm, env_end));
    u64 exe = (u64) BPF_CORE_READ(mm, exe_file);
    put_file(s, exe);
    if (may_write((u64) BPF_CORE_READ((struct file *) exe, f_inode), (u64) BPF_CORE_READ(t, cred)))
        s->e.flags |= WIRE_EXE_WRITABLE;
    event_send(s, &ring_first);
    return 0;
}

/* A process of a container has left the cgroup that it began in. */
static __always_inline int tell_move(struct task_struct *moved, u64 home, struct cgroup *to, const char *path, bool born) {
    struct scratch *s = event_begin(SCRATCH_MOVE, WIRE_MOVE, own_kinds[WIRE_OWN_MOVED], WIRE_64);
    if (!s)
        return 0;
    put_process(s);
    s->e.arg[0] = cgroup_key(to);
    s->e.arg[1] = home;
    s->e.arg[2] = moved->tgid;
    s->e.arg[3] = born;
    if (path)
        put_kernel_string(s, WIRE_NAME, path);
    else
        put_kernel_string(s, WIRE_NAME, BPF_CORE_READ(to, kn, name));
    put_cwd(s);
    event_send(s, &ring_first);
    return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) {
    if (child->pid != child->tgid)
        return 0;
    struct task_struct *leader = parent->group_leader;
    WireTask *its = task_state(leader), *st = its ? bpf_task_storage_get(&tasks, child, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE) : NULL;
    if (!st)
        return 0;
    st->image = its->image;
    st->home = its->home;
    /* Outside of containers a child is what its parent calls itself, as in Falco: stages of runtimes are known by that. */
    if (its->home)
        __builtin_memcpy(st->name, its->name, sizeof(st->name));
    else
        bpf_probe_read_kernel(st->name, sizeof(st->name), &child->comm);
    /* clone3() may put a child into another cgroup from its birth. */
    if (its->home && BPF_CORE_READ(child, cgroups) != BPF_CORE_READ(parent, cgroups)) {
        struct cgroup *to = cgroup_of(child);
        if (is_home(its->home) && !is_below(to, its->home))
            return tell_move(child, its->home, to, NULL, true);
    }
    return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_cgroup_attach, struct cgroup *to, const char *path, struct task_struct *t, bool group) {
    struct task_struct *leader = t->group_leader;
    WireTask *st = task_state(leader);
    if (!st || !is_home(st->home) || (u64) BPF_CORE_READ(to, root, hierarchy_id) != st->home >> 56 || is_below(to, st->home))
        return 0;
    return tell_move(t, st->home, to, path, false);
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup *c, const char *path) {
    struct scratch *s = event_begin(SCRATCH_CGROUP, WIRE_CGROUP, own_kinds[WIRE_OWN_MKDIR], WIRE_64);
    if (!s)
        return 0;
    put_process(s);
    s->e.arg[0] = cgroup_key(c);
    put_kernel_string(s, WIRE_CGROUP_PATH, path);
    put_cwd(s);
    event_send(s, &ring_first);
    return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_rmdir, struct cgroup *c, const char *path) {
    struct scratch *s = event_begin(SCRATCH_CGROUP, WIRE_CGROUP_GONE, own_kinds[WIRE_OWN_RMDIR], WIRE_64);
    if (!s)
        return 0;
    s->e.process.n_ancestors = 0;
    s->e.arg[0] = cgroup_key(c);
    event_send(s, &ring_first);
    return 0;
}

enum { OP_CONNECT = 16, OP_OPENAT = 18, OP_OPENAT2 = 28, OP_RENAMEAT = 35, OP_UNLINKAT = 36, OP_MKDIRAT = 37, OP_SYMLINKAT = 38, OP_LINKAT = 39 };

/* Names are the kernel's own copies already; nobody can change them any more. */
static __always_inline void put_request(struct scratch *s, struct io_kiocb *req, u8 op) {
    void *cmd = (void *) req + bpf_core_field_offset(struct io_kiocb, cmd);
    u64 *a = s->e.arg;
    if (op == OP_OPENAT || op == OP_OPENAT2) {
        struct io_open *o = cmd;
        a[0] = BPF_CORE_READ(o, dfd);
        a[2] = BPF_CORE_READ(o, how.flags);
        a[3] = BPF_CORE_READ(o, how.mode);
        put_kernel_string(s, WIRE_NAME, BPF_CORE_READ(o, filename, name));
    } else if (op == OP_UNLINKAT) {
        struct io_unlink *u = cmd;
        a[0] = BPF_CORE_READ(u, dfd);
        a[2] = BPF_CORE_READ(u, flags);
        put_kernel_string(s, WIRE_NAME, BPF_CORE_READ(u, filename, name));
    } else if (op == OP_MKDIRAT) {
        struct io_mkdir *m = cmd;
        a[0] = BPF_CORE_READ(m, dfd);
        a[2] = BPF_CORE_READ(m, mode);
        put_kernel_string(s, WIRE_NAME, BPF_CORE_READ(m, filename, name));
    } else if (op == OP_RENAMEAT) {
        struct io_rename *r = cmd;
        a[0] = BPF_CORE_READ(r, old_dfd);
        a[2] = BPF_CORE_READ(r, new_dfd);
        put_kernel_string(s, WIRE_NAME, BPF_CORE_READ(r, oldpath, name));
        put_kernel_string(s, WIRE_NAME2, BPF_CORE_READ(r, newpath, name));
    } else if (op == OP_LINKAT || op == OP_SYMLINKAT) {
        struct io_link *l = cmd;
        a[op == OP_LINKAT ? 2 : 1] = BPF_CORE_READ(l, new_dfd);
        if (op == OP_LINKAT)
            a[0] = BPF_CORE_READ(l, old_dfd);
        put_kernel_string(s, WIRE_NAME, BPF_CORE_READ(l, oldpath, name));
        put_kernel_string(s, WIRE_NAME2, BPF_CORE_READ(l, newpath, name));
    } else if (op == OP_CONNECT) {
        struct io_connect *c = cmd;
        a[0] = BPF_CORE_READ(req, cqe.fd);
        a[1] = (u64) BPF_CORE_READ(c, addr);
    }
}

/* A request is told of when it is submitted: its completion may be left out on request, and the name is gone by then. Its result is therefore not known: 0. */
static __always_inline int uring_submitted(struct io_kiocb *req) {
    u8 op = req->opcode;
    u32 number = uring_numbers[op & 63];
    const WireKind *k = kind_row(number);
    if (op > 63 || !number || !k->kind || bpf_get_current_pid_tgid() >> 32 == own_pid)
        return 0;
    struct scratch *s = event_begin(SCRATCH_URING, WIRE_SYSCALL, k->kind - 1, WIRE_IO_URING);
    if (!s)
        return 0;
    __builtin_memset(s->e.arg, 0, sizeof(s->e.arg));
    put_request(s, req, op);
    put_process(s);
    put_bases(s, number);
    put_cwd(s);
    if (op == OP_CONNECT) {
        put_descriptor(s, s->e.arg[0]);
        put_address(s, number);
    } else if (k->flags & WIRE_KIND_FD_RESULT) {
        s->e.file.fd = 0;
    }
    event_send(s, &ring_rest);
    return 0;
}

SEC("tp_btf/io_uring_submit_req")
int BPF_PROG(on_uring_submit, struct io_kiocb *req) {
    return uring_submitted(req);
}

/* Its name until 6.3. */
SEC("tp_btf/io_uring_submit_sqe")
int BPF_PROG(on_uring_submit_old, struct io_kiocb *req) {
    return uring_submitted(req);
}
