/* SPDX-License-Identifier: Apache-2.0 */
/* The database from feed files to look-ups: what goes in comes out, the same input gives the same bytes, damage is told. */
#include <fcntl.h>
#include <sys/stat.h>

#include "advisory/build.h"
#include "advisory/codec.h"
#include "advisory/merge.h"
#include "base/alloc.h"
#include "base/fs.h"
#include "base/time.h"
#include "base/worker.h"
#include "tap.h"

static const char osv[] =
    "{\"id\":\"CVE-2030-0001\",\"modified\":\"2030-02-01T10:00:00Z\",\"summary\":\"First\",\"severity\":[{\"type\":\"CVSS_V3\",\"score\":"
    "\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N\"}],\"affected\":[{\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"curl\"},\"ranges\":"
    "[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"7.88-1\"}]}]}]}\n"
    "{\"id\":\"CVE-2030-10001\",\"affected\":[{\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"curl\"},\"ranges\":[{\"type\":\"ECOSYSTEM\","
    "\"events\":[{\"introduced\":\"0\"}]}],\"ecosystem_specific\":{\"urgency\":\"unimportant\"}}]}\n"
    "{\"id\":\"broken\",\n";
static const char secdb[] =
    "{\"urlprefix\":\"u\",\"reponame\":\"main\",\"distroversion\":\"v3.20\",\"packages\":[{\"pkg\":{\"name\":\"curl\",\"secfixes\":"
    "{\"8.0-r0\":[\"CVE-2030-0001\",\"XSA-1\"]}}}]}";
static const char epss[] = "#model_version:v1,score_date:2030-01-06T00:00:00Z\ncve,epss,percentile\nCVE-2030-0001,0.78483,0.99512\nCVE-2030-0257,0.1,0.2\n";
static const char old_epss[] = "#model_version:v1,score_date:2029-01-06T00:00:00Z\ncve,epss,percentile\nCVE-2030-0001,0.9,0.9\n";
static const char kev[] = "{\"catalogVersion\":\"1\",\"vulnerabilities\":[{\"cveID\":\"CVE-2030-0001\",\"dueDate\":\"2030-01-25\"}]}";
static const char eol[] = "---\ntitle: Debian\npermalink: /debian\nreleases:\n  - releaseCycle: \"12\"\n    eol: 2026-07-11\n    eoes: 2028-06-30\n---\n";

static const char lone_first[] = "{\"id\":\"GHSA-1111\",\"modified\":\"2029-01-01T00:00:00Z\",\"summary\":\"One\",\"affected\":[]}\n";
static const char lone_second[] = "{\"id\":\"CVE-2030-0002\",\"modified\":\"2029-01-01T00:00:00Z\",\"summary\":\"Two\",\"affected\":[]}\n";

static char dir[] = "/tmp/plimsoll-db-XXXXXX";
static pid_t ready; /* who made the directory */

static void put(const char *name, const char *text) {
    _cleanup_free_ char *path = xasprintf("%s/%s", dir, name);
    CHECK(fs_write_atomic(path, text, strlen(text), 0600, NULL) == 0);
}

static char *in_dir(const char *name) {
    return xasprintf("%s/%s", dir, name);
}

static void make_dirs(void) {
    if (ready)
        return;
    /* These feeds are from 2030: no feed is younger than its reading. Before the zygote, which hands it on to the workers. */
    setenv("SOURCE_DATE_EPOCH", "1900000000", 1);
    CHECK(worker_init(NULL) == 0);
    CHECK(mkdtemp(dir) != NULL);
    for (const char *const *d = (const char *const[]) {"one", "one/sub", "two", NULL}; *d; d++) {
        _cleanup_free_ char *path = in_dir(*d);
        mkdir(path, 0700);
    }
    put("one/a.jsonl", osv), put("one/b.json", secdb), put("one/c.csv", epss), put("one/d.json", kev), put("one/sub/e.md", eol), put("one/f.csv", old_epss);
    put("one/README", "no feed\n");
    /* No row is about these. */
    put("one/g.jsonl", lone_first), put("one/h.jsonl", lone_second), put("two/g.jsonl", lone_second), put("two/h.jsonl", lone_first);
    put("two/z.jsonl", osv), put("two/y.json", secdb), put("two/a.csv", epss), put("two/c.json", kev), put("two/b.md", eol), put("two/x.csv", old_epss);
    ready = getpid();
}

