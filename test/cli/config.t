#!/bin/bash
# plimsoll.yaml: where it is found, what goes before what, and its errors.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
cd "$tmp"
export HOME=$tmp
show() { "$PLIMSOLL" config show "$@"; }
from() { show --format json "$@" | jq -r --arg n "$name" '.settings[] | select(.name == $n) | "\(.value) \(.from) \(.place // "")"'; }
name=color

is "$(from)" "auto default " "nothing set: the default"
mkdir -p "$XDG_CONFIG_HOME/plimsoll"
echo 'color: never' >"$XDG_CONFIG_HOME/plimsoll/plimsoll.yaml"
is "$(from)" "never file $XDG_CONFIG_HOME/plimsoll/plimsoll.yaml:1:8" "the user's file, with its place"
printf '# here\ncolor: always\nquiet: true\n' >plimsoll.yaml
is "$(from)" "always file plimsoll.yaml:2:8" "the one in this directory goes before"
is "$(name=quiet from)" "true file plimsoll.yaml:3:8" "a flag is a boolean"
is "$(PLIMSOLL_COLOR=auto from)" "auto environment PLIMSOLL_COLOR" "the environment goes before"
is "$(PLIMSOLL_COLOR=auto from --color never)" "never option " "and the option before all"
is "$(PLIMSOLL_QUIET=0 name=quiet from)" "false environment PLIMSOLL_QUIET" "a variable turns a flag off"
is "$(PLIMSOLL_COLOR='' from)" "always file plimsoll.yaml:2:8" "an empty variable is not set"
echo 'color: never' >other.yaml
is "$(from --config other.yaml)" "never file other.yaml:1:8" "--config is the only file read"
is "$(name=quiet from --config other.yaml)" "false default " "what it does not set has its default"
is "$(PLIMSOLL_CONFIG=other.yaml from)" "never file other.yaml:1:8" "PLIMSOLL_CONFIG as --config"
is "$(PLIMSOLL_CONFIG=plimsoll.yaml from --config other.yaml)" "never file other.yaml:1:8" "and weaker"
like "$(show)" 'color +always +file plimsoll.yaml:2:8' "the table says the same"
like "$(show)" 'Configuration file: plimsoll.yaml' "and names the file"

bad() { printf "$1" >bad.yaml; exits 2 "$3" "$PLIMSOLL" config show --config bad.yaml; like "$err" "$2" "  with place and cause"; is "$out" "" "  and prints nothing else"; }
bad 'quite: true\n' "^plimsoll: error: bad.yaml:1:1: unknown key 'quite'; did you mean 'quiet'\?" "unknown key"
bad '\n\nzebra: 1\n' "bad.yaml:3:1: unknown key 'zebra'; 'plimsoll config show' lists" "unknown key near to none"
bad 'color: loud\n' "bad.yaml:1:8: 'color': unknown value 'loud'" "unknown value"
bad 'color: [never]\n' "bad.yaml:1:8: 'color' must be a string, not a list" "a list for a string"
bad 'quiet: sure\n' "bad.yaml:1:8: 'quiet' must be true or false, not a string" "a string for a flag"
bad 'quiet: {a: b}\n' "bad.yaml:1:8: 'quiet' must be true or false, not a map" "a map for a flag"
bad '[a, b]\n' "bad.yaml:1:1: expected a map of settings, found a list" "no map at all"
bad 'color: never\ncolor: auto\n' "bad.yaml:2:1: .*color" "the same key twice"
bad 'color: "never\n' "bad.yaml:[0-9]+:[0-9]+: " "broken YAML"
bad 'a: 1\nb: 2\n' "bad.yaml:2:1: unknown key 'b'" "all errors at once"
like "$err" "bad.yaml:1:1: unknown key 'a'" "  the first one too"
bad 'color: never\n---\ncolor: auto\n' "a second document" "two documents"
exits 2 "a file that is not there" "$PLIMSOLL" config show --config none.yaml
like "$err" "configuration: none.yaml: No such file" "is an error when it was named"
exits 2 "a directory" "$PLIMSOLL" config show --config .
: >empty.yaml
exits 0 "an empty file is good" "$PLIMSOLL" config show --config empty.yaml
echo 'quite: 1' >plimsoll.yaml
exits 2 "errors of the file stop every command" "$PLIMSOLL" list gaps
exits 0 "but not its help" "$PLIMSOLL" list --help

done_testing
