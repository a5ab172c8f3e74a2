/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "parse/json-write.h"
#include "parse/node.h"
#include "unit/parse/doc.h"
#include "unit/tap.h"

static Doc read_limited(Str text, Limits limits) {
    Doc d = {0};
    d.r = yaml_parse(text, "t.yaml", &limits, &d.arena, &d.diag, &d.root, &d.n);
    return d;
}

/* The documents as JSON, a space between; or the errors. */
static void check(const char *text, const char *want) {
    _doc_ Doc d = read_limited(str_from(text), limits_default());
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    if (d.r < 0) {
        _cleanup_free_ char *all = diag_text(&d.diag);
        buf_str(&b, str_trim(str_from(all)));
    }
    size_t n = 0;
    for (const Node *root = d.root; root; root = root->next) {
        if (n++)
            buf_putc(&b, ' ');
        JsonWriter w = json_writer(&b, false);
        json_node(&w, NULL, root);
    }
    CHECK_INT(n, d.n);
    CHECK_STR(buf_view(&b), want);
}

TEST(core_schema_types) {
    check("[~, null, Null, '', \"null\"]", "[null,null,null,\"\",\"null\"]");
    check("a:\nb: x", "{\"a\":null,\"b\":\"x\"}");
    check("[true, False, TRUE, yes, no, on, off, y, 'true']", "[true,false,true,\"yes\",\"no\",\"on\",\"off\",\"y\",\"true\"]");
    check("[1, -2, +3, 0x1F, 0o17, 017, 0x, 1_000, 12:30:45]", "[1,-2,3,31,15,17,\"0x\",\"1_000\",\"12:30:45\"]");
    check("[1.5, .5, 5., 1e3, -1.5E-3, .inf, .nan, 1.2.3, ., e3, '1']", "[1.5,0.5,5,1e3,-1.5E-3,null,null,\"1.2.3\",\".\",\"e3\",\"1\"]");
    check("[!!str 1, !!int '7', ! 1, !Ref x, !!float 1]", "[\"1\",7,\"1\",\"x\",1]");
    check("!!int x", "t.yaml:1:1: error: the tag asks for a number, which this is not");
}

TEST(block_and_flow) {
    check("a:\n  - 1\n  - b: |\n      text\n      more\n    c: >\n      fold\n      ed\n", "{\"a\":[1,{\"b\":\"text\\nmore\\n\",\"c\":\"fold ed\\n\"}]}");
    check("{a: [1, {b: c}], \"d\": e}", "{\"a\":[1,{\"b\":\"c\"}],\"d\":\"e\"}");
    check("1: a\ntrue: b\n~: c", "{\"1\":\"a\",\"true\":\"b\",\"~\":\"c\"}");
}

TEST(merge_keys_may_repeat_where_asked) {
    Limits l = limits_default();
    _doc_ Doc d = {0};
    CHECK_INT(yaml_parse_with(STR("a: {<<: x, <<: y, b: 1}"), "t.yaml", YAML_REPEATED_MERGE, &l, &d.arena, &d.diag, &d.root, &d.n), 0);
    CHECK_INT(node_count(node_first(d.root)), 3);
    check("a: {<<: x, <<: y}", "t.yaml:1:12: error: the key \"<<\" is here already, at 1:5");
}

static void check_old(const char *text, const char *want) {
    Limits l = limits_default();
    _doc_ Doc d = {0};
    CHECK_INT(yaml_parse_with(str_from(text), "t.yaml", YAML_OLD_SCALARS, &l, &d.arena, &d.diag, &d.root, &d.n), 0);
    _cleanup_(buf_done) Buf b = buf_new(4096);
    JsonWriter w = json_writer(&b, false);
    json_node(&w, NULL, d.root);
    CHECK_STR(buf_view(&b), want);
}

