/* SPDX-License-Identifier: Apache-2.0 */
/* Java archives and the archives inside of them: what Maven wrote about each artifact, else what manifest and file name tell. */
#include "analyze/java-name.h"
#include "analyze/table.h"
#include "base/map.h"
#include "parse/java-text.h"
#include "parse/zip.h"

enum {
    DEPTH_MAX = 8,                /* jars in jars; a war in an ear has three */
    ARCHIVES_MAX = 10 * 1000,     /* archives inside of one file */
    ARTIFACTS_MAX = 20 * 1000,    /* Maven's properties in one archive */
    PROPERTIES_MAX = 64 * 1024,
    MANIFEST_MAX = 1 << 20,       /* what matters is at its beginning */
};

typedef struct Walk {
    const AnalyzerInput *in;
    FactSink *sink;
    ProblemLog problems;
    uint64_t budget;              /* bytes that may still be unpacked or looked through */
    size_t archives;
    bool over;                    /* a limit was passed and said */
} Walk;

static bool is_archive(Str path) {
    static const char *const endings[] = {".jar", ".war", ".ear", ".par", ".sar", ".rar", ".kar", ".lpkg", ".hpi", ".jpi"};
    /* ".rar" is Java's resource adapter, or another kind of archive that is no zip. */
    for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
        size_t n = strlen(endings[i]);
        if (path.n > n && str_ieq(str_from_at(path, path.n - n), str_from(endings[i])))
            return true;
    }
    return false;
}

/* The members of one archive that tell what is in it. */
typedef struct Members {
    Vec(ZipMember) properties, archives;
    ZipMember manifest;
    bool has_manifest;
} Members;

static void say(Walk *w, Str place, Str member, int r, const Error *err) {
    Str inside = str_from_at(place, w->in->path.n); /* the log names the file itself */
    if (str_starts(inside, STR("!/")))
        inside = str_from_at(inside, 2);
    const char *sep = inside.n && member.n ? "!/" : "", *end = inside.n || member.n ? ": " : "";
    if (r == -E2BIG)
        problem_log_limit(&w->problems, "%.*s%s%.*s%s%s", STR_FMT(inside), sep, STR_FMT(str_head(member, 200)), end, error_text(err, r));
    else
        problem_log(&w->problems, 0, "%.*s%s%.*s%s%s", STR_FMT(inside), sep, STR_FMT(str_head(member, 200)), end, error_text(err, r));
}

static void say_once(Walk *w, Str place, const char *what) {
    _cleanup_error_ Error err = {0};
    if (w->over)
        return;
    w->over = true;
    error_set(&err, -E2BIG, "%s", what);
    say(w, place, STR_NULL, -E2BIG, &err);
}

/* A member's content; false after saying why there is none. Everything that is read counts, so that members which share their bytes add up. */
static bool read_member(Walk *w, Str place, const Zip *z, const ZipMember *m, size_t max, Buf *out, Str *ret) {
    _cleanup_error_ Error err = {0};
    if (w->budget == 0) {
        say_once(w, place, "the archives in it unpack to more than may be looked at: the rest was not read");
        return false;
    }
    *out = buf_new((size_t) MIN((uint64_t) max, w->budget));
    int r = zip_read(z, m, w->in->limits->expansion_ratio, out, ret, &err);
    if (r < 0 && r != -E2BIG)
        *ret = STR_NULL;
    w->budget -= MIN(w->budget, (uint64_t) MAX(ret->n, out->n) + 1);
    /* The beginning of a manifest is enough. */
    if (r == -E2BIG && max == MANIFEST_MAX)
        return true;
    if (r < 0)
        say(w, place, m->name, r, &err);
    return r == 0;
}

static bool sort_members(Walk *w, Str place, Zip *z, Members *ret) {
    ZipMember m;
    int r;
    while ((r = zip_next(z, &m)) == 1) {
        if (str_starts(m.name, STR("META-INF/maven/")) && str_ends(m.name, STR("/pom.properties"))) {
            if (ret->properties.n < ARTIFACTS_MAX)
                vec_push(&ret->properties, m);
            else
                say_once(w, place, "too many Maven artifacts in one archive: the rest was not read");
        } else if (str_ieq(m.name, STR("META-INF/MANIFEST.MF"))) {
            ret->manifest = m;
            ret->has_manifest = true;
        } else if (is_archive(m.name)) {
            if (w->archives++ < ARCHIVES_MAX)
                vec_push(&ret->archives, m);
            else
                say_once(w, place, "too many archives in one file: the rest was not read");
        }
    }
    return r == 0;
}

static void put(Walk *w, Str place, Arena *a, const JavaName *n, Str license, uint32_t flags) {
    AnalyzerInput inner = *w->in;
    inner.path = place;
    Str name = str_empty(n->group) ? n->artifact : arena_printf(a, "%.*s:%.*s", STR_FMT(n->group), STR_FMT(n->artifact));
    Fact f = {.kind = FACT_PACKAGE, .package = {.type = PACKAGE_MAVEN, .name = name, .version = n->version, .source_name = name, .source_version = n->version}};
    f.package.license = license;
    f.package.flags = flags;
    analyzer_put(&analyzer_java_archive, &inner, w->sink, &f);
}

