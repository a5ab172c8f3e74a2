/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "parse/json-write.h"
#include "parse/node.h"
#include "unit/parse/doc.h"
#include "unit/tap.h"

static Doc read_limited(Str text, Limits limits) {
    Doc d = {0};
    d.r = xml_parse(text, "t.xml", &limits, &d.arena, &d.diag, &d.root);
    return d;
}

/* The root's name and content as JSON, or the errors. */
static void check_str(Str text, const char *want) {
    _doc_ Doc d = read_limited(text, limits_default());
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    if (d.r < 0) {
        _cleanup_free_ char *all = diag_text(&d.diag);
        buf_str(&b, str_trim(str_from(all)));
    } else {
        buf_str(&b, d.root->key);
        JsonWriter w = json_writer(&b, false);
        json_node(&w, NULL, d.root);
    }
    CHECK_STR(buf_view(&b), want);
}

static void check(const char *text, const char *want) {
    check_str(str_from(text), want);
}

TEST(elements_attributes_text) {
    check("<a/>", "a{}");
    check("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a x='1' y=\"&lt;2&#233;\">t</a>", "a{\"\":\"t\",\"@x\":\"1\",\"@y\":\"<2\u00e9\"}");
    check("<a>\n  <b>1</b>\n  <c/>\n  <b>2</b>\n</a>", "a{\"b\":{\"\":\"1\"},\"c\":{},\"b\":{\"\":\"2\"}}");
    check("<a> one <b>in</b> two\r\nthree &amp; </a>", "a{\"\":\"one  two\\nthree &\",\"b\":{\"\":\"in\"}}");
    check("<a><![CDATA[<x> & ]]>y</a>", "a{\"\":\"<x> & y\"}");
    check("<n:a xmlns:n='u'><n:b/></n:a>", "n:a{\"@xmlns:n\":\"u\",\"n:b\":{}}");
    check("<!DOCTYPE a SYSTEM 'a.dtd'><a/>", "a{}");
}

TEST(other_encodings_become_utf8) {
    check("<?xml version='1.0' encoding='ISO-8859-1'?><a>caf\xE9\nx</a>", "a{\"\":\"caf\u00e9\\nx\"}");
    check_str(STR("\xFF\xFE<\0a\0>\0\xE9\0<\0/\0a\0>\0"), "a{\"\":\"\u00e9\"}");
}

TEST(text_in_one_piece_is_a_slice_of_the_input) {
    Str text = STR("<a>one\ntwo</a>");
    _doc_ Doc d = read_limited(text, limits_default());
    CHECK_INT(d.r, 0);
    CHECK(node_get_str(d.root, "").p == text.p + 3);
}

TEST(places) {
    _doc_ Doc d = read_limited(STR("<a>\n  <b>\u00e9</b><c\n>x</c></a>"), limits_default());
    const Node *b = node_first(d.root);
    CHECK_STR(b->key, "b");
    CHECK_INT(b->line, 2);
    CHECK_INT(b->col, 3);
    CHECK_INT(b->next->col, 12);
    const Node *x = node_first(b->next);
    CHECK_INT(x->line, 3);
    CHECK_INT(x->col, 2);
}

TEST(errors_name_place_and_cause) {
    check("", "t.xml:1:1: error: no element found");
    check("<a>\n<b></a>", "t.xml:2:6: error: mismatched tag, inside of <b> that began at 2:1");
    check("<a>\n", "t.xml:2:1: error: no element found, inside of <a> that began at 1:1");
    check("<a/><b/>", "t.xml:1:5: error: junk after document element");
    check("<a x='1' x='2'/>", "t.xml:1:10: error: duplicate attribute");
    check("<a>&nope;</a>", "t.xml:1:4: error: undefined entity, inside of <a> that began at 1:1");
    check("<!DOCTYPE a SYSTEM 'a.dtd'><a>&nope;</a>", "t.xml:1:31: error: the entity &nope; is not known: external declarations are not read");
    check("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
          "t.xml:1:13: error: a document type with declarations of its own (entities among them) is refused");
}

TEST(limits_hold) {
    Limits l = limits_default();
    l.document_depth = 2;
    _doc_ Doc fits = read_limited(STR("<a><b>x</b></a>"), l);
    CHECK_INT(fits.r, 0);
    _doc_ Doc deep = read_limited(STR("<a><b><c/></b></a>"), l);
    CHECK_INT(deep.r, -E2BIG);
    CHECK_INT(deep.diag.errors, 1);
    l.document_nodes = 3;
    _doc_ Doc many = read_limited(STR("<a><b/><b/><b/></a>"), l);
    CHECK_INT(many.r, -E2BIG);
    l.document_bytes = 3;
    _doc_ Doc large = read_limited(STR("<a/>"), l);
    CHECK_INT(large.r, -E2BIG);
    l = limits_default();
    _cleanup_(doc_done) Doc small = {.arena = {.max = 200}};
    small.r = xml_parse(STR("<a/>"), "t.xml", &l, &small.arena, &small.diag, &small.root);
    CHECK_INT(small.r, -E2BIG);
}

TEST_MAIN()
