/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/archive.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

#include "advisory/archive-index.h"
#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/time.h"
#include "base/wire.h"
#include "base/worker.h"
#include "version/version.h"

enum { INDEX_MAX = 512 << 20, SOURCES_MAX = 64 };

void archive_gap(Archives *a, Str subject, const char *fmt, ...) {
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    Gap g = {.kind = GAP_ARCHIVE, .subject = arena_str(&a->arena, subject), .reason = arena_str(&a->arena, str_from(text))};
    vec_push(&a->gaps, g);
}

char *archive_path(const ArchiveOptions *o, const char *path) {
    return xasprintf("%s%s", o->root ? o->root : "", path);
}

static Str host_of(Str uri) {
    ssize_t at = str_find(uri, STR("://"));
    Str host = at < 0 ? STR_NULL : str_from_at(uri, (size_t) at + 3), before, rest;
    if (str_cut(host, '/', &before, &rest))
        host = before;
    if (str_cut(host, '@', &before, &rest))
        host = rest;
    if (str_cut(host, ':', &before, &rest))
        host = before;
    return host;
}

bool archive_host_allowed(const ArchiveOptions *o, Str uri) {
    static const char *const distributions[] = {".debian.org", ".ubuntu.com", ".alpinelinux.org"};
    if (!str_starts(uri, STR("http://")) && !str_starts(uri, STR("https://")))
        return false;
    if (o->own_root)
        return true;
    Str host = host_of(uri);
    for (size_t i = 0; i < ARRAY_SIZE(distributions); i++)
        if (str_ends(host, str_from(distributions[i])))
            return true;
    for (size_t i = 0; o->hosts && o->hosts[i]; i++)
        if (str_ieq(host, str_from(o->hosts[i])))
            return true;
    return false;
}

/* ---- copies of what was fetched ---- */

static char *cache_path(const Archives *a, const char *url, const char *suffix) {
    char hex[65];
    sha256_hex(url, strlen(url), hex);
    return xasprintf("%s/archives/%s%s", a->options->cache_dir, hex, suffix);
}

int archive_cached(Archives *a, const char *url, size_t max, ArchiveBody *ret, Error *err) {
    if (!a->options->cache_dir)
        return error_set(err, -ENOENT, "there is no cached copy");
    _cleanup_free_ char *path = cache_path(a, url, ""), *bytes = NULL;
    size_t n;
    if (fs_read(path, max, &bytes, &n, NULL) < 0)
        return error_set(err, -ENOENT, "there is no cached copy");
    ret->bytes = buf_new(max);
    ret->origin = "cache";
    return buf_add(&ret->bytes, bytes, n);
}

/* A failure to keep a copy costs the next run a transfer, nothing more. */
static void keep(const Archives *a, const char *url, const HttpResponse *rs) {
    if (!a->options->cache_dir)
        return;
    _cleanup_free_ char *dir = xasprintf("%s/archives", a->options->cache_dir), *path = cache_path(a, url, ""), *meta = cache_path(a, url, ".meta");
    _cleanup_free_ char *text = xasprintf("%s\n%s\n", rs->etag ? rs->etag : "", rs->last_modified ? rs->last_modified : "");
    if (fs_mkdir_p(dir, NULL) < 0)
        return;
    /* The validators go first: they must never be of an older body than the one that lies there. */
    unlink(meta);
    if (fs_write_atomic(path, rs->body.p, rs->body.n, 0600, NULL) == 0)
        fs_write_atomic(meta, text, strlen(text), 0600, NULL);
}

void archive_forget(Archives *a, const char *url) {
    if (!a->options->cache_dir)
        return;
    _cleanup_free_ char *path = cache_path(a, url, ""), *meta = cache_path(a, url, ".meta");
    unlink(meta);
    unlink(path);
}

