/* SPDX-License-Identifier: Apache-2.0 */
/* Strengths: NIST SP 800-131A Rev. 2 (RSA and DSA from 2048 bits, curves from 224; no SHA-1 and MD5 for signatures). */
#include "base/map.h"
#include "scan/keys.h"
#include "scan/scan.h"

enum { EXPIRY_DAYS = 30 };
static const int64_t DAY = 24 * 3600;

static void add(Report *r, Finding f) {
    f.severity_source = STR("plimsoll");
    f.epss = f.epss_percentile = -1;
    f.published = TIME_NONE;
    f.cvss.score10 = -1;
    f.is_new = true;
    scan_add_finding(r, &f);
}

static bool is_weak(Str algorithm, uint32_t bits) {
    if (bits == 0)
        return false;
    if (str_starts(algorithm, STR("RSA")) || str_eqz(algorithm, "DSA") || str_eqz(algorithm, "DH"))
        return bits < 2048;
    return str_eqz(algorithm, "EC") && bits < 224;
}

/* "RSA, 2048 bits", "EC P-256". */
static Str strength(Arena *a, Str algorithm, Str curve, uint32_t bits) {
    if (str_empty(algorithm))
        return STR("of unknown algorithm");
    if (!str_empty(curve))
        return arena_printf(a, "%.*s %.*s", STR_FMT(algorithm), STR_FMT(curve));
    return bits && (str_starts(algorithm, STR("RSA")) || str_eqz(algorithm, "DSA")) ? arena_printf(a, "%.*s, %u bits", STR_FMT(algorithm), bits) : algorithm;
}

/* Test data of a package that a registry hands to everybody: it is no secret, and it guards nothing. */
static bool is_published(Str path) {
    static const char *const packages[] = {"node_modules", "site-packages", "dist-packages", "gems", "pkg/mod"}, *const tests[] = {"test", "tests", "testing", "testdata",
        "__tests__", "spec", "fixtures", "fixture", "example", "examples", "sample", "samples", "demo", "doc", "docs"};
    bool package = false, test = false;
    Str rest = path, part;
    while (str_split(&rest, '/', &part)) {
        for (size_t i = 0; i < ARRAY_SIZE(packages); i++)
            package = package || str_eqz(part, packages[i]);
        for (size_t i = 0; package && i < ARRAY_SIZE(tests); i++)
            test = test || str_eqz(part, tests[i]);
    }
    return test;
}

/* ---- Keys ---- */

static bool is_host_key(Str path) {
    ssize_t slash = str_rchr(path, '/');
    Str name = slash < 0 ? path : str_from_at(path, (size_t) slash + 1);
    return str_starts(name, STR("ssh_host_")) && str_ends(name, STR("_key"));
}

/* Has it issued anything that is at hand? Many a self-signed certificate of a server calls itself an authority only because its maker's defaults do. */
static bool has_issued(const Inventory *inv, const Certificate *authority) {
    for (size_t i = 0; i < inv->n_certificates; i++)
        if (&inv->certificates[i] != authority && str_eq(inv->certificates[i].fact.issuer, authority->fact.subject))
            return true;
    return false;
}

static void private_key(Report *r, const Key *k, const Certificate *authority, Finding f) {
    Arena *a = &r->arena;
    const KeyFact *s = &k->fact;
    Str what = strength(a, s->algorithm, s->curve, s->bits);
    const char *weak = is_weak(s->algorithm, s->bits) ? "; too weak for any use" : "";
    /* A key that only a device can use: the file holds its handle. */
    if (str_ends(s->algorithm, STR("-SK")))
        return;
    if (s->encrypted) {
        f.id = STR("ENCRYPTED-PRIVATE-KEY");
        f.severity = SEVERITY_LOW;
        f.title = STR("Private key in the image, protected by a password");
        f.detail = str_empty(s->algorithm) ? arena_printf(a, "%.*s: only the strength of the password protects it from everybody who has the image", STR_FMT(s->format))
                                           : arena_printf(a, "%.*s, %.*s%s: only the strength of the password protects it from everybody who has the image",
                                                          STR_FMT(s->format), STR_FMT(what), weak);
    } else if (authority) {
        f.id = STR("CA-PRIVATE-KEY");
        f.severity = has_issued(&r->inventory, authority) ? SEVERITY_CRITICAL : SEVERITY_HIGH;
        f.title = STR("Private key of a certificate authority");
        f.detail = arena_printf(a, "%.*s, %.*s%s: whoever has the image can issue certificates as %.*s", STR_FMT(s->format), STR_FMT(what), weak,
                                STR_FMT(authority->fact.subject));
    } else if (is_host_key(k->path)) {
        f.id = STR("SSH-HOST-KEY");
        f.severity = SEVERITY_HIGH;
        f.title = STR("SSH host key in the image: all containers share it");
        f.detail = arena_printf(a, "%.*s%s %.*s: whoever has the image can pose as any of its containers; make host keys at the first start", STR_FMT(what), weak,
                                STR_FMT(s->fingerprint));
    } else {
        f.id = STR("PRIVATE-KEY");
        f.severity = SEVERITY_HIGH;
        f.title = STR("Private key in the image, not encrypted");
        f.detail = arena_printf(a, "%.*s, %.*s%s%s%.*s", STR_FMT(s->format), STR_FMT(what), weak, str_empty(s->fingerprint) ? "" : ", public part ", STR_FMT(s->fingerprint));
    }
    if (k->deleted != LAYER_NONE)
        f.title = arena_printf(a, "%.*s; deleted in layer %d, but still there", STR_FMT(f.title), k->deleted + 1);
    add(r, f);
}

