/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who did it: the process and its ancestors, as they are at that moment. */
#pragma once

#include "runtime/bpf/cgroup.h"

enum { PID = 0, TGID = 1, PGID = 2, SID = 3, IO_WORKER = 0x10 };
enum { TS_COMPAT = 2 }; /* of thread_info.status: in a 32-bit system call */

static __always_inline u32 pid_number(struct pid *p, u32 level) {
    struct upid u = {};
    u32 own = BPF_CORE_READ(p, level);
    if (!p || level > own || level > 32)
        return 0;
    u32 at = bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
    bpf_probe_read_kernel(&u.nr, sizeof(u.nr), (void *) p + at + bpf_core_field_offset(struct upid, nr));
    return u.nr;
}

static __always_inline u32 tty_number(struct task_struct *t) {
    struct tty_struct *tty = BPF_CORE_READ(t, signal, tty);
    if (!tty)
        return 0;
    u32 major = BPF_CORE_READ(tty, driver, major), minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
    return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

/* proc.name: of a thread of io_uring it is the process's. */
static __always_inline void put_name(char *name, const WireTask *st, struct task_struct *t) {
    if (st && st->name[0])
        __builtin_memcpy(name, st->name, 16);
    else
        bpf_probe_read_kernel(name, 16, &t->comm);
}

/* The leader of the session, by its comm; where it is gone, nothing. */
static __always_inline void put_session(WireProcess *p, struct task_struct *t) {
    struct pid *sid = BPF_CORE_READ(t, signal, pids[SID]);
    struct hlist_node *node = BPF_CORE_READ(sid, tasks[PID].first);
    p->session[0] = 0;
    if (!node)
        return;
    void *leader = (void *) node - bpf_core_field_offset(struct task_struct, pid_links);
    bpf_probe_read_kernel(p->session, sizeof(p->session), &((struct task_struct *) leader)->comm);
}

__attribute__((noinline)) int put_process(struct scratch *s) {
    if (!s)
        return 0;
    struct task_struct *t = bpf_get_current_task_btf(), *leader = t->group_leader;
    WireProcess *p = &s->e.process;
    const struct cred *c = BPF_CORE_READ(t, cred);
    struct pid *tgid = BPF_CORE_READ(t, signal, pids[TGID]);
    u32 level = BPF_CORE_READ(t, thread_pid, level);
    p->start = leader->start_boottime;
    WireTask *st = task_state(leader);
    p->image = st ? st->image : 0;
    p->home = st ? st->home : 0;
    p->cgroup = task_cgroup(t);
    p->pid = t->tgid;
    p->tid = t->pid;
    p->pid_level = level;
    p->vpid = pid_number(tgid, level);
    p->vtid = pid_number(BPF_CORE_READ(t, thread_pid), level);
    struct pid *sid = BPF_CORE_READ(t, signal, pids[SID]);
    p->sid = pid_number(sid, 0);
    p->vsid = pid_number(sid, level);
    p->vpgid = pid_number(BPF_CORE_READ(t, signal, pids[PGID]), level);
    p->uid = BPF_CORE_READ(c, euid.val);
    p->gid = BPF_CORE_READ(c, egid.val);
    p->cap_effective = capabilities(&c->cap_effective);
    p->cap_permitted = capabilities(&c->cap_permitted);
    p->cap_inheritable = capabilities(&c->cap_inheritable);
    p->user_level = BPF_CORE_READ(c, user_ns, level);
    p->loginuid = bpf_core_field_exists(t->loginuid) ? BPF_CORE_READ(t, loginuid.val) : (u32) -1;
    p->tty = tty_number(t);
    p->mnt_ns = BPF_CORE_READ(t, nsproxy, mnt_ns, ns.inum);
    p->pid_ns = 0;
    put_name(p->comm, st, t->flags & IO_WORKER ? leader : t);
    put_session(p, t);
    struct task_struct *at = leader;
    u32 n = 0;
    for (int i = 0; i < WIRE_ANCESTORS; i++) {
        struct task_struct *up = at->real_parent;
        if (!up)
            break;
        up = up->group_leader;
        if (!up || up->pid == 0 || up == at)
            break;
        WireAncestor *a = &p->ancestors[i];
        a->start = up->start_boottime;
        WireTask *its = task_state(up);
        a->image = its ? its->image : 0;
        a->pid = up->tgid;
        struct pid *number = BPF_CORE_READ(up, thread_pid);
        a->vpid = number ? pid_number(number, BPF_CORE_READ(number, level)) : 0;
        a->sid = pid_number(BPF_CORE_READ(up, signal, pids[SID]), 0);
        put_name(a->comm, its, up);
        n = i + 1;
        at = up;
    }
    p->n_ancestors = n;
    return 0;
}
