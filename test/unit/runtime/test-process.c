/* SPDX-License-Identifier: Apache-2.0 */
/* Executions: those that a process runs stay, those that ended stay until everything that they did has been read, and there are never too many. */
#include "runtime/tables.h"

#include "tap.h"

enum { MOST = 32768 };
#define S UINT64_C(1000000000)

static void add(Images *t, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i <= to; i++)
        images_add(t, &(Image) {.id = i, .exepath = STR("/bin/true"), .args = STR("a\0b")});
}

/* A sweep at which processes run `from` to `to`. */
static void sweep(Images *t, uint64_t from, uint64_t to, uint64_t looked, uint64_t read) {
    for (uint64_t i = from; i <= to; i++)
        images_mark(t, i);
    images_sweep(t, looked, read);
}

static size_t there(Images *t, uint64_t from, uint64_t to) {
    size_t n = 0;
    for (uint64_t i = from; i <= to; i++)
        n += images_get(t, i) != NULL;
    return n;
}

TEST(the_oldest_go_first) {
    Images *t = images_new();
    add(t, 1, MOST + 4000);
    CHECK_INT(images_count(t), MOST);
    CHECK_INT(images_forgotten(t), 4000);
    CHECK(!images_get(t, 4000));
    CHECK(images_get(t, 4001) != NULL);
    add(t, MOST + 4001, MOST + 4001);
    CHECK(images_get(t, 4001) != NULL); /* it was asked for */
    CHECK(!images_get(t, 4002));
    images_add(t, &(Image) {.id = MOST + 4001, .args = STR("new")});
    CHECK_STR(images_get(t, MOST + 4001)->args, "new");
    CHECK_INT(images_count(t), MOST);
    CHECK(!images_get(t, 0));
    images_free(t);
}

TEST(texts_are_bounded) {
    Images *t = images_new();
    _cleanup_free_ char *text = calloc(1, 8192);
    for (uint64_t i = 1; i <= 3000; i++)
        images_add(t, &(Image) {.id = i, .args = str_n(text, 4096), .env = str_n(text, 4096)});
    CHECK_INT(images_count(t), (12 << 20) / 8192);
    CHECK_INT(images_forgotten(t), 3000 - (12 << 20) / 8192);
    images_free(t);
}

TEST(what_ended_goes_when_all_was_read) {
    Images *t = images_new();
    add(t, 1, 100);
    CHECK(images_to_sweep(t));
    sweep(t, 1, 10, 100 * S, 100 * S);
    CHECK_INT(images_count(t), 100); /* they may have ended a moment ago */
    CHECK(images_to_sweep(t));
    sweep(t, 1, 10, 200 * S, 100 * S);
    CHECK_INT(images_count(t), 100); /* the rings were read up to the first look only */
    CHECK_INT(there(t, 11, 12), 2);  /* two of them did something meanwhile */
    sweep(t, 1, 10, 200 * S, 200 * S);
    CHECK_INT(images_count(t), 12);
    CHECK(images_to_sweep(t));
    sweep(t, 1, 10, 300 * S, 300 * S);
    CHECK_INT(images_count(t), 10);
    CHECK_INT(there(t, 1, 10), 10);
    CHECK(!images_to_sweep(t)); /* nothing new, nothing that waits */
    CHECK_INT(images_forgotten(t), 0);
    images_free(t);
}

TEST(who_lives_again_stays) {
    Images *t = images_new();
    add(t, 1, 2);
    sweep(t, 1, 1, 10 * S, 10 * S); /* the first look missed the second one: it was between two processes */
    sweep(t, 2, 2, 20 * S, 20 * S);
    sweep(t, 2, 2, 30 * S, 30 * S);
    CHECK_INT(there(t, 2, 2), 1);
    CHECK_INT(there(t, 1, 1), 0);
    images_free(t);
}

TEST(a_storm_of_executions_pushes_out_nothing_that_runs) {
    Images *t = images_new();
    add(t, 1, 300);
    sweep(t, 1, 300, S, S);
    size_t most = 0, sweeps = 0;
    for (uint64_t i = 301; i < 200000; i++) {
        add(t, i, i);
        most = MAX(most, images_count(t));
        if (images_crowded(t)) {
            sweep(t, 1, 300, 2 * S, 0);
            sweeps++;
            CHECK_INT(there(t, i - 1000, i), 1001); /* what ended last is there for those who come late */
        }
    }
    CHECK_INT(there(t, 1, 300), 300);
    CHECK(most < 5000);
    CHECK(sweeps < 120);
    CHECK_INT(images_forgotten(t), 0);
    images_free(t);
}

TEST_MAIN()
