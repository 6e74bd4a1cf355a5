# The .deb of Debian 12 on newer Debians, and its library on an older one.

load helper

teardown() { drop_root; }

# lives_on SUITE
lives_on() {
  fresh_root "$1"
  snapshot >"$work/before"
  cp "$OX_WORK"/deb/*/oxidalloc_*.deb "$root/packages/"
  inside apt-get -qq -y install "/packages/oxidalloc_$OX_OLD-1_amd64.deb" >"$work/apt.log" 2>&1 ||
    { cat "$work/apt.log"; return 1; }
  inside oxidalloc-enable
  start_executing
  expect_on
  inside perl -e 'my %h; $h{$_} = "x" x $_ for 1..3000; exit(keys(%h) != 3000)'
  inside dpkg -i "/packages/oxidalloc_$OX_NEW-1_amd64.deb" >"$work/dpkg.log" 2>&1
  expect_on
  inside apt-get -qq -y purge oxidalloc >/dev/null 2>&1
  expect_off
  executions_were_clean 20
  diff "$work/before" <(snapshot)
}

@test "suites: the .deb built on Debian 12 installs, runs, upgrades and leaves on trixie" { lives_on trixie; }
@test "suites: and on sid" { lives_on sid; }

@test "suites: the library built on Debian 12 runs on bullseye (glibc 2.31)" {
  fresh_root bullseye
  dpkg-deb -x "$OX_WORK/deb/$OX_OLD/oxidalloc_$OX_OLD-1_amd64.deb" "$work/package"
  cp "$work/package/usr/lib/x86_64-linux-gnu/liboxidalloc.so" "$root/usr/lib/x86_64-linux-gnu/"
  cp "$work/package/usr/sbin/oxidalloc" "$root/usr/sbin/" # the static tool runs anywhere
  run inside oxidalloc run sh -c 'grep -c liboxidalloc.so /proc/self/maps; (echo fine) | cat'
  echo "$output"
  [ "$status" -eq 0 ]
  [ "${lines[0]}" -ge 1 ] && [ "${lines[1]}" = fine ] && [ "${#lines[@]}" -eq 2 ]
  inside oxidalloc run perl -e 'my %h; $h{$_} = "x" x $_ for 1..3000; exit(keys(%h) != 3000)'
}

@test "suites: with 32-bit programs beside the others: they start silently, and the stub goes with the package" {
  fresh_root bookworm-i386
  snapshot >"$work/before"
  cp "$OX_WORK/deb/$OX_OLD/oxidalloc_$OX_OLD-1_amd64.deb" "$root/packages/o.deb"
  local -a of_32_bits=(/lib/ld-linux.so.2 /lib/i386-linux-gnu/libc.so.6) # prints its version
  inside apt-get -qq -y install /packages/o.deb >"$work/apt.log" 2>&1
  inside oxidalloc-enable
  expect_on
  [ -f "$root/usr/lib/i386-linux-gnu/oxidalloc/liboxidalloc.so" ]
  run inside "${of_32_bits[@]}"
  [[ "$status" -eq 0 && "$output" == "GNU C Library"* && "$output" != *"cannot be preloaded"* ]]
  rm "$root/usr/lib/i386-linux-gnu/oxidalloc/liboxidalloc.so" # what the stub is there against
  run inside "${of_32_bits[@]}"
  [[ "$output" == *"cannot be preloaded"* ]]
  inside dpkg -i /packages/o.deb
  run inside "${of_32_bits[@]}"
  [[ "$output" != *"cannot be preloaded"* ]]
  inside dpkg --purge oxidalloc
  diff "$work/before" <(snapshot)
}
