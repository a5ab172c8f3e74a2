/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/json-write.h"
#include "parse/node.h"
#include "unit/parse/doc.h"
#include "unit/tap.h"

static Doc read_limited(Str text, Limits limits) {
    Doc d = {0};
    d.r = toml_parse(text, "t.toml", &limits, &d.arena, &d.diag, &d.root);
    return d;
}

/* The document as JSON, or the errors. */
static void check(const char *text, const char *want) {
    _doc_ Doc d = read_limited(str_from(text), limits_default());
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    if (d.r < 0) {
        _cleanup_free_ char *all = diag_text(&d.diag);
        buf_str(&b, str_trim(str_from(all)));
    } else {
        JsonWriter w = json_writer(&b, false);
        json_node(&w, NULL, d.root);
    }
    CHECK_STR(buf_view(&b), want);
}

TEST(keys) {
    check("", "{}");
    check("# only a comment", "{}");
    check("a = 1\n\"b c\" = 2\n'd\"e' = 3\n1-_ = 4\n\"\" = 5", "{\"a\":1,\"b c\":2,\"d\\\"e\":3,\"1-_\":4,\"\":5}");
    check("a . b.'c.d' = 1\na.e = 2", "{\"a\":{\"b\":{\"c.d\":1},\"e\":2}}");
    check("3.14 = 1", "{\"3\":{\"14\":1}}");
    check("\"\\u00e9\" = 1\r\nb = 2 # x\r\n", "{\"\u00e9\":1,\"b\":2}");
}

TEST(strings) {
    check("a = \"x\\t\\\"\\\\\\u0041\\U0001F600\\b\\f\\n\\r\"", "{\"a\":\"x\\t\\\"\\\\A\U0001F600\\b\\f\\n\\r\"}");
    check("a = 'c:\\d\\e'", "{\"a\":\"c:\\\\d\\\\e\"}");
    check("a = \"\"\"\nx\\\n   \n  y\r\nz\"\"\"", "{\"a\":\"xy\\nz\"}");
    check("a = '''\nx\\\ny'''\nb = ''", "{\"a\":\"x\\\\\\ny\",\"b\":\"\"}");
    check("a = \"\"\"\"\"x\"\"\"\"\"\nb = ''''a''b'''''", "{\"a\":\"\\\"\\\"x\\\"\\\"\",\"b\":\"'a''b''\"}");
    check("a = \"\"\"\"\"\"", "{\"a\":\"\"}");
}

TEST(numbers_and_booleans) {
    check("a = [1, +2, -3, 1_000, 0xdead_BEEF, 0o755, 0b1101_0110, 0, +0]", "{\"a\":[1,2,-3,1000,3735928559,493,214,0,0]}");
    check("a = [1.5, -0.01, 5e+22, 1e06, 6.626e-34, 9_2.5_0]", "{\"a\":[1.5,-0.01,5e+22,1e06,6.626e-34,92.50]}");
    check("a = [inf, -inf, nan, true, false]", "{\"a\":[null,null,null,true,false]}");
    check("a = 9223372036854775807\nb = -9223372036854775808\nc = 0b0111111111111111111111111111111111111111111111111111111111111111",
          "{\"a\":9223372036854775807,\"b\":-9223372036854775808,\"c\":9223372036854775807}");
}

TEST(dates_and_times) {
    check("a = [1979-05-27T07:32:00Z, 1979-05-27 00:32:00.999999-07:00, 1979-05-27t07:32:00, 1979-05-27, 07:32:00.5]",
          "{\"a\":[\"1979-05-27T07:32:00Z\",\"1979-05-27 00:32:00.999999-07:00\",\"1979-05-27t07:32:00\",\"1979-05-27\",\"07:32:00.5\"]}");
    check("a = 2024-02-29\nb = 2024-02-29 # x", "{\"a\":\"2024-02-29\",\"b\":\"2024-02-29\"}");
    check("a = 2023-02-29", "t.toml:1:5: error: this is no date or time as RFC 3339 has them");
    check("a = 24:00:00", "t.toml:1:5: error: this is no date or time as RFC 3339 has them");
    check("a = 1979-05-27T07:32", "t.toml:1:5: error: this is no date or time as RFC 3339 has them");
}

