/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of Kubernetes and Compose files. */
#include "check/kubernetes.h"
#include "kube/compose.h"
#include "kube/subject.h"
#include "kube/where.h"

static bool has_extension(Str path, bool json) {
    return json ? str_ends(path, STR(".json")) : str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"));
}

/* A line as YAML ends it: CR alone does, too. What stands behind "---" is a line of its own. */
static bool next_line(Str *rest, Str *ret_line, bool *ret_document) {
    size_t n = 0;
    if (!rest->n)
        return false;
    *ret_document = str_starts(*rest, STR("---")) && (rest->n == 3 || str_trim(str_n(rest->p + 3, 1)).n == 0);
    if (*ret_document)
        n = 3;
    else
        while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
            n++;
    *ret_line = str_head(*rest, n);
    *rest = str_from_at(*rest, *ret_document ? n : n + 1);
    return true;
}

static bool is_key(Str line, Str key) {
    char quote = line.n && (line.p[0] == '"' || line.p[0] == '\'') ? line.p[0] : 0;
    if (quote)
        line = str_from_at(line, 1);
    Str after = str_from_at(line, key.n);
    if (!str_starts(line, key) || (quote && (!after.n || after.p[0] != quote)))
        return false;
    after = str_trim(quote ? str_from_at(after, 1) : after);
    return after.n && after.p[0] == ':';
}

/* Does a document of the text have this key at its top? Its keys may be indented, all alike. */
static bool has_key(Str text, Str key) {
    Str rest = str_skip_bom(text), line;
    bool document, known = false;
    size_t indent = 0;
    while (next_line(&rest, &line, &document)) {
        size_t blanks = 0;
        while (blanks < line.n && line.p[blanks] == ' ')
            blanks++;
        Str words = str_trim(line);
        known = known && !document;
        if (document || !words.n || words.p[0] == '#' || words.p[0] == '%')
            continue;
        if (!known)
            indent = blanks;
        known = true;
        if (blanks == indent && is_key(words, key))
            return true;
    }
    return false;
}

/* Is a document written in braces: JSON, or YAML that looks like it? */
static bool has_braces(Str text) {
    Str rest = str_trim(str_skip_bom(text)), line;
    for (bool document, begins = false; next_line(&rest, &line, &document); begins = document)
        if (str_starts(begins ? str_trim(line) : line, STR("{")))
            return true;
    return false;
}

static void find_keys(Str text, bool *ret_api, bool *ret_kind) {
    bool json = has_braces(text);
    *ret_api = json ? str_find(text, STR("apiVersion")) >= 0 : has_key(text, STR("apiVersion"));
    *ret_kind = json ? str_find(text, STR("kind")) >= 0 : has_key(text, STR("kind"));
}

static bool sniff_kubernetes(Str text) {
    bool api, kind;
    find_keys(text, &api, &kind);
    return api && kind;
}

static bool sniff_compose(Str text) {
    return !has_key(text, STR("apiVersion")) && has_key(text, STR("services"));
}

/* Keys of an object may stand in any order and far behind comments: of a text that is longer than its head one of them is enough. */
static bool recognise_kubernetes(Str path, Str head) {
    bool json = has_extension(path, true);
    Str base = check_basename(path);
    if ((!json && !has_extension(path, false)) || str_eqz(base, "Chart.yaml"))
        return false;
    /* A template is no object yet: its chart is looked at as a whole. */
    if (str_find(path, STR("templates/")) >= 0 && str_find(head, STR("{{")) >= 0)
        return false;
    bool api, kind;
    find_keys(head, &api, &kind);
    return head.n == CHECK_HEAD ? api || kind : api && kind;
}

static bool recognise_compose(Str path, Str head) {
    Str base = check_basename(path);
    bool named = str_starts(base, STR("compose")) || str_starts(base, STR("docker-compose")) || str_starts(base, STR("docker-stack"));
    return has_extension(path, false) && !has_key(head, STR("apiVersion")) && (has_key(head, STR("services")) || (named && head.n == CHECK_HEAD));
}

typedef struct Visitor {
    const CheckFile *file;
    const KubeObject *object;
    Str name;                /* "Deployment web" */
    bool rendered;
    CheckEach each;
    void *userdata;
} Visitor;

static Str joined(Arena *a, const Str *parts, size_t n) {
    size_t bytes = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        bytes += parts[i].n;
    char *p = arena_bytes(a, bytes + 1);
    for (size_t i = 0; p && i < n; i++) {
        if (parts[i].n)
            memcpy(p + at, parts[i].p, parts[i].n);
        at += parts[i].n;
    }
    return str_n(p, p ? bytes : 0);
}

