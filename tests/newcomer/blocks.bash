# shellcheck shell=bash
# The commands in documents. A block that a test runs is announced in the document by a line before it:
#   <!-- newcomer: NAME -->          run by tests/newcomer/newcomer.bats
#   <!-- not run: REASON -->         by nothing, for this reason

# blocks FILE: "LINE<tab>ANNOUNCEMENT" of each sh block; the announcement is empty where there is none.
blocks() {
  awk '/^```sh$/ { print NR "\t" (before ~ /^<!-- .* -->$/ ? substr(before, 6, length(before) - 9) : "") } { before = $0 }' "$1"
}

# block FILE NAME: the commands of the block of that name.
block() {
  awk -v wanted="<!-- newcomer: $2 -->" '
    $0 == wanted { found = 1; next }
    found && /^```sh$/ { inside = 1; next }
    inside && /^```$/ { exit }
    inside { print; some = 1 }
    END { exit !some }' "$1"
}

# at_line FILE LINE: the commands of the block that begins there.
at_line() { awk -v from="$2" 'NR > from && /^```$/ { exit } NR > from' "$1"; }
