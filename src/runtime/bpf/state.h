/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps and the buffer that an event is made in. */
#pragma once

#include "runtime/bpf/vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "runtime/wire.h"

/* Room behind the strings, so that a read that begins at the last byte stays inside. */
enum { SLACK = WIRE_STRING_MAX + 512 };

struct scratch {
    WireEvent e;
    char data[WIRE_DATA_MAX + SLACK];
};

/* Executions and cgroups, which other events are explained with, never wait behind anything else. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 2 << 20);
} ring_first SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 8 << 20);
} ring_rest SEC(".maps");

/* One for each program that may interrupt another. */
enum { SCRATCH_EXIT, SCRATCH_EXEC, SCRATCH_CGROUP, SCRATCH_MOVE, SCRATCH_URING, SCRATCH_N };
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, SCRATCH_N);
    __type(key, u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, WireTask);
} tasks SEC(".maps");

/* Cgroups that no container began in, as the sensor found out: services with mounts of their own. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, u64);
    __type(value, u8);
} no_containers SEC(".maps");

/* [cause * WIRE_KINDS + kind] */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, WIRE_CAUSES * WIRE_KINDS);
    __type(key, u32);
    __type(value, u64);
} losses SEC(".maps");

/* Made by the kernel, by kind. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, WIRE_KINDS);
    __type(key, u32);
    __type(value, u64);
} seen SEC(".maps");

/* Set before loading or while running. */
WireKind kinds[2 * WIRE_SYSCALLS];
__u16 uring_numbers[64]; /* by operation of io_uring: the system call that does the same; WIRE_URING_PLAIN: nothing to tell of; 0: not known */
__u16 socketcalls[32];   /* by call of socketcall: the row in `kinds` */
__u32 own_pid;
__u32 filter_active;     /* 0: no filter, every event is sent; else the number of the set of tables and 1 */
__u64 heart; /* calls of WIRE_HEART that the sensor made */
__u32 host_mnt_ns;
__u32 host_root; /* device of the host's root, as the kernel has it */
__u32 want_env;
__u16 own_kinds[WIRE_OWNS]; /* rows of kind.list.h */

static __always_inline void add_one(void *map, u32 i) {
    u64 *n = bpf_map_lookup_elem(map, &i);
    if (n)
        *n += 1;
}

/* The number of data bytes is kept in e.size while an event is made. */
static __always_inline u32 data_at(const struct scratch *s) {
    return s->e.size & (WIRE_DATA_MAX - 1);
}

static __always_inline bool data_full(struct scratch *s) {
    if (s->e.size < WIRE_DATA_MAX - WIRE_STRING_MAX)
        return false;
    s->e.flags |= WIRE_CUT;
    return true;
}

/* A string of user space or the kernel, without its NUL. */
static __always_inline void put_user_string(struct scratch *s, u32 which, u64 at) {
    if (data_full(s))
        return;
    u32 from = data_at(s);
    long n = bpf_probe_read_user_str(&s->data[from], WIRE_STRING_MAX, (const void *) at);
    if (n <= 0) {
        s->e.flags |= WIRE_UNREADABLE;
        return;
    }
    s->e.string[which].at = from;
    s->e.string[which].n = n - 1;
    if (n == WIRE_STRING_MAX)
        s->e.flags |= WIRE_CUT;
    s->e.size = from + n;
}

static __always_inline void put_kernel_string(struct scratch *s, u32 which, const void *at) {
    if (data_full(s))
        return;
    u32 from = data_at(s);
    long n = bpf_probe_read_kernel_str(&s->data[from], WIRE_STRING_MAX, at);
    if (n <= 0) {
        s->e.flags |= WIRE_UNREADABLE;
        return;
    }
    s->e.string[which].at = from;
    s->e.string[which].n = n - 1;
    s->e.size = from + n;
}

/* Written in assembly: the compiler would check another register than the one it uses, which the verifier does not follow. */
static __always_inline const WireKind *kind_row(u64 number) {
    asm volatile("%0 &= %1" : "+r"(number) : "i"(2 * WIRE_SYSCALLS - 1));
    return &kinds[number];
}

/* One number since 6.3, two halves before: the same 8 bytes. */
static __always_inline u64 capabilities(const kernel_cap_t *at) {
    u64 all = 0;
    bpf_probe_read_kernel(&all, sizeof(all), __builtin_preserve_access_index(at));
    return all;
}
