/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests of io_uring: what would be a system call elsewhere, told of when it is submitted; and files that one opened, when it has. */
#pragma once

#include "runtime/bpf/names.h"
#include "runtime/bpf/process.h"
#include "runtime/bpf/send.h"

enum {
    OP_SENDMSG = 9, OP_RECVMSG = 10, OP_ACCEPT = 13, OP_CONNECT = 16, OP_OPENAT = 18, OP_SEND = 26, OP_RECV = 27, OP_OPENAT2 = 28, OP_RENAMEAT = 35, OP_UNLINKAT = 36,
    OP_MKDIRAT = 37, OP_SYMLINKAT = 38, OP_LINKAT = 39, OP_SOCKET = 45, OP_SEND_ZC = 47, OP_SENDMSG_ZC = 48, OP_LISTEN = 57,
};
enum { FIXED_FILE = 1, SLOT_ANY = 0xffffffff };

/* Operations that cannot be told of, by cgroup: one event a second says how many there were. */
struct unread_key {
    u64 cgroup, op;
};
struct unread {
    u64 told, n;
};
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 1024);
    __type(key, struct unread_key);
    __type(value, struct unread);
} unreads SEC(".maps");

/* A file of the ring's own table, which has other numbers than descriptors. */
static __always_inline struct file *file_in_slot(struct io_kiocb *req, u32 slot) {
    struct io_ring_ctx *ctx = BPF_CORE_READ(req, ctx);
    struct io_ring_ctx___61 *old = (void *) ctx;
    u64 file = 0;
    if (bpf_core_field_exists(ctx->file_table.data)) {
        struct io_rsrc_node **nodes = BPF_CORE_READ(ctx, file_table.data.nodes), *node = NULL;
        if (slot >= BPF_CORE_READ(ctx, file_table.data.nr))
            return NULL;
        bpf_probe_read_kernel(&node, sizeof(node), nodes + slot);
        file = node ? BPF_CORE_READ(node, file_ptr) : 0;
    } else if (slot < BPF_CORE_READ(old, nr_user_files)) {
        bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(old, file_table.files) + slot);
    }
    return (void *) (file & ~7ull);
}

/* The socket or file that a request is about. */
static __always_inline void put_request_file(struct scratch *s, struct io_kiocb *req) {
    s32 fd = BPF_CORE_READ(req, cqe.fd);
    struct file *f = BPF_CORE_READ(req, flags) & FIXED_FILE ? file_in_slot(req, fd) : fd >= 0 ? file_of(fd) : NULL;
    s->e.file.fd = fd;
    if (f)
        put_file(s, (u64) f);
    else
        s->e.flags |= WIRE_NO_FILE;
}

/* The address that a message names, where the kernel copies it later (before 6.10): it is what the caller has there now, as for connect. */
static __always_inline void put_message_address(struct scratch *s, const void *message) {
    u64 name = 0;
    bool compat = bpf_get_current_task_btf()->thread_info.status & TS_COMPAT;
    if (message && bpf_probe_read_user(&name, compat ? 4 : 8, message) == 0 && name)
        put_sockaddr(&s->e.file.named, (void *) name, true);
}

/* The address that it names: the kernel's copy, where it makes one before this. Of connect it makes none; what was connected to is told of when it is done. */
static __always_inline void put_request_address(struct scratch *s, struct io_kiocb *req, u8 op) {
    struct io_async_msghdr *m = BPF_CORE_READ(req, async_data);
    struct io_sr_msg *sr = (void *) req + bpf_core_field_offset(struct io_kiocb, cmd);
    struct io_sr_msg___61 *old = (void *) sr;
    struct io_connect *c = (void *) sr;
    bool copied = !bpf_core_type_exists(struct io_async_connect) && m;
    if (op == OP_CONNECT)
        put_sockaddr(&s->e.file.named, BPF_CORE_READ(c, addr), true);
    else if (copied && BPF_CORE_READ(m, msg.msg_name))
        put_sockaddr(&s->e.file.named, BPF_CORE_READ(m, msg.msg_name), false);
    else if (!copied && bpf_core_field_exists(old->addr) && (op == OP_SEND || op == OP_SEND_ZC))
        put_sockaddr(&s->e.file.named, BPF_CORE_READ(old, addr), true);
    else if (!copied && bpf_core_field_exists(old->umsg) && (op == OP_SENDMSG || op == OP_SENDMSG_ZC))
        put_message_address(s, BPF_CORE_READ(old, umsg));
    name_socket(s);
}

/* Names are the kernel's own copies already; nobody can change them any more. */
static __always_inline void put_request(struct scratch *s, struct io_kiocb *req, u8 op) {
    void *cmd = (void *) req + bpf_core_field_offset(struct io_kiocb, cmd);
    u64 *a = s->e.arg;
    if (op == OP_OPENAT || op == OP_OPENAT2) {
        struct io_open *o = cmd;
        a[0] = BPF_CORE_READ(o, dfd);
        a[2] = BPF_CORE_READ(o, how.flags);
        a[3] = BPF_CORE_READ(o, how.mode);
        a[5] = (u64) req;
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
    } else if (op == OP_SOCKET) {
        struct io_socket *o = cmd;
        a[0] = BPF_CORE_READ(o, domain);
        a[1] = BPF_CORE_READ(o, type);
        a[2] = BPF_CORE_READ(o, protocol);
    } else {
        struct io_sr_msg *sr = cmd;
        a[0] = BPF_CORE_READ(req, cqe.fd);
        a[5] = (u64) req;
        if (op == OP_SEND || op == OP_SEND_ZC || op == OP_RECV)
            a[2] = BPF_CORE_READ(sr, len);
    }
}

