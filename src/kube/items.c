/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/items.h"

enum { DEPTH_MAX = 1000, NODES_MAX = 2 * 1000 * 1000, KEY_MAX = 64, MEMORY_MAX = 512 << 20 };

KubeItems kube_items(KubeItemsMode mode, int (*each)(void *userdata, const Node *item), void *userdata) {
    return (KubeItems) {.mode = mode,
                        .each = each,
                        .userdata = userdata,
                        .head = buf_new(KUBE_HEAD_BYTES),
                        .item = buf_new(KUBE_ITEM_BYTES),
                        .key = buf_new(KEY_MAX),
                        .arena = {.max = MEMORY_MAX}};
}

void kube_items_done(KubeItems *s) {
    buf_done(&s->head);
    buf_done(&s->item);
    buf_done(&s->key);
    arena_done(&s->arena);
}

static void clear(Arena *a) {
    size_t max = a->max;
    arena_done(a);
    *a = (Arena) {.max = max};
}

static int parse(KubeItems *s, Str text, Node **ret, Error *err) {
    Limits limits = limits_default();
    limits.document_nodes = NODES_MAX;
    limits.document_bytes = KUBE_ITEM_BYTES;
    _cleanup_(diag_done) Diag d = {0};
    clear(&s->arena);
    int r = json_parse(text, "answer", &limits, &s->arena, &d, ret);
    if (r < 0)
        return error_set(err, r == -E2BIG ? r : -EBADMSG, "an object of the answer cannot be read: line %u, column %u of it: %s", d.items.n ? d.items.p[0].line : 1,
                         d.items.n ? d.items.p[0].col : 1, d.items.n ? d.items.p[0].message : "it is no JSON");
    return 0;
}

static int item_end(KubeItems *s, Error *err) {
    Node *n = NULL;
    int r = s->each_text ? s->each_text(s->userdata, buf_view(&s->item)) : parse(s, buf_view(&s->item), &n, err);
    buf_clear(&s->item);
    s->taking = false;
    if (r < 0)
        return r;
    s->n++;
    return s->each_text ? 0 : s->each(s->userdata, n);
}

static int keep(KubeItems *s, Str bytes, Error *err) {
    Buf *b = s->taking ? &s->item : &s->head;
    return buf_str(b, bytes) < 0 ? error_set(err, -E2BIG, "%s of the answer is larger than %zu MiB", s->taking ? "an object" : "what is beside the items", b->max >> 20) : 0;
}

/* The rest of a string, up to and with its end where that is among the bytes: how many. */
static size_t string_bytes(KubeItems *s, Str bytes) {
    size_t i = 0;
    while (i < bytes.n && s->string) {
        char c = bytes.p[i++];
        if (s->escape)
            s->escape = false;
        else if (c == '\\')
            s->escape = true;
        else if (c == '"')
            s->string = false;
    }
    /* Keys beside "items" tell where that list is; one that is longer is another. */
    if (s->is_key && !s->taking && s->depth == 1)
        (void) buf_str(&s->key, str_head(bytes, s->string ? i : i - 1));
    return i;
}

static bool opens_items(const KubeItems *s, char c) {
    return c == '[' && s->mode == KUBE_ITEMS_LIST && s->depth == 1 && !s->is_key && !s->key.failed && str_eqz(buf_view(&s->key), "items");
}

static int open_value(KubeItems *s, char c, Error *err) {
    if (s->depth == 0 && (c != '{' || (s->ended && s->mode == KUBE_ITEMS_LIST)))
        return error_set(err, -EBADMSG, "the answer is no JSON object");
    /* Whoever parses the objects has limits, too. */
    if (s->depth >= DEPTH_MAX && !s->each_text)
        return error_set(err, -E2BIG, "the answer is nested deeper than %d", DEPTH_MAX);
    if (opens_items(s, c))
        s->items = true;
    else if (c == '{' && ((s->mode == KUBE_ITEMS_WATCH && s->depth == 0) || (s->items && s->depth == 2)))
        s->taking = true;
    s->depth++;
    if (s->depth == 1)
        s->is_key = true;
    return keep(s, str_n(&c, 1), err);
}

static int close_value(KubeItems *s, char c, Error *err) {
    if (s->depth == 0)
        return error_set(err, -EBADMSG, "the answer is no JSON");
    s->depth--;
    int r = keep(s, str_n(&c, 1), err);
    if (r == 0 && s->taking && s->depth == (s->mode == KUBE_ITEMS_WATCH ? 0 : 2))
        return item_end(s, err);
    if (s->items && s->depth == 1)
        s->items = false;
    s->ended = s->depth == 0;
    return r;
}

static int other(KubeItems *s, char c, Error *err) {
    bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (s->depth == 0)
        return space ? 0 : error_set(err, -EBADMSG, "the answer is no JSON object");
    if (s->depth == 1 && !s->taking && (c == ':' || c == ','))
        s->is_key = c == ',';
    /* Only objects are between the items; their commas are not kept. */
    if (s->items && !s->taking && s->depth == 2)
        return space || c == ',' ? 0 : error_set(err, -EBADMSG, "the items of the answer are no objects");
    return keep(s, str_n(&c, 1), err);
}

int kube_items_feed(KubeItems *s, Str bytes, Error *err) {
    int r = 0;
    for (size_t i = 0; i < bytes.n && r >= 0;) {
        if (s->string) {
            Str rest = str_from_at(bytes, i);
            size_t n = string_bytes(s, rest);
            r = keep(s, str_head(rest, n), err);
            i += n;
            continue;
        }
        char c = bytes.p[i++];
        if (c == '"') {
            s->string = true;
            if (s->is_key && !s->taking && s->depth == 1)
                buf_clear(&s->key);
            r = s->depth == 0 || (s->items && s->depth == 2) ? error_set(err, -EBADMSG, "the answer is no list of objects") : keep(s, STR("\""), err);
        } else if (c == '{' || c == '[') {
            r = open_value(s, c, err);
        } else if (c == '}' || c == ']') {
            r = close_value(s, c, err);
        } else {
            r = other(s, c, err);
        }
    }
    return r < 0 ? r : 0;
}

int kube_items_end(KubeItems *s, Error *err) {
    if (s->depth || s->string || (s->mode == KUBE_ITEMS_LIST && !s->ended))
        return error_set(err, -EBADMSG, "the answer ends in the middle of an object");
    return 0;
}

const Node *kube_items_head(KubeItems *s) {
    Node *n = NULL;
    if (s->head.n == 0)
        return NULL;
    _cleanup_(buf_done) Buf whole = buf_new(KUBE_HEAD_BYTES + 16);
    buf_str(&whole, buf_view(&s->head));
    if (s->items)
        buf_putz(&whole, "]}");
    Str text = arena_str(&s->arena, buf_view(&whole));
    Limits limits = limits_default();
    return text.p && json_parse(text, "answer", &limits, &s->arena, NULL, &n) == 0 ? n : NULL;
}
