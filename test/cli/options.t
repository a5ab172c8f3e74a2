#!/bin/bash
# What every command does with options, arguments and output.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1

exits 0 "help" "$PLIMSOLL" --help
like "$out" '^Usage: plimsoll ' "says how to use it"
like "$out" 'list +Prints a table' "names the commands"
is "$err" "" "and nothing on standard error"
exits 0 "help of a command" "$PLIMSOLL" list --help
help=$out
exits 0 "help COMMAND" "$PLIMSOLL" help list
is "$out" "$help" "is the same"
exits 0 "help of commands with a word in common" "$PLIMSOLL" policy --help
like "$out" '^  policy lint +' "names them"
unlike "$out" '^  scan ' "and no others"
help=$out
exits 0 "help policy" "$PLIMSOLL" help policy
is "$out" "$help" "is the same"
exits 2 "the first word alone" "$PLIMSOLL" policy
like "$err" "'policy' needs a second word: .*'plimsoll policy --help' tells what they do" "says what is missing"
exits 2 "a source of rules that there is not" "$PLIMSOLL" policy list --source nope
exits 2 "a report's format for a diff" "$PLIMSOLL" check --diff --format json "$TOP/README.md"
like "$err" "--diff prints a unified diff" "is refused"
exits 0 "-h wins over missing arguments" "$PLIMSOLL" list -h
exits 0 "version" "$PLIMSOLL" --version
like "$out" '^plimsoll [0-9]+\.[0-9]+\.[0-9]+$' "is a number"

exits 2 "no command" "$PLIMSOLL"
exits 2 "unknown command" "$PLIMSOLL" lits gaps
like "$err" "^plimsoll: error: unknown command 'lits'; did you mean 'list'\?" "offers the nearest"
is "$out" "" "and prints nothing on standard output"
exits 2 "unknown command far from all" "$PLIMSOLL" frobnicate
unlike "$err" 'did you mean' "offers none"
exits 2 "unknown option" "$PLIMSOLL" list --colour=never gaps
like "$err" "unknown option '--colour'; did you mean '--color'\?" "offers the nearest"
exits 2 "unknown letter" "$PLIMSOLL" list -Z gaps
like "$err" "unknown option '-Z'" "is named"
exits 2 "unknown letter before the command" "$PLIMSOLL" -Z 5 scan /
is "$err" "plimsoll: error: unknown option '-Z'
Try 'plimsoll --help'." "is named, without advice that leads nowhere"
exits 2 "a command's option before it" "$PLIMSOLL" --fail-on high scan /
like "$err" "unknown option '--fail-on'; a command's own options stand behind its name" "says where it belongs"
exits 2 "a value that is none" "$PLIMSOLL" list --color=nevr gaps
like "$err" "option '--color': unknown value 'nevr'; did you mean 'never'\?" "offers the nearest"
exits 2 "a value for a flag" "$PLIMSOLL" list --quiet=yes gaps
like "$err" "option '--quiet' takes no value" "is refused"
exits 2 "a value that is missing" "$PLIMSOLL" list gaps --color
like "$err" "option '--color' needs a value" "is named"
exits 2 "an empty value" "$PLIMSOLL" list gaps --output=
exits 2 "a missing argument" "$PLIMSOLL" list
exits 2 "an argument too many" "$PLIMSOLL" list gaps more
like "$err" "one argument too many: 'more'" "is named"
exits 2 "behind -- all are arguments" "$PLIMSOLL" list -- --help
like "$err" "unknown value '--help'" "also what looks like an option"

