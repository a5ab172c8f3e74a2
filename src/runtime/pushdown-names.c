/* SPDX-License-Identifier: Apache-2.0 */
/* Names that rules look for: of which directories a file must be, and how its own name must be, for a rule to hold. Whatever cannot be told of a directory by itself counts as "any
 * file in it". */
#include "runtime/pushdown-private.h"

#include "policy/match.h"

/* How a comparison says it; others are not looked into. */
static bool known_op(AstOp op) {
    switch (op) {
    case OP_EQ: case OP_IN: case OP_STARTSWITH: case OP_ENDSWITH: case OP_CONTAINS: case OP_ICONTAINS: case OP_GLOB: case OP_PMATCH:
        return true;
    default:
        return false;
    }
}

static bool has_slash(Str s) {
    return str_chr(s, '/') >= 0;
}

/* What it costs, roughly, to look for it: 0 is one file, more than 80 most files there are, -1 that the kernel cannot. */
static int cost_of(AtomOf of, AstOp op, Str text) {
    if (of == OF_COMM)
        return op == OP_EQ ? 60 : -1;
    if (of == OF_RAW)
        return (op == OP_CONTAINS || op == OP_GLOB || op == OP_STARTSWITH) && has_slash(text) ? 20 : -1;
    if (of == OF_DIRECTORY)
        return 15;
    switch (op) {
    case OP_EQ: return 1;
    case OP_ENDSWITH: return has_slash(text) ? 5 : 8;
    case OP_STARTSWITH: case OP_PMATCH: return of == OF_FILE ? 90 : text.n > 40 ? 30 : 70 - (int) text.n;
    case OP_GLOB: return of == OF_FILE ? 90 : has_slash(text) ? 40 : 85;
    default: return of == OF_PATH && has_slash(text) ? 25 : 95;
    }
}

void check_find_atoms(Check *c, Arena *a) {
    const AstNode *n = c->node;
    if (c->n_fields != 1 || n->left->kind != TERM_FIELD || n->left->has_arg || n->right || !known_op(n->op) || n->modifier != MODIFIER_NONE)
        return;
    AtomOf of;
    switch (c->fields[0].slot) {
    case SLOT_FD_NAME: case SLOT_FD_PATH_RESOLVED: case SLOT_FS_PATH_NAME: of = OF_PATH; break;
    case SLOT_FD_DIRECTORY: of = OF_DIRECTORY; break;
    case SLOT_FD_FILENAME: of = OF_FILE; break;
    case SLOT_FD_NAMERAW: of = OF_RAW; break;
    case SLOT_PROC_NAME: of = OF_COMM; break;
    default: return;
    }
    AstOp op = n->op == OP_IN ? OP_EQ : n->op;
    size_t k = 0;
    for (const AstItem *i = n->items; i; i = i->next)
        k++;
    Atom *atoms = arena_alloc(a, (k + 1) * sizeof(*atoms));
    for (const AstItem *i = n->items; i; i = i->next) {
        int cost = cost_of(of, op, i->text);
        if (cost < 0)
            return;
        c->cost = MAX(c->cost, cost);
        atoms[c->n_atoms++] = (Atom) {.of = of, .op = op, .text = i->text};
    }
    c->atoms = atoms;
}

/* "/etc/" of "/etc/shadow". */
static Str directory_of(Str path) {
    return str_head(path, (size_t) (str_rchr(path, '/') + 1));
}
static Str base_of(Str path) {
    return str_from_at(path, (size_t) (str_rchr(path, '/') + 1));
}

/* Where a glob is text: before the first and behind the last of what has a meaning in it. */
static Str glob_head(Str g) {
    size_t n = 0;
    while (n < g.n && !strchr("*?[\\", g.p[n]))
        n++;
    return str_head(g, n);
}
static Str glob_tail(Str g) {
    size_t n = g.n;
    if (str_chr(g, '[') >= 0 || str_chr(g, '\\') >= 0)
        return STR("");
    while (n > 0 && !strchr("*?", g.p[n - 1]))
        n--;
    return str_from_at(g, n);
}

typedef enum Verdict { NEVER, BY_NAME, ANY } Verdict;

/* May a path of this directory begin with `prefix`? */
static bool begins(Str directory, Str prefix) {
    return str_starts(directory, prefix) || (str_starts(prefix, directory) && !has_slash(str_from_at(prefix, directory.n)));
}

