/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/deb822.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "unit/tap.h"

TEST(paragraphs_and_fields) {
    Deb822 r;
    Diag d = {0};
    Str text = STR("\n# file\nPackage: a\nVersion:1.0 \nDescription: short\n long\n .\n  more\n\n \t\nPackage: b\n");
    deb822_init(&r, text, "status");
    CHECK_INT(deb822_next(&r, &d), 1);
    CHECK_INT(r.paragraph, 3);
    CHECK_INT(r.n, 3);
    CHECK_STR(deb822_get(&r, "package"), "a");
    CHECK_STR(deb822_get(&r, "VERSION"), "1.0");
    CHECK(deb822_get(&r, "Package").p == text.p + 17);
    Str value = deb822_get(&r, "Description"), line;
    CHECK(deb822_line(&value, &line));
    CHECK_STR(line, "short");
    CHECK(deb822_line(&value, &line));
    CHECK_STR(line, "long");
    CHECK(deb822_line(&value, &line));
    CHECK_STR(line, "");
    CHECK(deb822_line(&value, &line));
    CHECK_STR(line, "more");
    CHECK(!deb822_line(&value, &line));
    CHECK(deb822_field(&r, "Depends") == NULL);
    CHECK(deb822_get(&r, "Depends").p == NULL);
    CHECK_INT(deb822_next(&r, &d), 1);
    CHECK_INT(r.paragraph, 11);
    CHECK_STR(deb822_get(&r, "Package"), "b");
    CHECK_INT(deb822_next(&r, &d), 0);
    CHECK_INT(d.errors, 0);
}

TEST(lists_begin_on_the_next_line_and_hold_comments) {
    Deb822 r;
    deb822_init(&r, STR("SHA256:\r\n abc 1 x\r\n# said: inside\n def 2 y\r\n# behind\nNext: 1"), "Release");
    CHECK_INT(deb822_next(&r, NULL), 1);
    CHECK_INT(r.n, 2);
    CHECK_STR(deb822_get(&r, "Next"), "1");
    CHECK_INT(deb822_field(&r, "Next")->line, 6);
    Str value = deb822_get(&r, "SHA256"), line;
    CHECK(deb822_line(&value, &line));
    CHECK_STR(line, "abc 1 x");
    CHECK(deb822_line(&value, &line));
    CHECK_STR(line, "def 2 y");
    CHECK(!deb822_line(&value, &line));
}

TEST(empty_texts_have_no_paragraph) {
    Deb822 r;
    deb822_init(&r, STR(""), "x");
    CHECK_INT(deb822_next(&r, NULL), 0);
    deb822_init(&r, STR_NULL, "x");
    CHECK_INT(deb822_next(&r, NULL), 0);
    deb822_init(&r, STR("\n\n# only\n"), "x");
    CHECK_INT(deb822_next(&r, NULL), 0);
}

TEST(bad_paragraphs_cost_only_themselves) {
    Deb822 r;
    Diag d = {0};
    deb822_init(&r, STR("Package: a\nno field\nVersion: 1\n\n lost\n\nA: 1\na: 2\n\nA b: 1\n\nPackage: z\n"), "status");
    CHECK_INT(deb822_next(&r, &d), -EINVAL);
    CHECK_STR(deb822_get(&r, "Version"), "1");
    CHECK_INT(deb822_next(&r, &d), -EINVAL);
    CHECK_INT(deb822_next(&r, &d), -EINVAL);
    CHECK_INT(deb822_next(&r, &d), -EINVAL);
    CHECK_INT(deb822_next(&r, &d), 1);
    CHECK_STR(deb822_get(&r, "Package"), "z");
    CHECK_INT(deb822_next(&r, &d), 0);
    _cleanup_free_ char *text = diag_text(&d);
    CHECK_STR(str_from(text), "status:2:1: error: expected \"Field: value\", found \"no field\"\n"
                              "status:5:1: error: expected \"Field: value\", found \" lost\"\n"
                              "status:8:1: error: the field \"a\" is here already, at line 7\n"
                              "status:10:1: error: expected \"Field: value\", found \"A b: 1\"\n");
    diag_done(&d);
}

TEST(fields_are_bounded) {
    Buf b = buf_new(BUF_OWN_MAX);
    for (int i = 0; i < DEB822_FIELDS_MAX + 10; i++)
        buf_printf(&b, "F%d: %d\n", i, i);
    buf_putz(&b, "\nNext: 1\n");
    Deb822 r;
    Diag d = {0};
    deb822_init(&r, buf_view(&b), "x");
    CHECK_INT(deb822_next(&r, &d), -E2BIG);
    CHECK_INT(r.n, DEB822_FIELDS_MAX);
    CHECK_INT(d.errors, 1);
    CHECK_INT(deb822_next(&r, &d), 1);
    CHECK_STR(deb822_get(&r, "Next"), "1");
    diag_done(&d);
    buf_done(&b);
}

TEST_MAIN()
