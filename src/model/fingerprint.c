/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/hash.h"
#include "model/finding.h"

void finding_fingerprint(const Finding *f, char ret_hex[static 65]) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    const PackageFact *p = f->package ? &f->package->fact : NULL;
    Str parts[] = {f->id, p ? p->name : STR_NULL, p ? p->arch : STR_NULL, p ? STR_NULL : f->path, p && f->kind != FINDING_POLICY ? STR_NULL : f->detail};
    buf_printf(&b, "%s\n%s\n", finding_kind_name(f->kind), p ? package_type_name(p->type) : "");
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        /* Lengths in front: no two findings can be made to look the same by what stands in their strings. */
        buf_printf(&b, "%zu:", parts[i].n);
        buf_str(&b, parts[i]);
    }
    if (f->secret)
        buf_printf(&b, "%.*s%.*s%llu", STR_FMT(f->secret->hint), STR_FMT(f->secret->fingerprint), (unsigned long long) f->secret->length);
    sha256_hex(buf_view(&b).p, b.n, ret_hex);
}
