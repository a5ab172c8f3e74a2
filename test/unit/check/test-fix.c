/* SPDX-License-Identifier: Apache-2.0 */
/* Edits in rounds: what comes of them, and the diff from the first text to the last one. */
#include "check/fix.h"
#include "unit/tap.h"

typedef struct Change {
    const char *was, *is; /* the first place of `was` in the text */
} Change;

static ssize_t change(CheckFix *f, const Change *changes, size_t n) {
    CheckEdit edits[8];
    CheckHit hit = {.edits = edits, .n_edits = n};
    for (size_t i = 0; i < n; i++) {
        ssize_t at = str_find(buf_view(&f->is), str_from(changes[i].was));
        CHECK_MSG(at >= 0, "%s is not in %s", changes[i].was, f->is.p);
        edits[i] = (CheckEdit) {.at = (size_t) at, .end = (size_t) at + strlen(changes[i].was), .text = str_from(changes[i].is)};
    }
    return check_fix_apply(f, &(CheckItem) {.hits = &hit, .n_hits = 1});
}

static void check_diff_of(const CheckFix *f, const char *want) {
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    check_fix_diff(f, "/d/x", &out);
    CHECK_MSG(str_eqz(buf_view(&out), want), "%s", out.p ? out.p : "nothing");
}

#define HEAD "--- a/d/x\n+++ b/d/x\n"

TEST(a_later_round_changes_what_an_earlier_one_made) {
    CheckFix f;
    check_fix_begin(&f, STR("a\nb\nc\n"));
    CHECK_INT(change(&f, (Change[]) {{"b", "b\nNEW: 1"}}, 1), 1);
    CHECK_INT(change(&f, (Change[]) {{"NEW: 1\nc", "NEW: 2\nd"}, {"a", "A"}}, 2), 2);
    CHECK(str_eqz(buf_view(&f.is), "A\nb\nNEW: 2\nd\n"));
    CHECK_INT(f.changes, 3);
    check_diff_of(&f, HEAD "@@ -1,3 +1,4 @@\n-a\n+A\n b\n-c\n+NEW: 2\n+d\n");
    check_fix_done(&f);
}

TEST(what_is_undone_is_no_change) {
    CheckFix f;
    check_fix_begin(&f, STR("a\nb"));
    change(&f, (Change[]) {{"a", "x\ny"}}, 1);
    change(&f, (Change[]) {{"x\ny", "a"}}, 1);
    check_diff_of(&f, "");
    change(&f, (Change[]) {{"b", ""}}, 1);
    CHECK(str_eqz(buf_view(&f.is), "a\n"));
    check_diff_of(&f, HEAD "@@ -1,2 +1,1 @@\n a\n-b\n\\ No newline at end of file\n");
    check_fix_done(&f);
}

TEST(far_apart_are_hunks_of_their_own) {
    CheckFix f;
    check_fix_begin(&f, STR("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"));
    change(&f, (Change[]) {{"1\n", "one\nand\n"}, {"12", "twelve"}}, 2);
    check_diff_of(&f, HEAD "@@ -1,4 +1,5 @@\n-1\n+one\n+and\n 2\n 3\n 4\n@@ -9,4 +10,4 @@\n 9\n 10\n 11\n-12\n+twelve\n");
    change(&f, (Change[]) {{"6", "six"}}, 1);
    check_diff_of(&f, HEAD "@@ -1,12 +1,13 @@\n-1\n+one\n+and\n 2\n 3\n 4\n 5\n-6\n+six\n 7\n 8\n 9\n 10\n 11\n-12\n+twelve\n");
    check_fix_done(&f);
}

TEST(an_empty_text) {
    CheckFix f;
    check_fix_begin(&f, STR(""));
    CHECK_INT(change(&f, (Change[]) {{"", "a\n"}}, 1), 1);
    CHECK(str_eqz(buf_view(&f.is), "a\n"));
    check_diff_of(&f, HEAD "@@ -0,0 +1,1 @@\n+a\n");
    check_fix_done(&f);
}

TEST_MAIN()
