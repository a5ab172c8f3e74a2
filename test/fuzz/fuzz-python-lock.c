/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/analyze.h"

FUZZ_ANALYZER("python-lock", "Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml")
