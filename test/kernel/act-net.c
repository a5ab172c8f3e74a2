/* SPDX-License-Identifier: Apache-2.0 */
/* Acts with sockets, and the rings of io_uring that all acts use. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act.h"

int ring_open(Ring *r, unsigned flags) {
    *r = (Ring) {.flags = flags, .p.flags = flags};
    r->fd = (int) syscall(SYS_io_uring_setup, 4, &r->p);
    if (r->fd < 0)
        return -77;
    r->sq = mmap(NULL, r->p.sq_off.array + r->p.sq_entries * sizeof(uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQ_RING);
    r->cq = mmap(NULL, r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_CQ_RING);
    r->sqe = mmap(NULL, r->p.sq_entries * sizeof(*r->sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, IORING_OFF_SQES);
    return r->sq == MAP_FAILED || r->cq == MAP_FAILED || (void *) r->sqe == MAP_FAILED ? -1 : 0;
}

int ring_do(Ring *r, const struct io_uring_sqe *sqe) {
    unsigned i = r->n++ & (r->p.sq_entries - 1);
    r->sqe[i] = *sqe;
    ((uint32_t *) (void *) (r->sq + r->p.sq_off.array))[i] = i;
    __atomic_store_n((uint32_t *) (void *) (r->sq + r->p.sq_off.tail), r->n, __ATOMIC_RELEASE);
    unsigned enter = IORING_ENTER_GETEVENTS | (r->flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0);
    if (syscall(SYS_io_uring_enter, r->fd, 1, 1, enter, NULL, 0) < 0)
        return -1;
    uint32_t *head = (uint32_t *) (void *) (r->cq + r->p.cq_off.head);
    int result = ((struct io_uring_cqe *) (void *) (r->cq + r->p.cq_off.cqes))[*head & (r->p.cq_entries - 1)].res;
    __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
    return result;
}

void *low_copy(const void *p, unsigned long n) {
    char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    return low == MAP_FAILED || n > 8192 ? NULL : memcpy(low, p, n);
}

long call_32(long number, uintptr_t a, uintptr_t b, uintptr_t c) {
    long r;
    __asm__ volatile("int $0x80" : "=a"(r) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
    return (int) r;
}

static struct sockaddr_in to(const char *port) {
    return (struct sockaddr_in) {.sin_family = AF_INET, .sin_port = htons((uint16_t) strtol(port, NULL, 10)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Through the one call of 32-bit programs for all that is done with sockets. */
int connect_32(const char *port) {
    enum { SOCKETCALL = 102 };
    struct sockaddr_in address = to(port);
    void *low = low_copy(&address, sizeof(address));
    uint32_t socket_args[] = {AF_INET, SOCK_DGRAM, 0};
    void *args = low_copy(socket_args, sizeof(socket_args));
    if (!low || !args)
        return -1;
    long fd = call_32(SOCKETCALL, SYS_SOCKET, (uintptr_t) args, 0);
    uint32_t connect_args[] = {(uint32_t) fd, (uint32_t) (uintptr_t) low, sizeof(address)};
    return fd < 0 ? -77 : (int) call_32(SOCKETCALL, SYS_CONNECT, (uintptr_t) low_copy(connect_args, sizeof(connect_args)), 0);
}

static int connect_through(const char *port, unsigned flags) {
    struct sockaddr_in address = to(port);
    Ring r;
    int e = ring_open(&r, flags);
    return e < 0 ? e : ring_do(&r, &(struct io_uring_sqe) {.opcode = IORING_OP_CONNECT, .fd = socket(AF_INET, SOCK_DGRAM, 0), .addr = (uintptr_t) &address, .off = sizeof(address)});
}

int uring_connect(const char *port) {
    return connect_through(port, 0);
}

int sqpoll_connect(const char *port) {
    return connect_through(port, IORING_SETUP_SQPOLL);
}

/* The socket is in the ring's own table, and its descriptor closed. */
int uring_fixed(const char *port) {
    struct sockaddr_in address = to(port);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    Ring r;
    int e = ring_open(&r, 0);
    if (e < 0 || syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &fd, 1) < 0)
        return e < 0 ? e : -1;
    close(fd);
    return ring_do(&r, &(struct io_uring_sqe) {.opcode = IORING_OP_CONNECT, .flags = IOSQE_FIXED_FILE, .fd = 0, .addr = (uintptr_t) &address, .off = sizeof(address)});
}

int uring_sendto(const char *port) {
    struct sockaddr_in address = to(port);
    Ring r;
    int e = ring_open(&r, 0);
    if (e < 0)
        return e;
    e = ring_do(&r, &(struct io_uring_sqe) {.opcode = IORING_OP_SEND, .fd = socket(AF_INET, SOCK_DGRAM, 0), .addr = (uintptr_t) "x", .len = 1, .addr2 = (uintptr_t) &address,
                                            .addr_len = sizeof(address)});
    return e == -EINVAL ? -77 : e;
}

int uring_sendmsg(const char *port) {
    struct sockaddr_in address = to(port);
    char x = 0;
    struct iovec byte = {&x, 1};
    struct msghdr m = {.msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = &byte, .msg_iovlen = 1};
    Ring r;
    int e = ring_open(&r, 0);
    return e < 0 ? e : ring_do(&r, &(struct io_uring_sqe) {.opcode = IORING_OP_SENDMSG, .fd = socket(AF_INET, SOCK_DGRAM, 0), .addr = (uintptr_t) &m, .len = 1});
}

int uring_accept(const char *port) {
    struct sockaddr_in address = to(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(fd, 1) < 0)
        return -1;
    int client = socket(AF_INET, SOCK_STREAM, 0);
    Ring r;
    int e = ring_open(&r, 0);
    if (e < 0 || connect(client, (struct sockaddr *) &address, sizeof(address)) < 0)
        return e < 0 ? e : -1;
    return ring_do(&r, &(struct io_uring_sqe) {.opcode = IORING_OP_ACCEPT, .fd = fd});
}

/* Commands to drivers say nothing that the sensor could read. */
int uring_cmd(const char *unused) {
    Ring r;
    int e = ring_open(&r, 0);
    if (e < 0)
        return e;
    for (int i = 0; i < 40; i++)
        ring_do(&r, &(struct io_uring_sqe) {.opcode = IORING_OP_URING_CMD, .fd = socket(AF_INET, SOCK_DGRAM, 0)});
    return 0;
}
