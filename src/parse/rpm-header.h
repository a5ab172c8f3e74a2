/* SPDX-License-Identifier: Apache-2.0 */
/* The header of one installed rpm package, as rpm databases store it: two big-endian counts (index entries, data bytes),
 * the index (tag, type, offset, count; 16 bytes each), the data. Source: rpm's "RPM Package format" (docs/manual/format_v4.md) and
 * "Header format". Only the tags that the model needs are kept. Slices point into the blob. */
#pragma once

#include "base/error.h"
#include "base/str.h"

/* NUL-terminated strings one after the other. */
typedef struct RpmStrings {
    Str bytes;
    uint32_t n;
} RpmStrings;

typedef struct RpmHeader {
    Str name, version, release, arch, source_rpm, license, vendor, packager;
    Str modularity;           /* ModularityLabel */
    Str sha256_hex, sha1_hex; /* digest of the header, as text */
    Str md5;                  /* 16 bytes: digest of header and payload */
    uint32_t epoch;           /* 0 when absent */
    uint64_t size;            /* installed bytes */
    RpmStrings requires;      /* names of what it requires */
    RpmStrings provides;      /* names of what it provides, its own among them */
    RpmStrings base_names, dir_names;
    RpmStrings old_names;     /* whole paths, in packages older than rpm 4 */
    Str dir_indexes;          /* big-endian u32 per base name */
    Str modes;                /* big-endian u16 per base name; may be empty */
    RpmStrings file_digests;  /* hex, per base name; may be empty */
    Str file_flags, verify_flags; /* big-endian u32 per base name; may be empty */
    Str file_states;          /* a byte per base name; may be empty */
} RpmHeader;

/* 0; -EBADMSG when the blob is no header or a needed tag lies outside of it (err says where). */
int rpm_header_parse(Str blob, RpmHeader *ret, Error *err);

/* The next string of *s; false at the end. */
bool rpm_strings_next(RpmStrings *s, Str *ret);

/* Takes "bash-5.1.8-9.el9.src.rpm" apart: false when it does not have that form. */
bool rpm_source_split(Str file, Str *ret_name, Str *ret_version, Str *ret_release);
