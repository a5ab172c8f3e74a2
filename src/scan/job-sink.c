/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/job-sink.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"

/* Frames of two threads: each goes whole. */
struct JobOut {
    pthread_mutex_t lock;
    int fd;
};

static int send_frame(struct JobOut *o, FrameType type, Str payload) {
    FrameHeader h = {type, (uint32_t) payload.n};
    pthread_mutex_lock(&o->lock);
    int r = fs_write_all(o->fd, &h, sizeof(h));
    if (r == 0)
        r = fs_write_all(o->fd, payload.p, payload.n);
    pthread_mutex_unlock(&o->lock);
    return r;
}

static int send_listing(void *userdata, Str payload) {
    return send_frame(userdata, FRAME_LISTING, payload);
}

Job job_new(const WorkerIo *io, const JobArgs *args, JobState *state) {
    Job j = {.io = io, .args = *args, .state = state, .temp = -1, .facts = buf_new(BUF_OWN_MAX), .index = buf_new(BUF_OWN_MAX), .links = buf_new(BUF_OWN_MAX)};
    j.out = xcalloc(1, sizeof(*j.out));
    pthread_mutex_init(&j.out->lock, NULL);
    j.out->fd = io->out;
    j.listing = job_listing_new(&args->look_for, send_listing, j.out);
    j.context = (AnalyzerContext) {.secret_rules = args->look_for.secret_rules, .secret_key = args->look_for.secret_key, .yara_rules = args->look_for.yara_rules, .yara_seconds = args->look_for.yara_seconds};
    j.by_entry = analyzers_by_entry(args->look_for.analyzers);
    j.by_content = analyzers_by_content(args->look_for.analyzers);
    return j;
}

void job_done(Job *j) {
    buf_done(&j->facts);
    buf_done(&j->index);
    buf_done(&j->links);
    job_listing_free(j->listing);
    free(j->out);
    analyzer_context_done(&j->context);
    arena_done(&j->scratch);
}

static int send(Job *j, FrameType type, Buf *b) {
    int r = send_frame(j->out, type, buf_view(b));
    if (r < 0)
        j->failed = r;
    buf_clear(b);
    return r;
}

int job_flush(Job *j, bool all) {
    enum { ENOUGH = 32 * 1024 };
    if (j->facts.n > (all ? 0 : ENOUGH))
        send(j, FRAME_FACTS, &j->facts);
    if (j->index.n > (all ? 0 : ENOUGH))
        send(j, FRAME_INDEX, &j->index);
    if (j->links.n > (all ? 0 : ENOUGH))
        send(j, FRAME_LINKS, &j->links);
    return j->failed;
}

int job_end(Job *j) {
    Buf b = buf_new(64);
    job_flush(j, true);
    int r = job_listing_end(j->listing);
    if (r < 0)
        j->failed = r;
    wire_put_u64(&b, j->ordinal);
    wire_put_u64(&b, j->bytes);
    send(j, FRAME_END, &b);
    buf_done(&b);
    return j->failed;
}

bool job_begin(Job *j, Str name) {
    j->ordinal++;
    size_t n = MIN(name.n, sizeof(j->state->path));
    memcpy(j->state->path, name.p, n);
    atomic_store_explicit(&j->state->path_n, (uint32_t) n, memory_order_relaxed);
    atomic_store_explicit(&j->state->ordinal, j->ordinal, memory_order_relaxed);
    while (j->next_skip < j->args.n_skip && j->args.skip[j->next_skip] < j->ordinal)
        j->next_skip++;
    return !(j->next_skip < j->args.n_skip && j->args.skip[j->next_skip] == j->ordinal);
}

void job_entry(Job *j, Str path, EntryKind kind) {
    uint64_t word = entry_word(entry_hash(path), kind);
    buf_add(&j->index, &word, sizeof(word));
    j->position++;
    job_flush(j, false);
}

/* Does `path` lie at or above `dir`? */
static bool is_above(Str path, Str dir) {
    return str_starts(dir, path) && (dir.n == path.n || path.n == 0 || dir.p[path.n] == '/');
}

/* The path that alias i makes of `path`, into the scratch arena; false when it does not apply. */
static bool apply_alias(Job *j, size_t i, Str path, Str *ret) {
    const PathAlias *al = &j->args.look_for.aliases[i];
    if (!is_above(al->from, path))
        return false;
    Str rest = str_from_at(path, al->from.n);
    *ret = arena_printf(&j->scratch, "%.*s%.*s", STR_FMT(al->to), STR_FMT(al->to.n || rest.n == 0 ? rest : str_from_at(rest, 1)));
    return true;
}

JobWanted job_wants(Job *j, Str path) {
    const LookFor *l = &j->args.look_for;
    JobWanted w = {.here = analyzers_wanting(l->analyzers, path)};
    for (size_t i = 0; !w.elsewhere && i < l->n_aliases; i++) {
        Str other;
        w.elsewhere = apply_alias(j, i, path, &other) && analyzers_wanting(l->analyzers, other);
    }
    return w;
}

void job_ask_content(const Job *j, const FileInfo *f, JobWanted *w) {
    w->here |= analyzers_wanting_content(j->by_content & ~w->here, f);
}

