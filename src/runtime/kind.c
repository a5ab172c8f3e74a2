/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kind.h"

#include <linux/io_uring.h>
#include <linux/net.h>
#include <sys/syscall.h>

static const Kind kinds[] = {
#define KIND(label, number64, number32, bits, descriptor, dir1, name1, dir2nd, name2nd, addr, args)                                                                              \
    {.name = #label,                                                                                                                                                             \
     .number = {number64, number32},                                                                                                                                             \
     .wire = {.flags = bits, .fd = descriptor, .dir = dir1, .name = name1, .dir2 = dir2nd, .name2 = name2nd, .address = addr},                                                    \
     .arguments = args},
#include "runtime/kind.list.h"
#undef KIND
};

_Static_assert(ARRAY_SIZE(kinds) <= WIRE_KINDS, "the programs count by kind");

const Kind *sensor_kinds(size_t *ret_n) {
    *ret_n = ARRAY_SIZE(kinds);
    return kinds;
}

uint16_t sensor_own_kind(enum WireOwn which) {
    static const char *const names[WIRE_OWNS] = {
        [WIRE_OWN_MOVED] = "cgroup_attach", [WIRE_OWN_MKDIR] = "cgroup_mkdir", [WIRE_OWN_RMDIR] = "cgroup_rmdir", [WIRE_OWN_URING] = "io_uring_other", [WIRE_OWN_LOST] = "event_lost",
        [WIRE_OWN_BLIND] = "sensor_blinded", [WIRE_OWN_GONE] = "file_gone", [WIRE_OWN_NAMES] = "lookup_ended",
    };
    uint16_t i = 0;
    while (strcmp(kinds[i].name, names[which]) != 0)
        i++;
    return i;
}

/* Numbers of operations, for headers are older than kernels: IORING_OP_… */
enum { URING_LISTEN = 57 };

const UringKind *sensor_uring_kinds(void) {
#define PLAIN(op) {IORING_OP_##op, WIRE_URING_PLAIN}
#define NEW(op) {op, WIRE_URING_PLAIN}
    static const UringKind same[] = {
        {IORING_OP_CONNECT, SYS_connect}, {IORING_OP_OPENAT, SYS_openat}, {IORING_OP_OPENAT2, SYS_openat2}, {IORING_OP_RENAMEAT, SYS_renameat2},
        {IORING_OP_UNLINKAT, SYS_unlinkat}, {IORING_OP_MKDIRAT, SYS_mkdirat}, {IORING_OP_SYMLINKAT, SYS_symlinkat}, {IORING_OP_LINKAT, SYS_linkat},
        {IORING_OP_ACCEPT, SYS_accept4}, {IORING_OP_SEND, SYS_sendto}, {IORING_OP_RECV, SYS_recvfrom}, {IORING_OP_SENDMSG, SYS_sendmsg}, {IORING_OP_RECVMSG, SYS_recvmsg},
        {IORING_OP_SOCKET, SYS_socket}, {IORING_OP_SEND_ZC, SYS_sendto}, {IORING_OP_SENDMSG_ZC, SYS_sendmsg}, {URING_LISTEN, SYS_listen},
        /* What rules of Falco cannot be about: no kind of event is made of the system calls that do the same, or there is none. */
        PLAIN(NOP), PLAIN(READV), PLAIN(WRITEV), PLAIN(FSYNC), PLAIN(READ_FIXED), PLAIN(WRITE_FIXED), PLAIN(POLL_ADD), PLAIN(POLL_REMOVE), PLAIN(SYNC_FILE_RANGE), PLAIN(TIMEOUT),
        PLAIN(TIMEOUT_REMOVE), PLAIN(ASYNC_CANCEL), PLAIN(LINK_TIMEOUT), PLAIN(FALLOCATE), PLAIN(CLOSE), PLAIN(FILES_UPDATE), PLAIN(STATX), PLAIN(READ), PLAIN(WRITE),
        PLAIN(FADVISE), PLAIN(MADVISE), PLAIN(EPOLL_CTL), PLAIN(SPLICE), PLAIN(PROVIDE_BUFFERS), PLAIN(REMOVE_BUFFERS), PLAIN(TEE), PLAIN(SHUTDOWN), PLAIN(MSG_RING),
        PLAIN(FSETXATTR), PLAIN(SETXATTR), PLAIN(FGETXATTR), PLAIN(GETXATTR),
        /* READ_MULTISHOT, WAITID, FUTEX_WAIT, FUTEX_WAKE, FUTEX_WAITV, FIXED_FD_INSTALL, FTRUNCATE, BIND; RECV_ZC, EPOLL_WAIT, READV_FIXED, WRITEV_FIXED, PIPE */
        NEW(49), NEW(50), NEW(51), NEW(52), NEW(53), NEW(54), NEW(55), NEW(56), NEW(58), NEW(59), NEW(60), NEW(61), NEW(62), {0},
    };
#undef NEW
#undef PLAIN
    return same;
}

const SocketCall *sensor_socketcalls(void) {
    static const SocketCall same[] = {
        {SYS_SOCKET, 359}, {SYS_CONNECT, 362}, {SYS_LISTEN, 363}, {SYS_ACCEPT, 364}, {SYS_ACCEPT4, 364}, {SYS_SEND, 369}, {SYS_SENDTO, 369}, {SYS_RECV, 371},
        {SYS_RECVFROM, 371}, {SYS_SENDMSG, 370}, {SYS_RECVMSG, 372}, {0},
    };
    return same;
}
