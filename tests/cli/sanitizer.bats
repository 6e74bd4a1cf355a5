# Programs with a sanitizer: their runtime's allocator serves, and still finds what it is there to find.

load helper

setup() {
  need gcc clang
  cat >"$BATS_TEST_TMPDIR/faults.c" <<'C'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
static char* shared;
static void* racer(void* unused) { shared[0] = 1; return unused; }
int main(int count, char** words) {
  char* volatile block = malloc(10);
  shared = block;
  if (count > 1 && words[1][0] == 'o') block[10] = 1;
  if (count > 1 && words[1][0] == 'r') {
    pthread_t other;
    pthread_create(&other, NULL, racer, NULL);
    shared[0] = 2;
    pthread_join(other, NULL);
  }
  if (count > 1 && words[1][0] == 'l') { shared = NULL; block = malloc(1000); block = NULL; return 0; }
  puts("ran");
  free(block);
  return 0;
}
C
}

# finds COMPILER SANITIZER FAULT REPORT: a sound run is silent, a faulty one is reported.
finds() {
  local program=$BATS_TEST_TMPDIR/$1-$2
  "$1" -g -fsanitize="$2" -pthread -o "$program" "$BATS_TEST_TMPDIR/faults.c" || return
  [ "$(LD_PRELOAD=$OX_LIB "$program" 2>&1)" = ran ] || fail "$1 -fsanitize=$2: a sound run" || return
  [[ "$(LD_PRELOAD=$OX_LIB "$program" "$3" 2>&1)" == *"$4"* ]] || fail "$1 -fsanitize=$2 found nothing"
}

@test "AddressSanitizer, shared runtime (gcc) and static (clang)" {
  for compiler in gcc clang; do
    finds $compiler address overflow heap-buffer-overflow
    finds $compiler address leak "byte(s) leaked"
  done
}

@test "LeakSanitizer" { for compiler in gcc clang; do finds $compiler leak leak "byte(s) leaked"; done; }

@test "ThreadSanitizer" { for compiler in gcc clang; do finds $compiler thread race "data race"; done; }

@test "MemorySanitizer" {
  clang -fsanitize=memory -pthread -o "$BATS_TEST_TMPDIR/memory" "$BATS_TEST_TMPDIR/faults.c"
  [ "$(LD_PRELOAD=$OX_LIB "$BATS_TEST_TMPDIR/memory" 2>&1)" = ran ]
}

@test "a program's own options for ASan come before ours" {
  cat >"$BATS_TEST_TMPDIR/own.c" <<'C'
#include <stdlib.h>
const char* __asan_default_options(void) { return "verify_asan_link_order=0:exitcode=77"; }
int main(void) { char* volatile block = malloc(10); block[10] = 1; return 0; }
C
  gcc -fsanitize=address -o "$BATS_TEST_TMPDIR/own" "$BATS_TEST_TMPDIR/own.c"
  status=0
  LD_PRELOAD=$OX_LIB "$BATS_TEST_TMPDIR/own" 2>/dev/null || status=$?
  [ "$status" -eq 77 ]
}
