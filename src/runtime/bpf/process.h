/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who did it: the process and its ancestors, as they are at that moment. */
#pragma once

#include "runtime/bpf/state.h"

enum { PID = 0, TGID = 1, PGID = 2, SID = 3, IO_WORKER = 0x10 };

static __always_inline u32 pid_number(struct pid *p, u32 level) {
    struct upid u = {};
    u32 own = BPF_CORE_READ(p, level);
    if (!p || level > own || level > 32)
        return 0;
    u32 at = bpf_core_field_offset(struct pid, numbers) + level * bpf_core_type_size(struct upid);
    bpf_probe_read_kernel(&u.nr, sizeof(u.nr), (void *) p + at + bpf_core_field_offset(struct upid, nr));
    return u.nr;
}

/* Nanoseconds of a cgroup's identity: the id is unique within one hierarchy only. */
static __always_inline u64 cgroup_key(struct cgroup *c) {
    return BPF_CORE_READ(c, kn, id) ^ ((u64) BPF_CORE_READ(c, root, hierarchy_id) << 56);
}

static __always_inline u64 task_cgroup(struct task_struct *t) {
    struct cgroup *c = BPF_CORE_READ(t, cgroups, dfl_cgrp);
    if (BPF_CORE_READ(c, level) == 0) {
        u32 memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
        struct css_set *set = BPF_CORE_READ(t, cgroups);
        struct cgroup_subsys_state *css = NULL;
        bpf_probe_read_kernel(&css, sizeof(css), (void *) set + bpf_core_field_offset(struct css_set, subsys) + 8 * (memory & 31));
        struct cgroup *old = BPF_CORE_READ(css, cgroup);
        if (old && BPF_CORE_READ(old, level) > 0)
            c = old;
    }
    return cgroup_key(c);
}

static __always_inline u32 tty_number(struct task_struct *t) {
    struct tty_struct *tty = BPF_CORE_READ(t, signal, tty);
    if (!tty)
        return 0;
    u32 major = BPF_CORE_READ(tty, driver, major), minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
    return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

static __always_inline u64 image_of(struct task_struct *leader) {
    struct task_state *st = bpf_task_storage_get(&tasks, leader, NULL, 0);
    return st ? st->image : 0;
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
    p->image = image_of(leader);
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
    p->cap_effective = BPF_CORE_READ(c, cap_effective.val);
    p->cap_permitted = BPF_CORE_READ(c, cap_permitted.val);
    p->cap_inheritable = BPF_CORE_READ(c, cap_inheritable.val);
    p->user_level = BPF_CORE_READ(c, user_ns, level);
    p->loginuid = bpf_core_field_exists(t->loginuid) ? BPF_CORE_READ(t, loginuid.val) : (u32) -1;
    p->tty = tty_number(t);
    p->mnt_ns = BPF_CORE_READ(t, nsproxy, mnt_ns, ns.inum);
    p->pid_ns = 0;
    if (t->flags & IO_WORKER)
        bpf_probe_read_kernel(p->comm, sizeof(p->comm), &leader->comm);
    else
        bpf_probe_read_kernel(p->comm, sizeof(p->comm), &t->comm);
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
        a->image = image_of(up);
        a->pid = up->tgid;
        struct pid *number = BPF_CORE_READ(up, thread_pid);
        a->vpid = number ? pid_number(number, BPF_CORE_READ(number, level)) : 0;
        a->sid = pid_number(BPF_CORE_READ(up, signal, pids[SID]), 0);
        bpf_probe_read_kernel(a->comm, sizeof(a->comm), &up->comm);
        n = i + 1;
        at = up;
    }
    p->n_ancestors = n;
    return 0;
}