int archive_fetch(Archives *a, const char *url, size_t max, bool immutable, ArchiveBody *ret, Error *err) {
    ArchiveBody cached = {0};
    bool has = archive_cached(a, url, max, &cached, NULL) == 0;
    if (has && immutable) {
        *ret = cached;
        return 0;
    }
    if (!a->options->http) {
        buf_done(&cached.bytes);
        return error_set(err, -ENETUNREACH, "the network is refused");
    }
    _cleanup_free_ char *meta = has ? cache_path(a, url, ".meta") : NULL, *text = NULL, *if_none = NULL, *if_modified = NULL;
    size_t n;
    Str rest, etag = STR_NULL, modified = STR_NULL;
    if (meta && fs_read(meta, 4096, &text, &n, NULL) == 0) {
        rest = str_n(text, n);
        if (str_line(&rest, &etag))
            str_line(&rest, &modified);
    }
    const char *headers[3] = {NULL};
    size_t n_headers = 0;
    if (!str_empty(etag)) {
        if_none = xasprintf("If-None-Match: %.*s", STR_FMT(etag));
        headers[n_headers++] = if_none;
    }
    if (!str_empty(modified)) {
        if_modified = xasprintf("If-Modified-Since: %.*s", STR_FMT(modified));
        headers[n_headers++] = if_modified;
    }
    HttpRequest rq = {.url = url, .headers = headers, .max_body = max};
    HttpResponse rs = {0};
    int r = http_request(a->options->http, &rq, &rs, err);
    if (r == 0 && rs.status == 304 && has) {
        *ret = cached;
        cached = (ArchiveBody) {0};
    } else if (r == 0 && rs.status == 200) {
        keep(a, url, &rs);
        *ret = (ArchiveBody) {rs.body, "network"};
        rs.body = (Buf) {0};
    } else if (r == 0) {
        r = error_set(err, rs.status == 404 ? -ENOENT : -EIO, "%s: the server answered %d", url, rs.status);
    }
    http_response_done(&rs);
    buf_done(&cached.bytes);
    return r;
}

/* ---- in the worker ---- */

typedef struct Out {
    const WorkerIo *io;
    Buf b;
    int r;
} Out;

static int flush(Out *o) {
    int r = o->b.n ? fs_write_all(o->io->out, o->b.p, o->b.n) : 0;
    buf_clear(&o->b);
    return r;
}

static int put(void *userdata, Str name, Str version) {
    Out *o = userdata;
    if (name.n > 512 || version.n > 512)
        return 0;
    wire_put_str(&o->b, name);
    wire_put_str(&o->b, version);
    return o->b.n > 65536 ? flush(o) : 0;
}

static int map_input(const WorkerIo *io, Str *ret) {
    off_t size = lseek(io->fds[0], 0, SEEK_END);
    void *p = size > 0 ? mmap(NULL, (size_t) size, PROT_READ, MAP_PRIVATE, io->fds[0], 0) : MAP_FAILED;
    if (p == MAP_FAILED)
        return worker_fail(io, -EBADMSG, "the file is empty");
    *ret = str_n(p, (size_t) size);
    return 0;
}

static int index_job(const WorkerIo *io) {
    Str packed = STR_NULL, index;
    Buf text = {0};
    bool apk = str_eqz(io->args, "apk");
    int r = map_input(io, &packed);
    if (r < 0)
        return r;
    r = unpack_bytes(packed, INDEX_MAX, &text);
    if (r < 0)
        return worker_fail(io, r, r == -E2BIG ? "larger than %d MiB" : "it cannot be unpacked", INDEX_MAX >> 20);
    Out out = {.io = io, .b = buf_new((size_t) 1 << 20)};
    index = buf_view(&text);
    if (apk && apkindex_of_tar(buf_view(&text), &index) < 0)
        return worker_fail(io, -EBADMSG, "it holds no APKINDEX");
    r = apk ? apkindex_parse(index, put, &out) : packages_parse(index, put, &out);
    return r < 0 ? r : flush(&out);
}

