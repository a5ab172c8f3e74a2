/* SPDX-License-Identifier: Apache-2.0 */
#include "yara/compile.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/wire.h"
#include "base/worker.h"
#include "yara/api.h"

enum { BLOB_MAX = 512 << 20 };

typedef struct Compile {
    const YaraApi *api;
    const YaraFiles *files;
    const YaraFile *file;     /* being compiled */
    bool *included;           /* of each file: another one includes it */
    Vec(const YaraFile *) open; /* files that are included: libyara names them as they were written, the last of a name is meant */
    Vec(char *) written;      /* likewise: that name */
    Arena arena;              /* their texts */
    Diag *diag;
} Compile;

static const char *text_of(Arena *a, Str s) {
    return arena_str(a, s).p;
}

static const YaraFile *by_written_name(const Compile *c, const char *written) {
    for (size_t i = written ? c->open.n : 0; i-- > 0;)
        if (strcmp(c->written.p[i], written) == 0)
            return c->open.p[i];
    return c->file;
}

static void on_message(int level, const char *file, int line, const YR_RULE *rule, const char *message, void *userdata) {
    static const char no_include[] = "callback failed to provide include resource: ";
    const Compile *c = userdata;
    _cleanup_(arena_done) Arena a = {0};
    const char *name = text_of(&a, by_written_name(c, file)->name);
    const DiagLevel l = level == YARA_ERROR_LEVEL_ERROR ? DIAG_ERROR : DIAG_WARNING;
    const uint32_t at = (uint32_t) MAX(line, 0);
    if (str_starts(str_from(message), str_from(no_include)))
        diag_add(c->diag, l, name, at, 0, "cannot include \"%s\": expected a *.yar or *.yara in the directory of rules that was given", message + strlen(no_include));
    else
        diag_add(c->diag, l, name, at, 0, "%s", message);
}

static const char *on_include(const char *name, const char *by, const char *space, void *userdata) {
    Compile *c = userdata;
    const YaraFile *f = yara_files_included(c->files, by_written_name(c, by), str_from(name));
    if (!f)
        return NULL; /* libyara says so */
    c->included[f - c->files->list.p] = true;
    vec_push(&c->open, f);
    vec_push(&c->written, xstrdup(name));
    return text_of(&c->arena, f->text);
}

static void on_include_done(const char *text, void *userdata) {
}

static void forget_includes(Compile *c) {
    for (size_t i = 0; i < c->written.n; i++)
        free(c->written.p[i]);
    c->written.n = c->open.n = 0;
}

static int new_compiler(Compile *c, YR_COMPILER **ret) {
    if (c->api->compiler_create(ret) != ERROR_SUCCESS)
        return -ENOMEM;
    c->api->compiler_set_callback(*ret, on_message, c);
    c->api->compiler_set_include_callback(*ret, on_include, on_include_done, c);
#define X(name) c->api->compiler_define_string_variable(*ret, #name, "");
    YARA_VARIABLES(X)
#undef X
    return 0;
}

/* All files but those of which `leave_out` is set. After an error a compiler takes nothing more: the next file gets a new one, so that its errors are told, too. */
static int compile_files(Compile *c, const bool *leave_out, YR_RULES **ret) {
    YR_COMPILER *compiler = NULL;
    int r = new_compiler(c, &compiler);
    for (size_t i = 0; r == 0 && i < c->files->list.n; i++) {
        c->file = &c->files->list.p[i];
        if (!c->file->compile || leave_out[i])
            continue;
        _cleanup_(arena_done) Arena a = {0};
        const size_t errors = c->diag->errors;
        if (str_chr(c->file->text, 0) >= 0)
            diag_add(c->diag, DIAG_ERROR, text_of(&a, c->file->name), 0, 0, "a byte 0: expected a text of YARA rules");
        else if (c->api->compiler_add_string(compiler, text_of(&a, c->file->text), text_of(&a, c->file->name)) > 0) {
            if (c->diag->errors == errors)
                diag_add(c->diag, DIAG_ERROR, text_of(&a, c->file->name), 0, 0, "libyara refuses these rules and says no reason");
            c->api->compiler_destroy(compiler);
            compiler = NULL;
            r = new_compiler(c, &compiler);
        }
        forget_includes(c);
    }
    if (r == 0 && c->diag->errors)
        r = -EINVAL;
    if (r == 0 && c->api->compiler_get_rules(compiler, ret) != ERROR_SUCCESS)
        r = -ENOMEM;
    if (compiler)
        c->api->compiler_destroy(compiler);
    return r;
}

