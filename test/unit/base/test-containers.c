/* SPDX-License-Identifier: Apache-2.0 */
/* buf, arena, map, vec, wire */
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "base/wire.h"
#include "unit/tap.h"

TEST(buf_never_passes_its_maximum) {
    _cleanup_(buf_done) Buf b = buf_new(4);
    CHECK_INT(buf_putz(&b, "abc"), 0);
    CHECK_INT(buf_putz(&b, "de"), -E2BIG);
    CHECK_STR(buf_view(&b), "abc");
    CHECK_INT(b.failed, -E2BIG);
    CHECK_INT(buf_putc(&b, 'd'), 0);
    CHECK_STR(buf_view(&b), "abcd");
    CHECK_INT(buf_printf(&b, "%d", 1), -E2BIG);
}

TEST(buf_prints_what_is_longer_than_its_scratch) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    CHECK_INT(buf_printf(&b, "%0400d|", 7), 0);
    CHECK_INT(b.n, 401);
    CHECK(b.p[400] == '|' && b.p[399] == '7' && b.p[401] == 0);
}

TEST(arena_may_begin_small) {
    _cleanup_(arena_done) Arena a = {.first = 64, .max = 4096};
    Str s[100];
    for (int i = 0; i < 100; i++)
        s[i] = arena_printf(&a, "string %d", i);
    CHECK(str_eqz(s[0], "string 0") && str_eqz(s[7], "string 7") && str_eqz(s[99], "string 99"));
    CHECK_INT((long long) a.used, 10 * 9 + 90 * 10);
    arena_done(&a);
    CHECK_INT((long long) a.first, 64);
}

TEST(arena_aligns_and_stops_at_its_maximum) {
    _cleanup_(arena_done) Arena a = {.max = 100000};
    arena_str(&a, STR("x"));
    void *p = arena_alloc(&a, 24);
    CHECK_INT((uintptr_t) p % 16, 0);
    CHECK(arena_alloc(&a, 60000) != NULL);
    errno = 0;
    CHECK(arena_alloc(&a, 60000) == NULL);
    CHECK_INT(errno, E2BIG);
}

TEST(map_keeps_the_order_of_insertion) {
    _cleanup_(map_done) Map m = {.own_keys = true};
    char key[16];
    for (int i = 0; i < 10000; i++) {
        int n = snprintf(key, sizeof(key), "k%d", (i * 7919) % 10007);
        map_set(&m, str_n(key, (size_t) n), (void *) (intptr_t) (i + 1));
    }
    CHECK_INT(m.n, 10000);
    int wrong = 0;
    for (int i = 0; i < 10000; i++) {
        int n = snprintf(key, sizeof(key), "k%d", (i * 7919) % 10007);
        wrong += map_get(&m, str_n(key, (size_t) n)) != (void *) (intptr_t) (i + 1);
        wrong += !str_eq(m.entries[i].key, str_n(key, (size_t) n));
    }
    CHECK_INT(wrong, 0);
    CHECK(!map_has(&m, STR("absent")));
    bool fresh = true;
    *map_slot(&m, STR("k1"), &fresh) = NULL;
    CHECK(!fresh);
}

TEST(wire_gives_back_what_was_put) {
    _cleanup_(buf_done) Buf b = buf_new(1000);
    wire_put_u64(&b, 0);
    wire_put_u64(&b, UINT64_MAX);
    wire_put_i64(&b, INT64_MIN);
    wire_put_i64(&b, -1);
    wire_put_str(&b, STR("text"));
    WireReader r = wire_reader(buf_view(&b));
    CHECK(wire_u64(&r) == 0);
    CHECK(wire_u64(&r) == UINT64_MAX);
    CHECK(wire_i64(&r) == INT64_MIN);
    CHECK(wire_i64(&r) == -1);
    CHECK_STR(wire_str(&r), "text");
    CHECK(wire_ok(&r) && r.rest.n == 0);
}

TEST(wire_refuses_lengths_beyond_its_end) {
    WireReader r = wire_reader(STR("\x05" "abc"));
    CHECK(wire_str(&r).n == 0);
    CHECK(!wire_ok(&r));
    r = wire_reader(STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    wire_u64(&r);
    CHECK(!wire_ok(&r));
    r = wire_reader(STR("\x80"));
    wire_u64(&r);
    CHECK(!wire_ok(&r));
    r = wire_reader(STR("\x09"));
    wire_max(&r, 8);
    CHECK(!wire_ok(&r));
}

TEST_MAIN()
