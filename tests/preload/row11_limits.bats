# Row 11. Where address space, data or memory is limited, a large reservation fails: the library takes a
# smaller one, and when memory is used up, requests fail with ENOMEM and the process goes on.
load rows

setup_file() {
  build row11_exhaust.c row11_exhaust
  build row11_cycle.c row11_cycle
}

teardown() {
  if [ -n "${group:-}" ]; then rmdir "$group"; fi
}

mib() { echo $(($1 << 20)); }

# limited LIMIT COMMAND...: passes under that limit of prlimit.
limited() {
  require prlimit
  run ox prlimit "$1" "${@:2}"
  echo "$output"
  [ "$status" -eq 0 ] || return
  no_report
}

@test "row 11: 64 MiB of address space: sh and python3 start" {
  limited "--as=$(mib 64)" sh -c 'echo "$(echo started)"'
  [ "$output" = started ]
  [ -x /usr/bin/python3 ] || missing python3
  limited "--as=$(mib 64)" /usr/bin/python3 -c 'print(sum(len(str(i)) for i in range(10000)))'
  [ "$output" = 38890 ]
}

@test "row 11: every address space from 8 MiB on runs sh" {
  for size in 8 12 20 33 48 100 129 256 513 1025 4100; do limited "--as=$(mib $size)" sh -c :; done
}

@test "row 11: 64 MiB of address space: half of it and more can be had, and exhaustion is survived" {
  limited "--as=$(mib 64)" "$BATS_FILE_TMPDIR/row11_exhaust" 32 64 20
}
@test "row 11: 256 MiB of address space, as dovecot sets it" {
  limited "--as=$(mib 256)" "$BATS_FILE_TMPDIR/row11_exhaust" 180 256 20
}
@test "row 11: 32 MiB of data (RLIMIT_DATA)" {
  limited "--data=$(mib 32)" "$BATS_FILE_TMPDIR/row11_exhaust" 20 32 20
}

@test "row 11: a memory cgroup of 56 MiB: 30 MiB in one size after the other" {
  require_root
  group=/sys/fs/cgroup/memory/oxidalloc-row11-$$
  if mkdir "$group" 2>/dev/null; then
    mib 56 >"$group/memory.limit_in_bytes"
  else
    group=/sys/fs/cgroup/oxidalloc-row11-$$
    mkdir "$group" 2>/dev/null && [ -w "$group/memory.max" ] || skip "no memory cgroup can be made"
    mib 56 >"$group/memory.max"
    { echo 0 >"$group/memory.swap.max"; } 2>/dev/null || true
  fi
  # The shell enters the group, then becomes the program.
  # shellcheck disable=SC2016 # the inner shell's own $$
  enter='echo $$ >"$0/cgroup.procs" && exec env "$@"'
  run timeout 60 sh -c "$enter" "$group" LD_PRELOAD="$OX_LIB" "$BATS_FILE_TMPDIR/row11_cycle" 30 20
  echo "$output"
  [ "$status" -eq 0 ]
  # The limit is one: a program that needs more is killed.
  run timeout 60 sh -c "$enter" "$group" LD_PRELOAD="$OX_LIB" "$BATS_FILE_TMPDIR/row11_cycle" 100 1
  [ "$status" -eq 137 ]
}

@test "row 11: vm.overcommit_memory=2" {
  # A setting of the whole machine, under which other programs may fail: only when asked for.
  [ "${OX_OVERCOMMIT:-}" = 1 ] || skip "OX_OVERCOMMIT=1 lets this test change the machine's setting"
  require_root
  before=$(cat /proc/sys/vm/overcommit_memory)
  echo 2 >/proc/sys/vm/overcommit_memory || skip "not permitted"
  run ox "$BATS_FILE_TMPDIR/row11_cycle" 30 2
  echo "$before" >/proc/sys/vm/overcommit_memory
  echo "$output"
  [ "$status" -eq 0 ]
  no_report
}