/* May it have `part` in it, which has a slash? */
static bool has_part(Str directory, Str part, bool fold) {
    if (fold ? text_contains_fold(directory, part, NULL) : str_find(directory, part) >= 0)
        return true;
    Str head = directory_of(part);
    return fold ? directory.n >= head.n && str_ieq(str_from_at(directory, directory.n - head.n), head) : str_ends(directory, head);
}

/* Each part of a glob that is text and has a slash must be in it, one behind the other; the last one may reach into the file's name. */
static bool has_parts(Str directory, Str glob) {
    if (str_chr(glob, '[') >= 0 || str_chr(glob, '\\') >= 0)
        return true;
    Str rest = directory;
    for (size_t from = 0, i = 0; i <= glob.n; i++)
        if (i == glob.n || strchr("*?", glob.p[i])) {
            Str part = str_n(glob.p + from, i - from);
            ssize_t at = has_slash(part) ? str_find(rest, part) : 0;
            if (at < 0 && !str_ends(rest, directory_of(part)))
                return false;
            if (has_slash(part))
                rest = at < 0 ? STR("") : str_from_at(rest, (size_t) at + part.n);
            from = i + 1;
        }
    return true;
}

static Verdict ends(Str directory, Str suffix) {
    if (!has_slash(suffix))
        return suffix.n ? BY_NAME : ANY;
    if (!str_ends(directory, directory_of(suffix)))
        return NEVER;
    return base_of(suffix).n ? BY_NAME : ANY;
}

static Verdict matches_glob(Str directory, Str glob) {
    Str head = glob_head(glob);
    if (head.n == glob.n)
        return str_eq(directory_of(glob), directory) ? BY_NAME : NEVER;
    if (!begins(directory, head) || !has_parts(directory, glob))
        return NEVER;
    return ends(directory, glob_tail(glob));
}

static Verdict below(Str directory, Str prefix) {
    char room[WIRE_STRING_MAX];
    Str head = glob_head(prefix);
    if (head.n == prefix.n) {
        Str clean = str_n(room, path_join(STR(""), prefix, room, sizeof(room)));
        if (clean.n + 2 >= sizeof(room) || path_has_prefix(directory, clean, NULL))
            return ANY;
        return str_eq(directory_of(clean), directory) ? BY_NAME : NEVER;
    }
    head = directory_of(head);
    Str clean = str_n(room, path_join(STR(""), head, room, sizeof(room)));
    return clean.n + 2 >= sizeof(room) || path_has_prefix(directory, clean, NULL) || path_has_prefix(clean, directory, NULL) ? ANY : NEVER;
}

static bool about_directory(const Atom *a, Str directory) {
    Str d = directory.n > 1 ? str_head(directory, directory.n - 1) : directory;
    switch (a->op) {
    case OP_EQ: return str_eq(d, a->text);
    case OP_STARTSWITH: return str_starts(d, a->text);
    case OP_ENDSWITH: return str_ends(d, a->text);
    case OP_CONTAINS: return str_find(d, a->text) >= 0;
    case OP_GLOB: return glob_match(a->text, d, false, NULL);
    default: return true;
    }
}

static Verdict about_path(const Atom *a, Str directory) {
    switch (a->op) {
    case OP_EQ: return str_eq(directory_of(a->text), directory) ? BY_NAME : NEVER;
    case OP_STARTSWITH: return begins(directory, a->text) ? ANY : NEVER;
    case OP_ENDSWITH: return ends(directory, a->text);
    case OP_CONTAINS: case OP_ICONTAINS: return !has_slash(a->text) || has_part(directory, a->text, a->op == OP_ICONTAINS) ? ANY : NEVER;
    case OP_GLOB: return matches_glob(directory, a->text);
    case OP_PMATCH: return below(directory, a->text);
    default: return ANY;
    }
}

static Verdict verdict(const Atom *a, Str directory, Str raw) {
    switch (a->of) {
    case OF_PATH: return about_path(a, directory);
    case OF_DIRECTORY: return about_directory(a, directory) ? ANY : NEVER;
    case OF_FILE: return a->op == OP_EQ || (a->op == OP_ENDSWITH && a->text.n && !has_slash(a->text)) ? BY_NAME : ANY;
    case OF_RAW: return a->op == OP_STARTSWITH ? begins(raw, a->text) ? ANY : NEVER : a->op == OP_GLOB ? begins(raw, glob_head(a->text)) && has_parts(raw, a->text) ? ANY : NEVER
            : has_part(raw, a->text, false) ? ANY : NEVER;
    default: return NEVER;
    }
}

