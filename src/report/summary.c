/* SPDX-License-Identifier: Apache-2.0 */
#include "report/summary.h"

#include "report/text.h"

#include <ctype.h>

Summary summary_of(const Report *r) {
    Summary s = {.total = r->n_findings};
    for (size_t i = 0; i < r->n_findings; i++) {
        const Finding *f = &r->findings[i];
        s.severity[f->severity]++;
        s.kinds[f->kind]++;
        s.fixable += !str_empty(f->fixed_version) || f->fixable;
        s.denied += str_eqz(f->action, "deny");
        s.kev += f->kev;
        s.new_findings += f->is_new;
        s.failing += finding_fails(f, r);
    }
    for (size_t i = 0; i < r->n_suppressed; i++) {
        if (exception_format_is_vex(r->suppressed[i].exception->format))
            s.suppressed_vex++;
        else if (r->suppressed[i].kind == FINDING_POLICY)
            s.excepted++;
        else
            s.suppressed_ignored++;
    }
    for (size_t i = 0; i < r->coverage.n_gaps; i++) {
        const Gap *g = &r->coverage.gaps[i];
        if (g->allowed)
            s.gaps_allowed++;
        else
            s.gaps++;
        s.no_data = s.no_data || g->kind == GAP_UNSUPPORTED_OS || g->kind == GAP_NO_ADVISORIES || g->kind == GAP_NO_DATABASE || g->kind == GAP_NO_PACKAGES;
    }
    s.no_data = s.no_data && s.kinds[FINDING_VULNERABILITY] == 0;
    s.exit_code = s.gaps ? 3 : s.failing ? 1 : 0;
    return s;
}

static void plural(Buf *out, size_t n, const char *one, const char *many) {
    buf_printf(out, "%zu %s", n, n == 1 ? one : many);
}

void summary_packages(Buf *out, const Report *r) {
    if (artifact_is_checked(r->artifact.kind)) {
        plural(out, r->coverage.entries, artifact_unit(r->artifact.kind, true), artifact_unit(r->artifact.kind, false));
        return;
    }
    text_count(out, r->inventory.n_packages);
    buf_putz(out, r->inventory.n_packages == 1 ? " package" : " packages");
    if (r->artifact.n_layers)
        buf_printf(out, " in %zu layer%s", r->artifact.n_layers, r->artifact.n_layers == 1 ? "" : "s");
    if (r->inventory.n_left_out)
        buf_printf(out, "; %zu for development or optional left out", r->inventory.n_left_out);
}

void package_place(Buf *out, const Package *p) {
    if (package_type_is_os(p->fact.type) || p->n_locations == 0)
        return;
    buf_str(out, p->locations->path);
    if (p->locations->line)
        buf_printf(out, ":%u", p->locations->line);
    if (p->n_places > 1)
        buf_printf(out, " and %zu more place%s", p->n_places - 1, p->n_places == 2 ? "" : "s");
    if (p->owner)
        buf_printf(out, ", installed by %.*s", STR_FMT(p->owner->fact.name));
}

Str package_kind(const Package *p) {
    return str_empty(p->fact.arch) ? str_from(package_type_name(p->fact.type)) : p->fact.arch;
}