static void authorized_key(Report *r, const Key *k, Finding f) {
    Arena *a = &r->arena;
    const KeyFact *s = &k->fact;
    bool weak = is_weak(s->algorithm, s->bits) || str_eqz(s->algorithm, "DSA");
    f.id = STR("AUTHORIZED-KEY");
    f.severity = weak ? SEVERITY_HIGH : SEVERITY_MEDIUM;
    f.title = STR("A key in the image may log in by SSH");
    f.detail = arena_printf(a, "%.*s%s %.*s%s%.*s", STR_FMT(strength(a, s->algorithm, s->curve, s->bits)), weak ? " (too weak for any use)" : "", STR_FMT(s->fingerprint),
                            str_empty(s->subject) ? "" : ", ", STR_FMT(s->subject));
    add(r, f);
}

static void keystore(Report *r, const Key *k, Finding f) {
    if (k->fact.count == 0)
        return;
    f.id = STR("KEYSTORE");
    f.severity = SEVERITY_LOW;
    f.title = STR("Keystore with private keys in the image");
    f.detail = arena_printf(&r->arena, "%.*s, %llu keys, as safe as its password", STR_FMT(k->fact.format), (unsigned long long) k->fact.count);
    add(r, f);
}

static void credential(Report *r, const Key *k, Finding f) {
    const KeyFact *s = &k->fact;
    bool kube = str_eqz(s->format, "kubeconfig");
    f.id = kube ? STR("KUBECONFIG") : STR("DOCKER-CONFIG");
    f.severity = SEVERITY_HIGH;
    f.title = kube ? STR("Credentials of a Kubernetes cluster in the image") : STR("Credentials of a registry in the image");
    f.detail = arena_printf(&r->arena, "%.*s of %.*s", STR_FMT(s->algorithm), STR_FMT(str_empty(s->subject) ? STR("nobody named") : s->subject));
    if (k->deleted != LAYER_NONE)
        f.title = arena_printf(&r->arena, "%.*s; deleted in layer %d, but still there", STR_FMT(f.title), k->deleted + 1);
    add(r, f);
}

/* ---- Certificates ---- */

static void certificate(Report *r, const Certificate *c, int64_t as_of) {
    Arena *a = &r->arena;
    char before[TIME_TEXT_MAX], after[TIME_TEXT_MAX];
    const CertificateFact *s = &c->fact;
    const bool ca = s->flags & CERTIFICATE_CA, own = s->flags & CERTIFICATE_SELF_ISSUED;
    Finding f = {.kind = FINDING_CERTIFICATE, .layer = c->layer, .deleted = LAYER_NONE, .path = arena_str(a, c->path), .line = s->line, .severity = SEVERITY_MEDIUM};
    f.detail = arena_printf(a, "%.*s, valid from %s to %s", STR_FMT(s->subject), time_format_date(s->not_before, before), time_format_date(s->not_after, after));
    if (s->not_after < as_of) {
        f.id = STR("CERTIFICATE-EXPIRED");
        f.title = arena_printf(a, "Certificate expired on %s", after);
        add(r, f);
    } else if (s->not_before > as_of) {
        f.id = STR("CERTIFICATE-NOT-YET-VALID");
        f.severity = SEVERITY_LOW;
        f.title = arena_printf(a, "Certificate not valid before %s", before);
        add(r, f);
    } else if (s->not_after - as_of < EXPIRY_DAYS * DAY) {
        f.id = STR("CERTIFICATE-EXPIRES-SOON");
        f.severity = SEVERITY_LOW;
        f.title = arena_printf(a, "Certificate expires on %s", after);
        add(r, f);
    }
    f.severity = SEVERITY_MEDIUM;
    if (is_weak(s->algorithm, s->bits)) {
        f.id = STR("CERTIFICATE-WEAK-KEY");
        f.title = arena_printf(a, "Certificate with a weak key: %.*s", STR_FMT(strength(a, s->algorithm, s->curve, s->bits)));
        add(r, f);
    }
    /* Nobody looks at the signature of what is trusted for itself. */
    if (!own && (str_starts(s->hash, STR("MD")) || str_eqz(s->hash, "SHA-1"))) {
        f.id = STR("CERTIFICATE-WEAK-HASH");
        f.title = arena_printf(a, "Certificate signed with %.*s", STR_FMT(s->hash));
        add(r, f);
    }
    if (ca) {
        f.id = STR("PRIVATE-CA");
        f.severity = SEVERITY_LOW;
        f.title = STR("Certificate of an authority that no package brings");
        add(r, f);
    }
}

void keys_find(Report *r, int64_t as_of) {
    const Inventory *inv = &r->inventory;
    Map authorities = {0};
    for (size_t i = 0; i < inv->n_certificates; i++) {
        const Certificate *c = &inv->certificates[i];
        if (c->fact.flags & CERTIFICATE_CA)
            map_set(&authorities, c->fact.key_digest, (void *) (uintptr_t) c);
        if (str_empty(c->owner) && !c->trust_store && !is_published(c->path))
            certificate(r, c, as_of);
    }
    for (size_t i = 0; i < inv->n_keys; i++) {
        const Key *k = &inv->keys[i];
        Finding f = {.kind = FINDING_KEY, .layer = k->layer, .deleted = k->deleted, .path = arena_str(&r->arena, k->path), .line = k->fact.line};
        if (!str_empty(k->owner) || is_published(k->path))
            continue;
        switch (k->fact.kind) {
        case KEY_PRIVATE:
            private_key(r, k, map_get(&authorities, k->fact.fingerprint), f);
            break;
        case KEY_AUTHORIZED:
            authorized_key(r, k, f);
            break;
        case KEY_STORE:
            keystore(r, k, f);
            break;
        case KEY_CREDENTIAL:
            credential(r, k, f);
            break;
        case KEY_KIND_N_:
            break;
        }
    }
    map_done(&authorities);
}
