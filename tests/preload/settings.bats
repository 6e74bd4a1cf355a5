# Options that change how much memory the heap has: OX_MEMORY_LIMIT, OX_TRIM_THREAD, OX_HUGE_PAGES. Each beside a
# run without it, so that no case can pass by itself.

load helper

setup() { [ -x /usr/bin/python3 ] || skip "no python3"; }

# with OPTION WORK
with() {
  env PYTHONMALLOC=malloc LD_PRELOAD="$OX_LIB" "$1" timeout 60 /usr/bin/python3 "$BATS_TEST_DIRNAME/settings.py" "$2"
}

@test "OX_MEMORY_LIMIT: what exceeds it is refused, and the program goes on" {
  [ "$(with OX_MEMORY_LIMIT=0 fill)" = $'100 at once\nall kept\n10000 again' ]
  [ "$(with OX_MEMORY_LIMIT=90M fill)" = $'refused at once\nrefused after 7\n10000 again' ]
}

@test "OX_TRIM_THREAD: memory goes back while the program rests" {
  [ "$(with OX_TRIM_THREAD=0 rest)" = "1 False" ]
  [ "$(with OX_TRIM_THREAD=1 rest)" = "2 True" ]
}

@test "OX_TRIM_THREAD: signals are the program's, and a child of a fork has one thread" {
  [ "$(with OX_TRIM_THREAD=1 signals)" = $'True\n1' ]
}

@test "OX_HUGE_PAGES: asked for, or asked not to be" {
  [ -e /sys/kernel/mm/transparent_hugepage ] || skip "a kernel without huge pages"
  [ -z "$(with OX_HUGE_PAGES=system huge)" ]
  [ "$(with OX_HUGE_PAGES=always huge)" = hg ]
  [ "$(with OX_HUGE_PAGES=never huge)" = nh ]
}