static int build(const char *from, const char *to, unsigned workers, BuildReport *report) {
    _cleanup_free_ char *feed_dir = in_dir(from), *path = in_dir(to);
    _cleanup_error_ Error err = {0};
    BuildOptions options = {.workers = workers};
    int r = advisory_build(feed_dir, path, &options, report, &err);
    CHECK_MSG(r >= 0 || strcmp(from, "empty") == 0, "build: %s", error_text(&err, r));
    return r;
}

static int print_row(void *userdata, const AdvisoryRow *r) {
    buf_printf(userdata, "%.*s %.*s %s %.*s %s;", STR_FMT(r->feed), STR_FMT(r->id), fix_status_name(r->status), STR_FMT(r->fixed), severity_name(r->severity));
    return 0;
}

TEST(cve_ids_pack_only_when_they_come_out_the_same) {
    static const char *const good[] = {"CVE-2024-3094", "CVE-1999-0001", "CVE-2024-123456", "CVE-2030-10000"};
    static const char *const bad[] = {"CVE-2024-03094", "CVE-2024-309", "cve-2024-3094", "CVE-1900-0001", "CVE-2024-", "CVE-2024-3094 ", "CVE-2024-99999999999999", "DSA-5532-1"};
    char text[CVE_TEXT_MAX];
    int64_t packed;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        CHECK_MSG(cve_pack(str_from(good[i]), &packed), "%s", good[i]);
        CHECK_STR(str_n(text, cve_unpack(packed, text)), good[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_MSG(!cve_pack(str_from(bad[i]), &packed), "%s", bad[i]);
}

TEST(what_goes_in_comes_out) {
    make_dirs();
    _cleanup_(build_report_done) BuildReport report = {0};
    build("one", "one.db", 2, &report);
    CHECK_INT(report.feeds.n, 6);
    CHECK_INT(report.n_skipped, 1);
    CHECK_INT(report.problems.n, 1);
    CHECK_INT(report.problems.p[0].line, 3);
    _cleanup_free_ char *path = in_dir("one.db");
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    _cleanup_error_ Error err = {0};
    int r = advisory_db_open(path, &db, &err);
    CHECK_MSG(r == 0, "%s", error_text(&err, r));
    CHECK(advisory_db_verify(db, &err) == 0);
    CHECK_STR(advisory_db_digest(db), report.digest);

    Buf b = buf_new(BUF_OWN_MAX);
    CHECK_INT(advisory_db_rows(db, STR("debian:12"), STR("curl"), print_row, &b, &err), 0);
    CHECK_STR(buf_view(&b), "debian-osv CVE-2030-0001 fixed 7.88-1 UNKNOWN;debian-osv CVE-2030-10001 affected  NEGLIGIBLE;");
    buf_clear(&b);
    CHECK_INT(advisory_db_rows(db, STR("alpine:3.20"), STR("curl"), print_row, &b, &err), 0);
    CHECK_STR(buf_view(&b), "alpine-secdb CVE-2030-0001 fixed 8.0-r0 UNKNOWN;alpine-secdb XSA-1 fixed 8.0-r0 UNKNOWN;");
    buf_clear(&b);
    CHECK_INT(advisory_db_rows(db, STR("debian:11"), STR("curl"), print_row, &b, &err), 0);
    CHECK_INT(advisory_db_rows(db, STR("debian:12"), STR("wget"), print_row, &b, &err), 0);
    CHECK_INT(b.n, 0);
    buf_done(&b);

    Arena a = {0};
    VulnDetail d;
    CHECK_INT(advisory_db_detail(db, STR("CVE-2030-0001"), &a, &d, &err), 1);
    CHECK_STR(d.title, "First");
    CHECK(d.kev);
    CHECK_STR(d.kev_due, "2030-01-25");
    CHECK_INT(d.epss * 100000 + 0.5, 78483); /* the newer file's, not 0.9 */
    CHECK_INT(d.epss_percentile * 100000 + 0.5, 99512);
    CHECK_INT(d.n_cvss, 1);
    CHECK_INT(d.cvss[0].score10, 75);
    CHECK_INT(advisory_db_detail(db, STR("CVE-2030-0257"), &a, &d, &err), 1);
    CHECK(!d.kev && d.published == TIME_NONE);
    CHECK_INT(d.epss * 10 + 0.5, 1);
    CHECK_INT(advisory_db_detail(db, STR("CVE-2030-0258"), &a, &d, &err), 0);
    CHECK_INT(advisory_db_detail(db, STR("XSA-1"), &a, &d, &err), 1); /* that a row is about it is all that is known */
    CHECK_INT(d.title.n + d.n_cvss, 0);
    CHECK_INT(advisory_db_detail(db, STR("XSA-2"), &a, &d, &err), 0);

    Str *names;
    size_t n;
    CHECK_INT(advisory_db_release_feeds(db, STR("debian:12"), &a, &names, &n, &err), 0);
    CHECK_INT(n, 1);
    CHECK_STR(names[0], "debian-osv");
    CHECK_INT(advisory_db_release_feeds(db, STR("debian:99"), &a, &names, &n, &err), 0);
    CHECK_INT(n, 0);

    int64_t end, extended;
    char text[TIME_TEXT_MAX];
    CHECK_INT(advisory_db_eol(db, STR("debian:12"), &end, &extended, &err), 1);
    CHECK_STR(str_from(time_format_date(end, text)), "2026-07-11");
    CHECK_STR(str_from(time_format_date(extended, text)), "2028-06-30");
    CHECK_INT(advisory_db_eol(db, STR("debian:13"), &end, &extended, &err), 0);

    FeedInfo *infos;
    CHECK_INT(advisory_db_feeds(db, &a, &infos, &n, &err), 0);
    CHECK_INT(n, 6);
    CHECK_STR(infos[1].name, "debian-osv");
    CHECK_INT(infos[1].records, 2);
    CHECK_STR(str_from(time_format_date(infos[1].date, text)), "2030-02-01");
    arena_done(&a);
}

TEST(the_same_feeds_give_the_same_bytes) {
    make_dirs();
    _cleanup_(build_report_done) BuildReport one = {0}, two = {0};
    build("one", "one.db", 3, &one);
    build("two", "two.db", 1, &two);
    CHECK_STR(str_from(one.digest), two.digest);
    _cleanup_free_ char *p1 = in_dir("one.db"), *p2 = in_dir("two.db"), *b1 = NULL, *b2 = NULL;
    size_t n1 = 0, n2 = 0;
    CHECK(fs_read(p1, (size_t) 1 << 26, &b1, &n1, NULL) == 0 && fs_read(p2, (size_t) 1 << 26, &b2, &n2, NULL) == 0);
    CHECK(n1 > 0 && n1 == n2 && memcmp(b1, b2, n1) == 0);
}

TEST(a_date_in_the_future_is_not_the_feeds) {
    make_dirs();
    _cleanup_free_ char *future = in_dir("future");
    mkdir(future, 0700);
    put("future/a.jsonl", osv);
    put("future/b.jsonl", "{\"id\":\"CVE-2030-0002\",\"modified\":\"2031-02-01T10:00:00Z\",\"affected\":[{\"package\":{\"ecosystem\":\"Debian:12\","
                          "\"name\":\"wget\"},\"ranges\":[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"}]}]}]}\n");
    _cleanup_(build_report_done) BuildReport report = {0};
    build("future", "future.db", 1, &report);
    CHECK_INT(report.feeds.n, 1);
    CHECK_INT(report.feeds.p[0].records, 3);
    char text[TIME_TEXT_MAX];
    CHECK_STR(str_from(time_format(report.feeds.p[0].date, text)), "2030-02-01T10:00:00Z");
}