/* Rules import their modules whenever they run. "magic" reads a database of its own, which a confined worker cannot. */
static int on_dry_run(YR_SCAN_CONTEXT *context, int message, void *data, void *userdata) {
    if (message != CALLBACK_MSG_IMPORT_MODULE || strcmp(((YR_MODULE_IMPORT *) data)->module_name, "magic") != 0)
        return CALLBACK_CONTINUE;
    *(bool *) userdata = true;
    return CALLBACK_ERROR;
}

static bool needs_magic(const Compile *c, YR_RULES *rules) {
    bool found = false;
    c->api->rules_scan_mem(rules, (const uint8_t *) " ", 1, SCAN_FLAGS_NO_TRYCATCH, on_dry_run, &found, 10);
    return found;
}

static int refuse_magic(const Compile *c) {
    static const char why[] = "module \"magic\" is not available: it reads files of its own; \"pe\", \"elf\" and the like tell kinds of programs";
    for (size_t i = 0; i < c->files->list.n; i++) {
        _cleanup_(arena_done) Arena a = {0};
        Str rest = c->files->list.p[i].text, line;
        for (uint32_t n = 1; str_line(&rest, &line); n++)
            if (str_starts(str_trim(line), STR("import")) && str_find(line, STR("\"magic\"")) >= 0)
                return diag_add(c->diag, DIAG_ERROR, text_of(&a, c->files->list.p[i].name), n, 0, "%s", why);
    }
    return diag_add(c->diag, DIAG_ERROR, NULL, 0, 0, "%s", why);
}

static size_t on_write(const void *p, size_t size, size_t count, void *userdata) {
    return buf_add(userdata, p, size * count) < 0 ? 0 : count;
}

int yara_compile_here(const YaraFiles *f, Buf *ret_blob, Diag *d, Error *err) {
    const char *why;
    Compile c = {.api = yara_api(&why), .files = f, .diag = d};
    YR_RULES *rules = NULL;
    if (!c.api)
        return error_set(err, -ENOENT, "%s", why);
    c.included = xcalloc(f->list.n + 1, sizeof(bool));
    bool *leave_out = xcalloc(f->list.n + 1, sizeof(bool)), again = false;
    int r = compile_files(&c, leave_out, &rules);
    for (size_t i = 0; r == 0 && i < f->list.n; i++) {
        leave_out[i] = f->list.p[i].compile && c.included[i];
        again = again || leave_out[i];
    }
    if (again) {
        c.api->rules_destroy(rules);
        rules = NULL;
        /* Its warnings were told. */
        d->warnings = d->items.n = 0;
        r = compile_files(&c, leave_out, &rules);
    }
    if (r == 0 && needs_magic(&c, rules))
        r = refuse_magic(&c);
    YR_STREAM stream = {.user_data = ret_blob, .write = on_write};
    if (r == 0 && c.api->rules_save_stream(rules, &stream) != ERROR_SUCCESS)
        r = error_set(err, -E2BIG, "the compiled YARA rules take more than %zu bytes", ret_blob->max);
    if (rules)
        c.api->rules_destroy(rules);
    free(c.included);
    free(leave_out);
    forget_includes(&c);
    vec_done(&c.open);
    vec_done(&c.written);
    arena_done(&c.arena);
    return r;
}

/* ---- In a worker ---- */

enum { ANSWER_DIAG, ANSWER_BLOB };

