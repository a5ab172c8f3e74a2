/* SPDX-License-Identifier: Apache-2.0 */
/* What both SBOM formats say beyond their standard fields, so that scanning the SBOM finds what scanning the image finds. */
#pragma once

#include "model/report.h"

typedef void (*SbomEmit)(void *userdata, const char *name, Str value);

/* Properties with a value, in a fixed order. */
void sbom_package_properties(const Package *p, SbomEmit emit, void *userdata);
void sbom_document_properties(const Report *r, SbomEmit emit, void *userdata);

/* "sha256:…" -> its algorithm as CycloneDX ("SHA-256") and SPDX ("SHA256") name it, and the hex digits; false for what is neither
 * known nor well-formed. */
bool sbom_digest(Str digest, const char **ret_cyclonedx, const char **ret_spdx, Str *ret_hex);
