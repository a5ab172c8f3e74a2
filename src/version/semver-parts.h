/* SPDX-License-Identifier: Apache-2.0 */
/* What the schemes of SemVer's kind share: MAJOR.MINOR.PATCH[-pre.release][+build.metadata]. Only for src/version.
 *
 * The comparisons take anything: a core of other than three parts has zeros behind its last, a part that is no number comes after all
 * numbers. So versions that a scheme does not allow still stand where a reader would look for them. */
#pragma once

#include "version/digits.h"

typedef struct SemverParts {
    Str core, pre, build;
    bool has_pre, has_build; /* the "-" or "+" is there, perhaps with nothing behind it */
} SemverParts;

/* Order of two identifiers: <0, 0, >0. */
typedef int SemverOrder(Str a, Str b);

/* Build metadata begin at the first "+", the pre-release at the first "-" before that. */
SemverParts semver_split(Str v);
/* Takes the part before the next "." off *rest; false when *more was false. Start with *more true; "a." has two parts. */
bool semver_next(Str *rest, bool *more, Str *ret_part);
/* SemVer 2.0.0 rule 11: numbers by value and before text, text by bytes. */
int semver_compare_identifier(Str a, Str b);
/* Part by part, a missing one is 0. */
int semver_compare_core(Str a, Str b);
/* Identifier by identifier; a list comes after its own beginning. */
int semver_compare_list(Str a, Str b, SemverOrder *order);
/* Core and pre-release: rule 11 with `order` for identifiers. */
int semver_compare_parts(const SemverParts *a, const SemverParts *b, SemverOrder *order);
/* One or more identifiers of letters, digits and "-"; leading zeros of numbers only where they are allowed. */
bool semver_valid_list(Str list, bool leading_zeros);
/* Exactly three numbers, each as `valid_number` has it. */
bool semver_valid_core(Str core, bool (*valid_number)(Str number));
/* A number without leading zeros, of any length. */
bool semver_valid_number(Str number);
/* SemVer 2.0.0's grammar, with numbers of the core as `valid_number` has them. */
bool semver_valid_strict(Str v, bool (*valid_number)(Str number));
