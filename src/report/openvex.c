/* SPDX-License-Identifier: Apache-2.0 */
#include "report/openvex.h"

#include "base/map.h"
#include "base/vec.h"
#include "report/json-parts.h"
#include "report/summary.h"

/* A statement and the packages it is about. */
typedef struct Statement {
    const Finding *first;
    VexStatus status;
    Str justification, impact, action, notes;
    int64_t time;                 /* TIME_NONE: the document's */
    Vec(const Package *) packages;
} Statement;

typedef struct OpenVex {
    const Report *r;
    Arena a;
    Map by_key;                   /* what the statement says -> its number + 1 */
    Vec(Statement) statements;
} OpenVex;

static void from_vex(OpenVex *v, const Exception *e, Statement *s) {
    s->status = e->status;
    s->time = e->time;
    if (e->status == VEX_AFFECTED) {
        s->action = str_empty(e->reason) ? STR("affected; no action is stated") : e->reason;
    } else if (e->status != VEX_NOT_AFFECTED) {
        s->notes = e->reason;
    } else if (vex_justification_valid(e->justification)) {
        s->justification = e->justification;
        s->notes = e->reason;
    } else {
        /* CycloneDX has labels of its own; exactly one of justification and impact statement may stand here. */
        s->impact = str_empty(e->reason) || str_empty(e->justification) ? (str_empty(e->reason) ? e->justification : e->reason)
                                                                         : arena_printf(&v->a, "%.*s: %.*s", STR_FMT(e->justification), STR_FMT(e->reason));
        if (str_empty(s->impact))
            s->impact = STR("not affected; no reason is stated");
    }
}

static void from_rule(OpenVex *v, const Exception *e, Statement *s) {
    char date[TIME_TEXT_MAX];
    if (!str_empty(e->justification)) {
        s->status = VEX_NOT_AFFECTED;
        s->justification = e->justification;
        s->notes = e->reason;
        return;
    }
    s->status = VEX_AFFECTED;
    s->action = arena_printf(&v->a, "accepted%s%s%s: %.*s", e->expires != TIME_NONE ? " until " : "", e->expires != TIME_NONE ? time_format_date(e->expires, date) : "",
                             e->until_fix ? " until a fix exists" : "", STR_FMT(e->reason));
}

static void nobody(OpenVex *v, const Finding *f, Statement *s) {
    _cleanup_(buf_done) Buf fix = buf_new(BUF_OWN_MAX);
    finding_fix(&fix, f);
    s->status = VEX_UNDER_INVESTIGATION;
    s->notes = arena_str(&v->a, buf_view(&fix));
}

static void add(OpenVex *v, const Finding *f) {
    if (f->kind != FINDING_VULNERABILITY || !f->package)
        return;
    Statement s = {.first = f, .time = TIME_NONE};
    if (!f->exception)
        nobody(v, f, &s);
    else if (exception_format_is_vex(f->exception->format))
        from_vex(v, f->exception, &s);
    else
        from_rule(v, f->exception, &s);
    _cleanup_(buf_done) Buf key = buf_new(BUF_OWN_MAX);
    const Str parts[] = {f->id, s.justification, s.impact, s.action, s.notes};
    buf_printf(&key, "%d %lld\n", s.status, (long long) s.time);
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
        buf_printf(&key, "%zu:%.*s", parts[i].n, STR_FMT(parts[i]));
    void **slot = map_slot(&v->by_key, arena_str(&v->a, buf_view(&key)), NULL);
    if (!*slot) {
        vec_push(&v->statements, s);
        *slot = (void *) (uintptr_t) v->statements.n;
    }
    Statement *to = &v->statements.p[(uintptr_t) *slot - 1];
    for (size_t i = 0; i < to->packages.n; i++)
        if (str_eq(to->packages.p[i]->bom_ref, f->package->bom_ref))
            return;
    vec_push(&to->packages, f->package);
}

static int cmp_statement(const void *a, const void *b) {
    const Statement *x = a, *y = b;
    int r = str_cmp(x->first->id, y->first->id);
    if (r == 0)
        r = package_compare(x->packages.p[0], y->packages.p[0]);
    return r ? r : (int) x->status - (int) y->status;
}

/* Everything but what a purl leaves as it is. */
static void encode(Buf *b, Str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/:", c)))
            buf_putc(b, (char) c);
        else
            buf_printf(b, "%%%02X", c);
    }
}

