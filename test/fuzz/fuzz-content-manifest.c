/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("rh-content-manifest", "root/buildinfo/content_manifests/x-1-2.json")
