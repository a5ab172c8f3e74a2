/* SPDX-License-Identifier: Apache-2.0 */
/* Tar index: where the members of an uncompressed tar lie, without reading their bytes. For archives that hold an image;
 * layers are read by libarchive. POSIX.1-2017 pax, ustar, GNU long names and base-256 sizes. */
#pragma once

#include "base/limits.h"
#include "base/str.h"

typedef struct TarMember {
    char type;          /* '0' file, '1' hard link, '2' symbolic link; others are not reported */
    Str name, link;     /* as in the archive; valid during the call */
    uint64_t offset, size; /* of a file's bytes */
} TarMember;

typedef struct TarIndex {
    /* Up to n bytes at `at`: the count (less only at the end) or -errno. */
    ssize_t (*read)(void *userdata, void *p, size_t n, uint64_t at);
    /* A negative answer stops. */
    int (*member)(void *userdata, const TarMember *m);
    void *userdata;
    uint64_t size;      /* of the archive */
    uint64_t max_members;
    char message[512];  /* what was wrong, and where */
} TarIndex;

/* 0, -EBADMSG malformed or truncated, -E2BIG over a limit, -ENOTSUP a sparse member, or what a callback answered. */
int tar_index(TarIndex *t, const Limits *limits);
/* Whether the first 512 bytes are a tar header (checksum). */
bool tar_is_header(const uint8_t block[static 512]);
