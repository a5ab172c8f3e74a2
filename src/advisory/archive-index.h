/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of archive indexes, and the parts of archives_load(). Only for archive*.c, tests and fuzzers. */
#pragma once

#include "advisory/archive.h"
#include "base/map.h"
#include "base/vec.h"

/* Debian's Release file. */
typedef struct ReleaseFile {
    Str path;        /* "main/binary-amd64/Packages.xz" */
    Str sha256;      /* 64 hex digits */
    uint64_t size;
} ReleaseFile;
typedef struct Release {
    Str codename, suite;
    int64_t date, valid_until; /* TIME_NONE when not stated */
    bool by_hash;
    Map files;       /* path -> ReleaseFile, of Packages files only; keys are slices */
} Release;
/* -EBADMSG when it states no SHA256 list. `a` owns what *ret points to, beside slices of `text`. */
int release_parse(Str text, Arena *a, Release *ret, Error *err);
void release_done(Release *r);
/* "Wed, 18 Nov 2026 22:17:41 UTC" (RFC 5322, UTC or GMT only); TIME_NONE for anything else. */
int64_t release_date(Str s);

/* Calls `package` for each record of a Packages file / an APKINDEX that has name and version. */
int packages_parse(Str text, int (*package)(void *userdata, Str name, Str version), void *userdata);
/* The member APKINDEX of the unpacked tar; -EBADMSG when there is none. */
int apkindex_of_tar(Str tar, Str *ret);
int apkindex_parse(Str text, int (*package)(void *userdata, Str name, Str version), void *userdata);

/* The first gzip member of an APKINDEX.tar.gz: ".SIGN.RSA.key.rsa.pub" or ".SIGN.RSA256.…". `signature` lies in `a`.
 * -EBADMSG when the file does not begin with one. */
typedef struct ApkSignature {
    Str key;          /* "alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub": no '/' in it */
    bool sha256;      /* else SHA-1 */
    Str signature;
    size_t signed_from; /* offset of what is signed, to the end */
} ApkSignature;
int apk_signature(Str file, Arena *a, ApkSignature *ret);

/* The text that any of the keyrings' keys has signed; gpgv does the checking. -ENOKEY no keyring has the key, -EKEYREJECTED a bad
 * signature, -ENOENT there is no gpgv or no keyring. */
int verify_clearsigned(Str text, const char *const *keyrings, Buf *ret, Error *err);
/* -ENOKEY no such key in the directories, -EKEYREJECTED not signed by it. */
int verify_apk(Str file, const ApkSignature *s, const char *const *key_dirs, Error *err);

/* Reads gzip, xz, lz4, bzip2, zstd or plain bytes whole. -E2BIG over the limit, -EBADMSG broken. */
int unpack_bytes(Str packed, size_t max, Buf *ret);

typedef struct ArchiveEntry {
    Str version;
    size_t info;      /* index into Archives.infos */
} ArchiveEntry;

struct Archives {
    Arena arena;
    Map packages;     /* "deb amd64 openssl" -> ArchiveEntry with the newest version */
    Vec(ArchiveInfo) infos;
    Vec(Gap) gaps;
    Str deb_arch;     /* of the system's own packages */
    Str apk_arch;
    const ArchiveOptions *options; /* while loading */
};

typedef struct ArchiveBody {
    Buf bytes;
    const char *origin;
} ArchiveBody;

/* One file of an archive from the network; of a cached copy it is asked only whether it is still good, and an immutable one not even that. */
int archive_fetch(Archives *a, const char *url, size_t max, bool immutable, ArchiveBody *ret, Error *err);
/* The same from the cache alone. -ENOENT. */
int archive_cached(Archives *a, const char *url, size_t max, ArchiveBody *ret, Error *err);
/* Drops the copy of what turned out not to be what it should. */
void archive_forget(Archives *a, const char *url);
void archive_gap(Archives *a, Str subject, const char *fmt, ...) _printf_(3, 4);
/* Parses an index in a confined worker and takes what it offers. */
int archive_take(Archives *a, bool apk, Str bytes, Str arch, const ArchiveInfo *info, Error *err);
/* Unpacks in a confined worker. */
int archive_unpack(Str packed, size_t max, Buf *ret, Error *err);
/* Is an image allowed to have this host asked? */
bool archive_host_allowed(const ArchiveOptions *o, Str uri);
/* The path below options->root; the caller frees. */
char *archive_path(const ArchiveOptions *o, const char *path);

void archive_load_apt(Archives *a, Str uri, Str suite, Str components, Str signed_by);
void archive_load_apk(Archives *a, Str uri);
