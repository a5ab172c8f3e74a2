/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's events into Node trees. libyaml looks at all open flow levels for each token, so that reading stops at the depth
 * limit; and at all tag directives for each one, so that their number is bounded before it reads. */
#include <stdio.h>
#include <yaml.h>

#include "parse/yaml-private.h"

/* Nodes that aliases may stand for beyond ten times what is written: enough for any real file, little for a bomb. */
enum { ALIAS_NODES = 100 * 1000, ALIAS_RATIO = 10, TAG_DIRECTIVES = 64 };

/* Types of YAML 1.1 that libyaml has no names for. */
#define BINARY_TAG "tag:yaml.org,2002:binary"
#define MERGE_TAG "tag:yaml.org,2002:merge"

typedef struct Anchor {
    const Node *node;  /* NULL while it is being read */
    uint64_t nodes;    /* what an alias stands for, all aliases in it written out */
    uint32_t height;   /* 0 for a scalar */
    uint32_t line, col;
} Anchor;

typedef struct Yaml {
    Tree tree;
    yaml_parser_t parser;
    yaml_event_t event;
    bool have_event;
    TreePlace place;
    Map anchors;       /* of the current document: name -> Anchor */
    uint64_t aliased;  /* nodes that aliases stood for so far */
    unsigned flags;    /* YamlFlags */
    bool bad;          /* an error was reported after which reading could go on */
    bool plain;        /* bytes are characters and lines end with \n alone: libyaml counts lines and columns as we do */
} Yaml;

static void at_mark(Yaml *y, const yaml_mark_t *mark, uint32_t *line, uint32_t *col) {
    if (y->plain) {
        *line = (uint32_t) mark->line + 1;
        *col = (uint32_t) mark->column + 1;
        return;
    }
    tree_place_char(&y->place, mark->index);
    *line = y->place.line;
    *col = tree_place_col(&y->place);
}

static int error_at(Yaml *y, uint32_t line, uint32_t col, const char *message) {
    return diag_add(y->tree.diag, DIAG_ERROR, y->tree.name, line, col, "%s", message);
}

static int parser_error(Yaml *y) {
    const yaml_parser_t *p = &y->parser;
    uint32_t line, col;
    char message[320];
    y->plain = false; /* behind the last byte libyaml is in a line of its own */
    const char *problem = p->problem ? p->problem : "cannot be read";
    if (p->error == YAML_MEMORY_ERROR)
        return tree_limit(&y->tree, 0, 0, "out of memory");
    if (p->error == YAML_READER_ERROR) {
        y->place = tree_place(y->place.text);
        tree_place_byte(&y->place, p->problem_offset);
        if (p->problem_value != -1)
            snprintf(message, sizeof(message), "%s: 0x%02X", problem, (unsigned) p->problem_value);
        else
            snprintf(message, sizeof(message), "%s", problem);
        return error_at(y, y->place.line, tree_place_col(&y->place), message);
    }
    if (p->context && (p->context_mark.line || p->context_mark.index)) {
        at_mark(y, &p->context_mark, &line, &col);
        snprintf(message, sizeof(message), "%s, %s that began at %u:%u", problem, p->context, line, col);
    } else {
        snprintf(message, sizeof(message), p->context ? "%s, %s" : "%s", problem, p->context);
    }
    at_mark(y, &p->problem_mark, &line, &col);
    return error_at(y, line, col, message);
}

static int next_event(Yaml *y) {
    if (y->have_event)
        yaml_event_delete(&y->event);
    y->have_event = false;
    if (!yaml_parser_parse(&y->parser, &y->event))
        return parser_error(y);
    y->have_event = true;
    return 0;
}

