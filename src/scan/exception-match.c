/* SPDX-License-Identifier: Apache-2.0 */
/* What an exception is about: products and their components by purl, digest, reference and CPE; packages, paths and states by rules. */
#include "base/vec.h"
#include "registry/registry.h"
#include "scan/exceptions.h"
#include "scan/sbom-parts.h"

struct ExceptionScope {
    const Report *r;
    Arena arena;            /* what stays */
    Arena scratch;          /* of one comparison */
    Vec(RegistryRef) refs;  /* the names of the image */
};

static void add_ref(ExceptionScope *s, Str text) {
    RegistryRef ref;
    if (!str_empty(text) && registry_ref_parse(text, &s->arena, &ref, NULL) == 0)
        vec_push(&s->refs, ref);
}

ExceptionScope *exception_scope_new(const Report *r) {
    ExceptionScope *s = xcalloc(1, sizeof(*s));
    Str source, rest;
    s->r = r;
    if (artifact_is_tree(r->artifact.kind))
        return s;
    add_ref(s, r->artifact.reference);
    /* "registry:debian:12": the name of a source may stand in front. */
    if (str_cut(r->artifact.reference, ':', &source, &rest))
        add_ref(s, rest);
    for (size_t i = 0; i < r->artifact.n_repo_tags; i++)
        add_ref(s, r->artifact.repo_tags[i]);
    return s;
}

void exception_scope_free(ExceptionScope *s) {
    arena_done(&s->arena);
    arena_done(&s->scratch);
    vec_done(&s->refs);
    free(s);
}

bool exception_path_matches(Str p, Str s) {
    enum { NONE = -1 };
    ssize_t i = 0, k = 0, star = NONE, star_at = 0, deep = NONE, deep_at = 0;
    const ssize_t pn = (ssize_t) p.n, sn = (ssize_t) s.n;
    while (k < sn || i < pn) {
        if (i + 1 < pn && p.p[i] == '*' && p.p[i + 1] == '*') {
            i += 2;
            /* "**" followed by '/' is any number of directories, none included. */
            i += i < pn && p.p[i] == '/' && (i == 2 || p.p[i - 3] == '/');
            deep = i;
            deep_at = k;
            star = NONE;
        } else if (i < pn && p.p[i] == '*') {
            star = ++i;
            star_at = k;
        } else if (i < pn && k < sn && (p.p[i] == s.p[k] || (p.p[i] == '?' && s.p[k] != '/'))) {
            i++;
            k++;
        } else if (star != NONE && star_at < sn && s.p[star_at] != '/') {
            i = star;
            k = ++star_at;
        } else if (deep != NONE && deep_at < sn) {
            /* Behind "**" and '/' a directory begins. */
            bool whole = deep > 0 && p.p[deep - 1] == '/';
            do
                deep_at++;
            while (whole && deep_at < sn && s.p[deep_at - 1] != '/');
            i = deep;
            k = deep_at;
            star = NONE;
        } else {
            return false;
        }
    }
    return true;
}

/* A word of the operating system's name as purls have it: "debian-12", "debian-12.5", "bookworm", "alpine-3.20". */
static bool distro_matches(Str want, const Os *os) {
    Str id, version;
    if (str_ieq(want, os->codename) || str_eq(want, os->version_id))
        return true;
    ssize_t dash = str_rchr(want, '-');
    if (dash < 0)
        return str_ieq(sbom_os_id(want), os->id);
    id = sbom_os_id(str_head(want, (size_t) dash));
    version = str_from_at(want, (size_t) dash + 1);
    if (!str_ieq(id, os->id))
        return false;
    if (str_ieq(version, os->codename) || str_eq(version, os->version_id))
        return true;
    /* One of the two may be more exact: 12 and 12.5. */
    Str shorter = version.n < os->version_id.n ? version : os->version_id, longer = version.n < os->version_id.n ? os->version_id : version;
    return shorter.n && str_starts(longer, shorter) && longer.p[shorter.n] == '.';
}

