/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The least that a sensor at the return of system calls costs: a program that does nothing; with -DNAME one that copies the name of each openat, and no more. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#ifdef NAME
enum { OPENAT = 257, NAME_MAX = 256 };

struct pt_regs {
    unsigned long si, orig_ax;
} __attribute__((preserve_access_index));

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, char[NAME_MAX]);
} names SEC(".maps");
#endif

SEC("tp_btf/sys_exit")
int at_exit(unsigned long long *context) {
#ifdef NAME
    struct pt_regs *registers = (void *) context[0];
    __u32 zero = 0;
    char *name = registers->orig_ax == OPENAT ? bpf_map_lookup_elem(&names, &zero) : 0;
    if (name)
        bpf_probe_read_user_str(name, NAME_MAX, (void *) registers->si);
#endif
    return 0;
}
