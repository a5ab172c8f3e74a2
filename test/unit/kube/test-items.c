/* SPDX-License-Identifier: Apache-2.0 */
/* Objects out of streams, whatever the pieces that they come in. */
#include "kube/items.h"

#include "kube/tree.h"
#include "unit/tap.h"

typedef struct Seen {
    Buf names;
    int answer;
} Seen;

static int each(void *userdata, const Node *item) {
    Seen *s = userdata;
    Str name = kube_text(item, "metadata.name");
    buf_printf(&s->names, "%s%.*s", s->names.n ? " " : "", STR_FMT(name.n ? name : kube_text(item, "type")));
    return s->answer;
}

/* What comes of the text in pieces of `step` bytes. */
static int read_all(KubeItemsMode mode, const char *text, size_t step, Seen *s, char version[32], Error *err) {
    _cleanup_(kube_items_done) KubeItems items = kube_items(mode, each, s);
    Str rest = str_from(text);
    int r = 0;
    while (rest.n && r == 0) {
        r = kube_items_feed(&items, str_head(rest, step), err);
        rest = str_from_at(rest, step);
    }
    if (r == 0)
        r = kube_items_end(&items, err);
    Str v = r == 0 && mode == KUBE_ITEMS_LIST ? kube_text(kube_items_head(&items), "metadata.resourceVersion") : STR("");
    (void) snprintf(version, 32, "%.*s", STR_FMT(v));
    return r;
}

static const char list[] =
    "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"42\",\"items\":[{}]},\n\"items\" : [ {\"metadata\":{\"name\":\"a\",\"x\":\"}]\\\"\\\\\"}},\n"
    "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"items\":[{\"a\":[]}]}} ], \"more\": [1, {\"items\": [{}]}]}\n";

TEST(lists) {
    for (size_t step = 1; step < sizeof(list) + 1; step += step < 20 ? 1 : 50) {
        Seen s = {.names = buf_new(1000)};
        char version[32];
        CHECK_INT(read_all(KUBE_ITEMS_LIST, list, step, &s, version, NULL), 0);
        CHECK_STR(buf_view(&s.names), "a b");
        CHECK_STR(str_from(version), "42");
        buf_done(&s.names);
    }
}

TEST(empty_lists) {
    static const char *const texts[] = {"{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}", "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":null}", "{\"items\":[],\"metadata\":{\"resourceVersion\":\"1\"}}"};
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        Seen s = {.names = buf_new(1000)};
        char version[32];
        CHECK_INT(read_all(KUBE_ITEMS_LIST, texts[i], 7, &s, version, NULL), 0);
        CHECK_STR(str_from(version), "1");
        CHECK_INT((long long) s.names.n, 0);
        buf_done(&s.names);
    }
}

TEST(watches) {
    static const char text[] = "{\"type\":\"ADDED\",\"object\":{\"a\":\"{\"}}\n{\"type\":\"BOOKMARK\",\"object\":{}}{\"type\":\"DELETED\"}\r\n";
    for (size_t step = 1; step < sizeof(text); step++) {
        Seen s = {.names = buf_new(1000)};
        char version[32];
        CHECK_INT(read_all(KUBE_ITEMS_WATCH, text, step, &s, version, NULL), 0);
        CHECK_STR(buf_view(&s.names), "ADDED BOOKMARK DELETED");
        buf_done(&s.names);
    }
}

TEST(bad_streams) {
    static const struct {
        KubeItemsMode mode;
        const char *text;
    } bad[] = {
        {KUBE_ITEMS_LIST, ""},
        {KUBE_ITEMS_LIST, "[]"},
        {KUBE_ITEMS_LIST, "\"items\""},
        {KUBE_ITEMS_LIST, "}"},
        {KUBE_ITEMS_LIST, "<html>"},
        {KUBE_ITEMS_LIST, "{\"items\":["},
        {KUBE_ITEMS_LIST, "{\"items\":[1]}"},
        {KUBE_ITEMS_LIST, "{\"items\":[\"a\"]}"},
        {KUBE_ITEMS_LIST, "{\"items\":[{\"a\":}]}"},
        {KUBE_ITEMS_LIST, "{\"items\":[{\"a\":1]}"},
        {KUBE_ITEMS_LIST, "{\"items\":[]} {\"items\":[]}"},
        {KUBE_ITEMS_WATCH, "{\"type\":\"ADDED\""},
        {KUBE_ITEMS_WATCH, "{\"type\":\"ADDED\"}]"},
        {KUBE_ITEMS_WATCH, "[{}]"},
        {KUBE_ITEMS_WATCH, "{} x"},
        {KUBE_ITEMS_WATCH, "{\"a\":\"\xff\"}"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _cleanup_error_ Error err = {0};
        Seen s = {.names = buf_new(1000)};
        char version[32];
        int r = read_all(bad[i].mode, bad[i].text, 3, &s, version, &err);
        CHECK_MSG(r == -EBADMSG && err.message, "%s: %d", bad[i].text, r);
        buf_done(&s.names);
    }
}

TEST(the_caller_ends_it) {
    Seen s = {.names = buf_new(1000), .answer = -ECANCELED};
    char version[32];
    CHECK_INT(read_all(KUBE_ITEMS_LIST, list, 1000, &s, version, NULL), -ECANCELED);
    CHECK_STR(buf_view(&s.names), "a");
    buf_done(&s.names);
}

TEST(too_large) {
    _cleanup_(kube_items_done) KubeItems items = kube_items(KUBE_ITEMS_WATCH, each, NULL);
    static char part[1 << 20];
    _cleanup_error_ Error err = {0};
    memset(part, 'a', sizeof(part));
    int r = kube_items_feed(&items, STR("{\"a\":\""), &err);
    for (unsigned i = 0; i < 20 && r == 0; i++)
        r = kube_items_feed(&items, str_n(part, sizeof(part)), &err);
    CHECK_INT(r, -E2BIG);
    CHECK(strstr(err.message, "larger than 16 MiB"));
}

TEST_MAIN()
