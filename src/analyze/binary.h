/* SPDX-License-Identifier: Apache-2.0 */
/* Which files the analyzers of programs and libraries want: by their first bytes, whatever their names. */
#pragma once

#include "analyze/analyzer.h"

/* For Analyzer.wants: no path tells. */
bool binary_wants(Str path);
/* For Analyzer.wants_content: ELF, PE or Mach-O, and executable or named as a library or program. A mode of 0 is one that is not known. */
bool binary_wants_content(const FileInfo *f);
