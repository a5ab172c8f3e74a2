/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of VEX documents share. */
#pragma once

#include "advisory/vex.h"
#include "base/map.h"
#include "base/vec.h"
#include "parse/node.h"

typedef Vec(Str) VexNames;
typedef Vec(ExceptionProduct) VexProducts;

typedef struct Vex {
    Arena *a;
    const char *name;
    Diag *d;
    ExceptionFormat format;
    Vec(Exception) statements;
} Vex;

/* Says that a statement is left out, and why. */
#define vex_warn(v, node, ...) ((void) diag_add((v)->d, DIAG_WARNING, (v)->name, (node)->line, (node)->col, __VA_ARGS__))

/* Adds a name that is not empty. */
void vex_name(VexNames *names, Str name);
/* "sha256:…" of a hash algorithm written in any of the three formats' ways ("sha-256", "SHA-256", "sha256"). */
void vex_hash(Vex *v, VexNames *names, Str algorithm, Str value);
/* Moves the names into the arena. */
Str *vex_take_names(Vex *v, VexNames *names, size_t *ret_n);
void vex_take_products(Vex *v, VexProducts *products, Exception *e);
/* Keeps the statement (copying its strings but not its lists, which are in the arena). */
void vex_add(Vex *v, const Node *at, Exception e);
/* TIME_NONE when it is absent or no time. */
int64_t vex_time(const Node *n);

int vex_read_openvex(Vex *v, const Node *root);
int vex_read_cyclonedx(Vex *v, const Node *root);
int vex_read_csaf(Vex *v, const Node *root);
