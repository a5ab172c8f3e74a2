/* SPDX-License-Identifier: Apache-2.0 */
/* Golden cases of the feeds: every document under test/case/advisory/<feed>/input/ must be detected as this feed's, and what the feed
 * makes of them must be what expected.txt says. UPDATE_GOLDEN=1 writes it anew. */
#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "advisory/feed.h"
#include "base/alloc.h"
#include "base/fs.h"
#include "base/time.h"
#include "base/vec.h"
#include "tap.h"

static void field(Buf *b, const char *name, Str value) {
    if (!str_empty(value))
        buf_printf(b, " %s=\"%.*s\"", name, STR_FMT(value));
}

static int on_row(void *userdata, Str release, Str package, const AdvisoryRow *r) {
    Buf *b = userdata;
    buf_printf(b, "row %.*s %.*s %.*s %s", STR_FMT(release), STR_FMT(package), STR_FMT(r->id), fix_status_name(r->status));
    field(b, "text", r->status_text);
    field(b, "introduced", r->introduced);
    field(b, "fixed", r->fixed);
    field(b, "last", r->last_affected);
    if (r->severity)
        buf_printf(b, " %s", severity_name(r->severity));
    field(b, "advisory", r->advisory);
    field(b, "module", r->module);
    field(b, "arches", r->arches);
    field(b, "repositories", r->repositories);
    field(b, "imports", r->imports);
    buf_printf(b, "%s%s\n", r->binary_name ? " binary" : "", r->malicious ? " malicious" : "");
    return 0;
}

static int on_detail(void *userdata, const VulnDetail *d) {
    Buf *b = userdata;
    char date[TIME_TEXT_MAX];
    buf_printf(b, "detail %.*s", STR_FMT(d->id));
    field(b, "title", d->title);
    for (size_t i = 0; i < d->n_cvss; i++)
        buf_printf(b, " cvss=%.*s:%.*s", STR_FMT(d->cvss[i].source), STR_FMT(d->cvss[i].vector));
    if (d->severity)
        buf_printf(b, " %s:%.*s", severity_name(d->severity), STR_FMT(d->severity_source));
    field(b, "aliases", d->aliases);
    field(b, "references", d->references);
    if (d->published != TIME_NONE)
        buf_printf(b, " published=%s", time_format_date(d->published, date));
    if (d->modified != TIME_NONE)
        buf_printf(b, " modified=%s", time_format_date(d->modified, date));
    if (d->kev)
        buf_printf(b, " kev=%.*s", STR_FMT(d->kev_due));
    if (d->epss >= 0)
        buf_printf(b, " epss=%g/%g", d->epss, d->epss_percentile);
    buf_printf(b, "%s\n", d->withdrawn ? " withdrawn" : "");
    return 0;
}

static int on_eol(void *userdata, Str release, int64_t eol, int64_t extended) {
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    buf_printf(userdata, "eol %.*s %s %s\n", STR_FMT(release), eol == TIME_NONE ? "-" : time_format_date(eol, from),
               extended == TIME_NONE ? "-" : time_format_date(extended, to));
    return 0;
}

static int on_repository_cpe(void *userdata, Str repository, Str cpe) {
    buf_printf(userdata, "repository %.*s %.*s\n", STR_FMT(repository), STR_FMT(cpe));
    return 0;
}

static void on_date(void *userdata, int64_t t) {
    char date[TIME_TEXT_MAX];
    buf_printf(userdata, "date %s\n", time_format_date(t, date));
}

static void on_count(void *userdata) {
    buf_putz(userdata, "record\n");
}

_printf_(3, 4) static void on_problem(void *userdata, uint32_t line, const char *fmt, ...) {
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    buf_printf(userdata, "problem at line %u: %s\n", line, text);
}

static Vec(char *) found;

