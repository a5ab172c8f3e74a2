/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/node.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "parse/json-write.h"
#include "unit/parse/doc.h"
#include "unit/tap.h"

static Doc read_limited(Str text, Limits limits) {
    Doc d = {0};
    d.r = json_parse(text, "t.json", &limits, &d.arena, &d.diag, &d.root);
    return d;
}

static Doc read_doc(const char *text) {
    return read_limited(str_from(text), limits_default());
}

static void check_error(const char *text, int r, const char *message) {
    _doc_ Doc d = read_doc(text);
    CHECK_INT(d.r, r);
    CHECK(d.root == NULL);
    _cleanup_free_ char *all = diag_text(&d.diag);
    CHECK_STR(str_trim(str_from(all)), message);
}

TEST(values_have_types_and_text) {
    _doc_ Doc d = read_doc("{\"a\": [1, -2.5e3, true, false, null, \"x\"], \"b\": {}}");
    CHECK_INT(d.r, 0);
    const Node *a = node_get(d.root, "a");
    CHECK_INT(node_count(a), 6);
    const Node *n = node_first(a);
    int64_t whole = 0;
    CHECK_INT(node_i64(n, &whole), 0);
    CHECK_INT(whole, 1);
    n = n->next;
    double real = 0;
    CHECK(node_double(n, &real) && real == -2500);
    CHECK_INT(node_i64(n, &whole), -EINVAL);
    n = n->next;
    CHECK(node_true(n));
    n = n->next;
    CHECK(node_is(n, NODE_BOOL) && !node_true(n));
    n = n->next;
    CHECK(node_is(n, NODE_NULL));
    n = n->next;
    CHECK_STR(node_str(n), "x");
    CHECK(n->next == NULL);
    CHECK(node_is(node_get(d.root, "b"), NODE_MAP));
    CHECK(node_get(d.root, "c") == NULL);
    CHECK_INT(node_i64(node_get(d.root, "c"), &whole), -ENOENT);
    CHECK(node_path(d.root, "b", "c", "d", NULL) == NULL);
}

TEST(places_are_lines_and_byte_columns) {
    _doc_ Doc d = read_doc("{\n  \"k\u00e9y\": 1,\r\n\t\"b\" : [\n\n true ] }");
    CHECK_INT(d.r, 0);
    const Node *a = node_first(d.root);
    CHECK_INT(d.root->line, 1);
    CHECK_INT(d.root->col, 1);
    CHECK_INT(a->key_line, 2);
    CHECK_INT(a->key_col, 3);
    CHECK_INT(a->line, 2);
    CHECK_INT(a->col, 11);
    const Node *b = a->next;
    CHECK_INT(b->key_line, 3);
    CHECK_INT(b->key_col, 2);
    CHECK_INT(b->col, 8);
    CHECK_INT(node_first(b)->line, 5);
    CHECK_INT(node_first(b)->col, 2);
}

TEST(plain_strings_are_slices_of_the_input) {
    Str text = STR("[\"plain\", \"esc\\n\"]");
    _doc_ Doc d = read_limited(text, limits_default());
    const Node *n = node_first(d.root);
    CHECK(n->text.p == text.p + 2);
    n = n->next;
    CHECK_STR(n->text, "esc\n");
    CHECK(n->text.p < text.p || n->text.p >= text.p + text.n);
}

TEST(escapes) {
    _doc_ Doc d = read_doc("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00 and a long plain tail\"");
    CHECK_INT(d.r, 0);
    CHECK_STR(node_str(d.root), "\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80 and a long plain tail");
    _doc_ Doc z = read_doc("\"a\\u0000b\"");
    CHECK_INT(z.r, 0);
    CHECK(str_eq(node_str(z.root), str_n("a\0b", 3)));
}

/* What a terminal would obey is written as an escape, which reads as the same text; neighbours of those ranges stay. */
TEST(quotes_what_a_terminal_obeys) {
    _cleanup_(buf_done) Buf b = buf_new(4096);
    json_quote(&b, STR("\x7F\xC2\x9B" "31m\xC2\xA0\xE2\x80\xA9\xE2\x80\xAE\xE2\x81\xA6\xE2\x81\xAA"));
    CHECK_STR(buf_view(&b), "\"\\u007f\\u009b31m\xC2\xA0\xE2\x80\xA9\\u202e\\u2066\xE2\x81\xAA\"");
}

