/* SPDX-License-Identifier: Apache-2.0 */
/* Files that rules look for by their whole name ("/etc/shadow") and that have others: hard links, and places where such a file is mounted by itself. They are known by device and
 * inode, which are looked at when a container begins and when a file with several names is opened. */
#pragma once

#include "runtime/event.h"

typedef struct Aliases Aliases;
Aliases *aliases_new(void);
void aliases_free(Aliases *a);
/* Names from now on; copied. */
void aliases_set(Aliases *a, const Str *names, size_t n);
/* A program was executed: if the mounts that its process sees are new, their files are looked at. */
void aliases_executed(Aliases *a, const Event *e);
/* Has what was opened several names, so that aliases_name() can have an answer? */
bool aliases_several(const Event *e);
/* The name by which rules look for the file that was opened, which may be the one that it was opened by, good until aliases_set(): 1. 0: there is none; -ESRCH: nobody is left to
 * tell. After aliases_several(). */
int aliases_name(Aliases *a, const Event *e, Str *ret);