void summary_sentence(Buf *out, const Report *r, const Summary *s) {
    static const char *const words[SEVERITY_N_] = {"unknown", "negligible", "low", "medium", "high", "critical"};
    if (r->sbom_only) {
        plural(out, r->inventory.n_packages, "package", "packages");
        buf_putz(out, " listed; vulnerabilities were not looked up");
        return;
    }
    bool files = artifact_is_checked(r->artifact.kind);
    if (s->total) {
        plural(out, s->total, "finding", "findings");
        const char *sep = ": ";
        for (int i = SEVERITY_N_ - 1; i >= 0; i--)
            if (s->severity[i]) {
                buf_printf(out, "%s%zu %s", sep, s->severity[i], words[i]);
                sep = ", ";
            }
        if (r->artifact.kind == ARTIFACT_FILES)
            buf_printf(out, "; %zu denied, %zu that --fix mends", s->denied, s->fixable);
        else if (r->artifact.kind == ARTIFACT_CLUSTER)
            buf_printf(out, "; %zu denied", s->denied);
        else
            buf_printf(out, "; %zu with a fix, %zu known to be exploited", s->fixable, s->kev);
        if (s->no_data)
            buf_putz(out, "; vulnerabilities could not be looked up");
    } else if (s->no_data) {
        buf_putz(out, "no verdict: vulnerabilities could not be looked up");
    } else if (s->gaps + s->gaps_allowed) {
        buf_putz(out, "no findings in the part that could be looked at");
    } else {
        buf_putz(out, "no findings in ");
        if (files)
            plural(out, r->coverage.entries, artifact_unit(r->artifact.kind, true), artifact_unit(r->artifact.kind, false));
        else
            plural(out, r->inventory.n_packages, "package", "packages");
    }
    if (!str_empty(r->policy)) {
        buf_printf(out, "; policy %.*s: %.*s", STR_FMT(r->policy), STR_FMT(r->verdict));
        if (s->denied)
            buf_printf(out, " (%zu)", s->denied);
        if (s->excepted)
            buf_printf(out, ", %zu excepted", s->excepted);
    }
    if (!str_empty(r->coverage.claimed_by))
        buf_putz(out, "; packages as an attached SBOM claims them");
    if (s->suppressed_vex)
        buf_printf(out, "; %zu suppressed by VEX", s->suppressed_vex);
    if (s->suppressed_ignored)
        buf_printf(out, "; %zu ignored by rules", s->suppressed_ignored);
    if (r->n_filtered)
        buf_printf(out, "; %zu more left out by filters", r->n_filtered);
    if (r->n_kernel_headers)
        buf_printf(out, "; %zu of the kernel not counted for its headers", r->n_kernel_headers);
    if (r->n_baseline)
        buf_printf(out, "; %zu already in the baseline", r->n_baseline);
    if (s->gaps + s->gaps_allowed)
        buf_printf(out, "; %zu thing%s not seen%s", s->gaps + s->gaps_allowed, s->gaps + s->gaps_allowed == 1 ? "" : "s",
                   s->gaps ? ": the result is incomplete" : " (allowed)");
}

static Str skip(Str s, Str prefix) {
    return str_starts(s, prefix) ? str_trim(str_from_at(s, prefix.n)) : s;
}

void layer_instruction(Buf *out, const Report *r, int layer) {
    if (layer < 0 || (size_t) layer >= r->artifact.n_layers)
        return;
    Str s = str_trim(r->artifact.layers[layer].created_by);
    if (str_ends(s, STR("# buildkit")))
        s = str_trim(str_head(s, s.n - strlen("# buildkit")));
    bool run = false;
    /* The classic builder writes "|1 ARG=value /bin/sh -c command", BuildKit "RUN |1 ARG=value /bin/sh -c command # buildkit". */
    if (str_starts(s, STR("RUN "))) {
        run = true;
        s = skip(s, STR("RUN "));
    }
    ssize_t shell = str_find(s, STR("/bin/sh -c "));
    if (shell == 0 || (shell > 0 && s.p[0] == '|')) {
        s = str_trim(str_from_at(s, (size_t) shell + strlen("/bin/sh -c ")));
        Str nop = skip(s, STR("#(nop)"));
        run = nop.n == s.n;
        s = nop;
    }
    if (run)
        buf_putz(out, "RUN ");
    bool space = false;
    for (size_t i = 0, n; i < s.n; i += n) {
        bool blank = isspace((unsigned char) s.p[i]);
        for (n = 0; i + n < s.n && isxdigit((unsigned char) s.p[i + n]);)
            n++;
        bool digest = n >= 32;
        if (!digest)
            n = MAX(n, (size_t) 1);
        if (!blank) {
            if (space)
                buf_putc(out, ' ');
            buf_add(out, s.p + i, digest ? 12 : n);
            if (digest)
                buf_putz(out, "…");
        }
        space = blank && i;
    }
}

void finding_fix(Buf *out, const Finding *f) {
    static const char *const words[FIX_N_] = {
        [FIX_UNKNOWN] = "fix unknown",
        [FIX_AFFECTED] = "no fix yet",
        [FIX_FIXED] = "fixed",
        [FIX_WONT_FIX] = "will not fix",
        [FIX_DEFERRED] = "postponed",
        [FIX_UNDER_INVESTIGATION] = "under investigation",
        [FIX_END_OF_LIFE] = "end of life",
        [FIX_NOT_AFFECTED] = "not affected",
    };
    if (f->kind == FINDING_POLICY) {
        buf_str(out, f->action);
        return;
    }
    if (!str_empty(f->fixed_version)) {
        buf_printf(out, "fixed in %.*s", STR_FMT(f->fixed_version));
        if (f->status == FIX_FIXED || f->status == FIX_UNKNOWN)
            return;
        buf_putz(out, ", ");
    } else if (f->kind != FINDING_VULNERABILITY && f->status == FIX_UNKNOWN) {
        return;
    }
    buf_putz(out, words[f->status]);
    if (!str_empty(f->status_text) && !str_ieq(f->status_text, str_from(words[f->status])))
        buf_printf(out, " (%.*s)", STR_FMT(f->status_text));
}

