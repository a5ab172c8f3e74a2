/* SPDX-License-Identifier: Apache-2.0 */
/* Security suites of Debian and Ubuntu, from the network, from copies of ours, or from the lists that apt has fetched. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "advisory/archive-index.h"
#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/time.h"

enum { RELEASE_MAX = 16 << 20, PACKED_MAX = 128 << 20, PLAIN_MAX = 512 << 20 };

typedef Vec(char *) Paths;

static void paths_done(Paths *v) {
    for (size_t i = 0; i < v->n; i++)
        free(v->p[i]);
    vec_done(v);
}

static void add_if_there(Paths *v, char *path) {
    struct stat st;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        vec_push(v, path);
    else
        free(path);
}

static int cmp_path(const void *a, const void *b) {
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The keyrings to believe: what this machine's own source names, else the distributions' keyrings that are installed here (and, for our
 * own root, what apt trusts for every source). Ends in NULL. */
static void keyrings(const ArchiveOptions *o, Str signed_by, Paths *ret) {
    if (o->own_root && str_starts(signed_by, STR("/"))) {
        _cleanup_free_ char *path = str_dup(signed_by);
        add_if_there(ret, archive_path(o, path));
    } else {
        add_if_there(ret, archive_path(o, "/usr/share/keyrings/debian-archive-keyring.gpg"));
        add_if_there(ret, archive_path(o, "/usr/share/keyrings/ubuntu-archive-keyring.gpg"));
        _cleanup_free_ char *dir = o->own_root ? archive_path(o, "/etc/apt/trusted.gpg.d") : NULL;
        DIR *d = dir ? opendir(dir) : NULL;
        for (struct dirent *e; d && (e = readdir(d));)
            if (str_ends(str_from(e->d_name), STR(".gpg")))
                add_if_there(ret, xasprintf("%s/%s", dir, e->d_name));
        if (d)
            closedir(d);
        vec_sort(ret, cmp_path);
    }
    vec_push(ret, NULL);
}

typedef enum Way { WAY_NONE_ = -1, WAY_NETWORK, WAY_CACHE, WAY_APT } Way; /* the first keeps the type signed */

typedef struct Suite {
    Archives *a;
    Str uri, suite, components;
    Str subject;          /* for gaps: "http://…/debian-security bookworm-security" */
    const char *const *keyrings;
    Way way;
    bool healed;          /* a copy of ours was broken and is gone: once more */
} Suite;

/* apt's name for a fetched file: the address without its scheme, '/' as '_'. */
static char *apt_name(const ArchiveOptions *o, const char *url) {
    const char *p = strstr(url, "://");
    Buf b = buf_new(8192);
    for (p = p ? p + 3 : url; *p; p++) {
        if (*p == '/')
            buf_putc(&b, '_');
        else if (strchr("\\|{}[]<>\"^~_=!@#$%&*", *p))
            buf_printf(&b, "%%%02x", (unsigned char) *p);
        else
            buf_putc(&b, *p);
    }
    _cleanup_free_ char *name = buf_take(&b), *dir = archive_path(o, "/var/lib/apt/lists");
    return xasprintf("%s/%s", dir, name);
}

static int body_of(Suite *s, const char *url, size_t max, bool immutable, ArchiveBody *ret, Error *err) {
    if (s->way == WAY_NETWORK)
        return archive_fetch(s->a, url, max, immutable, ret, err);
    if (s->way == WAY_CACHE)
        return archive_cached(s->a, url, max, ret, err);
    _cleanup_free_ char *path = apt_name(s->a->options, url), *bytes = NULL;
    size_t n;
    int r = fs_read(path, max, &bytes, &n, NULL);
    if (r < 0)
        return error_set(err, -ENOENT, "apt has no list of it");
    ret->bytes = buf_new(max);
    ret->origin = "apt";
    return buf_add(&ret->bytes, bytes, n);
}

