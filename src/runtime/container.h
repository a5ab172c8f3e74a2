/* SPDX-License-Identifier: Apache-2.0 */
/* What runtimes leave on disk about a container: OCI bundles, runc's state, Docker's, containerd's and Podman's files. No socket is asked. */
#pragma once

#include "runtime/tables.h"

typedef struct ContainerHint {
    Str cgroup;            /* path */
    const char *state;     /* directory of runc's states, where its maker named one; NULL */
    const char *bundle;    /* NULL: not known */
    const char *id;        /* NULL: the last name of the path that looks like one */
    bool apart;            /* the process has namespaces of its own for mounts and processes */
} ContainerHint;

/* The container of that cgroup, with what is known of it; the caller frees it. NULL: it is none. An id-looking name alone makes no container: there must be state of a
 * runtime, or namespaces of its own. */
Container *container_find(const ContainerHint *hint);
void container_free(Container *c);

/* --root, --bundle and id from the command line of a runtime (runc create …); strings that the caller frees, NULL where it has none. */
void container_maker(Str args, Str cwd, char **ret_state, char **ret_bundle, char **ret_id);

/* The id in a cgroup's path: "docker-0123….scope" and "0123…" of 12 to 64 hexadecimal digits, the last of them; STR_NULL. */
Str container_id_of(Str path);
/* "registry.example:5000/a/b:1@sha256:…" taken apart; what is not there is empty. */
void image_name_split(Str name, Str *ret_repository, Str *ret_tag, Str *ret_digest);
