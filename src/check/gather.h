/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of Kubernetes from files, for whoever wants all of them together: read in confined workers, handed out one after the other. */
#pragma once

#include "check/walk.h"
#include "kube/object.h"

enum { GATHER_FILE_BYTES = 512 << 20 };

typedef struct Gathered {
    Arena arena;             /* names of files, messages */
    Vec(const char *) files; /* that objects were looked for in */
    uint64_t objects;
    Vec(CheckMiss) missed;   /* what could not be read, and why; with its place. Texts are in the arena */
    bool nothing;            /* no file of a kind that is read was there */
} Gathered;

/* Of each object `each` gets what says anything about access: without status, fields' managers and the values of Secrets. It lives as long as the call. */
typedef void (*GatherEach)(void *userdata, const KubeObject *o);

/* `paths`: files and directories, as `plimsoll check` walks them, and "-" for standard input. 0, or a failure of ours; wrong files are in ret->missed. What is given out does
 * not depend on anything but the bytes. */
int gather_files(const char *const *paths, size_t n, const Limits *limits, GatherEach each, void *userdata, Gathered *ret, Error *err);
void gathered_done(Gathered *g);
