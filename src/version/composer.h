/* SPDX-License-Identifier: Apache-2.0 */
/* What ranges must know of Composer's versions beyond their order. Only for src/version. */
#pragma once

#include "base/str.h"

/* dev-NAME, master, trunk, default: no numbers, no order. */
bool version_composer_is_branch(Str v);
/* Does "dev" end its numbers: 1.0-dev, 1.0-beta-dev, 1.x-dev? */
bool version_composer_is_dev(Str v);
/* Is all of it what may stand behind a version: "beta2", "p1-dev", nothing? In lower case "rc" is no stability here, as in Composer where it
 * reads constraints. */
bool version_composer_is_stability(Str s);
