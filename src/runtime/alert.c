/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/alert.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/time.h"
#include "base/vec.h"
#include "parse/json-write.h"

/* What Falco puts behind every output, since its container plugin asks for it. */
static const char appended[] = " container_id=%container.id container_name=%container.name container_image_repository=%container.image.repository"
                               " container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name";

static void write_text(const Rule *r, const Event *e, const Subject *s, Evaluator *v, Buf *out) {
    time_t seconds = (time_t) (e->time / 1000000000);
    struct tm tm = {0};
    localtime_r(&seconds, &tm);
    buf_printf(out, "%02d:%02d:%02d.%09lld: %s ", tm.tm_hour, tm.tm_min, tm.tm_sec, (long long) (e->time % 1000000000), priority_name(r->priority));
    Str format = r->output;
    while (format.n && (format.p[format.n - 1] == '\n' || format.p[format.n - 1] == ' '))
        format.n--;
    output_text(r->source, format, s, v, out);
    output_text(r->source, str_from(appended), s, v, out);
}

/* A field of the output; its value as JSON lies in OutputFields.text. */
typedef struct OutputField {
    Str name;
    size_t at, n;
} OutputField;

typedef struct OutputFields {
    Vec(OutputField) all;
    Buf text;
} OutputFields;

static void add_field(void *userdata, Str name, const Value *value, Str shown) {
    OutputFields *f = userdata;
    size_t at = f->text.n;
    JsonWriter w = json_writer(&f->text, false);
    switch (value->type) {
    case VALUE_NONE: json_null(&w, NULL); break;
    case VALUE_BOOL: json_bool(&w, NULL, value->boolean); break;
    case VALUE_INT: json_i64(&w, NULL, value->integer); break;
    case VALUE_DOUBLE: json_double(&w, NULL, value->number); break;
    default: json_str(&w, NULL, shown);
    }
    vec_push(&f->all, (OutputField) {name, at, f->text.n - at});
}

static int by_name(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}
static int by_field_name(const void *a, const void *b) {
    return str_cmp(((const OutputField *) a)->name, ((const OutputField *) b)->name);
}

/* Falco's writer of JSON sorts the keys of all objects. */
static void write_fields(JsonWriter *w, const Rule *r, const Event *e, const Subject *s, Evaluator *v) {
    _cleanup_(buf_done) Buf format = buf_new(w->out->max);
    OutputFields f = {.text = buf_new(w->out->max)};
    buf_str(&format, r->output);
    buf_putz(&format, appended);
    add_field(&f, STR("evt.time"), &(Value) {.type = VALUE_INT, .integer = e->time}, STR_NULL);
    output_each(r->source, buf_view(&format), s, v, add_field, &f);
    vec_sort(&f.all, by_field_name);
    json_map(w, "output_fields");
    for (size_t i = 0; i < f.all.n; i++) {
        json_key(w, f.all.p[i].name);
        json_raw(w, NULL, str_n(buf_view(&f.text).p + f.all.p[i].at, f.all.p[i].n));
    }
    json_end(w);
    vec_done(&f.all);
    buf_done(&f.text);
}

static void write_json(const Rule *r, const Event *e, const Subject *s, Evaluator *v, Str hostname, Buf *out) {
    _cleanup_(buf_done) Buf text = buf_new(out->max);
    write_text(r, e, s, v, &text);
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_str(&w, "hostname", hostname);
    json_str(&w, "output", buf_view(&text));
    write_fields(&w, r, e, s, v);
    json_strz(&w, "priority", priority_name(r->priority));
    json_str(&w, "rule", r->name);
    json_strz(&w, "source", r->source->name);
    _cleanup_free_ Str *tags = xcalloc(r->tags.n + 1, sizeof(*tags));
    for (size_t i = 0; i < r->tags.n; i++)
        tags[i] = r->tags.p[i];
    qsort(tags, r->tags.n, sizeof(*tags), by_name);
    json_list(&w, "tags");
    for (size_t i = 0; i < r->tags.n; i++)
        json_str(&w, NULL, tags[i]);
    json_end(&w);
    char date[TIME_TEXT_MAX], when[TIME_TEXT_MAX + 16];
    time_format(e->time / 1000000000, date);
    snprintf(when, sizeof(when), "%.*s.%09lldZ", (int) strlen(date) - 1, date, (long long) (e->time % 1000000000));
    json_strz(&w, "time", when);
    json_end(&w);
}

void alert_write(AlertFormat format, const Rule *r, const Event *e, const Subject *s, Evaluator *v, Str hostname, Buf *out) {
    if (format == ALERT_JSON)
        write_json(r, e, s, v, hostname, out);
    else
        write_text(r, e, s, v, out);
}