TEST(quotes_every_byte_at_every_place) {
    static const char raw[] = "\b\t\n\f\r\"\\";
    for (size_t at = 0; at < 20; at++)
        for (unsigned c = 0; c < 0x80; c++) {
            char text[20], want[64];
            size_t n = 0;
            memset(text, 'x', sizeof(text));
            text[at] = (char) c;
            want[n++] = '"';
            for (size_t i = 0; i < sizeof(text); i++) {
                const char *letter = c ? strchr(raw, text[i]) : NULL;
                if (i == at && letter)
                    n += (size_t) snprintf(want + n, sizeof(want) - n, "\\%c", "btnfr\"\\"[letter - raw]);
                else if (i == at && (c < 0x20 || c == 0x7F))
                    n += (size_t) snprintf(want + n, sizeof(want) - n, "\\u%04x", c);
                else
                    want[n++] = text[i];
            }
            want[n++] = '"';
            Buf b = buf_new(BUF_OWN_MAX);
            json_quote(&b, str_n(text, sizeof(text)));
            CHECK_MSG(str_eq(buf_view(&b), str_n(want, n)), "byte %02x at %zu: %.*s", c, at, STR_FMT(buf_view(&b)));
            buf_done(&b);
        }
}

TEST(numbers_fit_or_say_so) {
    _doc_ Doc d = read_doc("[9223372036854775807, -9223372036854775808, 9223372036854775808, 0.00043, 123456789012345678, 1e-400, 1.7976931348623157e308]");
    const Node *n = node_first(d.root);
    int64_t v = 0;
    double f = 0;
    CHECK(node_i64(n, &v) == 0 && v == INT64_MAX);
    n = n->next;
    CHECK(node_i64(n, &v) == 0 && v == INT64_MIN);
    n = n->next;
    CHECK_INT(node_i64(n, &v), -ERANGE);
    n = n->next;
    CHECK(node_double(n, &f) && f == 0.00043);
    n = n->next;
    CHECK(node_double(n, &f) && f == 123456789012345678.0);
    n = n->next;
    CHECK(node_double(n, &f) && f == 0);
    n = n->next;
    CHECK(node_double(n, &f) && f == 1.7976931348623157e308);
}

TEST(errors_name_place_and_cause) {
    check_error("", -EINVAL, "t.json:1:1: error: expected a value, found the end of the input");
    check_error("{\"a\" 1}", -EINVAL, "t.json:1:6: error: expected ':' after the key, found '1'");
    check_error("{\n\"a\": 1\n\"b\": 2}", -EINVAL, "t.json:3:1: error: expected ',' or '}' of the map that began at 1:1, found a string");
    check_error("[1, 2", -EINVAL, "t.json:1:6: error: expected ',' or ']' of the list that began at 1:1, found the end of the input");
    check_error("{\"a\":1,}", -EINVAL, "t.json:1:8: error: expected a key, found '}'");
    check_error("[1,]", -EINVAL, "t.json:1:4: error: expected a value, found ']'");
    check_error("[01]", -EINVAL, "t.json:1:2: error: a number may not start with a superfluous 0");
    check_error("[1.]", -EINVAL, "t.json:1:4: error: expected a digit after the decimal point, found ']'");
    check_error("[1e+]", -EINVAL, "t.json:1:5: error: expected a digit in the exponent, found ']'");
    check_error("[-]", -EINVAL, "t.json:1:3: error: expected a digit, found ']'");
    check_error("[tru]", -EINVAL, "t.json:1:2: error: expected a value, found 't'");
    check_error("1 2", -EINVAL, "t.json:1:3: error: expected nothing after the value, found '2'");
    check_error("\"abc", -EINVAL, "t.json:1:1: error: this string does not end");
    check_error("\"a\\", -EINVAL, "t.json:1:4: error: expected a character after '\\', found the end of the input");
    check_error("\"a\nb\"", -EINVAL, "t.json:1:3: error: a line break inside a string: control characters must be escaped");
    check_error("\"a\\x\"", -EINVAL, "t.json:1:4: error: expected one of \"\\/bfnrtu after '\\', found 'x'");
    check_error("\"\\u12g4\"", -EINVAL, "t.json:1:2: error: expected four hexadecimal digits after '\\u'");
    check_error("\"\\ud800x\"", -EINVAL, "t.json:1:2: error: the first half of a surrogate pair without its second half");
    check_error("\"\\udc00\"", -EINVAL, "t.json:1:2: error: the second half of a surrogate pair without its first half");
    check_error("[\"ab\xFF\"]", -EINVAL, "t.json:1:5: error: invalid UTF-8: byte 0xFF");
    check_error("[\"caf\xC3\"]", -EINVAL, "t.json:1:6: error: invalid UTF-8: byte 0xC3");
    check_error("[\"\xC3\xA9\xED\xA0\x80\"]", -EINVAL, "t.json:1:5: error: invalid UTF-8: byte 0xED");
    check_error("{\"a\":1,\n \"a\":2}", -EINVAL, "t.json:2:2: error: the key \"a\" is here already, at 1:2");
}

