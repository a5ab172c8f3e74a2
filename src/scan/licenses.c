/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/licenses.h"

#include <ctype.h>

#include "scan/scan.h"

static bool matches(Str pattern, Str name) {
    size_t i = 0, k = 0, star = SIZE_MAX, from = 0;
    while (k < name.n) {
        if (i < pattern.n && pattern.p[i] == '*') {
            star = i++;
            from = k;
        } else if (i < pattern.n && tolower((unsigned char) pattern.p[i]) == tolower((unsigned char) name.p[k])) {
            i++;
            k++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            k = ++from;
        } else {
            return false;
        }
    }
    while (i < pattern.n && pattern.p[i] == '*')
        i++;
    return i == pattern.n;
}

static bool listed(const char *const *lists, const License *l) {
    for (; *lists; lists++) {
        Str rest = str_from(*lists), pattern;
        while (str_split(&rest, ',', &pattern))
            if (matches(str_trim(pattern), l->name) || matches(str_trim(pattern), l->id))
                return true;
    }
    return false;
}

static LicenseVerdict judge_name(const License *l, const LicensePolicy *policy) {
    if (listed(policy->deny, l))
        return LICENSE_DENIED;
    if (!*policy->allow || listed(policy->allow, l))
        return LICENSE_ALLOWED;
    return license_is_known(l) ? LICENSE_NOT_ALLOWED : LICENSE_UNKNOWN;
}

LicenseVerdict license_judge(const License *l, const LicensePolicy *policy, Str *ret_name) {
    if (!l) {
        *ret_name = STR_NULL;
        return *policy->allow ? LICENSE_UNKNOWN : LICENSE_ALLOWED;
    }
    if (l->op == LICENSE_NAME) {
        *ret_name = l->name;
        return judge_name(l, policy);
    }
    LicenseVerdict verdict = license_judge(l->first, policy, ret_name);
    for (const License *x = l->first->next; x; x = x->next) {
        Str name;
        LicenseVerdict v = license_judge(x, policy, &name);
        if (l->op == LICENSE_OR ? v < verdict : v > verdict) {
            verdict = v;
            *ret_name = name;
        }
    }
    return verdict;
}

void licenses_find(Report *r, const LicensePolicy *policy) {
    static const struct {
        const char *id, *what;
        Severity severity;
    } verdicts[] = {
        [LICENSE_UNKNOWN] = {"LICENSE-UNKNOWN", "is not known", SEVERITY_LOW},
        [LICENSE_NOT_ALLOWED] = {"LICENSE-NOT-ALLOWED", "is not on the list of those allowed", SEVERITY_MEDIUM},
        [LICENSE_DENIED] = {"LICENSE-DENIED", "is on the list of those denied", SEVERITY_HIGH},
    };
    if (!*policy->allow && !*policy->deny)
        return;
    for (size_t i = 0; i < r->inventory.n_packages; i++) {
        const Package *p = &r->inventory.packages[i];
        _cleanup_(arena_done) Arena a = {0};
        Str name;
        LicenseVerdict v = license_judge(license_parse(&a, p->fact.type, p->fact.license), policy, &name);
        if (v == LICENSE_ALLOWED)
            continue;
        Finding f = {.kind = FINDING_LICENSE, .id = str_from(verdicts[v].id), .package = p, .severity = verdicts[v].severity, .severity_source = STR("plimsoll"),
                     .epss = -1, .epss_percentile = -1, .published = TIME_NONE, .layer = p->layer, .path = p->path, .deleted = LAYER_NONE, .is_new = true};
        f.cvss.score10 = -1;
        f.title = name.n ? arena_printf(&r->arena, "Licence %.*s %s", STR_FMT(name), verdicts[v].what) : STR("No licence is stated");
        f.detail = name.n ? arena_printf(&r->arena, "%.*s; the package states: %.*s", STR_FMT(license_expression(&a, p->fact.type, p->fact.license)), STR_FMT(p->fact.license)) : STR_NULL;
        scan_add_finding(r, &f);
    }
}
