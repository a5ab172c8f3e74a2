/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/compile.h"

#include <dlfcn.h>
#include <hs_compile.h>
#include <hs_runtime.h>
#include <stdlib.h>

#include "base/fs.h"
#include "secret/blob.h"
#include "secret/engine.h"

typedef struct HsApi {
    __typeof__(&hs_compile_multi) compile_multi;
    __typeof__(&hs_expression_info) expression_info;
    __typeof__(&hs_free_compile_error) free_compile_error;
    __typeof__(&hs_serialize_database) serialize_database;
    __typeof__(&hs_free_database) free_database;
} HsApi;

/* Never closed. */
static int load_api(HsApi *ret, Error *err) {
    void *lib = dlopen("libhs.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!lib)
        return error_set(err, -ENOENT, "compiling secret rules needs libhs.so.5, which cannot be loaded: install it (Debian: libvectorscan5)");
#define X(name)                                                                      \
    ret->name = (__typeof__(ret->name)) (uintptr_t) dlsym(lib, "hs_" #name);        \
    if (!ret->name)                                                                  \
        return error_set(err, -ENOENT, "libhs.so.5 has no hs_" #name);
    X(compile_multi) X(expression_info) X(free_compile_error) X(serialize_database) X(free_database)
#undef X
    return 0;
}

typedef struct Expressions {
    Vec(char *) text;
    Vec(unsigned) flags, ids;
    Vec(Trigger) triggers;
} Expressions;

static void expressions_done(Expressions *x) {
    for (size_t i = 0; i < x->text.n; i++)
        free(x->text.p[i]);
    vec_done(&x->text);
    vec_done(&x->flags);
    vec_done(&x->ids);
    vec_done(&x->triggers);
}

static void rule_problem(const SecretRule *r, Diag *d, const char *what) {
    diag_add(d, DIAG_ERROR, r->file ? r->file : "secret rules", r->line, 0, "the trigger of rule %.*s is refused by vectorscan: %s", STR_FMT(r->id), what);
}

/* The keyword, byte for byte, and what follows. */
static int add_trigger(const HsApi *hs, const SecretRule *r, uint32_t number, Str keyword, Expressions *x, Diag *d) {
    Buf b = buf_new(1 << 16);
    for (size_t i = 0; i < keyword.n; i++)
        buf_printf(&b, "\\x%02x", (unsigned char) keyword.p[i]);
    if (r->next.n)
        buf_printf(&b, "(?:%.*s)", STR_FMT(r->next));
    unsigned flags = (r->caseless ? HS_FLAG_CASELESS : 0) | HS_FLAG_DOTALL | (r->whole_file ? HS_FLAG_SINGLEMATCH : 0);
    hs_expr_info_t *info = NULL;
    hs_compile_error_t *e = NULL;
    if (hs->expression_info(b.p, flags, &info, &e) != HS_SUCCESS) {
        rule_problem(r, d, e ? e->message : "no reason given");
        hs->free_compile_error(e);
        buf_done(&b);
        return -EINVAL;
    }
    uint32_t width = info->min_width == info->max_width ? info->max_width : 0;
    free(info);
    if (!width && !r->whole_file)
        flags |= HS_FLAG_SOM_LEFTMOST;
    vec_push(&x->ids, (unsigned) x->text.n);
    vec_push(&x->text, buf_take(&b));
    vec_push(&x->flags, flags);
    vec_push(&x->triggers, (Trigger) {number, width});
    return 0;
}

static int compile_database(const HsApi *hs, const SecretSet *s, const Expressions *x, Buf *ret, Diag *d) {
    /* For any processor that vectorscan runs on: measured no slower than for the newest. */
    hs_platform_info_t any = {0};
    hs_database_t *db = NULL;
    hs_compile_error_t *e = NULL;
    if (hs->compile_multi((const char *const *) x->text.p, x->flags.p, x->ids.p, (unsigned) x->text.n, HS_MODE_BLOCK, &any, &db, &e) != HS_SUCCESS) {
        const SecretRule *r = e && e->expression >= 0 ? &s->rules[x->triggers.p[e->expression].rule] : NULL;
        if (r)
            rule_problem(r, d, e->message);
        else
            diag_add(d, DIAG_ERROR, "secret rules", 0, 0, "vectorscan refuses the rules: %s", e ? e->message : "no reason given");
        hs->free_compile_error(e);
        return -EINVAL;
    }
    char *bytes = NULL;
    size_t n = 0;
    int r = hs->serialize_database(db, &bytes, &n) == HS_SUCCESS ? 0 : -ENOMEM;
    if (r == 0)
        wire_put_str(ret, str_n(bytes, n));
    free(bytes);
    hs->free_database(db);
    return r;
}

int secret_compile(const SecretSet *s, Buf *ret_blob, Diag *d, Error *err) {
    HsApi hs = {0};
    int r = load_api(&hs, err);
    if (r < 0)
        return r;
    _cleanup_(expressions_done) Expressions x = {0};
    for (size_t i = 0; i < s->n_rules; i++)
        for (size_t k = 0; k < s->rules[i].keywords.n; k++) {
            int bad = add_trigger(&hs, &s->rules[i], (uint32_t) i, s->rules[i].keywords.p[k], &x, d);
            r = bad < 0 ? bad : r;
        }
    if (r < 0)
        return r;
    Buf b = buf_new((size_t) 256 << 20);
    wire_put_str(&b, STR(SECRET_BLOB_MAGIC));
    wire_put_u64(&b, SECRET_BLOB_VERSION);
    secret_set_encode(&b, s);
    wire_put_u64(&b, x.triggers.n);
    for (size_t i = 0; i < x.triggers.n; i++) {
        wire_put_u64(&b, x.triggers.p[i].rule);
        wire_put_u64(&b, x.triggers.p[i].width);
    }
    if (x.text.n)
        r = compile_database(&hs, s, &x, &b, d);
    else
        wire_put_str(&b, STR(""));
    if (r >= 0 && b.failed)
        r = error_set(err, b.failed, "the compiled rules are too large");
    if (r < 0) {
        buf_done(&b);
        return r;
    }
    *ret_blob = b;
    return 0;
}

int secret_blob_for(const char *const *files, size_t n, const Limits *l, Buf *ret_blob, Diag *d, Error *err) {
    _cleanup_(secret_set_done) SecretSet set = {0};
    if (n == 0 && secret_blob_usable(secret_builtin_blob()))
        return 0;
    int r = secret_blob_rules(secret_builtin_blob(), &set);
    if (r < 0)
        return error_set(err, r, "the rules that the program was built with cannot be read");
    for (size_t i = 0; i < n; i++) {
        _cleanup_free_ char *text = NULL;
        size_t size;
        int x = fs_read(files[i], (size_t) 16 << 20, &text, &size, err);
        if (x < 0)
            return x;
        x = secret_rules_read(str_n(text, size), files[i], l, &set, d);
        r = x < 0 ? x : r;
    }
    if (r < 0)
        return r;
    secret_set_apply_off(&set);
    return secret_compile(&set, ret_blob, d, err);
}
