/* SPDX-License-Identifier: Apache-2.0 */
#include "model/fact.h"

/* The string fields of each payload, in the order they are encoded. One list serves both directions. */
typedef struct FieldList {
    uint16_t offsets[16];
    size_t n;
} FieldList;

#define F(payload, field) offsetof(Fact, payload.field)
static const FieldList strings[FACT_KIND_N_] = {
    [FACT_OS] = {{F(os, id), F(os, id_like), F(os, version_id), F(os, codename), F(os, pretty_name), F(os, cpe_name), F(os, variant_id)}, 7},
    [FACT_PACKAGE] = {{F(package, name), F(package, version), F(package, arch), F(package, source_name), F(package, source_version),
                       F(package, license), F(package, maintainer), F(package, vendor), F(package, module), F(package, digest),
                       F(package, files), F(package, depends), F(package, provides), F(package, linked)}, 14},
    [FACT_PACKAGE_FILES] = {{F(files, name), F(files, arch), F(files, files)}, 3},
    [FACT_PACKAGE_SUMS] = {{F(files, name), F(files, arch), F(files, files)}, 3},
    [FACT_CONTENT_SETS] = {{F(content_sets, sets), F(content_sets, from_nvr)}, 2},
    [FACT_ARCHIVE_SOURCE] = {{F(archive, kind), F(archive, uri), F(archive, suite), F(archive, components), F(archive, signed_by)}, 5},
    [FACT_PROBLEM] = {{F(problem, reason)}, 1},
    [FACT_SECRET] = {{F(secret, rule), F(secret, title), F(secret, kind), F(secret, hint), F(secret, fingerprint)}, 5},
    [FACT_ENTRY] = {{F(entry, tool), F(entry, capability)}, 2},
    [FACT_ACCOUNT] = {{F(account, name), F(account, shell)}, 2},
    [FACT_PACKAGE_LICENSE] = {{F(license, name), F(license, licenses)}, 2},
    [FACT_CERTIFICATE] = {{F(certificate, subject), F(certificate, issuer), F(certificate, serial), F(certificate, algorithm), F(certificate, curve),
                           F(certificate, hash), F(certificate, digest), F(certificate, key_digest)}, 8},
    [FACT_KEY] = {{F(key, format), F(key, algorithm), F(key, curve), F(key, fingerprint), F(key, subject)}, 5},
    [FACT_YARA] = {{F(yara, rule), F(yara, source), F(yara, tags), F(yara, title), F(yara, string)}, 5},
    [FACT_SIGN] = {{F(sign, sign), F(sign, detail)}, 2},
};
#undef F

static Str *field(Fact *f, uint16_t offset) {
    return (Str *) ((char *) f + offset);
}

void fact_encode(Buf *b, const Fact *f) {
    wire_put_u64(b, f->kind);
    wire_put_str(b, f->analyzer);
    wire_put_str(b, f->path);
    const FieldList *l = &strings[f->kind];
    for (size_t i = 0; i < l->n; i++)
        wire_put_str(b, *field((Fact *) (uintptr_t) f, l->offsets[i]));
    switch (f->kind) {
    case FACT_PACKAGE:
        wire_put_u64(b, f->package.type);
        wire_put_u64(b, f->package.installed_size);
        wire_put_u64(b, f->package.n_files);
        wire_put_u64(b, f->package.flags);
        wire_put_u64(b, f->package.line);
        break;
    case FACT_PACKAGE_FILES:
    case FACT_PACKAGE_SUMS:
        wire_put_u64(b, f->files.type);
        wire_put_u64(b, f->files.n_files);
        break;
    case FACT_ARCHIVE_SOURCE:
        wire_put_u64(b, f->archive.line);
        break;
    case FACT_PROBLEM:
        wire_put_u64(b, f->problem.kind);
        wire_put_u64(b, f->problem.line);
        break;
    case FACT_PACKAGE_LICENSE:
        wire_put_u64(b, f->license.type);
        break;
    case FACT_CERTIFICATE:
        wire_put_i64(b, f->certificate.not_before);
        wire_put_i64(b, f->certificate.not_after);
        wire_put_u64(b, f->certificate.bits);
        wire_put_u64(b, f->certificate.flags);
        wire_put_u64(b, f->certificate.line);
        break;
    case FACT_KEY:
        wire_put_u64(b, f->key.kind);
        wire_put_u64(b, f->key.count);
        wire_put_u64(b, f->key.bits);
        wire_put_u64(b, f->key.encrypted);
        wire_put_u64(b, f->key.line);
        break;
    case FACT_SIGN:
        wire_put_u64(b, f->sign.line);
        break;
    case FACT_YARA:
        wire_put_u64(b, f->yara.offset);
        wire_put_u64(b, f->yara.severity);
        break;
    case FACT_SECRET:
        wire_put_u64(b, f->secret.severity);
        wire_put_u64(b, f->secret.length);
        wire_put_u64(b, f->secret.line);
        wire_put_u64(b, f->secret.col);
        break;
    case FACT_ENTRY:
        wire_put_u64(b, f->entry.type);
        wire_put_u64(b, f->entry.mode);
        wire_put_u64(b, f->entry.uid);
        wire_put_u64(b, f->entry.gid);
        wire_put_u64(b, f->entry.size);
        break;
    case FACT_ACCOUNT:
        wire_put_u64(b, f->account.uid);
        wire_put_u64(b, f->account.no_password);
        break;
    default:
        break;
    }
}

