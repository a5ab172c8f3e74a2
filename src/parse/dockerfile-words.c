/* SPDX-License-Identifier: Apache-2.0 */
/* Flags and words of one instruction. */
#include "parse/dockerfile-private.h"
#include "parse/node.h"

/* A list of words on its way into the arena. */
typedef Vec(DockerWord) Words;

static DockerWord word_of(const DockerParser *p, const DockerInstruction *in, Str raw) {
    return (DockerWord) {
        .raw = raw,
        .text = raw,
        .at = dockerfile_offset(p->f, in, raw.p),
        .end = docker_end(p, in, raw.p + raw.n),
    };
}

static int keep(DockerParser *p, DockerInstruction *in, const Words *words, const DockerWord **ret, size_t *ret_n) {
    if (words->n == 0)
        return 0;
    DockerWord *w = docker_alloc(p, in->at, words->n, sizeof(*w));
    if (!w)
        return -E2BIG;
    memcpy(w, words->p, words->n * sizeof(*w));
    *ret = w;
    *ret_n = words->n;
    return 0;
}

/* Does the instruction take this flag? With a value: "--name=" in its row. */
static bool takes_flag(const DockerRow *row, Str name, bool *ret_value) {
    Str flags = str_from(row->flags), one;
    while (str_split(&flags, ' ', &one)) {
        *ret_value = str_ends(one, STR("="));
        if (*ret_value)
            one.n--;
        if (str_eq(one, name))
            return true;
    }
    return false;
}

static int read_flag(DockerParser *p, DockerInstruction *in, Str word, Words *flags) {
    const DockerRow *row = &docker_rows[in->kind];
    DockerWord w = word_of(p, in, word);
    ssize_t eq = str_chr(word, '=');
    w.name = eq < 0 ? word : str_head(word, (size_t) eq);
    w.raw = w.text = eq < 0 ? STR_NULL : str_from_at(word, (size_t) eq + 1);
    bool value;
    if (!takes_flag(row, w.name, &value)) {
        if (row->flags[0] == '\0')
            return docker_error(p, w.at, "%s takes no flags, found %.*s", row->name, docker_shown(w.name), w.name.p);
        return docker_error(p, w.at, "expected a flag of %s (%s), found %.*s", row->name, row->flags, docker_shown(w.name), w.name.p);
    }
    if (value && w.raw.n == 0)
        return docker_error(p, w.at, "expected a value, %.*s=…", docker_shown(w.name), w.name.p);
    /* COPY takes --from as it is; everything else may hold variables. */
    int r = w.raw.p && !str_eqz(w.name, "--from") ? docker_expand(p, in, in->kind == DOCKER_FROM ? &p->global : p->scope, &w) : 0;
    if (r == 0)
        vec_push(flags, w);
    return r;
}

/* Flags stand first and begin with "--"; "--" alone ends them. Cuts them from in->value. */
static int read_flags(DockerParser *p, DockerInstruction *in) {
    Words flags = {0};
    int bad = 0;
    for (;;) {
        Str s = docker_trim_left(in->value);
        in->value = s;
        if (!str_starts(s, STR("--")))
            break;
        size_t i = 0;
        char quote = 0;
        for (; i < s.n && (quote || !docker_blank(s.p[i])); i++) {
            if (s.p[i] == p->f->escape && i + 1 < s.n)
                i++;
            else if (quote && s.p[i] == quote)
                quote = 0;
            else if (!quote && (s.p[i] == '"' || s.p[i] == '\''))
                quote = s.p[i];
        }
        in->value = docker_trim_left(str_from_at(s, i));
        if (i == 2)
            break;
        int r = read_flag(p, in, str_head(s, i), &flags);
        bad = r < 0 ? r : bad;
        if (bad == -E2BIG)
            break;
    }
    int r = bad == -E2BIG ? bad : keep(p, in, &flags, &in->flags, &in->n_flags);
    vec_done(&flags);
    return r < 0 ? r : bad;
}

/* A JSON list of strings: 1 with its words, 0 when the text is something else. */
static int read_json(DockerParser *p, DockerInstruction *in, Str text, Words *words) {
    Node *root;
    Limits l = limits_default();
    l.document_nodes = DOCKERFILE_PARTS;
    l.document_depth = 4;
    if (text.n == 0 || text.p[0] != '[' || json_parse(text, in->keyword.p, &l, p->arena, NULL, &root) < 0 || root->type != NODE_LIST)
        return 0;
    node_each(n, root)
        if (n->type != NODE_STRING)
            return 0;
    node_each(n, root) {
        /* The text holds no line breaks: a column is an offset. */
        const char *start = text.p + n->col - 1, *end = start + 1, *limit = text.p + text.n;
        while (end < limit && *end != '"')
            end += *end == '\\' ? 2 : 1;
        DockerWord w = word_of(p, in, str_n(start, (size_t) (MIN(end + 1, limit) - start)));
        w.raw = w.text = n->text;
        vec_push(words, w);
    }
    return 1;
}

