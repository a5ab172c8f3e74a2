/* SPDX-License-Identifier: Apache-2.0 */
/* Maven's ComparableVersion (maven.apache.org/pom.html, "Version Order Specification") as Maven 3.8 does it. A version is a list of numbers and
 * words; "-", and a change between digits and letters, begin a list in the list. What stands for nothing at the end of a list (0, "final",
 * an empty list) is cut off. An inner list is always the last item of the outer one, so a version is read here as one row of items in which
 * OPEN begins the next list. */
#include "version/digits.h"
#include "version/version.h"

typedef enum Kind { NUMBER, WORD, OPEN, END } Kind;

typedef struct Item {
    Kind kind;
    Str text;
    bool before_digit; /* a word directly followed by a number */
} Item;

/* The row as it is written. Copying a Reader keeps a place in it. */
typedef struct Reader {
    Str rest;
    bool digits;    /* what is being read: digits or letters */
    bool in_list;   /* the list has an item */
    size_t count;   /* items given out */
    Item queue[3];
    size_t queued;
} Reader;

static void queue(Reader *r, Kind kind, Str text) {
    r->queue[r->queued++] = (Item) {.kind = kind, .text = text};
    r->in_list = kind != OPEN;
}

/* Queues what the next separator or change of kind ends. */
static void read_more(Reader *r) {
    Str start = r->rest;
    for (size_t i = 0; i < start.n; i++) {
        char c = start.p[i];
        Str text = str_head(start, i);
        r->rest = str_from_at(start, i);
        if (c == '.' || c == '-') {
            queue(r, i == 0 || r->digits ? NUMBER : WORD, text);
            if (c == '-')
                queue(r, OPEN, STR_NULL);
            r->rest = str_from_at(start, i + 1);
            return;
        }
        bool digit = version_is_digit(c);
        if (i > 0 && digit && !r->digits) {
            if (r->in_list)
                queue(r, OPEN, STR_NULL);
            queue(r, WORD, text);
            r->queue[r->queued - 1].before_digit = true;
        } else if (i > 0 && !digit && r->digits) {
            queue(r, NUMBER, text);
        }
        r->digits = digit;
        if (r->queued) {
            queue(r, OPEN, STR_NULL);
            return;
        }
    }
    r->rest = STR_NULL;
    if (start.n && !r->digits && r->in_list)
        queue(r, OPEN, STR_NULL);
    queue(r, start.n == 0 ? END : r->digits ? NUMBER : WORD, start);
}

static Item read_item(Reader *r) {
    if (r->queued == 0)
        read_more(r);
    Item item = r->queue[0];
    r->queued--;
    for (size_t i = 0; i < r->queued; i++)
        r->queue[i] = r->queue[i + 1];
    r->count++;
    return item;
}

enum { NOTHING = 5, UNKNOWN = 7 };

/* The place of a word among those that Maven knows; NOTHING for one that says "the release itself". */
static int place(const Item *word) {
    static const struct {
        const char *word;
        int place;
    } known[] = {
        {"alpha", 0}, {"beta", 1}, {"milestone", 2}, {"rc", 3}, {"cr", 3}, {"snapshot", 4}, {"", NOTHING}, {"ga", NOTHING}, {"final", NOTHING}, {"release", NOTHING}, {"sp", 6},
    };
    if (word->before_digit && word->text.n == 1) {
        char c = version_lower(word->text.p[0]);
        if (c == 'a' || c == 'b' || c == 'm')
            return c == 'a' ? 0 : c == 'b' ? 1 : 2;
    }
    for (size_t i = 0; i < ARRAY_SIZE(known); i++)
        if (str_ieq(word->text, str_from(known[i].word)))
            return known[i].place;
    return UNKNOWN;
}

/* Beside nothing at all: 1-rc < 1, 1.1 > 1. */
static int compare_nothing(const Item *item) {
    if (item->kind == WORD)
        return place(item) - NOTHING;
    return item->kind == NUMBER ? version_compare_digits(item->text, STR("0")) : 0;
}

/* The row with nothings cut off. */
typedef struct Row {
    Reader reader;
    size_t last;  /* count at the last item that is something */
    size_t known; /* an item of this list up to here is something: no need to look ahead again */
} Row;

static Row row(Str v) {
    Row row = {.reader = {.rest = v}};
    Reader ahead = row.reader;
    for (Item item = read_item(&ahead); item.kind != END; item = read_item(&ahead))
        if (compare_nothing(&item) != 0)
            row.last = ahead.count;
    return row;
}

static Item next(Row *row) {
    for (;;) {
        Item item = read_item(&row->reader);
        if (row->reader.count > row->last)
            return (Item) {.kind = END};
        if (item.kind == OPEN || compare_nothing(&item) != 0 || row->reader.count < row->known)
            return item;
        Reader ahead = row->reader, before = ahead;
        Item follower = read_item(&ahead);
        while (follower.kind != OPEN && follower.kind != END && compare_nothing(&follower) == 0) {
            before = ahead;
            follower = read_item(&ahead);
        }
        if (follower.kind != OPEN && follower.kind != END) {
            row->known = ahead.count;
            return item;
        }
        row->reader = before;
    }
}

/* Words come before lists, lists before numbers. */
static int compare_items(const Item *a, const Item *b) {
    static const int rank[] = {[WORD] = 0, [OPEN] = 1, [NUMBER] = 2};
    if (a->kind != b->kind)
        return rank[a->kind] - rank[b->kind];
    if (a->kind == NUMBER)
        return version_compare_digits(a->text, b->text);
    if (a->kind == OPEN)
        return 0;
    int pa = place(a), pb = place(b);
    return pa != pb || pa != UNKNOWN ? pa - pb : version_compare_nocase(a->text, b->text);
}

int version_maven_compare(Str a, Str b) {
    Row ra = row(a), rb = row(b);
    Item ia = next(&ra), ib = next(&rb);
    for (; ia.kind != END || ib.kind != END; ia = ia.kind == END ? ia : next(&ra), ib = ib.kind == END ? ib : next(&rb)) {
        int r = ib.kind == END ? compare_nothing(&ia) : ia.kind == END ? -compare_nothing(&ib) : compare_items(&ia, &ib);
        if (r)
            return r;
    }
    return 0;
}

/* ComparableVersion takes any text. */
bool version_maven_valid(Str v) {
    (void) v;
    return true;
}
