/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("java-archive", "lib/name-1.0.jar", "a.war")
