/* SPDX-License-Identifier: Apache-2.0 */
/* Platforms: spellings and which image runs where (the rules of containerd's platforms package). */
#pragma once

#include "image/image.h"

/* Normalised to Go's names: x86_64 is amd64, arm64/v8 is arm64, arm is arm/v7. False when a part is too long. */
bool platform_from(Str os, Str arch, Str variant, Platform *ret);
/* How well an image of this platform serves who wants `want`: -1 not at all, otherwise the higher the better. */
int platform_rank(const Platform *want, Str os, Str arch, Str variant);
