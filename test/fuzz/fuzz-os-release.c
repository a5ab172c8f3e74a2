/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("os-release", "etc/os-release", "usr/lib/os-release", "etc/debian_version", "etc/redhat-release")
