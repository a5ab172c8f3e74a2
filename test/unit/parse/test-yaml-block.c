/* SPDX-License-Identifier: Apache-2.0 */
/* The reader for ordinary YAML against libyaml: what it takes is the same tree at the same places, what it leaves is told by name. */
#include "base/buf.h"
#include "parse/yaml-private.h"
#include "unit/tap.h"
#include "yaml-same.h"

/* -1: left to libyaml. 0: taken, and libyaml reads it differently. 1: taken, the same. */
static int taken(Str text, unsigned flags) {
    _cleanup_(arena_done) Arena a = {0}, library = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits limits = limits_default();
    Tree tree = {.limits = &limits, .arena = &a, .diag = &d};
    Node *got = NULL, *want = NULL;
    size_t n = 0, n_want = 0;
    if (!yaml_read_block(&tree, text, flags, &got, &n))
        return a.used || d.errors ? 0 : -1;
    if (yaml_parse_with(text, "t.yaml", flags | YAML_BY_LIBRARY, &limits, &library, &d, &want, &n_want) < 0)
        return 0;
    return n == n_want && same_documents(got, want);
}

static const char manifest[] = "# a deployment\n---\napiVersion: apps/v1\nkind: Deployment # comment\nmetadata:\n  name: \"web\"\n  labels: {app: web, \"tier\": 'front'}\n  annotations: {}\n"
                               "  empty:\nspec:\n  replicas: 2\n  template:\n    spec:\n      hostNetwork: true\n      containers:\n      - name: a\n        image: registry.example.org/a:1.2\n"
                               "        args: [\"-c\", -x, 'it''s', 07]\n        command:\n          - sh\n          -  - deep\n             - er\n          -\n          - {a: {b: [c, ~]}}\n"
                               "        env:\n        - name: SCRIPT\n          value: |\n            line 1\n              line 2\n\n            # no comment\n          # one\n        - name: STRIPPED\n"
                               "          value: |-\n            x: \"\\n\"\n\n        - {name: B, value: \"tab\\there \\\"q\\\" \\\\ \\/\"}\n      -\n        name: b\n        url: http://example.org:80/#x\n"
                               "---\n- 1\n- yes\n- 0b11\n- 1_000\n-\n  - no\n-\n";

static const char *const ordinary[] = {
    "a: b", "a:\n- b\n- c\nd: e\n", "a:\n  - b\n", "- a: 1\n  b:\n  - c\n  d:\n- e\n", "  a: b\n  c: d\n", "---\na: b\n---\nc: d\n", "a: b\n---\nc: d\n", "# x\n\na: b # c\n   # d\n", "a: b#c\n",
    "a: 'x'\n'b c': d\n\"\": e\n", "- - a\n  - b\n- - c\n", "a: [ ]\nb: { }\nc: [a, b]\n", "a: |\n  x\n\n\nb: |-\n   y\n   \n    z\n", "a: -1\nb: -x\nc: ~\nd: .5\n", "a:   b   \nc: d\n",
    "a: \xC3\xBC\xE2\x82\xAC\n\xC3\xA4: x # \xE2\x80\x93\n\xC3\xB6: y\n", "a: b'c\"d {e} [f] & * ! | > % @ `\n", "a:b: c\n", "a: b:c\n", "a:\n\n  b: c\n\n", "a: # c\n  b: c\n", "- # c\n  b: c\n",
};

/* Anything that means something else, or nothing: one line each. */
static const char *const others[] = {
    "", "# nothing\n", "a", "\"a\"", "[a]", "{a: b}", "a: b\nc", "a: b: c\n", "a: - b\n", "a: b\n  c\n", "a: b\n  c: d\n", "a: 'b'\n  c: d\n", "a: 'b\n  c'\n", "a: \"b\n  c\"\n", "a: \"\\x41\"\n", "a: [b,\n  c]\n",
    "a: {b}\n", "a: [b: c]\n", "a: [b,]\n", "a: {b: c,}\n", "a: {\"b\":1}\n", "a: {b: }\n", "a: [b c]\n", "a: [a]: b\n", "a: &x b\n", "a: *x\n", "a: !t b\n", "? a\n: b\n", "a: >\n  b\n", "a: |+\n  b\n",
    "a: |2\n  b\n", "a: |\n\n  b\n", "a: |\n  b", "a: |\nb: c\n", "<<: a\n", "a: {<<: b}\n", "a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "a:\tb\n", "\ta: b\n", "a: b\r\n", "a: \x01\n", "a: \xFF\n", "a: \xC2\x85 b\n",
    "a: \xE2\x80\xA8 b\n", "--- a\n", "---\n", "a: b\n---\n", "a: b\n...\n", "--- \na: b\n", "%YAML 1.1\n---\na: b\n", "a: b\n---\n---\nc: d\n", "  a: b\nc: d\n", "a:\n    b: c\n  d: e\n", "- a\nb: c\n", "a: b\n- c\n", "-a\n",
    "a: @b\n", "a: `b\n", "a: %b\n", "a: ,b\n", "a: ]b\n", "a : b\n", "'a'b: c\n", "a: 'b'c\n", "a: 'b'#c\n", "a: b:\n", "? a: b\n", "a: ?b\n", "a: :b\n", "- a\n - b\n",
};

