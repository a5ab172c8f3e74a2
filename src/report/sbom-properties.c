/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sbom-properties.h"

#include "model/sbom.h"
#include "report/json-parts.h"

static void text(SbomEmit emit, void *userdata, const char *name, Str value) {
    if (!str_empty(value))
        emit(userdata, name, value);
}

static void number(SbomEmit emit, void *userdata, const char *name, uint64_t value) {
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long) value);
    emit(userdata, name, str_n(digits, (size_t) n));
}

void sbom_package_properties(const Package *p, SbomEmit emit, void *userdata) {
    const PackageFact *f = &p->fact;
    text(emit, userdata, SBOM_SOURCE_NAME, f->source_name);
    text(emit, userdata, SBOM_SOURCE_VERSION, f->source_version);
    text(emit, userdata, SBOM_LICENSE, f->license);
    text(emit, userdata, SBOM_VENDOR, f->vendor);
    text(emit, userdata, SBOM_MAINTAINER, f->maintainer);
    text(emit, userdata, SBOM_MODULE, f->module);
    text(emit, userdata, SBOM_DIGEST, f->digest);
    text(emit, userdata, SBOM_PATH, p->path);
    if (p->layer >= 0)
        number(emit, userdata, SBOM_LAYER, (uint64_t) p->layer);
    if (f->installed_size)
        number(emit, userdata, SBOM_INSTALLED_SIZE, f->installed_size);
    if (f->n_files)
        number(emit, userdata, SBOM_FILES, f->n_files);
    text(emit, userdata, SBOM_DEPENDS, f->depends);
    text(emit, userdata, SBOM_PROVIDES, f->provides);
    static const struct {
        uint32_t flag;
        const char *name;
    } flags[] = {{PACKAGE_ESSENTIAL, SBOM_ESSENTIAL}, {PACKAGE_DECLARED, SBOM_DECLARED}, {PACKAGE_DEV, SBOM_DEV}, {PACKAGE_OPTIONAL, SBOM_OPTIONAL}, {PACKAGE_PRIVATE, SBOM_PRIVATE}};
    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (f->flags & flags[i].flag)
            emit(userdata, flags[i].name, STR("true"));
    if (p->owner)
        emit(userdata, SBOM_OWNER, p->owner->bom_ref);
    text(emit, userdata, SBOM_LINKED, f->linked);
    /* One place is told by path and layer, unless there is more to it. */
    bool more = p->n_locations > 1 || (p->n_locations && (p->locations[0].line || p->locations[0].declared));
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; more && i < p->n_locations; i++) {
        buf_clear(&b);
        JsonWriter w = json_writer(&b, false);
        json_map(&w, NULL);
        json_location(&w, &p->locations[i]);
        json_end(&w);
        emit(userdata, SBOM_LOCATION, buf_view(&b));
    }
    if (p->n_places > p->n_locations)
        number(emit, userdata, SBOM_PLACES, p->n_places);
}

void sbom_document_properties(const Report *r, SbomEmit emit, void *userdata) {
    const Artifact *a = &r->artifact;
    const Inventory *inv = &r->inventory;
    char time[TIME_TEXT_MAX];
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    text(emit, userdata, SBOM_TOOL, r->tool_version);
    if (inv->os.known) {
        text(emit, userdata, SBOM_OS_ID, inv->os.id);
        text(emit, userdata, SBOM_OS_VERSION_ID, inv->os.version_id);
        text(emit, userdata, SBOM_OS_CODENAME, inv->os.codename);
        text(emit, userdata, SBOM_OS_PRETTY_NAME, inv->os.pretty_name);
        text(emit, userdata, SBOM_OS_ID_LIKE, inv->os.id_like);
        text(emit, userdata, SBOM_OS_CPE_NAME, inv->os.cpe_name);
    }
    text(emit, userdata, SBOM_IMAGE_DIGEST, a->digest);
    text(emit, userdata, SBOM_IMAGE_ID, a->image_id);
    text(emit, userdata, SBOM_IMAGE_OS, a->os);
    text(emit, userdata, SBOM_IMAGE_ARCH, a->arch);
    text(emit, userdata, SBOM_IMAGE_VARIANT, a->variant);
    if (a->created != TIME_NONE)
        emit(userdata, SBOM_IMAGE_CREATED, str_from(time_format(a->created, time)));
    text(emit, userdata, SBOM_IMAGE_USER, a->user);
    for (size_t i = 0; i < a->n_repo_tags; i++)
        text(emit, userdata, SBOM_IMAGE_TAG, a->repo_tags[i]);
    for (size_t i = 0; i < a->n_layers; i++) {
        buf_clear(&b);
        JsonWriter w = json_writer(&b, false);
        json_map(&w, NULL);
        json_layer(&w, i, &a->layers[i]);
        json_end(&w);
        emit(userdata, SBOM_LAYERS, buf_view(&b));
    }
    for (size_t i = 0; i < inv->n_content_sets; i++)
        text(emit, userdata, SBOM_CONTENT_SET, inv->content_sets[i]);
    for (size_t i = 0; i < inv->n_archives; i++) {
        buf_clear(&b);
        JsonWriter w = json_writer(&b, false);
        json_map(&w, NULL);
        json_archive(&w, &inv->archives[i]);
        json_end(&w);
        emit(userdata, SBOM_ARCHIVE, buf_view(&b));
    }
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        buf_clear(&b);
        JsonWriter w = json_writer(&b, false);
        json_map(&w, NULL);
        json_gap(&w, &r->coverage.gaps[i]);
        json_end(&w);
        emit(userdata, SBOM_GAP, buf_view(&b));
    }
}

bool sbom_digest(Str digest, const char **ret_cyclonedx, const char **ret_spdx, Str *ret_hex) {
    static const struct {
        const char *name, *cyclonedx, *spdx;
        size_t digits;
    } kinds[] = {{"md5", "MD5", "MD5", 32}, {"sha1", "SHA-1", "SHA1", 40}, {"sha256", "SHA-256", "SHA256", 64}, {"sha512", "SHA-512", "SHA512", 128}};
    Str name, hex;
    if (!str_cut(digest, ':', &name, &hex))
        return false;
    for (size_t i = 0; i < hex.n; i++)
        if (!((hex.p[i] >= '0' && hex.p[i] <= '9') || (hex.p[i] >= 'a' && hex.p[i] <= 'f')))
            return false;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (str_eqz(name, kinds[i].name) && hex.n == kinds[i].digits) {
            *ret_cyclonedx = kinds[i].cyclonedx;
            *ret_spdx = kinds[i].spdx;
            *ret_hex = hex;
            return true;
        }
    return false;
}
