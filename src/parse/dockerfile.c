/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/dockerfile.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "parse/dockerfile-private.h"
#include "parse/tree.h"

const DockerRow docker_rows[DOCKER_KIND_N_] = {
#define INSTRUCTION(symbol, shape, bits, flags, wants) [DOCKER_##symbol] = {#symbol, SHAPE_##shape, bits, flags, wants},
#include "parse/dockerfile.list.h"
#undef INSTRUCTION
};

const char *docker_kind_name(DockerKind k) {
    return docker_rows[k].name;
}

void dockerfile_place(const Dockerfile *f, size_t at, uint32_t *ret_line, uint32_t *ret_col) {
    size_t low = 0, high = f->n_lines;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (f->lines[mid] <= at)
            low = mid;
        else
            high = mid;
    }
    *ret_line = (uint32_t) low + 1;
    *ret_col = (uint32_t) (at - f->lines[low]) + 1;
}

size_t dockerfile_offset(const Dockerfile *f, const DockerInstruction *i, const char *p) {
    if (p >= f->text.p && p <= f->text.p + f->text.n)
        return (size_t) (p - f->text.p);
    size_t at = (size_t) (p - i->line_text.p), low = 0, high = i->n_pieces;
    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;
        if (i->pieces[mid].text_at <= at)
            low = mid;
        else
            high = mid;
    }
    return i->pieces[low].at + (at - i->pieces[low].text_at);
}

size_t docker_end(const DockerParser *p, const DockerInstruction *i, const char *q) {
    return q > i->line_text.p ? dockerfile_offset(p->f, i, q - 1) + 1 : dockerfile_offset(p->f, i, q);
}

int docker_error(DockerParser *p, size_t at, const char *fmt, ...) {
    char message[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    uint32_t line, col;
    dockerfile_place(p->f, at, &line, &col);
    return diag_add(p->diag, DIAG_ERROR, p->f->name, line, col, "%s", message);
}

int docker_limit(DockerParser *p, size_t at, const char *what) {
    docker_error(p, at, "%s", what);
    return -E2BIG;
}

void *docker_alloc(DockerParser *p, size_t at, size_t n, size_t size) {
    if (n > DOCKERFILE_PARTS - p->parts) {
        docker_limit(p, at, "the document has too many instructions, words and variables");
        return NULL;
    }
    p->parts += (uint32_t) n;
    void *m = arena_alloc(p->arena, n * size);
    if (!m)
        docker_limit(p, at, "the document takes too much memory");
    return m;
}

/* A line by its number, without its line break. */
static Str line_at(const Dockerfile *f, size_t line) {
    size_t from = f->lines[line], to = line + 1 < f->n_lines ? f->lines[line + 1] - 1 : f->text.n;
    if (to > from && f->text.p[to - 1] == '\r')
        to--;
    return str_n(f->text.p + from, to - from);
}

/* "# name=value"; false for any other comment. */
static bool directive_of(Str comment, Str *ret_name, Str *ret_value) {
    Str s = docker_trim(str_from_at(comment, 1)), name, value;
    if (!str_cut(s, '=', &name, &value))
        return false;
    name = docker_trim(name);
    value = docker_trim(value);
    if (name.n == 0 || value.n == 0)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i > 0 && c >= '0' && c <= '9')))
            return false;
    }
    *ret_name = name;
    *ret_value = value;
    return true;
}

/* Directives are the comments at the very top, up to the first line that is none. Unknown ones are comments, and end them. */
static int read_directives(DockerParser *p) {
    static const char *const known[] = {"syntax", "escape", "check"};
    Vec(DockerDirective) list = {0};
    int r = 0;
    for (; p->line < p->f->n_lines; p->line++) {
        Str line = docker_trim(line_at(p->f, p->line)), name, value;
        if (p->line == 0 && str_starts(line, STR("\xEF\xBB\xBF")))
            line = docker_trim(str_from_at(line, 3));
        if (line.n == 0 || line.p[0] != '#' || !directive_of(line, &name, &value))
            break;
        size_t which = 0;
        while (which < ARRAY_SIZE(known) && !str_ieq(name, str_from(known[which])))
            which++;
        if (which == ARRAY_SIZE(known))
            break;
        size_t at = (size_t) (name.p - p->f->text.p);
        for (size_t i = 0; i < list.n; i++)
            if (str_eqz(list.p[i].name, known[which]))
                r = docker_error(p, at, "the directive %s stands here a second time", known[which]);
        uint32_t l, c;
        dockerfile_place(p->f, at, &l, &c);
        vec_push(&list, ((DockerDirective) {str_from(known[which]), value, l, c}));
        if (which != 1)
            continue;
        if (str_eqz(value, "\\") || str_eqz(value, "`"))
            p->f->escape = value.p[0];
        else
            r = docker_error(p, (size_t) (value.p - p->f->text.p), "expected \\ or ` as the escape character, found \"%.*s\"", docker_shown(value), value.p);
    }
    DockerDirective *kept = arena_alloc(p->arena, list.n * sizeof(*kept));
    if (kept && list.n)
        memcpy(kept, list.p, list.n * sizeof(*kept));
    p->f->directives = kept;
    p->f->n_directives = kept ? list.n : 0;
    vec_done(&list);
    return kept ? r : docker_limit(p, 0, "the document takes too much memory");
}

