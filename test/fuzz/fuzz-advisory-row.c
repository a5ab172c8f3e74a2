/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs of a damaged advisory database. */
#include <stdlib.h>

#include "advisory/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int row(void *userdata, const AdvisoryRow *r) {
    size_t *sum = userdata;
    const Str all[] = {r->id, r->feed, r->status_text, r->introduced, r->fixed, r->last_affected, r->advisory, r->module, r->arches, r->repositories, r->imports};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        for (size_t k = 0; k < all[i].n; k++)
            *sum += (unsigned char) all[i].p[k];
    if (r->status >= FIX_N_ || r->severity >= SEVERITY_N_)
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    if (n == 0)
        return 0;
    Str blob = str_n((const char *) p + 1, n - 1);
    if (p[0] % 3 == 0) {
        static const Str feeds[] = {{"debian-osv", 10}, {"kev", 3}};
        CodecScratch scratch = {0};
        size_t sum = 0;
        (void) codec_rows_decode(blob, feeds, ARRAY_SIZE(feeds), &scratch, row, &sum);
        codec_scratch_done(&scratch);
    } else if (p[0] % 3 == 1) {
        VulnDetail d;
        if (codec_detail_decode(blob, &d) == 0) {
            Buf b = buf_new((size_t) 1 << 26);
            codec_detail_encode(&b, &d);
            VulnDetail e;
            if (codec_detail_decode(buf_view(&b), &e) < 0 || !str_eq(d.title, e.title) || d.published != e.published || d.n_cvss != e.n_cvss || d.kev != e.kev || !str_eq(d.id, e.id))
                abort();
            buf_done(&b);
        }
    } else {
        CodecCve c;
        VulnDetail d;
        (void) codec_cve_find(blob, cve_of(2024, 3094), &c);
        (void) codec_block_get(blob, p[0] / 3 % DETAILS_BLOCK, &d);
        for (ssize_t at = codec_index_find(blob, STR("curl")); at >= 0;)
            (void) codec_index_number(blob, &at);
    }
    return 0;
}
