/* SPDX-License-Identifier: Apache-2.0 */
/* Deciding for packages of languages, whose records state ranges of versions. docs/matching.md has the rules in words. */
#pragma once

#include "advisory/match.h"
#include "version/version.h"

/* The decision of all records of one id. */
MatchDecision match_language(const VersionScheme *scheme, const PackageFact *f, const AdvisoryRow *rows, size_t n);
