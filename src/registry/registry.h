/* SPDX-License-Identifier: Apache-2.0 */
/* Registry: the OCI distribution specification 1.1 (and Docker's HTTP API v2, which it grew from): pulling, and pushing what is small.
 * References, credentials, bearer tokens, mirrors; manifests are verified here, blobs are streamed and verified by
 * whoever reads them, because that one hashes them anyway. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

typedef struct RegistryOptions {
    const char *docker_config;   /* directory of config.json; NULL: $DOCKER_CONFIG or ~/.docker */
    const char *ca_file;         /* PEM bundle added to the system's; NULL: none */
    const char *client_cert, *client_key;
    bool plain_http;             /* --plain-http: HTTP to any registry. Loopback hosts are tried by HTTPS first, then HTTP */
    bool insecure_tls;           /* --insecure-skip-tls-verify */
    const char *username, *password; /* from PLIMSOLL_REGISTRY_USERNAME / _PASSWORD; never from argv. For the registry itself, not its mirrors */
    char **mirrors;              /* "docker.io=mirror.example:5000", also "docker.io=http://mirror.example/prefix"; NULL-ended; NULL: none */
    unsigned retries;            /* per request; 0: default 4 */
    unsigned timeout_s;          /* without any byte; 0: default 30 */
} RegistryOptions;

enum { REGISTRY_NAME_MAX = 255, REGISTRY_TAG_MAX = 128 };

/* What `docker pull` understands: [HOST[:PORT]/]NAME[:TAG][@DIGEST]. */
typedef struct RegistryRef {
    Str host;        /* "docker.io", "localhost:5000", "[::1]:5000": as people say it */
    Str repository;  /* "library/alpine" */
    Str tag;         /* "latest" when neither tag nor digest was given; empty when only a digest was */
    Str digest;      /* "sha256:…"; empty when none. It decides when both are there */
    Str text;        /* canonical: "docker.io/library/alpine:latest" */
} RegistryRef;

/* Strings of *ret live in `a`. A leading "docker://" is accepted. -EINVAL with a message saying which part is wrong. */
int registry_ref_parse(Str s, Arena *a, RegistryRef *ret, Error *err);

/* "sha256:" + 64, "sha384:" + 96 or "sha512:" + 128 lower-case hex digits (OCI image specification, descriptor.md). */
bool registry_digest_valid(Str s);

/* A session with one repository: connections, tokens, which mirrors answer. May be used by several threads. */
typedef struct Registry Registry;

/* Copies what it needs of ref and options. Asks nothing of the network yet; -EINVAL for options that cannot be used
 * (unreadable CA file, mirror without "="). */
int registry_open(const RegistryRef *ref, const RegistryOptions *options, Registry **ret, Error *err);
void registry_close(Registry *r);
DEFINE_CLEANUP(Registry, registry_close, registry_closep);

typedef struct RegistryManifest {
    char *bytes;             /* owned, as the registry sent them, with a NUL behind */
    size_t n;
    char *media_type;        /* owned: Content-Type without parameters; "" when the registry said none */
    char *digest;            /* owned: verified. The one asked for, or "sha256:…" computed from the bytes of a tag */
} RegistryManifest;

/* The manifest or index that `tag_or_digest` names, of at most max bytes. Verified against the digest when it is one, and against
 * Docker-Content-Digest when the registry sends it. Messages name registry, repository, what was asked and the status:
 * -ENOENT not there (404), -EACCES 401 or 403, -EBUSY 429, -EHOSTUNREACH not reached, -ETIMEDOUT, -EPROTO bad certificate or
 * answer, -EREMOTEIO 5xx, -EBADMSG wrong digest or not a manifest (HTML), -E2BIG over max. */
int registry_manifest_get(Registry *r, Str tag_or_digest, size_t max, RegistryManifest *ret, Error *err);
void registry_manifest_done(RegistryManifest *m);

/* What refers to the manifest with this digest: hands each page of the answer, the JSON of an OCI index, to `page`. The referrers API
 * (distribution-spec 1.1, "Listing Referrers"), or where the registry does not have it the index under the tag "sha256-HEX"; nothing is handed
 * over when there is neither. `max` bytes per page, and a maximum of pages. Errors as registry_manifest_get, or what `page` answers. */
int registry_referrers(Registry *r, Str digest, size_t max, int (*page)(void *userdata, Str json, Error *err), void *userdata, Error *err);

/* A blob as a stream of stored bytes. When the connection breaks it goes on at the offset reached (Range), at most
 * `retries` times without progress. The registry must outlive it; one thread at a time reads it. */
typedef struct RegistryBlob RegistryBlob;

/* `size` is what the descriptor states, UINT64_MAX when unknown: an answer of another length is refused (-EBADMSG).
 * The digest is not verified here: the reader hashes. Errors as registry_manifest_get. */
int registry_blob_open(Registry *r, Str digest, uint64_t size, RegistryBlob **ret, Error *err);
/* Reads up to n bytes: count, 0 at the end, -errno. What a mirror breaks off for good is read on from the servers behind it. */
ssize_t registry_blob_read(RegistryBlob *b, void *p, size_t n, Error *err);
void registry_blob_close(RegistryBlob *b);
DEFINE_CLEANUP(RegistryBlob, registry_blob_close, registry_blob_closep);

/* Sends a blob that stands in memory, unless the registry has it (*ret_there, may be NULL). To the registry itself, never to a mirror. Errors as
 * registry_manifest_get, -EPROTO for answers that are none of this protocol's. distribution-spec, "Pushing blobs: POST then PUT". */
int registry_blob_push(Registry *r, Str digest, Str bytes, bool *ret_there, Error *err);
/* Sends a manifest, whose blobs are there, under a tag or its digest. */
int registry_manifest_push(Registry *r, Str tag_or_digest, const char *media_type, Str bytes, Error *err);
