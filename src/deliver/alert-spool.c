/* SPDX-License-Identifier: Apache-2.0 */
#include "deliver/alert-spool.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "base/alloc.h"
#include "store/store.h"

/* What a row takes besides its line. */
enum { ROW = 64 };

struct AlertSpool {
    pthread_mutex_t lock;
    char *path;
    Store *store;            /* NULL: the disk was too full to open it */
    StoreStmt *insert, *select, *delete;
    int fd;                  /* of the same file, for a lock that tells other processes to stay away */
    uint64_t n, bytes, max;
    int64_t first;           /* id of what alert_spool_first() gave; 0: none */
    uint64_t first_bytes;
    int64_t done;            /* up to here all are delivered, also what a full disk did not let us remove */
};

/* The journal is synced when it is written back only: what the system takes over a process cannot lose any more, a loss of power the last moments. */
#define TABLE "message(id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, severity INTEGER NOT NULL, line BLOB NOT NULL)"
static const char set_up[] = "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=256; PRAGMA journal_size_limit=1048576;"
                             "CREATE TABLE IF NOT EXISTS " TABLE ";";
/* Something else than our table is in it, or numbers that leave no room for more. */
static const char strange[] = "SELECT (SELECT count(*) FROM sqlite_schema WHERE name NOT IN ('message', 'sqlite_sequence')) OR (SELECT sql FROM sqlite_schema WHERE name = 'message') <> 'CREATE TABLE " TABLE "' "
                              "OR EXISTS(SELECT 1 FROM message WHERE id < 1 OR typeof(severity) <> 'integer' OR typeof(time) <> 'integer' OR typeof(line) <> 'blob') "
                              "OR (SELECT coalesce(max(seq), 0) NOT BETWEEN (SELECT coalesce(max(id), 0) FROM message) AND 1 << 62 FROM sqlite_sequence WHERE name = 'message')";

