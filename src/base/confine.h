/* SPDX-License-Identifier: Apache-2.0 */
/* Takes from the calling process everything but computing on memory and on the descriptors it holds. */
#pragma once

#include "base/error.h"

/* Under a sanitizer the shadow memory needs an address space without a limit (Confinement.memory is not set), and the report needs more calls. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

typedef struct Confinement {
    uint64_t memory; /* RLIMIT_AS in bytes */
    uint64_t file;   /* RLIMIT_FSIZE in bytes */
    unsigned cpu_s;  /* RLIMIT_CPU */
    int (*threads)(Error *err); /* starts threads, which are confined like the caller; NULL: it stays the only one. Later none can be started */
} Confinement;

/* seccomp (always), Landlock (where the kernel has it), rlimits, no new privileges, not dumpable. For good: there is no
 * way back. Fails rather than to go on half confined. */
int confine_self(const Confinement *c, Error *err);
/* Does the running kernel have Landlock? */
bool confine_has_landlock(void);

/* A server that answers the network keeps what it listens on and the files that are named here, and takes nothing new: no outgoing connections, no programs, no
 * other files. In two steps, for threads inherit what is decided before they start: confine_files(), then the threads, then confine_calls(). */
typedef struct ServerFiles {
    const char *const *read;   /* NULL-ended: files, and directories with what is below */
    const char *const *write;  /* the same, to be changed as well */
} ServerFiles;

/* No new privileges, no dumps, and Landlock where the kernel has it. */
int confine_files(const ServerFiles *f, Error *err);
/* seccomp for all threads: no new sockets but those that are accepted, no programs, no new threads or processes, no executable memory. */
int confine_calls(Error *err);
/* The same for an agent, which also connects to receivers, starts threads, moves files, and reads and writes the maps of its eBPF programs. */
int confine_agent_calls(Error *err);
