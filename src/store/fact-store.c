/* SPDX-License-Identifier: Apache-2.0 */
#include "store/fact-store.h"

#include "base/alloc.h"
#include "store/store.h"

/* A queue is what a worker can get through in a day or so. */
enum { SCHEMA = 1, QUEUE_MAX = 10000, RETRY_S = 60, RETRIES = 6 };

struct FactStore {
    Store *store;
};

static int user_version(Store *s, int64_t *ret, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(s, "PRAGMA user_version", &st, err);
    if (r == 0)
        r = store_step(st, err);
    if (r < 0)
        return r;
    *ret = r == 1 ? store_i64(st, 0) : 0;
    return 0;
}

static int make(Store *s, Error *err) {
    return store_exec(s,
                      "BEGIN IMMEDIATE;"
                      "CREATE TABLE IF NOT EXISTS image(digest TEXT PRIMARY KEY NOT NULL, verdict TEXT NOT NULL, policy TEXT NOT NULL, reasons TEXT NOT NULL, scanned INTEGER NOT NULL) WITHOUT ROWID;"
                      "CREATE TABLE IF NOT EXISTS tag(tag TEXT PRIMARY KEY NOT NULL, digest TEXT NOT NULL, resolved INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;"
                      "CREATE TABLE IF NOT EXISTS queue(reference TEXT PRIMARY KEY NOT NULL, asked INTEGER NOT NULL, due INTEGER NOT NULL, tries INTEGER NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;"
                      "PRAGMA user_version=1;"
                      "COMMIT;",
                      err);
}

int fact_store_open(const char *path, FactStoreMode mode, FactStore **ret, Error *err) {
    _cleanup_(store_closep) Store *s = NULL;
    int64_t version = 0;
    int r = store_open_shared(path, mode == FACT_STORE_WRITE, &s, err);
    if (r == 0)
        r = user_version(s, &version, err);
    if (r == 0 && version == 0 && mode == FACT_STORE_WRITE) {
        r = make(s, err);
        version = r == 0 ? SCHEMA : version;
    }
    if (r < 0)
        return r;
    if (version != SCHEMA)
        return error_set(err, -EBADMSG, "%s: not a fact store of this version: expected schema %d, found %lld", path, SCHEMA, (long long) version);
    FactStore *f = xcalloc(1, sizeof(*f));
    f->store = TAKE_PTR(s);
    *ret = f;
    return 0;
}

void fact_store_close(FactStore *s) {
    store_close(s->store);
    free(s);
}

/* One statement with texts and numbers in their order: 't' and 'i'. */
static int run(FactStore *s, const char *sql, Error *err, const Str *texts, size_t n_texts, const int64_t *numbers, size_t n_numbers) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(s->store, sql, &st, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < n_texts; i++)
        store_bind_text(st, (int) i + 1, texts[i]);
    for (size_t i = 0; i < n_numbers; i++)
        store_bind_i64(st, (int) (n_texts + i) + 1, numbers[i]);
    return store_run(st, err);
}

static int put_all(FactStore *s, const ImageFact *image, const TagFact *tag, Error *err) {
    const Str texts[] = {image->digest, image->verdict, image->policy, image->reasons};
    int r = run(s, "INSERT OR REPLACE INTO image(digest, verdict, policy, reasons, scanned) VALUES(?1, ?2, ?3, ?4, ?5)", err, texts, ARRAY_SIZE(texts), &image->scanned, 1);
    if (r == 0 && tag->tag.n) {
        const Str names[] = {tag->tag, tag->digest};
        const int64_t times[] = {tag->resolved, tag->expires};
        r = run(s, "INSERT OR REPLACE INTO tag(tag, digest, resolved, expires) VALUES(?1, ?2, ?3, ?4)", err, names, ARRAY_SIZE(names), times, ARRAY_SIZE(times));
        if (r == 0)
            r = run(s, "DELETE FROM queue WHERE reference = ?1", err, &tag->tag, 1, NULL, 0);
    }
    /* "registry/app@sha256:…" */
    return r ? r : run(s, "DELETE FROM queue WHERE substr(reference, -length(?1) - 1) = '@' || ?1", err, &image->digest, 1, NULL, 0);
}

