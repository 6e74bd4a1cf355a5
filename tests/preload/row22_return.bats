# Row 22. Freed memory that a lazy advice (MADV_FREE) leaves in the process until the system is short looks
# like a leak to users and to their monitors. Here what is freed beyond a small bound is gone from the resident
# set at once. Certain: 200 MiB are freed and the kernel's figure is read; and every advice is looked at.
load rows

setup_file() { build row22_return.c row22_return; }

@test "row 22: freed by the thread that allocated: blocks of every kind" {
  for size in 64 1000 3000 30000 200000 4200000; do passes row22_return $size by_self || return; done
}

@test "row 22: freed by another thread, while the owner sleeps" {
  for size in 64 1000 3000 30000 200000; do passes row22_return $size by_other || return; done
}

@test "row 22: given up by realloc" {
  for size in 3000 30000 4200000; do passes row22_return $size realloc || return; done
}

@test "row 22: nine of ten freed, in runs" {
  for size in 64 1000; do passes row22_return $size mixed || return; done
}

@test "row 22: all but one of 64 freed: pages go though no slab is empty, and nothing is allocated any more" {
  for size in 3000 5000 12000; do passes row22_return $size survivors || return; done
}

@test "row 22: taken and freed again and again: what regret keeps with nothing in use is bounded" {
  for size in 64 1000 3000 30000; do passes row22_return $size rounds || return; done
}

# Of its kept slabs, which count as in use, a quarter more may stay than is bounded.
@test "row 22: the same, hardened" {
  OX_LIB=$OX_HARDENED
  for size in 64 1000; do passes row22_return $size rounds 120 || return; done
}

@test "row 22: every advice is MADV_DONTNEED" {
  require strace
  trace=$BATS_TEST_TMPDIR/trace
  for size in 1000 30000 4200000; do
    timeout "${RUN_SECONDS:-60}" strace -f -qq -e trace=madvise -o "$trace.$size" -E LD_PRELOAD="$OX_LIB" \
      "$BATS_FILE_TMPDIR/row22_return" $size by_self
  done
  grep -h 'MADV_DONTNEED) *= 0' "$trace".* | wc -l
  grep -q 'MADV_DONTNEED) *= 0' "$trace".30000 # larger blocks are made inaccessible, which takes no advice
  run grep -hE 'MADV_(FREE|COLD|PAGEOUT|DONTNEED_LOCKED)' "$trace".*
  [ -z "$output" ]
}
