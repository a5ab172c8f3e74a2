/* SPDX-License-Identifier: Apache-2.0 */
/* TAP for unit tests. A test file defines cases and nothing else:
 *
 *     TEST(trims_both_ends) {
 *         CHECK(str_eq(str_trim(STR(" a ")), STR("a")));
 *     }
 *     TEST_MAIN()
 *
 * CHECK* go on after a failure and print place and values; a case without any CHECK fails. SKIP("why") ends a case, as
 * a failure under PLIMSOLL_REQUIRE_SHARED=1. */
#pragma once

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

typedef struct TapCase {
    const char *name;
    void (*run)(void);
    struct TapCase *next;
} TapCase;

static TapCase *tap_first, **tap_end = &tap_first;
static size_t tap_checks, tap_failures;
static const char *tap_skip;

#define TEST(case_name)                                                          \
    static void case_name(void);                                                 \
    static TapCase tap_##case_name = {#case_name, case_name, NULL};              \
    __attribute__((constructor)) static void tap_register_##case_name(void) {    \
        *tap_end = &tap_##case_name;                                             \
        tap_end = &tap_##case_name.next;                                         \
    }                                                                            \
    static void case_name(void)

#define CHECK_MSG(ok, ...)                                        \
    do {                                                          \
        tap_checks++;                                             \
        if (!(ok)) {                                              \
            tap_failures++;                                       \
            printf("# %s:%d: ", __FILE__, __LINE__);              \
            printf(__VA_ARGS__);                                  \
            printf("\n");                                         \
        }                                                         \
    } while (0)
#define CHECK(cond) CHECK_MSG(cond, "not so: %s", #cond)
#define CHECK_INT(got, want)                                                                               \
    do {                                                                                                   \
        long long got_ = (long long) (got), want_ = (long long) (want);                                    \
        CHECK_MSG(got_ == want_, "%s is %lld, expected %lld", #got, got_, want_);                          \
    } while (0)
#define CHECK_STR(got, want)                                                                                       \
    do {                                                                                                           \
        Str got_ = (got), want_ = str_from(want);                                                                  \
        CHECK_MSG(str_eq(got_, want_), "%s is \"%.*s\", expected \"%s\"", #got, STR_FMT(got_), want_.p ? want_.p : "");  \
    } while (0)
#define SKIP(why)          \
    do {                   \
        tap_skip = (why);  \
        return;            \
    } while (0)

static inline int tap_main(void) {
    size_t n = 0, failed = 0, i = 0;
    const char *require = getenv("PLIMSOLL_REQUIRE_SHARED");
    for (TapCase *c = tap_first; c; c = c->next)
        n++;
    printf("1..%zu\n", n);
    for (TapCase *c = tap_first; c; c = c->next) {
        tap_checks = tap_failures = 0;
        tap_skip = NULL;
        c->run();
        i++;
        if (tap_skip && !(require && strcmp(require, "1") == 0) && !tap_failures) {
            printf("ok %zu - %s # SKIP %s\n", i, c->name, tap_skip);
        } else {
            bool ok = tap_failures == 0 && tap_checks > 0 && !tap_skip;
            failed += !ok;
            printf("%sok %zu - %s%s%s\n", ok ? "" : "not ", i, c->name, tap_skip ? " (skipped though required): " : "", tap_skip ? tap_skip : "");
        }
        fflush(stdout);
    }
    return failed ? 1 : 0;
}

#define TEST_MAIN()          \
    int main(void) {         \
        return tap_main();   \
    }
