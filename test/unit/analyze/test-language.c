/* SPDX-License-Identifier: Apache-2.0 */
/* What language analyzers share, and what hostile files may cost. */
#include "analyze/language.h"
#include "analyze/lock-graph.h"
#include "unit/tap.h"

typedef struct Seen {
    size_t packages, problems;
    char reason[256];
    char last[256]; /* "name version" of the last package */
    uint32_t flags;
} Seen;

static void put(void *userdata, const Fact *f) {
    Seen *s = userdata;
    if (f->kind == FACT_PROBLEM) {
        s->problems++;
        snprintf(s->reason, sizeof(s->reason), "%.*s", STR_FMT(f->problem.reason));
    } else if (f->kind == FACT_PACKAGE) {
        s->packages++;
        s->flags = f->package.flags;
        snprintf(s->last, sizeof(s->last), "%.*s %.*s", STR_FMT(f->package.name), STR_FMT(f->package.version));
    }
}

static Seen run(const char *path, Str bytes) {
    Seen s = {0};
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    Limits limits = limits_default();
    FactSink sink = {put, &s};
    for (size_t i = 0; i < n; i++) {
        if (!all[i]->wants || !all[i]->wants(str_from(path)))
            continue;
        Arena scratch = {0};
        AnalyzerInput in = {.path = str_from(path), .bytes = bytes, .limits = &limits, .scratch = &scratch};
        all[i]->run(&in, &sink);
        arena_done(&scratch);
    }
    return s;
}

static bool wanted(const char *path) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if (all[i]->wants && all[i]->wants(str_from(path)))
            return true;
    return false;
}

TEST(only_what_is_installed_is_an_installed_package) {
    static const char *const yes[] = {
        "node_modules/a/package.json",
        "srv/app/node_modules/@scope/a/package.json",
        "app/node_modules/a/node_modules/@scope/b/node_modules/c/package.json",
        "app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json",
        "app/node_modules/.bun/@s+a@1.0.0/node_modules/@s/a/package.json",
        "app/node_modules/.store/a-npm-1.0.0-0123/package/package.json",
        "usr/share/nodejs/a/package.json",
        "usr/share/nodejs/@scope/a/package.json",
    };
    static const char *const no[] = {
        "package.json",
        "app/node_modules/a/package-lock.json",
        "app/node_modules/a/yarn.lock",
        "usr/lib/python3/dist-packages/x/requirements.txt",
        "var/lib/gems/3.1.0/gems/x-1.0/Gemfile.lock",
        "root/go/pkg/mod/example.com/x@v1/go.mod",
        "root/.cargo/registry/src/index/x-1.0/Cargo.lock",
        "app/vendor/a/b/composer.lock",
        "a.dist-info/METADATA/x",
        "METADATA",
    };
    for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
        CHECK_MSG(wanted(yes[i]), "%s", yes[i]);
    for (size_t i = 0; i < ARRAY_SIZE(no); i++)
        CHECK_MSG(!wanted(no[i]), "%s", no[i]);
}

TEST(a_package_json_elsewhere_is_a_copy_or_private) {
    static const struct {
        const char *path, *text;
        uint32_t flags;
    } t[] = {
        {"app/node_modules/a/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\",\"private\":true}", 0},
        {"app/node_modules/a/dist/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}", 0},
        {"app/node_modules/a/dist/@s/b/package.json", "{\"name\":\"@s/b\",\"version\":\"1.0.0\"}", 0},
        {"app/node_modules/a/dist/node_modules/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}", 0},
        {"usr/share/nodejs/a/lib/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}", 0},
        {"test/app/node_modules/a/dist/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}", 0},
        {"app/node_modules/a/dist/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\",\"private\":true}", PACKAGE_PRIVATE},
        {"app/node_modules/a/dist/xb/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}", PACKAGE_PRIVATE},
        {"app/node_modules/a/test/node_modules/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}", PACKAGE_PRIVATE},
        {"app/node_modules/a/test/fixtures/node_modules/@s/b/package.json", "{\"name\":\"@s/b\",\"version\":\"1.0.0\"}", PACKAGE_PRIVATE},
        {"app/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}", PACKAGE_PRIVATE},
        {"app/usr/share/nodejs/b/package.json", "{\"name\":\"b\",\"version\":\"1.0.0\"}", PACKAGE_PRIVATE},
    };
    for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
        Seen s = run(t[i].path, str_from(t[i].text));
        CHECK_MSG(s.packages == 1 && s.flags == t[i].flags && s.problems == 0, "%s: %zu, %x", t[i].path, s.packages, s.flags);
    }
    /* Templates and what is no JSON are neither packages nor problems. */
    static const char *const nothing[] = {"{\"name\":\"<%= name %>\",\"version\":\"1.0.0\"}", "{\"name\":\"a\",\"version\":\"{{version}}\"}", "{{name}}", "{\"name\":\"a\"}", ""};
    for (size_t i = 0; i < ARRAY_SIZE(nothing); i++) {
        Seen s = run("app/template/package.json", str_from(nothing[i]));
        CHECK_MSG(s.packages + s.problems == 0, "%s: %s", nothing[i], s.reason);
    }
}

