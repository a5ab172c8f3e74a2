/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/update.h"

#include <archive.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/worker.h"
#include "parse/node.h"

enum {
    CHECKSUM_MAX = 4096,
    MANIFEST_MAX = 4 << 20,
    BLOCK = 128 << 10,
};
static const uint64_t download_max = (uint64_t) 1 << 30, database_max = (uint64_t) 4 << 30;

typedef struct Update {
    const char *source, *path;
    const UpdateOptions *options;
    UpdateReport *report;
    char *part;               /* what is downloaded so far; named after its checksum */
    HttpClient *http;
    HttpStream *stream;
    Registry *registry;
    RegistryBlob *blob;
} Update;

static void update_done(Update *u) {
    http_stream_closep(&u->stream);
    http_client_freep(&u->http);
    registry_blob_closep(&u->blob);
    registry_closep(&u->registry);
    free(u->part);
}

/* The first word of sha256sum's output. */
static int take_checksum(Update *u, Str text, Error *err) {
    Str word = str_head(text, 64);
    bool good = word.n == 64 && (text.n == 64 || text.p[64] == ' ' || text.p[64] == '\n' || text.p[64] == '\r' || text.p[64] == '\t');
    for (size_t i = 0; i < word.n && good; i++)
        good = (word.p[i] >= '0' && word.p[i] <= '9') || (word.p[i] >= 'a' && word.p[i] <= 'f');
    if (!good)
        return error_set(err, -EBADMSG, "%s.sha256: not a SHA-256 checksum (64 lower-case hex digits, as sha256sum prints)", u->source);
    memcpy(u->report->sha256, word.p, 64);
    u->report->sha256[64] = 0;
    return 0;
}

static int get_checksum(Update *u, Error *err) {
    _cleanup_free_ char *url = xasprintf("%s.sha256", u->source);
    HttpRequest rq = {.url = url, .max_body = CHECKSUM_MAX};
    HttpResponse answer = {0};
    int r = http_request(u->http, &rq, &answer, err);
    if (r >= 0 && answer.status != 200)
        r = error_set(err, answer.status == 404 ? -ENOENT : -EREMOTEIO, "%s: status %d; a database is only taken with its checksum beside it", url, answer.status);
    if (r >= 0)
        r = take_checksum(u, buf_view(&answer.body), err);
    http_response_done(&answer);
    return r;
}

/* The one layer of the artifact, or the one whose media type or title names an advisory database. */
static const Node *pick_layer(const Node *manifest) {
    const Node *layers = node_get(manifest, "layers"), *found = node_count(layers) == 1 ? node_first(layers) : NULL;
    if (found)
        return found;
    node_each(layer, layers)
        if (str_find(node_get_str(layer, "mediaType"), STR("plimsoll.advisories")) >= 0 ||
            str_find(node_get_str(node_get(layer, "annotations"), "org.opencontainers.image.title"), STR("advisories.db")) >= 0)
            return layer;
    return NULL;
}

/* Finds the layer's digest in the artifact's manifest; *ret_size is what it states. */
static int get_manifest(Update *u, uint64_t *ret_size, Error *err) {
    Arena a = {0};
    Diag d = {0};
    RegistryRef ref;
    RegistryOptions plain = {0};
    RegistryManifest m = {0};
    Limits limits = limits_default();
    Node *root = NULL;
    int64_t size = -1;
    int r = registry_ref_parse(str_from(u->source + strlen("oci://")), &a, &ref, err);
    if (r >= 0)
        r = registry_open(&ref, u->options->registry ? u->options->registry : &plain, &u->registry, err);
    if (r >= 0)
        r = registry_manifest_get(u->registry, str_empty(ref.digest) ? ref.tag : ref.digest, MANIFEST_MAX, &m, err);
    if (r >= 0 && (json_parse(str_n(m.bytes, m.n), u->source, &limits, &a, &d, &root) < 0 || !node_is(root, NODE_MAP)))
        r = error_set(err, -EBADMSG, "%s: its manifest is no JSON map", u->source);
    if (r >= 0) {
        const Node *layer = pick_layer(root);
        Str digest = node_get_str(layer, "digest");
        if (!layer || node_i64(node_get(layer, "size"), &size) < 0 || size <= 0 || !registry_digest_valid(digest) || !str_starts(digest, STR("sha256:")))
            r = error_set(err, -EBADMSG, "%s: no artifact with one layer that is an advisory database", u->source);
        else {
            memcpy(u->report->sha256, digest.p + 7, 64);
            u->report->sha256[64] = 0;
            *ret_size = (uint64_t) size;
        }
    }
    registry_manifest_done(&m);
    diag_done(&d);
    arena_done(&a);
    return r;
}

