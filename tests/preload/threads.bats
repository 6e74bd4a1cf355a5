# Threads: many short ones, blocks that travel between them, and what their destructors do.

load helper

@test "20,000 short threads leave resident memory flat" { on_ox "$OX_PROGRAMS/thread_churn" 20000; }

@test "producers allocate, consumers free: every block intact, memory bounded" {
  on_ox "$OX_PROGRAMS/producer_consumer"
}

@test "destructors of thread_local objects and pthread keys allocate and free" {
  on_ox "$OX_PROGRAMS/tls_destructors"
}

# Rare orders of events: each run is another one.
@test "four threads allocate, grow, pass on and free everything, 20 times" {
  local work=$BATS_TEST_TMPDIR/workload
  cc -D_GNU_SOURCE -O1 -fno-builtin -pthread -I"$BATS_TEST_DIRNAME/rows" -o "$work" \
    "$BATS_TEST_DIRNAME/rows/row20_pages.c" -ldl
  for _ in {1..20}; do on_ox "$work" "$(getconf PAGE_SIZE)" 4; done
}