static int collect(const char *path, const struct stat *st, int kind, struct FTW *f) {
    if (kind == FTW_F)
        vec_push(&found, xstrdup(path));
    return 0;
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void run_case(const Feed *feed, const char *dir) {
    _cleanup_free_ char *input = xasprintf("%s/input", dir), *golden = xasprintf("%s/expected.txt", dir);
    nftw(input, collect, 8, FTW_PHYS);
    vec_sort(&found, compare);
    CHECK_MSG(found.n > 0, "%s holds no documents", input);
    Buf out = buf_new(BUF_OWN_MAX);
    Limits limits = limits_default();
    for (size_t i = 0; i < found.n; i++) {
        FeedSink sink = {&out, on_row, on_detail, on_eol, on_repository_cpe, on_date, on_count, on_problem};
        _cleanup_free_ char *bytes = NULL;
        size_t n = 0;
        CHECK(fs_read(found.p[i], (size_t) 1 << 24, &bytes, &n, NULL) == 0);
        /* An exact copy, so that a sanitizer sees reads past the end. */
        char *exact = xmalloc(n + !n);
        memcpy(exact, bytes, n);
        FeedInput in = {.path = str_from(found.p[i] + strlen(input) + 1), .bytes = str_n(exact, n), .limits = &limits};
        const Feed *detected = feed_detect(in.path, str_head(in.bytes, FEED_HEAD_MAX));
        CHECK_MSG(detected == feed, "%s is taken for %s", found.p[i], detected ? detected->name : "nothing");
        buf_printf(&out, "== %.*s\n", STR_FMT(in.path));
        int r = feed->parse(&in, &sink);
        CHECK_MSG(r == 0, "%s: %s", found.p[i], strerror(-r));
        free(exact);
        free(found.p[i]);
    }
    vec_done(&found);
    if (getenv("UPDATE_GOLDEN")) {
        CHECK(fs_write_atomic(golden, out.p, out.n, 0644, NULL) == 0);
    } else {
        _cleanup_free_ char *want = NULL;
        size_t n_want = 0;
        int r = fs_read(golden, (size_t) 1 << 24, &want, &n_want, NULL);
        CHECK_MSG(r == 0, "%s: %s", golden, strerror(-r));
        Str a = buf_view(&out), b = str_n(want, n_want), line_a, line_b;
        for (unsigned line = 1; r == 0; line++) {
            bool more_a = str_line(&a, &line_a), more_b = str_line(&b, &line_b);
            if (!more_a && !more_b)
                break;
            if (!more_a || !more_b || !str_eq(line_a, line_b)) {
                CHECK_MSG(false, "%s:%u: got \"%.*s\", expected \"%.*s\"", golden, line, more_a ? (int) line_a.n : 3, more_a ? line_a.p : "end",
                          more_b ? (int) line_b.n : 3, more_b ? line_b.p : "end");
                break;
            }
        }
    }
    buf_done(&out);
}

TEST(every_feed_reads_its_case_as_expected) {
    const char *top = getenv("TOP");
    size_t n, ran = 0;
    const Feed *const *all = feeds(&n);
    for (size_t i = 0; i < n; i++) {
        _cleanup_free_ char *dir = xasprintf("%s/test/case/advisory/%s", top ? top : ".", all[i]->name);
        CHECK_MSG(all[i]->doc && all[i]->source && all[i]->fuzzer, "%s lacks documentation, source or fuzzer", all[i]->name);
        if (access(dir, F_OK) == 0) {
            run_case(all[i], dir);
            ran++;
        }
    }
    CHECK_MSG(ran >= 10, "only %zu feeds have a case", ran);
}

/* Large documents of one record a line come in pieces: a bad line, first or not, costs itself, of whichever feed. */
TEST(a_bad_line_of_a_later_piece_costs_one_record) {
    static const char *const bad[] = {"", "!\n", "[1,\n", "{\"id\":\n", "{}}\n"};
    const char *top = getenv("TOP");
    _cleanup_free_ char *path = xasprintf("%s/test/case/advisory/almalinux-osv/input", top ? top : "."), *bytes = NULL;
    nftw(path, collect, 8, FTW_PHYS);
    vec_sort(&found, compare);
    size_t n = 0;
    CHECK(found.n > 0 && fs_read(found.p[0], (size_t) 1 << 24, &bytes, &n, NULL) == 0);
    Limits limits = limits_default();
    Str rest = str_n(bytes, n), record = STR_NULL;
    CHECK(str_line(&rest, &record));
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        Buf text = buf_new(BUF_OWN_MAX), out = buf_new(BUF_OWN_MAX);
        FeedSink sink = {&out, on_row, on_detail, on_eol, on_repository_cpe, on_date, on_count, on_problem};
        buf_printf(&text, "%s%.*s\n", bad[i], STR_FMT(record));
        FeedInput in = {.path = str_from(found.p[0]), .bytes = buf_view(&text), .first_line = 1000, .limits = &limits};
        CHECK_INT(feed_by_name(STR("almalinux-osv"))->parse(&in, &sink), 0);
        CHECK_MSG(str_find(buf_view(&out), STR("row almalinux:9 ship")) >= 0, "behind \"%s\": %.*s", bad[i], STR_FMT(buf_view(&out)));
        CHECK((str_find(buf_view(&out), STR("problem at line 1000:")) >= 0) == (bad[i][0] != 0));
        buf_done(&text);
        buf_done(&out);
    }
    for (size_t i = 0; i < found.n; i++)
        free(found.p[i]);
    vec_done(&found);
}

/* Development aid: `unit-advisory-test-feeds FILE` prints what comes of a document. */
int main(int argc, char **argv) {
    if (argc < 2)
        return tap_main();
    Limits limits = limits_default();
    for (int i = 1; i < argc; i++) {
        char *bytes;
        size_t n;
        if (fs_read(argv[i], (size_t) 1 << 30, &bytes, &n, NULL) < 0)
            return 1;
        FeedInput in = {.path = str_from(argv[i]), .bytes = str_n(bytes, n), .limits = &limits};
        const Feed *feed = feed_detect(in.path, str_head(in.bytes, FEED_HEAD_MAX));
        Buf out = buf_new((size_t) 4 << 30);
        FeedSink sink = {&out, on_row, on_detail, on_eol, on_repository_cpe, on_date, on_count, on_problem};
        int r = feed ? feed->parse(&in, &sink) : -ENOENT;
        printf("feed %s: %d\n", feed ? feed->name : "none", r);
        fwrite(out.p, 1, out.n, stdout);
        buf_done(&out);
        free(bytes);
    }
    return 0;
}
