/* SPDX-License-Identifier: Apache-2.0 */
/* Alpine's repositories. */
#include "advisory/archive-index.h"
#include "base/alloc.h"
#include "base/time.h"

enum { APKINDEX_MAX = 128 << 20 };

static int load(Archives *a, Str uri, const char *url, bool network, Error *err) {
    ArchiveBody body = {0};
    ApkSignature signature;
    _cleanup_(arena_done) Arena arena = {0};
    int r = network ? archive_fetch(a, url, APKINDEX_MAX, false, &body, err) : archive_cached(a, url, APKINDEX_MAX, &body, err);
    if (r < 0)
        return r;
    /* Keys of this machine, never of what is scanned. */
    _cleanup_free_ char *apk = archive_path(a->options, "/etc/apk/keys"), *shared = archive_path(a->options, "/usr/share/apk/keys");
    const char *const dirs[] = {apk, shared, NULL};
    Str bytes = buf_view(&body.bytes);
    if (apk_signature(bytes, &arena, &signature) < 0)
        r = error_set(err, -EKEYREJECTED, "%s is not signed", url);
    else
        r = verify_apk(bytes, &signature, dirs, err);
    if (r == -EKEYREJECTED)
        archive_forget(a, url);
    if (r == 0) {
        /* ".../v3.20/main": the last two components name it. */
        Str name = uri;
        ssize_t slash = str_rchr(uri, '/');
        ssize_t before = slash > 0 ? str_rchr(str_head(uri, (size_t) slash), '/') : -1;
        if (before >= 0)
            name = str_from_at(uri, (size_t) before + 1);
        ArchiveInfo info = {
            .name = arena_printf(&a->arena, "%.*s %.*s", STR_FMT(name), STR_FMT(a->apk_arch)),
            .uri = arena_str(&a->arena, uri),
            .origin = str_from(body.origin),
            .date = TIME_NONE,
        };
        r = archive_take(a, true, str_from_at(bytes, signature.signed_from), a->apk_arch, &info, err);
    }
    buf_done(&body.bytes);
    return r;
}

void archive_load_apk(Archives *a, Str uri) {
    while (str_ends(uri, STR("/")))
        uri.n--;
    Str subject = arena_printf(&a->arena, "%.*s %.*s", STR_FMT(uri), STR_FMT(a->apk_arch));
    _cleanup_free_ char *url = xasprintf("%.*s/%.*s/APKINDEX.tar.gz", STR_FMT(uri), STR_FMT(a->apk_arch));
    _cleanup_error_ Error err = {0}, cached = {0};
    int r = -ENETUNREACH;
    if (!archive_host_allowed(a->options, uri))
        error_set(&err, r, "not one of the distributions' own hosts, and named by the image: not asked");
    else if (!a->options->http)
        error_set(&err, r, "the network is refused");
    else
        r = load(a, uri, url, true, &err);
    /* It may have been our copy that was broken, which is gone now. */
    if (r == -EKEYREJECTED && a->options->http && a->options->cache_dir)
        r = load(a, uri, url, true, &err);
    if (r == 0)
        return;
    int copy = load(a, uri, url, false, &cached);
    if (copy == 0)
        archive_gap(a, subject, "%s; the copy of an earlier run was used", error_text(&err, r));
    else if (copy != -ENOENT && !a->options->http)
        archive_gap(a, subject, "%s", error_text(&cached, copy));
    else
        archive_gap(a, subject, "%s", error_text(&err, r));
}
