/* SPDX-License-Identifier: Apache-2.0 */
/* Documents attached to an image in its registry: OCI referrers (by API or tag), and the attestations that cosign keeps under the tag
 * sha256-HEX.att. Their digests are verified; who made them is not: whoever may push to the repository may attach. */
#pragma once

#include "scan/scan.h"

typedef enum AttachedKind { ATTACHED_VEX, ATTACHED_SBOM } AttachedKind;

typedef struct Attached {
    const char *name;     /* "registry.example/app@sha256:… (attached)": of the document, for messages */
    Str digest;           /* of the document */
    Str media_type;
    int fd;               /* the document, in memory */
} Attached;

/* Hands to `each` every document attached to the image that may be of this kind, in the order of their digests; a document that is attached to the
 * index that the reference names is taken, too. `each` may end it with anything but 0. -ENOTSUP when the artifact is no image of a registry;
 * -E2BIG over a limit; errors of the registry client. */
int scan_attached(const Artifact *image, const RegistryOptions *options, const Limits *limits, AttachedKind kind, int (*each)(void *userdata, const Attached *a, Error *err),
                  void *userdata, Error *err);

/* scan_collect() out of an SBOM that is attached to the image: the first that lists packages. Nothing of the layers is read; the coverage says who
 * claims what is reported. -ENOENT when there is none. */
int scan_collect_attached(const char *reference, const ScanOptions *o, Report *r, Error *err);
