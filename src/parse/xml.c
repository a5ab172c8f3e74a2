/* SPDX-License-Identifier: Apache-2.0 */
/* expat's events into Node trees. The whole text goes in at once, so that expat never looks at a token twice. */
#include <expat.h>
#include <limits.h>
#include <stdio.h>

#include "parse/tree.h"

/* Character data comes in pieces: lines, references, what stands between child elements. */
typedef struct Piece {
    struct Piece *next;
    Str text;
} Piece;

typedef struct Open {
    Node *node;
    Piece *first, *last;
    uint32_t line, col; /* of the first text that is no white space; line 0: none yet */
} Open;

typedef struct Xml {
    Tree tree;
    XML_Parser parser;
    Str text;
    bool in_place;  /* the document is UTF-8: what expat hands over may stand in `text` */
    TreePlace place;
    Vec(Open) open; /* document_depth at most */
    Node *root;
    int r;
} Xml;

static void at_event(Xml *x) {
    XML_Index at = XML_GetCurrentByteIndex(x->parser);
    tree_place_byte(&x->place, at < 0 ? 0 : (size_t) at);
}

static void stop(Xml *x, int r) {
    if (x->r == 0)
        x->r = r;
    XML_StopParser(x->parser, XML_FALSE);
}

static void stop_with(Xml *x, const char *message) {
    at_event(x);
    stop(x, diag_add(x->tree.diag, DIAG_ERROR, x->tree.name, x->place.line, tree_place_col(&x->place), "%s", message));
}

static void stop_memory(Xml *x) {
    stop(x, tree_limit(&x->tree, x->place.line, tree_place_col(&x->place), "the document needs more than %zu bytes of memory",
                       x->tree.arena->max));
}

/* A node with this key, not yet in the tree; NULL after stop(). */
static Node *make(Xml *x, NodeType type, Str key) {
    uint32_t line = x->place.line, col = tree_place_col(&x->place);
    Node *n = tree_node(&x->tree, type, line, col);
    if (!n) {
        stop(x, -E2BIG);
        return NULL;
    }
    n->key = key;
    n->key_line = line;
    n->key_col = col;
    return n;
}

static Str keep(Xml *x, const char *prefix, const char *z) {
    Str s = arena_printf(x->tree.arena, "%s%s", prefix, z);
    if (!s.p)
        stop_memory(x);
    return s;
}

static void start_element(void *userdata, const XML_Char *name, const XML_Char **attributes) {
    Xml *x = userdata;
    if (x->r < 0)
        return;
    at_event(x);
    if (x->open.n >= x->tree.limits->document_depth) {
        stop(x, tree_limit(&x->tree, x->place.line, tree_place_col(&x->place), "elements are nested deeper than %u",
                           x->tree.limits->document_depth));
        return;
    }
    Str key = keep(x, "", name);
    Node *element = key.p ? make(x, NODE_MAP, key) : NULL;
    if (!element)
        return;
    for (size_t i = 0; attributes[i]; i += 2) {
        Str attribute = keep(x, "@", attributes[i]), value = keep(x, "", attributes[i + 1]);
        Node *n = attribute.p && value.p ? make(x, NODE_STRING, attribute) : NULL;
        if (!n)
            return;
        n->text = value;
        node_append(element, n);
    }
    if (x->open.n)
        node_append(x->open.p[x->open.n - 1].node, element);
    else
        x->root = element;
    vec_push(&x->open, (Open) {.node = element});
}

static void character_data(void *userdata, const XML_Char *s, int n) {
    Xml *x = userdata;
    if (x->r < 0 || n <= 0 || x->open.n == 0)
        return;
    Open *o = &x->open.p[x->open.n - 1];
    Str piece = str_n(s, (size_t) n);
    bool blank = str_trim(piece).n == 0;
    /* White space around child elements is layout. */
    if (blank && !o->first)
        return;
    /* Where the bytes stand in the input as they are, they need no copy. */
    size_t at = (size_t) XML_GetCurrentByteIndex(x->parser);
    bool slice = x->in_place && at <= x->text.n && piece.n <= x->text.n - at && memcmp(x->text.p + at, s, piece.n) == 0;
    if (slice)
        piece.p = x->text.p + at;
    if (slice && o->last && o->last->text.p + o->last->text.n == piece.p) {
        o->last->text.n += piece.n;
        return;
    }
    if (!o->first) {
        at_event(x);
        o->line = x->place.line;
        o->col = tree_place_col(&x->place);
    }
    Piece *kept = arena_new(x->tree.arena, Piece);
    if (kept)
        kept->text = slice ? piece : arena_str(x->tree.arena, piece);
    if (!kept || !kept->text.p) {
        stop_memory(x);
        return;
    }
    if (o->last)
        o->last->next = kept;
    else
        o->first = kept;
    o->last = kept;
}

