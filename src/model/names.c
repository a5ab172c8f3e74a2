/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the model's enumerations, both ways. */
#include <ctype.h>

#include "model/bloat.h"
#include "model/diff.h"
#include "model/report.h"

static const char *const fix_names[FIX_N_] = {
    [FIX_UNKNOWN] = "unknown",
    [FIX_AFFECTED] = "affected",
    [FIX_FIXED] = "fixed",
    [FIX_WONT_FIX] = "will-not-fix",
    [FIX_DEFERRED] = "deferred",
    [FIX_UNDER_INVESTIGATION] = "under-investigation",
    [FIX_END_OF_LIFE] = "end-of-life",
    [FIX_NOT_AFFECTED] = "not-affected",
};
static const char *const finding_names[FINDING_KIND_N_] = {
    [FINDING_VULNERABILITY] = "vulnerability",
    [FINDING_MALICIOUS] = "malicious-package",
    [FINDING_UPDATE_PENDING] = "update-pending",
    [FINDING_EOL] = "end-of-life",
    [FINDING_MALFORMED] = "malformed",
    [FINDING_SECRET] = "secret",
    [FINDING_CONFIG] = "config",
    [FINDING_KEY] = "key",
    [FINDING_CERTIFICATE] = "certificate",
    [FINDING_MALWARE] = "malware",
    [FINDING_LICENSE] = "license",
    [FINDING_INTEGRITY] = "integrity",
    [FINDING_POLICY] = "policy",
};
static const char *const gap_names[GAP_N_] = {
    [GAP_UNSUPPORTED_OS] = "unsupported-os",
    [GAP_NO_ADVISORIES] = "no-advisories",
    [GAP_NO_DATABASE] = "no-database",
    [GAP_STALE_DATABASE] = "stale-database",
    [GAP_UNREADABLE_LAYER] = "unreadable-layer",
    [GAP_UNREADABLE_FILE] = "unreadable-file",
    [GAP_LIMIT] = "limit",
    [GAP_NO_PACKAGES] = "no-packages",
    [GAP_UNSUPPORTED_PACKAGES] = "unsupported-packages",
    [GAP_ARCHIVE] = "archive-unreachable",
    [GAP_NO_SUMS] = "no-digests",
    [GAP_NO_INPUT] = "no-input",
};
static const char *const gap_docs[GAP_N_] = {
    [GAP_UNSUPPORTED_OS] = "The distribution is none that is known, or none could be found",
    [GAP_NO_ADVISORIES] = "The advisory database has no data for this distribution or release",
    [GAP_NO_DATABASE] = "There is no advisory database",
    [GAP_STALE_DATABASE] = "A feed of the advisory database is older than allowed at the time of evaluation",
    [GAP_UNREADABLE_LAYER] = "A layer is encrypted, broken, missing or of a media type that is not known",
    [GAP_UNREADABLE_FILE] = "A file could not be read as what it is: permission, size, content, or its worker died",
    [GAP_LIMIT] = "A limit on entries, sizes, nesting or expansion cut the work short",
    [GAP_NO_PACKAGES] = "No package database was found",
    [GAP_ARCHIVE] = "A configured security archive could not be asked",
    [GAP_NO_INPUT] = "check: no file of a kind that it reads was found",
    [GAP_NO_SUMS] = "--integrity: packages state no digests of their files",
    [GAP_UNSUPPORTED_PACKAGES] = "Packages of a kind that no advisory feed at hand speaks of",
};
static const PackageTypeInfo package_types[PACKAGE_TYPE_N_] = {
#define PACKAGE_TYPE(symbol, purl, scheme, ecosystem, doc) [PACKAGE_##symbol] = {purl, scheme, ecosystem, doc},
#include "model/package-type.list.h"
#undef PACKAGE_TYPE
};

const char *key_kind_name(KeyKind k) {
    static const char *const names[KEY_KIND_N_] = {
        [KEY_PRIVATE] = "private", [KEY_AUTHORIZED] = "authorized", [KEY_STORE] = "keystore", [KEY_CREDENTIAL] = "credential"};
    return names[k];
}

static int find(const char *const *names, size_t n, Str s) {
    for (size_t i = 0; i < n; i++)
        if (str_eqz(s, names[i]))
            return (int) i;
    return -EINVAL;
}

