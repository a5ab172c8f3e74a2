#!/bin/bash
# Completion, sourced by the real shells.
. "${TOP:?the tests are run by scripts/test.sh}/test/lib.sh" || exit 1
for shell in bash zsh fish; do
  "$PLIMSOLL" completion $shell >"$tmp/completion.$shell"
done

# complete_bash WORD…: what bash offers for the last word, sorted, in one line
complete_bash() {
  bash -c '
    . "$1"; shift
    COMP_WORDS=(plimsoll "$@")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    compopt() { echo "FILES"; }
    _plimsoll
    printf "%s\n" "${COMPREPLY[@]}"' - "$tmp/completion.bash" "$@" 2>&1 | sort | xargs
}
complete_zsh() {
  zsh -f -c '
    compadd() { [[ $1 != -- ]] || shift; print -l -- "$@"; }
    compset() { :; }
    _files() { print FILES; }
    _describe() { print -l -- ${(P)2%%:*}; }
    . "$1"; shift
    words=(plimsoll "$@")
    CURRENT=$#words
    _plimsoll' - "$tmp/completion.zsh" "$@" 2>&1 | sort | xargs
}
complete_fish() {
  local line=plimsoll word
  for word; do line+=" $word"; done
  HOME=$tmp fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' "$tmp/completion.fish" "$line" 2>&1 | cut -f1 | sort | xargs
}

exits 0 "bash finds no fault" bash -n "$tmp/completion.bash"
like "$(complete_bash li)" '^list$' "bash: a command"
like "$(complete_bash '')" '\bconfig\b.*\bhelp\b.*\blist\b' "bash: all commands"
is "$(complete_bash config '')" show "bash: a second word"
is "$(complete_bash list ga)" gaps "bash: an argument"
is "$(complete_bash --color never list ga)" gaps "bash: behind an option with a value"
is "$(complete_bash list --color = never ga)" gaps "bash: the value behind ="
is "$(complete_bash list --co)" "--color --config" "bash: an option"
like "$(complete_bash list -)" '--color.*--format.*--help.*--quiet' "bash: all options"
unlike "$(complete_bash docs -)" '--output' "bash: only options that the command has"
is "$(complete_bash list --format '')" "json table" "bash: values"
is "$(complete_bash list --format = j)" json "bash: a value behind ="
is "$(complete_bash list -f j)" json "bash: a value behind a letter"
is "$(complete_bash list --output '')" FILES "bash: file names"
like "$(complete_bash help '')" '\blist\b' "bash: help"

if command -v zsh >/dev/null; then
  exits 0 "zsh finds no fault" zsh -n "$tmp/completion.zsh"
  like "$(complete_zsh '')" '\bconfig\b.*\bhelp\b.*\blist\b' "zsh: all commands"
  is "$(complete_zsh config '')" show "zsh: a second word"
  like "$(complete_zsh list '')" '\bgaps\b' "zsh: an argument"
  like "$(complete_zsh list -)" '--color.*--format.*--help.*--quiet' "zsh: all options"
  is "$(complete_zsh list --format '')" "json table" "zsh: values"
  is "$(complete_zsh list --format=)" "json table" "zsh: values behind ="
  is "$(complete_zsh list --output '')" FILES "zsh: file names"
else
  skip "no zsh"
fi
if command -v fish >/dev/null; then
  exits 0 "fish finds no fault" fish --no-execute "$tmp/completion.fish"
  is "$(complete_fish li)" list "fish: a command"
  is "$(complete_fish config '')" show "fish: a second word"
  is "$(complete_fish list ga)" gaps "fish: an argument"
  is "$(complete_fish --color never list ga)" gaps "fish: behind an option with a value"
  is "$(complete_fish list --fo)" --format "fish: an option"
  is "$(complete_fish list --format '')" "json table" "fish: values"
else
  skip "no fish"
fi
done_testing
