/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions as the API server and the log read them. */
#include "base/base64.h"
#include "base/time.h"
#include "kube/admission.h"
#include "parse/json-write.h"

/* The API server passes on warnings of so many characters, and so many bytes of all of them together; longer ones it cuts or drops. */
enum { WARNING_MAX = 120, WARNINGS_MAX = 4096, MESSAGE_MAX = 2048, ANNOTATION_MAX = 1024 };

/* At most `max` bytes, cut between characters, "…" where something is missing. */
static void put_cut(Buf *out, Str s, size_t max) {
    static const Str more = {"…", 3};
    if (s.n <= max) {
        buf_str(out, s);
        return;
    }
    size_t n = max - more.n;
    while (n && ((unsigned char) s.p[n] & 0xC0) == 0x80)
        n--;
    buf_str(out, str_head(s, n));
    buf_str(out, more);
}

static bool denies(const AdmissionReason *r) {
    return r->action == RULE_DENY && !r->exception && !r->before;
}

static void put_reason(Buf *out, const AdmissionReason *r) {
    buf_str(out, r->rule);
    if (r->subject.n && r->limited)
        buf_printf(out, " (%.*s)", STR_FMT(r->subject));
    buf_putz(out, ": ");
    buf_str(out, r->message);
}

/* What the user reads behind `admission webhook "NAME" denied the request: `. */
static void put_message(const AdmissionConfig *c, const AdmissionDecision *d, Buf *out) {
    _cleanup_(buf_done) Buf all = buf_new(1 << 20);
    size_t n = 0;
    for (size_t i = 0; i < d->n_reasons; i++)
        if (denies(&d->reasons[i])) {
            buf_putz(&all, n++ ? "; " : "");
            put_reason(&all, &d->reasons[i]);
        }
    if (d->error.n)
        buf_printf(&all, "%sit could not be judged: %.*s", n ? "; " : "", STR_FMT(d->error));
    buf_printf(out, "policy %.*s: ", STR_FMT(policy_name(c->policy)));
    put_cut(out, buf_view(&all), MESSAGE_MAX);
}

typedef struct Warnings {
    JsonWriter *json;
    size_t bytes, left_out;
    bool open;
} Warnings;

static void warn(Warnings *w, Str text) {
    _cleanup_(buf_done) Buf cut = buf_new(WARNING_MAX + 8);
    put_cut(&cut, text, WARNING_MAX);
    /* Room for the last one, which counts those that are missing. */
    if (w->bytes + cut.n > WARNINGS_MAX - WARNING_MAX) {
        w->left_out++;
        return;
    }
    if (!w->open)
        json_list(w->json, "warnings");
    w->open = true;
    w->bytes += cut.n;
    json_str(w->json, NULL, buf_view(&cut));
}

static void put_warnings(const AdmissionDecision *d, JsonWriter *json) {
    Warnings w = {.json = json};
    _cleanup_(buf_done) Buf text = buf_new(1 << 20);
    if (d->broken.n)
        warn(&w, STR("the glass was broken: rules that deny this were passed over, and that is recorded"));
    if (d->error.n && d->allowed) {
        buf_printf(&text, "not judged: %.*s", STR_FMT(d->error));
        warn(&w, buf_view(&text));
    }
    for (size_t i = 0; i < d->n_reasons; i++) {
        const AdmissionReason *r = &d->reasons[i];
        if (r->exception || (!d->allowed && denies(r)))
            continue;
        buf_clear(&text);
        put_reason(&text, r);
        warn(&w, buf_view(&text));
    }
    if (w.left_out + d->n_more) {
        buf_clear(&text);
        buf_printf(&text, "and %zu more", w.left_out + d->n_more);
        json_str(json, NULL, buf_view(&text));
    }
    if (w.open)
        json_end(json);
}

