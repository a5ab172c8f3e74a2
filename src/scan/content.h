/* SPDX-License-Identifier: Apache-2.0 */
/* Content: the bytes of one file of a layer, as they come. What is small is kept in memory; what is large goes to a temporary file that is mapped, so that it takes
 * memory only where analyzers look: of a library of 100 MB these are some pages. */
#pragma once

#include "base/buf.h"

enum { CONTENT_LARGE = 8 << 20 };

typedef struct Content {
    Str view;          /* what has come, after content_borrow() and content_see(): valid until the next call */
    size_t n;          /* bytes that have come */
    bool whole;        /* for whoever fills it: these are all */
    size_t max;
    int file;          /* the temporary file; -1: there is none, or it is of no use any more. Not owned */
    /* Where they are: with the caller, in the file, else in `copy`. */
    bool borrowed, in_file;
    Buf copy;
    char *map;         /* of the file, as far as the view shows it */
} Content;

/* At most `max` bytes; `file` as above, writable and of no other use. */
Content content_new(size_t max, int file);
/* Forgets what has come, for the next file. */
void content_clear(Content *c);
void content_done(Content *c);
/* Nothing has come yet: these bytes are looked at where they lie until content_keep(). */
void content_borrow(Content *c, const char *p, size_t n);
/* Copies what was borrowed. `expected`: how many bytes are likely to be there in the end. 0; -E2BIG; -ENOMEM. */
int content_keep(Content *c, uint64_t expected);
/* Adds bytes (NULL: zeros) to what is kept; content_see() makes them part of the view. 0; -E2BIG over the maximum; -ENOMEM. */
int content_add(Content *c, const char *p, size_t n);
int content_see(Content *c);
/* A part of the view, that was looked at once, and takes no memory until it is looked at again. Places are those of whole pages. */
void content_forget(const Content *c, size_t at, size_t n);
