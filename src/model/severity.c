/* SPDX-License-Identifier: Apache-2.0 */
#include "model/severity.h"

static const char *const names[SEVERITY_N_] = {
    [SEVERITY_UNKNOWN] = "UNKNOWN", [SEVERITY_NEGLIGIBLE] = "NEGLIGIBLE", [SEVERITY_LOW] = "LOW",
    [SEVERITY_MEDIUM] = "MEDIUM",   [SEVERITY_HIGH] = "HIGH",             [SEVERITY_CRITICAL] = "CRITICAL",
};

static const struct {
    const char *word;
    Severity severity;
} words[] = {
    {"moderate", SEVERITY_MEDIUM},        {"important", SEVERITY_HIGH},  {"unimportant", SEVERITY_NEGLIGIBLE},
    {"none", SEVERITY_NEGLIGIBLE},        {"minor", SEVERITY_LOW},       {"urgent", SEVERITY_CRITICAL},
    {"untriaged", SEVERITY_UNKNOWN},      {"not yet assigned", SEVERITY_UNKNOWN}, {"end-of-life", SEVERITY_UNKNOWN},
};

const char *severity_name(Severity s) {
    return s < SEVERITY_N_ ? names[s] : names[SEVERITY_UNKNOWN];
}

int severity_parse(Str s, Severity *ret) {
    for (size_t i = 0; i < SEVERITY_N_; i++)
        if (str_ieq(s, str_from(names[i]))) {
            *ret = (Severity) i;
            return 0;
        }
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (str_ieq(s, str_from(words[i].word))) {
            *ret = words[i].severity;
            return 0;
        }
    return -EINVAL;
}
