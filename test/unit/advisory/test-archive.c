/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of archive indexes. With arguments it is the driver of test/cli/archives.t:
 *   unit-advisory-test-archive load OPTION=VALUE… NAME=VERSION…
 * with the options root cache own network as-of hosts type arch uri suite components signed-by, and prints what comes of it. */
#include "advisory/archive-index.h"
#include "base/alloc.h"
#include "base/time.h"
#include "base/worker.h"
#include "tap.h"

TEST(dates_of_release_files) {
    CHECK_INT(release_date(STR("Wed, 18 Nov 2026 22:17:41 UTC")), 1795040261);
    CHECK_INT(release_date(STR("Thu, 01 Jan 1970 00:00:00 GMT")), 0);
    CHECK_INT(release_date(STR("1 Jan 1970 00:00:01 +0000")), 1);
    CHECK_INT(release_date(STR("Wed, 18 Nov 2026 22:17:41 CET")), TIME_NONE);
    CHECK_INT(release_date(STR("Wed, 18 Nox 2026 22:17:41 UTC")), TIME_NONE);
    CHECK_INT(release_date(STR("Wed, 18 Nov 2026 22:17 UTC")), TIME_NONE);
    CHECK_INT(release_date(STR("")), TIME_NONE);
}

TEST(release_files) {
    static const char text[] = "Origin: Debian\nSuite: stable-security\nCodename: bookworm-security\n"
                               "Date: Wed, 18 Nov 2026 22:17:41 UTC\nValid-Until: Wed, 25 Nov 2026 22:17:41 UTC\nAcquire-By-Hash: yes\n"
                               "MD5Sum:\n e3b0c44298fc1c149afbf4c8996fb924 1 main/binary-amd64/Packages.xz\n"
                               "SHA256:\n 32c51122c8fceb8edce780006dc881c889ef3eba65ac2b7bb9e13872c36c9758   376228 main/binary-amd64/Packages.xz\n"
                               " 32C51122c8fceb8edce780006dc881c889ef3eba65ac2b7bb9e13872c36c9758   376228 main/binary-i386/Packages.xz\n"
                               " 32c51122c8fceb8edce780006dc881c889ef3eba65ac2b7bb9e13872c36c9758  x main/binary-s390x/Packages.xz\n"
                               " 32c51122c8fceb8edce780006dc881c889ef3eba65ac2b7bb9e13872c36c9758   376228 main/source/Sources.xz\n";
    _cleanup_(arena_done) Arena a = {0};
    Release r = {0};
    CHECK_INT(release_parse(STR(text), &a, &r, NULL), 0);
    CHECK_STR(r.codename, "bookworm-security");
    CHECK_INT(r.date, 1795040261);
    CHECK_INT(r.valid_until, 1795040261 + 7 * 86400);
    CHECK(r.by_hash);
    CHECK_INT(r.files.n, 1);
    const ReleaseFile *f = map_get(&r.files, STR("main/binary-amd64/Packages.xz"));
    CHECK(f && f->size == 376228 && str_starts(f->sha256, STR("32c5")));
    release_done(&r);
    CHECK_INT(release_parse(STR("Origin: Debian\nMD5Sum:\n"), &a, &r, NULL), -EBADMSG);
    CHECK_INT(release_parse(STR(""), &a, &r, NULL), -EBADMSG);
}

static int join(void *userdata, Str name, Str version) {
    return buf_printf(userdata, "%.*s=%.*s ", STR_FMT(name), STR_FMT(version));
}

TEST(packages_and_apkindex) {
    Buf b = buf_new(4096);
    CHECK_INT(packages_parse(STR("Package: a\nVersion: 1\nDescription: x\n Version: 9\n\nVersion: 2\n\n\nPackage: c\r\nVersion: 3\r\n"), join, &b), 0);
    CHECK_STR(buf_view(&b), "a=1 c=3 ");
    buf_clear(&b);
    CHECK_INT(apkindex_parse(STR("C:Q1\nP:a\nV:1-r0\n\nP:b\n\nP:c\nV:2-r1"), join, &b), 0);
    CHECK_STR(buf_view(&b), "a=1-r0 c=2-r1 ");
    buf_done(&b);
}