static int visit(void *userdata, const Subject *s, const Node *at) {
    Visitor *v = userdata;
    CheckSubject c = {.subject = *s, .place = {.line = v->rendered ? 1 : at->line, .col = v->rendered ? 1 : at->col}, .name = v->name};
    if (at != v->object->root) {
        Str own = kube_text(at, "name");
        c.part = own.p ? own : STR("");
    }
    return v->each(v->userdata, &c);
}

/* The template that an object came from: helm writes "# Source: PATH" in front of each. `rest` moves on to the line. */
static Str source_of(Str *rest, uint32_t *line, uint32_t until, Str before) {
    Str l, said = STR("# Source: ");
    while (*line < until && str_line(rest, &l)) {
        ++*line;
        if (str_starts(l, said))
            before = str_from_at(l, said.n);
    }
    return before;
}

static int hand_out(const CheckFile *f, KubeWorld *w, bool rendered, CheckEach each, void *userdata) {
    int r = 0;
    Str rest = f->text, source = STR_NULL;
    uint32_t line = 0;
    for (size_t i = 0; i < w->all.n && r >= 0; i++) {
        const KubeObject *o = w->all.p[i];
        if (rendered)
            source = source_of(&rest, &line, o->root->line, source);
        const Str parts[] = {o->kind, STR(" "), o->name, STR(" of "), source};
        Visitor v = {f, o, joined(f->arena, parts, source.n ? ARRAY_SIZE(parts) : 3), rendered, each, userdata};
        r = kube_each_subject(o, f->arena, visit, &v);
    }
    return r;
}

/* Objects with mistakes are judged, too, as far as they can be read: what they say wrong does not hide what they say badly. The file is refused all the same. */
static int read_file(const CheckFile *f, bool compose, bool rendered, CheckEach each, void *userdata) {
    Node *documents = NULL;
    size_t n = 1;
    KubeWorld *w = kube_world_in(f->arena);
    if (!w)
        return -E2BIG;
    /* A file that is called YAML may hold JSON, of which YAML's reader knows most; one without a name goes by what it begins with. */
    bool json = has_extension(str_from(f->path), true) || (!has_extension(str_from(f->path), false) && str_starts(str_trim(str_skip_bom(str_head(f->text, CHECK_HEAD))), STR("{")));
    int r = json ? json_parse(f->text, f->path, f->limits, f->arena, f->diag, &documents)
                 : yaml_parse_with(f->text, f->path, YAML_NO_BINARY | (compose ? 0 : YAML_OLD_SCALARS), f->limits, f->arena, f->diag, &documents, &n);
    if (r < 0)
        return r;
    if (f->kubernetes)
        w->minor = *f->kubernetes;
    w->now = f->as_of;
    w->access_wanted = f->access;
    /* An escape could hide it: "\x3c<". */
    w->unmerged = str_find(f->text, STR("<<")) < 0 && str_chr(f->text, '\\') < 0;
    r = compose && documents ? compose_add(w, documents, f->path, f->diag) : kube_world_add(w, documents, f->path, f->diag);
    if (r == -E2BIG)
        return r;
    int handed = hand_out(f, w, rendered, each, userdata);
    return handed < 0 ? handed : r;
}

static int read_kubernetes(const CheckFile *f, CheckEach each, void *userdata) {
    return read_file(f, false, false, each, userdata);
}

static int read_compose(const CheckFile *f, CheckEach each, void *userdata) {
    return read_file(f, true, false, each, userdata);
}

int kubernetes_read_rendered(const CheckFile *f, CheckEach each, void *userdata) {
    return read_file(f, false, true, each, userdata);
}

const CheckInput check_input_kubernetes = {
    .name = "kubernetes",
    .doc = "Objects of Kubernetes and OpenShift in YAML and JSON: several documents, Lists, all kinds of workloads down to the pod template",
    .sources = KUBE_SOURCES,
    .recognise = recognise_kubernetes,
    .sniff = sniff_kubernetes,
    .read = read_kubernetes,
    .secrets = true,
    .where = kube_where,
    .regions = true,
    .fix = kubernetes_fix,
};

const CheckInput check_input_compose = {
    .name = "compose",
    .doc = "Compose files, with the keys of Swarm: each service is a workload of kind ComposeService",
    .sources = "k8s workload container env mount volume",
    .recognise = recognise_compose,
    .sniff = sniff_compose,
    .read = read_compose,
    .secrets = true,
    .fix = compose_fix,
    .where = kube_where,
    .regions = true,
};