/* What tells whose record it is may stand behind a long text, in JSON Lines and in a document of one record. */
TEST(a_feed_is_recognised_by_what_stands_late) {
    make_dirs();
    _cleanup_free_ char *late = in_dir("late"), *text = xmalloc(200001);
    mkdir(late, 0700);
    memset(text, 'x', 200000);
    text[200000] = 0;
    static const char tail[] = "\"affected\":[{\"package\":{\"ecosystem\":\"Debian:12\",\"name\":\"wget\"},\"ranges\":[{\"type\":\"ECOSYSTEM\","
                               "\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"2-1\"}]}]}]";
    _cleanup_free_ char *line = xasprintf("{\"id\":\"CVE-2030-0005\",\"modified\":\"2030-01-01T00:00:00Z\",\"details\":\"%s\",%s}\n{\"id\":\"CVE-2030-0006\",%s}\n", text, tail, tail);
    _cleanup_free_ char *page = xasprintf("{\n\"id\":\"CVE-2030-0007\",\n\"details\":\"%s\",\n%s\n}\n", text, tail);
    put("late/lines.json", line), put("late/page.json", page);
    _cleanup_(build_report_done) BuildReport report = {0};
    build("late", "late.db", 1, &report);
    CHECK_INT(report.n_skipped, 0);
    CHECK_INT(report.feeds.n, 1);
    CHECK_STR(report.feeds.p[0].name, "debian-osv");
    CHECK_INT(report.rows, 3);
}

