/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/merge.h"

#include "advisory/codec.h"
#include "advisory/cvss.h"
#include "base/time.h"

enum { REFERENCES_MAX = 10, ALIASES_MAX = 50, WORDS_BYTES = 32 << 10 };

typedef struct Words {
    Buf text;
    size_t n, max;
} Words;

static void add_words(Words *w, Str words, Str but) {
    Str word;
    while (w->n < w->max && str_split(&words, ' ', &word)) {
        if (str_empty(word) || str_eq(word, but) || str_has_word(buf_view(&w->text), word) || w->text.n + word.n + 1 > WORDS_BYTES)
            continue;
        if (w->n++)
            buf_putc(&w->text, ' ');
        buf_str(&w->text, word);
    }
}

static void add_cvss(VulnDetail *to, const VulnDetail *from) {
    for (size_t i = 0; i < from->n_cvss && to->n_cvss < ARRAY_SIZE(to->cvss); i++) {
        bool known = false;
        for (size_t k = 0; k < to->n_cvss && !known; k++)
            known = str_eq(to->cvss[k].vector, from->cvss[i].vector);
        if (!known)
            to->cvss[to->n_cvss++] = from->cvss[i];
    }
}

/* The newest version of the standard stands first, then NVD's vector; vectors that are none last. */
static bool better(const Cvss *a, const Cvss *b) {
    if ((a->score10 >= 0) != (b->score10 >= 0))
        return a->score10 >= 0;
    CvssVersion x = cvss_version(a->vector), y = cvss_version(b->vector);
    return x != y ? x > y : str_eqz(a->source, "nvd") && !str_eqz(b->source, "nvd");
}

static void rate_cvss(VulnDetail *d) {
    for (size_t i = 0; i < d->n_cvss; i++) {
        Cvss c = d->cvss[i];
        c.score10 = cvss_score10(c.vector);
        size_t at = i;
        for (; at > 0 && better(&c, &d->cvss[at - 1]); at--)
            d->cvss[at] = d->cvss[at - 1];
        d->cvss[at] = c;
    }
}

int merge_details(Str id, const Str *blobs, size_t n, const VulnDetail *scores, Buf *ret) {
    VulnDetail out = {.id = id, .published = TIME_NONE, .modified = TIME_NONE, .kev = scores->kev, .kev_due = scores->kev_due, .epss = scores->epss, .epss_percentile = scores->epss_percentile};
    Words aliases = {buf_new(WORDS_BYTES), 0, ALIASES_MAX}, references = {buf_new(WORDS_BYTES), 0, REFERENCES_MAX};
    int r = 0;
    for (size_t i = 0; i < n && r >= 0; i++) {
        VulnDetail d;
        r = codec_detail_decode(blobs[i], &d);
        if (r < 0)
            break;
        if (i == 0)
            out.withdrawn = d.withdrawn;
        if (str_empty(out.title))
            out.title = d.title;
        if (out.severity == SEVERITY_UNKNOWN && d.severity != SEVERITY_UNKNOWN) {
            out.severity = d.severity;
            out.severity_source = d.severity_source;
        }
        if (d.published != TIME_NONE && (out.published == TIME_NONE || d.published < out.published))
            out.published = d.published;
        out.modified = MAX(out.modified, d.modified);
        add_cvss(&out, &d);
        add_words(&aliases, d.id, id);
        add_words(&aliases, d.aliases, id);
        add_words(&references, d.references, STR_NULL);
    }
    if (r >= 0) {
        out.aliases = buf_view(&aliases.text);
        out.references = buf_view(&references.text);
        rate_cvss(&out);
        codec_detail_encode(ret, &out);
        r = ret->failed;
    }
    buf_done(&aliases.text);
    buf_done(&references.text);
    return r;
}
