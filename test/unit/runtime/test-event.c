/* SPDX-License-Identifier: Apache-2.0 */
/* Events as the kernel hands them over: lengths that lie, names put together. */
#include "runtime/event.h"
#include "tap.h"

static Str joined(const char *base, const char *name, char *room) {
    return str_n(room, path_join(str_from(base), str_from(name), room, 256));
}

TEST(names_are_joined_without_looking_at_links) {
    char room[256];
    CHECK_STR(joined("/etc/", "shadow", room), "/etc/shadow");
    CHECK_STR(joined("/etc/", "/bin/sh", room), "/bin/sh");
    CHECK_STR(joined("/var/log/", "../../etc/./shadow", room), "/etc/shadow");
    CHECK_STR(joined("/a/", "..//..//b/", room), "/b");
    CHECK_STR(joined("/", "../..", room), "/");
    CHECK_STR(joined("", "x", room), "/x");
}

TEST(what_does_not_fit_is_left_out) {
    char room[256];
    CHECK_INT(path_join(STR("/aaaa"), STR("bbbb"), room, 7), 5);
    CHECK_INT(path_from_names(STR("b\0a"), room, 3), 2);
}

TEST(paths_are_turned_round) {
    char room[256];
    CHECK_STR(str_n(room, path_from_names(STR("shadow\0etc\0"), room, sizeof(room))), "/etc/shadow");
    CHECK_STR(str_n(room, path_from_names(STR_NULL, room, sizeof(room))), "/");
    CHECK_STR(str_n(room, path_from_names(STR("\0"), room, sizeof(room))), "/");
    CHECK_STR(str_n(room, path_from_names(STR("memfd:x\0/\0"), room, sizeof(room))), "/memfd:x");
}

TEST(lengths_that_lie_are_refused) {
    static Event e;
    char bytes[sizeof(WireEvent) + 16] = {0};
    WireEvent *w = (WireEvent *) (void *) bytes;
    Str all = str_n(bytes, sizeof(bytes));
    w->size = sizeof(bytes);
    CHECK_INT(event_decode(all, &e), 0);
    CHECK_INT(event_decode(str_head(all, sizeof(WireEvent) - 1), &e), -EBADMSG);
    w->string[WIRE_NAME] = (WireSlice) {8, 8};
    CHECK_INT(event_decode(all, &e), 0);
    CHECK_INT((long long) e.string[WIRE_NAME].n, 8);
    w->string[WIRE_NAME] = (WireSlice) {8, 9};
    CHECK_INT(event_decode(all, &e), -EBADMSG);
    w->string[WIRE_NAME] = (WireSlice) {UINT32_MAX, 1};
    CHECK_INT(event_decode(all, &e), -EBADMSG);
    w->string[WIRE_NAME] = (WireSlice) {0, 0};
    w->kind = WIRE_KINDS;
    CHECK_INT(event_decode(all, &e), -EBADMSG);
    w->kind = 0;
    w->process.n_ancestors = WIRE_ANCESTORS + 1;
    CHECK_INT(event_decode(all, &e), -EBADMSG);
}

TEST_MAIN()
