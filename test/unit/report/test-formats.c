/* SPDX-License-Identifier: Apache-2.0 */
/* Every format's bytes against test/case/report/<format>/expected.<report>.<extension>. With PLIMSOLL_UPDATE=1 the files are written
 * instead: look at the difference before you commit it. test/cli/report-schemas.t checks the same files against the schemas. */
#include "base/alloc.h"
#include "base/fs.h"
#include "report/format.h"
#include "unit/report/synthetic.h"
#include "unit/tap.h"

static int write_report(const Format *f, Synthetic s, unsigned order, const FormatOptions *o, Buf *out) {
    Report r = synthetic_report(s, order);
    int rc = f->write(&r, o, out);
    report_done(&r);
    return rc;
}

static void compare(const char *path, Str got) {
    _cleanup_free_ char *want = NULL;
    size_t n = 0;
    const char *update = getenv("PLIMSOLL_UPDATE");
    if (update && strcmp(update, "1") == 0) {
        CHECK(fs_write_atomic(path, got.p, got.n, 0644, NULL) == 0);
        return;
    }
    int r = fs_read(path, (size_t) 64 << 20, &want, &n, NULL);
    CHECK_MSG(r == 0, "cannot read %s", path);
    if (r < 0)
        return;
    size_t at = 0;
    while (at < n && at < got.n && want[at] == got.p[at])
        at++;
    CHECK_MSG(at == n && at == got.n, "%s differs from byte %zu on: \"%.*s\"", path, at, STR_FMT(str_head(str_from_at(got, at), 60)));
}

static void golden(const Format *f, Synthetic s, const FormatOptions *o, const char *variant) {
    const char *top = getenv("TOP");
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    CHECK_INT(write_report(f, s, 0, o, &out), 0);
    _cleanup_free_ char *path = xasprintf("%s/test/case/report/%s/expected.%s%s.%s", top ? top : ".", f->name, synthetic_name(s), variant, f->extension);
    compare(path, buf_view(&out));
}

TEST(formats_write_what_is_expected) {
    const FormatOptions o = {.now = TIME_NONE};
    for (const Format *f = formats(); f->name; f++)
        for (int s = 0; s < SYNTHETIC_N_; s++)
            if (s != SYNTHETIC_SBOM || f->sbom)
                golden(f, (Synthetic) s, &o, "");
}

TEST(the_table_fits_its_width_and_shows_ages) {
    const Format *f = format_by_name(STR("table"));
    FormatOptions o = {.width = 80, .now = 1767225600 + 3600};
    golden(f, SYNTHETIC_FULL, &o, ".80");
    golden(f, SYNTHETIC_HOSTILE, &o, ".80");
    golden(f, SYNTHETIC_SBOM, &o, ".80");
    o.width = 120;
    golden(f, SYNTHETIC_FULL, &o, ".120");
    o.color = true;
    golden(f, SYNTHETIC_FULL, &o, ".120-color");
}

TEST(the_same_report_gives_the_same_bytes_whatever_the_order_of_making) {
    const FormatOptions o = {.now = TIME_NONE};
    for (const Format *f = formats(); f->name; f++) {
        _cleanup_(buf_done) Buf first = buf_new(BUF_OWN_MAX);
        CHECK_INT(write_report(f, SYNTHETIC_FULL, 0, &o, &first), 0);
        for (unsigned order = 0; order < 5; order++) {
            _cleanup_(buf_done) Buf again = buf_new(BUF_OWN_MAX);
            CHECK_INT(write_report(f, SYNTHETIC_FULL, order, &o, &again), 0);
            CHECK_MSG(str_eq(buf_view(&first), buf_view(&again)), "%s: order %u gives other bytes", f->name, order);
        }
    }
}

TEST(a_result_without_data_is_no_clean_result) {
    const FormatOptions o = {.now = TIME_NONE};
    for (const Format *f = formats(); f->name; f++) {
        _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
        CHECK_INT(write_report(f, SYNTHETIC_NO_DATA, 0, &o, &out), 0);
        CHECK_MSG(str_find(buf_view(&out), STR("no-database")) >= 0, "%s does not name the gap", f->name);
        CHECK_MSG(str_find(buf_view(&out), STR("o findings in")) < 0, "%s calls it clean", f->name);
    }
}

TEST(a_full_buffer_is_an_error) {
    const FormatOptions o = {.now = TIME_NONE};
    for (const Format *f = formats(); f->name; f++) {
        _cleanup_(buf_done) Buf out = buf_new(1000);
        CHECK_INT(write_report(f, SYNTHETIC_FULL, 0, &o, &out), -E2BIG);
    }
}

TEST(no_control_characters_in_any_format) {
    const FormatOptions o = {.width = 80, .now = TIME_NONE};
    for (const Format *f = formats(); f->name; f++) {
        _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
        CHECK_INT(write_report(f, SYNTHETIC_HOSTILE, 0, &o, &out), 0);
        size_t bad = 0;
        for (size_t k = 0; k < out.n; k++)
            bad += (unsigned char) out.p[k] < 0x20 && out.p[k] != '\n';
        CHECK_MSG(bad == 0 && str_is_utf8(buf_view(&out)), "%s: %zu control characters, or no UTF-8", f->name, bad);
    }
}

TEST_MAIN()
