/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers run now: processes of /proc, by the container that their cgroup is one of, and what runtimes left on disk about it. */
#pragma once

#include "base/error.h"
#include "base/vec.h"
#include "runtime/container.h"

enum { RUNNING_NAMESPACES = 8, RUNNING_PORTS_MAX = 256 };

typedef struct RunningPort {
    const char *protocol;    /* "tcp", "udp" */
    bool v6;
    unsigned port;           /* that something listens on, in the container's network */
} RunningPort;

typedef struct RunningNamespace {
    const char *type;        /* "pid", as below /proc/PID/ns */
    bool own;                /* it is not the host's */
} RunningNamespace;

/* A container and its first process: the one with the lowest number in the container. What could not be read, since it ended meanwhile, is empty. */
typedef struct Running {
    Container *container;    /* owned */
    uint32_t pid, vpid, uid;
    uint64_t start_ticks;
    int64_t started;         /* seconds since 1970 */
    size_t processes;
    char *command;           /* arguments with spaces between; owned */
    char *user;              /* its name in the container; owned, NULL: none */
    char *lsm;               /* profile of the security module; owned, NULL: none */
    uint64_t capabilities;   /* effective */
    unsigned seccomp;        /* 0 none, 1 strict, 2 filter */
    bool no_new_privileges, in_network_of_host;
    RunningNamespace namespaces[RUNNING_NAMESPACES];
    size_t n_namespaces;
    Vec(RunningPort) ports;
} Running;

typedef struct Census {
    Running *p;
    size_t n, cap;
} Census;

/* All of them, by container id. `states`: directories of runc's states besides /run/runc, NULL-ended. */
int census_take(const char *const *states, Census *ret, Error *err);
void census_done(Census *l);
