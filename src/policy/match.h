/* SPDX-License-Identifier: Apache-2.0 */
/* What conditions compare texts with: globs, sets, prefixes of paths, addresses. Nothing here allocates while it matches. */
#pragma once

#include "base/arena.h"
#include "policy/value.h"

/* Where `work` is taken, it is what may still be done: bytes compared are counted down from it, and at 0 the answer is false. NULL: no bound. */

/* fnmatch(3) of POSIX without flags, on bytes in the C locale: "*" crosses "/", "[a-z]", "[!…]", "[[:alpha:]]", "\" quotes. */
bool glob_match(Str pattern, Str text, bool fold, uint64_t *work);

typedef struct StrSet StrSet;
/* NULL when the arena is full. */
const StrSet *str_set_new(const Str *items, size_t n, Arena *a);
bool str_set_has(const StrSet *s, Str item);
/* Its place among the items that the set was made of, the first of several; -1 when it is none of them. */
ssize_t str_set_find(const StrSet *s, Str item);

/* Prefixes of paths by their components, each of which may be a glob. Empty components do not count. */
typedef struct PathTrie PathTrie;
const PathTrie *path_trie_new(const Str *paths, size_t n, Arena *a);
bool path_trie_match(const PathTrie *t, Str path, uint64_t *work);
/* The same with one prefix. */
bool path_has_prefix(Str path, Str prefix, uint64_t *work);

/* "10.0.0.1", "fe80::1", and with "/BITS" a network. Bits behind the prefix are cleared. false when it is neither. */
bool ip_parse(Str s, Value *ret);
/* Is the address, or the whole network, inside? */
bool ip_inside(const IpValue *ip, const IpValue *net);

/* ASCII, like strcasestr(3). */
bool text_contains_fold(Str text, Str part, uint64_t *work);
static inline bool work_done(uint64_t *work, uint64_t n) {
    if (!work)
        return true;
    *work -= MIN(*work, n);
    return *work > 0;
}
static inline char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
}
