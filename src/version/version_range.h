/* SPDX-License-Identifier: Apache-2.0 */
/* Constraints on versions as advisories write them: RubySec's "~> 1.2.3, >= 1.2.7" and FriendsOfPHP's ">=2.0,<2.0.17|>=2.1,<2.1.9". */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "version/version.h"

typedef enum VersionRangeSyntax {
    /* Gem::Requirement of RubyGems: a list with commas, all of which must hold, of [=|!=|<|<=|>|>=|~>] VERSION. */
    VERSION_RANGE_GEM,
    /* composer/semver's comparisons: alternatives with "|" or "||" of lists with commas or spaces of [=|==|!=|<>|<|<=|>|>=] VERSION. As
     * there, "<2.0" and ">=2.0" stand for 2.0.0.0-dev, so that the pre-releases of 2.0 are on the right-hand side of both. Its other
     * forms (^1.2, ~1.2, 1.2.*, 1.0 - 2.0, @dev, branches) are errors: advisories do not use them. */
    VERSION_RANGE_COMPOSER,
} VersionRangeSyntax;

typedef enum VersionOp {
    VERSION_OP_EQ,
    VERSION_OP_NE,
    VERSION_OP_LT,
    VERSION_OP_LE,
    VERSION_OP_GT,
    VERSION_OP_GE,
    VERSION_OP_BEFORE, /* less than it and than all its pre-releases: the upper end of "~>" */
} VersionOp;

typedef struct VersionBound {
    VersionOp op;
    Str version;
    uint32_t alternative; /* from 0; bounds of one must all hold, of the alternatives one is enough */
} VersionBound;

typedef struct VersionRange {
    VersionRangeSyntax syntax;
    const VersionScheme *scheme;
    const VersionBound *bounds; /* in the order of the text; "~>" makes two */
    size_t n;
} VersionRange;

enum { VERSION_RANGE_BYTES_MAX = 64 * 1024, VERSION_RANGE_BOUNDS_MAX = 4096 };

/* Bounds and versions that differ from the text go to `arena`, the others are slices of `text`, which must outlive *ret. -EINVAL with a
 * message that says the byte (from 1), -E2BIG over the limits above or the arena's. */
int version_range_parse(Str text, VersionRangeSyntax syntax, Arena *arena, VersionRange *ret, Error *err);
/* A version that its scheme does not allow is in no range. A branch of Composer has no order: it is in "!=" only. */
bool version_range_contains(const VersionRange *range, Str version);
