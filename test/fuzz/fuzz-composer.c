/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("composer", "composer.lock", "vendor/composer/installed.json")