/* Words parted by blanks; quotes hold together where `quotes`. */
static bool next_word(const DockerParser *p, Str *rest, bool quotes, Str *ret) {
    Str s = docker_trim_left(*rest);
    size_t i = 0;
    char quote = 0;
    for (; i < s.n && (quote || !docker_blank(s.p[i])); i++) {
        if (!quotes)
            continue;
        char c = s.p[i];
        if (c == p->f->escape && quote != '\'' && i + 1 < s.n)
            i++;
        else if (quote && c == quote)
            quote = 0;
        else if (!quote && (c == '\'' || c == '"'))
            quote = c;
    }
    *ret = str_head(s, i);
    *rest = str_from_at(s, i);
    return i > 0;
}

static int expand_all(DockerParser *p, DockerInstruction *in, Words *words) {
    const Map *scope = in->kind == DOCKER_FROM ? &p->global : p->scope;
    int bad = 0;
    for (size_t i = 0; i < words->n && bad != -E2BIG; i++) {
        if (!words->p[i].raw.p)
            continue;
        int r = docker_expand(p, in, scope, &words->p[i]);
        bad = r < 0 ? r : bad;
    }
    return bad;
}

static int wants(DockerParser *p, const DockerInstruction *in, Str at) {
    size_t where = docker_end(p, in, at.p ? at.p : in->keyword.p + in->keyword.n);
    return docker_error(p, where, "expected %s behind %s", docker_rows[in->kind].wants, docker_kind_name(in->kind));
}

/* NAME VALUE, all of the rest of the line. */
static int read_old_name(DockerParser *p, DockerInstruction *in, Str name, Str rest, Words *words) {
    Str value = docker_trim(rest);
    if (value.n == 0)
        return docker_error(p, docker_end(p, in, name.p + name.n), "expected \"=\" and a value behind %.*s", docker_shown(name), name.p);
    DockerWord w = word_of(p, in, str_n(name.p, (size_t) (value.p + value.n - name.p)));
    w.name = name;
    w.raw = value;
    vec_push(words, w);
    return 0;
}

static int read_name(DockerParser *p, DockerInstruction *in, Str s, Words *words) {
    DockerWord w = word_of(p, in, s);
    Str name = s, value = STR_NULL;
    bool has = str_cut(s, '=', &name, &value);
    if (!has && !(docker_rows[in->kind].bits & I_BARE_NAME))
        return docker_error(p, w.at, "expected NAME=VALUE, found \"%.*s\"", docker_shown(s), s.p);
    if (name.n == 0)
        return docker_error(p, w.at, "expected a name before \"=\"");
    int r = docker_unquote(p, in, name, &w.name);
    w.raw = w.text = has ? (value.p ? value : str_n(s.p + s.n, 0)) : STR_NULL;
    if (r == 0)
        vec_push(words, w);
    return r;
}

static int read_names(DockerParser *p, DockerInstruction *in, Words *words) {
    Str rest = in->value, word;
    int bad = 0;
    for (bool first = true; next_word(p, &rest, true, &word); first = false) {
        if (first && (docker_rows[in->kind].bits & I_OLD_NAME) && str_chr(word, '=') < 0)
            return read_old_name(p, in, word, rest, words);
        int r = read_name(p, in, word, words);
        bad = r < 0 ? r : bad;
    }
    return bad;
}

static int read_command(DockerParser *p, DockerInstruction *in, Str text, Words *words) {
    in->form = FORM_EXEC;
    if (read_json(p, in, text, words))
        return 0;
    in->form = FORM_SHELL;
    if (docker_rows[in->kind].bits & I_JSON_ONLY)
        return docker_error(p, dockerfile_offset(p->f, in, text.p), "expected %s behind %s, found \"%.*s\"", docker_rows[in->kind].wants,
                            docker_kind_name(in->kind), docker_shown(text), text.p);
    vec_push(words, word_of(p, in, text));
    return 0;
}