static void forget(Suite *s, const char *url, const ArchiveBody *body) {
    if (s->way == WAY_APT)
        return;
    archive_forget(s->a, url);
    s->healed = s->way == WAY_NETWORK && strcmp(body->origin, "cache") == 0;
}

static bool digest_is(Str bytes, const ReleaseFile *f) {
    char hex[65];
    sha256_hex(bytes.p, bytes.n, hex);
    return bytes.n == f->size && str_eqz(f->sha256, hex);
}

/* Packages of one component: fetched packed and checked as such; from apt's lists, which apt packs anew, checked unpacked. */
static int load_component(Suite *s, const Release *release, Str component, Error *err) {
    static const char *const packings[] = {".xz", ".gz", ""};
    Archives *a = s->a;
    ArchiveInfo info = {.uri = arena_str(&a->arena, s->uri), .date = release->date};
    info.name = arena_printf(&a->arena, "%.*s/%.*s %.*s", STR_FMT(s->suite), STR_FMT(component), STR_FMT(a->deb_arch));
    _cleanup_free_ char *plain = xasprintf("%.*s/binary-%.*s/Packages", STR_FMT(component), STR_FMT(a->deb_arch));
    ArchiveBody body = {0};
    if (s->way == WAY_APT) {
        static const char *const local[] = {".lz4", "", ".xz", ".gz", ".zst"};
        const ReleaseFile *f = map_get(&release->files, str_from(plain));
        if (!f)
            return error_set(err, -ENOENT, "apt's list of %s: the Release file does not list it", plain);
        int r = -ENOENT;
        for (size_t i = 0; i < ARRAY_SIZE(local) && r == -ENOENT; i++) {
            _cleanup_free_ char *url = xasprintf("%.*s/dists/%.*s/%s%s", STR_FMT(s->uri), STR_FMT(s->suite), plain, local[i]);
            r = body_of(s, url, PLAIN_MAX, false, &body, err);
        }
        if (r < 0)
            return r;
        Buf text = {0};
        r = archive_unpack(buf_view(&body.bytes), PLAIN_MAX, &text, err);
        buf_done(&body.bytes);
        if (r < 0)
            return error_wrap(err, r, "apt's list of %s", plain);
        if (!digest_is(buf_view(&text), f))
            r = error_set(err, -EBADMSG, "apt's list of %s does not have the SHA-256 that the Release file states", plain);
        info.origin = STR("apt");
        if (r == 0)
            r = archive_take(a, false, buf_view(&text), a->deb_arch, &info, err);
        buf_done(&text);
        return r;
    }
    int r = error_set(err, -ENOENT, "the Release file does not list %s", plain);
    for (size_t i = 0; i < ARRAY_SIZE(packings); i++) {
        _cleanup_free_ char *path = xasprintf("%s%s", plain, packings[i]);
        const ReleaseFile *f = map_get(&release->files, str_from(path));
        if (!f)
            continue;
        if (f->size > PACKED_MAX)
            return error_set(err, -E2BIG, "%s has %llu bytes", path, (unsigned long long) f->size);
        /* By hash: a mirror that is being updated then has the old file still, beside the new one. */
        ssize_t slash = str_rchr(str_from(path), '/');
        _cleanup_free_ char *url =
            release->by_hash ? xasprintf("%.*s/dists/%.*s/%.*s/by-hash/SHA256/%.*s", STR_FMT(s->uri), STR_FMT(s->suite), (int) slash, path, STR_FMT(f->sha256))
                             : xasprintf("%.*s/dists/%.*s/%s", STR_FMT(s->uri), STR_FMT(s->suite), path);
        r = body_of(s, url, (size_t) f->size + 1, release->by_hash, &body, err);
        if (r == 0 && !digest_is(buf_view(&body.bytes), f)) {
            buf_done(&body.bytes);
            forget(s, url, &body);
            r = error_set(err, -EBADMSG, "%s does not have the SHA-256 that the Release file states", path);
        }
        if (r == 0) {
            info.origin = str_from(body.origin);
            r = archive_take(a, false, buf_view(&body.bytes), a->deb_arch, &info, err);
            if (r < 0)
                error_wrap(err, r, "%s", path);
            buf_done(&body.bytes);
            return r;
        }
        if (r != -ENOENT)
            return r;
    }
    return r;
}

