/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/fact-json.h"

#include "base/time.h"

static const char *const kinds[FACT_KIND_N_] = {
    [FACT_OS] = "os",
    [FACT_PACKAGE] = "package",
    [FACT_PACKAGE_FILES] = "package-files",
    [FACT_CONTENT_SETS] = "content-sets",
    [FACT_ARCHIVE_SOURCE] = "archive-source",
    [FACT_PROBLEM] = "problem",
    [FACT_PACKAGE_LICENSE] = "package-license",
    [FACT_CERTIFICATE] = "certificate",
    [FACT_KEY] = "key",
    [FACT_ENTRY] = "entry",
    [FACT_ACCOUNT] = "account",
    [FACT_SIGN] = "sign",
    [FACT_YARA] = "yara",
    [FACT_PACKAGE_SUMS] = "package-sums",
    [FACT_SECRET] = "secret",
};

static void lines(JsonWriter *w, const char *key, Str text) {
    Str line;
    if (str_empty(text))
        return;
    json_list(w, key);
    while (str_split(&text, '\n', &line))
        if (line.n)
            json_str(w, NULL, line);
    json_end(w);
}

static void number(JsonWriter *w, const char *key, uint64_t n) {
    if (n)
        json_u64(w, key, n);
}

static void package(JsonWriter *w, const PackageFact *p) {
    json_strz(w, "type", package_type_name(p->type));
    json_str_opt(w, "name", p->name);
    json_str_opt(w, "version", p->version);
    json_str_opt(w, "arch", p->arch);
    json_str_opt(w, "source_name", p->source_name);
    json_str_opt(w, "source_version", p->source_version);
    json_str_opt(w, "license", p->license);
    json_str_opt(w, "maintainer", p->maintainer);
    json_str_opt(w, "vendor", p->vendor);
    json_str_opt(w, "module", p->module);
    json_str_opt(w, "digest", p->digest);
    number(w, "installed_size", p->installed_size);
    json_str_opt(w, "depends", p->depends);
    json_str_opt(w, "provides", p->provides);
    static const struct {
        uint32_t flag;
        const char *name;
    } flags[] = {{PACKAGE_ESSENTIAL, "essential"}, {PACKAGE_DEV, "development"}, {PACKAGE_OPTIONAL, "optional"}, {PACKAGE_DECLARED, "declared"}, {PACKAGE_GUESSED, "guessed"}, {PACKAGE_PRIVATE, "private"}};
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (p->flags & flags[i].flag)
            json_bool(w, flags[i].name, true);
    number(w, "line", p->line);
    lines(w, "linked", p->linked);
    lines(w, "files", p->files);
}

static void certificate(JsonWriter *w, const CertificateFact *c) {
    char before[TIME_TEXT_MAX], after[TIME_TEXT_MAX];
    json_str(w, "subject", c->subject);
    json_str(w, "issuer", c->issuer);
    json_str(w, "serial", c->serial);
    json_strz(w, "not_before", time_format(c->not_before, before));
    json_strz(w, "not_after", time_format(c->not_after, after));
    json_str(w, "algorithm", c->algorithm);
    json_str_opt(w, "curve", c->curve);
    number(w, "bits", c->bits);
    json_str_opt(w, "hash", c->hash);
    json_bool(w, "ca", c->flags & CERTIFICATE_CA);
    json_bool(w, "self_issued", c->flags & CERTIFICATE_SELF_ISSUED);
    json_str(w, "digest", c->digest);
    json_str(w, "key_digest", c->key_digest);
    number(w, "line", c->line);
}

static void key(JsonWriter *w, const KeyFact *k) {
    json_strz(w, "type", key_kind_name(k->kind));
    json_str(w, "format", k->format);
    json_str_opt(w, "algorithm", k->algorithm);
    json_str_opt(w, "curve", k->curve);
    number(w, "bits", k->bits);
    json_bool(w, "encrypted", k->encrypted);
    json_str_opt(w, "fingerprint", k->fingerprint);
    json_str_opt(w, "subject", k->subject);
    number(w, "keys", k->count);
    number(w, "line", k->line);
}

