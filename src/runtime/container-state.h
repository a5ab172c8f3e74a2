/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of what single runtimes leave on disk. Each fills in what it finds; what is there and cannot be read is noted in Container.problem. */
#pragma once

#include "base/arena.h"
#include "parse/node.h"
#include "runtime/container.h"

enum { STATE_IMAGE_ID = 12 };

typedef struct StateRead {
    Container *c;   /* what is kept is copied into its arena */
    Arena scratch;  /* documents: gone when all is read */
} StateRead;

/* A JSON file of a runtime, until the reading ends; NULL when it is not there or cannot be read. */
const Node *state_json(StateRead *r, const char *path);
/* The same of a text that lies in such a file; `name` is for messages. */
const Node *state_json_text(StateRead *r, Str text, const char *name);
/* Notes what could not be read; the first problem stays. */
void state_problem(StateRead *r, const char *fmt, ...) _printf_(2, 3);
Str state_keep(StateRead *r, Str s);
/* A date of RFC 3339 as nanoseconds since 1970; 0: it is none, or one that cannot be said so (before 1970, after 2262). */
int64_t state_time(Str text);
/* "sha256:0123…" as the first digits. */
Str state_short_id(StateRead *r, Str id);
/* The name of the image with its parts; an earlier one stays. */
void state_image(StateRead *r, Str name);
/* A map of texts, or with `prefix` only the keys that begin with it. */
size_t state_texts(StateRead *r, const Node *map, const ContainerMount **ret);
void state_port(StateRead *r, Str host_ip, uint64_t host_port, uint64_t port, Str protocol);
/* A file as a whole, until the reading ends: mapped when only root can write it, else copied. STR_NULL: not there or not to be read. */
Str state_file(StateRead *r, const char *path);

/* container-docker.c: `dir` is the directory of the container, …/containers/ID. False when it has none of Docker's files. */
bool state_docker(StateRead *r, const char *dir);
/* container-podman.c: bundle …/DRIVER-containers/ID/userdata and its config.json; Podman's and CRI-O's. */
void state_podman(StateRead *r, const char *bundle);
void state_crio(StateRead *r, const char *bundle, const Node *config);
/* container-containerd.c: bundle …/io.containerd.runtime.v2.task/NAMESPACE/ID and its config.json */
void state_containerd(StateRead *r, const char *bundle, const Node *config);
