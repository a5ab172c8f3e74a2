/* SPDX-License-Identifier: Apache-2.0 */
#include "yara/engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "yara/api.h"

struct YaraEngine {
    const YaraApi *api;
    YR_RULES *rules;
    YR_SCANNER *scanner;
    Buf tags;
    uint32_t seconds;
    /* Of the scan at hand. */
    void (*take)(void *userdata, const YaraMatch *m);
    void *userdata;
    char too_often[128]; /* a string that was found more often than is counted; empty */
};

static size_t on_read(void *p, size_t size, size_t count, void *userdata) {
    Str *rest = userdata;
    if (size == 0 || rest->n / size < count)
        return 0;
    memcpy(p, rest->p, size * count);
    *rest = str_from_at(*rest, size * count);
    return count;
}

static void take_metas(YR_RULE *rule, YaraMatch *m) {
    YR_META *meta;
    yr_rule_metas_foreach(rule, meta) {
        if (meta->type == META_TYPE_STRING && strcmp(meta->identifier, "description") == 0)
            m->title = str_from(meta->string);
        else if (meta->type == META_TYPE_STRING && strcmp(meta->identifier, "severity") == 0)
            m->severity = str_from(meta->string);
        else if (meta->type == META_TYPE_INTEGER && strcmp(meta->identifier, "score") == 0)
            m->score = meta->integer;
    }
}

static void on_match(YaraEngine *e, YR_SCAN_CONTEXT *context, YR_RULE *rule) {
    YaraMatch m = {.rule = str_from(rule->identifier), .source = str_from(rule->ns->name), .score = -1, .offset = UINT64_MAX};
    const char *tag;
    buf_clear(&e->tags);
    yr_rule_tags_foreach(rule, tag)
        buf_printf(&e->tags, "%s%s", e->tags.n ? " " : "", tag);
    m.tags = buf_view(&e->tags);
    take_metas(rule, &m);
    YR_STRING *string;
    yr_rule_strings_foreach(rule, string) {
        /* libyara packs them one behind the other, whatever their alignment. */
        YR_MATCH match;
        for (const void *p = context->matches[string->idx].head; p; p = match.next) {
            memcpy(&match, p, sizeof(match));
            const uint64_t at = (uint64_t) (match.base + match.offset);
            if (match.is_private || at >= m.offset)
                continue;
            m.string = str_from(string->identifier);
            m.offset = at;
        }
    }
    if (m.offset == UINT64_MAX)
        m.offset = 0;
    e->take(e->userdata, &m);
}

static int on_message(YR_SCAN_CONTEXT *context, int message, void *data, void *userdata) {
    YaraEngine *e = userdata;
    if (message == CALLBACK_MSG_RULE_MATCHING) {
        on_match(e, context, data);
    } else if (message == CALLBACK_MSG_TOO_MANY_MATCHES && !*e->too_often) {
        const YR_STRING *s = data;
        snprintf(e->too_often, sizeof(e->too_often), "%.120s", s->identifier);
    }
    return CALLBACK_CONTINUE;
}

int yara_engine_new(Str blob, uint32_t seconds, YaraEngine **ret, Error *err) {
    const char *why;
    YaraEngine *e = xcalloc(1, sizeof(*e));
    e->api = yara_api(&why);
    e->tags = buf_new(1 << 20);
    e->seconds = seconds;
    if (!e->api) {
        yara_engine_free(e);
        return error_set(err, -ENOENT, "%s", why);
    }
    YR_STREAM stream = {.user_data = &blob, .read = on_read};
    if (e->api->rules_load_stream(&stream, &e->rules) != ERROR_SUCCESS || e->api->scanner_create(e->rules, &e->scanner) != ERROR_SUCCESS) {
        yara_engine_free(e);
        return error_set(err, -EBADMSG, "the compiled YARA rules cannot be loaded");
    }
    e->api->scanner_set_callback(e->scanner, on_message, e);
    /* Without handlers of signals of its own: a fault ends the worker, and its file is left out. */
    e->api->scanner_set_flags(e->scanner, SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);
    e->api->scanner_set_timeout(e->scanner, (int) seconds);
    *ret = e;
    return 0;
}

static void set_variables(YaraEngine *e, Str path) {
    char text[4096];
    ssize_t slash = str_rchr(path, '/');
    Str name = str_from_at(path, (size_t) (slash + 1));
    ssize_t dot = str_rchr(name, '.');
    snprintf(text, sizeof(text), "/%.*s", STR_FMT(path));
    e->api->scanner_define_string_variable(e->scanner, "filepath", text);
    snprintf(text, sizeof(text), "%.*s", STR_FMT(name));
    e->api->scanner_define_string_variable(e->scanner, "filename", text);
    snprintf(text, sizeof(text), "%.*s", STR_FMT(dot < 0 ? STR("") : str_from_at(name, (size_t) dot)));
    e->api->scanner_define_string_variable(e->scanner, "extension", text);
}

int yara_engine_scan(YaraEngine *e, Str path, Str bytes, void (*take)(void *userdata, const YaraMatch *m), void *userdata, Error *err) {
    e->take = take;
    e->userdata = userdata;
    *e->too_often = 0;
    set_variables(e, path);
    switch (e->api->scanner_scan_mem(e->scanner, (const uint8_t *) bytes.p, bytes.n)) {
    case ERROR_SUCCESS:
        return *e->too_often ? error_set(err, -EOVERFLOW, "the string %s of a YARA rule was found more than %d times", e->too_often, YR_MAX_STRING_MATCHES) : 0;
    case ERROR_SCAN_TIMEOUT:
        return error_set(err, -ETIMEDOUT, "the YARA rules took more than %u seconds", e->seconds);
    case ERROR_INSUFFICIENT_MEMORY:
        return error_set(err, -ENOMEM, "the YARA rules took more memory than a worker has");
    case ERROR_TOO_MANY_MATCHES:
        return error_set(err, -EOVERFLOW, "a string of a YARA rule was found more than %d times", YR_MAX_STRING_MATCHES);
    default:
        return error_set(err, -EIO, "libyara gave up on it");
    }
}

void yara_engine_free(YaraEngine *e) {
    lint_assume(e->api || (!e->scanner && !e->rules));
    if (e->scanner)
        e->api->scanner_destroy(e->scanner);
    if (e->rules)
        e->api->rules_destroy(e->rules);
    buf_done(&e->tags);
    free(e);
}
