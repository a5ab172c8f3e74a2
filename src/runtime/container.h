/* SPDX-License-Identifier: Apache-2.0 */
/* What runtimes leave on disk about a container: OCI bundles, runc's state, Docker's, containerd's and Podman's files. No socket is asked. */
#pragma once

#include "runtime/tables.h"

typedef struct ContainerHint {
    Str cgroup;            /* path */
    const char *state;     /* directory of the states of runc or crun, where its maker named one; NULL */
    const char *bundle;    /* NULL: not known */
    const char *id;        /* NULL: the last name of the path that looks like one */
    const char *runtime;   /* program that makes the container ("crun"); NULL: runc */
    bool apart;            /* the process has namespaces of its own for mounts and processes */
} ContainerHint;

/* The container of that cgroup, with what is known of it; the caller frees it. NULL: it is none. An id-looking name alone makes no container: there must be state of a
 * runtime, or namespaces of its own. */
Container *container_find(const ContainerHint *hint);
void container_free(Container *c);

/* What a command line of a low-level runtime (runc create …) or of who watches over a container (conmon, containerd-shim) says of it; strings are owned, NULL where it has
 * none. container_maker_done() frees them. */
typedef struct ContainerMaker {
    char *state, *bundle, *id, *runtime;
} ContainerMaker;
void container_maker(Str args, Str cwd, ContainerMaker *ret);
void container_maker_done(ContainerMaker *m);
/* The same of the processes that are above `pid` and watch over its container; all NULL when there is none of them. */
void container_keeper(uint32_t pid, ContainerMaker *ret);

/* The id in a cgroup's path: "docker-0123….scope" and "0123…" of 12 to 64 hexadecimal digits, the last of them; STR_NULL. */
Str container_id_of(Str path);
/* "registry.example:5000/a/b:1@sha256:…" taken apart; what is not there is empty. */
void image_name_split(Str name, Str *ret_repository, Str *ret_tag, Str *ret_digest);
