/* SPDX-License-Identifier: Apache-2.0 */
/* References that begin with a path: "PATH", "PATH:NAME" or "PATH@DIGEST" or "PATH@NUMBER"; "-" is standard input. */
#pragma once

#include "base/buf.h"
#include "image/files.h"
#include "image/internal.h"

/* Which of several images of an archive. */
typedef struct Selector {
    Str name;    /* empty: not chosen by name */
    Str digest;  /* or its beginning; empty: not chosen by digest */
    int64_t number; /* from 0; -1: not chosen by number */
} Selector;

/* Whether the reference begins with something that exists; errno says why not. */
bool image_path_exists(const char *reference);
/* The path (owned by the caller) and what follows it. -errno of the path when none exists. */
int image_path_split(const char *reference, char **ret_path, Selector *ret, Error *err);
/* Opens by what is there. */
int image_open_path(Image *img, const char *reference, Error *err);
/* Whether an image's name is the one that is asked for: "alpine", "alpine:3.20", "docker.io/library/alpine:latest". */
bool image_name_matches(Str has, Str want);
/* A message that lists what can be chosen: "NAME, NAME …". Always -EINVAL. */
int image_ambiguous(const char *place, const Buf *choices, Error *err);

/* Take over `files`. */
/* Reads blobs from "blobs/ALGORITHM/HEX" of files, as OCI layouts and containerd's content store have them. */
void image_use_blobs(Image *img, ImageFiles *files);
int image_open_layout(Image *img, ImageFiles *files, const Selector *select, Error *err);
int image_open_saved(Image *img, ImageFiles *files, const Selector *select, Error *err);
int image_open_dir(Image *img, const char *path, Error *err);