TEST(names_and_digests) {
    Arena a = {0};
    CHECK_STR(pypi_name(&a, STR("Zope.Interface__x-.-Y")), "zope-interface-x-y");
    CHECK_STR(ascii_lower(&a, STR("ABC\xC3\x84z")), "abc\xC3\x84z");
    CHECK_STR(digest_sri(&a, STR("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=")), "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK_STR(digest_sri(&a, STR("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk")), "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK_STR(digest_sri(&a, STR("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=?x sha1-AA==")),
              "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    static const char *const bad[] = {"", "sha1", "sha1-", "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBw==", "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwkA", "sha1-2jmj 7l5rSw0yVb/vlWAYkK/YBwk=",
                                      "sha1-\xFFjmj7l5rSw0yVb/vlWAYkK/YBwk=", "crc-2jmj7l5rSw0yVb/vlWAYkK/YBwk="};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_MSG(str_empty(digest_sri(&a, str_from(bad[i]))), "%s", bad[i]);
    CHECK_STR(digest_hex(&a, "md5", STR("D41D8CD98F00B204E9800998ECF8427E")), "md5:d41d8cd98f00b204e9800998ecf8427e");
    CHECK(str_empty(digest_hex(&a, "md5", STR("D41D8CD98F00B204E9800998ECF8427"))));
    CHECK(str_empty(digest_hex(&a, "md5", STR("G41D8CD98F00B204E9800998ECF8427E"))));
    arena_done(&a);
}

/* Roots, an optional edge, development, a cycle that all of them enter. */
TEST(what_is_needed_most_counts_also_in_cycles) {
    LockGraph g = LOCK_GRAPH;
    const char *const names[] = {"prod", "dev", "optional", "cycle-a", "cycle-b", "dev-only", "unreached"};
    uint32_t n[7];
    for (size_t i = 0; i < 7; i++)
        n[i] = lock_graph_node(&g, str_from(names[i]));
    CHECK_INT(lock_graph_node(&g, STR("dev")), n[1]);
    lock_graph_edge(&g, n[1], n[3], false);
    lock_graph_edge(&g, n[1], n[5], false);
    lock_graph_edge(&g, n[0], n[2], true);
    lock_graph_edge(&g, n[2], n[3], false);
    lock_graph_edge(&g, n[3], n[4], false);
    lock_graph_edge(&g, n[4], n[3], false);
    lock_graph_root(&g, n[1], PACKAGE_DEV);
    lock_graph_root(&g, n[0], 0);
    lock_graph_solve(&g);
    CHECK_INT(lock_graph_flags(&g, n[0]), 0);
    CHECK_INT(lock_graph_flags(&g, n[1]), PACKAGE_DEV);
    CHECK_INT(lock_graph_flags(&g, n[2]), PACKAGE_OPTIONAL);
    CHECK_INT(lock_graph_flags(&g, n[3]), PACKAGE_OPTIONAL);
    CHECK_INT(lock_graph_flags(&g, n[4]), PACKAGE_OPTIONAL);
    CHECK_INT(lock_graph_flags(&g, n[5]), PACKAGE_DEV);
    CHECK_INT(lock_graph_flags(&g, n[6]), 0);
    uint32_t found;
    CHECK(lock_graph_find(&g, STR("cycle"), '-', STR("b"), &found) && found == n[4]);
    CHECK(!lock_graph_find(&g, STR("cycle"), '-', STR("c"), &found));
    lock_graph_done(&g);
}

/* A hundred megabytes in one line: as a lock file, as numbers, as one string, as brackets. */
TEST(large_files_of_one_line) {
    enum { SIZE = 100 * 1000 * 1000 };
    Buf b = buf_new(SIZE + 1000);
    buf_putz(&b, "{\"lockfileVersion\":3,\"packages\":{");
    for (size_t i = 0; b.n < SIZE; i++)
        buf_printf(&b, "%s\"node_modules/p%zu\":{\"version\":\"1.0.%zu\",\"x\":[%0500d]}", i ? "," : "", i % 1000, i % 1000, 1);
    buf_putz(&b, "}}");
    Seen s = run("package-lock.json", buf_view(&b));
    /* %0500d is no number of JSON, and the keys repeat: nothing of it may be silent. */
    CHECK_INT(s.problems, 1);
    for (char *p = b.p; (p = memchr(p, '[', b.n - (size_t) (p - b.p))); p++)
        p[1] = '1';
    s = run("package-lock.json", buf_view(&b));
    CHECK_INT(s.packages, 1000);
    CHECK(s.problems > 0);
    buf_clear(&b);
    static const char *const kinds[] = {"package-lock.json", "bun.lock", "composer.lock", "node_modules/a/package.json", "Pipfile.lock", "a.deps.json"};
    static const char *const fillings[] = {"[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,", "\"0123456789012345678901234567890123456789", "[[[[[[[[[[[[[[[[", "{\"a\":{\"b\":", "                    "};
    for (size_t f = 0; f < ARRAY_SIZE(fillings); f++) {
        buf_clear(&b);
        while (b.n < SIZE)
            buf_putz(&b, f == 1 && b.n ? fillings[f] + 1 : fillings[f]);
        for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
            s = run(kinds[k], buf_view(&b));
            CHECK_INT(s.packages, 0);
            CHECK_MSG(s.problems == 1, "%s of \"%s\": %zu problems", kinds[k], fillings[f], s.problems);
        }
    }
    buf_done(&b);
}