int fact_store_put(FactStore *s, const ImageFact *image, const TagFact *tag, Error *err) {
    int r = store_exec(s->store, "BEGIN IMMEDIATE", err);
    if (r == 0)
        r = put_all(s, image, tag, err);
    if (r == 0)
        r = store_exec(s->store, "COMMIT", err);
    if (r < 0)
        store_exec(s->store, "ROLLBACK", NULL);
    return r;
}

int fact_store_images(FactStore *s, int (*each)(void *userdata, const ImageFact *f), void *userdata, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(s->store, "SELECT digest, verdict, policy, reasons, scanned FROM image", &st, err);
    while (r >= 0 && (r = store_step(st, err)) == 1) {
        const ImageFact f = {store_str(st, 0), store_str(st, 1), store_str(st, 2), store_str(st, 3), store_i64(st, 4)};
        r = each(userdata, &f);
    }
    return r;
}

int fact_store_tags(FactStore *s, int (*each)(void *userdata, const TagFact *f), void *userdata, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(s->store, "SELECT tag, digest, resolved, expires FROM tag", &st, err);
    while (r >= 0 && (r = store_step(st, err)) == 1) {
        const TagFact f = {store_str(st, 0), store_str(st, 1), store_i64(st, 2), store_i64(st, 3)};
        r = each(userdata, &f);
    }
    return r;
}

static int count(FactStore *s, const char *sql, int64_t *ret, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(s->store, sql, &st, err);
    if (r == 0)
        r = store_step(st, err);
    if (r == 1)
        *ret = store_i64(st, 0);
    return MIN(r, 0);
}

int fact_store_ask(FactStore *s, Str reference, int64_t now, Error *err) {
    const int64_t times[] = {now};
    int64_t n = 0;
    int r = count(s, "SELECT count(*) FROM queue", &n, err);
    if (r < 0)
        return r;
    if (n >= QUEUE_MAX)
        return error_set(err, -EDQUOT, "the queue of images to scan is full (%d)", QUEUE_MAX);
    return run(s, "INSERT OR IGNORE INTO queue(reference, asked, due, tries, why) VALUES(?1, ?2, ?2, 0, '')", err, &reference, 1, times, ARRAY_SIZE(times));
}

int fact_store_next(FactStore *s, int64_t now, char **ret_reference, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(s->store,
                          "SELECT reference FROM (SELECT reference, 0 AS kind, asked AS since FROM queue WHERE due <= ?1 AND tries < ?2"
                          " UNION ALL SELECT tag, 1, expires FROM tag WHERE expires <= ?1 AND tag NOT IN (SELECT reference FROM queue)) ORDER BY kind, since, reference LIMIT 1",
                          &st, err);
    if (r < 0)
        return r;
    store_bind_i64(st, 1, now);
    store_bind_i64(st, 2, RETRIES);
    r = store_step(st, err);
    if (r == 1)
        *ret_reference = str_dup(store_str(st, 0));
    return r;
}

int fact_store_failed(FactStore *s, Str reference, Str why, int64_t now, Error *err) {
    const Str texts[] = {reference, str_head(why, 500)};
    const int64_t times[] = {now, RETRY_S};
    /* Doubling: 1, 2, 4 … minutes. */
    return run(s,
               "INSERT INTO queue(reference, asked, due, tries, why) VALUES(?1, ?3, ?3 + ?4, 1, ?2)"
               " ON CONFLICT(reference) DO UPDATE SET due = ?3 + (?4 << tries), tries = tries + 1, why = ?2",
               err, texts, ARRAY_SIZE(texts), times, ARRAY_SIZE(times));
}

int fact_store_forget(FactStore *s, int64_t before, Error *err) {
    static const char *const all[] = {"DELETE FROM image WHERE scanned < ?1", "DELETE FROM tag WHERE expires < ?1", "DELETE FROM queue WHERE asked < ?1"};
    int r = 0;
    for (size_t i = 0; i < ARRAY_SIZE(all) && r == 0; i++)
        r = run(s, all[i], err, NULL, 0, &before, 1);
    return r;
}
