/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("dpkg", "var/lib/dpkg/status", "var/lib/dpkg/status.d/x", "var/lib/dpkg/status.d/x.md5sums", "var/lib/dpkg/info/x:amd64.list")
