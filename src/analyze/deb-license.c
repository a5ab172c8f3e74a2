/* SPDX-License-Identifier: Apache-2.0 */
/* Licences of Debian packages: machine-readable copyright files (DEP-5, debian.org/doc/packaging-manuals/copyright-format/1.0).
 * Other copyright files are prose: nothing is guessed from them. */
#include "analyze/table.h"
#include "base/map.h"
#include "base/vec.h"
#include "parse/deb822.h"

#define DOC "usr/share/doc"

static bool package_of(Str path, Str *ret) {
    Str rest, package, file;
    if (!str_starts(path, STR(DOC "/")))
        return false;
    rest = str_from_at(path, STR(DOC "/").n);
    if (!str_cut(rest, '/', &package, &file) || !str_eqz(file, "copyright"))
        return false;
    *ret = package;
    return true;
}

static bool wants(Str path) {
    Str package;
    return package_of(path, &package);
}

static int compare(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    Fact f = {.kind = FACT_PACKAGE_LICENSE, .license = {.type = PACKAGE_DEB}};
    /* The first field of the first paragraph has to be Format (or its older name), or it is no such file. */
    if (!package_of(in->path, &f.license.name) && str_empty(in->bytes))
        return;
    Deb822 d;
    deb822_init(&d, in->bytes, NULL);
    if (deb822_next(&d, NULL) == 0 || d.n == 0 || !(str_ieq(d.fields[0].name, STR("Format")) || str_ieq(d.fields[0].name, STR("Format-Specification"))))
        return;
    Map seen = {0};
    Vec(Str) names = {0};
    size_t bytes = 0;
    do {
        Str value = deb822_get(&d, "License"), name;
        bool fresh;
        /* The short names stand beside the field's name, the text below. */
        if (str_line(&value, &name) && (name = str_trim(name)).n && (map_slot(&seen, name, &fresh), fresh)) {
            vec_push(&names, name);
            bytes += name.n + 1;
        }
    } while (deb822_next(&d, NULL) != 0);
    vec_sort(&names, compare);
    Buf out = buf_new(bytes);
    for (size_t i = 0; i < names.n; i++) {
        buf_str(&out, names.p[i]);
        buf_putc(&out, '\n');
    }
    f.license.licenses = buf_view(&out);
    if (names.n)
        analyzer_put(&analyzer_deb_license, in, sink, &f);
    buf_done(&out);
    vec_done(&names);
    map_done(&seen);
}

const Analyzer analyzer_deb_license = {
    .name = "deb-license",
    .version = 1,
    .doc = "Licences of Debian packages from their machine-readable copyright files",
    .roots = (const char *const[]) {DOC, NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "deb-copyright",
};