int fact_decode(WireReader *r, Fact *ret) {
    Fact f = {0};
    if (r->rest.n == 0 && !r->bad)
        return 0;
    f.kind = (FactKind) wire_max(r, FACT_KIND_N_ - 1);
    f.analyzer = wire_str(r);
    f.path = wire_str(r);
    const FieldList *l = &strings[f.kind];
    for (size_t i = 0; i < l->n; i++)
        *field(&f, l->offsets[i]) = wire_str(r);
    switch (f.kind) {
    case FACT_PACKAGE:
        f.package.type = (PackageType) wire_max(r, PACKAGE_TYPE_N_ - 1);
        f.package.installed_size = wire_u64(r);
        f.package.n_files = wire_u64(r);
        f.package.flags = (uint32_t) wire_max(r, PACKAGE_FLAGS_ALL_);
        f.package.line = (uint32_t) wire_max(r, UINT32_MAX);
        break;
    case FACT_PACKAGE_FILES:
    case FACT_PACKAGE_SUMS:
        f.files.type = (PackageType) wire_max(r, PACKAGE_TYPE_N_ - 1);
        f.files.n_files = wire_u64(r);
        break;
    case FACT_ARCHIVE_SOURCE:
        f.archive.line = (uint32_t) wire_max(r, UINT32_MAX);
        break;
    case FACT_PROBLEM:
        f.problem.kind = (ProblemKind) wire_max(r, PROBLEM_KIND_N_ - 1);
        f.problem.line = (uint32_t) wire_max(r, UINT32_MAX);
        break;
    case FACT_PACKAGE_LICENSE:
        f.license.type = (PackageType) wire_max(r, PACKAGE_TYPE_N_ - 1);
        break;
    case FACT_CERTIFICATE:
        f.certificate.not_before = wire_i64(r);
        f.certificate.not_after = wire_i64(r);
        f.certificate.bits = (uint32_t) wire_max(r, UINT32_MAX);
        f.certificate.flags = (uint32_t) wire_max(r, CERTIFICATE_FLAGS_ALL_);
        f.certificate.line = (uint32_t) wire_max(r, UINT32_MAX);
        break;
    case FACT_KEY:
        f.key.kind = (KeyKind) wire_max(r, KEY_KIND_N_ - 1);
        f.key.count = wire_u64(r);
        f.key.bits = (uint32_t) wire_max(r, UINT32_MAX);
        f.key.encrypted = wire_max(r, 1);
        f.key.line = (uint32_t) wire_max(r, UINT32_MAX);
        break;
    case FACT_SIGN:
        f.sign.line = (uint32_t) wire_max(r, UINT32_MAX);
        break;
    case FACT_YARA:
        f.yara.offset = wire_u64(r);
        f.yara.severity = (Severity) wire_max(r, SEVERITY_N_ - 1);
        break;
    case FACT_SECRET:
        f.secret.severity = (Severity) wire_max(r, SEVERITY_N_ - 1);
        f.secret.length = wire_u64(r);
        f.secret.line = (uint32_t) wire_max(r, UINT32_MAX);
        f.secret.col = (uint32_t) wire_max(r, UINT32_MAX);
        break;
    case FACT_ENTRY:
        f.entry.type = (uint32_t) wire_max(r, UINT32_MAX);
        f.entry.mode = (uint32_t) wire_max(r, 07777);
        f.entry.uid = (uint32_t) wire_max(r, UINT32_MAX);
        f.entry.gid = (uint32_t) wire_max(r, UINT32_MAX);
        f.entry.size = wire_u64(r);
        break;
    case FACT_ACCOUNT:
        f.account.uid = (uint32_t) wire_max(r, UINT32_MAX);
        f.account.no_password = wire_max(r, 1);
        break;
    default:
        break;
    }
    if (!wire_ok(r))
        return -EBADMSG;
    *ret = f;
    return 1;
}
