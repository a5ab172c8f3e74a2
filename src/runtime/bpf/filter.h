/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is there a rule that this event could matter to? Asked before anything is gathered; what is cheap to know comes first (filter.h, docs/sensor.md "Push-down"). */
#pragma once

#include "runtime/bpf/ends.h"
#include "runtime/bpf/opened.h"

/* Events that were settled here, by kind. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, WIRE_KINDS);
    __type(key, u32);
    __type(value, u64);
} settled SEC(".maps");

/* What a socket is: by loads, or before 6.2 by calls. */
struct socket_facts {
    u64 sk;
    u32 family, state, protocol;
};

static __always_inline bool is_socket(struct file *f) {
    return (bpf_rdonly_cast ? f->f_inode->i_sb->s_magic : BPF_CORE_READ(f, f_inode, i_sb, s_magic)) == SOCKFS_MAGIC;
}

static __always_inline struct socket_facts facts_of(struct file *f) {
    struct socket_facts facts;
    if (bpf_rdonly_cast) {
        struct sock *sk = AS(struct socket, f->private_data)->sk;
        facts.sk = (u64) sk;
        facts.family = sk->__sk_common.skc_family;
        facts.state = sk->__sk_common.skc_state;
        facts.protocol = sk->sk_protocol;
    } else {
        struct socket *socket = BPF_CORE_READ(f, private_data);
        struct sock *sk = BPF_CORE_READ(socket, sk);
        facts.sk = (u64) sk;
        facts.family = BPF_CORE_READ(sk, __sk_common.skc_family);
        facts.state = BPF_CORE_READ(sk, __sk_common.skc_state);
        facts.protocol = BPF_CORE_READ(sk, sk_protocol);
    }
    return facts;
}

/* What the descriptor is, and whether the call names an address. */
static __always_inline u32 class_of_descriptor(struct task_struct *task, const WireKind *k, struct question *q) {
    const u64 *a = q->arg;
    s64 ret = q->result;
    bool compat = q->number >= WIRE_SYSCALLS;
    s32 fd = k->flags & WIRE_KIND_FD_RESULT ? ret < 0 ? -1 : (s32) ret : (s32) a[k->fd & 7];
    struct file *f = bpf_rdonly_cast ? file_at(task, fd) : fd >= 0 ? file_of(fd) : NULL;
    if (!f)
        return filter_fd_class(ret, FILTER_TYPE_UNKNOWN, FILTER_OTHER, 0);
    if (!is_socket(f))
        return filter_fd_class(ret, FILTER_TYPE_FILE, FILTER_OTHER, 0);
    struct socket_facts socket = facts_of(f);
    q->socket = socket.family == FAMILY_INET || socket.family == FAMILY_INET6 ? socket.sk : 0;
    u32 family = socket.family, facts = socket.state == 1 ? FILTER_CONNECTED : 0;
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
    return filter_fd_class(ret, filter_type(family), filter_protocol(socket.protocol), facts);
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

/* What is left of the rules in a class, and those of them that hold whatever its names are. */
struct wanted {
    u64 all, free;
};

static __always_inline struct wanted wanted_in(const FilterTables *t, u32 kind, u32 class) {
    u8 row = t->row[(kind * FILTER_CLASSES + class) & (WIRE_KINDS * FILTER_CLASSES - 1)];
    struct wanted w = {};
    if (row == FILTER_SEND) {
        w.all = w.free = FILTER_ALL;
    } else if (row != FILTER_DROP) {
        w.free = t->wanted[row].free;
        w.all = t->wanted[row].named | w.free;
    }
    return w;
}

/* Rules that it could matter to, by the names that it has; at least those of the wanted ones. */
__attribute__((noinline)) u64 interest(struct question *q, u64 wanted, u32 shape) {
    NEEDS_CAST(FILTER_ALL);
    u32 zero = 0;
    struct room *r = bpf_map_lookup_elem(&rooms, &zero);
    if (!q || !r)
        return FILTER_ALL;
    u64 bits = wanted & filter_tables(q->active)->comm_bits ? bits_of_process(&r->process, q) : 0;
    if (shape == FILTER_OPEN)
        bits |= bits_of_names(r, q, wanted);
    return bits;
}

/* True: no rule can fire on it. */
static __always_inline bool is_settled(struct task_struct *task, struct question *q) {
    const WireKind *k = kind_row(q->number);
    u32 active = q->active = filter_active, kind = (k->kind - 1) & (WIRE_KINDS - 1), class;
    if (!active)
        return false;
    const FilterTables *t = filter_tables(active);
    u8 shape = t->shape[kind];
    if (shape == FILTER_OPEN)
        class = class_of_open(t, kind, k, q->arg, q->result);
    else if (shape == FILTER_FD)
        class = class_of_descriptor(task, k, q);
    else if (shape == FILTER_NUMBER)
        class = filter_number_class(q->result, q->arg[t->argument[kind] & 7]);
    else
        class = filter_result(q->result);
    struct wanted w = wanted_in(t, kind, class);
    if (!w.all)
        return settle(kind);
    u64 ends = FILTER_ALL, bits = FILTER_ALL;
    if (q->socket && t->ends[kind] && w.all != FILTER_ALL)
        ends = find_ends(q, t->ends[kind]);
    if (!(w.free & ends)) {
        bits = w.all & ends ? interest(q, w.all & ends, shape) : 0;
        if (!(bits & w.all & ends))
            return settle(kind);
    }
    struct wanted on_host = wanted_in(t, kind, class | FILTER_HOST);
    if ((on_host.all == w.all && on_host.free == w.free) || !is_host(task))
        return false;
    if (on_host.free & ends || on_host.all & ends & ~w.all)
        return false;
    if (w.free & ends && on_host.all & ends) /* it was not looked at yet */
        bits = interest(q, on_host.all & ends, shape);
    return bits & on_host.all & ends ? false : settle(kind);
}