/* Where a symbolic link leads when nothing on its way is one as well; ".." at the root stays there. */
static Str link_target(Job *j, Str path, Str target) {
    ssize_t slash = str_rchr(path, '/');
    char *to = arena_bytes(&j->scratch, path.n + target.n + 2);
    size_t n = 0;
    Str part;
    if (slash > 0 && !str_starts(target, STR("/"))) {
        n = (size_t) slash;
        memcpy(to, path.p, n);
    }
    while (target.n) {
        str_split(&target, '/', &part);
        if (str_eq(part, STR(".."))) {
            slash = str_rchr(str_n(to, n), '/');
            n = slash < 0 ? 0 : (size_t) slash;
        } else if (part.n && !str_eq(part, STR("."))) {
            if (n)
                to[n++] = '/';
            memcpy(to + n, part.p, part.n);
            n += part.n;
        }
    }
    return str_n(to, n);
}

void job_link(Job *j, Str path, Str target, bool hard) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    bool matters = job_wanted(job_wants(j, path));
    Str to = matters || hard ? STR_NULL : link_target(j, path, target);
    /* A link on the way to a root, or one through which a later layer may write below it. */
    for (size_t i = 0; !matters && !hard && i < n; i++)
        for (const char *const *root = all[i]->roots; !matters && *root; root++)
            matters = **root && (is_above(path, str_from(*root)) || is_above(to, str_from(*root)));
    for (size_t i = 0; !matters && !hard && i < j->args.look_for.n_aliases; i++)
        matters = is_above(path, j->args.look_for.aliases[i].from);
    if (!matters)
        return;
    LayerLink l = {j->position, path, target, hard};
    layer_link_encode(&j->links, &l);
    job_flush(j, false);
}

static void put(Job *j, const Fact *f) {
    LocatedFact lf = {j->position, j->real, *f};
    located_fact_encode(&j->facts, &lf);
    job_flush(j, false);
}

/* The one problem that stands for all that follow. */
static void put_over(Job *j, bool *said, uint64_t max, const char *what) {
    if (*said)
        return;
    *said = true;
    char text[128];
    int n = snprintf(text, sizeof(text), "more than %llu %s in one layer: the rest was not taken", (unsigned long long) max, what);
    Fact f = {.kind = FACT_PROBLEM, .analyzer = STR("layer"), .path = j->real};
    f.problem.kind = PROBLEM_LIMIT;
    f.problem.reason = str_n(text, (size_t) n);
    put(j, &f);
}

/* Problems have a maximum of their own: millions of entries may each have one, and nobody reads more than the first. */
static void take(Job *j, const Fact *f) {
    enum { PROBLEMS_MAX = 1000 };
    if (f->kind == FACT_PROBLEM ? j->n_problems >= PROBLEMS_MAX : j->n_facts >= j->args.limits.facts) {
        if (f->kind == FACT_PROBLEM)
            put_over(j, &j->over_problems, PROBLEMS_MAX, "problems");
        else
            put_over(j, &j->over_facts, j->args.limits.facts, "facts");
        return;
    }
    ++*(f->kind == FACT_PROBLEM ? &j->n_problems : &j->n_facts);
    put(j, f);
}

static void put_fact(void *userdata, const Fact *f) {
    take(userdata, f);
}

void job_analyse(Job *j, JobWanted w, Str path, uint32_t mode, Str bytes) {
    const LookFor *l = &j->args.look_for;
    FactSink sink = {put_fact, j};
    AnalyzerInput in = {.path = path, .mode = mode, .bytes = bytes, .limits = &j->args.limits, .context = &j->context};
    j->real = path;
    analyzers_run(w.here, &in, &sink);
    for (size_t i = 0; w.elsewhere && i < l->n_aliases; i++)
        if (apply_alias(j, i, path, &in.path))
            analyzers_run(analyzers_wanting(l->analyzers, in.path), &in, &sink);
    arena_done(&j->scratch);
}

void job_look(Job *j, const EntryInfo *e) {
    FactSink sink = {put_fact, j};
    j->real = e->path;
    analyzers_entry(j->by_entry, e, &sink);
}

void job_list(Job *j, const ListedEntry *e) {
    if (j->listing)
        job_listing_put(j->listing, e, false, false);
}

bool job_lists_content(const Job *j) {
    return j->args.look_for.listing >= LISTING_CONTENT;
}

void job_list_bytes(const Job *j, Str path, const void *p, size_t n) {
    job_listing_add(j->listing, content_digests(&j->args.look_for, path), p, n);
}

void job_list_content(const Job *j, Str path, const Content *c) {
    enum { STEP = 1 << 20 };
    for (size_t at = 0; at < c->view.n; at += STEP) {
        const Str some = str_head(str_from_at(c->view, at), STEP);
        job_list_bytes(j, path, some.p, some.n);
        content_forget(c, at, some.n);
    }
}

void job_list_file(const Job *j, const ListedEntry *e, bool whole) {
    job_listing_put(j->listing, e, true, whole);
}

void job_problem(Job *j, Str path, ProblemKind kind, const char *fmt, ...) {
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    j->real = path;
    Fact f = {.kind = FACT_PROBLEM, .analyzer = STR("layer"), .path = path};
    f.problem.kind = kind;
    f.problem.reason = str_n(text, MIN((size_t) MAX(n, 0), sizeof(text) - 1));
    take(j, &f);
}
