/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed-rpm.h"

#include <ctype.h>

bool feed_head_id(Str head, const char *prefixes) {
    for (Str rest = head;;) {
        ssize_t at = str_find(rest, STR("\"id\"")), upper = str_find(rest, STR("\"ID\""));
        if (at < 0 || (upper >= 0 && upper < at))
            at = upper;
        if (at < 0)
            return false;
        rest = str_from_at(rest, (size_t) at + 4);
        Str value = rest;
        while (value.n && (value.p[0] == ' ' || value.p[0] == ':'))
            value = str_from_at(value, 1);
        if (!value.n || value.p[0] != '"')
            continue;
        value = str_from_at(value, 1);
        Str words = str_from(prefixes), word;
        while (str_split(&words, ' ', &word))
            if (str_starts(value, word))
                return true;
        return false;
    }
}

static bool word_char(char c) {
    return isalnum((unsigned char) c) || c == '_' || c == '.' || c == '+' || c == '-';
}

/* "nodejs:18" out of a word of a title; "httpd:2.4/mod_http2" names a package of it. */
static bool module_of(Str word, Str *ret) {
    while (word.n && (word.p[word.n - 1] == ',' || word.p[word.n - 1] == ';'))
        word.n--;
    ssize_t slash = str_chr(word, '/');
    if (slash >= 0)
        word = str_head(word, (size_t) slash);
    Str name, stream;
    if (!str_cut(word, ':', &name, &stream) || str_empty(name) || str_empty(stream))
        return false;
    for (size_t i = 0; i < word.n; i++)
        if (!word_char(word.p[i]) && word.p[i] != ':')
            return false;
    if (str_chr(stream, ':') >= 0)
        return false;
    *ret = word;
    return true;
}

RpmAdvisory rpm_advisory_new(const FeedSink *sink, Arena *a, Str id, Str title) {
    RpmAdvisory adv = {.sink = sink, .a = a, .id = id, .binary_name = true};
    Str head, rest = title;
    if (str_cut(title, ':', &head, &rest) && str_chr(head, ' ') < 0 && severity_parse(head, &adv.severity) == 0)
        ;
    else if (str_starts(title, STR("Red Hat ")) && str_cut(title, ':', &head, &rest))
        ; /* "Red Hat Security Advisory: …": no severity in it */
    else
        rest = title;
    Str word, module;
    while (str_split(&rest, ' ', &word))
        if (module_of(word, &module) && adv.n_modules < ARRAY_SIZE(adv.modules))
            adv.modules[adv.n_modules++] = module;
    return adv;
}

void rpm_advisory_cve(RpmAdvisory *adv, Str cve) {
    if (!feed_is_cve(cve) || adv->n_cves == ARRAY_SIZE(adv->cves))
        return;
    for (size_t i = 0; i < adv->n_cves; i++)
        if (str_eq(adv->cves[i], cve))
            return;
    adv->cves[adv->n_cves++] = cve;
}

void rpm_advisory_cves(RpmAdvisory *adv, const Node *list) {
    node_each(item, list)
        rpm_advisory_cve(adv, node_str(item));
}

/* "ALBA-2019:1954", "RHEA-2024:1": bug fixes and enhancements are no vulnerabilities, unless they name one. */
static bool no_vulnerability(const RpmAdvisory *adv) {
    return adv->n_cves == 0 && adv->id.n > 4 && adv->id.p[4] == '-' && adv->id.p[3] == 'A' && (adv->id.p[2] == 'B' || adv->id.p[2] == 'E');
}

int rpm_advisory_row(RpmAdvisory *adv, Str release, Str package, Str introduced, Str fixed, Str arches, Str repositories) {
    if (str_empty(package) || str_empty(release) || no_vulnerability(adv))
        return 0;
    bool modular = feed_has(fixed, ".module+") || feed_has(fixed, ".module_");
    size_t n_modules = modular && adv->n_modules ? adv->n_modules : 1;
    for (size_t i = 0; i < MAX(adv->n_cves, (size_t) 1); i++)
        for (size_t k = 0; k < n_modules; k++) {
            AdvisoryRow row = {
                .id = adv->n_cves ? adv->cves[i] : adv->id,
                .status = str_empty(fixed) ? FIX_AFFECTED : FIX_FIXED,
                .status_text = adv->status_text,
                .introduced = rpm_evr(introduced),
                .fixed = rpm_evr(fixed),
                .severity = adv->severity,
                .advisory = adv->id,
                .module = !modular ? STR_NULL : adv->n_modules ? adv->modules[k] : STR("*"),
                .arches = arches,
                .repositories = repositories,
                .binary_name = adv->binary_name,
            };
            int r = adv->sink->row(adv->sink->userdata, release, package, &row);
            if (r < 0)
                return r;
        }
    return 0;
}

/* "  * gnome: a text (CVE-2025-5024, CVE-2025-5025)" -> "gnome: a text". */
static Str title_line(RpmAdvisory *adv, Str text, Str cve) {
    Str line;
    while (str_line(&text, &line)) {
        line = str_trim(line);
        if (!str_starts(line, STR("*")) || str_find(line, cve) < 0)
            continue;
        line = str_trim(str_from_at(line, 1));
        ssize_t end = str_find(line, STR("(CVE-"));
        if (end > 0)
            return feed_title(adv->a, str_head(line, (size_t) end));
    }
    return STR_NULL;
}

/* Of an advisory's references those that name it or the CVE: the others belong to other CVEs. */
static Str references_of(RpmAdvisory *adv, Str references, Str cve) {
    char *out = arena_bytes(adv->a, references.n + 1);
    size_t n = 0;
    Str url;
    while (str_split(&references, ' ', &url)) {
        if (str_find(url, cve) < 0 && str_find(url, adv->id) < 0)
            continue;
        if (n)
            out[n++] = ' ';
        memcpy(out + n, url.p, url.n);
        n += url.n;
    }
    return str_n(out, n);
}

