/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs as they are written: "KIND:TARGET KEY=VALUE …", and their settings. */
#include "deliver/channel.h"

#include "base/alloc.h"
#include "base/fs.h"

enum { SECRET_MAX = 64 << 10, QUEUE_BYTES = 8 << 20 };

const ChannelKey channel_keys[] = {
    {"name", "NAME", "What it is called in messages, metrics and the status; otherwise its kind and target"},
    {"format", "text|json", "How an alert is written; otherwise as --format says, and JSON for a webhook"},
    {0},
};

const ChannelKey channel_spool_keys[] = {
    {"spool", "DIR|none", "Where alerts wait on disk while the receiver is away"},
    {"spool-max", "SIZE", "How much may wait there (64M); what is beyond is lost, and counted"},
    {0},
};

#define CHANNEL(symbol) extern const ChannelKind symbol;
#include "deliver/channel.list.h"
#undef CHANNEL

const ChannelKind *const channel_kinds[] = {
#define CHANNEL(symbol) &symbol,
#include "deliver/channel.list.h"
#undef CHANNEL
    NULL,
};

const char *channel_setting(const Channel *o, const char *key) {
    for (size_t i = 0; i < o->n_settings; i++)
        if (strcmp(o->key[i], key) == 0)
            return o->value[i];
    return NULL;
}

static int parse_size(Str text, bool size, uint64_t most, uint64_t *ret) {
    static const struct {
        char letter;
        unsigned bits;
    } units[] = {{'K', 10}, {'M', 20}, {'G', 30}};
    unsigned bits = 0;
    for (size_t i = 0; size && i < ARRAY_SIZE(units); i++)
        if (text.n && text.p[text.n - 1] == units[i].letter) {
            bits = units[i].bits;
            text.n--;
            break;
        }
    uint64_t n;
    if (str_to_u64(text, most >> bits, &n) < 0)
        return -EINVAL;
    *ret = n << bits;
    return 0;
}

int channel_number(const Channel *o, const char *key, bool size, uint64_t least, uint64_t most, uint64_t def, uint64_t *ret, Error *err) {
    const char *text = channel_setting(o, key);
    uint64_t n = def;
    if (text && (parse_size(str_from(text), size, most, &n) < 0 || n < least))
        return error_set(err, -EINVAL, "%s=: expected a number from %llu to %llu%s, found '%s'", key, (unsigned long long) least, (unsigned long long) most,
                         size ? ", or one with K, M or G" : "", text);
    *ret = n;
    return 0;
}

/* Fresh, without white space at both ends. */
static char *trimmed(Str s) {
    while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
        s.n--;
    while (s.n && strchr(" \t\r\n", s.p[0]))
        s = str_from_at(s, 1);
    return str_dup(s);
}

int channel_secret(const Channel *o, const char *key, char **ret, Error *err) {
    _cleanup_free_ char *file_key = xasprintf("%s-file", key), *env_key = xasprintf("%s-env", key), *text = NULL;
    const char *file = channel_setting(o, file_key), *env = channel_setting(o, env_key), *value = NULL;
    size_t n = 0;
    *ret = NULL;
    if (!file && !env)
        return 0;
    if (file && env)
        return error_set(err, -EINVAL, "%s and %s: one of them is enough", file_key, env_key);
    if (file) {
        int r = fs_read(file, SECRET_MAX, &text, &n, err);
        if (r < 0)
            return r;
        value = text;
    } else {
        value = getenv(env);
        if (!value)
            return error_set(err, -EINVAL, "%s=%s: this variable is not set", env_key, env);
        n = strlen(value);
    }
    *ret = trimmed(str_n(value, n));
    if (**ret == 0)
        return error_set(err, -EINVAL, "%s: there is nothing in it", file ? file : env);
    for (const char *p = *ret; *p; p++)
        if ((unsigned char) *p < 0x20 || *p == 0x7f)
            return error_set(err, -EINVAL, "%s: expected one line without control characters", file ? file : env);
    return 0;
}

static bool has_key(const ChannelKey *keys, const char *name) {
    for (; keys && keys->name; keys++)
        if (strcmp(keys->name, name) == 0)
            return true;
    return false;
}

static bool takes(const ChannelKind *k, const char *name) {
    return has_key(channel_keys, name) || has_key(k->keys, name) || (k->remote && has_key(channel_spool_keys, name));
}

static void list_keys(const ChannelKey *keys, Buf *out) {
    for (; keys && keys->name; keys++)
        buf_printf(out, "%s%s=", out->n ? ", " : "", keys->name);
}

static int unknown_key(const ChannelKind *k, const char *word, Error *err) {
    _cleanup_(buf_done) Buf known = buf_new(4096);
    list_keys(k->keys, &known);
    if (k->remote)
        list_keys(channel_spool_keys, &known);
    list_keys(channel_keys, &known);
    return error_set(err, -EINVAL, "expected KEY=VALUE with one of %s; found '%s'", buf_view(&known).p, word);
}