TEST(a_byte_order_mark_is_passed_over) {
    _doc_ Doc d = read_doc("\xEF\xBB\xBF{}");
    CHECK_INT(d.r, 0);
    CHECK_INT(d.root->col, 1);
}

TEST(duplicate_keys_are_all_reported) {
    check_error("{\"a\":1, \"b\":{\"c\":0,\"c\":0}, \"a\":2}", -EINVAL,
                "t.json:1:20: error: the key \"c\" is here already, at 1:14\nt.json:1:28: error: the key \"a\" is here already, at 1:2");
}

TEST(large_maps_find_duplicates_too) {
    Buf b = buf_new(BUF_OWN_MAX);
    buf_putc(&b, '{');
    for (int i = 0; i < 100000; i++)
        buf_printf(&b, "%s\"key%d\":%d", i ? "," : "", i, i);
    _doc_ Doc ok = {0};
    buf_putc(&b, '}');
    ok = read_limited(buf_view(&b), limits_default());
    CHECK_INT(ok.r, 0);
    CHECK_INT(node_count(ok.root), 100000);
    b.n--;
    buf_putz(&b, ",\"key77\":0,\"key3\":0}");
    _doc_ Doc bad = read_limited(buf_view(&b), limits_default());
    CHECK_INT(bad.r, -EINVAL);
    CHECK_INT(bad.diag.errors, 2);
    buf_done(&b);
}

TEST(limits_hold) {
    Limits l = limits_default();
    l.document_depth = 3;
    _doc_ Doc fits = read_limited(STR("[[[1]]]"), l);
    CHECK_INT(fits.r, 0);
    _doc_ Doc deep = read_limited(STR("[[[[1]]]]"), l);
    CHECK_INT(deep.r, -E2BIG);
    _cleanup_free_ char *text = diag_text(&deep.diag);
    CHECK_STR(str_from(text), "t.json:1:4: error: values are nested deeper than 3\n");
    l.document_nodes = 4;
    _doc_ Doc many = read_limited(STR("[1,2,3,4]"), l);
    CHECK_INT(many.r, -E2BIG);
    l.document_bytes = 8;
    _doc_ Doc large = read_limited(STR("[1,2,3,4]"), l);
    CHECK_INT(large.r, -E2BIG);
    _cleanup_(doc_done) Doc small = {.arena = {.max = 100}};
    l = limits_default();
    small.r = json_parse(STR("[1,2]"), "t.json", &l, &small.arena, &small.diag, &small.root);
    CHECK_INT(small.r, -E2BIG);
    CHECK_INT(small.diag.errors, 1);
}