TEST(a_broken_file_costs_itself_and_says_so) {
    make_dirs();
    _cleanup_free_ char *three = in_dir("three");
    mkdir(three, 0700);
    put("three/good.csv", epss);
    put("three/cut.csv.gz", "\x1f\x8b\x08"); /* only the beginning of a header */
    _cleanup_(build_report_done) BuildReport report = {0};
    build("three", "three.db", 2, &report);
    CHECK_INT(report.files.n, 2);
    CHECK_INT(report.feeds.n, 1);
    _cleanup_free_ char *zst = in_dir("three/cut.zst");
    static const unsigned char broken_zstd[] = {0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x58, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    CHECK(fs_write_atomic(zst, broken_zstd, sizeof(broken_zstd), 0600, NULL) == 0);
    _cleanup_(build_report_done) BuildReport again = {0};
    build("three", "three.db", 2, &again);
    CHECK_STR(again.files.p[1].path, "cut.zst");
    CHECK_MSG(again.files.p[1].failure.n > 0, "a broken zstd file was read to its end");
    CHECK_STR(str_from(again.digest), report.digest);
}

TEST(no_feed_at_all_is_an_error_and_keeps_the_old) {
    make_dirs();
    _cleanup_free_ char *empty = in_dir("empty"), *path = in_dir("keep.db");
    mkdir(empty, 0700);
    _cleanup_(build_report_done) BuildReport report = {0}, first = {0};
    build("one", "keep.db", 2, &first);
    CHECK_INT(build("empty", "keep.db", 2, &report), -ENODATA);
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    CHECK_INT(advisory_db_open(path, &db, NULL), 0);
}

/* Every look-up there is; none may crash, whatever the bytes. */
static void use_damaged(const char *path) {
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    _cleanup_error_ Error err = {0};
    if (advisory_db_open(path, &db, &err) < 0)
        return;
    Buf b = buf_new(BUF_OWN_MAX);
    Arena a = {0};
    VulnDetail d;
    Str *names, cpes;
    size_t n;
    int64_t x, y;
    (void) advisory_db_rows(db, STR("debian:12"), STR("curl"), print_row, &b, &err);
    (void) advisory_db_rows(db, STR("alpine:3.20"), STR("curl"), print_row, &b, &err);
    (void) advisory_db_detail(db, STR("CVE-2030-0001"), &a, &d, &err);
    (void) advisory_db_release_feeds(db, STR("debian:12"), &a, &names, &n, &err);
    (void) advisory_db_eol(db, STR("debian:12"), &x, &y, &err);
    (void) advisory_db_repository_cpes(db, STR("r"), &a, &cpes, &err);
    (void) advisory_db_verify(db, &err);
    buf_done(&b);
    arena_done(&a);
}

TEST(damage_and_foreign_files_are_told) {
    make_dirs();
    _cleanup_(build_report_done) BuildReport report = {0};
    build("one", "whole.db", 2, &report);
    _cleanup_free_ char *whole = in_dir("whole.db"), *bad = in_dir("bad.db"), *bytes = NULL;
    size_t n = 0;
    CHECK(fs_read(whole, (size_t) 1 << 26, &bytes, &n, NULL) == 0);
    _cleanup_error_ Error err = {0};
    AdvisoryDb *db = NULL;

    CHECK_INT(advisory_db_open("/nonexistent/advisories.db", &db, &err), -ENOENT);
    CHECK_INT(advisory_db_open("/tmp", &db, &err), -EBADMSG);
    put("bad.db", "This is text, and long enough to be taken for a file with a header of one hundred bytes, which it has not at all.");
    CHECK_INT(advisory_db_open(bad, &db, &err), -EBADMSG);
    CHECK_MSG(strstr(err.message, "not an advisory database"), "%s", err.message);
    put("bad.db", "");
    CHECK_INT(advisory_db_open(bad, &db, &err), -EBADMSG);

    /* Another program's SQLite file: only application_id differs. */
    char old = bytes[68];
    bytes[68] = 0;
    CHECK(fs_write_atomic(bad, bytes, n, 0600, NULL) == 0);
    CHECK_INT(advisory_db_open(bad, &db, &err), -EBADMSG);
    CHECK_MSG(strstr(err.message, "not an advisory database of Plimsoll"), "%s", err.message);
    bytes[68] = old;
    bytes[63]++; /* user_version */
    CHECK(fs_write_atomic(bad, bytes, n, 0600, NULL) == 0);
    CHECK_INT(advisory_db_open(bad, &db, &err), -EBADMSG);
    CHECK_MSG(strstr(err.message, "format 3"), "%s", err.message);
    bytes[63]--;

    size_t told = 0, tried = 0;
    for (size_t at = 100; at < n; at += 97) {
        bytes[at] = (char) ~bytes[at];
        CHECK(fs_write_atomic(bad, bytes, n, 0600, NULL) == 0);
        use_damaged(bad);
        AdvisoryDb *damaged = NULL;
        if (bytes[at] != ~0) { /* unused space of a page is zero, and its change means nothing */
            tried++;
            told += advisory_db_open(bad, &damaged, NULL) < 0 || advisory_db_verify(damaged, NULL) < 0;
        }
        if (damaged)
            advisory_db_close(damaged);
        bytes[at] = (char) ~bytes[at];
    }
    CHECK_MSG(told * 4 >= tried * 3, "of %zu damages only %zu were told", tried, told);
    for (size_t cut = n / 8; cut < n; cut += n / 8) {
        CHECK(fs_write_atomic(bad, bytes, cut, 0600, NULL) == 0);
        use_damaged(bad);
    }
}

static int print_found(void *userdata, Str release, Str package, const AdvisoryRow *r) {
    buf_printf(userdata, "%.*s %.*s ", STR_FMT(release), STR_FMT(package));
    return print_row(userdata, r);
}

typedef struct Asked {
    AdvisoryDb *db;
    Arena *a;
    Buf *out;
} Asked;

static int print_row_detail(void *userdata, const AdvisoryRow *r) {
    Asked *q = userdata;
    VulnDetail d;
    int x = advisory_db_row_detail(q->db, r, &d, NULL);
    print_row(q->out, r);
    if (x >= 0)
        buf_printf(q->out, "%.*s %d %d %f;", STR_FMT(d.title), d.n_cvss ? d.cvss[0].score10 : -1, d.kev, d.epss);
    return x;
}

/* Everything that the library tells about the database of make_dirs(): 0 with the text in `out`, or the first failure. */
static int ask_all(const char *path, Buf *out, Error *err) {
    static const char *const ids[] = {"CVE-2030-0001", "CVE-2030-0257", "CVE-2030-9", "CVE-2030-10001", "XSA-1", "XSA-2"};
    static const char *const releases[] = {"alpine:3.20", "debian:11", "debian:12"};
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    _cleanup_(arena_done) Arena a = {0};
    int r = advisory_db_open(path, &db, err);
    if (r < 0)
        return r;
    Asked q = {db, &a, out};
    AdvisoryFeed *list;
    Str *names, cpes;
    size_t n;
    VulnDetail d;
    int64_t end, extended;
    buf_str(out, advisory_db_digest(db));
    r = advisory_db_feed_list(db, &a, &list, &n, err);
    for (size_t i = 0; r >= 0 && i < n; i++)
        buf_printf(out, "%.*s %lld %llu %llu %.*s;", STR_FMT(list[i].info.name), (long long) list[i].info.date, (unsigned long long) list[i].rows,
                   (unsigned long long) list[i].problems, STR_FMT(list[i].info.digest));
    for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(releases); i++) {
        r = advisory_db_rows(db, str_from(releases[i]), STR("curl"), print_row_detail, &q, err);
        if (r >= 0)
            r = advisory_db_rows(db, str_from(releases[i]), STR("wget"), print_row_detail, &q, err);
        if (r >= 0)
            r = advisory_db_release_feeds(db, str_from(releases[i]), &a, &names, &n, err);
        for (size_t k = 0; r >= 0 && k < n; k++)
            buf_printf(out, "%.*s;", STR_FMT(names[k]));
        if (r >= 0 && (r = advisory_db_eol(db, str_from(releases[i]), &end, &extended, err)) == 1)
            buf_printf(out, "%lld %lld;", (long long) end, (long long) extended);
    }
    for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(ids); i++) {
        if ((r = advisory_db_detail(db, str_from(ids[i]), &a, &d, err)) == 1)
            buf_printf(out, "%.*s %.*s %zu %d %.*s %f %f;", STR_FMT(d.id), STR_FMT(d.title), d.n_cvss, d.kev, STR_FMT(d.kev_due), d.epss, d.epss_percentile);
        if (r >= 0)
            r = advisory_db_find(db, str_from(ids[i]), print_found, out, err);
    }
    if (r >= 0)
        r = advisory_db_repository_cpes(db, STR("rhel-9-baseos"), &a, &cpes, err);
    return MIN(r, 0);
}

