/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("nuget", "app.deps.json", "packages.lock.json", "packages.config")