/* The artifact of one pom.properties; false when the file does not name it. */
static bool read_properties(Str text, Arena *a, JavaName *ret) {
    JavaText t = {text, a};
    Str key, value;
    *ret = (JavaName) {0};
    while (java_property_next(&t, &key, &value))
        if (str_eqz(key, "groupId"))
            ret->group = value;
        else if (str_eqz(key, "artifactId"))
            ret->artifact = value;
        else if (str_eqz(key, "version"))
            ret->version = value;
    return java_name_valid(ret->group) && java_name_valid(ret->artifact) && java_name_valid(ret->version);
}

/* "1.0" is the release of "1.0.0.beta-1", as OSGi writes "1.0-beta-1". */
static Str release(Str version) {
    size_t n = 0;
    while (n < version.n && ((version.p[n] >= '0' && version.p[n] <= '9') || version.p[n] == '.'))
        n++;
    while (n >= 1 && version.p[n - 1] == '.')
        n--;
    while (n >= 2 && version.p[n - 1] == '0' && version.p[n - 2] == '.')
        n -= 2;
    return str_head(version, n);
}

static void put_artifacts(Walk *w, Str place, const Zip *z, const Members *members) {
    Arena arena = {0}, *a = &arena;
    JavaManifest manifest = {0};
    JavaName n, guess;
    Str text;
    if (members->has_manifest) {
        _cleanup_(buf_done) Buf b = {0};
        if (read_member(w, place, z, &members->manifest, MANIFEST_MAX, &b, &text))
            java_manifest_read(arena_str(a, text), a, &manifest);
    }
    guess = java_name_guess(path_base(place), &manifest);
    Map seen = {0};
    bool own = false;
    for (size_t i = 0; i < members->properties.n; i++) {
        _cleanup_(buf_done) Buf b = {0};
        if (!read_member(w, place, z, &members->properties.p[i], PROPERTIES_MAX, &b, &text) || !read_properties(arena_str(a, text), a, &n))
            continue;
        bool is_new;
        map_slot(&seen, arena_printf(a, "%.*s:%.*s:%.*s", STR_FMT(n.group), STR_FMT(n.artifact), STR_FMT(n.version)), &is_new);
        if (!is_new)
            continue;
        /* The archive is one of them itself, or a pack of others: a single one is it, unless file or manifest speak of another release. */
        bool itself = str_eq(n.artifact, guess.artifact) ||
                      (members->properties.n == 1 && (str_empty(guess.version) || str_eq(release(n.version), release(guess.version))));
        own |= itself;
        put(w, place, a, &n, itself ? manifest.license : STR_NULL, 0);
    }
    map_done(&seen);
    if (!own && java_name_valid(guess.artifact) && java_name_valid(guess.version))
        put(w, place, a, &guess, manifest.license, PACKAGE_GUESSED);
    arena_done(a);
}

static void read_archive(Walk *w, Str place, Str bytes, unsigned depth) {
    _cleanup_error_ Error err = {0};
    Members members = {0};
    Zip z;
    int r = zip_open(bytes, &z, &err);
    if (r == -ENOENT && !str_starts(bytes, STR("PK\3\4")))
        return; /* not an archive at all, whatever its name: Java does not read it either */
    if (r < 0) {
        say(w, place, STR_NULL, r, &err);
        return;
    }
    Zip directory = z;
    w->budget -= MIN(w->budget, (uint64_t) directory.rest.n);
    if (!sort_members(w, place, &directory, &members)) {
        error_set(&err, -EBADMSG, "the archive's directory is damaged %zu bytes before its end: what follows was not read", directory.rest.n);
        say(w, place, STR_NULL, -EBADMSG, &err);
    }
    put_artifacts(w, place, &z, &members);
    if (members.archives.n && depth >= DEPTH_MAX)
        say_once(w, place, "archives inside of one another, deeper than 8: those below were not read");
    for (size_t i = 0; i < members.archives.n && depth < DEPTH_MAX; i++) {
        _cleanup_(buf_done) Buf b = {0};
        Str inner, name = str_head(members.archives.p[i].name, w->in->limits->path_bytes);
        Arena a = {0};
        if (read_member(w, place, &z, &members.archives.p[i], w->in->limits->file_bytes, &b, &inner))
            read_archive(w, arena_printf(&a, "%.*s!/%.*s", STR_FMT(place), STR_FMT(name)), inner, depth + 1);
        arena_done(&a);
    }
    vec_done(&members.properties);
    vec_done(&members.archives);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    Walk w = {.in = in, .sink = sink, .problems = {&analyzer_java_archive, in, sink, 0}};
    /* All that one file may unpack to: honest ones hold archives that are hardly smaller unpacked. */
    w.budget = in->limits->file_bytes + in->bytes.n;
    read_archive(&w, in->path, in->bytes, 0);
    problem_log_end(&w.problems);
}

const Analyzer analyzer_java_archive = {
    .name = "java-archive",
    .version = 1,
    .doc = "Java archives (jar, war, ear …) and those inside of them: their Maven artifacts",
    .roots = (const char *const[]) {"", NULL},
    .wants = is_archive,
    .run = run,
    .fuzzer = "java-archive",
};