/* The line without its continuation; false when it has none. Two escape characters are one character, not a continuation. */
static bool take_continuation(const DockerParser *p, Str *line) {
    size_t n = line->n;
    while (n && docker_blank(line->p[n - 1]))
        n--;
    if (n == 0 || line->p[n - 1] != p->f->escape || (n > 1 && line->p[n - 2] == p->f->escape))
        return false;
    line->n = n - 1;
    return true;
}

/* One instruction's lines from p->line on, joined: text and pieces. */
static int read_lines(DockerParser *p, DockerInstruction *in) {
    Vec(struct DockerPiece) pieces = {0};
    Str line = docker_trim_left(line_at(p->f, p->line++));
    if (p->line == 1 && str_starts(line, STR("\xEF\xBB\xBF")))
        line = docker_trim_left(str_from_at(line, 3));
    in->at = (size_t) (line.p - p->f->text.p);
    dockerfile_place(p->f, in->at, &in->line, &in->col);
    buf_clear(&p->buf);
    bool more = take_continuation(p, &line);
    Str first = line;
    vec_push(&pieces, ((struct DockerPiece) {0, in->at}));
    buf_str(&p->buf, line);
    while (more && p->line < p->f->n_lines) {
        line = line_at(p->f, p->line++);
        Str trimmed = docker_trim(line);
        if (trimmed.n == 0) {
            if (p->line < p->f->n_lines) /* the end of the last line begins an empty one */
                diag_add(p->diag, DIAG_WARNING, p->f->name, (uint32_t) p->line, 1, "a blank line inside of an instruction: builders of today go on behind it, later ones will not");
            continue;
        }
        if (trimmed.p[0] == '#')
            continue;
        more = take_continuation(p, &line);
        vec_push(&pieces, ((struct DockerPiece) {p->buf.n, (size_t) (line.p - p->f->text.p)}));
        buf_str(&p->buf, line);
    }
    size_t last = pieces.p[pieces.n - 1].text_at;
    in->end = pieces.p[pieces.n - 1].at + (p->buf.n - last);
    in->line_text = pieces.n == 1 ? first : arena_str(p->arena, buf_view(&p->buf));
    struct DockerPiece *kept = docker_alloc(p, in->at, pieces.n, sizeof(*kept));
    int r = kept && in->line_text.p ? 0 : -E2BIG;
    if (r == 0) {
        memcpy(kept, pieces.p, pieces.n * sizeof(*kept));
        in->pieces = kept;
        in->n_pieces = pieces.n;
    }
    vec_done(&pieces);
    return r < 0 && kept ? docker_limit(p, in->at, "the document takes too much memory") : r;
}

/* The words of a line as a shell would part them, quotes kept. */
static bool next_shell_word(const DockerParser *p, Str *rest, Str *ret) {
    Str s = docker_trim_left(*rest);
    size_t i = 0;
    char quote = 0;
    for (; i < s.n && (quote || !docker_blank(s.p[i])); i++) {
        char c = s.p[i];
        if (quote) {
            if (c == quote)
                quote = 0;
            else if (c == p->f->escape && quote == '"')
                i++;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == p->f->escape) {
            i++;
        }
    }
    i = MIN(i, s.n);
    *ret = str_head(s, i);
    *rest = str_from_at(s, i);
    return i > 0;
}

/* "3<<-NAME": the name as written; false for other words. */
static bool heredoc_of(Str word, bool *ret_tabs, Str *ret_name) {
    size_t i = 0;
    while (i < word.n && word.p[i] >= '0' && word.p[i] <= '9')
        i++;
    Str s = str_from_at(word, i);
    if (!str_starts(s, STR("<<")))
        return false;
    s = str_from_at(s, 2);
    *ret_tabs = s.n && s.p[0] == '-';
    if (*ret_tabs)
        s = str_from_at(s, 1);
    *ret_name = s;
    return s.n && str_chr(s, '<') < 0;
}

