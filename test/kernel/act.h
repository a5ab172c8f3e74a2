/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of act share: results are 0 or more, -1, or -77 where the kernel does not offer it. */
#pragma once

#include <linux/io_uring.h>
#include <stdint.h>

typedef struct Act {
    const char *name;
    int (*act)(const char *what);
} Act;
typedef struct Act2 {
    const char *name;
    int (*act)(const char *what, const char *which);
} Act2;

typedef struct Ring {
    int fd;
    unsigned flags, n;
    char *sq, *cq;
    struct io_uring_sqe *sqe;
    struct io_uring_params p;
} Ring;

/* A ring of the kernel, open until the process ends. */
int ring_open(Ring *r, unsigned flags);
/* One request, to its end: its result. */
int ring_do(Ring *r, const struct io_uring_sqe *sqe);
/* Memory that a 32-bit call can name, with these bytes. */
void *low_copy(const void *p, unsigned long n);
long call_32(long number, uintptr_t a, uintptr_t b, uintptr_t c);

/* To a port of 127.0.0.1. */
int connect_32(const char *port);
int uring_connect(const char *port);
int sqpoll_connect(const char *port);
int uring_sendto(const char *port);
int uring_sendmsg(const char *port);
int uring_fixed(const char *port);
/* Listens on the port, and takes a connection that it makes itself. */
int uring_accept(const char *port);
int uring_cmd(const char *unused);

/* Prints how often a file was opened that a rule of the test names. */
int open_in_places(const char *how, const char *dir);

/* The path is opened, or the program executed, so that it is hard to see. */
int open_closed(const char *times, const char *path);
int open_below(const char *dir, const char *name);
int open_renamed(const char *name, const char *path);
int exec_as(const char *name, const char *program);
int exec_descriptor(const char *program);
int exec_memory(const char *program);
int blind(const char *map);
int reuse(const char *program, const char *path);
int forks(const char *n, const char *path);
