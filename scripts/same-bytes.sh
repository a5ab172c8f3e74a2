#!/bin/bash
# The same input, options and time give the same bytes, with and without cache, in every format. `same-bytes.sh PLIMSOLL [IMAGE]`
set -euo pipefail
plimsoll=$1
image=${2:-/}
dir=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-same.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1763640000} PLIMSOLL_CONFIG=/dev/null PLIMSOLL_CACHE=$dir/cache
bad=0
scan() {
  local out=$1 rc=0
  shift
  "$plimsoll" --quiet scan --archives never --output "$out" "$@" "$image" || rc=$?
  [ -s "$out" ] || { echo "same-bytes.sh: no report (exit code $rc)" >&2; exit 1; }
}
while read -r format; do
  scan "$dir/1" --format "$format" --no-cache
  scan "$dir/2" --format "$format"
  scan "$dir/3" --format "$format"
  for n in 2 3; do
    cmp "$dir/1" "$dir/$n" || { echo "same-bytes.sh: --format $format differs between runs 1 and $n" >&2; bad=1; }
  done
done < <("$plimsoll" list formats --format json | python3 -c 'import json, sys; print("\n".join(r["name"] for r in json.load(sys.stdin)))')
exit $bad
