# Row 14. Threads end in every order: others' destructors free and allocate after the library's own, libc
# frees its buffers later still, some threads only free, some get their first block when all is over. Nothing
# may be lost. Certain: a kilobyte lost per thread is 100 MB after 100,000; the bound is 3 MiB.
load rows

setup_file() { build row14_threads.c row14_threads; }

@test "row 14: 100,000 short threads leave resident memory flat" { passes row14_threads short 100000; }
@test "row 14: destructors of pthread keys free and allocate, before and after the library's" {
  passes row14_threads destructors 5000
}
@test "row 14: threads that only free" { passes row14_threads freers 2000; }
@test "row 14: blocks that outlive thread after thread" { passes row14_threads relay 300; }
@test "row 14: threads whose end the kernel alone sees, and what comes to their address frees first" {
  passes row14_threads unseen 400
}
@test "row 14: every call fits into a thread's stack of 64 KiB, twice" { passes row14_threads small_stack 100; }

@test "row 14: destructors of C++ thread_local objects" {
  build ../src/tls_destructors.cpp tls_destructors -std=c++17
  passes tls_destructors
}
