/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of what is in an image: packages, vulnerabilities, secrets and keys, certificates, files, findings. */
#include <stdio.h>

#include "analyze/analyzer.h"
#include "policy/fields/slots.h"
#include "scan/judge-parts.h"
#include "version/version.h"

static Value layer_value(int layer) {
    return layer == LAYER_NONE ? value_none() : value_int(layer);
}

static Value rooted(Str path, Scratch *scratch) {
    char *p = path.n ? scratch_alloc(scratch, path.n + 1) : NULL;
    if (!p)
        return value_none();
    p[0] = '/';
    memcpy(p + 1, path.p, path.n);
    return value_str(str_n(p, path.n + 1));
}

static Value version_against(const PackageFact *f, Str other) {
    const VersionScheme *scheme = version_scheme(str_from(package_type_info(f->type)->scheme));
    return scheme && f->version.n ? value_int(scheme->compare(f->version, other)) : value_none();
}

static Value package_value(const ImageSubject *image, const Package *p, const FieldRef *ref, Scratch *scratch) {
    if (!p)
        return value_none();
    const PackageFact *f = &p->fact;
    switch (ref->field->slot) {
    case SLOT_PACKAGE_NAME: return value_str(f->name);
    case SLOT_PACKAGE_VERSION: return judge_text(f->version);
    case SLOT_PACKAGE_VERSION_CMP: return version_against(f, ref->arg);
    case SLOT_PACKAGE_TYPE: return value_str(str_from(package_type_name(f->type)));
    case SLOT_PACKAGE_PURL: return judge_text(p->bom_ref);
    case SLOT_PACKAGE_ARCH: return judge_text(f->arch);
    case SLOT_PACKAGE_SOURCE: return judge_text(f->source_name);
    case SLOT_PACKAGE_LICENSE: return judge_text(f->license);
    case SLOT_PACKAGE_MAINTAINER: return judge_text(f->maintainer);
    case SLOT_PACKAGE_VENDOR: return judge_text(f->vendor);
    case SLOT_PACKAGE_SIZE: return f->installed_size ? value_int((int64_t) f->installed_size) : value_none();
    case SLOT_PACKAGE_PATH: return rooted(p->path, scratch);
    case SLOT_PACKAGE_LAYER: return layer_value(p->layer);
    case SLOT_PACKAGE_OS: return value_bool(package_type_is_os(f->type));
    case SLOT_PACKAGE_DECLARED: return value_bool(f->flags & PACKAGE_DECLARED);
    case SLOT_PACKAGE_OWNER: return p->owner ? value_str(p->owner->fact.name) : value_none();
    default: return value_none();
    }
}

static Value get_package(const void *object, const FieldRef *ref, Scratch *scratch) {
    const JudgeChild *c = object;
    return package_value(c->image, c->what, ref, scratch);
}

static Value kev_due(Str date) {
    int64_t t;
    return time_parse(date, &t) == 0 ? value_int(t) : value_none();
}

static Value seen_time(int64_t t) {
    return t > 0 ? value_int(t) : value_none();
}

static Value seen_days(const JudgeChild *c, int64_t from) {
    return judge_days(from > 0 ? from : TIME_NONE, c->image->report->coverage.as_of);
}

