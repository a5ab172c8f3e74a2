/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "unit/tap.h"

TEST(trims_both_ends) {
    CHECK_STR(str_trim(STR(" \ta b\r\n")), "a b");
    CHECK_STR(str_trim(STR("   ")), "");
    CHECK_STR(str_trim(STR_NULL), "");
}

TEST(splits_and_keeps_empty_parts) {
    Str rest = STR("a,,b"), part;
    CHECK(str_split(&rest, ',', &part));
    CHECK_STR(part, "a");
    CHECK(str_split(&rest, ',', &part));
    CHECK_STR(part, "");
    CHECK(str_split(&rest, ',', &part));
    CHECK_STR(part, "b");
    CHECK(!str_split(&rest, ',', &part));
}

TEST(lines_lose_their_ends) {
    Str rest = STR("one\r\ntwo\n\nlast"), line;
    const char *want[] = {"one", "two", "", "last"};
    for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
        CHECK(str_line(&rest, &line));
        CHECK_STR(line, want[i]);
    }
    CHECK(!str_line(&rest, &line));
}

TEST(numbers_are_whole_or_refused) {
    uint64_t v = 7;
    CHECK_INT(str_to_u64(STR("18446744073709551615"), UINT64_MAX, &v), 0);
    CHECK(v == UINT64_MAX);
    CHECK_INT(str_to_u64(STR("18446744073709551616"), UINT64_MAX, &v), -ERANGE);
    CHECK_INT(str_to_u64(STR("11"), 10, &v), -ERANGE);
    CHECK_INT(str_to_u64(STR("-1"), 10, &v), -EINVAL);
    CHECK_INT(str_to_u64(STR(""), 10, &v), -EINVAL);
    CHECK_INT(str_to_u64(STR("1 "), 10, &v), -EINVAL);
}

TEST(compares_bytes_then_length) {
    CHECK(str_cmp(STR("a"), STR("b")) < 0);
    CHECK(str_cmp(STR("a"), STR("ab")) < 0);
    CHECK(str_cmp(STR("\xff"), STR("a")) > 0);
    CHECK_INT(str_cmp(STR_NULL, STR("")), 0);
}

TEST(utf8_is_checked_by_rfc_3629) {
    CHECK(str_is_utf8(STR("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\xa2")));
    CHECK(!str_is_utf8(STR("\xc0\x80")));         /* overlong */
    CHECK(!str_is_utf8(STR("\xed\xa0\x80")));     /* surrogate */
    CHECK(!str_is_utf8(STR("\xf4\x90\x80\x80"))); /* beyond U+10FFFF */
    CHECK(!str_is_utf8(STR("\xe2\x82")));         /* cut short */
}

TEST_MAIN()