/* The type that the scalar's tag, or its looks when it has none, give it. */
static int scalar_type(Yaml *y, Str text, NodeType *ret) {
    const char *tag = (const char *) y->event.data.scalar.tag;
    bool looked_at = tag ? strcmp(tag, YAML_STR_TAG) != 0 : y->event.data.scalar.plain_implicit;
    NodeType looks = looked_at ? yaml_scalar_looks(text, y->flags, y->tree.arena) : NODE_STRING;
    if (!tag) {
        *ret = looks;
        return 0;
    }
    NodeType wanted = strcmp(tag, YAML_NULL_TAG) == 0    ? NODE_NULL
                      : strcmp(tag, YAML_BOOL_TAG) == 0  ? NODE_BOOL
                      : strcmp(tag, YAML_INT_TAG) == 0   ? NODE_NUMBER
                      : strcmp(tag, YAML_FLOAT_TAG) == 0 ? NODE_NUMBER
                                                         : NODE_STRING;
    *ret = wanted;
    return wanted == NODE_STRING || wanted == looks ? 0 : -EINVAL;
}

static int read_scalar(Yaml *y, Node **ret) {
    uint32_t line, col;
    at_mark(y, &y->event.start_mark, &line, &col);
    const char *tag = (const char *) y->event.data.scalar.tag;
    if (tag && y->flags & YAML_NO_BINARY && strcmp(tag, BINARY_TAG) == 0)
        return error_at(y, line, col, "!!binary hides what stands here: write the text itself");
    Str text = {(const char *) y->event.data.scalar.value, y->event.data.scalar.length};
    NodeType type;
    if (scalar_type(y, text, &type) < 0) {
        char message[64];
        snprintf(message, sizeof(message), "the tag asks for %s, which this is not", node_type_name(type));
        return error_at(y, line, col, message);
    }
    Node *n = tree_node(&y->tree, type, line, col);
    if (!n)
        return -E2BIG;
    if (!yaml_scalar_fill(n, text, y->tree.arena))
        return tree_no_memory(&y->tree, line, col);
    *ret = n;
    return 0;
}

static int read_alias(Yaml *y, uint32_t depth, Node **ret, uint32_t *ret_height) {
    uint32_t line, col;
    at_mark(y, &y->event.start_mark, &line, &col);
    Str name = str_from((const char *) y->event.data.alias.anchor);
    const Anchor *anchor = map_get(&y->anchors, name);
    char message[160];
    int shown = (int) MIN(name.n, (size_t) 64);
    if (!anchor) {
        snprintf(message, sizeof(message), "the alias *%.*s has no anchor before it", shown, name.p);
        return error_at(y, line, col, message);
    }
    if (!anchor->node) {
        snprintf(message, sizeof(message), "the alias *%.*s is inside of its own anchor, at %u:%u", shown, name.p, anchor->line, anchor->col);
        return error_at(y, line, col, message);
    }
    y->aliased += anchor->nodes;
    uint64_t allowed = ALIAS_NODES + (uint64_t) ALIAS_RATIO * y->tree.nodes;
    if (y->aliased > MIN(allowed, (uint64_t) y->tree.limits->document_nodes))
        return tree_limit(&y->tree, line, col, "the aliases stand for more than %llu values",
                          (unsigned long long) MIN(allowed, (uint64_t) y->tree.limits->document_nodes));
    if (depth + anchor->height > y->tree.limits->document_depth)
        return tree_limit(&y->tree, line, col, "values are nested deeper than %u", y->tree.limits->document_depth);
    Node *n = tree_node(&y->tree, anchor->node->type, line, col);
    if (!n)
        return -E2BIG;
    switch (n->type) {
    case NODE_BOOL:
        n->boolean = anchor->node->boolean;
        break;
    case NODE_LIST:
    case NODE_MAP:
        n->list = anchor->node->list;
        break;
    default:
        n->text = anchor->node->text;
    }
    *ret = n;
    *ret_height = anchor->height;
    return 0;
}

static int read_node(Yaml *y, uint32_t depth, Node **ret, uint32_t *ret_height);

static int read_list(Yaml *y, uint32_t depth, Node *list, uint32_t *height) {
    int r;
    while ((r = next_event(y)) == 0 && y->event.type != YAML_SEQUENCE_END_EVENT) {
        Node *child;
        uint32_t h = 0;
        r = read_node(y, depth, &child, &h);
        if (r < 0)
            return r;
        *height = MAX(*height, h + 1);
        node_append(list, child);
    }
    return r;
}