/* Names of Python packages: case and the kind of separator say nothing (PEP 503). */
static bool pypi_eq(Str a, Str b) {
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        char x = a.p[i], y = b.p[i];
        x = (char) (x >= 'A' && x <= 'Z' ? x + 32 : x == '_' || x == '.' ? '-' : x);
        y = (char) (y >= 'A' && y <= 'Z' ? y + 32 : y == '_' || y == '.' ? '-' : y);
        if (x != y)
            return false;
    }
    return true;
}

static bool name_matches(ExceptionScope *s, const Purl *want, const PackageFact *f, bool source) {
    Str name = want->name;
    if (package_type_is_os(f->type))
        return str_eq(name, source ? f->source_name : f->name) && (str_empty(want->namespace) || str_ieq(sbom_os_id(want->namespace), s->r->inventory.os.id));
    if (!str_empty(want->namespace))
        name = arena_printf(&s->scratch, "%.*s%s%.*s", STR_FMT(want->namespace), f->type == PACKAGE_MAVEN ? ":" : "/", STR_FMT(name));
    return str_eqz(want->type, "pypi") ? pypi_eq(name, f->name) : str_eq(name, f->name);
}

static bool version_matches(const Purl *want, const PackageFact *f, bool source) {
    Str version = source ? f->source_version : f->version, epoch, rest, want_epoch, want_rest;
    if (str_empty(want->version) || f->type != PACKAGE_RPM)
        return str_empty(want->version) || str_eq(want->version, version);
    /* The epoch is a qualifier, and may be left out where it is 0. */
    if (!str_cut(version, ':', &epoch, &rest)) {
        epoch = STR("0");
        rest = version;
    }
    if (!str_cut(want->version, ':', &want_epoch, &want_rest)) {
        want_epoch = str_empty(want->epoch) ? STR("0") : want->epoch;
        want_rest = want->version;
    }
    return str_eq(rest, want_rest) && str_eq(epoch, want_epoch);
}

/* Qualifiers that say where something comes from, or what is compared elsewhere. Any other one may tell two things apart that we take for one. */
static bool qualifiers_known(Str all) {
    static const char *const known[] = {"arch", "distro", "epoch", "rpmmod", "modularitylabel", "upstream", "type", "repository_url", "download_url", "vcs_url",
                                        "checksum", "checksums", "file_name", "package-id"};
    Str part, name, value;
    while (str_split(&all, '&', &part)) {
        bool found = !str_cut(part, '=', &name, &value);
        for (size_t i = 0; i < ARRAY_SIZE(known) && !found; i++)
            found = str_ieq(name, str_from(known[i]));
        if (!found)
            return false;
    }
    return true;
}

static bool purl_is_package(ExceptionScope *s, Str text, const Package *p) {
    Purl want;
    const PackageFact *f = &p->fact;
    if (purl_parse(text, &s->scratch, &want) < 0 || !str_ieq(want.type, str_from(package_type_name(f->type))))
        return false;
    /* Vendors speak of source packages in this way. */
    bool source = str_eqz(want.arch, "src") || str_eqz(want.arch, "source");
    if (!name_matches(s, &want, f, source) || !version_matches(&want, f, source) || !qualifiers_known(want.qualifiers))
        return false;
    if (!source && !str_empty(want.arch) && !str_eq(want.arch, f->arch))
        return false;
    if (!str_empty(want.module) && !str_starts(f->module, want.module))
        return false;
    return str_empty(want.distro) || distro_matches(want.distro, &s->r->inventory.os);
}

static bool names_package(ExceptionScope *s, const Str *names, size_t n, const Package *p) {
    for (size_t i = 0; i < n && p; i++)
        if (str_starts(names[i], STR("pkg:")) && purl_is_package(s, names[i], p))
            return true;
    return false;
}

static bool digest_is_image(ExceptionScope *s, Str digest) {
    const Artifact *a = &s->r->artifact;
    if (str_empty(digest))
        return false;
    if (str_eq(digest, a->digest) || str_eq(digest, a->image_id))
        return true;
    for (size_t i = 0; i < s->refs.n; i++)
        if (str_eq(digest, s->refs.p[i].digest))
            return true; /* the index that the reference names: the image was reached through it */
    return false;
}

