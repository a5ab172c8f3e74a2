/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/str.h"

/* Several files may name the operating system, and they may disagree: the fact of the lowest rank counts.
 *   0  etc/os-release          (os-release(5): administrators' file before the vendor's)
 *   1  usr/lib/os-release
 *   2  etc/alpine-release, etc/debian_version: a version only, the family follows from the file
 *   3  a vendor's own "NAME release VERSION" file (oracle-release, …)
 *   4  etc/system-release, etc/redhat-release: rebuilds of Red Hat may keep the original's words there
 *  -1  no file about the operating system */
int os_release_rank(Str path);