/* The same for formats that are read line by line, and for YAML, TOML and XML. */
TEST(nonsense_is_a_handful_of_problems) {
    static const char *const kinds[] = {"yarn.lock", "pnpm-lock.yaml", "poetry.lock", "Cargo.lock", "Gemfile.lock", "mix.lock", "go.mod", "go.sum", "pom.xml", "gradle.lockfile",
                                        "pubspec.lock", "packages.config", "a.dist-info/METADATA", "specifications/a-1.gemspec"};
    static const char *const lines[] = {"nonsense\n", "\"\xFF\xFE: \x01\n", "{[(<\"\n", "    x (1)\n", "a@1:\n", "require x\n"};
    for (size_t l = 0; l < ARRAY_SIZE(lines); l++) {
        Buf b = buf_new(BUF_OWN_MAX);
        for (int i = 0; i < 100000; i++)
            buf_putz(&b, lines[l]);
        for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
            Seen s = run(kinds[k], buf_view(&b));
            CHECK_MSG(s.packages == 0, "%s of \"%s\": %s", kinds[k], lines[l], s.last);
            CHECK_MSG(s.problems > 0 && s.problems <= PROBLEM_LOG_KEEP + 1, "%s of \"%s\": %zu problems", kinds[k], lines[l], s.problems);
        }
        buf_done(&b);
    }
}

TEST(versions_that_no_ecosystem_allows) {
    Seen s = run("package-lock.json", STR("{\"lockfileVersion\":3,\"packages\":{\"node_modules/a\":{\"version\":\"!? not.a.version\"},\"node_modules/b\":{\"version\":\"\"},"
                                          "\"node_modules/c\":{\"version\":{}},\"node_modules/d\":{\"version\":\"999999999999999999999999.0.0-$\"},\"node_modules/\":{\"version\":\"1\"}}}"));
    /* Odd ones are kept as they are written; ordering versions is not the analyzers' matter. */
    CHECK_INT(s.packages, 1);
    CHECK_STR(str_from(s.last), "d 999999999999999999999999.0.0-$");
    CHECK_INT(s.problems, 4);
    Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(&b, "{\"packages\":[{\"name\":\"a/b\",\"version\":\"");
    for (int i = 0; i < 100000; i++)
        buf_putc(&b, '9');
    buf_putz(&b, "\"}]}");
    s = run("composer.lock", buf_view(&b));
    CHECK_INT(s.packages, 0);
    CHECK_INT(s.problems, 1);
    CHECK(strlen(s.reason) < 200);
    buf_done(&b);
}

TEST_MAIN()
