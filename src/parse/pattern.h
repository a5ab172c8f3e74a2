/* SPDX-License-Identifier: Apache-2.0 */
/* Pattern: one regex of PCRE2 over bytes, bounded in steps, depth and memory. Not just-in-time compiled: workers have no
 * executable memory. */
#pragma once

#include "base/arena.h"

typedef struct Pattern Pattern;

enum { PATTERN_CASELESS = 1 << 0 };

/* NULL when it does not compile: *ret_offset and the reason in `why`. */
Pattern *pattern_new(Str regex, unsigned flags, size_t *ret_offset, char why[static 160]);
void pattern_free(Pattern *p);
/* One for whole texts in UTF-8, for pattern_whole() only, that lives in the arena. What RE2 does not know is refused: back-references, look-around, atomic
 * groups, recursion, verbs. */
Pattern *pattern_new_whole(Str regex, Arena *a, size_t *ret_offset, char why[static 160]);
/* Capturing groups. */
uint32_t pattern_groups(const Pattern *p);

/* What matching needs beside the pattern: one per thread. */
typedef struct PatternWork PatternWork;
PatternWork *pattern_work_new(void);
void pattern_work_free(PatternWork *w);

typedef struct PatternMatch {
    size_t start, end;             /* of the whole match */
    size_t group_start, group_end; /* of the group asked for; as the whole when it took no part */
} PatternMatch;

/* The first match that begins at an offset from `from` up to `last`. `group` 0: the first group that took part, else the whole.
 * 1 with *ret, 0 none, -E2BIG when a limit ended the search. */
int pattern_match(const Pattern *p, PatternWork *w, Str text, size_t from, size_t last, uint32_t group, PatternMatch *ret);
/* Does it match from the first byte to the last? 1, 0, -E2BIG when a limit ended the search. Bytes that are no UTF-8 match nothing. */
int pattern_whole(const Pattern *p, PatternWork *w, Str text);
/* Is there a match anywhere? A limit counts as none. */
bool pattern_found(const Pattern *p, PatternWork *w, Str text);
