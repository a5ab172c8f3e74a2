/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of an image, and the children below it. */
#include "parse/node.h"
#include "policy/fields/slots.h"
#include "scan/judge-parts.h"

/* Registry, repository and tag as Docker reads references; false for a path or an id. */
static bool split_reference(ImageSubject *s, Str name) {
    Str rest = name, digest = STR_NULL, first, more;
    if (!name.n || strchr("./-~", name.p[0]) || str_ends(name, STR(".tar")) || str_ends(name, STR(".gz")))
        return false;
    s->pinned = str_cut(name, '@', &rest, &digest);
    ssize_t colon = str_rchr(rest, ':'), slash = str_rchr(rest, '/');
    if (colon > slash) {
        s->tag = str_from_at(rest, (size_t) colon + 1);
        rest = str_head(rest, (size_t) colon);
    } else if (!s->pinned) {
        s->tag = STR("latest");
    }
    bool host = str_cut(rest, '/', &first, &more) && (str_chr(first, '.') >= 0 || str_chr(first, ':') >= 0 || str_eqz(first, "localhost"));
    s->registry = host ? first : STR("docker.io");
    s->repository = host ? more : rest;
    return true;
}

/* What the user called it, without the prefix that names a source. */
static void read_reference(ImageSubject *s, Arena *a) {
    static const char *const sources[] = {"registry", "docker", "containerd", "podman"};
    const Artifact *x = &s->report->artifact;
    Str name = x->reference, prefix, rest;
    if (x->kind != ARTIFACT_IMAGE)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
        if (str_cut(name, ':', &prefix, &rest) && str_eqz(prefix, sources[i]))
            name = rest;
    s->pinned = str_find(name, STR("@sha256:")) >= 0;
    bool pinned = s->pinned;
    if (x->n_repo_tags ? split_reference(s, x->repo_tags[0]) : split_reference(s, name))
        s->pinned = pinned;
    if (s->registry.n && str_eqz(s->registry, "docker.io") && str_chr(s->repository, '/') < 0)
        s->repository = arena_printf(a, "library/%.*s", STR_FMT(s->repository));
}

const ImageSubject *image_subject_new(const Report *r, const Limits *limits, Arena *a) {
    ImageSubject *s = arena_new(a, ImageSubject);
    Node *root;
    s->report = r;
    s->arena = a;
    read_reference(s, a);
    /* Whoever opened the image has read it as JSON already. */
    if (r->artifact.kind == ARTIFACT_IMAGE && r->artifact.config.n && json_parse(r->artifact.config, "config", limits, a, NULL, &root) == 0) {
        s->root = root;
        s->config = node_get(root, "config");
    }
    for (size_t i = 0; i < r->n_findings; i++) {
        const Finding *f = &r->findings[i];
        s->eol |= f->kind == FINDING_EOL;
    }
    judge_children(s, a);
    return s;
}

Subject image_subject(const ImageSubject *s) {
    return (Subject) {.source = source_by_name(STR("image")), .ops = &image_ops, .object = s};
}

Value judge_time(int64_t t) {
    return t == TIME_NONE ? value_none() : value_int(t);
}

/* Whole days that have passed; rounded down, before it, too. */
Value judge_days(int64_t from, int64_t to) {
    enum { DAY = 86400 };
    if (from == TIME_NONE || to == TIME_NONE)
        return value_none();
    int64_t seconds = to - from;
    return value_int(seconds / DAY - (seconds % DAY < 0));
}

Value judge_text(Str s) {
    return s.n ? value_str(s) : value_none();
}

Value judge_words(Str words, Scratch *scratch) {
    size_t n = 0;
    Str rest = words, word;
    while (str_split(&rest, ' ', &word))
        n += word.n > 0;
    Value *p = n ? scratch_alloc(scratch, n * sizeof(*p)) : NULL;
    if (!p)
        return value_none();
    n = 0;
    while (str_split(&words, ' ', &word))
        if (word.n)
            p[n++] = value_str(word);
    return value_list(p, n);
}

/* Keys of a map, or what stands before "=" in a list of settings. */
static Value names(const Node *n, Scratch *scratch) {
    Value *p = node_count(n) ? scratch_alloc(scratch, node_count(n) * sizeof(*p)) : NULL;
    size_t count = 0;
    if (!p)
        return value_none();
    node_each(c, n) {
        Str name = n->type == NODE_MAP ? c->key : node_str(c), value;
        (void) (n->type == NODE_LIST && str_cut(name, '=', &name, &value));
        p[count++] = value_str(name.p ? name : STR(""));
    }
    return value_list(p, count);
}

