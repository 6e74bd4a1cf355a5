# Row 15. Where transparent huge pages are given to everybody ("always"), the first touch of a page takes
# 2 MiB, and an allocator that gives each thread a place of its own multiplies that by the threads: 100 of
# them went from 11 to 181 MiB in another. Here all threads' slabs lie side by side. Measured with huge pages for
# the whole reservation, as the kernel treats it under "always", and with none; the machine's setting is left
# alone. Certain: the kernel's own figure tells whether huge pages were there.
load rows

setup_file() { build row15_huge.c row15_huge; }

# measure MODE GROUP: sets rss and huge, in KiB.
measure() {
  run ox "$BATS_FILE_TMPDIR/row15_huge" "$1" "$2"
  echo "$2, $1: $output"
  [ "$status" -eq 0 ] || return
  no_report || return
  rss=$(sed -nE 's/.*RSS ([0-9]+) .*/\1/p' <<<"$output")
  huge=$(sed -nE 's/.*HUGE (-?[0-9]+).*/\1/p' <<<"$output")
}

# both GROUP: sets never and always; skips where the kernel gave no huge pages.
both() {
  local setting=/sys/kernel/mm/transparent_hugepage/enabled
  [ -e "$setting" ] && [[ $(<"$setting") != *'[never]'* ]] || skip "this kernel gives no huge pages"
  measure never "$1" || return
  [ "$huge" -le 0 ] || return
  never=$rss
  measure always "$1" || return
  always=$rss
  [ "$huge" -gt 0 ] || skip "no huge page was free"
}

@test "row 15: 100 threads with some blocks each" {
  both threads || return
  [ "$never" -le $((48 * 1024)) ]
  # No more than the slabs, side by side, have room for: a dozen and a half for each thread.
  [ "$always" -le $((160 * 1024)) ]
}

@test "row 15: a heap that shrinks gives back what huge pages hold" {
  both shrink || return
  [ "$never" -le $((96 * 1024)) ]
  [ "$always" -le $((never + 32 * 1024)) ]
}
