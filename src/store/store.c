/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/buf.h"

/* How long another process may hold a shared file. */
enum { SHARED_WAIT_MS = 5000 };

struct Store {
    sqlite3 *db;
    char *path;
};

struct StoreStmt {
    sqlite3_stmt *st;
    Store *store;
};

static int code_of(int rc) {
    switch (rc & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR: /* our SQL is constant: a table or column is missing */
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
        return -EBADMSG;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_READONLY:
        return -EROFS;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return -EACCES;
    case SQLITE_TOOBIG:
        return -E2BIG;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_CONSTRAINT:
        return -EEXIST;
    default:
        return -EIO;
    }
}

static int failed(Store *s, int rc, Error *err) {
    return error_set(err, code_of(rc), "%s: %s", s->path, s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc));
}

static int set_up(Store *s, const char *pragmas, Error *err) {
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    return store_exec(s, pragmas, err);
}

int store_open_immutable(const char *path, Store **ret, Error *err) {
    /* Not blocking: a named pipe is refused below, not waited for. */
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, -errno, "opening %s", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, -EBADMSG, "%s: not a regular file", path);

    /* A URI, because immutable is only there; what would end its path is percent-encoded. */
    Buf uri = buf_new(BUF_OWN_MAX);
    buf_putz(&uri, path[0] == '/' ? "file://" : "file:");
    for (const char *p = path; *p; p++)
        if (*p == '%' || *p == '?' || *p == '#')
            buf_printf(&uri, "%%%02X", (unsigned char) *p);
        else
            buf_putc(&uri, *p);
    buf_putz(&uri, "?immutable=1");
    _cleanup_free_ char *text = buf_take(&uri);

    _cleanup_(store_closep) Store *s = xcalloc(1, sizeof(Store));
    s->path = xstrdup(path);
    int rc = sqlite3_open_v2(text, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return failed(s, rc, err);
    /* Pages are read into a cache of ours rather than mapped: SQLite checks the cells of a page each time it meets one that is not in its
     * cache, and mapped ones never are (twice the time of matching). A file that shrinks is an error then, not a signal. */
    int r = set_up(s, "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA cache_size=-8192; PRAGMA query_only=ON;", err);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(s);
    return 0;
}

int store_open_build(const char *path, Store **ret, Error *err) {
    _cleanup_(store_closep) Store *s = xcalloc(1, sizeof(Store));
    s->path = xstrdup(path);
    int rc = sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return failed(s, rc, err);
    int r = set_up(s,
                   "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
                   "PRAGMA cache_size=-8192; BEGIN;",
                   err);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(s);
    return 0;
}

int store_open_shared(const char *path, bool write, Store **ret, Error *err) {
    struct stat st;
    bool there = stat(path, &st) == 0;
    if (!there && (!write || errno != ENOENT))
        return error_errno(err, -errno, "opening %s", path);
    if (there && !S_ISREG(st.st_mode))
        return error_set(err, -EBADMSG, "%s: not a regular file", path);
    _cleanup_(store_closep) Store *s = xcalloc(1, sizeof(Store));
    s->path = xstrdup(path);
    int rc = sqlite3_open_v2(path, &s->db, (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return failed(s, rc, err);
    sqlite3_busy_timeout(s->db, SHARED_WAIT_MS);
    int r = set_up(s, "PRAGMA mmap_size=0; PRAGMA cell_size_check=ON; PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY;", err);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(s);
    return 0;
}

int store_finish(Store *s, Error *err) {
    _cleanup_(store_closep) Store *own = s;
    int r = store_exec(own, "COMMIT;", err);
    if (r < 0)
        return r;
    _cleanup_free_ char *path = xstrdup(own->path);
    int rc = sqlite3_close(own->db);
    if (rc != SQLITE_OK)
        return failed(own, rc, err);
    own->db = NULL;
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return error_errno(err, -errno, "syncing %s", path);
    return 0;
}

void store_close(Store *s) {
    sqlite3_close_v2(s->db);
    free(s->path);
    free(s);
}

int store_exec(Store *s, const char *sql, Error *err) {
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : failed(s, rc, err);
}

int store_prepare(Store *s, const char *sql, StoreStmt **ret, Error *err) {
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
    if (rc != SQLITE_OK)
        return failed(s, rc, err);
    StoreStmt *out = xmalloc(sizeof(StoreStmt));
    *out = (StoreStmt) {st, s};
    *ret = out;
    return 0;
}

void store_stmt_free(StoreStmt *st) {
    sqlite3_finalize(st->st);
    free(st);
}

void store_bind_i64(StoreStmt *st, int at, int64_t v) {
    sqlite3_bind_int64(st->st, at, v);
}

void store_bind_text(StoreStmt *st, int at, Str v) {
    sqlite3_bind_text64(st->st, at, v.p ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8);
}

void store_bind_blob(StoreStmt *st, int at, Str v) {
    sqlite3_bind_blob64(st->st, at, v.p ? v.p : "", v.n, SQLITE_STATIC);
}

int store_step(StoreStmt *st, Error *err) {
    int rc = sqlite3_step(st->st);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc == SQLITE_DONE)
        return 0;
    return failed(st->store, rc, err);
}

int store_run(StoreStmt *st, Error *err) {
    int r = store_step(st, err);
    store_reset(st);
    return MIN(r, 0);
}

void store_reset(StoreStmt *st) {
    sqlite3_reset(st->st);
}

int64_t store_i64(StoreStmt *st, int column) {
    return sqlite3_column_int64(st->st, column);
}

Str store_str(StoreStmt *st, int column) {
    const void *p = sqlite3_column_blob(st->st, column);
    int n = sqlite3_column_bytes(st->st, column);
    return p && n > 0 ? str_n(p, (size_t) n) : STR("");
}
