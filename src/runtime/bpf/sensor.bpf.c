/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System calls at their return, executions, forks and cgroups. */
#include "runtime/bpf/filter.h"
#include "runtime/bpf/process.h"
#include "runtime/bpf/send.h"
#include "runtime/bpf/uring.h"

char LICENSE[] SEC("license") = "GPL";

enum { X32_BIT = 0x40000000 };

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

/* 32-bit programs may make all calls about sockets through one, which takes the number and where the arguments are. */
static __always_inline u32 socketcall_number(u64 call) {
    asm volatile("%0 &= 31" : "+r"(call));
    return socketcalls[call];
}

static __always_inline void read_socketcall(u64 *to, u64 at) {
    u32 a[6] = {};
    bpf_probe_read_user(a, sizeof(a), (const void *) (u64) (u32) at);
    for (int i = 0; i < 6; i++)
        to[i] = a[i];
}

static __always_inline bool looked_at(u32 number) {
    const WireKind *k = kind_row(number);
    return number == WIRE_SOCKETCALL || k->kind || k->flags & WIRE_KIND_HEART;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret) {
    u32 number = (u32) regs->orig_ax & ~X32_BIT;
    /* Most calls are left here, without a call for the task that would say which of the two it is. */
    if (number >= WIRE_SYSCALLS || !(looked_at(number) || looked_at(number + WIRE_SYSCALLS)))
        return 0;
    struct task_struct *t = bpf_get_current_task_btf();
    bool compat = t->thread_info.status & TS_COMPAT;
    number += compat ? WIRE_SYSCALLS : 0;
    if (number == WIRE_SOCKETCALL)
        number = socketcall_number(regs->bx);
    const WireKind *k = kind_row(number);
    if (k->flags & WIRE_KIND_HEART && t->tgid == own_pid)
        heart++;
    if (!k->kind || t->tgid == own_pid || ((k->flags & WIRE_KIND_EXEC) && ret == 0))
        return 0;
    struct question q = {.task = (u64) t, .number = number, .result = compat ? (s32) ret : ret};
    if (compat && (u32) regs->orig_ax == WIRE_SOCKETCALL - WIRE_SYSCALLS)
        read_socketcall(q.arg, regs->cx);
    else
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

/* A script that was executed by its descriptor is called /dev/fd/NUMBER or /dev/fd/NUMBER/NAME by the kernel: what the descriptor is. */
static __always_inline void put_script_base(struct scratch *s, const char *fdpath) {
    enum { NUMBER = 8, ROOM_FD = 20 };
    char text[ROOM_FD] = {};
    u32 fd = 0;
    if (!fdpath || bpf_probe_read_kernel(text, sizeof(text) - 1, fdpath) < 0)
        return;
    for (u32 i = NUMBER; i < ROOM_FD && text[i] >= '0' && text[i] <= '9'; i++)
        fd = 10 * fd + (text[i] - '0');
    struct file *f = file_of(fd);
    if (f)
        put_path(s, WIRE_BASE, (u64) BPF_CORE_READ(f, f_path.dentry), (u64) BPF_CORE_READ(f, f_path.mnt));
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
    if (bprm->interp != bprm->filename) {
        s->e.flags |= WIRE_SCRIPT;
        put_script_base(s, bprm->fdpath);
    }
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
    struct scratch *s = !tells_containers(c) ? NULL : event_begin(SCRATCH_CGROUP, WIRE_CGROUP, own_kinds[WIRE_OWN_MKDIR], WIRE_64);
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
    struct scratch *s = !tells_containers(c) ? NULL : event_begin(SCRATCH_CGROUP, WIRE_CGROUP_GONE, own_kinds[WIRE_OWN_RMDIR], WIRE_64);
    if (!s)
        return 0;
    s->e.process.n_ancestors = 0;
    s->e.process.home = s->e.process.cgroup = 0;
    s->e.arg[0] = cgroup_key(c);
    event_send(s, &ring_first);
    return 0;
}

/* No event, but an answer: a WireLiving of each process there is at this moment. */
SEC("iter/task")
int living(struct bpf_iter__task *ctx) {
    struct task_struct *t = ctx->task;
    if (!t || t->pid != t->tgid)
        return 0;
    WireTask *st = bpf_task_storage_get(&tasks, t, NULL, 0);
    if (st) {
        WireLiving l = {st->image, st->home};
        bpf_seq_write(ctx->meta->seq, &l, sizeof(l));
    }
    return 0;
}