const char *fix_status_name(FixStatus s) {
    return s < FIX_N_ ? fix_names[s] : fix_names[FIX_UNKNOWN];
}

const char *finding_kind_name(FindingKind k) {
    return finding_names[k];
}

const char *gap_kind_name(GapKind k) {
    return gap_names[k];
}

const char *gap_kind_doc(GapKind k) {
    return gap_docs[k];
}

int gap_kind_parse(Str s, GapKind *ret) {
    int i = find(gap_names, GAP_N_, s);
    if (i < 0)
        return i;
    *ret = (GapKind) i;
    return 0;
}

const PackageTypeInfo *package_type_info(PackageType t) {
    return &package_types[t];
}

bool package_type_is_os(PackageType t) {
    return !package_types[t].ecosystem;
}

const char *package_type_name(PackageType t) {
    return package_types[t].name;
}

static Str lower(Arena *a, Str s) {
    char *out = arena_bytes(a, s.n);
    for (size_t i = 0; i < s.n; i++)
        out[i] = (char) tolower((unsigned char) s.p[i]);
    return str_n(out, s.n);
}

/* PEP 503: runs of "-", "_" and "." are one "-". */
static Str pep503(Arena *a, Str name) {
    Str s = lower(a, name);
    char *out = arena_bytes(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool mark = s.p[i] == '-' || s.p[i] == '_' || s.p[i] == '.';
        if (!mark || !n || out[n - 1] != '-')
            out[n++] = mark ? '-' : s.p[i];
    }
    return str_n(out, n);
}

Str package_name_normal(Arena *a, Str ecosystem, Str name) {
    if (str_eqz(ecosystem, "pypi"))
        return pep503(a, name);
    if (str_eqz(ecosystem, "nuget") || str_eqz(ecosystem, "packagist") || str_eqz(ecosystem, "bitnami"))
        return lower(a, name);
    if (!str_eqz(ecosystem, "swifturl"))
        return name;
    Str s = lower(a, name);
    if (str_starts(s, STR("https://")))
        s = str_from_at(s, 8);
    return str_ends(s, STR(".git")) ? str_head(s, s.n - 4) : s;
}

int package_type_parse(Str s, PackageType *ret) {
    for (size_t i = 0; i < PACKAGE_TYPE_N_; i++)
        if (str_eqz(s, package_types[i].name)) {
            *ret = (PackageType) i;
            return 0;
        }
    return -EINVAL;
}

const char *artifact_kind_name(ArtifactKind k) {
    static const char *const names[] = {
        [ARTIFACT_DIRECTORY] = "directory", [ARTIFACT_IMAGE] = "image", [ARTIFACT_SBOM] = "sbom", [ARTIFACT_REPOSITORY] = "repository", [ARTIFACT_FILES] = "files", [ARTIFACT_CLUSTER] = "cluster"};
    return names[k];
}

const char *artifact_kind_title(ArtifactKind k) {
    static const char *const titles[] = {
        [ARTIFACT_DIRECTORY] = "Directory", [ARTIFACT_IMAGE] = "Image", [ARTIFACT_SBOM] = "SBOM", [ARTIFACT_REPOSITORY] = "Repository", [ARTIFACT_FILES] = "Files", [ARTIFACT_CLUSTER] = "Cluster"};
    return titles[k];
}

static const struct {
    const char *name, *doc;
} cautions[BLOAT_CAUTION_N_] = {
    [BLOAT_DATA] = {"data", "programs use it without a dependency on it"},
    [BLOAT_LIBRARIES] = {"libraries", "it holds shared libraries, and programs of no package may load them"},
    [BLOAT_SCRIPT] = {"script", "it holds programs, and the entry point is a script that may call them"},
};

const char *bloat_caution_name(BloatCaution c) {
    return cautions[c].name;
}

const char *bloat_caution_doc(BloatCaution c) {
    return cautions[c].doc;
}

const char *diff_kind_name(DiffKind k) {
    static const char *const names[DIFF_KIND_N_] = {"added", "removed", "changed", "upgraded", "downgraded"};
    return names[k];
}

bool diff_any(const Diff *d) {
    return d->n_packages || d->n_settings || d->n_findings || d->files[DIFF_ADDED] || d->files[DIFF_REMOVED] || d->files[DIFF_CHANGED];
}
