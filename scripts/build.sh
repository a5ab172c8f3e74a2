#!/bin/bash
# Configures once and builds. `build.sh DIR [meson option]…`
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build}
shift || true
[ -f "$dir/build.ninja" ] || CC=${CC:-gcc} meson setup "$dir" "$@" >"/tmp/plimsoll-meson.$$" 2>&1 || { cat "/tmp/plimsoll-meson.$$" >&2; exit 1; }
rm -f "/tmp/plimsoll-meson.$$"
# Debian's ninja says that there is nothing to do even when it is to be quiet; standard output is the report's in `make run`.
ninja -C "$dir" --quiet | { grep -v '^ninja: no work to do' >&2 || :; }