TEST(lists_and_inline_tables) {
    check("a = [ # one\n 1,\n\n 2, # two\n]\nb = [[1], ['x', {c = 1}], []]", "{\"a\":[1,2],\"b\":[[1],[\"x\",{\"c\":1}],[]]}");
    check("a = {}\nb = { c.d = 1, c.e = 'f', g = {h = []} }", "{\"a\":{},\"b\":{\"c\":{\"d\":1,\"e\":\"f\"},\"g\":{\"h\":[]}}}");
}

TEST(tables) {
    check("[a]\nb = 1\n[c . \"d.e\"]\nf = 2", "{\"a\":{\"b\":1},\"c\":{\"d.e\":{\"f\":2}}}");
    check("[a.b.c]\nx = 1\n[a]\ny = 2", "{\"a\":{\"b\":{\"c\":{\"x\":1}},\"y\":2}}");
    check("[[a]]\nx = 1\n[a.b]\ny = 2\n[[a]]\n[[a.c]]\nz = 3\n[[a.c]]", "{\"a\":[{\"x\":1,\"b\":{\"y\":2}},{\"c\":[{\"z\":3},{}]}]}");
    check("[f]\na.b = 1\n[f.a.c]\nd = 2", "{\"f\":{\"a\":{\"b\":1,\"c\":{\"d\":2}}}}");
    check("[a.b.c]\n[a]\nb.d = 1", "{\"a\":{\"b\":{\"c\":{},\"d\":1}}}");
}

TEST(what_is_defined_once) {
    check("a = 1\nb = 2\na = 3\nb = 4",
          "t.toml:3:1: error: the key \"a\" is here already, as a value, at 1:1\n"
          "t.toml:4:1: error: the key \"b\" is here already, as a value, at 2:1");
    check("[a]\n[a]", "t.toml:2:2: error: the key \"a\" is here already, as a table, at 1:2");
    check("a = 1\n[a.b]", "t.toml:2:2: error: the key \"a\" is here already, as a value, at 1:1");
    check("a = {b = 1}\n[a.c]", "t.toml:2:2: error: the key \"a\" is here already, as an inline table, which is complete, at 1:1");
    check("a = {b = 1}\na.c = 2", "t.toml:2:1: error: the key \"a\" is here already, as an inline table, which is complete, at 1:1");
    check("a = []\n[[a]]", "t.toml:2:3: error: the key \"a\" is here already, as a list, which is complete, at 1:1");
    check("[[a]]\n[a]", "t.toml:2:2: error: the key \"a\" is here already, as a list of tables, at 1:3");
    check("a.b = 1\n[a]", "t.toml:2:2: error: the key \"a\" is here already, as a table, at 1:1");
    check("[a.b]\nx = 1\n[a]\nb.y = 2", "t.toml:4:1: error: the key \"b\" is here already, as a table with a header of its own, at 1:4");
    check("[a]\n[[a]]\nx = 1\nx = 2",
          "t.toml:2:3: error: the key \"a\" is here already, as a table, at 1:2\n"
          "t.toml:4:1: error: the key \"x\" is here already, as a value, at 3:1");
}