/* host and repository, and tag or digest as far as they are asked for. */
static bool ref_is_image(ExceptionScope *s, const RegistryRef *want, bool tagged) {
    if (!str_empty(want->digest) && !digest_is_image(s, want->digest))
        return false;
    for (size_t i = 0; i < s->refs.n; i++) {
        const RegistryRef *r = &s->refs.p[i];
        if (str_ieq(r->host, want->host) && str_eq(r->repository, want->repository) && (!tagged || !str_empty(want->digest) || str_eq(r->tag, want->tag)))
            return true;
    }
    return false;
}

static Str qualifier(ExceptionScope *s, Str all, const char *wanted) {
    Str part, name, value;
    while (str_split(&all, '&', &part))
        if (str_cut(part, '=', &name, &value) && str_ieq(name, str_from(wanted))) {
            Purl p;
            /* purl_parse() decodes: the value put where a name stands. */
            Str text = arena_printf(&s->scratch, "pkg:x/y@%.*s", STR_FMT(value));
            return purl_parse(text, &s->scratch, &p) == 0 ? p.version : value;
        }
    return STR_NULL;
}

/* pkg:oci/NAME@DIGEST?repository_url=HOST/PATH/NAME&tag=TAG&arch=ARCH, pkg:docker/NAMESPACE/NAME@TAG-or-DIGEST */
static bool purl_is_image(ExceptionScope *s, Str text) {
    Purl p;
    RegistryRef want;
    if (purl_parse(text, &s->scratch, &p) < 0)
        return false;
    bool oci = str_ieq(p.type, STR("oci"));
    if (!oci && !str_ieq(p.type, STR("docker")))
        return false;
    if (!str_empty(p.arch) && !str_eq(p.arch, s->r->artifact.arch))
        return false;
    Str url = qualifier(s, p.qualifiers, "repository_url"), tag = oci ? qualifier(s, p.qualifiers, "tag") : p.version;
    bool digest = registry_digest_valid(p.version);
    if (digest && !digest_is_image(s, p.version))
        return false;
    if (digest && str_empty(url))
        return true;
    if (!digest && oci && !str_empty(p.version))
        return false; /* a version of an image that is no digest says nothing */
    if (!oci)
        url = arena_printf(&s->scratch, "%.*s%s%.*s%s%.*s", STR_FMT(url), url.n ? "/" : "", STR_FMT(p.namespace), p.namespace.n ? "/" : "", STR_FMT(p.name));
    if (str_empty(url)) {
        /* A bare name without digest: the last part of the repository has to be it. */
        for (size_t i = 0; i < s->refs.n; i++) {
            Str repository = s->refs.p[i].repository;
            ssize_t slash = str_rchr(repository, '/');
            if (str_eq(str_from_at(repository, (size_t) (slash + 1)), p.name) && (str_empty(tag) || str_eq(tag, s->refs.p[i].tag)))
                return true;
        }
        return false;
    }
    if (digest)
        return true;
    Str full = arena_printf(&s->scratch, "%.*s%s%.*s", STR_FMT(url), str_empty(tag) ? "" : ":", STR_FMT(tag));
    return registry_ref_parse(full, &s->scratch, &want, NULL) == 0 && ref_is_image(s, &want, !str_empty(tag));
}

static bool text_is_image(ExceptionScope *s, Str text) {
    RegistryRef want;
    if (str_eq(text, s->r->artifact.reference))
        return true;
    if (s->refs.n == 0 || str_find(text, STR("://")) >= 0 || registry_ref_parse(text, &s->scratch, &want, NULL) < 0)
        return false;
    ssize_t colon = str_rchr(text, ':'), slash = str_rchr(text, '/');
    return ref_is_image(s, &want, colon > slash);
}

/* Part, vendor and so on of a CPE 2.2 (cpe:/o:debian:debian_linux:12) or 2.3 (cpe:2.3:o:…) as far as both name them. What is the same
 * but for the part (an application's CPE for a release of the system, as Red Hat has it) is the same. */