static int read_map(Yaml *y, uint32_t depth, Node *map, uint32_t *height) {
    _cleanup_(tree_keys_done) TreeKeys keys;
    keys.n = 0;
    int r;
    while ((r = next_event(y)) == 0 && y->event.type != YAML_MAPPING_END_EVENT) {
        Node *key, *child;
        uint32_t h = 0;
        if (y->event.type != YAML_SCALAR_EVENT && y->event.type != YAML_ALIAS_EVENT) {
            uint32_t line, col;
            at_mark(y, &y->event.start_mark, &line, &col);
            return error_at(y, line, col, "a key must be a scalar, not a list or a map");
        }
        /* A key is kept as it was written, whatever its type would be. */
        Str written = STR_NULL;
        bool merge = false;
        Node place;
        if (y->event.type == YAML_SCALAR_EVENT) {
            const char *tag = (const char *) y->event.data.scalar.tag;
            merge = tag ? strcmp(tag, MERGE_TAG) == 0 : y->event.data.scalar.plain_implicit;
            written = arena_str(y->tree.arena, (Str) {(const char *) y->event.data.scalar.value, y->event.data.scalar.length});
            if (!written.p)
                return tree_no_memory(&y->tree, map->line, map->col);
        }
        if (written.p && !y->event.data.scalar.tag && !y->event.data.scalar.anchor) {
            /* Nothing but its place is asked for. */
            key = &place;
            at_mark(y, &y->event.start_mark, &place.line, &place.col);
            r = tree_count(&y->tree, place.line, place.col);
        } else {
            r = read_node(y, depth, &key, &h);
        }
        if (r < 0)
            return r;
        if (!written.p && key->type != NODE_STRING && key->type != NODE_NUMBER)
            return error_at(y, key->line, key->col, "a key must be a string or a number; this alias is neither");
        r = next_event(y);
        if (r < 0)
            return r;
        h = 0;
        r = read_node(y, depth, &child, &h);
        if (r < 0)
            return r;
        *height = MAX(*height, h + 1);
        child->key = written.p ? written : key->text;
        child->merge = merge && str_eqz(child->key, "<<");
        child->key_line = key->line;
        child->key_col = key->col;
        const Node *before = tree_keys_add(&keys, map, child);
        if (y->flags & YAML_REPEATED_MERGE && str_eqz(child->key, "<<"))
            before = NULL;
        if (before) {
            y->bad = true;
            diag_add(y->tree.diag, DIAG_ERROR, y->tree.name, key->line, key->col, "the key \"%.*s\" is here already, at %u:%u",
                     (int) MIN(child->key.n, (size_t) 100), child->key.p, before->key_line, before->key_col);
            continue;
        }
        node_append(map, child);
    }
    return r;
}

static int read_collection(Yaml *y, uint32_t depth, Node **ret, uint32_t *ret_height) {
    bool map = y->event.type == YAML_MAPPING_START_EVENT;
    uint32_t line, col;
    at_mark(y, &y->event.start_mark, &line, &col);
    if (depth >= y->tree.limits->document_depth)
        return tree_limit(&y->tree, line, col, "values are nested deeper than %u", y->tree.limits->document_depth);
    Node *n = tree_node(&y->tree, map ? NODE_MAP : NODE_LIST, line, col);
    if (!n)
        return -E2BIG;
    uint32_t height = 1;
    int r = map ? read_map(y, depth + 1, n, &height) : read_list(y, depth + 1, n, &height);
    if (r < 0)
        return r;
    *ret = n;
    *ret_height = height;
    return 0;
}

