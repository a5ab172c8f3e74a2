/* SPDX-License-Identifier: Apache-2.0 */
/* What a Java archive is, where it has no Maven properties of its own: concluded from its file's name and its manifest. */
#pragma once

#include "base/arena.h"

typedef struct JavaManifest {
    Str symbolic_name;   /* Bundle-SymbolicName without its directives, else Automatic-Module-Name */
    Str title, vendor_id; /* Implementation-Title, Implementation-Vendor-Id */
    Str version;         /* Implementation-Version, else Bundle-Version, else Specification-Version */
    Str license;         /* Bundle-License */
} JavaManifest;

typedef struct JavaName {
    Str group, artifact, version; /* empty where nothing tells */
} JavaName;

void java_manifest_read(Str text, Arena *a, JavaManifest *ret);
/* Takes "name-1.2.3.jar" apart; without a version all of it is the name. */
JavaName java_name_from_file(Str file);
/* The best guess from both. */
JavaName java_name_guess(Str file, const JavaManifest *m);
/* Is it text that Maven allows as a group, artifact or version? Not so: "${project.version}", words with spaces. */
bool java_name_valid(Str s);