static bool cpe_is_os(Str want, Str os) {
    Str w, o;
    want = str_starts(want, STR("cpe:2.3:")) ? str_from_at(want, 8) : str_starts(want, STR("cpe:/")) ? str_from_at(want, 5) : STR_NULL;
    os = str_starts(os, STR("cpe:2.3:")) ? str_from_at(os, 8) : str_starts(os, STR("cpe:/")) ? str_from_at(os, 5) : STR_NULL;
    for (unsigned i = 0; i < 4; i++) {
        if (!str_split(&want, ':', &w) || !str_split(&os, ':', &o))
            return false;
        if (i == 3) {
            /* 9 and 9.4 */
            Str shorter = w.n < o.n ? w : o, longer = w.n < o.n ? o : w;
            return shorter.n && str_starts(longer, shorter) && (longer.n == shorter.n || longer.p[shorter.n] == '.');
        }
        if (i > 0 && !str_ieq(w, o))
            return false;
    }
    return false;
}

static bool names_artifact(ExceptionScope *s, const Str *names, size_t n) {
    bool exact = false;
    for (size_t i = 0; i < n; i++) {
        Str name = names[i];
        if (str_starts(name, STR("pkg:"))) {
            exact = true;
            if (purl_is_image(s, name))
                return true;
        } else if (registry_digest_valid(name)) {
            exact = true;
            if (digest_is_image(s, name))
                return true;
        } else if (!str_starts(name, STR("cpe:")) && text_is_image(s, name)) {
            return true;
        }
    }
    /* A CPE tells less than a purl or a digest: it counts where there is neither. */
    for (size_t i = 0; i < n && !exact; i++)
        if (str_starts(names[i], STR("cpe:")) && cpe_is_os(names[i], s->r->inventory.os.cpe_name))
            return true;
    return false;
}

static bool product_matches(ExceptionScope *s, const ExceptionProduct *p, const Finding *f) {
    if (p->n_parts == 0)
        return names_package(s, p->names, p->n_names, f->package) || names_artifact(s, p->names, p->n_names);
    return names_package(s, p->parts, p->n_parts, f->package) && names_artifact(s, p->names, p->n_names);
}

static const char *fix_state(const Finding *f) {
    if (!str_empty(f->fixed_version))
        return "fixed";
    return f->status == FIX_WONT_FIX ? "wont-fix" : f->status == FIX_UNKNOWN ? "unknown" : "not-fixed";
}

static bool path_matches(const Exception *e, const Finding *f) {
    Str path = !str_empty(f->path) ? f->path : f->package ? f->package->path : STR_NULL;
    for (size_t i = 0; i < e->n_paths; i++) {
        Str pattern = e->paths[i];
        while (pattern.n && pattern.p[0] == '/')
            pattern = str_from_at(pattern, 1);
        if (exception_path_matches(pattern, path))
            return true;
        for (size_t k = 0; f->package && k < f->package->n_locations; k++)
            if (exception_path_matches(pattern, f->package->locations[k].path))
                return true;
    }
    return e->n_paths == 0;
}

static bool rule_matches(ExceptionScope *s, const Exception *e, const Finding *f) {
    const PackageFact *p = f->package ? &f->package->fact : NULL;
    if (e->kinds && !(e->kinds >> f->kind & 1))
        return false;
    if ((e->package.n || e->version.n || e->type.n || e->n_purls) && !p)
        return false;
    if (e->package.n && !str_eq(e->package, p->name) && !str_eq(e->package, p->source_name))
        return false;
    if ((e->version.n && !str_eq(e->version, p->version)) || (e->type.n && !str_eqz(e->type, package_type_name(p->type))))
        return false;
    if (e->fix_state.n && !str_eqz(e->fix_state, fix_state(f)))
        return false;
    return (e->n_purls == 0 || names_package(s, e->purls, e->n_purls, f->package)) && path_matches(e, f);
}

bool exception_matches(ExceptionScope *s, const Exception *e, const Finding *f) {
    bool matches = false;
    if (!exception_format_is_vex(e->format))
        matches = rule_matches(s, e, f);
    for (size_t i = 0; i < e->n_products && !matches; i++)
        matches = product_matches(s, &e->products[i], f);
    arena_done(&s->scratch);
    return matches;
}
