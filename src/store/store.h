/* SPDX-License-Identifier: Apache-2.0 */
/* Store: SQLite behind our own error habits. SQL texts are literals in the code; values only ever go in as parameters. A Store
 * belongs to one thread at a time. https://sqlite.org/c3ref/intro.html */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct Store Store;
typedef struct StoreStmt StoreStmt;

/* Opens a file that nobody changes while we read it (immutable=1: no locks, no journal). Its schema is not trusted: no functions
 * or virtual tables out of it. -ENOENT, -EACCES … as open(2); -EBADMSG when it is not an SQLite file. */
int store_open_immutable(const char *path, Store **ret, Error *err);
/* Creates a fresh file (which must not be there, or be empty) to be filled in one go: no journal, no syncing before store_finish(). */
int store_open_build(const char *path, Store **ret, Error *err);
/* Commits and syncs what store_open_build() began, and closes. The store is gone whatever the result. */
int store_finish(Store *s, Error *err);
/* Opens a file that other processes read and write at the same time, which is waited for, for a while (-EBUSY). With `write` it is made when it is not there.
 * Its schema is not trusted, either. */
int store_open_shared(const char *path, bool write, Store **ret, Error *err);
void store_close(Store *s);
DEFINE_CLEANUP(Store, store_close, store_closep);

/* Runs literal statements without parameters or results. */
int store_exec(Store *s, const char *sql, Error *err);
int store_prepare(Store *s, const char *sql, StoreStmt **ret, Error *err);
void store_stmt_free(StoreStmt *st);
DEFINE_CLEANUP(StoreStmt, store_stmt_free, store_stmt_freep);

/* Parameters are numbered from 1. The bytes must live until the next reset. */
void store_bind_i64(StoreStmt *st, int at, int64_t v);
void store_bind_text(StoreStmt *st, int at, Str v);
void store_bind_blob(StoreStmt *st, int at, Str v);
/* 1: a row is there, 0: no more, negative: failed. */
int store_step(StoreStmt *st, Error *err);
/* store_step() and store_reset() of a statement without results. */
int store_run(StoreStmt *st, Error *err);
void store_reset(StoreStmt *st);
/* Columns from 0; slices live until the next step or reset. A NULL gives 0 and the empty slice. */
int64_t store_i64(StoreStmt *st, int column);
Str store_str(StoreStmt *st, int column);
