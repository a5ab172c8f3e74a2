/* SPDX-License-Identifier: Apache-2.0 */
/* Golden folders: test/case/analyze/<case>/root/ is a file tree, expected.json what the analyzers see in it. With PLIMSOLL_UPDATE=1 the
 * expectations are written anew: read the difference before you commit it. */
#include <dirent.h>
#include <sys/stat.h>

#include "analyze/fact-json.h"
#include "analyze/table.h"
#include "base/fs.h"
#include "base/vec.h"
#include "unit/tap.h"
#include "yara/compile.h"

typedef Vec(char *) Names;

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void names_done(Names *n) {
    for (size_t i = 0; i < n->n; i++)
        free(n->p[i]);
    vec_done(n);
}

static Names list(const char *dir) {
    Names names = {0};
    DIR *d = opendir(dir);
    struct dirent *e;
    while (d && (e = readdir(d)))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            vec_push(&names, xstrdup(e->d_name));
    if (d)
        closedir(d);
    vec_sort(&names, compare);
    return names;
}

typedef struct Out {
    JsonWriter *w;
    uint64_t *seen;      /* one bit per analyzer that put a fact */
    Str yara_rules;      /* of the case's rules.yar, compiled */
} Out;

static void put(void *userdata, const Fact *f) {
    Out *o = userdata;
    /* What is printed went through the encoding that workers answer in. */
    Buf b = buf_new(BUF_OWN_MAX);
    fact_encode(&b, f);
    WireReader r = wire_reader(buf_view(&b));
    Fact again = {0};
    CHECK_INT(fact_decode(&r, &again), 1);
    fact_json(o->w, &again);
    buf_done(&b);
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if (str_eqz(f->analyzer, all[i]->name))
            *o->seen |= (uint64_t) 1 << i;
}

static void run_file(const char *file, Str path, Out *o) {
    Limits limits = limits_default();
    _cleanup_free_ char *bytes = NULL;
    size_t n, n_analyzers;
    CHECK_INT(fs_read(file, limits.file_bytes, &bytes, &n, NULL), 0);
    /* An exact copy, so that a sanitizer sees reads past the end. */
    _cleanup_free_ char *exact = xmalloc(n + !n);
    memcpy(exact, bytes, n);
    FactSink sink = {put, o};
    const Analyzer *const *all = analyzers(&n_analyzers);
    struct stat st;
    CHECK_INT(stat(file, &st), 0);
    const uint32_t mode = st.st_mode & 0111 ? 0755 : 0644; /* as git keeps it */
    AnalyzerContext context = {.yara_rules = o->yara_rules, .yara_seconds = 60};
    AnalyzerInput in = {.path = path, .mode = mode, .bytes = {exact, n}, .limits = &limits, .context = &context};
    FileInfo info = {path, mode, n, str_head(in.bytes, ANALYZER_HEAD)};
    uint64_t wanted = analyzers_wanting(UINT64_MAX, path);
    if (n)
        wanted |= analyzers_wanting_content(~wanted, &info);
    for (size_t i = 0; i < n_analyzers; i++) {
        bool below = false;
        for (const char *const *root = all[i]->roots; *root; root++)
            below |= str_starts(path, str_from(*root));
        CHECK_MSG(below || !(wanted >> i & 1), "%s wants %.*s, which lies below none of its roots", all[i]->name, STR_FMT(path));
    }
    analyzers_run(wanted, &in, &sink);
    analyzer_context_done(&context);
}

static void walk(const char *root, const char *path, Out *o) {
    _cleanup_free_ char *dir = xasprintf("%s/%s", root, path);
    Names names = list(dir);
    for (size_t i = 0; i < names.n; i++) {
        _cleanup_free_ char *child = xasprintf("%s%s%s", path, *path ? "/" : "", names.p[i]), *full = xasprintf("%s/%s", root, child);
        struct stat st;
        if (stat(full, &st) == 0 && S_ISDIR(st.st_mode))
            walk(root, child, o);
        else
            run_file(full, str_from(child), o);
    }
    names_done(&names);
}

static EntryType entry_type(char letter) {
    static const char letters[ENTRY_TYPE_N_] = "-dlhcbps";
    const char *at = memchr(letters, letter, sizeof(letters));
    CHECK_MSG(at, "type '%c' of an entry; expected one of %.*s", letter, (int) sizeof(letters), letters);
    return at ? (EntryType) (at - letters) : ENTRY_TYPE_FILE;
}

/* A case may have a file `entries`, for what git does not keep: a line each, "TYPE MODE UID GID SIZE PATH [TARGET|CAPABILITY IN HEX]", with the letters
 * of `ls -l` ("-" file, "h" hard link). */
static void look_at_entries(const char *dir, Out *o) {
    _cleanup_free_ char *file = xasprintf("%s/entries", dir), *text = NULL;
    FactSink sink = {put, o};
    size_t n;
    if (access(file, R_OK) < 0)
        return;
    CHECK_INT(fs_read(file, 1 << 20, &text, &n, NULL), 0);
    Str rest = str_n(text, n), line;
    while (str_line(&rest, &line)) {
        Str word[7] = {0}, left = line;
        size_t words = 0;
        while (words < ARRAY_SIZE(word) && str_split(&left, ' ', &word[words]))
            words++;
        uint64_t uid = 0, gid = 0, size = 0;
        CHECK_MSG(words >= 6 && str_to_u64(word[2], UINT32_MAX, &uid) == 0 && str_to_u64(word[3], UINT32_MAX, &gid) == 0 && str_to_u64(word[4], UINT64_MAX, &size) == 0, "%s: %.*s", file, STR_FMT(line));
        EntryInfo e = {.path = word[5], .type = entry_type(word[0].p[0]), .uid = (uint32_t) uid, .gid = (uint32_t) gid, .size = size};
        for (size_t i = 0; i < word[1].n; i++)
            e.mode = e.mode * 8 + (uint32_t) (word[1].p[i] - '0');
        char bytes[64];
        size_t n_bytes = 0;
        if (e.type == ENTRY_TYPE_FILE)
            for (unsigned x; n_bytes < sizeof(bytes) && n_bytes * 2 + 1 < word[6].n && sscanf(word[6].p + n_bytes * 2, "%2x", &x) == 1;)
                bytes[n_bytes++] = (char) x;
        else
            e.target = word[6];
        e.capability = str_n(bytes, n_bytes);
        analyzers_entry(UINT64_MAX, &e, &sink);
    }
}