static int compile_job(const WorkerIo *io) {
    _cleanup_error_ Error err = {0};
    WireReader r = wire_reader(io->args);
    YaraFiles f = {0};
    Diag d = {0};
    while (r.rest.n && wire_ok(&r)) {
        YaraFile x = {.name = wire_str(&r), .root = (uint32_t) wire_max(&r, UINT32_MAX), .rel = wire_str(&r), .compile = wire_max(&r, 1)};
        x.text = wire_str(&r);
        vec_push(&f.list, x);
    }
    Buf blob = buf_new(BLOB_MAX), answer = buf_new((size_t) BLOB_MAX + (1 << 20));
    int x = wire_ok(&r) ? yara_compile_here(&f, &blob, &d, &err) : -EBADMSG;
    if (x < 0 && d.errors == 0)
        return worker_fail(io, x, "%s", error_text(&err, x));
    for (size_t i = 0; i < d.items.n; i++) {
        wire_put_u64(&answer, ANSWER_DIAG);
        wire_put_u64(&answer, d.items.p[i].level);
        wire_put_str(&answer, str_from(d.items.p[i].file));
        wire_put_u64(&answer, d.items.p[i].line);
        wire_put_str(&answer, str_from(d.items.p[i].message));
    }
    if (x == 0) {
        wire_put_u64(&answer, ANSWER_BLOB);
        wire_put_str(&answer, buf_view(&blob));
    }
    return answer.failed ? -E2BIG : fs_write_all(io->out, answer.p, answer.n); /* the process ends: the kernel frees the rest */
}

static int take_chunk(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

int yara_compile(const YaraFiles *f, Buf *ret_blob, Diag *d, Error *err) {
    const char *why;
    if (!yara_api(&why))
        return error_set(err, -ENOENT, "%s", why);
    _cleanup_(buf_done) Buf args = buf_new(BUF_OWN_MAX), answer = buf_new((size_t) BLOB_MAX + (2 << 20));
    for (size_t i = 0; i < f->list.n; i++) {
        wire_put_str(&args, f->list.p[i].name);
        wire_put_u64(&args, f->list.p[i].root);
        wire_put_str(&args, f->list.p[i].rel);
        wire_put_u64(&args, f->list.p[i].compile);
        wire_put_str(&args, f->list.p[i].text);
    }
    WorkerLimits limits = {.memory = (uint64_t) 4 << 30, .cpu_s = 600};
    int x = worker_call(compile_job, buf_view(&args), NULL, 0, &limits, take_chunk, &answer, err);
    if (x < 0)
        return error_wrap(err, x, "compiling YARA rules");
    WireReader r = wire_reader(buf_view(&answer));
    bool done = false;
    while (r.rest.n && wire_ok(&r)) {
        if (wire_max(&r, ANSWER_BLOB) == ANSWER_BLOB) {
            done = buf_str(ret_blob, wire_str(&r)) == 0;
            continue;
        }
        _cleanup_(arena_done) Arena a = {0};
        const DiagLevel level = (DiagLevel) wire_max(&r, DIAG_WARNING);
        const char *file = text_of(&a, wire_str(&r));
        const uint32_t line = (uint32_t) wire_max(&r, UINT32_MAX);
        diag_add(d, level, *file ? file : NULL, line, 0, "%s", text_of(&a, wire_str(&r)));
    }
    if (!wire_ok(&r) || (!done && d->errors == 0))
        return error_set(err, -EBADMSG, "compiling YARA rules: the worker's answer is malformed");
    return done ? 0 : -EINVAL;
}

void yara_digest(const YaraFiles *f, char ret_hex[static 65]) {
    Buf b = buf_new(BUF_OWN_MAX);
    char text[65], all[DIGEST_HEX_MAX + 1];
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    hasher_add(h, YR_VERSION, sizeof(YR_VERSION));
    for (size_t i = 0; i < f->list.n; i++) {
        const YaraFile *x = &f->list.p[i];
        buf_clear(&b);
        sha256_hex(x->text.p, x->text.n, text);
        buf_printf(&b, "\n%.*s\t%u\t%.*s\t%d\t%s", STR_FMT(x->name), x->root, STR_FMT(x->rel), x->compile, text);
        hasher_add(h, b.p, b.n);
    }
    buf_done(&b);
    hasher_hex(h, all);
    memcpy(ret_hex, all, 65);
}
