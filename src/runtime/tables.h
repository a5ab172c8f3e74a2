/* SPDX-License-Identifier: Apache-2.0 */
/* What events are explained with: images (executions), containers, names of users. Bounded; nothing in here asks a socket. */
#pragma once

#include "base/map.h"
#include "runtime/wire.h"

/* One execution of a program; a fork keeps its parent's. */
typedef struct Image {
    uint64_t id;           /* WireProcess.image; 0: unused */
    uint64_t inode, changed, modified;
    uint32_t device;
    uint64_t time;         /* when, nanoseconds since boot; 0: before the sensor */
    Str exepath;           /* of the kernel */
    Str filename;          /* as the call named it */
    Str args;              /* each ended by a NUL, the first is proc.exe */
    Str env;
    Str script;            /* script_of() */
    uint8_t layer;
    bool memfd;
    bool writable;         /* for who executed it */
    char *bytes;           /* owned: the texts */
    uint64_t ended;        /* when it was first seen that no process runs it, nanoseconds since boot; 0: one does, as far as is known */
    uint64_t used;
    uint32_t next, older, newer, round;
} Image;

typedef struct Images Images;
Images *images_new(void);
void images_free(Images *t);
/* A place for this id; the least recently used one goes when there are too many. Texts are copied. */
const Image *images_add(Images *t, const Image *image);
const Image *images_get(Images *t, uint64_t id);
size_t images_count(const Images *t);
/* How many went for lack of room although a process may have run them. */
uint64_t images_forgotten(const Images *t);
/* What no process runs any more goes: images_mark() for each execution that a process runs at `looked` or later, then images_sweep(). It lets go what the one before did not find either and what
 * was not asked for since, if all events up to then have been read (`read`, nanoseconds since boot as `looked`); and the oldest, if they are many. */
void images_mark(Images *t, uint64_t id);
void images_sweep(Images *t, uint64_t looked, uint64_t read);
/* Would that be of use? And: is it urgent, because the room for ended ones is used up? */
bool images_to_sweep(const Images *t);
bool images_crowded(const Images *t);

typedef struct ContainerMount {
    Str source, destination, mode;
    bool writable;
} ContainerMount;

/* A port of the host that leads into the container. */
typedef struct ContainerPort {
    Str host_ip, protocol; /* "" or 0.0.0.0: all addresses; "tcp", "udp", "sctp" */
    unsigned host, port;
} ContainerPort;

typedef struct Container {
    Str id, name, type, image, image_id, repository, tag, digest, ip, pod, namespace, pod_uid, mounts_text;
    Str problem;           /* what a runtime left on disk and could not be read: "FILE: why"; STR_NULL: nothing */
    Str rootfs;            /* its root as the host sees it; STR_NULL: not known */
    const ContainerMount *mounts;
    size_t n_mounts;
    const ContainerMount *labels; /* source is the key, destination the value */
    size_t n_labels;
    const ContainerMount *pod_labels;
    size_t n_pod_labels;
    const ContainerPort *ports;
    size_t n_ports;
    bool privileged, host_pid, host_network, host_ipc;
    bool known;            /* metadata was found */
    bool later;            /* its runtime writes down more once it runs (address, published ports) */
    int64_t start;         /* nanoseconds since 1970 */
    struct Arena *arena;
} Container;

typedef struct Cgroups Cgroups;
Cgroups *cgroups_new(void);
void cgroups_free(Cgroups *t);
/* Reads what is there. 0, or -errno when no hierarchy can be read. */
int cgroups_scan(Cgroups *t);
/* The key of what /proc/PID/cgroup says, as events carry it; 0: the root, or not there. After cgroups_scan(). */
uint64_t cgroups_key_of(const Cgroups *t, Str text);
/* Mount namespaces: of the host, and of a process ("1", "self"); 0: not to be seen. */
uint32_t cgroups_host_mnt_ns(const Cgroups *t);
uint32_t cgroups_mnt_ns(const char *pid);
/* A cgroup was made at that time (nanoseconds since 1970): `args` and `cwd` of who made it say where a runtime keeps its state. `within`: the cgroup that the maker's container
 * began with, for what a container makes belongs to it; 0: the maker is in none. */
void cgroups_add(Cgroups *t, uint64_t key, Str path, Str maker_args, Str maker_cwd, uint64_t within, int64_t time);
/* A program was executed on the host: if it makes containers it is remembered for a while, since systemd may make the cgroup for it. */
void cgroups_executed(Cgroups *t, Str args, Str cwd);
/* A process was there before, since `started` (nanoseconds since 1970), in the cgroup of that key and with mounts of its own: who watches over its container is looked for. */
void cgroups_found(Cgroups *t, uint64_t key, uint32_t pid, int64_t started);
/* The container that a process of this cgroup is in; NULL: none. `mnt_ns` is its mount namespace, `own_pids`: it has a namespace for
 * processes other than the host's. */
const Container *cgroups_container(Cgroups *t, uint64_t key, uint32_t mnt_ns, bool own_pids);
/* It was found out that no container began in this cgroup. */
bool cgroups_is_host(const Cgroups *t, uint64_t key);
/* The cgroup was removed at that time (nanoseconds since boot): cgroups_sweep() forgets it some seconds later, for events are late. */
void cgroups_removed(Cgroups *t, uint64_t key, uint64_t time);
/* Not to be forgotten with its cgroup: a process of its container has left it. It goes when no process has it as its home any more. */
void cgroups_keep(Cgroups *t, uint64_t key);
void cgroups_sweep(Cgroups *t, uint64_t time);
/* Is it to be found out which of those still have processes? Then cgroups_mark() for the home of each process there is at `looked` or later, and cgroups_marked(). */
bool cgroups_to_look(const Cgroups *t, uint64_t now);
void cgroups_mark(Cgroups *t, uint64_t home);
void cgroups_marked(Cgroups *t, uint64_t looked);
/* Is it still remembered? */
bool cgroups_known(const Cgroups *t, uint64_t key);
size_t cgroups_count(const Cgroups *t);

typedef struct Users Users;
Users *users_new(void);
void users_free(Users *u);
/* Name in the container's own /etc/passwd (seen through the root of process `pid`), or on the host; STR_NULL: none. */
Str users_name(Users *u, const Container *c, uint32_t pid, uint32_t uid);
Str users_group(Users *u, const Container *c, uint32_t pid, uint32_t gid);
/* Fields 6 and 7 of that line. */
Str users_home(Users *u, const Container *c, uint32_t pid, uint32_t uid);
Str users_shell(Users *u, const Container *c, uint32_t pid, uint32_t uid);

struct Domains;

typedef struct ProgramHashes ProgramHashes;

typedef struct Tables {
    Images *images;
    Cgroups *cgroups;
    Users *users;
    ProgramHashes *hashes; /* program-hash.h */
    struct Domains *domains;
    int64_t boot;          /* nanoseconds since 1970 at boot */
} Tables;

void tables_init(Tables *t);
void tables_done(Tables *t);
/* Reads the clocks again: the time of day may be set at any time. */
void tables_clock(Tables *t);
