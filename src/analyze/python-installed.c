/* SPDX-License-Identifier: Apache-2.0 */
/* Installed Python packages: *.dist-info (packaging.python.org, "Recording installed projects" and "Core metadata"), and the older *.egg-info, a directory
 * or a single file, of setuptools. RECORD tells the owned files. */
#include "analyze/language.h"

typedef enum Kind { KIND_NONE, KIND_METADATA, KIND_RECORD } Kind;

static Kind kind_of(Str path) {
    Str base = path_base(path), dir = path_base(path_dir(path));
    if (base.n == 0)
        return KIND_NONE;
    switch (base.p[0]) {
    case 'M':
        return str_eqz(base, "METADATA") && str_ends(dir, STR(".dist-info")) ? KIND_METADATA : KIND_NONE;
    case 'R':
        return str_eqz(base, "RECORD") && str_ends(dir, STR(".dist-info")) ? KIND_RECORD : KIND_NONE;
    case 'P':
        if (str_eqz(base, "PKG-INFO") && (str_ends(dir, STR(".egg-info")) || str_eqz(dir, "EGG-INFO")))
            return KIND_METADATA;
        break;
    }
    return base.n > 9 && str_ends(base, STR(".egg-info")) ? KIND_METADATA : KIND_NONE;
}

static bool wants(Str path) {
    /* Nearly all paths end in something else. */
    if (path.n < 9 || !memchr("ADOo", path.p[path.n - 1], 4))
        return false;
    return kind_of(path) != KIND_NONE;
}

/* "License :: OSI Approved :: MIT License" says "MIT License"; without a last part it says nothing. */
static Str classified(Str classifier) {
    Str prefix = STR("License :: ");
    if (!str_starts(classifier, prefix))
        return STR_NULL;
    ssize_t at = str_rchr(classifier, ':');
    Str last = str_trim(str_from_at(classifier, (size_t) at + 1));
    return str_eqz(last, "OSI Approved") || str_eqz(last, "Other/Proprietary License") ? STR_NULL : last;
}

/* The header fields end at the first empty line; behind it stands the description. */
static void run_metadata(ProblemLog *log) {
    PackageFact p = {.type = PACKAGE_PYPI};
    Str rest = log->in->bytes, line, key, value, free_text = STR_NULL, classifier = STR_NULL;
    bool long_text = false;
    Str *last = NULL;
    for (uint32_t n = 1; str_line(&rest, &line) && line.n; n++) {
        if (line.p[0] == ' ' || line.p[0] == '\t') {
            /* A licence's whole text in the place of its name goes over many lines. */
            long_text |= last == &free_text;
            continue;
        }
        last = NULL;
        if (!str_cut(line, ':', &key, &value))
            continue;
        value = str_trim(value);
        if (str_ieq(key, STR("Name")) && str_empty(p.name)) {
            p.name = value;
            p.line = n;
        } else if (str_ieq(key, STR("Version")) && str_empty(p.version)) {
            p.version = value;
        } else if (str_ieq(key, STR("License-Expression"))) {
            p.license = value;
        } else if (str_ieq(key, STR("License"))) {
            free_text = value;
            last = &free_text;
        } else if (str_ieq(key, STR("Classifier")) && str_empty(classifier)) {
            classifier = classified(value);
        }
    }
    if (str_empty(p.license))
        p.license = free_text.n && !long_text && free_text.n <= 100 && !str_ieq(free_text, STR("UNKNOWN")) ? free_text : classifier;
    p.name = pypi_name(log->in->scratch, p.name);
    if (str_empty(p.name) && str_empty(p.version))
        problem_log(log, 1, "no field Name or Version in this metadata of a Python package");
    else
        language_put(log, &p);
}

/* The first field of a CSV line (RFC 4180 as Python's csv module writes it). */
static Str csv_first(Arena *a, Str line) {
    if (line.n == 0 || line.p[0] != '"') {
        ssize_t comma = str_chr(line, ',');
        return comma < 0 ? line : str_head(line, (size_t) comma);
    }
    char *out = arena_bytes(a, line.n);
    size_t n = 0;
    for (size_t i = 1; out && i < line.n; i++) {
        if (line.p[i] == '"' && !(i + 1 < line.n && line.p[++i] == '"'))
            break;
        out[n++] = line.p[i];
    }
    return str_n(out, n);
}

/* `path` as seen from `dir`, both without leading "/": "../" goes up. Empty when it leads out or is absolute. */
static Str joined(Buf *b, Str dir, Str path) {
    buf_clear(b);
    b->failed = 0;
    if (path.n == 0 || path.p[0] == '/')
        return STR_NULL;
    while (str_starts(path, STR("../"))) {
        if (str_empty(dir))
            return STR_NULL;
        dir = path_dir(dir);
        path = str_from_at(path, 3);
    }
    if (dir.n) {
        buf_str(b, dir);
        buf_putc(b, '/');
    }
    buf_str(b, path);
    return b->failed ? STR_NULL : buf_view(b);
}

/* "path,hash,size", one file a line, as seen from the directory that holds the .dist-info. */
static void run_record(ProblemLog *log) {
    const AnalyzerInput *in = log->in;
    Str dist_info = path_dir(in->path), site = path_dir(dist_info), stem = path_base(dist_info), line, rest = in->bytes, name, version;
    stem = str_head(stem, stem.n - strlen(".dist-info"));
    if (!str_cut(stem, '-', &name, &version))
        return;
    Fact f = {.kind = FACT_PACKAGE_FILES, .files = {.type = PACKAGE_PYPI, .name = pypi_name(in->scratch, name), .arch = STR_NULL}};
    /* The directory stands before every file. */
    Buf files = buf_new(language_paths_max(in)), path = buf_new(in->limits->path_bytes);
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        Str file = csv_first(in->scratch, line);
        if (str_empty(file))
            continue;
        if (memchr(file.p, '\n', file.n)) {
            problem_log(log, n, "a path with a line break");
            continue;
        }
        Str whole = joined(&path, site, file);
        if (str_empty(whole))
            continue;
        buf_str(&files, whole);
        buf_putc(&files, '\n');
        f.files.n_files++;
    }
    f.files.files = buf_view(&files);
    if (files.failed)
        problem_log(log, 0, "the owned paths are too long in all");
    if (files.n)
        analyzer_put(log->analyzer, in, log->sink, &f);
    buf_done(&files);
    buf_done(&path);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_python_installed, in, sink, 0};
    if (kind_of(in->path) == KIND_RECORD)
        run_record(&log);
    else
        run_metadata(&log);
    problem_log_end(&log);
}

const Analyzer analyzer_python_installed = {
    .name = "python-installed",
    .version = 1,
    .doc = "Installed Python packages and their files: METADATA and RECORD of dist-info, PKG-INFO of egg-info",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "python-installed",
};
