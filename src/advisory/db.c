/* SPDX-License-Identifier: Apache-2.0 */
/* The database's read side. Everything goes through value(), which believes nothing before its checksum. */
#include "advisory/db.h"

#include "advisory/codec.h"
#include "advisory/digest.h"
#include "advisory/schema.h"
#include "base/alloc.h"
#include "base/time.h"
#include "store/store.h"

static const char *const queries[TABLE_N_] = {
#define T(NAME, name) "SELECT value FROM " name " WHERE number = ?1",
    ADVISORY_TABLES(T)
#undef T
};

/* A statement that stands on the value it read last, so that asking for the same again costs nothing. Of tables whose values are needed
 * side by side there are several, one a way. */
typedef struct Reader {
    StoreStmt *st;
    int64_t number; /* -1: on none */
    Str value;
} Reader;

enum {
    ROW_WAYS = 2,    /* a package's own name and its source's */
    DETAIL_WAYS = 8, /* vulnerabilities of one package mostly lie in few blocks */
    WAYS = 8,
    FEEDS_MAX = 4096,
    RELEASES_MAX = 65536,
};

typedef struct Release {
    Str name;
    uint64_t first, n;    /* numbers of its packages */
    Str feeds;            /* their numbers, wire-encoded */
    Str index;            /* read when first asked for */
    bool has_index;
} Release;

struct AdvisoryDb {
    Store *store;
    char *path;
    Arena arena;          /* what `meta` says, and the indexes */
    AdvisoryFeed *feeds;  /* in name order; the place is the number */
    Str *feed_names;
    size_t n_feeds;
    Release *releases;    /* in name order; the place is the number */
    size_t n_releases;
    uint64_t n_packages;  /* of all releases */
    Str digest;
    Reader readers[TABLE_N_][WAYS];
    CodecScratch scratch[ROW_WAYS];
    unsigned row_way;
};

static int malformed(const AdvisoryDb *db, Error *err, const char *what) {
    return error_set(err, -EBADMSG, "%s: the advisory database is damaged (%s); get it again with `plimsoll db update` or `db build`", db->path, what);
}

/* Failures of SQLite while reading a file of the right kind are damage too: say what to do. */
static int read_failed(const AdvisoryDb *db, int r, Error *err) {
    return r == -EBADMSG ? malformed(db, err, error_text(err, r)) : r;
}

/* Cuts the checksum off what a statement stands on, when it is right. */
static int checked(const AdvisoryDb *db, AdvisoryTable t, int64_t number, Str stored, Str *ret, Error *err) {
    if (stored.n < ADVISORY_CHECKSUM)
        return malformed(db, err, "a value is cut short");
    Str content = str_head(stored, stored.n - ADVISORY_CHECKSUM);
    if (le64(stored.p + content.n) != advisory_checksum(t, number, content))
        return malformed(db, err, "a value does not have its checksum");
    *ret = content;
    return 0;
}