exits 0 "options before the command" "$PLIMSOLL" --quiet --color never list gaps
exits 0 "and behind arguments, letters together" "$PLIMSOLL" list gaps -qo "$tmp/gaps"
is "$out" "" "--output takes what standard output would have had"
"$PLIMSOLL" list gaps >"$tmp/stdout"
same "$tmp/gaps" "$tmp/stdout" "byte for byte"
exits 0 "-o- is standard output" "$PLIMSOLL" list gaps -o-
is "$out" "$(cat "$tmp/gaps")" "as always"
PLIMSOLL_OUTPUT=$tmp/env exits 0 "PLIMSOLL_OUTPUT" "$PLIMSOLL" list gaps
same "$tmp/env" "$tmp/gaps" "is --output"
PLIMSOLL_COLOR=loud exits 2 "a wrong value in the environment" "$PLIMSOLL" list gaps
like "$err" "environment variable PLIMSOLL_COLOR: unknown value 'loud'" "is named with its variable"

# A link is followed, as by the shell.
mkdir "$tmp/far"
ln -s far/target "$tmp/link"
exits 0 "a link to a file that is not there" "$PLIMSOLL" list gaps -o "$tmp/link"
same "$tmp/far/target" "$tmp/gaps" "makes it"
echo old >"$tmp/far/target"
exits 0 "a link to a file" "$PLIMSOLL" list gaps -o "$tmp/link"
same "$tmp/far/target" "$tmp/gaps" "replaces what it leads to"
is "$(readlink "$tmp/link") $(ls "$tmp/far")" "far/target target" "and stays a link"
rm "$tmp/far/target"
exits 2 "when something fails" "$PLIMSOLL" config show -o "$tmp/link" --config "$tmp/none.yaml"
is "$(ls "$tmp/far")" "" "nothing is made"
ln -s loop "$tmp/loop"
exits 3 "a link in a circle" "$PLIMSOLL" list gaps -o "$tmp/loop"
like "$err" "writing .*/loop: Too many levels of symbolic links" "is named"

# Output that fails.
exits 3 "a directory that is not there" "$PLIMSOLL" list gaps -o "$tmp/none/gaps"
like "$err" "writing .*/none/gaps: No such file" "is named"
exits 3 "a full disk" "$PLIMSOLL" list gaps -o /dev/full
like "$err" "writing /dev/full: no space left; free some" "says what to do"
echo old >"$tmp/kept"
chmod 640 "$tmp/kept"
exits 0 "a file that exists is replaced" "$PLIMSOLL" list gaps -o "$tmp/kept"
same "$tmp/kept" "$tmp/gaps" "whole"
is "$(find "$tmp" -name 'kept.*' -o -name 'gaps.*')" "" "no temporary file stays behind"
( set -o pipefail; "$PLIMSOLL" list gaps 2>"$tmp/err" | true )
is "$?$(cat "$tmp/err")" 0 "a reader that goes away is no error"
exits 3 "standard output on a full disk" bash -c '"$1" list gaps >/dev/full' - "$PLIMSOLL"
like "$err" "writing standard output: no space left" "is named"

# A standard stream that is closed: the next file that is opened must not take its place.
exits 3 "a closed standard output" bash -c '"$1" list gaps >&-' - "$PLIMSOLL"
like "$err" "writing standard output: Bad file descriptor" "is named"
mkdir -p "$tmp/root/etc"
exits 3 "also of a scan, that opens files" bash -c '"$1" scan --archives never --db "$2" --allow-incomplete no-database --allow-incomplete no-packages \
  --allow-incomplete unsupported-os --cache "$2.cache" "dir:$3" >&-' - "$PLIMSOLL" "$tmp/no.db" "$tmp/root"
like "$err" "writing standard output: Bad file descriptor" "is named"
exits 3 "a closed standard input" timeout 10 bash -c '"$1" scan --archives never --db "$2" - <&-' - "$PLIMSOLL" "$tmp/no.db"
exits 0 "a closed standard error" bash -c '"$1" list gaps 2>&-' - "$PLIMSOLL"
is "$out" "$(cat "$tmp/gaps")" "changes nothing"
exits 3 "more than ulimit -f allows" bash -c 'ulimit -f 1; "$1" completion bash -o "$2"' - "$PLIMSOLL" "$tmp/limit"
like "$err" "writing .*/limit: File too large" "is named"
is "$(find "$tmp" -name 'limit*')" "" "and nothing is left of it"

done_testing