static Value get_vulnerability(const void *object, const FieldRef *ref, Scratch *scratch) {
    const JudgeChild *c = object;
    const Finding *f = c->what;
    switch (ref->field->slot) {
    case SLOT_VULN_ID: return value_str(f->id);
    case SLOT_VULN_SEVERITY: return value_str(str_from(severity_name(f->severity)));
    case SLOT_VULN_SEVERITY_SOURCE: return judge_text(f->severity_source);
    case SLOT_VULN_CVSS: return f->cvss.vector.n && f->cvss.score10 >= 0 ? value_double(f->cvss.score10 / 10.0) : value_none();
    case SLOT_VULN_CVSS_VECTOR: return judge_text(f->cvss.vector);
    case SLOT_VULN_EPSS: return f->epss < 0 ? value_none() : value_double(f->epss);
    case SLOT_VULN_EPSS_PERCENTILE: return f->epss_percentile < 0 ? value_none() : value_double(f->epss_percentile);
    case SLOT_VULN_KEV: return value_bool(f->kev);
    case SLOT_VULN_KEV_DUE: return kev_due(f->kev_due);
    case SLOT_VULN_FIX: return judge_text(f->fixed_version);
    case SLOT_VULN_FIX_STATUS: return value_str(str_from(fix_status_name(f->status)));
    case SLOT_VULN_PUBLISHED: return judge_time(f->published);
    case SLOT_VULN_AGE: return judge_days(f->published, c->image->report->coverage.as_of);
    case SLOT_VULN_FIRST_SEEN: return seen_time(f->first_seen);
    case SLOT_VULN_FIRST_SEEN_AGE: return seen_days(c, f->first_seen);
    case SLOT_VULN_FIX_SEEN: return seen_time(f->fix_seen);
    case SLOT_VULN_FIX_AGE: return seen_days(c, f->fix_seen);
    case SLOT_VULN_NEW: return value_bool(f->is_new);
    case SLOT_VULN_MALICIOUS: return value_bool(f->kind == FINDING_MALICIOUS);
    case SLOT_VULN_TITLE: return judge_text(f->title);
    case SLOT_VULN_FEED: return judge_text(f->feed);
    case SLOT_VULN_ADVISORIES: return judge_words(f->advisories, scratch);
    case SLOT_VULN_LAYER: return layer_value(f->layer);
    default: return package_value(c->image, f->package, ref, scratch);
    }
}

static Value get_key(const JudgeChild *c, const FieldRef *ref, Scratch *scratch) {
    static const char *const kinds[KEY_KIND_N_] = {
        [KEY_PRIVATE] = "private-key", [KEY_AUTHORIZED] = "authorized-key", [KEY_STORE] = "keystore", [KEY_CREDENTIAL] = "credential"};
    /* As its finding has them; authorized keys open a door, the others are the key to one. */
    static const char *const severities[KEY_KIND_N_] = {[KEY_PRIVATE] = "HIGH", [KEY_AUTHORIZED] = "MEDIUM", [KEY_STORE] = "MEDIUM", [KEY_CREDENTIAL] = "HIGH"};
    const Key *k = c->what;
    switch (ref->field->slot) {
    case SLOT_SECRET_KIND: return value_str(str_from(kinds[k->fact.kind]));
    case SLOT_SECRET_RULE: return value_str(k->fact.format);
    case SLOT_SECRET_TITLE: return judge_text(k->fact.subject);
    case SLOT_SECRET_SEVERITY: return value_str(str_from(severities[k->fact.kind]));
    case SLOT_SECRET_PATH: return rooted(k->path, scratch);
    case SLOT_SECRET_LAYER: return layer_value(k->layer);
    case SLOT_SECRET_DELETED: return value_bool(k->deleted != LAYER_NONE);
    case SLOT_SECRET_ENCRYPTED: return value_bool(k->fact.encrypted);
    case SLOT_SECRET_ALGORITHM: return judge_text(k->fact.algorithm);
    case SLOT_SECRET_BITS: return k->fact.bits ? value_int(k->fact.bits) : value_none();
    case SLOT_SECRET_OWNER: return judge_text(k->owner);
    case SLOT_SECRET_NEW: return value_bool(true);
    default: return value_none();
    }
}

static Value get_secret(const void *object, const FieldRef *ref, Scratch *scratch) {
    const JudgeChild *c = object;
    const Finding *f = c->what;
    if (c->key)
        return get_key(c, ref, scratch);
    switch (ref->field->slot) {
    case SLOT_SECRET_KIND: return value_str(STR("secret"));
    case SLOT_SECRET_RULE: return value_str(f->id);
    case SLOT_SECRET_TITLE: return judge_text(f->title);
    case SLOT_SECRET_SEVERITY: return value_str(str_from(severity_name(f->severity)));
    case SLOT_SECRET_PATH: return rooted(f->path, scratch);
    case SLOT_SECRET_LAYER: return layer_value(f->layer);
    case SLOT_SECRET_DELETED: return value_bool(f->deleted != LAYER_NONE);
    case SLOT_SECRET_NEW: return value_bool(f->is_new);
    default: return value_none();
    }
}