TEST(json_lines_survive_bad_lines) {
    Str rest = STR("{\"a\":1}\n\nnot json\n[2]\r\n3");
    Limits l = limits_default();
    uint32_t line = 0;
    _cleanup_(doc_done) Doc d = {0};
    CHECK_INT(json_lines_next(&rest, "t.jsonl", &line, &l, &d.arena, &d.diag, &d.root), 1);
    CHECK_INT(line, 1);
    CHECK_INT(json_lines_next(&rest, "t.jsonl", &line, &l, &d.arena, &d.diag, &d.root), -EINVAL);
    CHECK_INT(line, 3);
    CHECK_INT(d.diag.items.p[0].line, 3);
    CHECK_INT(json_lines_next(&rest, "t.jsonl", &line, &l, &d.arena, &d.diag, &d.root), 1);
    CHECK_INT(d.root->line, 4);
    CHECK_INT(json_lines_next(&rest, "t.jsonl", &line, &l, &d.arena, &d.diag, &d.root), 1);
    CHECK_INT(json_lines_next(&rest, "t.jsonl", &line, &l, &d.arena, &d.diag, &d.root), 0);
}

static void write_sample(Buf *out, bool pretty) {
    JsonWriter w = json_writer(out, pretty);
    json_map(&w, NULL);
    json_str(&w, "name", STR("a\"\\\n\x01\xC3\xA9\xFF!"));
    json_list(&w, "list");
    json_u64(&w, NULL, UINT64_MAX);
    json_i64(&w, NULL, INT64_MIN);
    json_double(&w, NULL, 0.1);
    json_bool(&w, NULL, true);
    json_null(&w, NULL);
    json_end(&w);
    json_map(&w, "none");
    json_end(&w);
    json_key(&w, STR("k"));
    json_list(&w, NULL);
    json_end(&w);
    json_end(&w);
}

static Doc read_with(const char *text, JsonOptions o) {
    Doc d = {0};
    Limits limits = limits_default();
    d.r = json_parse_with(str_from(text), "t.json", &o, &limits, &d.arena, &d.diag, &d.root);
    return d;
}

TEST(comments_and_trailing_commas_on_request) {
    const char *text = "// first\n{ /* a\nb */ \"a\": [1, 2, /* * / */], // end\n \"b\": {\"c\": null,},\n} // no line break behind";
    _doc_ Doc d = read_with(text, (JsonOptions) {.flags = JSON_COMMENTS});
    CHECK_INT(d.r, 0);
    CHECK_INT(node_count(node_get(d.root, "a")), 2);
    CHECK_INT(node_get(d.root, "a")->key_line, 3);
    CHECK_INT(node_get(d.root, "b")->key_line, 4);
    CHECK(node_is(node_path(d.root, "b", "c", NULL), NODE_NULL));
    _doc_ Doc strict = read_doc(text);
    CHECK_INT(strict.r, -EINVAL);
    static const char *const bad[] = {"[,]", "{,}", "[1,,]", "[1 /* no end", "{\"a\": 1 / }", "[1,", "{\"a\":1,", "/"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _doc_ Doc b = read_with(bad[i], (JsonOptions) {.flags = JSON_COMMENTS});
        CHECK_MSG(b.r == -EINVAL && b.diag.errors > 0, "%s gives %d", bad[i], b.r);
    }
}

TEST(of_repeated_keys_the_last_counts_on_request) {
    Buf text = buf_new(BUF_OWN_MAX);
    buf_putz(&text, "{\"a\": 1, \"b\": 2, \"a\": {\"x\": 3}");
    /* Beyond the size up to which keys are compared in place. */
    for (int i = 0; i < 100; i++)
        buf_printf(&text, ", \"k%d\": %d", i % 40, i);
    buf_putz(&text, "}");
    _doc_ Doc d = read_with(text.p, (JsonOptions) {.flags = JSON_REPEATS});
    CHECK_INT(d.r, 0);
    CHECK_INT(node_count(d.root), 42);
    CHECK(node_first(d.root)->next && str_eqz(node_first(d.root)->next->key, "b"));
    CHECK(node_is(node_path(d.root, "a", "x", NULL), NODE_NUMBER));
    CHECK_STR(node_get(d.root, "k19")->text, "99");
    buf_done(&text);
}

