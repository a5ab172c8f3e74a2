/* SPDX-License-Identifier: Apache-2.0 */
/* Depends: which packages a package needs, by PackageFact.depends and .provides as each package system writes them. What is not installed is left out. */
#pragma once

#include "model/inventory.h"

typedef struct Depends Depends;
Depends *depends_new(const Inventory *inv);
void depends_free(Depends *d);
DEFINE_CLEANUP(Depends, depends_free, depends_freep);
/* Says which package owns a file (its index + 1; 0: none): rpm's and apk's packages may need "/usr/bin/sh". */
typedef size_t DependsOwner(void *userdata, Str path);
void depends_ask(Depends *d, DependsOwner *owner, void *userdata);
/* Indices into inv->packages, in the order of the dependency list, each once; valid until the next call. Packages of the distribution: all that
 * are installed under the name, or else all that provide it. */
const size_t *depends_of(Depends *d, size_t package, size_t *ret_n);
