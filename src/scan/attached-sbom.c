/* SPDX-License-Identifier: Apache-2.0 */
/* An image by the SBOM that is attached to it. */
#include "base/worker.h"
#include "scan/attached.h"
#include "scan/sbom.h"

typedef struct Take {
    const ScanOptions *o;
    Report *r;
} Take;

/* A layer that the SBOM names is one of the image only when it has the same content. */
static bool same_layer(const Report *sbom, const Artifact *image, int layer) {
    return layer >= 0 && (size_t) layer < image->n_layers && str_eq(sbom->artifact.layers[layer].diff_id, image->layers[layer].diff_id);
}

static int take(void *userdata, const Attached *a, Error *err) {
    Take *t = userdata;
    Report *r = t->r;
    _cleanup_(report_done) Report sbom = {0};
    int x = sbom_open_fd(a->fd, a->name, t->o->limits, &sbom, err);
    if (x <= 0 || sbom.inventory.n_packages == 0)
        return MIN(x, 0);
    for (size_t i = 0; i < sbom.coverage.n_gaps; i++)
        scan_add_gap(r, sbom.coverage.gaps[i].kind, sbom.coverage.gaps[i].subject, "%.*s", STR_FMT(sbom.coverage.gaps[i].reason));
    for (size_t i = 0; i < sbom.inventory.n_packages; i++) {
        Package *p = &sbom.inventory.packages[i];
        if (!same_layer(&sbom, &r->artifact, p->layer))
            p->layer = LAYER_NONE;
    }
    r->inventory = sbom.inventory;
    sbom.inventory = (Inventory) {0};
    r->coverage.claimed_by = arena_str(&r->arena, str_from(a->name));
    return 1;
}

int scan_collect_attached(const char *reference, const ScanOptions *o, Report *r, Error *err) {
    _cleanup_(image_closep) Image *image = NULL;
    int x = image_open(reference, &o->image, &r->arena, &image, err);
    if (x < 0)
        return x;
    r->artifact = *image_artifact(image);
    r->coverage.as_of = o->as_of;
    r->coverage.sandbox = str_from(worker_confinement());
    x = scan_attached(&r->artifact, &o->image.registry, o->limits, ATTACHED_SBOM, take, &(Take) {o, r}, err);
    if (x == 0)
        return error_set(err, -ENOENT, "no SBOM that lists packages is attached to %.*s (%.*s): without --sbom its layers are read", STR_FMT(r->artifact.reference), STR_FMT(r->artifact.digest));
    return MIN(x, 0);
}