TEST(old_scalars_where_asked) {
    check_old("[yes, Yes, YES, on, On, ON, y, Y, true]", "[true,true,true,true,true,true,true,true,true]");
    check_old("[no, No, NO, off, Off, OFF, n, N, False]", "[false,false,false,false,false,false,false,false,false]");
    check_old("[yEs, oN, nope, 'yes', \"off\", !!str no, !Ref on]", "[\"yEs\",\"oN\",\"nope\",\"yes\",\"off\",\"no\",\"on\"]");
    check_old("[1_000, -1_0.5, 0b101, -0b1_1, +0x1F, -0o17, 0XfF, 0B1]", "[1000,-10.5,5,-3,31,-15,255,1]");
    check_old("[_1, 0b, 0b2, 0x_, 0xG, -0xffffffffffffffffff, '1_0', 1_a, -, +_]",
              "[\"_1\",\"0b\",\"0b2\",\"0x_\",\"0xG\",\"-0xffffffffffffffffff\",\"1_0\",\"1_a\",\"-\",\"+_\"]");
    check_old("on: !!bool yes\nno: !!int 1_0\na: &x off\nb: *x\nc: |\n  yes\n", "{\"on\":true,\"no\":10,\"a\":false,\"b\":false,\"c\":\"yes\\n\"}");
}

TEST(binary_is_refused_where_asked) {
    Limits l = limits_default();
    const char *const texts[] = {"a: !!binary eA==", "!!binary YQ==: x", "%TAG !t! tag:yaml.org,2002:\n---\n- !t!binary eA==\n", "[!<tag:yaml.org,2002:binary> eA==]"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        _doc_ Doc d = {0};
        CHECK_INT(yaml_parse_with(str_from(texts[i]), "t.yaml", YAML_NO_BINARY, &l, &d.arena, &d.diag, &d.root, &d.n), -EINVAL);
        CHECK_INT(d.diag.errors, 1);
    }
    check(texts[0], "{\"a\":\"eA==\"}");
}

/* The first key of a map. */
static bool is_merge(const char *text) {
    _doc_ Doc d = read_limited(str_from(text), limits_default());
    CHECK_INT(d.r, 0);
    CHECK_STR(node_first(d.root)->key, "<<");
    return node_first(d.root)->merge;
}

TEST(merge_keys_are_known) {
    CHECK(is_merge("<<: {a: b}"));
    CHECK(is_merge("{!!merge \"<<\": {a: b}}"));
    CHECK(!is_merge("\"<<\": {a: b}"));
    CHECK(!is_merge("'<<': {a: b}"));
    CHECK(!is_merge("!!str <<: {a: b}"));
    CHECK(!is_merge("!x <<: {a: b}"));
    _doc_ Doc d = read_limited(STR("a: &k '<<'\nb: {*k : {c: d}}\n"), limits_default());
    CHECK_INT(d.r, 0);
    CHECK(!node_first(node_get(d.root, "b"))->merge);
}

TEST(streams) {
    check("", "");
    check("# nothing\n", "");
    check("a\n---\nb\n...\n---\n- c\n", "\"a\" \"b\" [\"c\"]");
    check("\xEF\xBB\xBFk: v", "{\"k\":\"v\"}");
}

TEST(places_are_lines_and_byte_columns) {
    _doc_ Doc d = read_limited(STR("# caf\u00e9\n\u00e9t\u00e9: [x, \u00fc, z]\nb:\n  c: 1\n"), limits_default());
    CHECK_INT(d.r, 0);
    const Node *a = node_first(d.root);
    CHECK_INT(a->key_line, 2);
    CHECK_INT(a->key_col, 1);
    CHECK_INT(a->col, 8);
    const Node *z = node_first(a)->next->next;
    CHECK_STR(node_str(z), "z");
    CHECK_INT(z->line, 2);
    CHECK_INT(z->col, 16);
    const Node *c = node_path(d.root, "b", "c", NULL);
    CHECK(c != NULL);
    if (c) {
        CHECK_INT(c->line, 4);
        CHECK_INT(c->key_col, 3);
        CHECK_INT(c->col, 6);
    }
}

static void check_same_places(const Node *a, const Node *b) {
    CHECK(a->line == b->line && a->col == b->col && a->key_line == b->key_line && a->key_col == b->key_col && str_eq(a->key, b->key));
    CHECK_INT(node_count(a), node_count(b));
    for (const Node *x = node_first(a), *y = node_first(b); x && y; x = x->next, y = y->next)
        check_same_places(x, y);
}

/* Places are counted by libyaml in texts of ASCII, and by us in others: a comment at the end may not change them. */
TEST(places_are_counted_alike) {
    const char *text = "# c\n\na:\n  - b: 1\n    \"c\\n\":  [x, {y: z}]\n\n  - |\n    t\n\n    u\n  - >-\n    v\n    w\n? d\n: &e\n  f: \"g\n    h\"\n'i': *e\n? !!str 1\n: j\n";
    _cleanup_free_ char *other = xasprintf("%s# \xC3\xA9", text);
    _doc_ Doc d = read_limited(str_from(text), limits_default());
    _doc_ Doc e = read_limited(str_from(other), limits_default());
    CHECK_INT(d.r, 0);
    CHECK_INT(e.r, 0);
    if (d.root && e.root)
        check_same_places(d.root, e.root);
}