/* The node whose first event is at hand; afterwards its last one is. */
static int read_node(Yaml *y, uint32_t depth, Node **ret, uint32_t *ret_height) {
    const yaml_char_t *name = NULL;
    switch (y->event.type) {
    case YAML_ALIAS_EVENT:
        return read_alias(y, depth, ret, ret_height);
    case YAML_SCALAR_EVENT:
        name = y->event.data.scalar.anchor;
        break;
    case YAML_SEQUENCE_START_EVENT:
        name = y->event.data.sequence_start.anchor;
        break;
    case YAML_MAPPING_START_EVENT:
        name = y->event.data.mapping_start.anchor;
        break;
    default:
        return error_at(y, y->place.line, tree_place_col(&y->place), "expected a value");
    }
    Anchor *anchor = NULL;
    if (name) {
        Str kept = arena_str(y->tree.arena, str_from((const char *) name));
        anchor = kept.p ? arena_new(y->tree.arena, Anchor) : NULL;
        if (!anchor)
            return tree_no_memory(&y->tree, 0, 0);
        at_mark(y, &y->event.start_mark, &anchor->line, &anchor->col);
        map_set(&y->anchors, kept, anchor);
    }
    uint64_t before = y->tree.nodes + y->aliased;
    Node *n = NULL;
    uint32_t height = 0;
    int r = y->event.type == YAML_SCALAR_EVENT ? read_scalar(y, &n) : read_collection(y, depth, &n, &height);
    if (r < 0)
        return r;
    if (anchor) {
        anchor->nodes = y->tree.nodes + y->aliased - before;
        anchor->height = height;
        anchor->node = n;
    }
    *ret = n;
    *ret_height = height;
    return 0;
}

static int read_stream(Yaml *y, Node **ret_first, size_t *ret_n) {
    Node *first = NULL, *last = NULL;
    size_t n = 0;
    for (;;) {
        int r = next_event(y);
        if (r < 0)
            return r;
        if (y->event.type == YAML_STREAM_END_EVENT)
            break;
        /* Stream start and document ends say nothing. */
        if (y->event.type != YAML_DOCUMENT_START_EVENT)
            continue;
        map_done(&y->anchors);
        y->anchors = (Map) {0};
        Node *root = NULL;
        uint32_t height;
        r = next_event(y);
        if (r == 0)
            r = read_node(y, 0, &root, &height);
        if (r < 0)
            return r;
        lint_assume(root);
        if (last)
            last->next = root;
        else
            first = root;
        last = root;
        n++;
    }
    if (y->bad)
        return -EINVAL;
    *ret_first = first;
    *ret_n = n;
    return 0;
}

/* Are there so many lines that begin with a tag directive that libyaml would be slow? */
static bool many_tag_directives(Str text) {
    size_t n = 0;
    Str rest = text, line;
    if (str_find(text, STR("%TAG")) < 0)
        return false;
    while (n <= TAG_DIRECTIVES && str_line(&rest, &line))
        n += str_starts(line, STR("%TAG"));
    return n > TAG_DIRECTIVES;
}

int yaml_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Node **ret_first_document, size_t *ret_documents) {
    return yaml_parse_with(text, name, 0, limits, a, d, ret_first_document, ret_documents);
}

int yaml_parse_with(Str text, const char *name, unsigned flags, const Limits *limits, Arena *a, Diag *d, Node **ret_first_document, size_t *ret_documents) {
    Yaml y = {.flags = flags, .tree = {.name = name, .limits = limits, .arena = a, .diag = d}};
    uint64_t max = MIN(limits->document_bytes, (uint64_t) UINT32_MAX - 1);
    if (text.n > max)
        return tree_limit(&y.tree, 0, 0, "the document has %zu bytes, more than %llu", text.n, (unsigned long long) max);
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_from_at(text, 3);
    if (many_tag_directives(text))
        return tree_limit(&y.tree, 0, 0, "more than %d %%TAG directives", TAG_DIRECTIVES);
    y.place = tree_place(text);
    y.plain = str_is_ascii(text) && str_chr(text, '\r') < 0;
    if (!yaml_parser_initialize(&y.parser))
        return tree_limit(&y.tree, 0, 0, "out of memory");
    /* Said, so that libyaml does not guess at UTF-16. */
    yaml_parser_set_encoding(&y.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&y.parser, (const unsigned char *) (text.p ? text.p : ""), text.n);
    int r = read_stream(&y, ret_first_document, ret_documents);
    if (y.have_event)
        yaml_event_delete(&y.event);
    yaml_parser_delete(&y.parser);
    map_done(&y.anchors);
    return r;
}
