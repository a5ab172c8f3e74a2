/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What the programs in the kernel hand to the sensor: one WireEvent, then its strings, in a ring. Written by bpf/, read by decode.c, which trusts no length in it. */
#pragma once

#ifndef __bpf__
#include <linux/types.h>
#endif

enum {
    WIRE_ANCESTORS = 12,
    WIRE_STRING_MAX = 4096, /* longer names and argument lists are cut and marked */
    WIRE_DATA_MAX = 16384,
    WIRE_SYSCALLS = 512,    /* numbers of system calls that are looked at, per entrance */
    WIRE_CAUSES = 4,
    WIRE_KINDS = 64,
    WIRE_LOSSES = 4096,     /* losses that are told apart */
    WIRE_SOCKETCALL = WIRE_SYSCALLS + 102,
    WIRE_HEART = 229,       /* clock_getres: the sensor makes this call to see whether its programs still run */
    WIRE_URING_PLAIN = 0xffff,
};

/* How a call came in. */
enum WireEntrance { WIRE_64, WIRE_32, WIRE_IO_URING };

/* What an event is. WIRE_DONE: what a request of io_uring opened or connected to; the request was told of before. */
enum WireType { WIRE_SYSCALL, WIRE_EXEC, WIRE_CGROUP, WIRE_CGROUP_GONE, WIRE_MOVE, WIRE_DONE, WIRE_TYPES };

/* Rows of kind.list.h that are no system calls: what the programs and the sensor tell of themselves. */
enum WireOwn { WIRE_OWN_MOVED, WIRE_OWN_MKDIR, WIRE_OWN_RMDIR, WIRE_OWN_URING, WIRE_OWN_LOST, WIRE_OWN_BLIND, WIRE_OWN_GONE, WIRE_OWN_NAMES, WIRE_OWNS };

/* The strings of an event. Paths are lists of names, the last one first, each ended by a NUL: the kernel walks upwards. */
enum WireString {
    WIRE_CWD,       /* path: working directory */
    WIRE_BASE,      /* path: directory that the first name is relative to, where it is another one */
    WIRE_NAME,      /* first name as given */
    WIRE_BASE2,
    WIRE_NAME2,
    WIRE_PATH,      /* path: the file that the descriptor, or the program that runs, is */
    WIRE_ARGS,      /* arguments, each ended by a NUL */
    WIRE_ENV,
    WIRE_UNIX,      /* name of a Unix socket */
    WIRE_PAYLOAD,   /* first bytes received */
    WIRE_CGROUP_PATH,
    WIRE_STRINGS,
};

enum WireFlags {
    WIRE_CUT = 1 << 0,        /* a string did not fit */
    WIRE_UNREADABLE = 1 << 1, /* a name could not be read */
    WIRE_NO_FILE = 1 << 2,    /* the descriptor was closed already */
    WIRE_EXE_WRITABLE = 1 << 3, /* who executes the program may write to it */
    WIRE_SCRIPT = 1 << 4,       /* the kernel runs another program than the one that was named: what was named is a script (#!, binfmt_misc) */
};

enum WireLayer { WIRE_LAYER_NONE, WIRE_LAYER_UPPER, WIRE_LAYER_LOWER };

enum WireFileType { WIRE_FILE_NONE, WIRE_FILE_PATH, WIRE_FILE_SOCKET, WIRE_FILE_ANON };

/* Why an event did not arrive. */
enum WireCause { WIRE_LOST_RING, WIRE_LOST_SCRATCH, WIRE_LOST_UNREAD, WIRE_LOST_SHARE };

/* What the kernel keeps about a process; children inherit it. Processes that were there before get it from the sensor. */
typedef struct WireTask {
    __u64 image;   /* WireProcess.image */
    __u64 home;    /* WireProcess.home */
    char name[16]; /* comm as an execution or a fork set it: what a process calls itself later changes nothing */
} WireTask;

/* What a process that lives runs and belongs to. */
typedef struct WireLiving {
    __u64 image, home;
} WireLiving;

/* Who lost events of a kind, and why. */
typedef struct WireLoss {
    __u64 cgroup;   /* WireProcess.home, or .cgroup of a process that has none */
    __u32 is_home;
    __u16 cause, kind;
} WireLoss;

typedef struct WireAncestor {
    __u64 start;   /* nanoseconds since boot: with the pid, it names a process */
    __u64 image;   /* WireProcess.image */
    __u32 pid, vpid, sid;
    char comm[16];
    __u32 pad;
} WireAncestor;

typedef struct WireProcess {
    __u64 start;
    __u64 image;   /* the execution that it runs: the event with this image said what it is */
    __u64 cgroup;  /* id, and number of its hierarchy in the highest byte */
    __u64 home;    /* the cgroup that its container began with, wherever it moved since; 0: it is in none, as far as the kernel knows */
    __u64 cap_effective, cap_permitted, cap_inheritable;
    __u32 pid, tid, vpid, vtid, sid, vpgid, vsid;
    __u32 uid, gid, loginuid, tty;
    __u32 mnt_ns, pid_ns, pid_level, user_level;
    char comm[16];
    char session[16]; /* comm of the session's leader */
    __u32 n_ancestors;
    WireAncestor ancestors[WIRE_ANCESTORS];
} WireProcess;

typedef struct WireAddress {
    __u8 bytes[16];
    __u16 family, port; /* host order; family 0: none */
} WireAddress;

typedef struct WireFile {
    __s32 fd;
    __u8 type, layer;
    __u16 mode;
    __u64 inode;
    __u64 changed, modified;   /* nanoseconds since 1970 */
    __u32 device, flags;
    __u16 family, socket_type, protocol;
    __u8 state, server;
    WireAddress local, remote;
    WireAddress named;    /* address that the call names */
    __u32 names;          /* hard links, and one more when it is mounted somewhere by itself */
} WireFile;

typedef struct WireSlice {
    __u32 at, n;
} WireSlice;

typedef struct WireEvent {
    __u32 size;     /* with its strings */
    __u8 type, entrance;
    __u16 kind;     /* row of kind.list.h */
    __u64 time;     /* nanoseconds since boot */
    __s64 result;
    __u64 arg[6];
    __u32 cpu, flags;
    WireProcess process;
    WireFile file;
    WireSlice string[WIRE_STRINGS];
} WireEvent;

/* What the programs do about a number of a system call. Arguments are numbered from 0. */
enum WireKindFlags {
    WIRE_KIND_FD_RESULT = 1 << 0, /* its result is the descriptor */
    WIRE_KIND_HOW = 1 << 1,       /* the third argument points to a struct open_how */
    WIRE_KIND_EXEC = 1 << 2,      /* a success is seen elsewhere */
    WIRE_KIND_MSGHDR = 1 << 3,    /* the address is in a struct msghdr */
    WIRE_KIND_PAYLOAD = 1 << 4,   /* the second argument points to what was received */
    WIRE_KIND_SERVER = 1 << 5,    /* the process is the server of the connection */
    WIRE_KIND_EITHER = 1 << 6,    /* of a TCP connection it may be either end */
    WIRE_KIND_HEART = 1 << 7,   /* no event, but the sensor's sign of life */
};

enum { WIRE_NO_ARG = -1, WIRE_ARG_CWD = -2 };

typedef struct WireKind {
    __u16 kind;     /* row of kind.list.h and 1; 0: nobody asks for it */
    __u16 flags;
    __s8 fd;        /* argument that is the descriptor */
    __s8 dir, name; /* first name and what it is relative to */
    __s8 dir2, name2;
    __s8 address;   /* sockaddr or msghdr */
    __s8 pad[6];
} WireKind;