static int take_setting(Channel *o, char *word, Error *err) {
    char *value = strchr(word, '=');
    if (value)
        *value++ = 0;
    if (!value || !takes(o->kind, word))
        return unknown_key(o->kind, word, err);
    if (!*value)
        return error_set(err, -EINVAL, "%s= is empty", word);
    if (channel_setting(o, word))
        return error_set(err, -EINVAL, "%s= is given twice", word);
    if (o->n_settings == CHANNEL_SETTINGS_MAX)
        return error_set(err, -E2BIG, "more than %d settings", CHANNEL_SETTINGS_MAX);
    o->key[o->n_settings] = word;
    o->value[o->n_settings++] = value;
    return 0;
}

static int take_kind(Channel *o, char *word, Error *err) {
    char *target = strchr(word, ':');
    if (target)
        *target++ = 0;
    for (const ChannelKind *const *k = channel_kinds; *k; k++)
        if (strcmp((*k)->name, word) == 0)
            o->kind = *k;
    if (!o->kind) {
        _cleanup_(buf_done) Buf known = buf_new(4096);
        for (const ChannelKind *const *k = channel_kinds; *k; k++)
            buf_printf(&known, "%s%s", known.n ? ", " : "", (*k)->name);
        return error_set(err, -EINVAL, "expected one of %s, found '%s'", buf_view(&known).p, word);
    }
    if (target && *target && !o->kind->target)
        return error_set(err, -EINVAL, "%s takes nothing behind a colon", o->kind->name);
    o->target = target ? target : "";
    return 0;
}

static int take_format(Channel *o, DeliverFormat format, Error *err) {
    const char *text = channel_setting(o, "format");
    o->format = o->kind->format == DELIVER_FORMATS ? format : o->kind->format;
    if (text && strcmp(text, "text") == 0)
        o->format = DELIVER_TEXT;
    else if (text && strcmp(text, "json") == 0)
        o->format = DELIVER_JSON;
    else if (text)
        return error_set(err, -EINVAL, "format=: expected text or json, found '%s'", text);
    return 0;
}

/* The file is named after the output: what waits there belongs to this receiver. */
static int open_spool(Channel *o, Error *err) {
    const char *dir = channel_setting(o, "spool");
    if (!dir)
        dir = o->o->spool;
    uint64_t max;
    int r = channel_number(o, "spool-max", true, 64 << 10, UINT64_C(1) << 40, 64 << 20, &max, err);
    if (r < 0 || strcmp(dir, "none") == 0)
        return r;
    r = fs_mkdir_p(dir, err);
    if (r < 0)
        return error_wrap(err, r, "the spool");
    _cleanup_(buf_done) Buf path = buf_new(4096);
    buf_printf(&path, "%s/", dir);
    for (const char *p = o->name; *p; p++)
        buf_putc(&path, (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '-' || *p == '.' ? *p : '_');
    buf_putz(&path, ".spool");
    if (path.failed)
        return error_set(err, -ENAMETOOLONG, "the name of the output is too long for a spool: give it one with name=");
    _cleanup_free_ char *aside = NULL, *text = NULL;
    r = alert_spool_open(path.p, max, &o->spool, &aside, err);
    if (aside) {
        text = xasprintf("output %s: %s", o->name, aside);
        o->o->say(o->o->userdata, true, text);
    }
    return r;
}

static int set_up(Channel *o, char *text, DeliverFormat format, Error *err) {
    char *rest = text, *word = strsep(&rest, " ");
    int r = take_kind(o, word, err);
    while (r == 0 && (word = strsep(&rest, " ")))
        if (*word)
            r = take_setting(o, word, err);
    if (r == 0)
        r = take_format(o, format, err);
    if (r < 0)
        return o->kind ? error_wrap(err, r, "%s", o->kind->name) : r;
    o->shown = xstrdup(o->target);
    const char *name = channel_setting(o, "name");
    r = o->kind->open(o, err);
    if (r < 0)
        return error_wrap(err, r, "%s", name ? name : o->kind->name);
    o->name = name ? xstrdup(name) : *o->shown ? xasprintf("%s:%s", o->kind->name, o->shown) : xstrdup(o->kind->name);
    r = o->kind->remote ? open_spool(o, err) : 0;
    return r < 0 ? error_wrap(err, r, "%s", o->name) : 0;
}

int channel_parse(const DeliverOptions *d, const char *text, DeliverFormat format, Channel **ret, Error *err) {
    Channel *o = xcalloc(1, sizeof(*o));
    o->o = d;
    o->text = xstrdup(text);
    queue_init(&o->queue, QUEUE_BYTES);
    pthread_mutex_init(&o->lock, NULL);
    int r = set_up(o, o->text, format, err);
    if (r < 0) {
        channel_free(o);
        return r;
    }
    *ret = o;
    return 0;
}

void channel_free(Channel *o) {
    if (o->kind && o->kind->close && o->state)
        o->kind->close(o);
    alert_spool_free(o->spool);
    queue_done(&o->queue);
    pthread_mutex_destroy(&o->lock);
    free(o->name);
    free(o->shown);
    free(o->text);
    free(o);
}
