/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cgroups, and the one that a container began with: its home, by which its processes are known wherever they go. */
#pragma once

#include "runtime/bpf/state.h"

/* The id is unique within one hierarchy only. */
static __always_inline u64 cgroup_key(struct cgroup *c) {
    return BPF_CORE_READ(c, kn, id) ^ ((u64) BPF_CORE_READ(c, root, hierarchy_id) << 56);
}

static __always_inline struct cgroup *memory_cgroup(struct task_struct *t) {
    u32 memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
    struct css_set *set = BPF_CORE_READ(t, cgroups);
    struct cgroup_subsys_state *css = NULL;
    bpf_probe_read_kernel(&css, sizeof(css), (void *) set + bpf_core_field_offset(struct css_set, subsys) + 8 * (memory & 31));
    return BPF_CORE_READ(css, cgroup);
}

/* The cgroup of version 2, or of the memory controller where that one is the root. */
static __always_inline struct cgroup *cgroup_of(struct task_struct *t) {
    struct cgroup *c = BPF_CORE_READ(t, cgroups, dfl_cgrp);
    if (BPF_CORE_READ(c, level) == 0) {
        struct cgroup *old = memory_cgroup(t);
        if (old && BPF_CORE_READ(old, level) > 0)
            c = old;
    }
    return c;
}

/* Is it one that cgroup_of() may tell of some process? A container has one in each hierarchy of version 1, up to a dozen. */
static __always_inline bool tells_containers(struct cgroup *c) {
    int id = BPF_CORE_READ(c, root, hierarchy_id);
    return id == 0 || id == BPF_CORE_READ(memory_cgroup(bpf_get_current_task_btf()), root, hierarchy_id);
}

static __always_inline u64 task_cgroup(struct task_struct *t) {
    return cgroup_key(cgroup_of(t));
}

/* Is this cgroup `home` or below it? What a container makes of its own cgroup stays its own. */
static __always_inline bool is_below(struct cgroup *c, u64 home) {
    u64 hierarchy = (u64) BPF_CORE_READ(c, root, hierarchy_id) << 56;
    struct kernfs_node *kn = BPF_CORE_READ(c, kn);
    for (int i = 0; i < 16 && kn; i++) {
        if ((BPF_CORE_READ(kn, id) ^ hierarchy) == home)
            return true;
        struct kernfs_node___61 *old = (void *) kn;
        kn = bpf_core_field_exists(kn->__parent) ? BPF_CORE_READ(kn, __parent) : BPF_CORE_READ(old, parent);
    }
    return false;
}

static __always_inline bool is_home(u64 key) {
    return key && !bpf_map_lookup_elem(&no_containers, &key);
}

/* A process belongs to the container whose program it executes first: with mounts of its own, in a cgroup. Before that it is the runtime on its way in, which is moved by
 * others. */
static __always_inline void set_home(WireTask *st, struct task_struct *t) {
    if (is_home(st->home))
        return;
    st->home = 0;
    if (BPF_CORE_READ(t, nsproxy, mnt_ns, ns.inum) == host_mnt_ns)
        return;
    struct cgroup *c = cgroup_of(t);
    u64 key = cgroup_key(c);
    if (BPF_CORE_READ(c, level) > 0 && is_home(key))
        st->home = key;
}

static __always_inline WireTask *task_state(struct task_struct *leader) {
    return bpf_task_storage_get(&tasks, leader, NULL, 0);
}
