/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("node-modules", "node_modules/a/package.json", "usr/share/nodejs/@s/a/package.json")
