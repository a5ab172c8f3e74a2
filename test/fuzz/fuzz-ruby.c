/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("ruby", "specifications/a-1.gemspec", "Gemfile.lock")