static int unpack_job(const WorkerIo *io) {
    Str packed = STR_NULL;
    Buf text = {0};
    int r = map_input(io, &packed);
    if (r < 0)
        return r;
    r = unpack_bytes(packed, INDEX_MAX, &text);
    if (r < 0)
        return worker_fail(io, r, "it cannot be unpacked");
    return fs_write_all(io->out, text.p, text.n);
}

/* ---- with the worker ---- */

static int to_memory(Str bytes, Error *err) {
    int fd = memfd_create("plimsoll-archive", MFD_CLOEXEC);
    int r = fd < 0 ? -errno : fs_write_all(fd, bytes.p, bytes.n);
    if (r < 0) {
        fd_closep(&fd);
        return error_errno(err, r, "memory for an index");
    }
    return fd;
}

static int append(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

int archive_unpack(Str packed, size_t max, Buf *ret, Error *err) {
    _cleanup_fd_ int fd = to_memory(packed, err);
    if (fd < 0)
        return fd;
    *ret = buf_new(max);
    int r = worker_call(unpack_job, STR_NULL, &fd, 1, NULL, append, ret, err);
    if (r < 0)
        buf_done(ret);
    return r;
}

int archive_take(Archives *a, bool apk, Str bytes, Str arch, const ArchiveInfo *info, Error *err) {
    _cleanup_fd_ int fd = to_memory(bytes, err);
    if (fd < 0)
        return fd;
    Buf out = buf_new(INDEX_MAX);
    int r = worker_call(index_job, apk ? STR("apk") : STR("deb"), &fd, 1, NULL, append, &out, err);
    if (r < 0) {
        buf_done(&out);
        return r;
    }
    ArchiveInfo whole = *info;
    WireReader w = wire_reader(buf_view(&out));
    while (w.rest.n && wire_ok(&w)) {
        Str name = wire_str(&w), version = wire_str(&w);
        if (!wire_ok(&w) || str_empty(name) || str_empty(version))
            break;
        whole.packages++;
        Str key = arena_printf(&a->arena, "%s %.*s %.*s", apk ? "apk" : "deb", STR_FMT(arch), STR_FMT(name));
        bool fresh;
        void **slot = map_slot(&a->packages, key, &fresh);
        ArchiveEntry *e = *slot;
        if (fresh)
            *slot = e = arena_new(&a->arena, ArchiveEntry);
        else if ((apk ? version_apk_compare(version, e->version) : version_dpkg_compare(version, e->version)) <= 0)
            continue;
        *e = (ArchiveEntry) {arena_str(&a->arena, version), a->infos.n};
    }
    r = wire_ok(&w) ? 0 : error_set(err, -EBADMSG, "the worker answered nonsense");
    buf_done(&out);
    vec_push(&a->infos, whole);
    return r;
}

/* ---- */

static bool is_security(const ArchiveSourceFact *s) {
    Str host = host_of(s->uri);
    return str_ends(s->suite, STR("-security")) || str_ends(s->suite, STR("/updates")) || str_starts(host, STR("security."));
}

/* The architecture that most packages have, apart from the ones that have none. */
static Str main_arch(const Inventory *inv, PackageType type) {
    struct {
        Str arch;
        size_t n;
    } seen[8] = {0};
    size_t best = 0;
    for (size_t i = 0; i < inv->n_packages; i++) {
        const PackageFact *p = &inv->packages[i].fact;
        if (p->type != type || str_empty(p->arch) || str_eqz(p->arch, "all") || str_eqz(p->arch, "noarch"))
            continue;
        for (size_t k = 0; k < ARRAY_SIZE(seen); k++)
            if (str_empty(seen[k].arch) || str_eq(seen[k].arch, p->arch)) {
                seen[k].arch = p->arch;
                if (++seen[k].n > seen[best].n)
                    best = k;
                break;
            }
    }
    return seen[best].arch;
}

static int cmp_gap(const void *x, const void *y) {
    const Gap *a = x, *b = y;
    int r = str_cmp(a->subject, b->subject);
    return r ? r : str_cmp(a->reason, b->reason);
}

int archives_load(const Inventory *inv, const ArchiveOptions *options, Archives **ret, Error *err) {
    Archives *a = xcalloc(1, sizeof(*a));
    a->options = options;
    a->deb_arch = arena_str(&a->arena, main_arch(inv, PACKAGE_DEB));
    a->apk_arch = arena_str(&a->arena, main_arch(inv, PACKAGE_APK));
    size_t asked = 0;
    for (size_t i = 0; i < inv->n_archives; i++) {
        const ArchiveSourceFact *s = &inv->archives[i];
        bool apt = str_eqz(s->kind, "apt"), apk = str_eqz(s->kind, "apk"), again = false;
        if ((apt && (!is_security(s) || str_empty(a->deb_arch))) || (apk && str_empty(a->apk_arch)) || (!apt && !apk))
            continue;
        for (size_t k = 0; k < i && !again; k++) {
            const ArchiveSourceFact *o = &inv->archives[k];
            again = str_eq(o->uri, s->uri) && str_eq(o->suite, s->suite) && str_eq(o->components, s->components) && str_eq(o->kind, s->kind);
        }
        if (again)
            continue;
        if (++asked > SOURCES_MAX) {
            archive_gap(a, s->uri, "more than %d archives are configured: this one and what follows was not asked", SOURCES_MAX);
            break;
        }
        if (apt)
            archive_load_apt(a, s->uri, s->suite, s->components, s->signed_by);
        else
            archive_load_apk(a, s->uri);
    }
    vec_sort(&a->gaps, cmp_gap);
    a->options = NULL;
    *ret = a;
    return 0;
}

void archives_free(Archives *a) {
    if (!a)
        return;
    map_done(&a->packages);
    vec_done(&a->infos);
    vec_done(&a->gaps);
    arena_done(&a->arena);
    free(a);
}

const ArchiveInfo *archives_info(const Archives *a, size_t *ret_n) {
    *ret_n = a->infos.n;
    return a->infos.p;
}

const Gap *archives_gaps(const Archives *a, size_t *ret_n) {
    *ret_n = a->gaps.n;
    return a->gaps.p;
}

int archives_match(const Archives *a, const Package *p, Arena *arena, Finding *ret) {
    const PackageFact *f = &p->fact;
    bool apk = f->type == PACKAGE_APK;
    if (!apk && f->type != PACKAGE_DEB)
        return 0;
    Str arch = str_eqz(f->arch, "all") ? a->deb_arch : str_eqz(f->arch, "noarch") || (apk && str_empty(f->arch)) ? a->apk_arch : f->arch;
    char key[1200];
    int n = snprintf(key, sizeof(key), "%s %.*s %.*s", apk ? "apk" : "deb", STR_FMT(arch), STR_FMT(f->name));
    if (n < 0 || (size_t) n >= sizeof(key))
        return 0;
    const ArchiveEntry *e = map_get(&a->packages, str_n(key, (size_t) n));
    if (!e || (apk ? version_apk_compare(f->version, e->version) : version_dpkg_compare(f->version, e->version)) >= 0)
        return 0;
    const ArchiveInfo *info = &a->infos.p[e->info];
    char date[TIME_TEXT_MAX];
    *ret = (Finding) {
        .kind = FINDING_UPDATE_PENDING,
        .id = STR("UPDATE"),
        .package = p,
        .severity_source = STR("archive"),
        .status = FIX_FIXED,
        .status_text = STR("security update pending"),
        .fixed_version = arena_str(arena, e->version),
        .title = STR("security update pending"),
        .feed = arena_str(arena, info->name),
        .detail = info->date == TIME_NONE
                      ? arena_printf(arena, "%.*s has %.*s", STR_FMT(info->name), STR_FMT(e->version))
                      : arena_printf(arena, "%.*s of %s has %.*s", STR_FMT(info->name), time_format_date(info->date, date), STR_FMT(e->version)),
        .epss = -1,
        .epss_percentile = -1,
        .published = TIME_NONE,
        .layer = p->layer,
        .path = p->path,
        .is_new = true,
    };
    return 1;
}