void fact_json(JsonWriter *w, const Fact *f) {
    json_map(w, NULL);
    json_strz(w, "kind", kinds[f->kind]);
    json_str(w, "analyzer", f->analyzer);
    json_str(w, "path", f->path);
    switch (f->kind) {
    case FACT_OS:
        json_str_opt(w, "id", f->os.id);
        json_str_opt(w, "id_like", f->os.id_like);
        json_str_opt(w, "version_id", f->os.version_id);
        json_str_opt(w, "codename", f->os.codename);
        json_str_opt(w, "pretty_name", f->os.pretty_name);
        json_str_opt(w, "cpe_name", f->os.cpe_name);
        json_str_opt(w, "variant_id", f->os.variant_id);
        break;
    case FACT_PACKAGE:
        package(w, &f->package);
        break;
    case FACT_PACKAGE_FILES:
    case FACT_PACKAGE_SUMS:
        json_strz(w, "type", package_type_name(f->files.type));
        json_str(w, "name", f->files.name);
        json_str_opt(w, "arch", f->files.arch);
        lines(w, "files", f->files.files);
        break;
    case FACT_CONTENT_SETS:
        json_str_opt(w, "from_nvr", f->content_sets.from_nvr);
        lines(w, "sets", f->content_sets.sets);
        break;
    case FACT_ARCHIVE_SOURCE:
        json_str(w, "type", f->archive.kind);
        json_str(w, "uri", f->archive.uri);
        json_str_opt(w, "suite", f->archive.suite);
        json_str_opt(w, "components", f->archive.components);
        json_str_opt(w, "signed_by", f->archive.signed_by);
        number(w, "line", f->archive.line);
        break;
    case FACT_PROBLEM:
        number(w, "line", f->problem.line);
        json_str(w, "reason", f->problem.reason);
        break;
    case FACT_PACKAGE_LICENSE:
        json_strz(w, "type", package_type_name(f->license.type));
        json_str(w, "name", f->license.name);
        lines(w, "licenses", f->license.licenses);
        break;
    case FACT_SECRET:
        json_str(w, "rule", f->secret.rule);
        json_strz(w, "severity", severity_name(f->secret.severity));
        number(w, "line", f->secret.line);
        number(w, "column", f->secret.col);
        json_str_opt(w, "hint", f->secret.hint);
        number(w, "length", f->secret.length);
        json_str_opt(w, "hmac_sha256", f->secret.fingerprint);
        break;
    case FACT_CERTIFICATE:
        certificate(w, &f->certificate);
        break;
    case FACT_KEY:
        key(w, &f->key);
        break;
    case FACT_ENTRY:
        json_str_opt(w, "tool", f->entry.tool);
        json_u64(w, "entry_type", f->entry.type);
        json_u64(w, "mode", f->entry.mode);
        json_u64(w, "uid", f->entry.uid);
        json_u64(w, "gid", f->entry.gid);
        json_u64(w, "size", f->entry.size);
        number(w, "capability_bytes", f->entry.capability.n);
        break;
    case FACT_ACCOUNT:
        json_str(w, "name", f->account.name);
        json_str_opt(w, "shell", f->account.shell);
        if (f->account.uid != UINT32_MAX)
            json_u64(w, "uid", f->account.uid);
        json_bool(w, "no_password", f->account.no_password);
        break;
    case FACT_SIGN:
        json_str(w, "sign", f->sign.sign);
        json_str(w, "detail", f->sign.detail);
        number(w, "line", f->sign.line);
        break;
    case FACT_YARA:
        json_str(w, "rule", f->yara.rule);
        json_str(w, "source", f->yara.source);
        json_strz(w, "severity", severity_name(f->yara.severity));
        json_str_opt(w, "tags", f->yara.tags);
        json_str_opt(w, "title", f->yara.title);
        json_str_opt(w, "string", f->yara.string);
        number(w, "offset", f->yara.offset);
        break;
    case FACT_KIND_N_:
        break;
    }
    json_end(w);
}
