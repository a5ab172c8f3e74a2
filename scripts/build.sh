#!/bin/bash
# Configures once and builds. `build.sh DIR [meson option]…`
set -euo pipefail
cd "$(dirname "$0")/.."
dir=${1:-build}
shift || true
[ -f "$dir/build.ninja" ] || CC=${CC:-gcc} meson setup "$dir" "$@" >"/tmp/plimsoll-meson.$$" 2>&1 || { cat "/tmp/plimsoll-meson.$$" >&2; exit 1; }
rm -f "/tmp/plimsoll-meson.$$"
ninja -C "$dir" --quiet
