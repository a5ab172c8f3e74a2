/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/report/synthetic.h"

#include <stdlib.h>

static const int64_t AS_OF = 1767225600; /* 2026-01-01T00:00:00Z */

const char *synthetic_name(Synthetic s) {
    static const char *const names[SYNTHETIC_N_] = {"full", "hostile", "clean", "no-data", "sbom"};
    return names[s];
}

/* The same permutation for the same seed, on every machine. */
static void shuffle(void *items, size_t n, size_t size, unsigned seed) {
    char *p = items, tmp[1024];
    uint32_t x = seed * 2654435761u + 1;
    for (size_t i = n; seed && i > 1; i--) {
        x = x * 1664525u + 1013904223u;
        size_t j = (x >> 8) % i;
        memcpy(tmp, p + j * size, size);
        memcpy(p + j * size, p + (i - 1) * size, size);
        memcpy(p + (i - 1) * size, tmp, size);
    }
}

static int by_package(const void *a, const void *b) {
    const Package *x = a, *y = b;
    int r = str_cmp(x->fact.name, y->fact.name);
    return r ? r : str_cmp(x->fact.arch, y->fact.arch);
}

static int by_finding(const void *a, const void *b) {
    return finding_compare(a, b);
}

static int by_gap(const void *a, const void *b) {
    const Gap *x = a, *y = b;
    return x->kind != y->kind ? (int) x->kind - (int) y->kind : str_cmp(x->subject, y->subject);
}

#define S(z) str_from(z)
#define S_(z) {z, sizeof(z) - 1}

static void image(Report *r) {
    static LayerInfo layers[3];
    static Str tags[1];
    layers[0] = (LayerInfo) {.digest = S("sha256:0000000000000000000000000000000000000000000000000000000000000001"),
        .diff_id = S("sha256:1000000000000000000000000000000000000000000000000000000000000001"),
        .media_type = S("application/vnd.oci.image.layer.v1.tar+gzip"), .size = 49554444,
        .created_by = S("/bin/sh -c #(nop) ADD file:4b1be1de1a1e5aa608c688cad2824587262081866180d7368feb79d33ca05953 in / ")};
    layers[1] = (LayerInfo) {.digest = S("sha256:0000000000000000000000000000000000000000000000000000000000000002"),
        .diff_id = S("sha256:1000000000000000000000000000000000000000000000000000000000000002"),
        .media_type = S("application/vnd.oci.image.layer.v1.tar+gzip"), .size = 1234567,
        .created_by = S("RUN |1 VERSION=3 /bin/sh -c apt-get update  && apt-get install -y --no-install-recommends openssl libxml2 curl && rm -rf /var/lib/apt/lists/* # buildkit")};
    layers[2] = (LayerInfo) {.diff_id = S("sha256:1000000000000000000000000000000000000000000000000000000000000003"), .size = 99};
    tags[0] = S("shop:1.2");
    r->artifact = (Artifact) {.kind = ARTIFACT_IMAGE, .reference = S("registry.example:5000/team/shop:1.2"),
        .digest = S("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        .image_id = S("sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"), .os = S("linux"), .arch = S("amd64"),
        .created = 1760000000, .user = S("1000:1000"), .layers = layers, .n_layers = 3, .repo_tags = tags, .n_repo_tags = 1};
    r->inventory.os = (Os) {.known = true, .id = S("debian"), .version_id = S("12"), .codename = S("bookworm"),
        .pretty_name = S("Debian GNU/Linux 12 (bookworm)"), .release = S("debian:12")};
}

typedef struct Row {
    const char *name, *version, *arch, *source, *source_version;
    int layer;
} Row;

/* Packages of languages: one that is installed in three places, one that a lock file names, one that the distribution installed. */
static void languages(Report *r) {
    static const PackageLocation express[] = {{S_("app/node_modules/express/package.json"), 0, 1, false}, {S_("tool/node_modules/express/package.json"), 0, 2, false}, {S_("app/package-lock.json"), 120, 1, true}};
    static const PackageLocation scoped[] = {{S_("app/package-lock.json"), 7, 1, true}};
    static const PackageLocation requests[] = {{S_("usr/lib/python3/dist-packages/requests-2.28.1.egg-info/PKG-INFO"), 0, 0, false}};
    const Package all[] = {
        {.fact = {.type = PACKAGE_NPM, .name = S("@team/tool"), .version = S("1.0.0"), .flags = PACKAGE_DECLARED | PACKAGE_DEV, .line = 7}, .locations = scoped, .n_locations = 1, .n_places = 1},
        {.fact = {.type = PACKAGE_NPM, .name = S("express"), .version = S("4.17.1"), .license = S("MIT")}, .locations = express, .n_locations = 3, .n_places = 3},
        {.fact = {.type = PACKAGE_PYPI, .name = S("requests"), .version = S("2.28.1")}, .locations = requests, .n_locations = 1, .n_places = 1, .owner = &r->inventory.packages[0]},
    };
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        Package *p = &r->inventory.packages[r->inventory.n_packages++];
        *p = all[i];
        p->path = p->locations->path;
        p->layer = p->locations->layer;
        p->bom_ref = package_purl(&r->arena, &p->fact, &r->inventory.os);
    }
    r->inventory.n_left_out = 12;
}

