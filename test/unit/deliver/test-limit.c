/* SPDX-License-Identifier: Apache-2.0 */
#include "deliver/limit.h"

#include <stdio.h>

#include "unit/tap.h"

#define S INT64_C(1000000000)

typedef struct Told {
    size_t calls;
    uint64_t n;
    char last[128];
} Told;

static void tell(void *userdata, const HeldBack *h) {
    Told *t = userdata;
    t->calls++;
    t->n += h->n;
    snprintf(t->last, sizeof(t->last), "%.*s/%.*s %llu in %llu%s", STR_FMT(h->rule), STR_FMT(h->container), (unsigned long long) h->n, (unsigned long long) h->seconds, h->same ? " same" : "");
}

TEST(by_rule_and_container) {
    AlertLimit *l = alert_limit_new(&(LimitOptions) {.most = 2, .seconds = 10});
    Told t = {0};
    CHECK(alert_limit_pass(l, STR("A"), STR("c"), 4, STR("x"), 0));
    CHECK(alert_limit_pass(l, STR("A"), STR("c"), 4, STR("y"), S));
    CHECK(!alert_limit_pass(l, STR("A"), STR("c"), 4, STR("z"), 9 * S));
    CHECK(alert_limit_pass(l, STR("A"), STR("d"), 4, STR("z"), 9 * S));
    CHECK(alert_limit_pass(l, STR("B"), STR("c"), 4, STR("z"), 9 * S));
    CHECK_INT(alert_limit_flush(l, 9 * S, false, tell, &t), 10 * S);
    CHECK_INT((int64_t) t.calls, 0);
    CHECK_INT(alert_limit_flush(l, 10 * S, false, tell, &t), 19 * S);
    CHECK_STR(str_from(t.last), "A/c 1 in 10");
    CHECK_MSG(alert_limit_pass(l, STR("A"), STR("c"), 4, STR("x"), 10 * S), "a new time begins");
    CHECK_INT((int64_t) alert_limit_held(l), 1);
    alert_limit_free(l);
}

/* Whether or not somebody calls alert_limit_flush() in between. */
TEST(a_time_that_is_over_holds_nothing_back) {
    AlertLimit *l = alert_limit_new(&(LimitOptions) {.most = 1, .seconds = 2});
    Told t = {0};
    CHECK_INT(alert_limit_due(l), INT64_MAX);
    CHECK(alert_limit_pass(l, STR("A"), STR("c"), 4, STR("x"), 0));
    CHECK_INT(alert_limit_due(l), 2 * S);
    CHECK(alert_limit_pass(l, STR("A"), STR("c"), 4, STR("x"), 10 * S));
    CHECK(!alert_limit_pass(l, STR("A"), STR("c"), 4, STR("x"), 11 * S));
    alert_limit_flush(l, 12 * S, false, tell, &t);
    CHECK_STR(str_from(t.last), "A/c 1 in 2");
    alert_limit_free(l);
}

/* Many that end one after the other are not gone through for each of them. */
TEST(not_too_often) {
    AlertLimit *l = alert_limit_new(&(LimitOptions) {.most = 1, .seconds = 1});
    Told t = {0};
    for (int i = 0; i < 1000; i++) {
        char rule[16];
        snprintf(rule, sizeof(rule), "r%d", i);
        alert_limit_pass(l, str_from(rule), STR("c"), 4, STR("x"), i * 1000000);
    }
    CHECK_INT(alert_limit_flush(l, S, false, tell, &t), S + S / 10);
    CHECK_INT(alert_limit_flush(l, S + S / 10, false, tell, &t), S + S / 5);
    alert_limit_free(l);
}

TEST(the_same_text) {
    AlertLimit *l = alert_limit_new(&(LimitOptions) {.group = 60});
    Told t = {0};
    CHECK(alert_limit_pass(l, STR("A"), STR("c"), 4, STR("x"), 0));
    CHECK(!alert_limit_pass(l, STR("A"), STR("c"), 4, STR("x"), S));
    CHECK(alert_limit_pass(l, STR("A"), STR("c"), 4, STR("y"), S));
    CHECK(alert_limit_pass(l, STR("A"), STR("d"), 4, STR("x"), S));
    CHECK_INT(alert_limit_flush(l, 2 * S, true, tell, &t), INT64_MAX);
    CHECK_STR(str_from(t.last), "A/c 1 in 60 same");
    CHECK_INT((int64_t) t.calls, 1);
    alert_limit_free(l);
}

/* Whatever is asked, what went out and what was told is everything; memory is bounded. */
TEST(everything_is_accounted_for) {
    AlertLimit *l = alert_limit_new(&(LimitOptions) {.most = 1, .seconds = 5, .group = 3});
    Told t = {0};
    uint64_t passed = 0, all = 60000;
    for (uint64_t i = 0; i < all; i++) {
        char rule[16], text[16];
        snprintf(rule, sizeof(rule), "r%llu", (unsigned long long) (i * 7919 % 6000));
        snprintf(text, sizeof(text), "t%llu", (unsigned long long) (i % 3));
        passed += alert_limit_pass(l, str_from(rule), STR("c"), 4, str_from(text), (int64_t) i * 100000);
        alert_limit_flush(l, (int64_t) i * 100000, false, tell, &t);
    }
    alert_limit_flush(l, 0, true, tell, &t);
    CHECK_INT((int64_t) (passed + t.n), (int64_t) all);
    CHECK(t.n > 0 && t.n == alert_limit_held(l));
    alert_limit_free(l);
}

TEST(texts) {
    uint64_t n, s;
    CHECK_INT(alert_limit_parse(STR("5/60"), &n, &s, NULL), 0);
    CHECK_INT((int64_t) (n * 1000 + s), 5060);
    static const char *const bad[] = {"", "5", "/", "0/5", "5/0", "5/", "/5", "-1/5", "5/60x", "5/86401", "99999999999999999999/1"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_MSG(alert_limit_parse(str_from(bad[i]), &n, &s, NULL) == -EINVAL, "%s", bad[i]);
}

TEST_MAIN()
