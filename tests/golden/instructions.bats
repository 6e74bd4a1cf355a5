# Instructions per malloc+free pair, executed in the library itself: what bench/programs/pair.c costs under
# callgrind, of which only the library's own functions count, and of these the difference between 2 N and N pairs,
# so that neither start nor end counts. The same of blocks that another thread frees ("remote"), both sides together;
# of those of a live set, in MiB, that are freed and allocated again in random order ("replacement"); and of a
# program's first blocks ("first"): the second thousand of them, of up to so many bytes, a third of it freed again.
#
# instructions.txt has the golden figures. A figure may not rise by more than 5 % over its golden one, where that
# was measured with the same compiler; nor over the budget (36 up to 1 KiB, 46 up to 32 KiB; 60 for remote ones; 49
# and 46 for replacements, nine tenths of what the best other allocator takes), where that was met.
# OX_GOLDEN_UPDATE=1 writes the file anew.

golden=$BATS_TEST_DIRNAME/instructions.txt

# library_cost SIZE BATCH ORDER ROUNDS: instructions executed in the library, in all.
library_cost() {
  local -a program
  case $3 in
    remote) program=(remote "$1" "$2" "$4") ;;
    replacement) program=(random_replacement 1 "$1" "$2" "$4") ;;
    first) program=(first_blocks "$4") ;;
    *) program=(pair "$@") ;;
  esac
  "$OX_SOURCE/bench/library_cost.sh" "$OX_LIB" "$OX_BUILD/bench/${program[0]}" "${program[@]:1}"
}

# figure SIZE BATCH ORDER: instructions per pair, with one digit behind the point.
figure() {
  local pairs=20000 rounds=$((20000 / $2)) once twice
  # It takes a while until a live set lies at random.
  if [ "$3" = replacement ]; then pairs=300000 rounds=300000; fi
  if [ "$3" = first ]; then pairs=1000 rounds=1000; fi
  once=$(library_cost "$@" "$rounds")
  twice=$(library_cost "$@" $((2 * rounds)))
  awk -v cost=$((twice - once)) -v pairs="$pairs" 'BEGIN { printf "%.1f\n", cost / pairs }'
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
  echo "small 16 replacement"
  echo "many 16 replacement"
  echo "2048 1 first"
}

# budget SIZE ORDER
budget() {
  case $2 in
    remote) echo 60 ;;
    first) echo 850 ;;
    replacement) if [ "$1" = small ]; then echo 49; else echo 46; fi ;;
    *) echo $(($1 <= 1024 ? 36 : 46)) ;;
  esac
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