int rpm_advisory_details(RpmAdvisory *adv, Str text, const VulnDetail *common) {
    if (no_vulnerability(adv))
        return 0;
    for (size_t i = 0; i < MAX(adv->n_cves, (size_t) 1); i++) {
        VulnDetail d = *common;
        d.id = adv->n_cves ? adv->cves[i] : adv->id;
        if (adv->n_cves)
            d.title = title_line(adv, text, d.id);
        /* Scores of an advisory are the worst of what it mends: they say something of a CVE only where there is just one. */
        if (adv->n_cves > 1) {
            d.n_cvss = 0;
            d.references = references_of(adv, d.references, d.id);
        }
        int r = adv->sink->detail(adv->sink->userdata, &d);
        if (r < 0)
            return r;
    }
    return 0;
}

Str rpm_evr(Str evr) {
    return str_starts(evr, STR("0:")) ? str_from_at(evr, 2) : evr;
}

int rpm_nevra(Str s, bool with_arch, Str *ret_name, Str *ret_evr, Str *ret_arch) {
    Str arch = STR_NULL;
    if (with_arch) {
        if (str_ends(s, STR(".rpm")))
            s.n -= 4;
        ssize_t dot = str_rchr(s, '.');
        if (dot < 0)
            return -EINVAL;
        arch = str_from_at(s, (size_t) dot + 1);
        s = str_head(s, (size_t) dot);
    }
    ssize_t release = str_rchr(s, '-');
    ssize_t version = release < 0 ? -1 : str_rchr(str_head(s, (size_t) release), '-');
    if (version <= 0 || (size_t) release + 1 == s.n || release == version + 1)
        return -EINVAL;
    /* An epoch is a number: "python38-devel:3.8-8080020221221151857.0d9ba776" is a module, no package. */
    Str evr = str_from_at(s, (size_t) version + 1);
    ssize_t colon = str_chr(evr, ':');
    lint_assume(colon < (ssize_t) evr.n);
    str_lint(evr);
    for (ssize_t i = 0; i < colon; i++)
        if (!isdigit((unsigned char) evr.p[i]))
            return -EINVAL;
    *ret_name = str_head(s, (size_t) version);
    *ret_evr = evr;
    if (ret_arch)
        *ret_arch = arch;
    return 0;
}

bool rpm_is_debug(Str package) {
    return str_ends(package, STR("-debuginfo")) || str_ends(package, STR("-debugsource")) || feed_has(package, "-debuginfo-");
}

bool rpm_release(Arena *a, Str ecosystem, const char *prefix, const char *key, Str *ret) {
    Str before = str_from(prefix);
    if (!str_starts(ecosystem, before))
        return false;
    Str version = str_from_at(ecosystem, before.n);
    ssize_t dot = str_chr(version, '.');
    if (dot >= 0)
        version = str_head(version, (size_t) dot);
    if (str_empty(version))
        return false;
    str_lint(version);
    for (size_t i = 0; i < version.n; i++)
        if (!isdigit((unsigned char) version.p[i]))
            return false;
    *ret = arena_printf(a, "%s:%.*s", key, STR_FMT(version));
    return true;
}

typedef struct OsvWalk {
    RpmAdvisory *adv;
    Str release, package;
} OsvWalk;

static int osv_range(void *userdata, Str introduced, Str fixed, Str last) {
    OsvWalk *w = userdata;
    return str_empty(fixed) ? 0 : rpm_advisory_row(w->adv, w->release, w->package, introduced, fixed, STR_NULL, STR_NULL);
}

int rpm_osv_begin(const FeedSink *sink, Arena *a, uint32_t line, const Node *root, const char *source, Str title, RpmAdvisory *ret, VulnDetail *ret_detail) {
    Str id = node_get_str(root, "id");
    if (str_empty(id)) {
        sink->problem(sink->userdata, line, "no id");
        return -EINVAL;
    }
    *ret = rpm_advisory_new(sink, a, id, title);
    rpm_advisory_cves(ret, node_get(root, "related"));
    rpm_advisory_cves(ret, node_get(root, "upstream"));
    rpm_advisory_cves(ret, node_get(root, "aliases"));
    VulnDetail d = feed_osv_detail(a, root, str_from(source));
    if (d.modified != TIME_NONE)
        sink->date(sink->userdata, d.modified);
    d.aliases = STR_NULL;
    d.published = d.modified = TIME_NONE; /* the advisory's, not the CVE's */
    *ret_detail = d;
    return !d.withdrawn;
}

int rpm_osv_record(const FeedSink *sink, Arena *a, uint32_t line, const Node *root, const char *source, const char *prefix, const char *key,
                   bool binary_name) {
    RpmAdvisory adv;
    VulnDetail d;
    int r = rpm_osv_begin(sink, a, line, root, source, node_get_str(root, "summary"), &adv, &d);
    if (r <= 0)
        return r;
    adv.binary_name = binary_name;
    node_each(affected, node_get(root, "affected")) {
        const Node *package = node_get(affected, "package");
        OsvWalk w = {.adv = &adv, .package = node_get_str(package, "name")};
        if (!rpm_release(a, node_get_str(package, "ecosystem"), prefix, key, &w.release) || rpm_is_debug(w.package))
            continue;
        r = feed_osv_ranges(affected, osv_range, &w);
        if (r < 0)
            return r;
    }
    return rpm_advisory_details(&adv, node_get_str(root, "details"), &d);
}