TEST(ordinary_yaml_is_taken) {
    CHECK_INT(taken(str_from(manifest), 0), 1);
    CHECK_INT(taken(str_from(manifest), YAML_OLD_SCALARS | YAML_NO_BINARY), 1);
    for (size_t i = 0; i < ARRAY_SIZE(ordinary); i++)
        CHECK_MSG(taken(str_from(ordinary[i]), 0) == 1, "should be taken, and be the same: %s", ordinary[i]);
}

TEST(all_else_is_left) {
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        CHECK_MSG(taken(str_from(others[i]), 0) == -1, "should be left: %s", others[i]);
}

TEST(limits_are_libyamls_to_tell) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits limits = limits_default();
    Node *root;
    size_t n;
    limits.document_depth = 3;
    CHECK_INT(yaml_parse(STR("a:\n  b:\n    c: d\n"), "t.yaml", &limits, &a, &d, &root, &n), 0);
    CHECK_INT(yaml_parse(STR("a:\n  b:\n    c: [d]\n"), "t.yaml", &limits, &a, &d, &root, &n), -E2BIG);
    limits.document_nodes = 3;
    CHECK_INT(yaml_parse(STR("a: b\n"), "t.yaml", &limits, &a, &d, &root, &n), 0);
    CHECK_INT(yaml_parse(STR("a: b\nc: d\n"), "t.yaml", &limits, &a, &d, &root, &n), -E2BIG);
    CHECK_INT(d.errors, 2);
}

/* The manifest with pieces taken away, doubled and put in: as many of these are wrong as are ordinary. */
TEST(edited_manifests) {
    static const char *const pieces[] = {" ", "  ", "\n", "- ", "-", ":", ": ", "#", " #", "'", "\"", "\\", "{", "}", "[", "]", ", ", "|", "|-\n", "---\n", "---", "...\n", "a", "1", "~", "<<: ", "&a ", "*a", "!", "\n  ", "\n- ", "a: b\n", "? ", "%", ">", "\xC3\xBC", "\t"};
    uint32_t seed = 11;
    size_t counts[3] = {0};
    for (int round = 0; round < 30000; round++) {
        _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
        size_t length = sizeof(manifest) - 1, from = 0, to = length;
#define NEXT(n) ((seed = seed * 1664525u + 1013904223u) >> 8) % (n)
        /* Short pieces of it are whole documents more often. */
        if (NEXT(3)) {
            from = NEXT(length);
            while (from && manifest[from - 1] != '\n')
                from--;
            to = MIN(length, from + NEXT(300));
        }
        buf_str(&b, str_n(manifest + from, to - from));
        for (uint32_t edits = NEXT(3); edits-- && b.n;) {
            _cleanup_(buf_done) Buf next = buf_new(BUF_OWN_MAX);
            size_t cut = NEXT(b.n), gone = NEXT(4) ? 0 : NEXT(6);
            buf_str(&next, str_n(b.p, cut));
            if (NEXT(4))
                buf_putz(&next, pieces[NEXT(ARRAY_SIZE(pieces))]);
            buf_str(&next, str_from_at(buf_view(&b), MIN(b.n, cut + gone)));
            buf_clear(&b);
            buf_str(&b, buf_view(&next));
        }
        int r = taken(buf_view(&b), round & 1 ? YAML_OLD_SCALARS : 0);
        counts[r + 1]++;
        CHECK_MSG(r != 0, "another tree than libyaml's: %.*s", STR_FMT(buf_view(&b)));
    }
    CHECK_MSG(counts[0] > 5000 && counts[2] > 5000, "%zu left, %zu taken", counts[0], counts[2]);
}

TEST_MAIN()