/* One flipped bit gives the same answers or a failure, never others. */
TEST(a_flipped_bit_is_never_another_answer) {
    make_dirs();
    _cleanup_(build_report_done) BuildReport report = {0};
    build("one", "flip.db", 1, &report);
    _cleanup_free_ char *path = in_dir("flip.db"), *bytes = NULL;
    _cleanup_error_ Error err = {0};
    size_t n = 0, tried = 0, told = 0;
    CHECK(fs_read(path, (size_t) 1 << 26, &bytes, &n, NULL) == 0);
    Buf want = buf_new(BUF_OWN_MAX), got = buf_new(BUF_OWN_MAX);
    int r = ask_all(path, &want, &err);
    CHECK_MSG(r == 0 && want.n > 500, "%s", error_text(&err, r));
    _cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    /* Every byte that is used, and some of the emptiness between. */
    for (size_t at = 0; at < n; at++) {
        if (bytes[at] == 0 && at % 61 != 0)
            continue;
        char flipped = (char) (bytes[at] ^ 1 << (at * 5 + at / 8) % 8);
        CHECK(pwrite(fd, &flipped, 1, (off_t) at) == 1);
        buf_clear(&got);
        r = ask_all(path, &got, &err);
        tried++;
        told += r < 0;
        CHECK_MSG(r < 0 || str_eq(buf_view(&got), buf_view(&want)), "byte %zu, silently: %.*s", at, STR_FMT(buf_view(&got)));
        CHECK_MSG(r >= 0 || strstr(err.message, path), "byte %zu: the message names no file: %s", at, err.message);
        CHECK(pwrite(fd, &bytes[at], 1, (off_t) at) == 1);
    }
    CHECK_MSG(tried > 2000 && told > 1000, "%zu flips, %zu told", tried, told);
    printf("# %zu flipped bits: %zu told, the others changed nothing\n", tried, told);
    buf_done(&want);
    buf_done(&got);
}