TEST(hosts_that_images_may_name) {
    static const char *const more[] = {"mirror.example", NULL};
    ArchiveOptions image = {.hosts = more}, own = {.own_root = true};
    CHECK(archive_host_allowed(&image, STR("http://deb.debian.org/debian-security")));
    CHECK(archive_host_allowed(&image, STR("https://mirror.example:8443/x")));
    CHECK(!archive_host_allowed(&image, STR("http://debian.org.evil.example/debian")));
    CHECK(!archive_host_allowed(&image, STR("http://deb.debian.org@10.0.0.1/debian")));
    CHECK(!archive_host_allowed(&image, STR("http://10.0.0.1/?.debian.org")));
    CHECK(!archive_host_allowed(&image, STR("file:///etc")));
    CHECK(!archive_host_allowed(&own, STR("file:///etc")));
    CHECK(archive_host_allowed(&own, STR("http://10.0.0.1/debian")));
}

static int load(int argc, char **argv) {
    ArchiveOptions o = {.as_of = time_now()};
    Limits limits = limits_default();
    o.limits = &limits;
    ArchiveSourceFact source = {.kind = STR("apt")};
    Package packages[16] = {0};
    Inventory inv = {.packages = packages, .archives = &source, .n_archives = 1};
    Str arch = STR("amd64");
    const char *hosts[2] = {NULL, NULL};
    _cleanup_(http_client_freep) HttpClient *http = NULL;
    _cleanup_error_ Error err = {0};
    for (int i = 0; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (!value)
            return 2;
        Str name = str_n(argv[i], (size_t) (value++ - argv[i]));
        if (str_eqz(name, "root"))
            o.root = value;
        else if (str_eqz(name, "cache"))
            o.cache_dir = value;
        else if (str_eqz(name, "own"))
            o.own_root = true;
        else if (str_eqz(name, "network"))
            http_client_new(&(HttpOptions) {.retries = 1, .timeout_s = 5, .backoff_ms = 1}, &http, &err);
        else if (str_eqz(name, "as-of"))
            time_parse(str_from(value), &o.as_of);
        else if (str_eqz(name, "hosts"))
            hosts[0] = value;
        else if (str_eqz(name, "type"))
            source.kind = str_from(value);
        else if (str_eqz(name, "arch"))
            arch = str_from(value);
        else if (str_eqz(name, "uri"))
            source.uri = str_from(value);
        else if (str_eqz(name, "suite"))
            source.suite = str_from(value);
        else if (str_eqz(name, "components"))
            source.components = str_from(value);
        else if (str_eqz(name, "signed-by"))
            source.signed_by = str_from(value);
        else if (inv.n_packages < ARRAY_SIZE(packages))
            packages[inv.n_packages++].fact = (PackageFact) {.name = name, .version = str_from(value)};
    }
    o.http = http;
    o.hosts = hosts;
    for (size_t i = 0; i < inv.n_packages; i++) {
        packages[i].fact.type = str_eqz(source.kind, "apk") ? PACKAGE_APK : PACKAGE_DEB;
        packages[i].fact.arch = i == 1 ? STR("all") : arch;
    }
    _cleanup_(archives_freep) Archives *a = NULL;
    int r = archives_load(&inv, &o, &a, &err);
    if (r < 0) {
        printf("error: %s\n", error_text(&err, r));
        return 1;
    }
    size_t n;
    const ArchiveInfo *info = archives_info(a, &n);
    char date[TIME_TEXT_MAX];
    for (size_t i = 0; i < n; i++)
        printf("index %.*s from %.*s of %s: %llu packages\n", STR_FMT(info[i].name), STR_FMT(info[i].origin),
               info[i].date == TIME_NONE ? "-" : time_format_date(info[i].date, date), (unsigned long long) info[i].packages);
    const Gap *gaps = archives_gaps(a, &n);
    for (size_t i = 0; i < n; i++)
        printf("gap %.*s: %.*s\n", STR_FMT(gaps[i].subject), STR_FMT(gaps[i].reason));
    _cleanup_(arena_done) Arena arena = {0};
    for (size_t i = 0; i < inv.n_packages; i++) {
        Finding f;
        if (archives_match(a, &packages[i], &arena, &f) == 1)
            printf("pending %.*s %.*s: %.*s\n", STR_FMT(f.package->fact.name), STR_FMT(f.fixed_version), STR_FMT(f.detail));
    }
    return 0;
}

int main(int argc, char **argv) {
    _cleanup_error_ Error err = {0};
    int r = worker_init(&err);
    if (r < 0) {
        printf("Bail out! %s\n", error_text(&err, r));
        return 1;
    }
    r = argc > 1 ? load(argc - 2, argv + 2) : tap_main();
    worker_exit();
    return r;
}
