/* SPDX-License-Identifier: Apache-2.0 */
/* Arena: allocations that end together. For parse trees and inventories; never free single objects of it. */
#pragma once

#include "base/str.h"

typedef struct ArenaChunk ArenaChunk;
typedef struct ArenaDefer ArenaDefer;

typedef struct Arena {
    ArenaChunk *last;
    size_t used;   /* bytes handed out */
    size_t max;    /* 0: no maximum */
    size_t first;  /* bytes that are taken from the allocator first; 0: 16 KiB. For what there are many of */
    ArenaDefer *defers;
} Arena;

/* Memory aligned to 16 bytes, zeroed. NULL only when `max` would be passed (errno E2BIG); aborts when memory is out. */
void *arena_alloc(Arena *a, size_t n);
/* Bytes without alignment or zeroing, for strings. */
char *arena_bytes(Arena *a, size_t n);
/* A NUL-terminated copy as a slice; STR_NULL when `max` would be passed. */
Str arena_str(Arena *a, Str s);
Str arena_printf(Arena *a, const char *fmt, ...) _printf_(2, 3);
/* Two lower-case hex digits a byte. */
Str arena_hex(Arena *a, Str bytes);
/* Has `f` called with `p` when the arena ends, the last one first: for an object in it that owns memory outside. */
void arena_defer(Arena *a, void (*f)(void *p), void *p);
void arena_done(Arena *a);

#define arena_new(a, T) ((T *) arena_alloc((a), sizeof(T)))