static Str join(Xml *x, const Open *o) {
    if (!o->first->next)
        return o->first->text;
    size_t n = 0;
    for (const Piece *p = o->first; p; p = p->next)
        n += p->text.n;
    char *text = arena_bytes(x->tree.arena, n), *out = text;
    if (!text)
        return STR_NULL;
    for (const Piece *p = o->first; p; p = p->next) {
        memcpy(out, p->text.p, p->text.n);
        out += p->text.n;
    }
    return str_n(text, n);
}

static void end_element(void *userdata, const XML_Char *name) {
    Xml *x = userdata;
    if (x->r < 0)
        return;
    Open o = x->open.p[--x->open.n];
    if (!o.first)
        return;
    Str text = join(x, &o);
    Node *n = text.p ? tree_node(&x->tree, NODE_STRING, o.line, o.col) : NULL;
    if (!text.p)
        stop_memory(x);
    else if (!n)
        stop(x, -E2BIG);
    if (!n)
        return;
    n->key = STR("");
    n->key_line = o.line;
    n->key_col = o.col;
    n->text = str_trim(text);
    n->next = o.node->list.first;
    o.node->list.first = n;
    if (!o.node->list.last)
        o.node->list.last = n;
    o.node->list.n++;
}

/* Entities that stand for more than they are, and attributes that appear by themselves, come from here only. */
static void doctype(void *userdata, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_subset) {
    if (has_subset)
        stop_with(userdata, "a document type with declarations of its own (entities among them) is refused");
}

static void skipped_entity(void *userdata, const XML_Char *name, int is_parameter) {
    char message[128];
    snprintf(message, sizeof(message), "the entity &%.64s; is not known: external declarations are not read", name);
    stop_with(userdata, message);
}

static void declaration(void *userdata, const XML_Char *version, const XML_Char *encoding, int standalone) {
    Xml *x = userdata;
    if (encoding && !str_ieq(str_from(encoding), STR("UTF-8")))
        x->in_place = false;
}

static int parser_error(Xml *x) {
    enum XML_Error code = XML_GetErrorCode(x->parser);
    at_event(x);
    const char *text = XML_ErrorString(code);
    if (x->open.n) {
        const Node *inner = x->open.p[x->open.n - 1].node;
        return diag_add(x->tree.diag, DIAG_ERROR, x->tree.name, x->place.line, tree_place_col(&x->place),
                        "%s, inside of <%.*s> that began at %u:%u", text, (int) MIN(inner->key.n, (size_t) 64), inner->key.p, inner->line,
                        inner->col);
    }
    return diag_add(x->tree.diag, DIAG_ERROR, x->tree.name, x->place.line, tree_place_col(&x->place), "%s", text);
}

int xml_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Node **ret) {
    Xml x = {
        .tree = {.name = name, .limits = limits, .arena = a, .diag = d},
        .text = {text.p ? text.p : "", text.n},
        .place = tree_place(text),
        .in_place = true,
    };
    uint64_t max = MIN(limits->document_bytes, (uint64_t) INT_MAX - 1);
    if (text.n > max)
        return tree_limit(&x.tree, 0, 0, "the document has %zu bytes, more than %llu", text.n, (unsigned long long) max);
    /* UTF-16 tells itself by its mark, other encodings by the XML declaration. */
    if (str_starts(text, STR("\xFF\xFE")) || str_starts(text, STR("\xFE\xFF")) || memchr(x.text.p, 0, MIN(text.n, (size_t) 4)))
        x.in_place = false;
    x.parser = XML_ParserCreate(NULL);
    if (!x.parser)
        return tree_limit(&x.tree, 0, 0, "out of memory");
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, start_element, end_element);
    XML_SetCharacterDataHandler(x.parser, character_data);
    XML_SetStartDoctypeDeclHandler(x.parser, doctype);
    XML_SetSkippedEntityHandler(x.parser, skipped_entity);
    XML_SetXmlDeclHandler(x.parser, declaration);
    enum XML_Status status = XML_Parse(x.parser, x.text.p, (int) text.n, 1);
    int r = x.r < 0 ? x.r : status == XML_STATUS_OK ? 0 : parser_error(&x);
    XML_ParserFree(x.parser);
    vec_done(&x.open);
    if (r < 0)
        return r;
    *ret = x.root;
    return 0;
}
