/* SPDX-License-Identifier: Apache-2.0 */
/* Package archives that a system is configured to use: what they offer that is newer than what is installed. Works where no
 * advisory feed can be reached; names no CVE.
 *
 * Debian and Ubuntu: security suites (NAME-security, NAME/updates, or on a security host), by InRelease (OpenPGP clear-signed,
 * checked by gpgv) and the Packages files whose SHA-256 it states. Alpine: the APKINDEX of every repository, whose first gzip
 * member holds an RSA signature of the rest. https://wiki.debian.org/DebianRepository/Format, https://wiki.alpinelinux.org/wiki/Apk_spec
 *
 * What cannot be fetched, or is not signed by a key that this machine trusts, is a gap, never taken unchecked. */
#pragma once

#include "base/limits.h"
#include "model/report.h"
#include "net/http-client.h"

typedef struct ArchiveOptions {
    HttpClient *http;          /* NULL: no network; copies at hand are used */
    const char *cache_dir;     /* copies of what was fetched; NULL: none are kept */
    /* The inventory is of this machine's own root: its sources may be on any host, and its Signed-By keys are trusted. An image's
     * are not: it could name a key of its own, or a host of ours to be asked. */
    bool own_root;
    const char *const *hosts;  /* hosts that images may name beside the distributions' own; ends in NULL; may be NULL */
    const char *root;          /* where this machine's keys and apt's lists lie; NULL: "/" */
    int64_t as_of;             /* an index past its Valid-Until then is a gap */
    const Limits *limits;
} ArchiveOptions;

typedef struct ArchiveInfo {
    Str name;        /* "bookworm-security/main amd64", "v3.20/main x86_64" */
    Str uri;
    Str origin;      /* "network", "cache", "apt" (lists that apt fetched) */
    int64_t date;    /* as the archive states it; TIME_NONE for Alpine, which states none */
    uint64_t packages;
} ArchiveInfo;

typedef struct Archives Archives;
/* Never fails for a single archive: that is a gap. worker_init() must have been called. */
int archives_load(const Inventory *inv, const ArchiveOptions *options, Archives **ret, Error *err);
void archives_free(Archives *a);
DEFINE_CLEANUP(Archives, archives_free, archives_freep);

/* What was read, and what could not be. Slices live as long as the archives. */
const ArchiveInfo *archives_info(const Archives *a, size_t *ret_n);
const Gap *archives_gaps(const Archives *a, size_t *ret_n);
/* 1 with a FINDING_UPDATE_PENDING (strings in `arena`) when an archive has a newer version of the package; 0 when not. */
int archives_match(const Archives *a, const Package *p, Arena *arena, Finding *ret);