static Value get_certificate(const void *object, const FieldRef *ref, Scratch *scratch) {
    const JudgeChild *c = object;
    const Certificate *x = c->what;
    const CertificateFact *f = &x->fact;
    switch (ref->field->slot) {
    case SLOT_CERTIFICATE_SUBJECT: return value_str(f->subject);
    case SLOT_CERTIFICATE_ISSUER: return value_str(f->issuer);
    case SLOT_CERTIFICATE_SERIAL: return value_str(f->serial);
    case SLOT_CERTIFICATE_NOT_BEFORE: return judge_time(f->not_before);
    case SLOT_CERTIFICATE_NOT_AFTER: return judge_time(f->not_after);
    case SLOT_CERTIFICATE_DAYS_LEFT: return judge_days(c->image->report->coverage.as_of, f->not_after);
    case SLOT_CERTIFICATE_LIFETIME: return judge_days(f->not_before, f->not_after);
    case SLOT_CERTIFICATE_ALGORITHM: return judge_text(f->algorithm);
    case SLOT_CERTIFICATE_CURVE: return judge_text(f->curve);
    case SLOT_CERTIFICATE_BITS: return f->bits ? value_int(f->bits) : value_none();
    case SLOT_CERTIFICATE_HASH: return judge_text(f->hash);
    case SLOT_CERTIFICATE_CA: return value_bool(f->flags & CERTIFICATE_CA);
    case SLOT_CERTIFICATE_SELF_ISSUED: return value_bool(f->flags & CERTIFICATE_SELF_ISSUED);
    case SLOT_CERTIFICATE_TRUST_STORE: return value_bool(x->trust_store);
    case SLOT_CERTIFICATE_PATH: return rooted(x->path, scratch);
    case SLOT_CERTIFICATE_LAYER: return layer_value(x->layer);
    case SLOT_CERTIFICATE_OWNER: return judge_text(x->owner);
    case SLOT_CERTIFICATE_DIGEST: return value_str(f->digest);
    default: return value_none();
    }
}

static Value octal(uint32_t mode, Scratch *scratch) {
    char *p = scratch_alloc(scratch, 8);
    return p ? value_str(str_n(p, (size_t) snprintf(p, 8, "%04o", mode & 07777))) : value_none();
}

static Value get_file(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const char *const types[ENTRY_TYPE_N_] = {
        [ENTRY_TYPE_FILE] = "file", [ENTRY_TYPE_DIRECTORY] = "directory", [ENTRY_TYPE_SYMLINK] = "symlink", [ENTRY_TYPE_HARD_LINK] = "file",
        [ENTRY_TYPE_CHARACTER_DEVICE] = "character-device", [ENTRY_TYPE_BLOCK_DEVICE] = "block-device", [ENTRY_TYPE_FIFO] = "fifo", [ENTRY_TYPE_SOCKET] = "socket"};
    const FileEntry *e = ((const JudgeChild *) object)->what;
    ssize_t slash = str_rchr(e->path, '/');
    switch (ref->field->slot) {
    case SLOT_FILE_PATH: return rooted(e->path, scratch);
    case SLOT_FILE_NAME: return value_str(str_from_at(e->path, (size_t) (slash + 1)));
    case SLOT_FILE_DIRECTORY: return slash > 0 ? rooted(str_head(e->path, (size_t) slash), scratch) : value_str(STR("/"));
    case SLOT_FILE_TYPE: return e->type < ENTRY_TYPE_N_ && types[e->type] ? value_str(str_from(types[e->type])) : value_none();
    case SLOT_FILE_SIZE: return value_int((int64_t) e->size);
    case SLOT_FILE_MODE: return octal(e->mode, scratch);
    case SLOT_FILE_UID: return value_int(e->uid);
    case SLOT_FILE_GID: return value_int(e->gid);
    case SLOT_FILE_SETUID: return value_bool(e->mode & 04000);
    case SLOT_FILE_SETGID: return value_bool(e->mode & 02000);
    case SLOT_FILE_STICKY: return value_bool(e->mode & 01000);
    case SLOT_FILE_WORLD_WRITABLE: return value_bool(e->mode & 02 && e->type != ENTRY_TYPE_SYMLINK);
    case SLOT_FILE_CAPABILITIES: return value_bool(e->capability);
    case SLOT_FILE_TOOL: return str_eqz(e->tool, "writable-system-path") ? value_none() : judge_text(e->tool);
    case SLOT_FILE_LAYER: return layer_value(e->layer);
    default: return value_none();
    }
}

