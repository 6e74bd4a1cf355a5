# Threads: many short ones, blocks that travel between them, and what their destructors do.

load helper

@test "20,000 short threads leave resident memory flat" { on_ox "$OX_PROGRAMS/thread_churn" 20000; }

@test "producers allocate, consumers free: every block intact, memory bounded" {
  on_ox "$OX_PROGRAMS/producer_consumer"
}

@test "destructors of thread_local objects and pthread keys allocate and free" {
  on_ox "$OX_PROGRAMS/tls_destructors"
}