/* A reference without its tag and digest. */
static Str repository_of(Str reference) {
    Str rest;
    (void) str_cut(reference, '@', &reference, &rest);
    ssize_t colon = str_rchr(reference, ':'), slash = str_rchr(reference, '/');
    return colon > slash ? str_head(reference, (size_t) colon) : reference;
}

/* pkg:oci/NAME@DIGEST?arch=…&repository_url=… (purl-spec, type oci); empty for what is no image. */
static Str image_purl(OpenVex *v) {
    const Artifact *a = &v->r->artifact;
    Str digest = !str_empty(a->digest) ? a->digest : a->image_id, repository = repository_of(a->n_repo_tags ? a->repo_tags[0] : a->reference), algorithm, hex;
    if (str_empty(digest) || !str_cut(digest, ':', &algorithm, &hex))
        return STR_NULL;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    Str name = str_from_at(repository, (size_t) (str_rchr(repository, '/') + 1));
    buf_putz(&b, "pkg:oci/");
    size_t before = b.n;
    encode(&b, name);
    for (size_t i = before; i < b.n; i++)
        b.p[i] = (char) (b.p[i] >= 'A' && b.p[i] <= 'Z' ? b.p[i] + 32 : b.p[i]);
    if (b.n == before)
        buf_putz(&b, "image");
    buf_printf(&b, "@%.*s%%3A%.*s", STR_FMT(algorithm), STR_FMT(hex));
    if (!str_empty(a->arch))
        buf_printf(&b, "?arch=%.*s", STR_FMT(a->arch));
    if (a->n_repo_tags) {
        buf_printf(&b, "%srepository_url=", str_empty(a->arch) ? "?" : "&");
        encode(&b, repository);
    }
    return arena_str(&v->a, buf_view(&b));
}

static void component(JsonWriter *w, Str purl) {
    json_str(w, "@id", purl);
    json_map(w, "identifiers");
    json_str(w, "purl", purl);
    json_end(w);
}

static void statement(OpenVex *v, JsonWriter *w, const Statement *s, Str image) {
    json_map(w, NULL);
    json_map(w, "vulnerability");
    json_str(w, "name", s->first->id);
    json_end(w);
    if (s->time != TIME_NONE)
        json_time(w, "timestamp", s->time);
    json_list(w, "products");
    if (!str_empty(image)) {
        json_map(w, NULL);
        component(w, image);
        json_list(w, "subcomponents");
    }
    for (size_t i = 0; i < s->packages.n; i++) {
        json_map(w, NULL);
        component(w, package_purl(&v->a, &s->packages.p[i]->fact, &v->r->inventory.os));
        json_end(w);
    }
    if (!str_empty(image)) {
        json_end(w);
        json_end(w);
    }
    json_end(w);
    json_strz(w, "status", vex_status_name(s->status));
    json_str_opt(w, "status_notes", s->notes);
    json_str_opt(w, "justification", s->justification);
    json_str_opt(w, "impact_statement", s->impact);
    json_str_opt(w, "action_statement", s->action);
    json_end(w);
}

ssize_t openvex_write(const Report *r, Str author, Buf *out) {
    OpenVex v = {.r = r};
    for (size_t i = 0; i < r->n_findings; i++)
        add(&v, &r->findings[i]);
    for (size_t i = 0; i < r->n_suppressed; i++)
        add(&v, &r->suppressed[i]);
    vec_sort(&v.statements, cmp_statement);
    ssize_t n = (ssize_t) v.statements.n;
    size_t from = out->n;
    if (n) {
        Str image = image_purl(&v);
        JsonWriter w = json_writer(out, true);
        json_map(&w, NULL);
        json_strz(&w, "@context", "https://openvex.dev/ns/v0.2.0");
        json_strz(&w, "@id", "urn:uuid:" UUID_NIL);
        json_str(&w, "author", author);
        json_time(&w, "timestamp", r->coverage.as_of);
        json_u64(&w, "version", 1);
        json_str(&w, "tooling", arena_printf(&v.a, "plimsoll %.*s", STR_FMT(r->tool_version)));
        json_list(&w, "statements");
        for (size_t i = 0; i < v.statements.n; i++)
            statement(&v, &w, &v.statements.p[i], image);
        json_end(&w);
        json_end(&w);
        buf_putc(out, '\n');
        uuid_seal(out, from, "plimsoll openvex");
    }
    for (size_t i = 0; i < v.statements.n; i++)
        vec_done(&v.statements.p[i].packages);
    vec_done(&v.statements);
    map_done(&v.by_key);
    arena_done(&v.a);
    return out->failed ? out->failed : n;
}
