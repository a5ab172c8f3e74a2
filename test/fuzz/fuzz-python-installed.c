/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("python-installed", "s/a-1.dist-info/METADATA", "s/a-1.dist-info/RECORD", "a.egg-info")
