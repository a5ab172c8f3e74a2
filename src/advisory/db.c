/* SPDX-License-Identifier: Apache-2.0 */
/* The database's read side. Statements are prepared once, at first use. */
#include "advisory/db.h"

#include "advisory/codec.h"
#include "advisory/cvss.h"
#include "advisory/digest.h"
#include "advisory/schema.h"
#include "base/alloc.h"
#include "base/map.h"
#include "base/vec.h"
#include "store/store.h"

typedef enum Query {
    QUERY_ROWS,
    QUERY_ALL_ROWS,
    QUERY_RELEASE_FEEDS,
    QUERY_CVE,
    QUERY_OTHER,
    QUERY_KEV,
    QUERY_EPSS,
    QUERY_EOL,
    QUERY_REPOSITORY,
    QUERY_N_,
} Query;

static const char *const queries[QUERY_N_] = {
    [QUERY_ROWS] = "SELECT rows FROM package_rows WHERE release = ?1 AND package = ?2",
    [QUERY_ALL_ROWS] = "SELECT release, package, rows FROM package_rows ORDER BY release, package",
    [QUERY_RELEASE_FEEDS] = "SELECT feed FROM release_feeds WHERE release = ?1 ORDER BY feed",
    [QUERY_CVE] = "SELECT detail FROM cves WHERE cve = ?1",
    [QUERY_OTHER] = "SELECT detail FROM others WHERE id = ?1",
    [QUERY_KEV] = "SELECT id, due FROM kev",
    [QUERY_EPSS] = "SELECT entries FROM epss WHERE block = ?1",
    [QUERY_EOL] = "SELECT eol, extended FROM eol WHERE release = ?1",
    [QUERY_REPOSITORY] = "SELECT cpes FROM repositories WHERE name = ?1",
};

struct AdvisoryDb {
    Store *store;
    char *path;
    Arena arena;          /* names, feeds */
    AdvisoryFeed *feeds;  /* in name order; the place is the number */
    Str *feed_names;
    size_t n_feeds;
    Str *releases;        /* in name order; the place is the number */
    size_t n_releases;
    Str digest;
    StoreStmt *stmts[QUERY_N_];
    CodecScratch scratch;
    Map kev;              /* id -> Str *: the day; read whole at first use, for it is small and asked for every vulnerability */
    bool kev_loaded;
    int64_t epss_block;   /* the one that QUERY_EPSS stands on; -1: none. Vulnerabilities are asked for in the order of their numbers */
    Str epss_entries;     /* empty: the database has no such block */
};

static int malformed(const AdvisoryDb *db, Error *err, const char *what) {
    return error_set(err, -EBADMSG, "%s: the advisory database is damaged (%s); get it again with `plimsoll db update` or `db build`", db->path, what);
}

/* Failures of SQLite while reading a file of the right kind are damage too: say what to do. */
static int read_failed(const AdvisoryDb *db, int r, Error *err) {
    return r == -EBADMSG ? malformed(db, err, error_text(err, r)) : r;
}

static int query(AdvisoryDb *db, Query q, StoreStmt **ret, Error *err) {
    if (!db->stmts[q]) {
        int r = store_prepare(db->store, queries[q], &db->stmts[q], err);
        if (r < 0)
            return read_failed(db, r, err);
    }
    store_reset(db->stmts[q]);
    *ret = db->stmts[q];
    return 0;
}

static int step(AdvisoryDb *db, StoreStmt *st, Error *err) {
    int r = store_step(st, err);
    return r < 0 ? read_failed(db, r, err) : r;
}

/* application_id and user_version tell our files from others. */
static int check_kind(AdvisoryDb *db, Error *err) {
    static const struct {
        const char *sql;
        int64_t want;
    } checks[] = {{"PRAGMA application_id", ADVISORY_APPLICATION_ID}, {"PRAGMA user_version", ADVISORY_SCHEMA_VERSION}};
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
        int r = store_prepare(db->store, checks[i].sql, &st, err);
        if (r >= 0)
            r = store_step(st, err);
        if (r < 0)
            return r == -EBADMSG ? error_set(err, r, "%s: not an advisory database: no SQLite file", db->path) : r;
        int64_t got = r ? store_i64(st, 0) : 0;
        if (got == checks[i].want)
            continue;
        if (i == 0)
            return error_set(err, -EBADMSG, "%s: not an advisory database of Plimsoll", db->path);
        return error_set(err, -EBADMSG,
                         "%s: advisory database of format %lld, this program reads format %d; get it again with `plimsoll db update` or `db build`",
                         db->path, (long long) got, ADVISORY_SCHEMA_VERSION);
    }
    return 0;
}

