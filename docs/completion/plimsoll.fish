# Fish completion of plimsoll. Made by 'plimsoll completion fish'.
# Do the words before the cursor that are no options begin with $argv[1], and are there $argv[2] of them?
function __plimsoll_at
    set -l words
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word --format -f --color --config --output -o --analyzer
            set skip 1
        else if not string match -q -- '-*' $word
            set -a words $word
        end
    end
    set -q argv[2]; and test (count $words) != $argv[2]; and return 1
    string match -q -- "$argv[1] *" "$words "; or test -z "$argv[1]"
end
complete -c plimsoll -f
complete -c plimsoll -n "__plimsoll_at '' 0" -l help -s h -d 'Shows what the command does and its options, and exits'
complete -c plimsoll -n "__plimsoll_at '' 0" -l version -d 'Shows the version, and exits'
complete -c plimsoll -n "__plimsoll_at '' 0" -l quiet -s q -d 'No progress and no notes; errors and warnings are still shown'
complete -c plimsoll -n "__plimsoll_at '' 0" -l color -xa 'auto always never' -d 'Colours: on auto when writing to a terminal, NO_COLOR is not set and TERM is not dumb, or when CLICOLOR_FORCE is set'
complete -c plimsoll -n "__plimsoll_at '' 0" -l config -rF -d 'Settings from FILE and from no other plimsoll.yaml'
complete -c plimsoll -n "__plimsoll_at '' 0" -l output -s o -rF -d 'Writes to FILE instead of standard output (-): the whole file or, when something fails, nothing'
complete -c plimsoll -n "__plimsoll_at '' 0" -a config -d 'More commands'
complete -c plimsoll -n "__plimsoll_at 'config' 1" -a show -d 'Prints every setting in force and where it came from'
complete -c plimsoll -n "__plimsoll_at 'config show'" -l format -s f -xa 'table json' -d 'Output format'
complete -c plimsoll -n "__plimsoll_at 'config show'" -l help -s h -d 'Shows what the command does and its options, and exits'
complete -c plimsoll -n "__plimsoll_at 'config show'" -l version -d 'Shows the version, and exits'
complete -c plimsoll -n "__plimsoll_at 'config show'" -l quiet -s q -d 'No progress and no notes; errors and warnings are still shown'
complete -c plimsoll -n "__plimsoll_at 'config show'" -l color -xa 'auto always never' -d 'Colours: on auto when writing to a terminal, NO_COLOR is not set and TERM is not dumb, or when CLICOLOR_FORCE is set'
complete -c plimsoll -n "__plimsoll_at 'config show'" -l config -rF -d 'Settings from FILE and from no other plimsoll.yaml'
complete -c plimsoll -n "__plimsoll_at 'config show'" -l output -s o -rF -d 'Writes to FILE instead of standard output (-): the whole file or, when something fails, nothing'
complete -c plimsoll -n "__plimsoll_at '' 0" -a facts -d 'Prints what the analyzers see in files, as JSON'
complete -c plimsoll -n "__plimsoll_at 'facts'" -F
complete -c plimsoll -n "__plimsoll_at 'facts'" -l analyzer -xa 'os-release dpkg deb-license apk rpm rh-content-manifest apt-sources' -d 'Uses this analyzer only; a single file is read by it whatever its name'
complete -c plimsoll -n "__plimsoll_at 'facts'" -l help -s h -d 'Shows what the command does and its options, and exits'
complete -c plimsoll -n "__plimsoll_at 'facts'" -l version -d 'Shows the version, and exits'
complete -c plimsoll -n "__plimsoll_at 'facts'" -l quiet -s q -d 'No progress and no notes; errors and warnings are still shown'
complete -c plimsoll -n "__plimsoll_at 'facts'" -l color -xa 'auto always never' -d 'Colours: on auto when writing to a terminal, NO_COLOR is not set and TERM is not dumb, or when CLICOLOR_FORCE is set'
complete -c plimsoll -n "__plimsoll_at 'facts'" -l config -rF -d 'Settings from FILE and from no other plimsoll.yaml'
complete -c plimsoll -n "__plimsoll_at 'facts'" -l output -s o -rF -d 'Writes to FILE instead of standard output (-): the whole file or, when something fails, nothing'
complete -c plimsoll -n "__plimsoll_at '' 0" -a list -d 'Prints a table of what is built in'
complete -c plimsoll -n "__plimsoll_at 'list' 1" -a 'analyzers formats commands exit-codes gaps options variables version-schemes'
complete -c plimsoll -n "__plimsoll_at 'list'" -l format -s f -xa 'table json' -d 'Output format'
complete -c plimsoll -n "__plimsoll_at 'list'" -l help -s h -d 'Shows what the command does and its options, and exits'
complete -c plimsoll -n "__plimsoll_at 'list'" -l version -d 'Shows the version, and exits'
complete -c plimsoll -n "__plimsoll_at 'list'" -l quiet -s q -d 'No progress and no notes; errors and warnings are still shown'
complete -c plimsoll -n "__plimsoll_at 'list'" -l color -xa 'auto always never' -d 'Colours: on auto when writing to a terminal, NO_COLOR is not set and TERM is not dumb, or when CLICOLOR_FORCE is set'
complete -c plimsoll -n "__plimsoll_at 'list'" -l config -rF -d 'Settings from FILE and from no other plimsoll.yaml'
complete -c plimsoll -n "__plimsoll_at 'list'" -l output -s o -rF -d 'Writes to FILE instead of standard output (-): the whole file or, when something fails, nothing'
complete -c plimsoll -n "__plimsoll_at '' 0" -a completion -d 'Prints completion for a shell'
complete -c plimsoll -n "__plimsoll_at 'completion' 1" -a 'bash zsh fish'
complete -c plimsoll -n "__plimsoll_at 'completion'" -l help -s h -d 'Shows what the command does and its options, and exits'
complete -c plimsoll -n "__plimsoll_at 'completion'" -l version -d 'Shows the version, and exits'
complete -c plimsoll -n "__plimsoll_at 'completion'" -l quiet -s q -d 'No progress and no notes; errors and warnings are still shown'
complete -c plimsoll -n "__plimsoll_at 'completion'" -l color -xa 'auto always never' -d 'Colours: on auto when writing to a terminal, NO_COLOR is not set and TERM is not dumb, or when CLICOLOR_FORCE is set'
complete -c plimsoll -n "__plimsoll_at 'completion'" -l config -rF -d 'Settings from FILE and from no other plimsoll.yaml'
complete -c plimsoll -n "__plimsoll_at 'completion'" -l output -s o -rF -d 'Writes to FILE instead of standard output (-): the whole file or, when something fails, nothing'
complete -c plimsoll -n "__plimsoll_at '' 0" -a docs -d 'Writes man pages, reference pages and completion'
complete -c plimsoll -n "__plimsoll_at 'docs'" -F
complete -c plimsoll -n "__plimsoll_at 'docs'" -l help -s h -d 'Shows what the command does and its options, and exits'
complete -c plimsoll -n "__plimsoll_at 'docs'" -l version -d 'Shows the version, and exits'
complete -c plimsoll -n "__plimsoll_at 'docs'" -l quiet -s q -d 'No progress and no notes; errors and warnings are still shown'
complete -c plimsoll -n "__plimsoll_at 'docs'" -l color -xa 'auto always never' -d 'Colours: on auto when writing to a terminal, NO_COLOR is not set and TERM is not dumb, or when CLICOLOR_FORCE is set'
complete -c plimsoll -n "__plimsoll_at 'docs'" -l config -rF -d 'Settings from FILE and from no other plimsoll.yaml'
complete -c plimsoll -n "__plimsoll_at '' 0" -a version-compare -d 'Orders versions as their package manager does'
complete -c plimsoll -n "__plimsoll_at 'version-compare'" -F
complete -c plimsoll -n "__plimsoll_at 'version-compare'" -l help -s h -d 'Shows what the command does and its options, and exits'
complete -c plimsoll -n "__plimsoll_at 'version-compare'" -l version -d 'Shows the version, and exits'
complete -c plimsoll -n "__plimsoll_at 'version-compare'" -l quiet -s q -d 'No progress and no notes; errors and warnings are still shown'
complete -c plimsoll -n "__plimsoll_at 'version-compare'" -l color -xa 'auto always never' -d 'Colours: on auto when writing to a terminal, NO_COLOR is not set and TERM is not dumb, or when CLICOLOR_FORCE is set'
complete -c plimsoll -n "__plimsoll_at 'version-compare'" -l config -rF -d 'Settings from FILE and from no other plimsoll.yaml'
complete -c plimsoll -n "__plimsoll_at 'version-compare'" -l output -s o -rF -d 'Writes to FILE instead of standard output (-): the whole file or, when something fails, nothing'