TEST(anchors_and_aliases) {
    check("a: &x {k: [1, 2]}\nb: *x\nc: *x", "{\"a\":{\"k\":[1,2]},\"b\":{\"k\":[1,2]},\"c\":{\"k\":[1,2]}}");
    check("- &s text\n- *s\n- {*s : 1}", "[\"text\",\"text\",{\"text\":1}]");
    check("- &a 1\n- &a 2\n- *a", "[1,2,2]");
    check("- *x", "t.yaml:1:3: error: the alias *x has no anchor before it");
    check("&a 1\n---\n*a", "t.yaml:3:1: error: the alias *a has no anchor before it");
    check("&a [*a]", "t.yaml:1:5: error: the alias *a is inside of its own anchor, at 1:1");
}

TEST(errors_name_place_and_cause) {
    check("a: 1\nb: 2\na: 3", "t.yaml:3:1: error: the key \"a\" is here already, at 1:1");
    check("a: [1, 2", "t.yaml:1:9: error: did not find expected ',' or ']', while parsing a flow sequence that began at 1:4");
    check("a: b: c", "t.yaml:1:5: error: mapping values are not allowed in this context");
    check("a:\n\t- b", "t.yaml:2:1: error: found character that cannot start any token, while scanning for the next token that began at 2:1");
    check("? [a]\n: b", "t.yaml:1:3: error: a key must be a scalar, not a list or a map");
    check("a: \xFF", "t.yaml:1:4: error: invalid leading UTF-8 octet: 0xFF");
}

TEST(billion_laughs_are_refused) {
    Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(&b, "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (int i = 1; i < 10; i++) {
        buf_printf(&b, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            buf_printf(&b, "%s*a%d", k ? ", " : "", i - 1);
        buf_putz(&b, "]\n");
    }
    _doc_ Doc d = read_limited(buf_view(&b), limits_default());
    CHECK_INT(d.r, -E2BIG);
    CHECK_INT(d.diag.errors, 1);
    CHECK(d.arena.used < 100000);
    buf_done(&b);
}

TEST(aliases_cannot_deepen_without_end) {
    Buf b = buf_new(BUF_OWN_MAX);
    buf_putz(&b, "- &a0 [x]\n");
    for (int i = 1; i < 200; i++)
        buf_printf(&b, "- &a%d [*a%d]\n", i, i - 1);
    _doc_ Doc d = read_limited(buf_view(&b), limits_default());
    CHECK_INT(d.r, -E2BIG);
    _cleanup_free_ char *text = diag_text(&d.diag);
    CHECK_STR(str_from(text), "t.yaml:128:10: error: values are nested deeper than 128\n");
    buf_done(&b);
}

TEST(limits_hold) {
    Limits l = limits_default();
    l.document_depth = 2;
    _doc_ Doc fits = read_limited(STR("[[1]]"), l);
    CHECK_INT(fits.r, 0);
    _doc_ Doc deep = read_limited(STR("[[[1]]]"), l);
    CHECK_INT(deep.r, -E2BIG);
    l.document_nodes = 3;
    _doc_ Doc many = read_limited(STR("[1, 2, 3]"), l);
    CHECK_INT(many.r, -E2BIG);
    l.document_bytes = 4;
    _doc_ Doc large = read_limited(STR("[1, 2]"), l);
    CHECK_INT(large.r, -E2BIG);
    Buf b = buf_new(BUF_OWN_MAX);
    for (int i = 0; i < 200000; i++)
        buf_putc(&b, '[');
    _doc_ Doc brackets = read_limited(buf_view(&b), limits_default());
    CHECK_INT(brackets.r, -E2BIG);
    buf_clear(&b);
    for (int i = 0; i < 100; i++)
        buf_printf(&b, "%%TAG !a%d! tag:example.org,2026:\n", i);
    buf_putz(&b, "--- x\n");
    _doc_ Doc tags = read_limited(buf_view(&b), limits_default());
    CHECK_INT(tags.r, -E2BIG);
    buf_done(&b);
}

TEST_MAIN()