TEST(details_of_several_feeds_become_one) {
    VulnDetail best = {.title = STR("Best"), .published = 20, .modified = 30, .references = STR("https://a https://b"), .epss = -1};
    VulnDetail next = {.title = STR("Next"), .published = 10, .modified = TIME_NONE, .severity = SEVERITY_HIGH, .severity_source = STR("ghsa"),
                       .references = STR("https://b https://c"), .aliases = STR("CVE-2030-0001 GHSA-1"), .withdrawn = true};
    next.cvss[next.n_cvss++] = (Cvss) {STR("CVSS:3.1/X"), STR("nvd"), -1};
    next.cvss[next.n_cvss++] = (Cvss) {STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), STR("ghsa"), -1};
    next.cvss[next.n_cvss++] = (Cvss) {STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), STR("nvd"), -1};
    Buf a = buf_new(BUF_OWN_MAX), b = buf_new(BUF_OWN_MAX), out = buf_new(BUF_OWN_MAX);
    codec_detail_encode(&a, &best);
    codec_detail_encode(&b, &next);
    VulnDetail d, scores = {.epss = 0.5, .epss_percentile = 0.75, .kev = true, .kev_due = STR("2030-01-02")};
    CHECK_INT(merge_details(STR("CVE-2030-0001"), (const Str[]) {buf_view(&a), buf_view(&b)}, 2, &scores, &out), 0);
    CHECK_INT(codec_detail_decode(buf_view(&out), &d), 0);
    CHECK_STR(d.title, "Best");
    CHECK_STR(d.references, "https://a https://b https://c");
    CHECK_STR(d.aliases, "GHSA-1");
    CHECK_INT(d.published, 10);
    CHECK_INT(d.modified, 30);
    CHECK_INT(d.severity, SEVERITY_HIGH);
    CHECK_INT(d.n_cvss, 3);
    CHECK_STR(d.cvss[0].source, "nvd");
    CHECK_INT(d.cvss[0].score10, 98);
    CHECK_STR(d.cvss[1].source, "ghsa");
    CHECK_INT(d.cvss[2].score10, -1);
    CHECK(!d.withdrawn);
    CHECK(d.kev && d.epss == 0.5 && d.epss_percentile == 0.75);
    CHECK_STR(d.kev_due, "2030-01-02");
    CHECK_STR(d.id, "CVE-2030-0001");
    buf_done(&a);
    buf_done(&b);
    buf_done(&out);
}

__attribute__((destructor)) static void remove_dir(void) {
    if (ready != getpid()) /* workers end too */
        return;
    _cleanup_free_ char *command = xasprintf("rm -rf '%s'", dir);
    if (system(command) != 0)
        printf("# %s stays\n", dir);
}

TEST_MAIN()
