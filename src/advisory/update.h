/* SPDX-License-Identifier: Apache-2.0 */
/* Getting an advisory database from elsewhere: a file on a web server with its checksum beside it, or an OCI artifact. */
#pragma once

#include "advisory/db.h"
#include "net/http-client.h"
#include "registry/registry.h"

typedef struct UpdateOptions {
    const HttpOptions *http;         /* NULL: defaults */
    const RegistryOptions *registry; /* NULL: defaults */
    uint64_t max_download;           /* 0: 1 GiB */
    uint64_t max_database;           /* 0: 4 GiB */
    void (*progress)(void *userdata, uint64_t more_bytes); /* may be NULL */
    void *userdata;
} UpdateOptions;

typedef struct UpdateReport {
    bool changed;                /* false: what is there is what the source has; nothing was downloaded */
    uint64_t downloaded, resumed; /* bytes that came, bytes that were there from an earlier try */
    char sha256[65];             /* of the downloaded file */
    char digest[72];             /* content digest of the database */
} UpdateReport;

/* `source` is an http(s) URL of a database file, plain or compressed (zstd, gzip, xz), with "URL.sha256" beside it (sha256sum's format); or
 * "oci://HOST/NAME:TAG", an artifact whose one layer is such a file. The checksum is verified before a byte of it is looked at, the
 * content digest before the file at `path` is replaced; until then, and whenever anything fails, the old one stays. What came of an
 * interrupted download is kept beside `path` and gone on with. worker_init() must have been called. -EBADMSG: wrong checksum, or not a
 * database; others as http_request() and registry_blob_open(). */
int advisory_update(const char *source, const char *path, const UpdateOptions *options, UpdateReport *ret, Error *err);