void finding_line(Buf *out, const Finding *f) {
    if (f->line)
        buf_printf(out, ":%u", f->line);
    if (f->line && f->col)
        buf_printf(out, ":%u", f->col);
}

void finding_subject(Buf *out, const Finding *f) {
    buf_str(out, f->id);
    if (f->package)
        buf_printf(out, " in %.*s %.*s", STR_FMT(f->package->fact.name), STR_FMT(f->package->fact.version));
    else if (!str_empty(f->path))
        buf_printf(out, " in %.*s", STR_FMT(f->path));
    if (f->kind == FINDING_POLICY)
        finding_line(out, f);
}

void finding_place(Buf *out, const Finding *f) {
    buf_str(out, f->package ? f->package->fact.name : f->path);
    if (f->kind == FINDING_POLICY)
        finding_line(out, f);
}

void finding_cell(Buf *out, const Finding *f) {
    bool policy = f->kind == FINDING_POLICY;
    buf_str(out, str_empty(f->title) || (policy && !str_empty(f->detail)) ? f->detail : f->title);
    if (policy && !str_empty(f->remediation))
        buf_printf(out, ". Fix: %.*s", STR_FMT(f->remediation));
}

void exception_text(Buf *out, const Exception *e) {
    char date[TIME_TEXT_MAX];
    if (!exception_format_is_vex(e->format))
        buf_putz(out, "ignored");
    else
        buf_printf(out, "VEX: %s", vex_status_name(e->status));
    if (!str_empty(e->justification))
        buf_printf(out, " (%.*s)", STR_FMT(e->justification));
    if (!str_empty(e->reason))
        buf_printf(out, ": %.*s", STR_FMT(e->reason));
    if (e->expires != TIME_NONE)
        buf_printf(out, "; until %s", time_format_date(e->expires, date));
    if (e->until_fix)
        buf_putz(out, "; until a fix exists");
    buf_printf(out, " [%.*s:%u]", STR_FMT(e->source), e->line);
}

void finding_text(Buf *out, const Finding *f) {
    if (!str_empty(f->title)) {
        buf_str(out, f->title);
    } else if (!str_empty(f->detail)) {
        buf_str(out, f->detail);
    } else {
        finding_subject(out, f);
        size_t before = out->n;
        buf_putz(out, ": ");
        finding_fix(out, f);
        if (out->n == before + 2) {
            out->n = before;
            out->p[before] = 0;
        }
    }
}

bool url_is_plain(Str url) {
    if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
        return false;
    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char) url.p[i] <= 0x20 || (unsigned char) url.p[i] >= 0x7f || strchr("<>\"{}|\\^`'", url.p[i]))
            return false;
    return true;
}

/* Nothing but these characters goes from an id into a link. */
static bool plain_id(Str id) {
    for (size_t i = 0; i < id.n; i++)
        if (!isalnum((unsigned char) id.p[i]) && id.p[i] != '-' && id.p[i] != ':')
            return false;
    return id.n > 0;
}

void finding_url(Buf *out, const Finding *f) {
    Str rest = f->references, url;
    while (str_split(&rest, ' ', &url))
        if (url_is_plain(url)) {
            buf_str(out, url);
            return;
        }
    if (!plain_id(f->id))
        return;
    if (str_starts(f->id, STR("CVE-")))
        buf_printf(out, "https://www.cve.org/CVERecord?id=%.*s", STR_FMT(f->id));
    else if (f->kind == FINDING_VULNERABILITY)
        buf_printf(out, "https://osv.dev/vulnerability/%.*s", STR_FMT(f->id));
}

unsigned finding_score10(const Finding *f) {
    static const struct {
        unsigned low, middle, high;
    } ranges[SEVERITY_N_] = {{0, 0, 100}, {1, 5, 9}, {10, 30, 39}, {40, 55, 69}, {70, 80, 89}, {90, 95, 100}};
    unsigned score = !str_empty(f->cvss.vector) && f->cvss.score10 >= 0 ? (unsigned) f->cvss.score10 : ranges[f->severity].middle;
    return MIN(MAX(score, ranges[f->severity].low), ranges[f->severity].high);
}