/* A case may have YARA rules beside its root. */
static void compile_rules(const char *file, Buf *ret) {
    Limits limits = limits_default();
    _cleanup_free_ char *text = NULL;
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(yara_files_done) YaraFiles files = {.roots = 1};
    size_t n;
    if (fs_read(file, limits.file_bytes, &text, &n, NULL) < 0)
        return;
    vec_push(&files.list, (YaraFile) {.name = STR("rules.yar"), .rel = STR("rules.yar"), .compile = true, .text = str_n(text, n)});
    CHECK_INT(yara_compile_here(&files, ret, &d, NULL), 0);
}

static void run_case(const char *dir, uint64_t *seen) {
    Buf text = buf_new(BUF_OWN_MAX);
    JsonWriter w = json_writer(&text, true);
    _cleanup_free_ char *root = xasprintf("%s/root", dir), *expected = xasprintf("%s/expected.json", dir), *want = NULL;
    _cleanup_free_ char *rules = xasprintf("%s/rules.yar", dir);
    _cleanup_(buf_done) Buf compiled = buf_new(1 << 24);
    compile_rules(rules, &compiled);
    Out o = {&w, seen, buf_view(&compiled)};
    size_t n;
    json_map(&w, NULL);
    json_list(&w, "facts");
    walk(root, "", &o);
    look_at_entries(dir, &o);
    json_end(&w);
    json_end(&w);
    buf_putc(&text, '\n');
    if (getenv("PLIMSOLL_UPDATE"))
        CHECK_INT(fs_write_atomic(expected, text.p, text.n, 0644, NULL), 0);
    CHECK_INT(fs_read(expected, BUF_OWN_MAX, &want, &n, NULL), 0);
    if (want && !str_eq(buf_view(&text), str_n(want, n))) {
        Str a = buf_view(&text), b = str_n(want, n), got = STR_NULL, line = STR_NULL;
        size_t number = 0;
        while (str_line(&a, &got) && str_line(&b, &line) && str_eq(got, line))
            number++;
        CHECK_MSG(false, "%s:%zu: got %.*s, expected %.*s", expected, number + 1, STR_FMT(got), STR_FMT(line));
    }
    buf_done(&text);
}

static char *cases_dir(void) {
    const char *top = getenv("TOP");
    return xasprintf("%s/test/case/analyze", top ? top : ".");
}

TEST(every_case_gives_its_expected_facts) {
    _cleanup_free_ char *dir = cases_dir();
    Names cases = list(dir);
    uint64_t seen = 0;
    size_t n;
    CHECK_MSG(cases.n > 10, "%zu cases in %s", cases.n, dir);
    for (size_t i = 0; i < cases.n; i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, cases.p[i]);
        run_case(path, &seen);
    }
    names_done(&cases);
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        CHECK_MSG(seen & (uint64_t) 1 << i, "no case has a fact of %s", all[i]->name);
}

TEST(every_row_is_documented_and_found_by_name) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    const char *top = getenv("TOP");
    for (size_t i = 0; i < n; i++) {
        CHECK(analyzer_by_name(str_from(all[i]->name)) == all[i]);
        CHECK(all[i]->doc && *all[i]->doc && all[i]->version > 0 && all[i]->roots[0]);
        _cleanup_free_ char *fuzzer = xasprintf("%s/test/fuzz/fuzz-%s.c", top ? top : ".", all[i]->fuzzer);
        CHECK_MSG(access(fuzzer, R_OK) == 0, "%s: no %s", all[i]->name, fuzzer);
    }
    CHECK(!analyzer_by_name(STR("no such analyzer")));
}

static void count(void *userdata, const Fact *f) {
    size_t *n = userdata;
    n[f->kind]++;
}

/* A broken file of a million lines gives a handful of problems, not a million. */
TEST(problems_of_one_file_are_counted_not_repeated) {
    Buf text = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < 100000; i++)
        buf_putz(&text, "nonsense\n");
    size_t kinds[FACT_KIND_N_] = {0};
    Limits limits = limits_default();
    const char *const paths[] = {"etc/os-release", "var/lib/dpkg/status", "lib/apk/db/installed", "etc/apt/sources.list"};
    for (size_t p = 0; p < ARRAY_SIZE(paths); p++) {
        FactSink sink = {count, kinds};
        AnalyzerContext context = {0};
        AnalyzerInput in = {.path = str_from(paths[p]), .bytes = buf_view(&text), .limits = &limits, .context = &context};
        analyzers_run(analyzers_wanting(UINT64_MAX, in.path), &in, &sink);
    }
    CHECK(kinds[FACT_PROBLEM] >= ARRAY_SIZE(paths));
    CHECK(kinds[FACT_PROBLEM] <= ARRAY_SIZE(paths) * (PROBLEM_LOG_KEEP + 2));
    buf_done(&text);
}

TEST_MAIN()
