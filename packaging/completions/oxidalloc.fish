# fish completion for oxidalloc and each of its tools. Installed under the name of each: fish loads the
# file by the command's name, and all of them are the same.
set -q __oxidalloc_completed; and return
set -g __oxidalloc_completed 1

function __oxidalloc_each --description 'complete both forms: oxidalloc-TOOL and oxidalloc TOOL'
    set -l tool $argv[1]
    complete -c oxidalloc-$tool $argv[2..]
    complete -c oxidalloc -n "__fish_seen_subcommand_from $tool" $argv[2..]
end

complete -c oxidalloc -f -n __fish_use_subcommand -a 'enable disable status run denylist rescue boot'
complete -c oxidalloc -n __fish_use_subcommand -l help -d 'Print help'
complete -c oxidalloc -n __fish_use_subcommand -l version -d 'Print the version'

for tool in enable disable status run denylist rescue boot
    __oxidalloc_each $tool -s h -l help -d 'Print help and exit'
    __oxidalloc_each $tool -l version -d 'Print the version and exit'
end
for tool in enable disable status denylist rescue boot
    __oxidalloc_each $tool -f -l root -x -a '(__fish_complete_directories)' -d 'Work on the system in this directory'
end
for tool in enable disable status denylist
    __oxidalloc_each $tool -l json -d 'Print JSON'
end

__oxidalloc_each enable -l dry-run -d 'Check everything, change nothing'
__oxidalloc_each enable -s v -l verbose -d 'Print every check'
__oxidalloc_each enable -l mode -x -a 'auto boot-safe direct' -d 'How it is put in place'
__oxidalloc_each enable -l library -r -d 'Another library than the package\'s'
__oxidalloc_each enable -l hardened -d 'The hardened library'
__oxidalloc_each enable -l rollback -d 'Go back to the library before this one'
__oxidalloc_each enable -l reconcile -d 'For package managers: renew the live copy if enabled'

__oxidalloc_each disable -l dry-run -d 'Change nothing'
__oxidalloc_each disable -l purge -d 'Also remove live copies, state and local denylist'

__oxidalloc_each status -s v -l verbose -d 'List every process'
__oxidalloc_each status -l prometheus -d 'Print metrics'
__oxidalloc_each status -l watch -d 'Refresh in place'
__oxidalloc_each status -l interval -x -d 'Seconds between refreshes'
__oxidalloc_each status -l frames -x -d 'End after so many refreshes'

__oxidalloc_each run -l system-malloc -d 'On libc\'s allocator'
__oxidalloc_each run -l profile -r -d 'Write a heap profile to this file'
__oxidalloc_each run -l stats -d 'Print the heap\'s figures at the end'
__oxidalloc_each run -l library -r -d 'Another library than the installed one'
__oxidalloc_each run -a '(__fish_complete_subcommand)'

complete -c oxidalloc-denylist -n __fish_use_subcommand -a 'add remove list explain compile'
__oxidalloc_each denylist -F -l reason -x -d 'Why a program is denied'
complete -c oxidalloc -n '__fish_seen_subcommand_from boot' -a 'place count complete'