static __always_inline bool has_socket(u8 op) {
    return op == OP_CONNECT || op == OP_ACCEPT || op == OP_SEND || op == OP_RECV || op == OP_SENDMSG || op == OP_RECVMSG || op == OP_SEND_ZC || op == OP_SENDMSG_ZC || op == OP_LISTEN;
}

static __always_inline int count_unread(u8 op) {
    struct task_struct *t = bpf_get_current_task_btf();
    struct unread_key key = {task_cgroup(t), op};
    struct unread none = {}, *u = bpf_map_lookup_elem(&unreads, &key);
    lose(WIRE_LOST_UNREAD, own_kinds[WIRE_OWN_URING]);
    if (!u) {
        bpf_map_update_elem(&unreads, &key, &none, BPF_ANY);
        u = bpf_map_lookup_elem(&unreads, &key);
    }
    u64 now = bpf_ktime_get_boot_ns(), n = u ? __sync_fetch_and_add(&u->n, 1) + 1 : 1;
    if (u && now - u->told < 1000000000)
        return 0;
    struct scratch *s = event_begin(SCRATCH_URING, WIRE_SYSCALL, own_kinds[WIRE_OWN_URING], WIRE_IO_URING);
    if (!s)
        return 0;
    if (u) {
        __sync_fetch_and_add(&u->n, -n);
        u->told = now;
    }
    __builtin_memset(s->e.arg, 0, sizeof(s->e.arg));
    s->e.arg[0] = op;
    s->e.arg[1] = n;
    put_process(s);
    put_cwd(s);
    event_send(s, &ring_rest);
    return 0;
}

/* A request is told of when it is submitted: its completion may be left out on request, and the name is gone by then. Its result is therefore not known: 0. */
static __always_inline int uring_submitted(struct io_kiocb *req) {
    u8 op = req->opcode;
    u32 number = op > 63 ? 0 : uring_numbers[op & 63];
    if (bpf_get_current_pid_tgid() >> 32 == own_pid || number == WIRE_URING_PLAIN)
        return 0;
    if (!number)
        return count_unread(op);
    const WireKind *k = kind_row(number);
    if (!k->kind)
        return 0;
    struct scratch *s = event_begin(SCRATCH_URING, WIRE_SYSCALL, k->kind - 1, WIRE_IO_URING);
    if (!s)
        return 0;
    __builtin_memset(s->e.arg, 0, sizeof(s->e.arg));
    put_request(s, req, op);
    put_process(s);
    put_bases(s, number);
    put_cwd(s);
    if (has_socket(op)) {
        put_request_file(s, req);
        put_request_address(s, req, op);
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

static __always_inline struct file *opened_file(struct io_kiocb *req, s32 result) {
    struct io_open *o = (void *) req + bpf_core_field_offset(struct io_kiocb, cmd);
    u32 slot = BPF_CORE_READ(o, file_slot);
    return slot == SLOT_ANY ? file_in_slot(req, result) : slot ? file_in_slot(req, slot - 1) : file_of(result);
}

/* What was opened or connected to in fact: a name may have led through links, an address been changed. */
SEC("tp_btf/io_uring_complete")
int BPF_PROG(on_uring_complete, void *ctx_, struct io_kiocb *req) {
    u8 op = req ? BPF_CORE_READ(req, opcode) : 0;
    s32 result = req ? BPF_CORE_READ(req, cqe.res) : -1;
    bool opens = op == OP_OPENAT || op == OP_OPENAT2;
    if ((!opens || result < 0) && op != OP_CONNECT)
        return 0;
    const WireKind *k = kind_row(uring_numbers[op & 63]);
    if (!k->kind || bpf_get_current_pid_tgid() >> 32 == own_pid)
        return 0;
    struct file *f = opens ? opened_file(req, result) : BPF_CORE_READ(req, file);
    struct scratch *s = f ? event_begin(SCRATCH_URING, WIRE_DONE, k->kind - 1, WIRE_IO_URING) : NULL;
    if (!s)
        return 0;
    __builtin_memset(s->e.arg, 0, sizeof(s->e.arg));
    if (opens) {
        struct io_open *o = (void *) req + bpf_core_field_offset(struct io_kiocb, cmd);
        s->e.arg[2] = BPF_CORE_READ(o, how.flags);
        s->e.arg[3] = BPF_CORE_READ(o, how.mode);
        s->e.file.fd = result;
    }
    s->e.arg[5] = (u64) req;
    s->e.result = result;
    put_process(s);
    put_cwd(s);
    put_file(s, (u64) f);
    event_send(s, &ring_rest);
    return 0;
}
