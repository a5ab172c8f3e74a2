/* SPDX-License-Identifier: Apache-2.0 */
/* Events that wait: in the order in which they came, until what is older has been read, and not too many. */
#include "runtime/late.h"

#include "unit/tap.h"

TEST(they_wait) {
    LateEvents *l = late_new();
    LateEvent e;
    CHECK(!late_next(l, UINT64_MAX, &e));
    char bytes[] = "one";
    late_add(l, 10, 1, STR(bytes));
    bytes[0] = 'x'; /* it has a copy */
    late_add(l, 20, 2, STR("two"));
    CHECK(!late_next(l, 10, &e));
    CHECK(late_next(l, 11, &e));
    CHECK_STR(e.bytes, "one");
    CHECK_INT(e.number, 1);
    CHECK(!late_next(l, 20, &e));
    CHECK(late_next(l, UINT64_MAX, &e));
    CHECK_STR(e.bytes, "two");
    late_free(l);
}

TEST(not_too_many) {
    LateEvents *l = late_new();
    LateEvent e;
    size_t out = 0, n = 5000;
    for (size_t i = 0; i < n; i++) {
        late_add(l, 100 + i, i, STR("x"));
        for (; late_next(l, 0, &e); out++)
            CHECK_INT(e.number, out);
    }
    CHECK(out > n - 1100 && out < n);
    for (; late_next(l, UINT64_MAX, &e); out++)
        CHECK_INT(e.number, out);
    CHECK_INT(out, n);
    late_add(l, 1, 1, STR("left"));
    late_free(l);
}

TEST_MAIN()
