/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the push-down and how they are looked at (filter.h of the sensor, docs/sensor.md "Push-down"). Calls are dear where processors are guarded against speculation
 * at each return: what runs for every open is inlined, and fields are loaded without a call. */
#pragma once

#include "runtime/bpf/file.h"
#include "runtime/bpf/process.h"
#include "runtime/filter.h"

/* Two sets of tables, so that one can be written while the other is looked at. */
FilterTables filters[2];
FilterDirectory directories[FILTER_SETS * FILTER_WAYS];
__u64 harmless[FILTER_HARMLESS]; /* files with several names of which rules look for none, each at its hash */
__u64 hosts[FILTER_HOSTS]; /* cgroups that are certainly no container's, each at its hash */

/* Kernel 6.2 and later: fields are then loaded without a call. */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
#define AS(type, pointer) ((type *) bpf_rdonly_cast((const void *) (pointer), bpf_core_type_id_kernel(type)))

/* The kernel verifies each global function by itself, called or not: what needs the cast begins with this. */
#define NEEDS_CAST(otherwise)  \
    if (!bpf_rdonly_cast)      \
    return otherwise

/* A system call at its return. */
struct question {
    u64 arg[8];
    s64 result;
    u64 task;    /* struct task_struct *: to ask for it is a call */
    u64 socket;  /* struct sock * that has addresses; 0: none */
    u32 number;  /* of the call, as kind_row() takes it */
    u32 active;  /* the tables that it is looked up in */
};

/* Room for a name while it is looked at. A read of eight bytes may begin at any of the first ROOM ones; those before ROOM_NAME are for the end of a short name. */
enum { ROOM = 512, ROOM_NAME = 8, ROOM_WORDS = 8 };

/* The process that was asked about last: addresses are used again, but not with the same time of start, and a new name comes with an execution. */
struct last_process {
    u64 seed, leader, start, execution;
    u64 bits; /* rules that its name matters to */
};

/* The name that was asked about last, and the directory that it is relative to. What it matters to depends on these alone. */
struct last_given {
    u64 seed, base, n;
    u64 words[ROOM_WORDS];
    u64 bits;
};

/* The last slash of a name, while it is looked for. In memory, since the verifier would follow each place that it may have. */
struct slash {
    u64 hash;     /* of all words before this one */
    u64 word, in; /* the slashes in it, as filter_bytes() has them */
    u32 at;
};

struct room {
    char bytes[ROOM + 8];
    struct slash slash;
    struct last_process process;
    struct last_given given;
};
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct room);
} rooms SEC(".maps");

static __always_inline const FilterTables *filter_tables(u32 active) {
    return &filters[(active - 1) & 1];
}

/* Eight bytes of the kernel's memory: any structure that begins with them will do. */
static __always_inline u64 load(u64 at) {
    return AS(struct timespec64, at)->tv_sec;
}

static __always_inline u64 word_at(const struct room *r, u32 at) {
    return *(const u64 *) (r->bytes + (at & (ROOM - 1)));
}

static __always_inline struct file *file_at(struct task_struct *t, s32 fd) {
    struct fdtable *table = t->files->fdt;
    u64 f = 0;
    if (fd >= 0 && (u32) fd < table->max_fds)
        f = load((u64) table->fd + 8 * (u64) (u32) fd);
    return f ? AS(struct file, f) : NULL;
}

static __always_inline u64 look_up(const FilterName *table, u32 n, u64 hash) {
    for (u32 i = 0; i < FILTER_PROBES; i++) {
        const FilterName *at = &table[(hash + i) & (n - 1)];
        if (at->hash == hash)
            return at->bits;
        if (!at->hash)
            break;
    }
    return 0;
}

/* What is remembered of a directory; false: nothing. The sensor writes them; the key comes last and is looked at twice. */
static __always_inline bool remembered(u64 key, u64 *any, u64 *named) {
    u32 set = key % FILTER_SETS * FILTER_WAYS;
    for (u32 i = 0; i < FILTER_WAYS; i++) {
        const volatile FilterDirectory *d = &directories[(set + i) & (FILTER_SETS * FILTER_WAYS - 1)];
        if (d->key != key)
            continue;
        *any = d->any;
        *named = d->named;
        return d->key == key;
    }
    return false;
}

/* Rules that a name of a file matters to: its hash, its last eight bytes, its length. */
__attribute__((noinline)) u64 find_name(u32 active, u64 hash, u64 last, u32 n) {
    const FilterTables *t = filter_tables(active);
    u64 bits = look_up(t->bases, FILTER_BASES, hash);
    for (u32 i = 0; i < FILTER_SUFFIXES; i++)
        if (i < t->n_suffixes && n >= t->suffix[i].bytes && (last & t->suffix[i].mask) == t->suffix[i].value)
            bits |= t->suffix[i].bits;
    return bits;
}

static __always_inline bool in_bloom(const FilterTables *t, u64 hash) {
    return t->bloom[(hash >> 32) & (FILTER_BASES - 1)];
}

/* Global, so that its loop is verified once. */
__attribute__((noinline)) u64 find_process(struct last_process *last, u32 active) {
    NEEDS_CAST(FILTER_ALL);
    struct task_struct *task = bpf_get_current_task_btf(), *leader = task->group_leader;
    if (!last)
        return FILTER_ALL;
    const FilterTables *t = filter_tables(active);
    WireTask *st = task_state(leader);
    u64 words[2] = {};
    put_name((char *) words, st, task);
    words[0] = filter_until_zero(words[0]);
    words[1] = words[0] >> 56 ? filter_until_zero(words[1]) : 0;
    u64 bits = look_up(t->comms, FILTER_COMMS, filter_end(filter_mix(filter_mix(filter_start(t->seed, FILTER_START_COMM), words[0]), words[1])));
    if (!st || !st->name[0])
        return bits; /* what it calls itself, at any time */
    last->seed = t->seed;
    last->leader = (u64) leader;
    last->start = leader->start_boottime;
    last->execution = leader->self_exec_id;
    last->bits = bits;
    return bits;
}

static __always_inline u64 bits_of_process(struct last_process *last, const struct question *q) {
    struct task_struct *leader = AS(struct task_struct, q->task)->group_leader;
    if (last->leader == (u64) leader && last->start == leader->start_boottime && last->execution == leader->self_exec_id && last->seed == filter_tables(q->active)->seed)
        return last->bits;
    return find_process(last, q->active);
}