FilterDirectory atoms_in_directory(const Atom *atoms, size_t n, Str directory, Str raw) {
    FilterDirectory d = {0};
    for (size_t i = 0; i < n; i++) {
        Verdict v = verdict(&atoms[i], directory, raw);
        d.any |= v == ANY ? atoms[i].bits : 0;
        d.named |= v == BY_NAME ? atoms[i].bits : 0;
    }
    return d;
}

uint64_t filter_text_hash(uint64_t start, Str s) {
    uint64_t h = start;
    for (size_t i = 0; i < s.n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, s.p + i, MIN(s.n - i, (size_t) 8));
        h = filter_mix(h, word);
    }
    return filter_end(h);
}

/* Rules whose names find no room are sent always: *rest. */
static void add_name(FilterName *table, size_t n, uint64_t hash, uint64_t bits, uint64_t *rest) {
    for (size_t i = 0; i < FILTER_PROBES; i++) {
        FilterName *at = &table[(hash + i) % n];
        if (at->hash && at->hash != hash)
            continue;
        *at = (FilterName) {hash, at->bits | bits};
        return;
    }
    *rest |= bits;
}

static void add_suffix(FilterTables *t, Str s, uint64_t bits, uint64_t *rest) {
    FilterSuffix one = {.bits = bits, .bytes = MIN(s.n, (size_t) FILTER_SUFFIX_BYTES)};
    if (!s.n) {
        *rest |= bits;
        return;
    }
    s = str_from_at(s, s.n - one.bytes);
    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a slice with bytes has a pointer to them. */
    memcpy((char *) &one.value + sizeof(one.value) - s.n, s.p, s.n);
    t->suffix_ends[one.value >> 62] |= (uint64_t) 1 << (one.value >> 56 & 63);
    memset((char *) &one.mask + sizeof(one.mask) - s.n, 0xff, s.n);
    for (size_t i = 0; i < t->n_suffixes; i++)
        if (t->suffix[i].value == one.value && t->suffix[i].mask == one.mask) {
            t->suffix[i].bits |= bits;
            return;
        }
    if (t->n_suffixes == FILTER_SUFFIXES)
        *rest |= bits;
    else
        t->suffix[t->n_suffixes++] = one;
}

/* The name that a file must have, or its end (*ret_suffix); empty where that is not asked. */
static Str name_of(const Atom *a, bool *ret_suffix) {
    Str text = a->op == OP_GLOB ? glob_tail(a->text) : a->text;
    bool whole = a->op == OP_EQ || (a->op == OP_GLOB && text.n == a->text.n);
    *ret_suffix = !whole && a->op != OP_PMATCH && !has_slash(text);
    if (a->of == OF_FILE)
        return a->op == OP_EQ || (a->op == OP_ENDSWITH && !has_slash(text)) ? text : STR("");
    if (a->of != OF_PATH || !(whole || a->op == OP_ENDSWITH || a->op == OP_GLOB || a->op == OP_PMATCH))
        return STR("");
    while (a->op == OP_PMATCH && text.n && text.p[text.n - 1] == '/')
        text.n--;
    return base_of(text);
}

void atoms_fill(const Atom *atoms, size_t n, FilterTables *t, uint64_t *rest) {
    for (size_t i = 0; i < n; i++) {
        const Atom *a = &atoms[i];
        bool suffix = false;
        Str name = a->of == OF_COMM ? STR_NULL : name_of(a, &suffix);
        if (a->of == OF_COMM && a->text.n < 16) {
            uint64_t words[2] = {0};
            memcpy(words, a->text.p, a->text.n);
            add_name(t->comms, FILTER_COMMS, filter_end(filter_mix(filter_mix(filter_start(t->seed, FILTER_START_COMM), words[0]), words[1])), a->bits, rest);
            t->comm_bits |= a->bits;
        } else if (name.n && suffix) {
            t->suffix_bits |= a->bits;
            add_suffix(t, name, a->bits, rest);
        } else if (name.n) {
            uint64_t h = filter_text_hash(filter_start(t->seed, FILTER_START_BASE), name);
            add_name(t->bases, FILTER_BASES, h, a->bits, rest);
            t->bloom[(h >> 32) % FILTER_BASES] = 1;
        }
    }
}
