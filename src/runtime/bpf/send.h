/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events on their way to the sensor: what does not get there is counted, and no container takes the room of all others. */
#pragma once

#include "runtime/bpf/cgroup.h"

/* The same losses as in `losses`, by whom they are of. When it is full, those of more containers are in `losses` only. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, WIRE_LOSSES);
    __type(key, WireLoss);
    __type(value, u64);
} losses_of SEC(".maps");

/* How much of a ring somebody took since it was half full. */
struct share_key {
    u64 owner, ring;
};
struct share {
    u64 round; /* of the ring's reader: a new one begins with each half that it has read */
    u64 bytes;
};
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, struct share_key);
    __type(value, struct share);
} shares SEC(".maps");

static __always_inline void lose_of(u32 cause, u32 kind, u64 home, u64 cgroup) {
    WireLoss key = {.cgroup = home ? home : cgroup, .is_home = home != 0, .cause = cause, .kind = kind};
    u64 one = 1, *n = bpf_map_lookup_elem(&losses_of, &key);
    add_one(&losses, (cause * WIRE_KINDS + (kind & (WIRE_KINDS - 1))));
    if (!n && bpf_map_update_elem(&losses_of, &key, &one, BPF_NOEXIST) < 0)
        n = bpf_map_lookup_elem(&losses_of, &key); /* another processor was quicker */
    if (n)
        __sync_fetch_and_add(n, 1);
}

/* Of the process that runs. */
static __always_inline void lose(u32 cause, u32 kind) {
    struct task_struct *t = bpf_get_current_task_btf();
    WireTask *st = task_state(t->group_leader);
    lose_of(cause, kind, st ? st->home : 0, task_cgroup(t));
}

static __always_inline struct scratch *event_begin(u32 which, u8 type, u16 kind, u8 entrance) {
    struct scratch *s = bpf_map_lookup_elem(&scratches, &which);
    if (!s) {
        lose(WIRE_LOST_SCRATCH, kind);
        return NULL;
    }
    __builtin_memset(&s->e.file, 0, sizeof(s->e.file));
    __builtin_memset(s->e.string, 0, sizeof(s->e.string));
    s->e.size = 0;
    s->e.type = type;
    s->e.kind = kind;
    s->e.entrance = entrance;
    s->e.flags = 0;
    s->e.result = 0;
    s->e.time = bpf_ktime_get_boot_ns();
    s->e.cpu = bpf_get_smp_processor_id();
    s->e.file.fd = -1;
    return s;
}

/* Half of a ring is for whoever comes first. Of the rest each container (on the host: each cgroup) gets an eighth in each round of the reader, so that one that makes more than
 * can be read does not cost the others their events. */
static __always_inline bool has_share(void *ring, u32 id, u64 owner, u32 n) {
    u64 size = bpf_ringbuf_query(ring, BPF_RB_RING_SIZE);
    if (bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) < size / 2)
        return true;
    u64 round = bpf_ringbuf_query(ring, BPF_RB_CONS_POS) / (size / 2);
    struct share_key key = {owner, id};
    struct share first = {round, n}, *its = bpf_map_lookup_elem(&shares, &key);
    if (!its)
        return bpf_map_update_elem(&shares, &key, &first, BPF_ANY) == 0;
    if (its->round != round) {
        its->round = round;
        its->bytes = 0;
    }
    return __sync_fetch_and_add(&its->bytes, n) + n <= size / 16;
}

static __always_inline void event_send(struct scratch *s, void *ring) {
    u32 n = (s->e.size & (2 * WIRE_DATA_MAX - 1)) + sizeof(WireEvent), kind = s->e.kind & (WIRE_KINDS - 1);
    u64 home = s->e.process.home, cgroup = s->e.process.cgroup;
    if (n > sizeof(*s))
        n = sizeof(*s);
    s->e.size = n;
    add_one(&seen, kind);
    if (!has_share(ring, ring == &ring_first, home ? home : cgroup, n))
        lose_of(WIRE_LOST_SHARE, kind, home, cgroup);
    else if (bpf_ringbuf_output(ring, s, n, 0) < 0)
        lose_of(WIRE_LOST_RING, kind, home, cgroup);
}
