/* SPDX-License-Identifier: Apache-2.0 */
/* Allocation. Small requests abort when memory is out; requests whose size comes from input use alloc_input(). */
#pragma once

#include "base/macro.h"

/* Like malloc/calloc/realloc/strdup, never NULL: aborts the process when memory is out. Caller frees with free(). */
void *xmalloc(size_t n) _malloc_ _nonnull_;
void *xcalloc(size_t n, size_t size) _malloc_ _nonnull_;
void *xreallocarray(void *p, size_t n, size_t size) _nonnull_;
char *xstrdup(const char *s) _malloc_ _nonnull_;
char *xstrndup(const char *s, size_t n) _malloc_ _nonnull_;
/* sprintf into a fresh string; the caller frees. */
char *xasprintf(const char *fmt, ...) _printf_(1, 2) _malloc_ _nonnull_;

/* Allocates n bytes whose count came from input: NULL with errno E2BIG over `limit`, ENOMEM when memory is out. */
void *alloc_input(size_t n, size_t limit) _malloc_;
