# What the units call at boot, and the rescue as init: each step by itself, in a root. Whole boots are
# in tests/system/.

load helper

setup() {
  need_tools
  need_root
  need unshare
  make_tree
  root=$BATS_TEST_TMPDIR/root
  make_root "$root"
  live=$(live_directory "$root")/liboxidalloc.so
}

tool() { "$tree/usr/sbin/oxidalloc" "$1" --root "$root" "${@:2}"; }
shows() { run "$tree/usr/bin/oxidalloc-status" --root "$root"; [[ "$output" == *$1* ]] || fail "status lacks '$1': $output"; }
# A boot: /run is empty, then the units. With "incomplete" the last of them is not reached.
boot() {
  rm -rf "$root/run" && mkdir "$root/run"
  tool boot place && tool boot count && { [ "${1-}" = incomplete ] || tool boot complete; }
}

@test "boot-safe: off before the unit, on after it" {
  tool enable --mode boot-safe
  rm -rf "$root/run/oxidalloc"
  off "$root"
  starts "$root"
  boot
  on "$root"
  starts "$root"
}

@test "boot-safe: a broken library is not put in place, and status says why" {
  tool enable --mode boot-safe
  cp "$OX_BUILD/tests/faulty/liboxidalloc-constructor.so" "$live"
  boot
  off "$root"
  starts "$root"
  shows "off for this boot: the library failed the check"
  head -c 5000 "$tree/usr/lib/liboxidalloc.so" >"$live"
  boot
  off "$root"
  starts "$root"
  shows "truncated"
  cp "$tree/usr/lib/liboxidalloc.so" "$live"
  boot
  on "$root"
}

@test "two boots that did not complete disable it, in both modes" {
  for mode in boot-safe direct; do
    tool enable --mode $mode
    boot incomplete
    on "$root"
    boot
    on "$root"
    boot incomplete
    boot incomplete
    on "$root"
    boot
    off "$root"
    starts "$root"
    [ ! -e "$root/etc/ld.so.preload" ] && [ ! -L "$root/etc/ld.so.preload" ]
    shows "two boots in a row did not complete"
    tool enable --mode $mode
    boot
    on "$root"
    tool disable
  done
}

@test "oxidalloc=off among init's words" {
  # /proc/1/cmdline is read in a container; here the tool's own namespace has an init of that name.
  tool enable --mode boot-safe
  in_namespace() {
    unshare -p -f --mount-proc sh -c '"$@"; exit $?' oxidalloc=off "$tree/usr/sbin/oxidalloc" "$@"
  }
  rm -rf "$root/run/oxidalloc"
  in_namespace boot --root "$root" place
  off "$root"
  shows "oxidalloc=off on the kernel command line"
  tool boot place
  on "$root"
  tool enable --mode direct
  in_namespace boot --root "$root" count
  off "$root"
  shows "oxidalloc=off"
}

@test "the rescue as init: disables, then becomes the real init with the same words" {
  printf '#!/bin/sh\necho "init $$ $*"\n' >"$root/sbin/init"
  chmod +x "$root/sbin/init"
  tool enable --mode direct
  cp "$OX_BUILD/tests/faulty/liboxidalloc-constructor.so" "$live"
  run chroot "$root" /bin/true
  [ "$status" -ne 0 ]
  run unshare -m -p -f chroot "$root" /usr/sbin/oxidalloc-rescue quiet single
  echo "$output"
  [[ "$output" == *"disabled by oxidalloc-rescue"*"init 1 quiet single" ]]
  starts "$root"
  off "$root"
}