/* Beside the database: which download it came from, so that the same is not got twice. Two lines: checksum, content digest. */
static bool is_current(Update *u) {
    _cleanup_free_ char *name = xasprintf("%s.source", u->path);
    _cleanup_free_ char *text = NULL;
    size_t n;
    if (fs_read(name, CHECKSUM_MAX, &text, &n, NULL) < 0)
        return false;
    Str rest = str_n(text, n), checksum, digest;
    if (!str_line(&rest, &checksum) || !str_line(&rest, &digest) || !str_eqz(checksum, u->report->sha256))
        return false;
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    if (advisory_db_open(u->path, &db, NULL) < 0 || !str_eq(advisory_db_digest(db), digest))
        return false;
    snprintf(u->report->digest, sizeof(u->report->digest), "%.*s", STR_FMT(digest));
    return true;
}

static ssize_t read_source(Update *u, void *p, size_t n, Error *err) {
    return u->stream ? http_stream_read(u->stream, p, n, err) : registry_blob_read(u->blob, p, n, err);
}

/* Opens the source at the byte reached before; *ret_at is 0 when it has to begin anew. */
static int open_source(Update *u, uint64_t size, uint64_t *ret_at, Error *err) {
    if (u->registry) {
        char digest[72];
        snprintf(digest, sizeof(digest), "sha256:%s", u->report->sha256);
        *ret_at = 0;
        return registry_blob_open(u->registry, str_from(digest), size, &u->blob, err);
    }
    int status;
    HttpRequest rq = {.url = u->source, .from = *ret_at};
    int r = http_stream_open(u->http, &rq, &status, &u->stream, err);
    if (r >= 0 && status == 416) { /* no such byte: what we have is longer than the file */
        http_stream_closep(&u->stream);
        u->stream = NULL;
        *ret_at = rq.from = 0;
        r = http_stream_open(u->http, &rq, &status, &u->stream, err);
    }
    if (r >= 0 && status != 200 && status != 206)
        r = error_set(err, status == 404 ? -ENOENT : -EREMOTEIO, "%s: status %d", u->source, status);
    return r;
}

/* Feeds the hasher with what is there already; the number of bytes, or -errno. */
static int64_t hash_start(int fd, Hasher *h, char *block) {
    int64_t at = 0;
    for (;;) {
        ssize_t n = fs_pread_all(fd, block, BLOCK, (uint64_t) at);
        if (n < 0)
            return n;
        hasher_add(h, block, (size_t) n);
        at += n;
        if (n < BLOCK)
            return at;
    }
}

static int download(Update *u, uint64_t size, int fd, Error *err) {
    uint64_t max = u->options->max_download ? u->options->max_download : download_max;
    _cleanup_free_ char *block = xmalloc(BLOCK);
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    char hex[DIGEST_HEX_MAX + 1];
    int64_t have = hash_start(fd, h, block);
    if (have < 0)
        return error_errno(err, (int) have, "%s", u->part);
    uint64_t at = (uint64_t) have;
    int r = open_source(u, size, &at, err);
    if (r < 0)
        return r;
    if (at != (uint64_t) have) {
        if (ftruncate(fd, 0) < 0)
            return error_errno(err, -errno, "%s", u->part);
        hasher_hex(h, hex);
    }
    u->report->resumed = at;
    lseek(fd, (off_t) at, SEEK_SET);
    for (;;) {
        ssize_t n = read_source(u, block, BLOCK, err);
        if (n < 0)
            return error_wrap(err, (int) n, "after %llu bytes, which are kept for the next try", (unsigned long long) at);
        if (n == 0)
            break;
        if ((at += (uint64_t) n) > max)
            return error_set(err, -E2BIG, "%s: more than %llu bytes", u->source, (unsigned long long) max);
        hasher_add(h, block, (size_t) n);
        r = fs_write_all(fd, block, (size_t) n);
        if (r < 0)
            return error_errno(err, r, "writing %s", u->part);
        u->report->downloaded += (uint64_t) n;
        if (u->options->progress)
            u->options->progress(u->options->userdata, (uint64_t) n);
    }
    hasher_hex(h, hex);
    if (strcmp(hex, u->report->sha256) == 0)
        return 0;
    unlink(u->part);
    return error_set(err, -EBADMSG, "%s: wrong checksum: sha256 %s is stated, its %llu bytes have %s", u->source, u->report->sha256, (unsigned long long) at, hex);
}

/* In the worker: decompresses to the output. */
typedef struct Source {
    int fd;
    char *block;
} Source;

static la_ssize_t read_fd(struct archive *ar, void *userdata, const void **ret) {
    Source *s = userdata;
    ssize_t n = read(s->fd, s->block, BLOCK);
    if (n < 0)
        archive_set_error(ar, errno, "reading: %s", strerror(errno));
    *ret = s->block;
    return n;
}

