/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("dpkg-sums", "var/lib/dpkg/info/tool.md5sums", "var/lib/dpkg/info/tool.conffiles", "var/lib/dpkg/diversions")
