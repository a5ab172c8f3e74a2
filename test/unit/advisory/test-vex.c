/* SPDX-License-Identifier: Apache-2.0 */
/* VEX documents of test/case/advisory/vex: what is read of NAME.json stands in NAME.expected. With PLIMSOLL_UPDATE=1 that is written
 * instead: look at the difference before you commit it. */
#include "advisory/vex.h"
#include "base/alloc.h"
#include "base/fs.h"
#include "unit/tap.h"

static void names(Buf *b, const Str *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s%.*s", i ? " " : "", STR_FMT(list[i]));
}

static void dump(Buf *b, const VexDocument *doc, const Diag *d) {
    char time[TIME_TEXT_MAX];
    buf_printf(b, "%s %zu\n", exception_format_name(doc->format), doc->n);
    for (size_t i = 0; i < doc->n; i++) {
        const Exception *e = &doc->statements[i];
        buf_printf(b, "%u:%u %s %s ", e->line, e->col, vex_status_name(e->status), time_format(e->time, time));
        names(b, e->ids, e->n_ids);
        buf_printf(b, " (%.*s) \"%.*s\"\n", STR_FMT(e->justification), STR_FMT(e->reason));
        for (size_t k = 0; k < e->n_products; k++) {
            buf_putz(b, "  ");
            names(b, e->products[k].names, e->products[k].n_names);
            buf_printf(b, " /%s", e->products[k].n_parts ? " " : "");
            names(b, e->products[k].parts, e->products[k].n_parts);
            buf_putc(b, '\n');
        }
    }
    _cleanup_free_ char *text = diag_text(d);
    buf_putz(b, text);
}

static void golden(const char *name) {
    const char *top = getenv("TOP"), *update = getenv("PLIMSOLL_UPDATE");
    _cleanup_free_ char *in = xasprintf("%s/test/case/advisory/vex/%s.json", top ? top : ".", name), *text = NULL, *want = NULL;
    _cleanup_free_ char *expected = xasprintf("%s/test/case/advisory/vex/%s.expected", top ? top : ".", name);
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(buf_done) Buf b = buf_new(1 << 20);
    Limits limits = limits_default();
    VexDocument doc;
    size_t n, n_want = 0;
    CHECK_INT(fs_read(in, 1 << 20, &text, &n, NULL), 0);
    CHECK_INT(vex_read(str_n(text, n), "vex", &limits, &a, &doc, &d), 0);
    dump(&b, &doc, &d);
    if (update && strcmp(update, "1") == 0) {
        CHECK_INT(fs_write_atomic(expected, b.p, b.n, 0644, NULL), 0);
        return;
    }
    CHECK_INT(fs_read(expected, 1 << 20, &want, &n_want, NULL), 0);
    CHECK_MSG(want && str_eq(buf_view(&b), str_n(want, n_want)), "%s: got\n%s", name, b.p);
}

TEST(documents_give_what_is_expected) {
    golden("openvex");
    golden("cyclonedx");
    golden("csaf");
}

static void refused(const char *text, const char *why) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits limits = limits_default();
    VexDocument doc;
    limits.document_depth = 20;
    CHECK(vex_read(str_from(text), "bad", &limits, &a, &doc, &d) < 0);
    _cleanup_free_ char *message = diag_text(&d);
    CHECK_MSG(d.errors > 0 && strstr(message, why), "\"%s\": the message is \"%s\", expected \"%s\" in it", text, message, why);
}

TEST(what_is_no_vex_document_is_refused_with_its_place) {
    refused("", "bad:1");
    refused("{}", "bad:1:1: error: no VEX document");
    refused("{\"statements\": 3}", "bad:1:16: error: OpenVEX: expected a list \"statements\", found a number");
    refused("{\"@context\": \"https://openvex.dev/ns/v0.2.0\"}", "bad:1:1: error: OpenVEX: expected a list \"statements\"");
    refused("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.3\", \"vulnerabilities\": []}", "bad:1:43: error: CycloneDX version \"1.3\"");
    refused("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.4\"}", "bad:1:1: error: CycloneDX: there are no \"vulnerabilities\"");
    refused("{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.4\", \"vulnerabilities\": 1}", "bad:1:69: error: CycloneDX: expected a list");
    refused("{\"payloadType\": \"x\", \"payload\": \"*\"}", "bad:1:33: error: the payload of the envelope is no base64");
    refused("{\"payloadType\": \"x\", \"payload\": \"e30=\"}", "no VEX document");
    refused("{\"predicateType\": \"x\", \"predicate\": {\"a\": 1}}", "bad:1:37: error: no VEX document");
    refused("{\"document\": {\"csaf_version\": \"1.9\"}}", "bad:1:31: error: CSAF version \"1.9\"; expected 2.0");
    refused("{\"document\": {\"csaf_version\": \"2.0\"}, \"vulnerabilities\": {}}", "bad:1:58: error: CSAF: expected a list");
    refused("{\"statements\": [[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]}", "nest");
}

TEST_MAIN()
