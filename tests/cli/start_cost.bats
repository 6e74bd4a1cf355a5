# What the policy costs every program at its start: instructions against a library without it (counted by
# callgrind over the whole run of a program that allocates; one that does not, pays for less), and system calls.
#
# strcmp and memset are left out of the counts: in them the loader's cost depends on where the linker
# happens to put names and the end of the data, a thousand instructions up or down for the same work.

load helper

setup() {
  need_tools
  need_root
  need valgrind callgrind_annotate strace
  make_tree
}

# instructions LIBRARY: at one path for all, for its length counts too.
instructions() {
  cp "$1" /run/library.so
  env -i PATH="$PATH" HOME=/root LD_PRELOAD=/run/library.so "${variables[@]}" valgrind --tool=callgrind --callgrind-out-file=/run/calls /usr/bin/one_block >/dev/null 2>&1
  callgrind_annotate --auto=no --threshold=100 --show-percs=no /run/calls | awk '
    /file:function/ { started = 1; next }
    started && $1 ~ /^[0-9,]+$/ && $2 ~ /:/ { if ($2 ~ /:(strcmp|memset)$/) next; gsub(",", "", $1); sum += $1 }
    END { print sum }'
}

extra() { echo $(($(instructions "$OX_LIB") - $(instructions "$OX_BUILD/tests/liboxidalloc-without-policy.so"))); }

# at_most LIMIT WHAT
at_most() {
  local cost
  cost=$(extra)
  echo "$2: $cost instructions"
  [ "$cost" -gt 200 ] || fail "too little to be true"
  [ "$cost" -le "$1" ] || fail "more than $1"
}

# 200 patterns of all kinds; none matches.
patterns() {
  local i
  mkdir -p /etc/oxidalloc/denylist.d
  for ((i = 0; i < 80; ++i)); do echo "/usr/lib/some-program-$i/bin/program-$i"; done
  for ((i = 0; i < 60; ++i)); do echo "a-program-name-$i"; done
  for ((i = 0; i < 20; ++i)); do echo "/opt/vendor-$i/**/bin/*"; done
  for ((i = 0; i < 20; ++i)); do echo "/usr/bin/program-*-$i"; done
  for ((i = 0; i < 20; ++i)); do echo "**/program-$i"; done
}

costs() {
  local variables=()
  for ((i = 0; i < 30; ++i)); do variables+=("VARIABLE_$i=$i"); done # each costs some instructions
  mkdir -p /etc/oxidalloc/denylist.d
  at_most 2000 "no list"
  printf '!%s\n' /{usr/,}lib/systemd/systemd /{usr/,}sbin/init >/etc/oxidalloc/denylist.d/a.conf
  oxidalloc-denylist compile
  [ "$(oxidalloc-denylist list --json | jq '.patterns | length')" = 0 ]
  at_most 2000 "an empty list"
  patterns >/etc/oxidalloc/denylist.d/b.conf
  oxidalloc-denylist compile
  [ "$(oxidalloc-denylist list --json | jq '.patterns | length')" = 200 ]
  at_most 15000 "200 patterns"
}
@test "an empty list costs 2,000 instructions at most, 200 patterns 15,000" { in_private_system costs; }

# calls LIBRARY: the names of the calls that a start makes, one a line.
calls() {
  cp "$1" /run/library.so
  strace -E LD_PRELOAD=/run/library.so -o /run/trace /usr/bin/one_block >/dev/null
  sed 's/(.*//' /run/trace
}

system_calls() {
  mkdir -p /etc/oxidalloc/denylist.d
  patterns >/etc/oxidalloc/denylist.d/b.conf
  oxidalloc-denylist compile
  without=$(calls "$OX_BUILD/tests/liboxidalloc-without-policy.so" | wc -l)
  with=$(calls "$OX_LIB" | wc -l)
  grep -A3 denylist.bin /run/trace
  echo "$((with - without)) more calls"
  [ $((with - without)) -le 4 ]
  [ $((with - without)) -ge 3 ]
}
@test "four system calls at most" { in_private_system system_calls; }
