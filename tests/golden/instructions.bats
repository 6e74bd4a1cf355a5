# Instructions per malloc+free pair, executed in the library itself: what bench/programs/pair.c costs under
# callgrind, of which only the library's own functions count, and of these the difference between 2 N and N pairs,
# so that neither start nor end counts. The same of blocks that another thread frees ("remote"), both sides together.
#
# instructions.txt has the golden figures. A figure may not rise by more than 5 % over its golden one, where that
# was measured with the same compiler; nor over the budget (36 up to 1 KiB, 46 up to 32 KiB; 60 for remote ones),
# where that was met.
# OX_GOLDEN_UPDATE=1 writes the file anew.

golden=$BATS_TEST_DIRNAME/instructions.txt

# library_cost SIZE BATCH ORDER ROUNDS: instructions executed in the library, in all.
library_cost() {
  if [ "$3" = remote ]; then
    "$OX_SOURCE/bench/library_cost.sh" "$OX_LIB" "$OX_BUILD/bench/remote" "$1" "$2" "$4"
  else
    "$OX_SOURCE/bench/library_cost.sh" "$OX_LIB" "$OX_BUILD/bench/pair" "$@"
  fi
}

# figure SIZE BATCH ORDER: instructions per pair, with one digit behind the point.
figure() {
  local rounds=$((20000 / $2)) once twice
  once=$(library_cost "$@" "$rounds")
  twice=$(library_cost "$@" $((2 * rounds)))
  awk -v cost=$((twice - once)) -v pairs=$((rounds * $2)) 'BEGIN { printf "%.1f\n", cost / pairs }'
}

compiler() { readelf -p .comment "$OX_LIB" | grep -oE '(GCC: .*\) [0-9]+|clang version [0-9]+)' | head -n 1 | tr -s ' '; }

cases() {
  local size
  for size in 16 64 256 1024 1500 4096 16384 32768; do
    echo "$size 1 forward"
    echo "$size 100 forward"
    echo "$size 100 reverse"
  done
  for size in 16 64 256 1024 4096; do
    echo "$size 1 remote"
    echo "$size 100 remote"
  done
}

# budget SIZE ORDER
budget() {
  if [ "$2" = remote ]; then echo 60; else echo $(($1 <= 1024 ? 36 : 46)); fi
}

at_most() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a <= b) }'; }

setup() {
  command -v valgrind >/dev/null || { [ "${CI:-}" != true ] && skip "no valgrind"; }
  [ "$(uname -m)" = x86_64 ] || skip "the figures are those of x86-64"
}

@test "instructions per pair: no more than the golden figures" {
  failures=0
  same_compiler=0
  [ "$(sed -n 's/^# compiler: //p' "$golden" 2>/dev/null)" != "$(compiler)" ] || same_compiler=1
  printf '# Instructions per malloc+free pair: see instructions.bats. size, batch, order, figure.\n# compiler: %s\n' \
    "$(compiler)" >"$BATS_TEST_TMPDIR/measured"
  while read -r size batch order; do
    now=$(figure "$size" "$batch" "$order")
    at_most 10 "$now" # less cannot be
    echo "$size $batch $order $now" | tee -a "$BATS_TEST_TMPDIR/measured"
    [ -z "${OX_GOLDEN_UPDATE:-}" ] || continue
    then=$(awk -v key="$size $batch $order" '$1 " " $2 " " $3 == key { print $4 }' "$golden")
    [ -n "$then" ]
    budget=$(budget "$size" "$order")
    if ((same_compiler)) && ! at_most "$now" "$(awk -v g="$then" 'BEGIN { print g * 1.05 }')"; then
      echo "  rose by more than 5 %: the golden figure is $then"
      failures=$((failures + 1))
    elif at_most "$then" "$budget" && ! at_most "$now" "$budget"; then
      echo "  over the budget of $budget; the golden figure is $then"
      failures=$((failures + 1))
    fi
  done < <(cases)
  if [ -n "${OX_GOLDEN_UPDATE:-}" ]; then cp "$BATS_TEST_TMPDIR/measured" "$golden"; fi
  [ "$failures" -eq 0 ]
}
