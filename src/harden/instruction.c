/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/instruction.h"

#include "base/vec.h"

enum { INSTRUCTION_MAX = 64 * 1024, SHOWN = 200 };

static bool has(Str text, const char *what) {
    return str_find(text, str_from(what)) >= 0;
}

static bool has_any(Str text, const char *const *words) {
    for (; *words; words++)
        if (has(text, *words))
            return true;
    return false;
}

/* The command of a RUN: "/bin/sh -c …" of the classic builder (with "|1 ARG=value" in front where there are arguments), "RUN … # buildkit" of
 * BuildKit. Empty for other instructions, which the classic builder marks with "#(nop)". */
static Str command_of(Str s) {
    s = str_trim(str_head(s, INSTRUCTION_MAX));
    if (has(s, "#(nop)"))
        return STR_NULL;
    if (str_starts(s, STR("RUN ")))
        return str_from_at(s, 4);
    return str_starts(s, STR("/bin/sh -c ")) || str_starts(s, STR("|")) ? s : STR_NULL;
}

static bool is_word_end(Str s, size_t at) {
    return at >= s.n || strchr(" \t\n;|&)\"'`", s.p[at]);
}

/* Does a shell or interpreter stand behind a pipe, or around a substitution, whose left side downloads? */
static bool pipes_to_shell(Str s) {
    static const char *const shells[] = {"sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "php", NULL};
    Str line;
    /* Commands one by one: what is fetched in one and piped in another is another matter. */
    for (size_t i = 0, start = 0; i <= s.n; i++) {
        bool ends = i == s.n || s.p[i] == ';' || s.p[i] == '\n' || (s.p[i] == '&' && i + 1 < s.n && s.p[i + 1] == '&');
        if (!ends)
            continue;
        line = str_head(str_from_at(s, start), i - start);
        start = i + 1;
        ssize_t curl = str_find(line, STR("curl ")), wget = str_find(line, STR("wget "));
        if (curl < 0 && wget < 0)
            continue;
        if (has(line, "sh <(curl") || has(line, "sh <(wget") || has(line, "sh -c \"$(curl") || has(line, "sh -c \"$(wget") || has(line, "eval \"$(curl") || has(line, "sh -c $(curl"))
            return true;
        for (size_t k = (size_t) (curl >= 0 ? curl : wget); k < line.n; k++) {
            if (line.p[k] != '|')
                continue;
            if (k + 1 < line.n && line.p[k + 1] == '|') {
                k++; /* "or" */
                continue;
            }
            Str after = str_trim(str_from_at(line, k + 1));
            if (str_starts(after, STR("sudo ")))
                after = str_trim(str_from_at(after, 5));
            if (str_starts(after, STR("env ")))
                after = str_trim(str_from_at(after, 4));
            ssize_t slash = -1;
            for (size_t e = 0; !is_word_end(after, e); e++)
                if (after.p[e] == '/')
                    slash = (ssize_t) e;
            after = str_from_at(after, (size_t) (slash + 1));
            for (size_t w = 0; shells[w]; w++)
                if (str_starts(after, str_from(shells[w])) && is_word_end(after, strlen(shells[w])))
                    return true;
        }
    }
    return false;
}

/* ADD of a URL, or of a file that COPY would do for. The file system of a base image comes by ADD, into the root. */
static void add_instruction(Str s, Str shown, int layer, const CheckSink *sink) {
    Str rest;
    ssize_t nop = str_find(s, STR("#(nop)"));
    rest = str_trim(nop >= 0 ? str_from_at(s, (size_t) nop + 6) : s);
    if (!str_starts(rest, STR("ADD ")))
        return;
    rest = str_trim(str_from_at(rest, 4));
    if (has(rest, "http://") || has(rest, "https://") || has(rest, "ftp://")) {
        if (!has(rest, "--checksum="))
            check_put(sink, CHECK_ADD_URL, layer, STR_NULL, "%.*s", STR_FMT(shown));
        return;
    }
    if (str_ends(rest, STR("# buildkit")))
        rest = str_trim(str_head(rest, rest.n - strlen("# buildkit")));
    static const char *const archives[] = {".tar", ".tgz", ".txz", ".tbz", NULL};
    if (!str_ends(rest, STR(" /")) && !has_any(rest, archives))
        check_put(sink, CHECK_ADD_FILE, layer, STR_NULL, "%.*s", STR_FMT(shown));
}

static const struct {
    CheckId check;
    const char *words[12];
} simple[] = {
    {CHECK_UNVERIFIED, {"--allow-unauthenticated", "--no-check-certificate", "--nosignature", "--nogpgcheck", "--allow-untrusted", "--trusted-host", "trusted=yes", "curl -k", " --insecure", "strict-ssl false",
                        "http.sslVerify false", NULL}},
    {CHECK_CHMOD_777, {"chmod 777", "chmod -R 777", "chmod 0777", "chmod -R 0777", "chmod a+rwx", "chmod -R a+rwx", "chmod ugo+rwx", NULL}},
};

/* Which manager fills a cache, and what in the same instruction empties it. */
static const struct {
    const char *installs[4], *cleans[5];
} caches[] = {
    {{"apt-get install", "apt install", "apt-get -y install", NULL}, {"/var/lib/apt/lists", "apt-get distclean", "--mount=type=cache", NULL}},
    {{"apk add", "apk --update add", NULL}, {"--no-cache", "/var/cache/apk", "--mount=type=cache", NULL}},
    {{"yum install", "dnf install", "microdnf install", NULL}, {"clean all", "/var/cache/", "--mount=type=cache", NULL}},
    {{"zypper install", "zypper in ", NULL}, {"zypper clean", "/var/cache/", "--mount=type=cache", NULL}},
};

static void run_instruction(Str s, Str shown, int layer, const CheckSink *sink) {
    static const char *const updates[] = {"apt-get update", "apt update", "apk update", NULL};
    static const char *const installs[] = {"install", "upgrade", "apk add", NULL};
    if (pipes_to_shell(s))
        check_put(sink, CHECK_PIPE_TO_SHELL, layer, STR_NULL, "%.*s", STR_FMT(shown));
    if (has_any(s, updates) && !has_any(s, installs))
        check_put(sink, CHECK_UPDATE_ALONE, layer, STR_NULL, "%.*s", STR_FMT(shown));
    for (size_t i = 0; i < ARRAY_SIZE(simple); i++)
        if (has_any(s, simple[i].words))
            check_put(sink, simple[i].check, layer, STR_NULL, "%.*s", STR_FMT(shown));
    for (size_t i = 0; i < ARRAY_SIZE(caches); i++)
        if (has_any(s, caches[i].installs) && !has_any(s, caches[i].cleans))
            check_put(sink, CHECK_CACHE_KEPT, layer, STR_NULL, "%.*s", STR_FMT(shown));
}

void harden_history(const Node *root, const Artifact *a, const CheckSink *sink) {
    int layer = -1;
    size_t number = 0;
    node_each(n, node_get(root, "history")) {
        Str s = str_trim(node_get_str(n, "created_by"));
        bool empty = node_true(node_get(n, "empty_layer"));
        layer += !empty;
        number++;
        int at = empty || layer >= (int) a->n_layers ? LAYER_NONE : layer;
        /* In the artifact's instructions secrets are masked, in the configuration they are not. */
        Str shown = at < 0 ? arena_printf(sink->arena, "instruction %zu of the history", number) : str_head(a->layers[at].created_by, SHOWN);
        add_instruction(s, shown, at, sink);
        Str command = command_of(s);
        if (command.n)
            run_instruction(command, shown, at, sink);
    }
}
