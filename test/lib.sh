# SPDX-License-Identifier: Apache-2.0
# TAP for shell tests: `. "$TOP/test/lib.sh"`, checks, then `done_testing`. Each test has $tmp, removed at its end.
# Environment: PLIMSOLL (binary), BUILD (build directory), TOP (source), SHARED (../shared, or empty).
set -u
TOP=${TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
BUILD=${BUILD:-$TOP/build}
PLIMSOLL=${PLIMSOLL:-$BUILD/plimsoll}
SHARED=${PLIMSOLL_SHARED:-$TOP/../shared}
[ -d "$SHARED" ] || SHARED=
export XDG_CACHE_HOME XDG_DATA_HOME XDG_CONFIG_HOME DOCKER_CONFIG
tmp=$(mktemp -d "${TMPDIR:-/var/tmp}/plimsoll-test.XXXXXX")
XDG_CACHE_HOME=$tmp/.cache XDG_DATA_HOME=$tmp/.data XDG_CONFIG_HOME=$tmp/.config DOCKER_CONFIG=$tmp/.docker
# Hardening is for the tests that are about it.
export PLIMSOLL_CHECKS=off
_n=0 _failed=0
_cleanup=() _test=$BASHPID
# Commands to run at the end, last first: servers to stop, mounts to undo.
at_exit() { _cleanup=("$*" "${_cleanup[@]+"${_cleanup[@]}"}"); }
# A subshell that is killed as it begins still has our traps: what is ours is only ours to remove.
_end() { local c; [ "$BASHPID" = "$_test" ] || return; for c in "${_cleanup[@]+"${_cleanup[@]}"}"; do eval "$c"; done; rm -rf "$tmp"; }
trap _end EXIT
trap 'exit 130' INT TERM

note() { printf '%s\n' "$*" | sed 's/^/# /'; }
pass() { _n=$((_n + 1)); echo "ok $_n - $1"; }
fail() { _n=$((_n + 1)); _failed=1; echo "not ok $_n - $1"; shift; [ $# -eq 0 ] || note "$@"; }
# is GOT WANT NAME
is() { if [ "$1" = "$2" ]; then pass "$3"; else fail "$3" "got:      $1" "expected: $2"; fi; }
# like GOT EXTENDED_REGEX NAME
like() { if printf '%s' "$1" | grep -qE -- "$2"; then pass "$3"; else fail "$3" "got:      $1" "expected to match: $2"; fi; }
unlike() { if printf '%s' "$1" | grep -qE -- "$2"; then fail "$3" "got:      $1" "expected not to match: $2"; else pass "$3"; fi; }
# same FILE FILE NAME
same() { if cmp -s "$1" "$2"; then pass "$3"; else fail "$3" "$(diff "$1" "$2" | head -20)"; fi; }
# run CMD…: $out, $err (text), $rc
run() { "$@" >"$tmp/.out" 2>"$tmp/.err" && rc=0 || rc=$?; out=$(cat "$tmp/.out"); err=$(cat "$tmp/.err"); }
# exits RC NAME CMD…
exits() { local want=$1 name=$2; shift 2; run "$@"; if [ "$rc" = "$want" ]; then pass "$name"; else fail "$name" "exit code $rc, expected $want" "$out" "$err"; fi; }
# skip WHY: one skipped check; a failure under PLIMSOLL_REQUIRE_SHARED=1
skip() { if [ "${PLIMSOLL_REQUIRE_SHARED:-}" = 1 ]; then fail "skipped though required: $1"; else _n=$((_n + 1)); echo "ok $_n # SKIP $1"; fi; }
# Is the program built with a sanitizer? It takes several times as long then and keeps what was freed: memory tells nothing.
sanitized() { grep -qaE '__[at]san_init' "$PLIMSOLL"; }
# not_told NAME WHY: a check that cannot be made with this build or kernel, and says so
not_told() { _n=$((_n + 1)); echo "ok $_n # SKIP $1: $2"; }
need_shared() { [ -n "$SHARED" ] || { skip "no shared data beside the clone"; done_testing; }; }
done_testing() { echo "1..$_n"; exit $_failed; }
# A free TCP port on loopback.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# wait_for SECONDS CMD…: until it succeeds
wait_for() { local end=$((SECONDS + $1)); shift; until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done; }
