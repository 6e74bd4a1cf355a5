# The include rule of src/, and that its check can fail.

check() { run "$OX_SOURCE/scripts/check-layers.sh" "$@"; }

file() {
  mkdir -p "$BATS_TEST_TMPDIR/src/${1%/*}"
  printf '%s\n' "$2" >"$BATS_TEST_TMPDIR/src/$1"
}

@test "src/ keeps to its layers" {
  check
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "the own folder and those to the left are allowed" {
  file span/region.h '#include "os/memory.h"'
  file heap/heap.h '#include "heap/slab.h"'
  check "$BATS_TEST_TMPDIR/src"
  [ "$status" -eq 0 ]
}

@test "a folder to the right is a violation" {
  file os/memory.h '  #  include "span/region.h"'
  check "$BATS_TEST_TMPDIR/src"
  [ "$status" -eq 1 ]
  [[ "$output" == *'os/memory.h:1: os/ must not include "span/region.h"'* ]]
}

@test "a path that does not start at src/ is a violation" {
  file heap/heap.h '#include "../os/memory.h"'
  check "$BATS_TEST_TMPDIR/src"
  [ "$status" -eq 1 ]
  [[ "$output" == *"must be written from src/"* ]]
}

@test "the kernel's headers and platform #ifs stand in os/ alone" {
  file os/memory.cpp '#include <sys/mman.h>'
  check "$BATS_TEST_TMPDIR/src"
  [ "$status" -eq 0 ]
  file heap/slab.cpp '#include <sys/mman.h>'
  check "$BATS_TEST_TMPDIR/src"
  [ "$status" -eq 1 ]
  file heap/slab.cpp '#if defined(__x86_64__)'
  check "$BATS_TEST_TMPDIR/src"
  [ "$status" -eq 1 ]
}