static void packages(Report *r, unsigned order) {
    static const Row rows[] = {
        {"bash", "5.2.15-2+b7", "amd64", "bash", "5.2.15-2", 0},
        {"curl", "7.88.1-10+deb12u5", "amd64", "curl", "7.88.1-10+deb12u5", 1},
        {"libc-bin", "2.36-9+deb12u4", "amd64", "glibc", "2.36-9+deb12u4", 0},
        {"libc6", "2.36-9+deb12u4", "amd64", "glibc", "2.36-9+deb12u4", 0},
        {"libssl3", "3.0.11-1~deb12u2", "amd64", "openssl", "3.0.11-1~deb12u2", 1},
        {"libxml2", "2.9.14+dfsg-1.3~deb12u1", "amd64", "libxml2", "2.9.14+dfsg-1.3~deb12u1", 1},
        {"openssl", "3.0.11-1~deb12u2", "amd64", "openssl", "3.0.11-1~deb12u2", 1},
        {"perl-base", "5.36.0-7+deb12u1", "amd64", "perl", "5.36.0-7+deb12u1", 0},
        {"zlib1g", "1:1.2.13.dfsg-1", "amd64", "zlib", "1:1.2.13.dfsg-1", 0},
    };
    Inventory *inv = &r->inventory;
    inv->packages = arena_alloc(&r->arena, (ARRAY_SIZE(rows) + 10) * sizeof(Package));
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        Package *p = &inv->packages[inv->n_packages++];
        p->fact = (PackageFact) {.type = PACKAGE_DEB, .name = S(rows[i].name), .version = S(rows[i].version), .arch = S(rows[i].arch),
            .source_name = S(rows[i].source), .source_version = S(rows[i].source_version), .license = S("GPL-2+"),
            .maintainer = S("Debian Packagers <nobody@example.org>"), .installed_size = 4096 * (i + 1), .n_files = 10 + i,
            .depends = S("libc6 (>= 2.34), zlib1g | zlib-ng, none"), .flags = i == 0 ? PACKAGE_ESSENTIAL : 0};
        p->path = S("var/lib/dpkg/status");
        p->layer = rows[i].layer;
        PackageLocation *at = arena_new(&r->arena, PackageLocation);
        *at = (PackageLocation) {.path = p->path, .layer = p->layer};
        p->locations = at;
        p->n_locations = p->n_places = 1;
        p->bom_ref = package_purl(&r->arena, &p->fact, &inv->os);
    }
    shuffle(inv->packages, inv->n_packages, sizeof(Package), order);
    qsort(inv->packages, inv->n_packages, sizeof(Package), by_package);
    languages(r);
}

static const Package *named(const Report *r, const char *name) {
    for (size_t i = 0; i < r->inventory.n_packages; i++)
        if (str_eqz(r->inventory.packages[i].fact.name, name))
            return &r->inventory.packages[i];
    abort();
}

static Finding *add(Report *r, const char *package, const char *id, Severity severity, FixStatus status) {
    Finding *f = &r->findings[r->n_findings++];
    *f = (Finding) {.kind = FINDING_VULNERABILITY, .id = S(id), .severity = severity, .severity_source = S("debian"), .status = status,
        .feed = S("debian-osv"), .epss = -1, .epss_percentile = -1, .published = TIME_NONE, .layer = LAYER_NONE, .is_new = true};
    if (package) {
        f->package = named(r, package);
        f->layer = f->package->layer;
        f->path = f->package->path;
    }
    return f;
}

