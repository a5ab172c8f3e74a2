/* SPDX-License-Identifier: Apache-2.0 */
/* HashList: SHA-256 digests of files that are known to be bad, from text files as their publishers and sha256sum write them: 64 hex digits at the beginning of a
 * line, then, after white space, a name for it; '#' begins a line of comment. A file whose digests are in order is mapped and searched where it lies, so that lists of
 * many millions take no memory; of another one, 40 bytes a digest and its name are kept. */
#pragma once

#include "base/diag.h"
#include "base/error.h"
#include "base/limits.h"

typedef struct HashList HashList;

HashList *hash_list_new(void);
/* Adds the digests of a document. `file`, its name in messages and findings, is copied. 0; -EINVAL with what is wrong in *d; -E2BIG when names fill more than 1 GiB.
 * The digest of no bytes at all is passed over: what is empty does nothing. */
int hash_list_add(HashList *l, Str text, const char *file, Diag *d);
/* hash_list_add() of a text that lives as long as the list, when it can be searched as it is: digests in ascending order, nothing but their lines behind the comments at its
 * beginning. True: taken. False: nothing was done; what is wrong with it, if anything is, hash_list_add() tells. */
bool hash_list_add_sorted(HashList *l, Str text, const char *file);
/* One of both with the content of a file. What is not sorted is bounded by document_bytes: -EFBIG. Also what open(2), mmap(2) and fs_read() return. */
int hash_list_read(HashList *l, const char *file, const Limits *limits, Diag *d, Error *err);
/* After the last list is added, before the first hash_list_find(). */
void hash_list_sort(HashList *l);
/* Is a digest of 32 bytes in a list? *ret_file and *ret_name (empty when it has none) are of the first list that has it, and live as long as the list. Safe from threads. */
bool hash_list_find(const HashList *l, Str digest, Str *ret_file, Str *ret_name);
size_t hash_list_count(const HashList *l);
void hash_list_free(HashList *l);
DEFINE_CLEANUP(HashList, hash_list_free, hash_list_freep);
