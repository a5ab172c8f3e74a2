/* SPDX-License-Identifier: Apache-2.0 */
/* Installed Alpine packages (apk-tools' "installed" database: one letter, a colon, the value; packages end at an empty
 * line; wiki.alpinelinux.org/wiki/Apk_spec) and the repositories that are configured. */
#include <stdio.h>

#include "analyze/apk.h"
#include "analyze/table.h"

#define REPOSITORIES "etc/apk/repositories"
#define REPOSITORIES_D "etc/apk/repositories.d"

/* Since apk-tools 3 with a merged /usr the database lies below usr/. */
static const char *const databases[] = {"lib/apk/db/installed", "usr/lib/apk/db/installed"};

static bool is_repositories(Str path) {
    return str_eqz(path, REPOSITORIES) || path_in_dir(path, STR(REPOSITORIES_D), STR(".list"), NULL);
}

bool apk_is_installed(Str path) {
    return str_eqz(path, databases[0]) || str_eqz(path, databases[1]);
}

static bool wants(Str path) {
    return apk_is_installed(path) || is_repositories(path);
}

Str apk_checksum(Arena *a, Str s) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (s.n < 2 || s.p[0] != 'Q' || (s.p[1] != '1' && s.p[1] != '2'))
        return STR_NULL;
    size_t want = s.p[1] == '1' ? 20 : 32, n = 0;
    uint32_t bits = 0, held = 0;
    char hex[65];
    for (size_t i = 2; i < s.n && s.p[i] != '='; i++) {
        const char *at = memchr(alphabet, s.p[i], sizeof(alphabet) - 1);
        if (!at)
            return STR_NULL;
        bits = bits << 6 | (uint32_t) (at - alphabet);
        held += 6;
        if (held >= 8) {
            held -= 8;
            if (n == want)
                return STR_NULL;
            snprintf(hex + n * 2, 3, "%02x", bits >> held & 0xff);
            n++;
        }
    }
    if (n != want)
        return STR_NULL;
    return arena_printf(a, "%s:%.*s", want == 20 ? "sha1" : "sha256", (int) want * 2, hex);
}

typedef struct Entry {
    PackageFact package;
    bool any;     /* a line was read */
    uint32_t line;
    Str dir;      /* of the F: line that the next R: lines belong to */
    Buf *files;
} Entry;

static void take_line(Entry *e, char key, Str value, ProblemLog *problems, uint32_t line) {
    PackageFact *p = &e->package;
    switch (key) {
    case 'P':
        p->name = value;
        break;
    case 'V':
        p->version = value;
        break;
    case 'A':
        p->arch = value;
        break;
    case 'o':
        p->source_name = value;
        break;
    case 'L':
        p->license = value;
        break;
    case 'm':
        p->maintainer = value;
        break;
    case 'D':
        p->depends = value;
        break;
    case 'p':
        p->provides = value;
        break;
    case 'I':
        if (str_to_u64(value, UINT64_MAX, &p->installed_size) < 0)
            problem_log(problems, line, "installed size \"%.*s\" is not a number", STR_FMT(str_head(value, 40)));
        break;
    case 'C':
        p->digest = apk_checksum(problems->in->scratch, value);
        if (str_empty(p->digest))
            problem_log(problems, line, "checksum \"%.*s\" is neither Q1 with a SHA-1 nor Q2 with a SHA-256", STR_FMT(str_head(value, 60)));
        break;
    case 'F':
        e->dir = value;
        break;
    case 'R':
        if (str_empty(value) || e->dir.n + value.n + 1 > problems->in->limits->path_bytes) {
            problem_log(problems, line, "a path of %zu bytes, from 1 to %u are allowed", e->dir.n + value.n, problems->in->limits->path_bytes);
            break;
        }
        if (e->dir.n) {
            buf_str(e->files, e->dir);
            buf_putc(e->files, '/');
        }
        buf_str(e->files, value);
        buf_putc(e->files, '\n');
        p->n_files++;
        break;
    default:
        break;
    }
}

static void put_entry(Entry *e, ProblemLog *problems) {
    PackageFact *p = &e->package;
    if (e->any && (str_empty(p->name) || str_empty(p->version)))
        problem_log(problems, e->line, "a package without %s", str_empty(p->name) ? "a name (P:)" : "a version (V:)");
    if (p->name.n) {
        p->type = PACKAGE_APK;
        if (str_empty(p->source_name))
            p->source_name = p->name;
        /* All packages of an origin are built from it in one go. */
        p->source_version = p->version;
        p->files = buf_view(e->files);
        if (e->files->failed)
            problem_log(problems, e->line, "the owned paths of %.*s are too long in all", STR_FMT(p->name));
        Fact f = {.kind = FACT_PACKAGE, .package = *p};
        analyzer_put(&analyzer_apk, problems->in, problems->sink, &f);
    }
    buf_clear(e->files);
    *e = (Entry) {.files = e->files};
}

static void run_installed(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_apk, in, sink, 0};
    /* A directory stands once for all its files: written out they are longer, but nowhere near this. */
    Buf files = buf_new(in->bytes.n * 16 + 64);
    Entry e = {.files = &files};
    Str rest = in->bytes, line;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        if (str_empty(line)) {
            put_entry(&e, &problems);
            continue;
        }
        if (line.n < 2 || line.p[1] != ':') {
            problem_log(&problems, n, "expected a letter and a colon, found \"%.*s\"", STR_FMT(str_head(line, 60)));
            continue;
        }
        if (!e.any)
            e.line = n;
        e.any = true;
        take_line(&e, line.p[0], str_from_at(line, 2), &problems, n);
    }
    put_entry(&e, &problems);
    buf_done(&files);
    problem_log_end(&problems);
}

static bool next_word(Str *rest, Str *ret) {
    *rest = str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    *ret = str_head(*rest, n);
    *rest = str_from_at(*rest, n);
    return n > 0;
}

/* "[@tag] [type] URL [component]", one a line; the type (ndx, v2, v3) and the component are of apk-tools 3. */
static void run_repositories(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_apk, in, sink, 0};
    Str rest = in->bytes, line;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        Fact f = {.kind = FACT_ARCHIVE_SOURCE, .archive = {.kind = STR("apk"), .line = n}};
        Str word;
        if (!next_word(&line, &word) || word.p[0] == '#')
            continue;
        if (word.p[0] == '@') {
            f.archive.components = word;
            next_word(&line, &word);
        }
        if (str_eqz(word, "ndx") || str_eqz(word, "v2") || str_eqz(word, "v3"))
            next_word(&line, &word);
        if (str_empty(word) || word.p[0] == '@') {
            problem_log(&problems, n, "a repository without an address");
            continue;
        }
        f.archive.uri = uri_without_userinfo(in->scratch, word);
        analyzer_put(&analyzer_apk, in, sink, &f);
    }
    problem_log_end(&problems);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    if (is_repositories(in->path))
        run_repositories(in, sink);
    else
        run_installed(in, sink);
}

const Analyzer analyzer_apk = {
    .name = "apk",
    .version = 2,
    .doc = "Installed Alpine packages with the files they own, and the repositories that are configured",
    .roots = (const char *const[]) {"lib/apk/db/installed", "usr/lib/apk/db/installed", REPOSITORIES, REPOSITORIES_D, NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "apk-installed",
};
