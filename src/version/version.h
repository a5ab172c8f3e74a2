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

/* Debian Policy 5.6.12: [epoch:]upstream[-revision], "~" sorts before the end. An epoch that is no number belongs to the version. */
int version_dpkg_compare(Str a, Str b);
bool version_dpkg_valid(Str v);
/* rpm's order of "[epoch:]version[-release]" (rpm-version(7)), with "~" and "^"; an absent epoch is 0. As in rpm, a label without a
 * release sorts before the same one with any release. */
int version_rpm_compare(Str a, Str b);
bool version_rpm_valid(Str v);
/* apk-package(5) of apk-tools 3: digits, letter, suffixes _alpha _beta _pre _rc (before) _cvs _svn _git _hg _p (after), ~hash, -rN.
 * Behind the first number, numbers of which one begins with 0 compare as text. apk-tools 2 reads leading zeros otherwise
 * (1.00 before 1.0, 1.010 after 1.09): no version that Alpine published depends on it. */
int version_apk_compare(Str a, Str b);
bool version_apk_valid(Str v);