static Value setting(const Node *list, Str name) {
    node_each(c, list) {
        Str key, value;
        if (str_cut(node_str(c), '=', &key, &value) && str_eq(key, name))
            return value_str(value);
    }
    return value_none();
}

static Value joined(const Node *n, Scratch *scratch) {
    size_t bytes = 0;
    if (node_is(n, NODE_STRING))
        return judge_text(n->text);
    node_each(c, n)
        bytes += node_str(c).n + 1;
    char *text = bytes ? scratch_alloc(scratch, bytes) : NULL, *to = text;
    if (!text)
        return value_none();
    node_each(c, n) {
        Str word = node_str(c);
        if (to > text)
            *to++ = ' ';
        if (word.n)
            memcpy(to, word.p, word.n);
        to += word.n;
    }
    return value_str(str_n(text, (size_t) (to - text)));
}

/* {"8000-8010/udp": {}}: every port. */
static Value ports(const Node *n, Scratch *scratch) {
    enum { PORTS_MAX = 1000 };
    Value *p = node_count(n) ? scratch_alloc(scratch, PORTS_MAX * sizeof(*p)) : NULL;
    size_t count = 0;
    if (!p)
        return value_none();
    node_each(c, n) {
        Str first = c->key, last, protocol;
        uint64_t from, to;
        (void) str_cut(first, '/', &first, &protocol);
        last = first;
        (void) str_cut(first, '-', &first, &last);
        if (str_to_u64(first, 65535, &from) == 0 && str_to_u64(last, 65535, &to) == 0)
            for (; from <= to && count < PORTS_MAX; from++)
                p[count++] = value_int((int64_t) from);
    }
    return count ? value_list(p, count) : value_none();
}

static Value history(const Report *r, Scratch *scratch) {
    size_t n = r->artifact.n_layers;
    Value *p = n ? scratch_alloc(scratch, n * sizeof(*p)) : NULL;
    size_t count = 0;
    for (size_t i = 0; p && i < n; i++)
        if (r->artifact.layers[i].created_by.n)
            p[count++] = value_str(r->artifact.layers[i].created_by);
    return count ? value_list(p, count) : value_none();
}

static Value label(const ImageSubject *s, const char *name) {
    return judge_text(node_get_str(node_get(s->config, "Labels"), name));
}

static bool is_root(Str user) {
    Str name = user, group;
    uint64_t uid;
    (void) str_cut(user, ':', &name, &group);
    return str_empty(name) || str_eqz(name, "root") || (str_to_u64(name, UINT32_MAX, &uid) == 0 && uid == 0);
}

static Value data_age(const Report *r) {
    int64_t oldest = TIME_NONE;
    for (size_t i = 0; i < r->coverage.n_feeds; i++) {
        int64_t date = r->coverage.feeds[i].date;
        if (date != TIME_NONE && (oldest == TIME_NONE || date < oldest))
            oldest = date;
    }
    return judge_days(oldest, r->coverage.as_of);
}

/* TIME_NONE: what an SBOM claims that is attached to an image somebody looked at some day; of one that is a file it is said. */
static int64_t scanned(const Report *r) {
    if (r->artifact.kind == ARTIFACT_SBOM)
        return r->artifact.listed;
    return r->coverage.claimed_by.n ? TIME_NONE : r->coverage.as_of;
}

static Value gaps(const Report *r, Scratch *scratch) {
    size_t n = r->coverage.n_gaps;
    Value *p = n ? scratch_alloc(scratch, n * sizeof(*p)) : NULL;
    for (size_t i = 0; p && i < n; i++)
        p[i] = value_str(str_from(gap_kind_name(r->coverage.gaps[i].kind)));
    return p ? value_list(p, n) : value_none();
}

static Value package_names(const Report *r, Scratch *scratch) {
    size_t n = r->inventory.n_packages;
    Value *p = n ? scratch_alloc(scratch, n * sizeof(*p)) : NULL;
    for (size_t i = 0; p && i < n; i++)
        p[i] = value_str(r->inventory.packages[i].fact.name);
    return p ? value_list(p, n) : value_none();
}

static Value stored_size(const Artifact *x) {
    uint64_t n = 0;
    for (size_t i = 0; i < x->n_layers; i++)
        n += x->layers[i].size;
    return x->n_layers ? value_int((int64_t) n) : value_none();
}