static int read_heredoc(DockerParser *p, const DockerInstruction *in, Str word, DockerHeredoc *h) {
    Dockerfile *f = p->f;
    h->body = str_n(f->text.p + (p->line < f->n_lines ? f->lines[p->line] : f->text.n), 0);
    h->at = (size_t) (h->body.p - f->text.p);
    for (; p->line < f->n_lines; p->line++) {
        Str line = line_at(f, p->line);
        h->end = h->at + h->body.n;
        str_lint(line);
        while (h->tabs && line.n && line.p[0] == '\t')
            line = str_from_at(line, 1);
        if (str_eq(line, h->name)) {
            p->line++;
            return 0;
        }
        size_t next = p->line + 1 < f->n_lines ? f->lines[p->line + 1] : f->text.n;
        h->body.n = next - h->at;
    }
    size_t at = dockerfile_offset(f, in, word.p);
    docker_error(p, at, "expected a line \"%.*s\" that ends this heredoc, found the end of the file", docker_shown(h->name), h->name.p);
    return -EINVAL;
}

static int read_heredocs(DockerParser *p, DockerInstruction *in, Str text) {
    Vec(DockerHeredoc) list = {0};
    Str word, rest = text;
    int r = 0;
    while (r >= 0 && next_shell_word(p, &rest, &word)) {
        DockerHeredoc h = {0};
        if (!heredoc_of(word, &h.tabs, &h.name))
            continue;
        h.expand = str_chr(h.name, '"') < 0 && str_chr(h.name, '\'') < 0 && str_chr(h.name, p->f->escape) < 0;
        r = h.expand ? 0 : docker_unquote(p, in, h.name, &h.name);
        if (r == 0 && h.name.n)
            r = read_heredoc(p, in, word, &h);
        if (r == 0 && h.name.n)
            vec_push(&list, h);
    }
    if (list.n) {
        DockerHeredoc *kept = docker_alloc(p, in->at, list.n, sizeof(*kept));
        if (kept) {
            memcpy(kept, list.p, list.n * sizeof(*kept));
            in->heredocs = kept;
            in->n_heredocs = list.n;
            /* The line that ends the last one. */
            Str end = line_at(p->f, p->line - 1);
            in->end = (size_t) (end.p - p->f->text.p) + end.n;
        } else {
            r = -E2BIG;
        }
    }
    vec_done(&list);
    return r;
}

static Str keyword_of(Str text) {
    size_t n = 0;
    while (n < text.n && !docker_blank(text.p[n]))
        n++;
    return str_head(text, n);
}

static int kind_of(Str keyword) {
    for (int k = 0; k < DOCKER_KIND_N_; k++)
        if (str_ieq(keyword, str_from(docker_rows[k].name)))
            return k;
    return -1;
}

/* Heredocs belong to the lines even where the instruction is wrong otherwise: what they hold must not be taken for instructions. */
static int read_bodies(DockerParser *p, DockerInstruction *in) {
    Str text = in->line_text;
    int k = kind_of(keyword_of(text));
    if (k == DOCKER_ONBUILD) {
        text = docker_trim(str_from_at(text, keyword_of(text).n));
        k = kind_of(keyword_of(text));
    }
    return k >= 0 && (docker_rows[k].bits & I_HEREDOC) ? read_heredocs(p, in, str_from_at(text, keyword_of(text).n)) : 0;
}

int docker_instruction(DockerParser *p, DockerInstruction *in, Str text, const DockerInstruction *trigger) {
    in->keyword = keyword_of(text);
    in->onbuild = trigger;
    int k = kind_of(in->keyword);
    if (k < 0)
        return docker_error(p, in->at, "expected an instruction, found \"%.*s\"", docker_shown(in->keyword), in->keyword.p);
    in->kind = (DockerKind) k;
    if (trigger && (k == DOCKER_ONBUILD || k == DOCKER_FROM || k == DOCKER_MAINTAINER))
        return docker_error(p, in->at, "expected an instruction that ONBUILD can delay, found %s", docker_kind_name(in->kind));
    in->value = docker_trim(str_from_at(text, in->keyword.n));
    in->index = (uint32_t) p->list.n;
    vec_push(&p->list, in);
    p->from |= k == DOCKER_FROM;
    if (k != DOCKER_ARG && !p->from && !p->no_stage) {
        p->no_stage = true;
        docker_error(p, in->at, "expected FROM, found %s: only ARG may stand before the first stage", docker_kind_name(in->kind));
    }
    int r = docker_words(p, in);
    return r < 0 ? r : docker_apply(p, in);
}