static int lock(AlertSpool *s, Error *err) {
    const char *path = s->path;
    s->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (s->fd < 0)
        return error_errno(err, -errno, "opening %s", path);
    if (flock(s->fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? error_set(err, -EBUSY, "%s: another process holds this spool", path) : error_errno(err, -errno, "locking %s", path);
    return 0;
}

static void close_store(AlertSpool *s) {
    store_stmt_freep(&s->insert);
    store_stmt_freep(&s->select);
    store_stmt_freep(&s->delete);
    store_closep(&s->store);
    s->insert = s->select = s->delete = NULL;
    s->store = NULL;
}

void alert_spool_free(AlertSpool *s) {
    if (!s)
        return;
    close_store(s);
    fd_closep(&s->fd);
    pthread_mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}

/* Damage that is not looked for may look like a spool with less in it; somebody else's tables may take alerts and give none. */
static int check_store(AlertSpool *s, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *check = NULL, *other = NULL;
    int r = store_prepare(s->store, "PRAGMA quick_check(1)", &check, err);
    if (r == 0)
        r = store_step(check, err);
    if (r == 1 && !str_eqz(store_str(check, 0), "ok"))
        return error_set(err, -EBADMSG, "%s: %.*s", s->path, STR_FMT(store_str(check, 0)));
    if (r == 1)
        r = store_prepare(s->store, strange, &other, err);
    if (r == 0)
        r = store_step(other, err);
    return r == 1 && store_i64(other, 0) ? error_set(err, -EBADMSG, "%s: it is not the file of a spool", s->path) : MIN(r, 0);
}

static int open_store(AlertSpool *s, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *sum = NULL;
    int r = store_open_shared(s->path, true, &s->store, err);
    if (r == 0)
        r = store_exec(s->store, set_up, err);
    if (r == 0)
        r = check_store(s, err);
    if (r == 0)
        r = store_prepare(s->store, "INSERT INTO message(time, severity, line) VALUES(?, ?, ?)", &s->insert, err);
    if (r == 0)
        r = store_prepare(s->store, "SELECT id, time, severity, line FROM message WHERE id > ? ORDER BY id LIMIT 1", &s->select, err);
    if (r == 0)
        r = store_prepare(s->store, "DELETE FROM message WHERE id <= ?", &s->delete, err);
    if (r == 0)
        r = store_prepare(s->store, "SELECT count(*), coalesce(sum(length(line)), 0) FROM message", &sum, err);
    if (r == 0)
        r = store_step(sum, err);
    if (r < 0) {
        store_stmt_freep(&sum);
        sum = NULL;
        close_store(s);
        return r;
    }
    s->n = (uint64_t) store_i64(sum, 0);
    s->bytes = (uint64_t) store_i64(sum, 1) + s->n * ROW;
    return 0;
}

/* Somebody may want to look at it, so it is not removed; what it held stays in there. */
static int set_aside(AlertSpool *s, Error *err) {
    static const char *const parts[] = {"", "-wal", "-shm"};
    close_store(s);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        _cleanup_free_ char *from = xasprintf("%s%s", s->path, parts[i]), *to = xasprintf("%s.broken%s", s->path, parts[i]);
        if (rename(from, to) < 0 && errno != ENOENT)
            return error_errno(err, -errno, "renaming %s", from);
    }
    fd_closep(&s->fd);
    s->n = s->bytes = s->first_bytes = 0;
    s->first = s->done = 0;
    int r = lock(s, err);
    return r < 0 ? r : open_store(s, err);
}

int alert_spool_open(const char *path, uint64_t max, AlertSpool **ret, char **ret_aside, Error *err) {
    _cleanup_(alert_spool_freep) AlertSpool *s = xcalloc(1, sizeof(*s));
    _cleanup_error_ Error full = {0};
    s->max = max;
    s->path = xstrdup(path);
    pthread_mutex_init(&s->lock, NULL);
    int r = lock(s, err);
    if (r < 0)
        return r;
    r = open_store(s, &full);
    *ret_aside = NULL;
    if (r == -EBADMSG) {
        _cleanup_free_ char *why = xasprintf("%s; it is %s.broken now, with what was in it", error_text(&full, r), path);
        error_done(&full);
        r = set_aside(s, &full);
        if (r == 0)
            *ret_aside = TAKE_PTR(why);
    }
    /* A disk that is full now need not be so later: alert_spool_add() tries again. */
    if (r < 0 && r != -ENOSPC && r != -EIO)
        return error_set(err, r, "%s", error_text(&full, r));
    *ret = TAKE_PTR(s);
    return 0;
}

static int add(AlertSpool *s, const Message *list, uint64_t *n, uint64_t *bytes, uint64_t *over, Error *err) {
    for (const Message *m = list; m; m = m->next) {
        if (s->bytes + *bytes + m->line.n + ROW > s->max) {
            ++*over;
            continue;
        }
        store_bind_i64(s->insert, 1, m->time);
        store_bind_i64(s->insert, 2, m->severity);
        store_bind_blob(s->insert, 3, m->line);
        int r = store_run(s->insert, err);
        if (r < 0)
            return r;
        ++*n;
        *bytes += m->line.n + ROW;
    }
    return 0;
}

int alert_spool_add(AlertSpool *s, const Message *list, uint64_t *ret_over, Error *err) {
    uint64_t n = 0, bytes = 0, over = 0;
    pthread_mutex_lock(&s->lock);
    int r = s->store ? 0 : open_store(s, err);
    if (r == 0)
        r = store_exec(s->store, "BEGIN", err);
    if (r == 0) {
        r = add(s, list, &n, &bytes, &over, err);
        if (r == 0)
            r = store_exec(s->store, "COMMIT", err);
        if (r < 0)
            store_exec(s->store, "ROLLBACK", NULL);
    }
    if (r == 0) {
        s->n += n;
        s->bytes += bytes;
        *ret_over = over;
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

int alert_spool_first(AlertSpool *s, Message **ret, uint64_t *ret_lost, Error *err) {
    pthread_mutex_lock(&s->lock);
    if (s->store)
        store_bind_i64(s->select, 1, s->done);
    int r = s->store ? store_step(s->select, err) : 0;
    if (r == 1) {
        Str line = store_str(s->select, 3);
        s->first = store_i64(s->select, 0);
        s->first_bytes = line.n + ROW;
        *ret = message_new(store_i64(s->select, 1), (int) (store_i64(s->select, 2) & 7), line);
    }
    if (s->store)
        store_reset(s->select);
    if (r == 0 && s->store && s->n > 0)
        r = error_set(err, -EBADMSG, "%s: there is less in it than was put there", s->path);
    if (r == -EBADMSG) {
        *ret_lost = s->n;
        set_aside(s, NULL);
    }
    pthread_mutex_unlock(&s->lock);
    return r;
}

int alert_spool_remove(AlertSpool *s, Error *err) {
    pthread_mutex_lock(&s->lock);
    s->done = s->first;
    s->n -= s->n > 0;
    s->bytes -= MIN(s->bytes, s->first_bytes);
    if (s->store)
        store_bind_i64(s->delete, 1, s->done);
    int r = s->store ? store_run(s->delete, err) : 0;
    pthread_mutex_unlock(&s->lock);
    return r;
}

void alert_spool_counts(AlertSpool *s, uint64_t *ret_n, uint64_t *ret_bytes, uint64_t *ret_max) {
    pthread_mutex_lock(&s->lock);
    *ret_n = s->n;
    *ret_bytes = s->bytes;
    *ret_max = s->max;
    pthread_mutex_unlock(&s->lock);
}