enum { FEEDS_MAX = 4096, RELEASES_MAX = 65536 };

static int load_feeds(AdvisoryDb *db, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(db->store, "SELECT name, date, records, digest, rows, problems, number FROM feeds ORDER BY number", &st, err);
    if (r < 0)
        return read_failed(db, r, err);
    Vec(AdvisoryFeed) v = {0};
    while ((r = step(db, st, err)) == 1) {
        if (store_i64(st, 6) != (int64_t) v.n || v.n == FEEDS_MAX) {
            r = malformed(db, err, "its feeds are not numbered from 0");
            break;
        }
        AdvisoryFeed f = {
            .info = {arena_str(&db->arena, store_str(st, 0)), store_i64(st, 1), (uint64_t) store_i64(st, 2), arena_str(&db->arena, store_str(st, 3))},
            .rows = (uint64_t) store_i64(st, 4),
            .problems = (uint64_t) store_i64(st, 5),
        };
        vec_push(&v, f);
    }
    db->n_feeds = v.n;
    db->feeds = arena_alloc(&db->arena, (v.n + 1) * sizeof(AdvisoryFeed));
    db->feed_names = arena_alloc(&db->arena, (v.n + 1) * sizeof(Str));
    for (size_t i = 0; i < v.n; i++) {
        db->feeds[i] = v.p[i];
        db->feed_names[i] = v.p[i].info.name;
    }
    vec_done(&v);
    return r;
}

static int load_releases(AdvisoryDb *db, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(db->store, "SELECT number, name FROM releases ORDER BY number", &st, err);
    if (r < 0)
        return read_failed(db, r, err);
    Vec(Str) v = {0};
    while ((r = step(db, st, err)) == 1) {
        Str name = arena_str(&db->arena, store_str(st, 1));
        if (store_i64(st, 0) != (int64_t) v.n || v.n == RELEASES_MAX || (v.n && str_cmp(v.p[v.n - 1], name) >= 0)) {
            r = malformed(db, err, "its releases are not in order");
            break;
        }
        vec_push(&v, name);
    }
    db->n_releases = v.n;
    db->releases = arena_alloc(&db->arena, (v.n + 1) * sizeof(Str));
    for (size_t i = 0; i < v.n; i++)
        db->releases[i] = v.p[i];
    vec_done(&v);
    return r;
}

static int load_digest(AdvisoryDb *db, Error *err) {
    _cleanup_(store_stmt_freep) StoreStmt *st = NULL;
    int r = store_prepare(db->store, "SELECT value FROM meta WHERE key = 'digest'", &st, err);
    if (r < 0)
        return read_failed(db, r, err);
    r = step(db, st, err);
    if (r == 0)
        return malformed(db, err, "it states no digest");
    if (r > 0)
        db->digest = arena_str(&db->arena, store_str(st, 0));
    return MIN(r, 0);
}

int advisory_db_open(const char *path, AdvisoryDb **ret, Error *err) {
    _cleanup_(advisory_db_closep) AdvisoryDb *db = xcalloc(1, sizeof(AdvisoryDb));
    db->path = xstrdup(path);
    db->epss_block = -1;
    int r = store_open_immutable(path, &db->store, err);
    if (r == -EBADMSG)
        return error_set(err, r, "%s: not an advisory database: no SQLite file", path);
    if (r < 0)
        return r;
    if ((r = check_kind(db, err)) < 0 || (r = load_feeds(db, err)) < 0 || (r = load_releases(db, err)) < 0 || (r = load_digest(db, err)) < 0)
        return r;
    *ret = TAKE_PTR(db);
    return 0;
}

void advisory_db_close(AdvisoryDb *db) {
    for (size_t i = 0; i < QUERY_N_; i++)
        store_stmt_freep(&db->stmts[i]);
    store_closep(&db->store);
    codec_scratch_done(&db->scratch);
    map_done(&db->kev);
    arena_done(&db->arena);
    free(db->path);
    free(db);
}

Str advisory_db_digest(const AdvisoryDb *db) {
    return db->digest;
}