static Value get_config(const ImageSubject *s, const FieldRef *ref, Scratch *scratch) {
    const Node *c = s->config;
    Str user = node_get_str(c, "User");
    const Node *test = node_path(c, "Healthcheck", "Test", NULL);
    if (!s->root)
        return value_none();
    switch (ref->field->slot) {
    case SLOT_IMAGE_USER: return value_str(user.n ? user : STR("root"));
    case SLOT_IMAGE_USER_SET: return judge_text(user);
    case SLOT_IMAGE_ROOT: return value_bool(is_root(user));
    case SLOT_IMAGE_PORTS: return ports(node_get(c, "ExposedPorts"), scratch);
    case SLOT_IMAGE_LABEL: {
        node_each(n, node_get(c, "Labels"))
            if (str_eq(n->key, ref->arg))
                return value_str_or_none(node_str(n));
        return value_none();
    }
    case SLOT_IMAGE_LABELS: return names(node_get(c, "Labels"), scratch);
    case SLOT_IMAGE_ENV: return setting(node_get(c, "Env"), ref->arg);
    case SLOT_IMAGE_ENVS: return names(node_get(c, "Env"), scratch);
    case SLOT_IMAGE_ENTRYPOINT: return joined(node_get(c, "Entrypoint"), scratch);
    case SLOT_IMAGE_CMD: return joined(node_get(c, "Cmd"), scratch);
    case SLOT_IMAGE_WORKDIR: return judge_text(node_get_str(c, "WorkingDir"));
    case SLOT_IMAGE_VOLUMES: return names(node_get(c, "Volumes"), scratch);
    case SLOT_IMAGE_HEALTHCHECK: return value_bool(node_count(test) > 0 && !str_eqz(node_str(node_first(test)), "NONE"));
    case SLOT_IMAGE_STOPSIGNAL: return node_get_str(c, "StopSignal").n ? value_str(node_get_str(c, "StopSignal")) : value_str(STR("SIGTERM"));
    case SLOT_IMAGE_BASE: return label(s, "org.opencontainers.image.base.name");
    case SLOT_IMAGE_BASE_DIGEST: return label(s, "org.opencontainers.image.base.digest");
    default: return value_none();
    }
}

static Value get_image(const void *object, const FieldRef *ref, Scratch *scratch) {
    const ImageSubject *s = object;
    const Report *r = s->report;
    const Artifact *x = &r->artifact;
    switch (ref->field->slot) {
    case SLOT_IMAGE_REFERENCE: return value_str(x->reference);
    case SLOT_IMAGE_KIND: return value_str(str_from(artifact_kind_name(x->kind)));
    case SLOT_IMAGE_REGISTRY: return judge_text(s->registry);
    case SLOT_IMAGE_REPOSITORY: return judge_text(s->repository);
    case SLOT_IMAGE_TAG: return judge_text(s->tag);
    case SLOT_IMAGE_DIGEST: return judge_text(x->digest);
    case SLOT_IMAGE_ID: return judge_text(x->image_id);
    case SLOT_IMAGE_PINNED: return value_bool(s->pinned);
    case SLOT_IMAGE_VERIFIED: return value_bool(r->coverage.verified);
    case SLOT_IMAGE_CREATED: return judge_time(x->created);
    case SLOT_IMAGE_AGE: return judge_days(x->created, r->coverage.as_of);
    case SLOT_IMAGE_SIZE: return stored_size(x);
    case SLOT_IMAGE_LAYERS: return value_int((int64_t) x->n_layers);
    case SLOT_IMAGE_OS: return judge_text(x->os);
    case SLOT_IMAGE_ARCH: return judge_text(x->arch);
    case SLOT_IMAGE_HISTORY: return history(r, scratch);
    case SLOT_IMAGE_DISTRO: return judge_text(r->inventory.os.id);
    case SLOT_IMAGE_DISTRO_VERSION: return judge_text(r->inventory.os.version_id);
    case SLOT_IMAGE_DISTRO_RELEASE: return judge_text(r->inventory.os.release);
    case SLOT_IMAGE_DISTRO_EOL: return value_bool(s->eol);
    case SLOT_IMAGE_PACKAGES: return value_int((int64_t) r->inventory.n_packages);
    case SLOT_IMAGE_PACKAGE_NAMES: return package_names(r, scratch);
    case SLOT_IMAGE_DATA_AGE: return data_age(r);
    case SLOT_IMAGE_SCAN_TIME: return judge_time(scanned(r));
    case SLOT_IMAGE_SCAN_AGE: return judge_days(scanned(r), r->coverage.as_of);
    case SLOT_IMAGE_COMPLETE: return value_bool(r->coverage.n_gaps == 0);
    case SLOT_IMAGE_GAPS: return gaps(r, scratch);
    default: return get_config(s, ref, scratch);
    }
}

static const void *child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    return judge_child(object, source, i, ret_ops);
}

const SubjectOps image_ops = {get_image, child};