/* Sections and keys as they come, with what they hold. */
static int note_member(void *userdata, Str section, const Node *member) {
    Buf *b = userdata;
    buf_printf(b, "%.*s.%.*s@%u=%zu ", STR_FMT(section), STR_FMT(member->key), member->key_line, node_count(member));
    return str_eqz(member->key, "stop") ? -ECANCELED : 0;
}

TEST(members_of_sections_come_one_by_one) {
    Buf b = buf_new(BUF_OWN_MAX);
    JsonOptions o = {.each = note_member, .userdata = &b};
    _doc_ Doc d = read_with("{\"v\": 1,\n\"p\": {\"a\": [1, 2],\n\"b\\u002d\": {\"deep\": {\"x\": 1}}}, \"list\": [{\"not\": 1}], \"q\": {\"c\": 7}}", o);
    CHECK_INT(d.r, 0);
    CHECK_STR(buf_view(&b), "p.a@2=2 p.b-@3=1 q.c@3=0 ");
    /* The root keeps keys, and everything that is no section. */
    CHECK_INT(node_count(node_get(d.root, "p")), 2);
    CHECK(node_is(node_path(d.root, "p", "a", NULL), NODE_NULL));
    CHECK_INT(node_count(node_get(d.root, "list")), 1);
    buf_clear(&b);
    _doc_ Doc stopped = read_with("{\"p\": {\"stop\": 1, \"more\": 2}}", o);
    CHECK_INT(stopped.r, -ECANCELED);
    CHECK_STR(buf_view(&b), "p.stop@1=0 ");
    buf_clear(&b);
    _doc_ Doc cut = read_with("{\"p\": {\"a\": [1], \"b\": [1, ", o);
    CHECK_INT(cut.r, -EINVAL);
    CHECK_STR(buf_view(&b), "p.a@1=1 ");
    buf_done(&b);
}

/* What was handed over no longer counts against the limit on values. */
TEST(sections_may_hold_more_than_fits) {
    Buf text = buf_new(BUF_OWN_MAX), b = buf_new(BUF_OWN_MAX);
    buf_putz(&text, "{\"p\": {\"k\": 0");
    for (int i = 0; i < 50; i++)
        buf_printf(&text, ", \"k%d\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", i);
    buf_putz(&text, "}}");
    Limits limits = limits_default();
    limits.document_nodes = 100;
    for (int each = 0; each < 2; each++) {
        _doc_ Doc d = {0};
        JsonOptions o = {.each = each ? note_member : NULL, .userdata = &b};
        d.r = json_parse_with(buf_view(&text), "t.json", &o, &limits, &d.arena, &d.diag, &d.root);
        CHECK_INT(d.r, each ? 0 : -E2BIG);
    }
    buf_done(&text);
    buf_done(&b);
}

TEST(writer_compact_and_pretty) {
    Buf b = buf_new(BUF_OWN_MAX);
    write_sample(&b, false);
    CHECK_STR(buf_view(&b), "{\"name\":\"a\\\"\\\\\\n\\u0001\u00e9\uFFFD!\",\"list\":[18446744073709551615,-9223372036854775808,0.1,true,null],"
                            "\"none\":{},\"k\":[]}");
    buf_clear(&b);
    write_sample(&b, true);
    CHECK_STR(buf_view(&b), "{\n  \"name\": \"a\\\"\\\\\\n\\u0001\u00e9\uFFFD!\",\n  \"list\": [\n    18446744073709551615,\n"
                            "    -9223372036854775808,\n    0.1,\n    true,\n    null\n  ],\n  \"none\": {},\n  \"k\": []\n}");
    CHECK_INT(b.failed, 0);
    buf_done(&b);
}

TEST(writer_gives_back_what_was_read) {
    const char *text = "{\"a\":[1,2.50,-0,1E5,\"x\\ty\"],\"b\":{\"c\":null,\"d\":[true,false,{}]}}";
    _doc_ Doc d = read_doc(text);
    Buf b = buf_new(BUF_OWN_MAX);
    JsonWriter w = json_writer(&b, false);
    json_node(&w, NULL, d.root);
    CHECK_STR(buf_view(&b), text);
    buf_done(&b);
}

TEST_MAIN()