static Value get_finding(const void *object, const FieldRef *ref, Scratch *scratch) {
    const JudgeChild *c = object;
    const Finding *f = c->what;
    switch (ref->field->slot) {
    case SLOT_FINDING_KIND: return value_str(str_from(finding_kind_name(f->kind)));
    case SLOT_FINDING_ID: return value_str(f->id);
    case SLOT_FINDING_SEVERITY: return value_str(str_from(severity_name(f->severity)));
    case SLOT_FINDING_TITLE: return judge_text(f->title);
    case SLOT_FINDING_DETAIL: return judge_text(f->detail);
    case SLOT_FINDING_PATH: return rooted(f->path, scratch);
    case SLOT_FINDING_LAYER: return layer_value(f->layer);
    case SLOT_FINDING_PACKAGE: return f->package ? value_str(f->package->fact.name) : value_none();
    case SLOT_FINDING_CONTROLS: return judge_words(f->controls, scratch);
    case SLOT_FINDING_FIRST_SEEN: return seen_time(f->first_seen);
    case SLOT_FINDING_FIRST_SEEN_AGE: return seen_days(c, f->first_seen);
    case SLOT_FINDING_NEW: return value_bool(f->is_new);
    default: return value_none();
    }
}

static const void *no_child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    return NULL;
}

static const SubjectOps package_ops = {get_package, no_child}, vulnerability_ops = {get_vulnerability, no_child}, secret_ops = {get_secret, no_child},
                        certificate_ops = {get_certificate, no_child}, file_ops = {get_file, no_child}, finding_ops = {get_finding, no_child};

typedef struct Maker {
    ImageSubject *image;
    Arena *arena;
} Maker;

static JudgeChildren children_of(const Maker *m, const char *source, const SubjectOps *ops, size_t max) {
    return (JudgeChildren) {.source = source, .ops = ops, .p = arena_alloc(m->arena, (max + 1) * sizeof(JudgeChild))};
}

static void add(const Maker *m, JudgeChildren *c, const void *what, bool key) {
    c->p[c->n++] = (JudgeChild) {m->image, what, key};
}

void judge_children(ImageSubject *s, Arena *a) {
    const Report *r = s->report;
    const Inventory *inv = &r->inventory;
    const Maker m = {s, a};
    enum { PACKAGES, VULNERABILITIES, SECRETS, CERTIFICATES, FILES, FINDINGS, SOURCES };
    JudgeChildren *all = s->children = arena_alloc(a, (SOURCES + 1) * sizeof(*all));
    all[PACKAGES] = children_of(&m, "package", &package_ops, inv->n_packages);
    all[VULNERABILITIES] = children_of(&m, "vulnerability", &vulnerability_ops, r->n_findings);
    all[SECRETS] = children_of(&m, "secret", &secret_ops, r->n_findings + inv->n_keys);
    all[CERTIFICATES] = children_of(&m, "certificate", &certificate_ops, inv->n_certificates);
    all[FILES] = children_of(&m, "file", &file_ops, inv->n_entries);
    all[FINDINGS] = children_of(&m, "finding", &finding_ops, r->n_findings);
    for (size_t i = 0; i < inv->n_packages; i++)
        add(&m, &all[PACKAGES], &inv->packages[i], false);
    for (size_t i = 0; i < r->n_findings; i++) {
        const Finding *f = &r->findings[i];
        if (f->kind == FINDING_POLICY)
            continue;
        add(&m, &all[FINDINGS], f, false);
        if (f->kind == FINDING_VULNERABILITY || f->kind == FINDING_MALICIOUS || f->kind == FINDING_UPDATE_PENDING)
            add(&m, &all[VULNERABILITIES], f, false);
        else if (f->kind == FINDING_SECRET)
            add(&m, &all[SECRETS], f, false);
    }
    for (size_t i = 0; i < inv->n_keys; i++)
        add(&m, &all[SECRETS], &inv->keys[i], true);
    for (size_t i = 0; i < inv->n_certificates; i++)
        add(&m, &all[CERTIFICATES], &inv->certificates[i], false);
    for (size_t i = 0; i < inv->n_entries; i++)
        add(&m, &all[FILES], &inv->entries[i], false);
}

const void *judge_child(const ImageSubject *s, const Source *source, size_t i, const SubjectOps **ret_ops) {
    for (const JudgeChildren *c = s->children; c->source; c++)
        if (strcmp(c->source, source->name) == 0) {
            *ret_ops = c->ops;
            return i < c->n ? &c->p[i] : NULL;
        }
    return NULL;
}
