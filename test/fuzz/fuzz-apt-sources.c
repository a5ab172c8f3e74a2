/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("apt-sources", "etc/apt/sources.list", "etc/apt/sources.list.d/x.sources")
