/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that may log in by SSH: authorized_keys (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"). */
#include "analyze/keys.h"
#include "base/base64.h"

enum { KEYS_MAX = 10000, COMMENT_MAX = 200 };

static bool wants(Str path) {
    Str name = path_base(path);
    return str_eqz(name, "authorized_keys") || str_eqz(name, "authorized_keys2") || path_in_dir(path, STR("etc/ssh/authorized_keys.d"), STR(""), NULL);
}

/* The next word; blanks within quotes belong to it, as options have them. */
static Str take_word(Str *rest) {
    *rest = str_trim(*rest);
    bool quoted = false;
    size_t n = 0;
    for (; n < rest->n && (quoted || (rest->p[n] != ' ' && rest->p[n] != '\t')); n++) {
        if (rest->p[n] == '\\' && n + 1 < rest->n)
            n++;
        else if (rest->p[n] == '"')
            quoted = !quoted;
    }
    Str word = str_head(*rest, n);
    *rest = str_from_at(*rest, word.n);
    return word;
}

static bool is_type(Str word) {
    static const char *const types[] = {"ssh-", "ecdsa-sha2-", "sk-"};
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (str_starts(word, str_from(types[i])))
            return true;
    return false;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_authorized_keys, in, sink, 0};
    Str rest = in->bytes, line;
    uint32_t number = 0, n = 0;
    while (str_line(&rest, &line) && n < KEYS_MAX) {
        number++;
        line = str_trim(line);
        if (str_empty(line) || line.p[0] == '#')
            continue;
        Arena scratch = {0};
        PublicKey key;
        Str word = take_word(&line);
        if (!is_type(word))
            word = take_word(&line);
        Str blob = is_type(word) ? base64_decode(take_word(&line), &scratch) : STR_NULL;
        if (!str_empty(blob) && ssh_public_parse(blob, &scratch, &key)) {
            Fact f = {.kind = FACT_KEY};
            f.key = (KeyFact) {.kind = KEY_AUTHORIZED, .format = STR("OpenSSH"), .algorithm = key.algorithm, .curve = key.curve, .bits = key.bits,
                               .fingerprint = keys_ssh_fingerprint(&scratch, blob), .subject = str_head(str_trim(line), COMMENT_MAX), .line = number};
            analyzer_put(&analyzer_authorized_keys, in, sink, &f);
            n++;
        }
        arena_done(&scratch);
    }
    if (n == KEYS_MAX)
        problem_log(&problems, number, "more than %d keys: the rest is not looked at", KEYS_MAX);
    problem_log_end(&problems);
}

const Analyzer analyzer_authorized_keys = {
    .name = "authorized-keys",
    .version = 1,
    .doc = "Public keys that may log in by SSH (authorized_keys)",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "authorized-keys",
};
