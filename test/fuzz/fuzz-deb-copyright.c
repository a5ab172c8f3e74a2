/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("deb-license", "usr/share/doc/x/copyright")
