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

/* The ecosystems of languages. Digits are never converted, so numbers have any length unless said otherwise; what a scheme does not
 * allow orders all the same. */

/* Semantic Versioning 2.0.0 (semver.org), rule 11. */
int version_semver_compare(Str a, Str b);
bool version_semver_valid(Str v);
/* node-semver 7, loose, as npm reads versions. Pre-release numbers of 16 digits and more compare as doubles, as in JavaScript; where they
 * are equal so, what follows still counts (node-semver stops there, which is no order). Of white space, only ASCII's is cut off. */
int version_npm_compare(Str a, Str b);
bool version_npm_valid(Str v);
/* PEP 440 as packaging.version does it. Of white space and letters, only ASCII's count. */
int version_pep440_compare(Str a, Str b);
bool version_pep440_valid(Str v);
/* golang.org/x/mod/semver; the leading "v" may be missing, as in OSV's records. */
int version_go_compare(Str a, Str b);
bool version_go_valid(Str v);
/* SemVer precedence as the crate semver's cmp_precedence(); its Ord, which also orders build metadata, is for sorted sets only. */
int version_cargo_compare(Str a, Str b);
bool version_cargo_valid(Str v);
/* Gem::Version of RubyGems 3. */
int version_gem_compare(Str a, Str b);
bool version_gem_valid(Str v);
/* ComparableVersion of Maven 3.8, for which every text is a version. As there, it is no order where a word stands beside a list:
 * 1 < 1.sp.1 < 1-alpha < 1. Of digits and of case, only ASCII's count. */
int version_maven_compare(Str a, Str b);
bool version_maven_valid(Str v);
/* composer/semver 3 (Comparator on versions that VersionParser has normalised). Branches (dev-NAME) come before all versions; among each
 * other Composer has no order for them, here it is that of their names. */
int version_composer_compare(Str a, Str b);
bool version_composer_valid(Str v);
/* NuGetVersion.TryParse() and VersionComparer.Default of NuGet.Versioning 6 (learn.microsoft.com/nuget/concepts/package-versioning). */
int version_nuget_compare(Str a, Str b);
bool version_nuget_valid(Str v);
/* Elixir's Version.compare/2 (hexdocs.pm/elixir/Version.html). */
int version_hex_compare(Str a, Str b);
bool version_hex_valid(Str v);
/* Version.compareTo() of Dart's pub_semver 2 (dart.dev/tools/pub/versioning). */
int version_pub_compare(Str a, Str b);
bool version_pub_valid(Str v);