static int unpack_job(const WorkerIo *io) {
    struct archive_entry *entry;
    struct archive *ar = archive_read_new();
    _cleanup_free_ char *block = xmalloc(BLOCK), *in = xmalloc(BLOCK);
    Source source = {io->fds[0], in};
    int r = 0;
    archive_read_support_filter_gzip(ar);
    archive_read_support_filter_xz(ar);
    archive_read_support_filter_zstd(ar);
    archive_read_support_format_raw(ar);
    if (archive_read_open(ar, &source, NULL, read_fd, NULL) != ARCHIVE_OK || archive_read_next_header(ar, &entry) != ARCHIVE_OK)
        r = -EBADMSG;
    for (la_ssize_t n = 1; r >= 0 && n > 0;) {
        n = archive_read_data(ar, block, BLOCK);
        r = n < 0 ? -EBADMSG : fs_write_all(io->out, block, (size_t) n);
    }
    if (r == -EBADMSG)
        r = worker_fail(io, r, "decompressing: %s", archive_error_string(ar) ? archive_error_string(ar) : "unknown fault");
    archive_read_free(ar);
    return r;
}

static int take_chunk(void *userdata, Str bytes) {
    return fs_write_all(*(int *) userdata, bytes.p, bytes.n);
}

/* Unpacks, checks and puts in place. */
static int install(Update *u, int fd, Error *err) {
    _cleanup_free_ char *fresh = xasprintf("%s.new-XXXXXX", u->path);
    _cleanup_fd_ int out = mkostemp(fresh, O_CLOEXEC);
    if (out < 0)
        return error_errno(err, -errno, "creating %s", fresh);
    WorkerLimits limits = {.output = u->options->max_database ? u->options->max_database : database_max};
    lseek(fd, 0, SEEK_SET);
    int r = worker_call(unpack_job, STR(""), &fd, 1, &limits, take_chunk, &out, err);
    if (r >= 0 && (fchmod(out, 0644) < 0 || fsync(out) < 0))
        r = error_errno(err, -errno, "%s", fresh);
    if (r < 0)
        error_wrap(err, r, "%s", u->source);
    if (r >= 0) {
        _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
        r = advisory_db_open(fresh, &db, err);
        if (r >= 0)
            r = advisory_db_verify(db, err);
        if (r >= 0)
            snprintf(u->report->digest, sizeof(u->report->digest), "%.*s", STR_FMT(advisory_db_digest(db)));
        else
            error_wrap(err, r, "what %s sends", u->source);
    }
    if (r >= 0 && rename(fresh, u->path) < 0)
        r = error_errno(err, -errno, "renaming %s to %s", fresh, u->path);
    if (r < 0) {
        unlink(fresh);
        return r;
    }
    /* Only saves the next download: a failure costs nothing else. */
    _cleanup_free_ char *name = xasprintf("%s.source", u->path), *text = xasprintf("%s\n%s\n", u->report->sha256, u->report->digest);
    (void) fs_write_atomic(name, text, strlen(text), 0644, NULL);
    return 0;
}

static int run(Update *u, Error *err) {
    uint64_t size = UINT64_MAX;
    HttpOptions plain = {0};
    int r;
    if (strncmp(u->source, "oci://", 6) == 0)
        r = get_manifest(u, &size, err);
    else if (strncmp(u->source, "https://", 8) == 0 || strncmp(u->source, "http://", 7) == 0) {
        r = http_client_new(u->options->http ? u->options->http : &plain, &u->http, err);
        if (r >= 0)
            r = get_checksum(u, err);
    } else
        return error_set(err, -EINVAL, "%s: expected an http:// or https:// URL of a database file, or oci://HOST/NAME:TAG", u->source);
    if (r < 0)
        return r;
    if (is_current(u))
        return 0;
    _cleanup_free_ char *parent = xstrdup(u->path);
    char *slash = strrchr(parent, '/');
    if (slash && slash != parent) {
        *slash = 0;
        r = fs_mkdir_p(parent, err);
        if (r < 0)
            return r;
    }
    u->part = xasprintf("%s.part-%.16s", u->path, u->report->sha256);
    _cleanup_fd_ int fd = open(u->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(err, -errno, "creating %s", u->part);
    r = download(u, size, fd, err);
    if (r >= 0) {
        r = install(u, fd, err);
        unlink(u->part);
    }
    u->report->changed = r >= 0;
    return r;
}

int advisory_update(const char *source, const char *path, const UpdateOptions *options, UpdateReport *ret, Error *err) {
    static const UpdateOptions plain = {0};
    *ret = (UpdateReport) {0};
    Update u = {.source = source, .path = path, .options = options ? options : &plain, .report = ret};
    int r = run(&u, err);
    update_done(&u);
    return r;
}