static int read_health(DockerParser *p, DockerInstruction *in, Words *words) {
    Str rest = in->value, word;
    next_word(p, &rest, false, &word);
    rest = docker_trim(rest);
    if (str_ieq(word, STR("NONE"))) {
        in->none = true;
        return rest.n ? docker_error(p, dockerfile_offset(p->f, in, rest.p), "expected nothing behind NONE") : 0;
    }
    if (!str_ieq(word, STR("CMD")))
        return docker_error(p, dockerfile_offset(p->f, in, word.p), "expected CMD or NONE, found \"%.*s\"", docker_shown(word), word.p);
    if (rest.n == 0)
        return docker_error(p, docker_end(p, in, word.p + word.n), "expected a command behind CMD");
    return read_command(p, in, rest, words);
}

static int read_plain(DockerParser *p, DockerInstruction *in, Words *words) {
    Str rest = in->value, word;
    if ((docker_rows[in->kind].bits & I_JSON) && read_json(p, in, rest, words)) {
        in->form = FORM_EXEC;
        return words->n ? 0 : wants(p, in, STR_NULL);
    }
    while (next_word(p, &rest, false, &word))
        vec_push(words, word_of(p, in, word));
    return 0;
}

static int check_from(DockerParser *p, const DockerInstruction *in, const Words *words) {
    if (words->n == 1)
        return 0;
    if (!str_ieq(words->p[1].raw, STR("AS")))
        return docker_error(p, words->p[1].at, "expected AS and a name for the stage, found \"%.*s\"", docker_shown(words->p[1].raw), words->p[1].raw.p);
    if (words->n == 2)
        return docker_error(p, words->p[1].end, "expected a name for the stage behind AS");
    if (words->n > 3)
        return docker_error(p, words->p[3].at, "expected the end of FROM, found \"%.*s\"", docker_shown(words->p[3].raw), words->p[3].raw.p);
    Str name = words->p[2].raw;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), other = (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (!letter && !(other && i > 0))
            return docker_error(p, dockerfile_offset(p->f, in, name.p + i), "expected a name of letters, digits, \"-\", \"_\" and \".\" that begins with a letter, found \"%.*s\"",
                                docker_shown(name), name.p);
    }
    return 0;
}

static int check_words(DockerParser *p, const DockerInstruction *in, const Words *words) {
    if (in->kind == DOCKER_FROM)
        return check_from(p, in, words);
    if ((in->kind == DOCKER_ADD || in->kind == DOCKER_COPY) && words->n < 2)
        return docker_error(p, words->p[0].end, "expected %s behind %s, found one word only", docker_rows[in->kind].wants, docker_kind_name(in->kind));
    return 0;
}

static int read_shape(DockerParser *p, DockerInstruction *in, Words *words) {
    switch (docker_rows[in->kind].shape) {
    case SHAPE_WORDS:
        return read_plain(p, in, words);
    case SHAPE_NAMES:
        return read_names(p, in, words);
    case SHAPE_COMMAND:
        return read_command(p, in, in->value, words);
    case SHAPE_HEALTH:
        return read_health(p, in, words);
    case SHAPE_TEXT:
        vec_push(words, word_of(p, in, in->value));
        return 0;
    case SHAPE_INSTRUCTION:
        return 0;
    }
    return 0;
}

int docker_words(DockerParser *p, DockerInstruction *in) {
    Words words = {0};
    int flags = docker_rows[in->kind].shape == SHAPE_INSTRUCTION ? 0 : read_flags(p, in);
    int r = 0;
    if (flags == -E2BIG)
        return flags;
    if (in->value.n == 0)
        return wants(p, in, STR_NULL);
    r = read_shape(p, in, &words);
    if (r == 0 && words.n)
        r = check_words(p, in, &words);
    if (r == 0 && (docker_rows[in->kind].bits & I_EXPAND))
        r = expand_all(p, in, &words);
    if (r == 0)
        r = keep(p, in, &words, &in->words, &in->n_words);
    vec_done(&words);
    return r < 0 ? r : flags;
}

const DockerWord *docker_flag(const DockerInstruction *i, const char *name, size_t nth) {
    for (size_t k = 0; k < i->n_flags; k++)
        if (str_eqz(i->flags[k].name, name) && nth-- == 0)
            return &i->flags[k];
    return NULL;
}

bool docker_option(Str options, const char *key, Str *ret_value) {
    Str one, name, value;
    while (str_split(&options, ',', &one)) {
        name = one;
        value = str_n(one.p + one.n, 0);
        str_cut(one, '=', &name, &value);
        if (str_ieq(docker_trim(name), str_from(key))) {
            *ret_value = value;
            return true;
        }
    }
    return false;
}
