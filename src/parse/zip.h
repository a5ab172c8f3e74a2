/* SPDX-License-Identifier: Apache-2.0 */
/* ZIP archives in memory (PKWARE's APPNOTE.TXT 6.3), with ZIP64 and with anything in front of the archive, as self-starting programs have it. The
 * central directory is walked, and single members are unpacked: a jar of a hundred thousand classes costs its directory and the three members that
 * tell what it is, where a reader of streams (libarchive's) would unpack all of it. Stored members are slices of the archive. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef struct Zip {
    Str file;
    Str rest;            /* of the central directory */
    uint64_t before;     /* bytes in front of the archive: every offset counts from there */
    uint64_t n;          /* members that the archive claims to have */
} Zip;

typedef struct ZipMember {
    Str name;            /* as written: any bytes, "/" between parts, one at the end of a directory's */
    uint16_t method;     /* 0 stored, 8 deflate */
    bool encrypted;
    uint32_t crc;
    uint64_t stored, size, offset;
} ZipMember;

/* 0; -ENOENT when there is no end of a central directory, so that it is no archive; -EBADMSG when it points outside of the file. */
int zip_open(Str file, Zip *ret, Error *err);
/* The next member of the directory: 1, 0 at its end, -EBADMSG when it is damaged there. */
int zip_next(Zip *z, ZipMember *ret);
/* The member's content: a slice of the archive, or of `out`, to which it is appended (out->max bounds it). Checked with its CRC. 0; -EBADMSG damaged;
 * -ENOTSUP encrypted, or packed by another method than deflate; -E2BIG over out->max or `ratio` times its stored size. After -E2BIG *ret is the
 * beginning. */
int zip_read(const Zip *z, const ZipMember *m, uint64_t ratio, Buf *out, Str *ret, Error *err);
