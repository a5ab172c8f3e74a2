/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"
#include "report/summary.h"
#include "unit/tap.h"

#define GIVES(call, want)                         \
    do {                                          \
        Buf b = buf_new(4096);                    \
        call;                                     \
        CHECK_STR(buf_view(&b), want);            \
        buf_done(&b);                             \
    } while (0)

TEST(cleans_what_moves_a_terminal) {
    GIVES(text_clean(&b, STR("a\033[1mb\x7f\tc\r\nd")), "a\\x1b[1mb\\x7f c  d");
    GIVES(text_clean(&b, STR("\xc2\x9b" "31m")), "\\u{9b}31m");
    GIVES(text_clean(&b, STR("a\xe2\x80\xae" "b\xef\xbb\xbf")), "a\\u{202e}b\\u{feff}");
    GIVES(text_clean(&b, STR("\xff\xc3(\xc0\x80")), "\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd");
    GIVES(text_clean(&b, STR("gr\xc3\xb6\xc3\x9f" "e")), "gr\xc3\xb6\xc3\x9f" "e");
}

TEST(escapes_markup) {
    GIVES(text_xml(&b, STR("<a b=\"c\">&'\n\001")), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;&#10;\xef\xbf\xbd");
    GIVES(text_markdown(&b, STR("a|b_c`@d <e>")), "a\\|b\\_c\\`&#64;d &lt;e&gt;");
    GIVES(text_markdown_code(&b, STR("a`b|c")), "`a'b\\|c`");
    GIVES(text_markdown_code(&b, STR("")), "");
}

TEST(measures_columns_not_bytes) {
    TextLocale l = text_locale_enter();
    CHECK_INT(text_width(STR("abc")), 3);
    CHECK_INT(text_width(STR("\xe4\xb8\xad\xe6\x96\x87")), 4);   /* two wide characters */
    CHECK_INT(text_width(STR("e\xcc\x81")), 1);                  /* e and a combining accent */
    GIVES(text_cut(&b, STR("abcdef"), 4), "abc\xe2\x80\xa6");
    GIVES(text_cut(&b, STR("abcd"), 4), "abcd");
    GIVES(text_cut(&b, STR("\xe4\xb8\xad\xe6\x96\x87"), 3), "\xe4\xb8\xad\xe2\x80\xa6");
    text_locale_leave(&l);
}

TEST(wraps_at_words_and_breaks_long_ones) {
    GIVES(text_wrap(&b, STR("one two three four"), 14, 2, 2), "one two\n  three four");
    GIVES(text_wrap(&b, STR("abcdefghijklmnopqrstuvwxyz"), 14, 2, 2), "abcdefghijkl\n  mnopqrstuvwx\n  yz");
    GIVES(text_wrap(&b, STR("one two three four"), 0, 2, 2), "one two three four");
}

TEST(numbers_for_people) {
    GIVES(text_count(&b, 1234567), "1,234,567");
    GIVES(text_count(&b, 999), "999");
    GIVES(text_bytes(&b, 999), "999 B");
    GIVES(text_bytes(&b, 80123456), "80.1 MB");
    GIVES(text_bytes(&b, UINT64_MAX), "18.4 EB");
}

static void instruction(const char *created_by, const char *want) {
    LayerInfo l = {.created_by = str_from(created_by)};
    Report r = {.artifact = {.layers = &l, .n_layers = 1}};
    GIVES(layer_instruction(&b, &r, 0), want);
}

TEST(instructions_are_shortened) {
    instruction("/bin/sh -c #(nop) ADD file:1 in / ", "ADD file:1 in /");
    instruction("ADD file:4b1be1de1a1e5aa608c688cad2824587262081866180d7368feb79d33ca05953 in /", "ADD file:4b1be1de1a1e\xe2\x80\xa6 in /");
    instruction("/bin/sh -c apt-get  update", "RUN apt-get update");
    instruction("|1 A=b /bin/sh -c make", "RUN make");
    instruction("RUN |1 A=b /bin/sh -c make # buildkit", "RUN make");
    instruction("RUN /bin/sh -c make # buildkit", "RUN make");
    instruction("COPY a b # buildkit", "COPY a b");
    instruction("", "");
    Report r = {0};
    GIVES(layer_instruction(&b, &r, 5), "");
}

TEST_MAIN()
