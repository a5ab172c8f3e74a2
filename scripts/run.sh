#!/bin/bash
# The main job: makes the advisory database where it is missing or older than its feeds, and scans. `run.sh [IMAGE]`, default / (this machine).
# Exits 0 when a report was printed, whatever it says.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
plimsoll=${PLIMSOLL:-$top/build/plimsoll}
image=${1:-/}
say() { echo "make run: $*" >&2; }
[ -x "$plimsoll" ] || { say "no $plimsoll; 'make build' makes it"; exit 2; }

data=${XDG_DATA_HOME:-$HOME/.local/share}/plimsoll
export PLIMSOLL_DB=${PLIMSOLL_DB:-$data/advisories.db}
stamp=$PLIMSOLL_DB.feeds
mkdir -p "$(dirname "$PLIMSOLL_DB")"

feeds=${PLIMSOLL_FEEDS:-}
if [ -z "$feeds" ] && [ -d "$top/../shared/advisories" ]; then
  feeds=$(cd "$top/../shared/advisories" && pwd)
fi
if [ -n "$feeds" ]; then
  [ -d "$feeds" ] || { say "PLIMSOLL_FEEDS: $feeds is no directory"; exit 2; }
  # Made anew only when the feeds (names, sizes, times) or the program that reads them changed.
  now=$(cd "$feeds" && { pwd; "$plimsoll" --version; find . -type f -printf '%P %s %T@\n' | sort; } | sha256sum)
  if [ ! -e "$PLIMSOLL_DB" ] || [ "$now" != "$(cat "$stamp" 2>/dev/null)" ]; then
    say "making the advisory database from $feeds (once; again when they change)"
    if "$plimsoll" db build "$feeds" >&2; then
      echo "$now" >"$stamp"
    else
      say "the database could not be made; going on with $([ -e "$PLIMSOLL_DB" ] && echo "the old one" || echo "none")"
    fi
  fi
elif [ ! -e "$PLIMSOLL_DB" ]; then
  # Without a configured place to download from, db update is wrong use (2): nothing to try, nothing to complain of.
  rc=0
  said=$("$plimsoll" db update 2>&1 >/dev/null) || rc=$?
  if [ $rc -ne 0 ]; then
    say "no advisories at hand: PLIMSOLL_FEEDS is not set, ../shared/advisories is not there, and $([ $rc -eq 2 ] && echo "no database.urls are configured" || echo "the download failed: $said")."
    say "Known vulnerabilities cannot be looked up by name; the package archives that the image configures are asked for pending security updates instead."
  fi
fi

rc=0
"$plimsoll" scan "$image" || rc=$?
case $rc in
0 | 1) exit 0 ;;
3)
  # Either a report with gaps, or none at all: a file appears only when there is a report.
  probe=$(mktemp -u "${TMPDIR:-/var/tmp}/plimsoll-run.XXXXXX")
  trap 'rm -f "$probe"' EXIT
  "$plimsoll" --quiet scan --format json --output "$probe" "$image" 2>/dev/null || true
  [ ! -s "$probe" ] || exit 0
  ;;
esac
exit $rc