static int read_instruction(DockerParser *p) {
    size_t at = (size_t) (line_at(p->f, p->line).p - p->f->text.p);
    DockerInstruction *in = docker_alloc(p, at, 1, sizeof(*in));
    if (!in)
        return -E2BIG;
    int r = read_lines(p, in);
    if (r < 0)
        return r;
    int bodies = read_bodies(p, in);
    r = bodies == -E2BIG ? bodies : docker_instruction(p, in, in->line_text, NULL);
    if (r < 0 || bodies < 0)
        return r < 0 ? r : bodies;
    if (in->kind != DOCKER_ONBUILD)
        return 0;
    DockerInstruction *inner = docker_alloc(p, at, 1, sizeof(*inner));
    if (!inner)
        return -E2BIG;
    *inner = (DockerInstruction) {
        .at = dockerfile_offset(p->f, in, in->value.p),
        .end = in->end,
        .line_text = in->line_text,
        .heredocs = in->heredocs,
        .n_heredocs = in->n_heredocs,
        .pieces = in->pieces,
        .n_pieces = in->n_pieces,
    };
    dockerfile_place(p->f, inner->at, &inner->line, &inner->col);
    return docker_instruction(p, inner, in->value, in);
}

static int find_lines(DockerParser *p) {
    Dockerfile *f = p->f;
    size_t n = 1;
    for (size_t i = 0; i < f->text.n; i++)
        n += f->text.p[i] == '\n';
    uint32_t *lines = arena_alloc(p->arena, n * sizeof(*lines));
    if (!lines)
        return -E2BIG;
    f->lines = lines;
    for (size_t i = 0; i < f->text.n; i++)
        if (f->text.p[i] == '\n')
            lines[++f->n_lines] = (uint32_t) i + 1;
    f->n_lines = n;
    return 0;
}

static int check_bytes(DockerParser *p) {
    Str text = p->f->text;
    size_t until = tree_utf8_until(text);
    ssize_t nul = str_chr(str_head(text, until), '\0');
    if (nul >= 0)
        return docker_error(p, (size_t) nul, "expected text, found byte 0x00");
    return until < text.n ? docker_error(p, until, "expected UTF-8, found byte 0x%02X", (unsigned char) text.p[until]) : 0;
}

/* The lists as the result has them. */
static int keep(DockerParser *p) {
    const DockerInstruction **list = arena_alloc(p->arena, p->list.n * sizeof(*list));
    const DockerStage **stages = arena_alloc(p->arena, p->stages.n * sizeof(*stages));
    if (!list || !stages)
        return docker_limit(p, 0, "the document takes too much memory");
    for (size_t i = 0; i < p->list.n; i++)
        list[i] = p->list.p[i];
    for (size_t i = 0; i < p->stages.n; i++)
        stages[i] = p->stages.p[i];
    p->f->instructions = list;
    p->f->n_instructions = p->list.n;
    p->f->stages = stages;
    p->f->n_stages = p->stages.n;
    return 0;
}

static int read_all(DockerParser *p) {
    int bad = read_directives(p);
    while (bad != -E2BIG && p->line < p->f->n_lines) {
        Str line = docker_trim(line_at(p->f, p->line));
        if (p->line == 0 && str_starts(line, STR("\xEF\xBB\xBF")))
            line = docker_trim(str_from_at(line, 3));
        if (line.n == 0 || line.p[0] == '#') {
            p->line++;
            continue;
        }
        int r = read_instruction(p);
        bad = r < 0 ? r : bad;
    }
    if (bad == -E2BIG)
        return bad;
    if (!p->from && !p->no_stage)
        bad = docker_error(p, p->f->text.n, "expected FROM, found the end of the file");
    return p->no_stage ? -EINVAL : bad;
}

int dockerfile_parse(Str text, const char *name, const Limits *limits, Arena *a, Diag *d, Dockerfile *ret) {
    Dockerfile f = {.text = text.p ? text : STR(""), .name = name, .escape = '\\'};
    DockerParser p = {.f = &f, .arena = a, .diag = d, .fuel = 50u * 1000 * 1000, .buf = buf_new(DOCKERFILE_BYTES)};
    p.scope = &p.global;
    if (text.n > MIN(limits->document_bytes, (uint64_t) DOCKERFILE_BYTES)) {
        diag_add(d, DIAG_ERROR, name, 0, 0, "the file is larger than %" PRIu64 " bytes", MIN(limits->document_bytes, (uint64_t) DOCKERFILE_BYTES));
        return -E2BIG;
    }
    int r = find_lines(&p);
    if (r < 0) {
        diag_add(d, DIAG_ERROR, name, 0, 0, "the document takes too much memory");
        return r;
    }
    r = check_bytes(&p);
    if (r == 0)
        r = read_all(&p);
    int kept = keep(&p);
    r = r < 0 ? r : kept;
    vec_done(&p.list);
    vec_done(&p.stages);
    for (size_t i = 0; i < p.scopes.n; i++)
        map_done(&p.scopes.p[i]);
    vec_done(&p.scopes);
    map_done(&p.global);
    map_done(&p.names);
    buf_done(&p.buf);
    if (r == 0)
        *ret = f;
    return r;
}