static void findings(Report *r, bool config, unsigned order) {
    enum { MAX_FINDINGS = 100 };
    Finding *f;
    r->findings = arena_alloc(&r->arena, MAX_FINDINGS * sizeof(Finding));
    for (int i = 0; i < 2; i++) {
        const char *p = i ? "openssl" : "libssl3";
        f = add(r, p, "CVE-2024-5535", SEVERITY_CRITICAL, FIX_FIXED);
        f->fixed_version = S("3.0.15-1~deb12u1");
        f->title = S("OpenSSL: SSL_select_next_proto buffer overread");
        f->cvss = (Cvss) {S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H"), S("nvd"), 91};
        f->epss = 0.0432, f->epss_percentile = 0.91;
        f->advisories = S("DSA-5764-1");
        f->references = S("https://nvd.nist.gov/vuln/detail/CVE-2024-5535 https://www.openssl.org/news/secadv/20240627.txt");
        f->published = 1719446400;
        f = add(r, p, "CVE-2023-5678", SEVERITY_MEDIUM, FIX_FIXED);
        f->fixed_version = S("3.0.13-1~deb12u1");
        f->title = S("openssl: Generating excessively long X9.42 DH keys or checking excessively long X9.42 DH keys or parameters may be very slow");
        f->cvss = (Cvss) {S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"), S("nvd"), 53};
    }
    f = add(r, "curl", "CVE-2023-38545", SEVERITY_CRITICAL, FIX_FIXED);
    f->fixed_version = S("7.88.1-10+deb12u6");
    f->kev = true, f->kev_due = S("2025-02-01");
    f->epss = 0.921, f->epss_percentile = 0.999;
    f->title = S("curl: heap based buffer overflow in the SOCKS5 proxy handshake");
    f = add(r, "libxml2", "CVE-2024-25062", SEVERITY_HIGH, FIX_WONT_FIX);
    f->status_text = S("no-dsa");
    f->title = S("libxml2: use-after-free in XMLReader");
    f->is_new = false;
    for (int i = 0; i < 2; i++) {
        const char *p = i ? "libc-bin" : "libc6";
        f = add(r, p, "CVE-2023-4911", SEVERITY_HIGH, FIX_FIXED);
        f->fixed_version = S("2.36-9+deb12u3");
        f->title = S("glibc: buffer overflow in ld.so leading to privilege escalation");
        static const char *const old[] = {"CVE-2010-4756", "CVE-2018-20796", "CVE-2019-1010022", "CVE-2019-1010023", "CVE-2019-1010024",
            "CVE-2019-1010025", "CVE-2019-9192"};
        for (size_t k = 0; k < ARRAY_SIZE(old); k++) {
            f = add(r, p, old[k], SEVERITY_NEGLIGIBLE, FIX_WONT_FIX);
            f->status_text = S("unimportant");
        }
    }
    f = add(r, "perl-base", "CVE-2023-31486", SEVERITY_LOW, FIX_AFFECTED);
    f = add(r, "perl-base", "CVE-2011-4116", SEVERITY_LOW, FIX_DEFERRED);
    f->status_text = S("postponed");
    f = add(r, "zlib1g", "CVE-2023-45853", SEVERITY_UNKNOWN, FIX_UNDER_INVESTIGATION);
    f = add(r, NULL, "EOL", SEVERITY_HIGH, FIX_UNKNOWN);
    f->kind = FINDING_EOL;
    f->detail = S("debian:12 has had no regular security support since 2025-06-10; LTS ends 2028-06-30");
    f = add(r, "bash", "UPDATE", SEVERITY_MEDIUM, FIX_FIXED);
    f->kind = FINDING_UPDATE_PENDING;
    f->fixed_version = S("5.2.15-2+b8");
    f->detail = S("bookworm-security has 5.2.15-2+b8");
    f = add(r, NULL, "MALFORMED", SEVERITY_LOW, FIX_UNKNOWN);
    f->kind = FINDING_MALFORMED;
    f->path = S("opt/bomb.tar");
    f->layer = 2;
    f->detail = S("expands 1,000 times");
    f = add(r, NULL, "acme-deploy-token", SEVERITY_CRITICAL, FIX_UNKNOWN);
    SecretFact *secret = arena_new(&r->arena, SecretFact);
    *secret = (SecretFact) {.rule = f->id, .title = S("Acme deploy token"), .kind = S("token"), .severity = f->severity, .hint = S("acm_"),
        .fingerprint = S("d5579c46dfcc7f18207013e65b44e4cb4e2c2298f4ac457ba8f82743f31e930b"), .length = 40, .line = 12, .col = 9};
    f->kind = FINDING_SECRET, f->secret = secret, f->path = S("srv/app/.env"), f->line = 12, f->col = 9, f->layer = 1, f->deleted = 2;
    f->severity_source = S("plimsoll"), f->feed = STR_NULL;
    f->title = S("Acme deploy token: acm_… (40 characters), line 12; deleted in layer 3, but still in the image");
    if (config) {
        f = add(r, NULL, "pipe-to-shell", SEVERITY_HIGH, FIX_UNKNOWN);
        f->kind = FINDING_CONFIG;
        f->layer = 1;
        f->severity_source = S("plimsoll");
        f->feed = STR_NULL;
        f->title = S("A download is run unseen");
        f->detail = S("RUN curl -fsSL https://example.org/install | sh");
        f->controls = S("cis-docker-4.11 nist-800-190-4.1.2");
        f->remediation = S("Download to a file, verify it, then run it");
        f = add(r, NULL, "Image runs as root", SEVERITY_MEDIUM, FIX_UNKNOWN);
        f->kind = FINDING_POLICY, f->severity_source = S("policy"), f->feed = STR_NULL, f->action = S("deny");
        f->title = S("The image runs as root");
        f->detail = S("registry.example/app:1 runs as root");
        f->controls = S("cis-docker-4.1");
        f->remediation = S("Name a user with USER");
        r->policy = S("production@1"), r->verdict = S("deny");
        f = add(r, NULL, "PRIVATE-KEY", SEVERITY_HIGH, FIX_UNKNOWN);
        f->kind = FINDING_KEY, f->path = S("srv/app/tls.key"), f->line = 1, f->layer = 1, f->deleted = LAYER_NONE, f->severity_source = S("plimsoll"), f->feed = STR_NULL;
        f->title = S("Private key in the image, not encrypted");
        f->detail = S("PKCS#8, RSA, 2048 bits");
        f = add(r, NULL, "CERTIFICATE-EXPIRED", SEVERITY_MEDIUM, FIX_UNKNOWN);
        f->kind = FINDING_CERTIFICATE, f->path = S("srv/app/tls.pem"), f->line = 1, f->layer = 1, f->deleted = LAYER_NONE, f->severity_source = S("plimsoll"), f->feed = STR_NULL;
        f->title = S("Certificate expired on 2025-06-01");
        f->detail = S("CN=shop.example, valid from 2024-06-01 to 2025-06-01");
    }
    shuffle(r->findings, r->n_findings, sizeof(Finding), order);
    qsort(r->findings, r->n_findings, sizeof(Finding), by_finding);
}

static void coverage(Report *r, bool with_gaps, unsigned order) {
    static FeedInfo feeds[2];
    static Str analyzers[2];
    static Gap list[3];
    feeds[0] = (FeedInfo) {S("debian-osv"), AS_OF - 3 * 86400, 40123, S("sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc")};
    feeds[1] = (FeedInfo) {S("kev"), AS_OF - 40 * 86400, 1402, STR_NULL};
    analyzers[0] = S("dpkg");
    analyzers[1] = S("os-release");
    r->coverage = (Coverage) {.as_of = AS_OF, .database_digest = S("sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"),
        .feeds = feeds, .n_feeds = 2, .entries = 12345, .bytes = 123456789, .verified = true, .sandbox = S("seccomp,rlimit"),
        .analyzers = analyzers, .n_analyzers = 2};
    if (with_gaps) {
        list[0] = (Gap) {GAP_STALE_DATABASE, true, S("kev"), S("its newest record is of 2025-11-22, 40 days before the evaluation time; run `plimsoll db update`")};
        list[1] = (Gap) {GAP_UNREADABLE_FILE, false, S("opt/app/var/lib/rpm/rpmdb.sqlite"), S("database disk image is malformed: packages of this root are not in the report. Rebuild it with `rpm --rebuilddb`")};
        list[2] = (Gap) {GAP_ARCHIVE, false, S("http://deb.example.org/debian-security"), S("could not connect; pending updates were not looked up")};
        shuffle(list, 3, sizeof(Gap), order);
        qsort(list, 3, sizeof(Gap), by_gap);
        r->coverage.gaps = list;
        r->coverage.n_gaps = 3;
    }
}

/* A finding that VEX speaks of, one that it suppresses, one that a rule ignores; a rule that is about nothing. */
static void exceptions(Report *r, Str text) {
    static Str ids[3];
    Exception *e = r->exceptions = arena_alloc(&r->arena, 4 * sizeof(Exception));
    ExceptionSource *s = r->exception_sources = arena_alloc(&r->arena, 2 * sizeof(ExceptionSource));
    ids[0] = S("CVE-2023-31486"), ids[1] = S("CVE-2022-3715"), ids[2] = S("CVE-2005-2541");
    e[0] = (Exception) {.format = EXCEPTION_OPENVEX, .source = S("app.openvex.json"), .line = 9, .col = 5, .ids = ids, .n_ids = 1, .reason = text,
                        .status = VEX_UNDER_INVESTIGATION, .time = AS_OF - 86400, .expires = TIME_NONE, .matched = 1};
    e[1] = (Exception) {.format = EXCEPTION_OPENVEX, .source = S("app.openvex.json"), .line = 20, .col = 5, .ids = ids + 1, .n_ids = 1, .reason = text,
                        .justification = S("vulnerable_code_not_in_execute_path"), .status = VEX_NOT_AFFECTED, .time = AS_OF - 86400, .expires = TIME_NONE, .matched = 1};
    e[2] = (Exception) {.format = EXCEPTION_PLIMSOLL, .source = S(".plimsollignore"), .line = 2, .col = 3, .ids = ids + 2, .n_ids = 1, .reason = text,
                        .time = TIME_NONE, .expires = AS_OF + 86400, .until_fix = true, .matched = 1};
    e[3] = (Exception) {.format = EXCEPTION_PLIMSOLL, .source = S(".plimsollignore"), .line = 8, .col = 3, .ids = ids + 2, .n_ids = 1, .reason = text,
                        .time = TIME_NONE, .expires = TIME_NONE};
    s[0] = (ExceptionSource) {.name = S("app.openvex.json"), .format = EXCEPTION_OPENVEX, .total = 2};
    s[1] = (ExceptionSource) {.name = S(".plimsollignore"), .format = EXCEPTION_PLIMSOLL, .total = 2, .unmatched = 1};
    r->n_exceptions = 4;
    r->n_exception_sources = 2;
    for (size_t i = 0; i < r->n_findings; i++)
        if (str_eq(r->findings[i].id, ids[0]))
            r->findings[i].exception = &e[0];
    Finding *kept = r->findings;
    size_t n = r->n_findings;
    r->findings = r->suppressed = arena_alloc(&r->arena, 2 * sizeof(Finding));
    r->n_findings = 0;
    add(r, "bash", "CVE-2022-3715", SEVERITY_HIGH, FIX_AFFECTED)->exception = &e[1];
    add(r, "curl", "CVE-2005-2541", SEVERITY_LOW, FIX_UNKNOWN)->exception = &e[2];
    r->n_suppressed = r->n_findings;
    r->show_suppressed = true;
    r->findings = kept;
    r->n_findings = n;
}

static void keys(Report *r) {
    Inventory *inv = &r->inventory;
    inv->certificates = arena_new(&r->arena, Certificate);
    inv->n_certificates = 1;
    inv->certificates[0] = (Certificate) {.path = S("srv/app/tls.pem"), .layer = 1, .n_places = 2};
    inv->certificates[0].fact = (CertificateFact) {.subject = S("CN=shop.example"), .issuer = S("CN=Shop CA"), .serial = S("0A"), .algorithm = S("RSA"), .hash = S("SHA-256"),
        .digest = S("sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"),
        .key_digest = S("sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"), .not_before = 1717200000, .not_after = 1748736000, .bits = 2048, .line = 1};
    inv->keys = arena_alloc(&r->arena, 2 * sizeof(Key));
    inv->n_keys = 2;
    inv->keys[0] = (Key) {.path = S("root/.ssh/authorized_keys"), .layer = 0, .deleted = LAYER_NONE, .owner = S("base-files")};
    inv->keys[0].fact = (KeyFact) {.kind = KEY_AUTHORIZED, .format = S("OpenSSH"), .algorithm = S("Ed25519"), .bits = 256,
        .fingerprint = S("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"), .subject = S("admin@example"), .line = 2};
    inv->keys[1] = (Key) {.path = S("srv/app/tls.key"), .layer = 1, .deleted = 2};
    inv->keys[1].fact = (KeyFact) {.kind = KEY_PRIVATE, .format = S("PKCS#8"), .encrypted = true, .line = 1};
}

static void hostile(Report *r) {
    static const char bad[] = "\033[31mred\033]0;title\007 \"'`|*_]]> </script><img src=x onerror=alert(1)> & \xff\xfe\xc3( \xe2\x80\xae" "evil \r\n# head @all {{x}} %s \\";
    static char lengthy[1200];
    static Gap gap;
    memset(lengthy, 'a', sizeof(lengthy));
    Str b = str_n(bad, sizeof(bad) - 1), l = str_n(lengthy, sizeof(lengthy));
    exceptions(r, b); /* before packages lose their names */
    Package *p = &r->inventory.packages[0];
    p->fact.name = b, p->fact.version = b, p->fact.license = b, p->fact.maintainer = b, p->fact.source_name = b;
    p->bom_ref = package_purl(&r->arena, &p->fact, &r->inventory.os);
    r->inventory.packages[1].fact.name = l;
    r->inventory.certificates[0].fact.subject = b;
    r->inventory.keys[0].fact.subject = b;
    r->inventory.packages[2].fact.version = l;
    r->artifact.reference = b;
    r->artifact.layers[1].created_by = b;
    r->artifact.layers[2].created_by = l;
    r->inventory.os.pretty_name = b;
    for (size_t i = 0; i < r->n_findings; i++) {
        Finding *f = &r->findings[i];
        if (i % 3 == 0)
            f->title = b, f->detail = b, f->status_text = b, f->references = b;
        if (i % 7 == 0)
            f->id = b, f->fixed_version = b, f->cvss.vector = b, f->cvss.score10 = -1;
        if (i % 5 == 0)
            f->fixed_version = l, f->title = l;
    }
    gap = (Gap) {GAP_UNREADABLE_FILE, false, b, b};
    r->coverage.gaps = &gap;
    r->coverage.n_gaps = 1;
    r->coverage.feeds[0].name = b;
}

Report synthetic_report(Synthetic s, unsigned order) {
    Report r = {.tool_version = S("0.1.0"), .n_filtered = 4, .n_baseline = 1, .fail_on_set = true, .fail_on = SEVERITY_HIGH};
    image(&r);
    if (s == SYNTHETIC_NO_DATA) {
        static Gap gap[2];
        gap[0] = (Gap) {GAP_UNSUPPORTED_OS, false, S("plan9"), S("no advisory feed covers this system")};
        gap[1] = (Gap) {GAP_NO_DATABASE, false, S("advisory database"), S("there is none; run `plimsoll db update`")};
        r.artifact = (Artifact) {.kind = ARTIFACT_DIRECTORY, .reference = S("/srv/root"), .created = TIME_NONE};
        r.inventory.os = (Os) {0};
        r.n_filtered = r.n_baseline = 0;
        r.fail_on_set = false;
        r.coverage = (Coverage) {.as_of = AS_OF, .entries = 10, .bytes = 999, .gaps = gap, .n_gaps = 2};
        return r;
    }
    packages(&r, order);
    coverage(&r, s == SYNTHETIC_FULL || s == SYNTHETIC_SBOM, order);
    if (s == SYNTHETIC_FULL || s == SYNTHETIC_HOSTILE)
        findings(&r, s == SYNTHETIC_FULL, order), keys(&r);
    if (s == SYNTHETIC_FULL)
        exceptions(&r, S("the code is not called"));
    if (s == SYNTHETIC_HOSTILE)
        hostile(&r);
    if (s == SYNTHETIC_CLEAN || s == SYNTHETIC_SBOM)
        r.n_filtered = r.n_baseline = 0;
    r.sbom_only = s == SYNTHETIC_SBOM;
    return r;
}
