# A newcomer's way through README.md: each test runs one block of its commands as it stands there, in the order of the
# document, in one fresh root; and looks whether it did what the document says. Run by scripts/newcomer-test.sh.

load blocks
# shellcheck source=scripts/lib/clone-root.sh
source "$BATS_TEST_DIRNAME/../../scripts/lib/clone-root.sh"

setup() {
  [ -n "${OX_ROOT-}" ] || { echo "run it through scripts/newcomer-test.sh"; return 1; }
}

in_root() { inside "$OX_ROOT" "$@"; }

# follow NAME [FILE]: runs the block in the checkout, as the newcomer does; $output is what he sees.
follow() {
  local commands transcript status=0
  transcript=$OX_TRANSCRIPTS/$(printf %02d "$BATS_TEST_NUMBER")-$1.txt
  commands=$(block "$OX_SOURCE/${2:-README.md}" "$1")
  in_root bash -c "cd /root/oxidalloc && set -euxo pipefail && export DEBIAN_FRONTEND=noninteractive && $commands" \
    >"$transcript" 2>&1 </dev/null || status=$?
  output=$(cat "$transcript")
  tail -n 40 "$transcript"
  [ "$status" -eq 0 ] || { echo "exit status $status"; return 1; }
}

# Whether programs in the root run on the library: such a one prints its figures.
served() { in_root env OX_STATS=1 "$@" 2>&1 >/dev/null | grep -q '^oxidalloc: PID'; }
not_served() { if served "$@"; then echo "served: $*"; return 1; fi; }

@test "try" {
  follow try
  [[ "$output" == *Oxidalloc*libc*ratio* ]]
}

@test "by hand, from CONTRIBUTING.md" {
  follow by-hand CONTRIBUTING.md
  [[ "$output" == *README.md* ]]
}

@test "install the package: nothing is enabled" {
  follow install
  in_root oxidalloc --version
  [ ! -e "$OX_ROOT/etc/ld.so.preload" ]
  not_served ls
}

@test "run one program" {
  follow run
  [[ "$output" == *hello* ]]
}

@test "enable, status: programs run on it" {
  follow enable
  [[ "$output" == *"on"* ]]
  served ls
  served perl -e 1
}

@test "deny a program: it runs on libc's allocator, the others do not" {
  follow deny
  [[ "$output" == *"to see whether it makes a difference"* ]]
  not_served perl -e 1
  served ls
}

@test "opt out for one run" {
  follow opt-out
  [[ "$output" == *"on libc"*"the same"* ]]
}

@test "what is using my memory: a table" {
  follow statistics
  [[ "$output" == *"in use bytes"*"live blocks"*"large"* ]]
}

@test "profile a leaking program: the first line of the report is the leak's" {
  follow leak
  follow profile
  line=$(grep -n malloc "$OX_ROOT/root/oxidalloc/leak.c" | sed -n '1s/:.*//p')
  first=$(grep -A1 '^Total:' <<<"$output" | tail -n 1)
  echo "$first"
  [[ "$first" == *"remember"*"leak.c:$line"* ]]
  # 100,000 blocks of 1,000 bytes are 95 MiB.
  awk '{ exit !($1 > 70 && $1 < 120) }' <<<"$first"
}

@test "disable, status: programs run on libc" {
  follow disable
  not_served ls
  [ ! -e "$OX_ROOT/etc/ld.so.preload" ]
}

@test "remove: no file is left" {
  follow remove
  left=$(find "$OX_ROOT" -xdev -path "$OX_ROOT/root" -prune -o -path "$OX_ROOT/var/log" -prune -o -name '*oxidalloc*' -print)
  echo "$left"
  [ -z "$left" ]
}