int advisory_db_feeds(AdvisoryDb *db, Arena *a, FeedInfo **ret, size_t *ret_n, Error *err) {
    (void) err;
    FeedInfo *out = arena_alloc(a, (db->n_feeds + 1) * sizeof(FeedInfo));
    for (size_t i = 0; i < db->n_feeds; i++)
        out[i] = db->feeds[i].info;
    *ret = out;
    *ret_n = db->n_feeds;
    return 0;
}

int advisory_db_feed_list(AdvisoryDb *db, Arena *a, AdvisoryFeed **ret, size_t *ret_n, Error *err) {
    (void) err;
    AdvisoryFeed *out = arena_alloc(a, (db->n_feeds + 1) * sizeof(AdvisoryFeed));
    memcpy(out, db->feeds, db->n_feeds * sizeof(AdvisoryFeed));
    *ret = out;
    *ret_n = db->n_feeds;
    return 0;
}

/* The number of a release; -1 when the database has none of this name. */
static int64_t release_number(const AdvisoryDb *db, Str release) {
    size_t lo = 0, hi = db->n_releases;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(release, db->releases[mid]);
        if (c == 0)
            return (int64_t) mid;
        if (c > 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

int advisory_db_release_feeds(AdvisoryDb *db, Str release, Arena *a, Str **ret, size_t *ret_n, Error *err) {
    int64_t number = release_number(db, release);
    Str *out = arena_alloc(a, (db->n_feeds + 1) * sizeof(Str));
    size_t n = 0;
    if (number >= 0) {
        StoreStmt *st = NULL;
        int r = query(db, QUERY_RELEASE_FEEDS, &st, err);
        if (r < 0)
            return r;
        store_bind_i64(st, 1, number);
        while ((r = step(db, st, err)) == 1) {
            int64_t feed = store_i64(st, 0);
            if (feed < 0 || feed >= (int64_t) db->n_feeds || n == db->n_feeds)
                return malformed(db, err, "a release names a feed that is not there");
            out[n++] = db->feed_names[feed];
        }
        if (r < 0)
            return r;
    }
    *ret = out;
    *ret_n = n;
    return 0;
}

int advisory_db_rows(AdvisoryDb *db, Str release, Str package, int (*row)(void *userdata, const AdvisoryRow *r), void *userdata, Error *err) {
    int64_t number = release_number(db, release);
    if (number < 0)
        return 0;
    StoreStmt *st = NULL;
    int r = query(db, QUERY_ROWS, &st, err);
    if (r < 0)
        return r;
    store_bind_i64(st, 1, number);
    store_bind_text(st, 2, package);
    r = step(db, st, err);
    if (r <= 0)
        return r;
    r = codec_rows_decode(store_str(st, 0), db->feed_names, db->n_feeds, &db->scratch, row, userdata);
    if (r == -EBADMSG)
        return malformed(db, err, "rows of a package cannot be read");
    return r;
}

typedef struct Find {
    Str id, release, package;
    int (*row)(void *userdata, Str release, Str package, const AdvisoryRow *r);
    void *userdata;
} Find;

static int find_row(void *userdata, const AdvisoryRow *r) {
    Find *f = userdata;
    return str_eq(r->id, f->id) || str_eq(r->advisory, f->id) ? f->row(f->userdata, f->release, f->package, r) : 0;
}

int advisory_db_find(AdvisoryDb *db, Str id, int (*row)(void *userdata, Str release, Str package, const AdvisoryRow *r), void *userdata, Error *err) {
    StoreStmt *st = NULL;
    int r = query(db, QUERY_ALL_ROWS, &st, err);
    if (r < 0)
        return r;
    while ((r = step(db, st, err)) == 1) {
        int64_t release = store_i64(st, 0);
        if (release < 0 || release >= (int64_t) db->n_releases)
            return malformed(db, err, "rows of an unknown release");
        Find f = {id, db->releases[release], store_str(st, 1), row, userdata};
        r = codec_rows_decode(store_str(st, 2), db->feed_names, db->n_feeds, &db->scratch, find_row, &f);
        if (r == -EBADMSG)
            return malformed(db, err, "rows of a package cannot be read");
        if (r < 0)
            return r;
    }
    return r;
}

static void copy_detail(Arena *a, VulnDetail *d) {
    Str *const fields[] = {&d->id, &d->title, &d->severity_source, &d->aliases, &d->references, &d->kev_due};
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        *fields[i] = arena_str(a, *fields[i]);
    for (size_t i = 0; i < d->n_cvss; i++) {
        d->cvss[i].vector = arena_str(a, d->cvss[i].vector);
        d->cvss[i].source = arena_str(a, d->cvss[i].source);
        d->cvss[i].score10 = cvss_score10(d->cvss[i].vector);
    }
}

static int load_kev(AdvisoryDb *db, Error *err) {
    StoreStmt *st = NULL;
    int r = query(db, QUERY_KEV, &st, err);
    if (r < 0)
        return r;
    while ((r = step(db, st, err)) == 1) {
        Str *due = arena_new(&db->arena, Str);
        *due = arena_str(&db->arena, store_str(st, 1));
        map_set(&db->kev, arena_str(&db->arena, store_str(st, 0)), due);
    }
    db->kev_loaded = r == 0;
    return r;
}

/* The entries of the block that a CVE lies in, valid until the next call. */
static int epss_entries(AdvisoryDb *db, int64_t block, Str *ret, Error *err) {
    StoreStmt *st = NULL;
    if (block != db->epss_block) {
        int r = query(db, QUERY_EPSS, &st, err);
        if (r < 0)
            return r;
        db->epss_block = -1;
        store_bind_i64(st, 1, block);
        if ((r = step(db, st, err)) < 0)
            return r;
        db->epss_entries = r > 0 ? store_str(st, 0) : STR_NULL;
        db->epss_block = block;
    }
    *ret = db->epss_entries;
    return 0;
}

int advisory_db_detail(AdvisoryDb *db, Str id, Arena *a, VulnDetail *ret, Error *err) {
    int64_t cve = -1;
    bool packed = cve_pack(id, &cve), known = false;
    VulnDetail d = {.published = TIME_NONE, .modified = TIME_NONE, .epss = -1, .epss_percentile = -1};

    StoreStmt *st = NULL;
    int r = query(db, packed ? QUERY_CVE : QUERY_OTHER, &st, err);
    if (r < 0)
        return r;
    if (packed)
        store_bind_i64(st, 1, cve);
    else
        store_bind_text(st, 1, id);
    if ((r = step(db, st, err)) < 0)
        return r;
    if (r > 0) {
        if (codec_detail_decode(store_str(st, 0), &d) < 0)
            return malformed(db, err, "details of a vulnerability cannot be read");
        known = true;
    }
    d.id = id;
    copy_detail(a, &d);

    if (!db->kev_loaded && (r = load_kev(db, err)) < 0)
        return r;
    const Str *due = map_get(&db->kev, id);
    if (due) {
        d.kev = known = true;
        d.kev_due = arena_str(a, *due);
    }

    if (packed) {
        Str entries;
        if ((r = epss_entries(db, cve >> 8, &entries, err)) < 0)
            return r;
        if (!str_empty(entries) && codec_epss_find(entries, (uint8_t) cve, &d.epss, &d.epss_percentile))
            known = true;
    }
    if (!known)
        return 0;
    *ret = d;
    return 1;
}

int advisory_db_eol(AdvisoryDb *db, Str release, int64_t *ret_eol, int64_t *ret_extended, Error *err) {
    StoreStmt *st = NULL;
    int r = query(db, QUERY_EOL, &st, err);
    if (r < 0)
        return r;
    store_bind_text(st, 1, release);
    if ((r = step(db, st, err)) <= 0)
        return r;
    *ret_eol = store_i64(st, 0);
    *ret_extended = store_i64(st, 1);
    return 1;
}

int advisory_db_repository_cpes(AdvisoryDb *db, Str repository, Arena *a, Str *ret, Error *err) {
    StoreStmt *st = NULL;
    int r = query(db, QUERY_REPOSITORY, &st, err);
    if (r < 0)
        return r;
    store_bind_text(st, 1, repository);
    if ((r = step(db, st, err)) <= 0)
        return r;
    *ret = arena_str(a, store_str(st, 0));
    return 1;
}

int advisory_db_verify(AdvisoryDb *db, Error *err) {
    char digest[ADVISORY_DIGEST_MAX];
    int r = advisory_content_digest(db->store, digest, err);
    if (r < 0)
        return read_failed(db, r, err);
    if (!str_eqz(db->digest, digest))
        return malformed(db, err, "its content does not have the digest that it states");
    return 0;
}

char *advisory_db_default_path(void) {
    const char *own = getenv("PLIMSOLL_DB"), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (own && *own)
        return xstrdup(own);
    if (data && *data)
        return xasprintf("%s/plimsoll/advisories.db", data);
    return xasprintf("%s/.local/share/plimsoll/advisories.db", home && *home ? home : "/root");
}
