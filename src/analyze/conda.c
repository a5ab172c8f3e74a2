/* SPDX-License-Identifier: Apache-2.0 */
/* Installed Conda packages: the JSON files of PREFIX/conda-meta (docs.conda.io, "Package metadata"). */
#include "analyze/language.h"

static bool wants(Str path) {
    return path.n > 16 && path.p[path.n - 1] == 'n' && str_ends(path, STR(".json")) && str_eqz(path_base(path_dir(path)), "conda-meta");
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_conda, in, sink, 0};
    const Node *root = language_json(&log, JSON_REPEATS), *name = node_get(root, "name");
    Str prefix = path_dir(path_dir(in->path)), sha256 = node_get_str(root, "sha256");
    PackageFact p = {.type = PACKAGE_CONDA, .name = node_str(name), .version = node_get_str(root, "version"), .line = name ? name->line : 1};
    p.license = license_text(in->scratch, node_get(root, "license"));
    p.digest = sha256.n ? digest_hex(in->scratch, "sha256", sha256) : digest_hex(in->scratch, "md5", node_get_str(root, "md5"));
    /* The prefix stands before every file. */
    Buf files = buf_new(language_paths_max(in));
    node_each(file, node_get(root, "files")) {
        Str path = node_str(file);
        if (str_empty(path) || path.p[0] == '/' || memchr(path.p, '\n', path.n) || path.n > in->limits->path_bytes)
            continue;
        if (prefix.n) {
            buf_str(&files, prefix);
            buf_putc(&files, '/');
        }
        buf_str(&files, path);
        buf_putc(&files, '\n');
        p.n_files++;
    }
    p.files = buf_view(&files);
    if (files.failed)
        problem_log(&log, p.line, "the owned paths are too long in all");
    if (root)
        language_put(&log, &p);
    buf_done(&files);
    problem_log_end(&log);
}

const Analyzer analyzer_conda = {
    .name = "conda",
    .version = 1,
    .doc = "Installed Conda packages and their files: conda-meta",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "conda",
};
