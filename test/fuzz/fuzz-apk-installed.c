/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("apk", "lib/apk/db/installed", "etc/apk/repositories")