static int load_suite(Suite *s, Error *err) {
    ArchiveBody body = {0};
    Buf text = {0};
    Release release = {0};
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_free_ char *url = xasprintf("%.*s/dists/%.*s/InRelease", STR_FMT(s->uri), STR_FMT(s->suite));
    int r = body_of(s, url, RELEASE_MAX, false, &body, err);
    if (r < 0)
        return r;
    r = verify_clearsigned(buf_view(&body.bytes), s->keyrings, &text, err);
    if (r == -EKEYREJECTED)
        forget(s, url, &body);
    buf_done(&body.bytes);
    if (r == 0)
        r = release_parse(buf_view(&text), &arena, &release, err);
    if (r < 0) {
        buf_done(&text);
        return error_wrap(err, r, "InRelease");
    }
    if (release.valid_until != TIME_NONE && release.valid_until < s->a->options->as_of) {
        char date[TIME_TEXT_MAX], until[TIME_TEXT_MAX];
        archive_gap(s->a, s->subject, "the index of %s was valid until %s: newer updates may be missing", time_format_date(release.date, date),
                    time_format_date(release.valid_until, until));
    }
    Str rest = s->components, component;
    while (r == 0 && str_split(&rest, ' ', &component))
        if (!str_empty(component))
            r = load_component(s, &release, component, err);
    release_done(&release);
    buf_done(&text);
    return r;
}

void archive_load_apt(Archives *a, Str uri, Str suite, Str components, Str signed_by) {
    while (str_ends(uri, STR("/")))
        uri.n--;
    Suite s = {.a = a, .uri = uri, .suite = suite, .components = components};
    s.subject = arena_printf(&a->arena, "%.*s %.*s", STR_FMT(uri), STR_FMT(suite));
    bool allowed = archive_host_allowed(a->options, uri);
    if (str_find(uri, STR("://")) < 0 || str_ends(suite, STR("/")) || str_find(suite, STR("..")) >= 0 || str_find(components, STR("..")) >= 0) {
        archive_gap(a, s.subject, "not an archive that can be asked");
        return;
    }
    _cleanup_(paths_done) Paths rings = {0};
    keyrings(a->options, signed_by, &rings);
    s.keyrings = (const char *const *) rings.p;

    _cleanup_error_ Error first = {0};
    int first_r = 0;
    for (Way way = WAY_NETWORK; way <= WAY_APT; way++) {
        if (way == WAY_NETWORK && (!allowed || !a->options->http))
            continue;
        _cleanup_error_ Error err = {0};
        size_t gaps = a->gaps.n;
        s.way = way;
        s.healed = false;
        int r = load_suite(&s, &err);
        if (r == 0) {
            if (first_r < 0)
                archive_gap(a, s.subject, "%s; %s was used", error_text(&first, first_r),
                            way == WAY_CACHE ? "the copy of an earlier run" : "apt's list");
            return;
        }
        /* What failed half-way may have said a gap: the next way does so again. */
        a->gaps.n = gaps;
        /* Each round drops a copy, so that this ends. */
        if (s.healed) {
            way--;
            continue;
        }
        /* The first failure is the one to mend; that there is no copy says nothing new. */
        if (first_r == 0 && (r != -ENOENT || way == WAY_NETWORK))
            first_r = error_set(&first, r, "%s", error_text(&err, r));
    }
    if (first_r < 0)
        archive_gap(a, s.subject, "%s", error_text(&first, first_r));
    else if (!allowed)
        archive_gap(a, s.subject, "not one of the distributions' own hosts, and named by the image: not asked");
    else
        archive_gap(a, s.subject, "the network is refused, and neither an earlier run nor apt has left a copy");
}
