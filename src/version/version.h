/* SPDX-License-Identifier: Apache-2.0 */
/* Ordering of versions, one file per scheme; the table is version.list.h. */
#pragma once

#include "base/str.h"

typedef struct VersionScheme {
    const char *name;        /* "dpkg" */
    const char *doc;         /* what it orders, and the source of its rules */
    /* <0, 0, >0. Total on any bytes: invalid versions order too, deterministically; see valid(). */
    int (*compare)(Str a, Str b);
    /* Does the scheme allow this version? */
    bool (*valid)(Str v);
} VersionScheme;

/* By name; NULL when unknown. */
const VersionScheme *version_scheme(Str name);
/* All of them, in table order, ended by NULL name. */
const VersionScheme *version_schemes(void);

/* Debian Policy 5.6.12: [epoch:]upstream[-revision], "~" sorts before the end. */
int version_dpkg_compare(Str a, Str b);
/* rpm's rpmvercmp on epoch, version and release ("epoch:version-release"; an absent epoch is 0; a side without a release compares
 * on version alone), with "~" and "^". */
int version_rpm_compare(Str a, Str b);
/* apk-tools version rules: digits, letter, suffixes _alpha _beta _pre _rc (before) _cvs _svn _git _hg _p (after), ~hash, -rN. */
int version_apk_compare(Str a, Str b);