static void put_annotations(const AdmissionConfig *c, const AdmissionDecision *d, JsonWriter *json) {
    _cleanup_(buf_done) Buf rules = buf_new(1 << 20), cut = buf_new(ANNOTATION_MAX + 8);
    json_map(json, "auditAnnotations");
    json_str(json, "policy", policy_name(c->policy));
    json_strz(json, "verdict", rule_action_name(d->verdict));
    json_strz(json, "mode", admission_mode_name(d->mode));
    for (size_t i = 0; i < d->n_reasons; i++)
        if (!d->reasons[i].exception)
            buf_printf(&rules, "%s%.*s", rules.n ? "; " : "", STR_FMT(d->reasons[i].rule));
    if (rules.n) {
        put_cut(&cut, buf_view(&rules), ANNOTATION_MAX);
        json_str(json, "rules", buf_view(&cut));
    }
    if (d->broken.n) {
        buf_clear(&cut);
        put_cut(&cut, d->broken, ANNOTATION_MAX);
        json_str(json, "break-glass", buf_view(&cut));
    }
    json_str_opt(json, "error", d->error);
    json_end(json);
}

void admission_answer(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionDecision *d, Buf *out) {
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_strz(&w, "apiVersion", "admission.k8s.io/v1");
    json_strz(&w, "kind", "AdmissionReview");
    json_map(&w, "response");
    json_str(&w, "uid", q->uid);
    json_bool(&w, "allowed", d->allowed);
    if (!d->allowed) {
        _cleanup_(buf_done) Buf message = buf_new(1 << 20);
        put_message(c, d, &message);
        json_map(&w, "status");
        json_strz(&w, "status", "Failure");
        json_str(&w, "message", buf_view(&message));
        json_strz(&w, "reason", "Forbidden");
        json_i64(&w, "code", 403);
        json_end(&w);
    }
    if (d->patch.n) {
        _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
        base64_encode(d->patch, &text);
        json_strz(&w, "patchType", "JSONPatch");
        json_str(&w, "patch", buf_view(&text));
    }
    if (!d->skipped) {
        if (d->mode != ADMISSION_AUDIT || !d->allowed)
            put_warnings(d, &w);
        put_annotations(c, d, &w);
    }
    json_end(&w);
    json_end(&w);
}

static void put_reasons(const AdmissionDecision *d, JsonWriter *w) {
    json_list(w, "reasons");
    for (size_t i = 0; i < d->n_reasons; i++) {
        const AdmissionReason *r = &d->reasons[i];
        json_map(w, NULL);
        json_str(w, "rule", r->rule);
        json_strz(w, "action", rule_action_name(r->action));
        json_str_opt(w, "subject", r->subject);
        json_str(w, "message", r->message);
        if (r->exception)
            json_str(w, "exception", r->exception->name);
        if (r->limited)
            json_bool(w, "undecided", true);
        if (r->before)
            json_bool(w, "before", true);
        json_end(w);
    }
    json_end(w);
    if (d->n_more)
        json_u64(w, "moreReasons", d->n_more);
}

void admission_record(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionDecision *d, int64_t time, int64_t took, Buf *out) {
    char when[TIME_TEXT_MAX];
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_strz(&w, "time", time_format(time, when));
    json_str(&w, "uid", q->uid);
    json_bool(&w, "allowed", d->allowed);
    json_strz(&w, "verdict", rule_action_name(d->verdict));
    json_strz(&w, "mode", admission_mode_name(d->mode));
    json_str(&w, "policy", policy_name(c->policy));
    json_str(&w, "operation", q->operation);
    json_str_opt(&w, "group", q->group);
    json_str(&w, "resource", q->resource);
    json_str_opt(&w, "subresource", q->subresource);
    json_str_opt(&w, "kind", q->kind);
    json_str_opt(&w, "namespace", q->namespace);
    json_str_opt(&w, "name", q->name.n ? q->name : kube_text(q->object, "metadata.generateName"));
    json_str(&w, "user", q->user);
    if (q->dry_run)
        json_bool(&w, "dryRun", true);
    if (d->skipped)
        json_strz(&w, "skipped", d->skipped);
    json_str_opt(&w, "error", d->error);
    json_str_opt(&w, "breakGlass", d->broken);
    if (d->patch.n)
        json_raw(&w, "patch", d->patch);
    if (d->n_reasons)
        put_reasons(d, &w);
    json_i64(&w, "microseconds", took / 1000);
    json_end(&w);
}