/* A value, which must be there: whoever asks has its number from another one. Valid until the next call for the same table and way. */
static int value(AdvisoryDb *db, AdvisoryTable t, unsigned way, int64_t number, Str *ret, Error *err) {
    Reader *v = &db->readers[t][way];
    if (!v->st) {
        int r = store_prepare(db->store, queries[t], &v->st, err);
        if (r < 0)
            return read_failed(db, r, err);
        v->number = -1;
    }
    if (v->number != number) {
        v->number = -1;
        store_reset(v->st);
        store_bind_i64(v->st, 1, number);
        int r = store_step(v->st, err);
        if (r < 0)
            return read_failed(db, r, err);
        if (r == 0)
            return malformed(db, err, "a value is missing");
        if ((r = checked(db, t, number, store_str(v->st, 0), &v->value, err)) < 0)
            return r;
        v->number = number;
    }
    *ret = v->value;
    return 0;
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

static int load_feeds(AdvisoryDb *db, Error *err) {
    Str text;
    int r = value(db, TABLE_META, 0, META_FEEDS, &text, err);
    if (r < 0)
        return r;
    WireReader w = wire_reader(arena_str(&db->arena, text));
    db->n_feeds = (size_t) wire_max(&w, FEEDS_MAX);
    db->feeds = arena_alloc(&db->arena, (db->n_feeds + 1) * sizeof(AdvisoryFeed));
    db->feed_names = arena_alloc(&db->arena, (db->n_feeds + 1) * sizeof(Str));
    for (size_t i = 0; i < db->n_feeds; i++) {
        AdvisoryFeed *f = &db->feeds[i];
        db->feed_names[i] = f->info.name = wire_str(&w);
        f->info.date = wire_i64(&w);
        f->info.records = wire_u64(&w);
        f->rows = wire_u64(&w);
        f->problems = wire_u64(&w);
        f->info.digest = wire_str(&w);
        wire_u64(&w); /* its rank speaks in the details */
    }
    return wire_ok(&w) && w.rest.n == 0 ? 0 : malformed(db, err, "its feeds cannot be read");
}

static int load_releases(AdvisoryDb *db, Error *err) {
    Str text;
    int r = value(db, TABLE_META, 0, META_RELEASES, &text, err);
    if (r < 0)
        return r;
    WireReader w = wire_reader(arena_str(&db->arena, text));
    db->n_releases = (size_t) wire_max(&w, RELEASES_MAX);
    db->releases = arena_alloc(&db->arena, (db->n_releases + 1) * sizeof(Release));
    for (size_t i = 0; i < db->n_releases; i++) {
        Release *x = &db->releases[i];
        x->name = wire_str(&w);
        x->first = db->n_packages;
        x->n = wire_max(&w, UINT32_MAX);
        x->feeds = wire_str(&w);
        db->n_packages += x->n;
        if (i && str_cmp(db->releases[i - 1].name, x->name) >= 0)
            w.bad = true;
    }
    return wire_ok(&w) && w.rest.n == 0 ? 0 : malformed(db, err, "its releases cannot be read");
}

static int load_digest(AdvisoryDb *db, Error *err) {
    Str text;
    int r = value(db, TABLE_META, 0, META_DIGEST, &text, err);
    if (r >= 0)
        db->digest = arena_str(&db->arena, text);
    return r;
}

int advisory_db_open(const char *path, AdvisoryDb **ret, Error *err) {
    _cleanup_(advisory_db_closep) AdvisoryDb *db = xcalloc(1, sizeof(AdvisoryDb));
    db->path = xstrdup(path);
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
    for (size_t t = 0; t < TABLE_N_; t++)
        for (size_t i = 0; i < WAYS; i++)
            store_stmt_freep(&db->readers[t][i].st);
    store_closep(&db->store);
    for (size_t i = 0; i < ROW_WAYS; i++)
        codec_scratch_done(&db->scratch[i]);
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

/* NULL when the database has none of this name. */
static Release *release_of(const AdvisoryDb *db, Str name) {
    size_t lo = 0, hi = db->n_releases;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(name, db->releases[mid].name);
        if (c == 0)
            return &db->releases[mid];
        if (c > 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

int advisory_db_release_feeds(AdvisoryDb *db, Str release, Arena *a, Str **ret, size_t *ret_n, Error *err) {
    const Release *x = release_of(db, release);
    Str *out = arena_alloc(a, (db->n_feeds + 1) * sizeof(Str));
    size_t n = 0;
    WireReader w = wire_reader(x ? x->feeds : STR_NULL);
    while (w.rest.n) {
        uint64_t feed = wire_u64(&w);
        if (!wire_ok(&w) || feed >= db->n_feeds || n == db->n_feeds)
            return malformed(db, err, "a release names a feed that is not there");
        out[n++] = db->feed_names[feed];
    }
    *ret = out;
    *ret_n = n;
    return 0;
}

static int index_of(AdvisoryDb *db, Release *x, Str *ret, Error *err) {
    if (!x->has_index) {
        Str text;
        int r = value(db, TABLE_INDEXES, 0, x - db->releases, &text, err);
        if (r < 0)
            return r;
        x->index = arena_str(&db->arena, text);
        x->has_index = true;
    }
    *ret = x->index;
    return 0;
}

static int rows_failed(const AdvisoryDb *db, int r, Error *err) {
    return r == -EBADMSG ? malformed(db, err, "rows of a package cannot be read") : r;
}

int advisory_db_rows(AdvisoryDb *db, Str release, Str package, int (*row)(void *userdata, const AdvisoryRow *r), void *userdata, Error *err) {
    Release *x = release_of(db, release);
    Str index, rows;
    if (!x)
        return 0;
    int r = index_of(db, x, &index, err);
    if (r < 0)
        return r;
    for (ssize_t at = codec_index_find(index, package); at >= 0;) {
        unsigned way = db->row_way = (db->row_way + 1) % ROW_WAYS;
        r = value(db, TABLE_PACKAGE_ROWS, way, (int64_t) (x->first + codec_index_number(index, &at)), &rows, err);
        if (r < 0)
            return r;
        if (str_eq(codec_rows_package(rows), package))
            return rows_failed(db, codec_rows_decode(rows, db->feed_names, db->n_feeds, &db->scratch[way], row, userdata), err);
    }
    return 0;
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
    for (size_t i = 0; i < db->n_releases; i++) {
        const Release *x = &db->releases[i];
        for (uint64_t k = 0; k < x->n; k++) {
            Str rows;
            int r = value(db, TABLE_PACKAGE_ROWS, 0, (int64_t) (x->first + k), &rows, err);
            if (r < 0)
                return r;
            Find f = {id, x->name, codec_rows_package(rows), row, userdata};
            r = rows_failed(db, codec_rows_decode(rows, db->feed_names, db->n_feeds, &db->scratch[0], find_row, &f), err);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* Details by their number. */
static int detail_at(AdvisoryDb *db, uint32_t number, VulnDetail *ret, Error *err) {
    Str block;
    int64_t at = details_block(number);
    int r = value(db, TABLE_DETAILS, (unsigned) (at % DETAIL_WAYS), at, &block, err);
    if (r < 0)
        return r;
    r = codec_block_get(block, (number - 1) % DETAILS_BLOCK, ret);
    return r < 0 ? malformed(db, err, "details of a vulnerability cannot be read") : 0;
}

int advisory_db_row_detail(AdvisoryDb *db, const AdvisoryRow *row, VulnDetail *ret, Error *err) {
    if (row->detail == 0)
        return malformed(db, err, "a row names no details");
    int r = detail_at(db, row->detail, ret, err);
    if (r >= 0 && !str_eq(ret->id, row->id))
        return malformed(db, err, "a row names the details of another vulnerability");
    return r;
}

static void copy_detail(Arena *a, VulnDetail *d) {
    Str *const fields[] = {&d->id, &d->title, &d->severity_source, &d->aliases, &d->references, &d->kev_due};
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        *fields[i] = arena_str(a, *fields[i]);
    for (size_t i = 0; i < d->n_cvss; i++) {
        d->cvss[i].vector = arena_str(a, d->cvss[i].vector);
        d->cvss[i].source = arena_str(a, d->cvss[i].source);
    }
}

/* What stands of a CVE in `cves`: 1, 0 nothing. */
static int find_cve(AdvisoryDb *db, int64_t cve, CodecCve *ret, Error *err) {
    Str text;
    int r = value(db, TABLE_META, 0, META_CVES, &text, err);
    if (r < 0)
        return r;
    WireReader w = wire_reader(text);
    int64_t first = 0, block = -1;
    while (w.rest.n && wire_ok(&w)) {
        first += (int64_t) wire_max(&w, (uint64_t) INT64_MAX - (uint64_t) first);
        if (first > cve)
            break;
        block++;
    }
    if (!wire_ok(&w))
        return malformed(db, err, "the list of CVEs cannot be read");
    if (block < 0)
        return 0;
    r = value(db, TABLE_CVES, 0, block, &text, err);
    if (r >= 0 && (r = codec_cve_find(text, cve, ret)) < 0)
        return malformed(db, err, "a block of CVEs cannot be read");
    return r;
}

/* What goes by an id that is no CVE, or has it among its other names. */
static int find_other(AdvisoryDb *db, Str id, VulnDetail *ret, Error *err) {
    Str index;
    int r = value(db, TABLE_INDEXES, 0, (int64_t) db->n_releases + INDEX_OTHERS, &index, err);
    for (ssize_t at = r < 0 ? -1 : codec_index_find(index, id); at >= 0;) {
        uint32_t number = codec_index_number(index, &at);
        if (number == 0)
            return malformed(db, err, "a vulnerability without details");
        r = detail_at(db, number, ret, err);
        if (r < 0)
            return r;
        if (str_eq(ret->id, id) || str_has_word(ret->aliases, id))
            return 1;
    }
    return r;
}

int advisory_db_detail(AdvisoryDb *db, Str id, Arena *a, VulnDetail *ret, Error *err) {
    int64_t cve;
    CodecCve c;
    VulnDetail d = {.id = id, .published = TIME_NONE, .modified = TIME_NONE, .epss = -1, .epss_percentile = -1};
    int r;
    if (!cve_pack(id, &cve))
        r = find_other(db, id, &d, err);
    else if ((r = find_cve(db, cve, &c, err)) == 1) {
        if (c.detail && (r = detail_at(db, c.detail, &d, err)) < 0)
            return r;
        if (!str_eq(d.id, id))
            return malformed(db, err, "a CVE with the details of another");
        if (c.has_epss) {
            d.epss = (double) c.epss / EPSS_SCALE;
            d.epss_percentile = (double) c.percentile / EPSS_SCALE;
        }
        r = 1;
    }
    if (r <= 0)
        return r;
    copy_detail(a, &d);
    *ret = d;
    return 1;
}

int advisory_db_eol(AdvisoryDb *db, Str release, int64_t *ret_eol, int64_t *ret_extended, Error *err) {
    Str text;
    int r = value(db, TABLE_META, 0, META_EOL, &text, err);
    if (r < 0)
        return r;
    WireReader w = wire_reader(text);
    while (w.rest.n && wire_ok(&w)) {
        Str name = wire_str(&w);
        int64_t eol = wire_i64(&w), extended = wire_i64(&w);
        if (!wire_ok(&w) || !str_eq(name, release))
            continue;
        *ret_eol = eol;
        *ret_extended = extended;
        return 1;
    }
    return wire_ok(&w) ? 0 : malformed(db, err, "dates of the end of life cannot be read");
}

int advisory_db_repository_cpes(AdvisoryDb *db, Str repository, Arena *a, Str *ret, Error *err) {
    Str index, text;
    int r = value(db, TABLE_INDEXES, 0, (int64_t) db->n_releases + INDEX_REPOSITORIES, &index, err);
    for (ssize_t at = r < 0 ? -1 : codec_index_find(index, repository); at >= 0;) {
        r = value(db, TABLE_REPOSITORIES, 0, codec_index_number(index, &at), &text, err);
        if (r < 0)
            return r;
        WireReader w = wire_reader(text);
        Str name = wire_str(&w), cpes = wire_str(&w);
        if (!wire_ok(&w))
            return malformed(db, err, "CPEs of a repository cannot be read");
        if (!str_eq(name, repository))
            continue;
        *ret = arena_str(a, cpes);
        return 1;
    }
    return r;
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