TEST(errors_name_place_and_cause) {
    check("a 1", "t.toml:1:3: error: expected '=' after the key, found '1'");
    check("= 1", "t.toml:1:1: error: expected a key, found '='");
    check("a = ", "t.toml:1:5: error: expected a value, found the end of the input");
    check("a = 1 b = 2", "t.toml:1:7: error: expected the end of the line, found 'b'");
    check("a = [1\nb = 2", "t.toml:2:1: error: expected ',' or ']' of the list that began at 1:5, found 'b'");
    check("a = {b = 1,\n}", "t.toml:1:12: error: expected a key, found a line break");
    check("a = {b = 1 c", "t.toml:1:12: error: expected ',' or '}' of the inline table that began at 1:5, found 'c'");
    check("a = \"x\nb = 1", "t.toml:1:5: error: this string does not end on its line");
    check("a = '''x\n", "t.toml:1:5: error: this string does not end");
    check("a = \"\"\"x\n\\q\"\"\"", "t.toml:2:2: error: expected one of \"\\bfnrtuU after '\\', found 'q'");
    check("a = \"\\ud800\"", "t.toml:1:6: error: this escape is no Unicode character");
    check("a = \"\\u12\"", "t.toml:1:6: error: expected four hexadecimal digits after '\\u'");
    check("a = \"x\x01\"", "t.toml:1:7: error: byte 0x01 inside a string: control characters must be escaped");
    check("# \x7F", "t.toml:1:3: error: a control character inside a comment");
    check("[a\nb = 1", "t.toml:1:3: error: expected ']' after the table's name, found a line break");
    check("[[a] ]", "t.toml:1:4: error: expected ']]' after the table's name, found ']'");
    check("a = 9223372036854775808", "t.toml:1:5: error: this number is outside of the range of 64-bit integers");
    check("\xEF\xBB\xBF" "a = 1\nb = \xFF", "t.toml:2:5: error: invalid UTF-8: byte 0xFF");
    const char *no_values[] = {"01", "1.", ".5", "1_", "_1", "1__0", "0x", "+0x1", "0b2", "1e", "1.e2", "yes", "True", "-", "1e1.5", "0_1"};
    for (size_t i = 0; i < ARRAY_SIZE(no_values); i++) {
        char text[64], want[96];
        snprintf(text, sizeof(text), "a = %s", no_values[i]);
        snprintf(want, sizeof(want), "t.toml:1:5: error: expected a value, found '%c'", no_values[i][0]);
        check(text, want);
    }
}

TEST(places_are_lines_and_byte_columns) {
    _doc_ Doc d = read_limited(STR("'\u00e9' = ['\u00fc', 1]\nx = '''\n\n'''\n[b]\n  c = [\n  2]\n"), limits_default());
    CHECK_INT(d.r, 0);
    const Node *one = node_first(node_first(d.root))->next;
    CHECK_INT(one->line, 1);
    CHECK_INT(one->col, 15);
    const Node *b = node_get(d.root, "b"), *two = node_first(node_get(b, "c"));
    CHECK_INT(b->line, 5);
    CHECK_INT(b->col, 2);
    CHECK(two != NULL);
    if (two) {
        CHECK_INT(two->line, 7);
        CHECK_INT(two->col, 3);
    }
}

TEST(limits_hold) {
    Limits l = limits_default();
    l.document_depth = 3;
    static const char *const fit[] = {"a = [[1]]", "a.b.c = 1", "[a.b]\nc = 1", "[[a]]\nb = 1"};
    static const char *const deep[] = {"a = [[[1]]]", "a.b.c.d = 1", "[a.b.c]", "[[a]]\nb.c = 1", "a = {b = {c = {}}}"};
    for (size_t i = 0; i < ARRAY_SIZE(fit); i++) {
        _doc_ Doc d = read_limited(str_from(fit[i]), l);
        CHECK_INT(d.r, 0);
    }
    for (size_t i = 0; i < ARRAY_SIZE(deep); i++) {
        _doc_ Doc d = read_limited(str_from(deep[i]), l);
        CHECK_INT(d.r, -E2BIG);
        CHECK_INT(d.diag.errors, 1);
    }
    l = limits_default();
    l.document_nodes = 4;
    _doc_ Doc fits = read_limited(STR("a = [1, 2]"), l);
    CHECK_INT(fits.r, 0);
    _doc_ Doc many = read_limited(STR("a = [1, 2, 3]"), l);
    CHECK_INT(many.r, -E2BIG);
    l.document_bytes = 4;
    _doc_ Doc large = read_limited(STR("a = 1"), l);
    CHECK_INT(large.r, -E2BIG);
}

TEST(many_keys_and_brackets_cost_no_square) {
    Buf b = buf_new(BUF_OWN_MAX);
    for (int i = 0; i < 200000; i++)
        buf_printf(&b, "k%d = %d\n", i, i);
    for (int i = 0; i < 100000; i++)
        buf_printf(&b, "[[t.u%d]]\n", i % 1000);
    _doc_ Doc keys = read_limited(buf_view(&b), limits_default());
    CHECK_INT(keys.r, 0);
    CHECK_INT(node_count(keys.root), 200001);
    buf_clear(&b);
    buf_putz(&b, "a = ");
    for (int i = 0; i < 200000; i++)
        buf_putc(&b, '[');
    _doc_ Doc brackets = read_limited(buf_view(&b), limits_default());
    CHECK_INT(brackets.r, -E2BIG);
    buf_done(&b);
}

TEST_MAIN()
