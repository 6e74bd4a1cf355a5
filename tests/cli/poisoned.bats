# A preload file that stops every dynamic program: the tools are static, and set it right.

load helper

setup() {
  need_tools
  need_root
  make_tree
  root=$BATS_TEST_TMPDIR/root
  make_root "$root"
  "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  live=$(live_directory "$root")/liboxidalloc.so
}

# Inside the root, as an administrator there would: nothing but the static tool starts.
inside() { chroot "$root" /usr/sbin/oxidalloc "$@"; }

stopped() {
  ! chroot "$root" /bin/true || fail "that was to stop every program"
}

rescued() {
  inside disable
  starts "$root"
  off "$root"
  [ ! -e "$root/etc/ld.so.preload" ]
}

@test "a truncated library" {
  # As a package manager that writes in place would leave it: the segments' pages are missing.
  truncate -s 4096 "$live"
  stopped
  run inside status
  [ "$status" -eq 1 ]
  [[ "$output" == *"drift:"*"the live copy: it is truncated"* ]]
  rescued
}

@test "a missing DT_NEEDED" {
  gcc -shared -nostdlib -o "$BATS_TEST_TMPDIR/libgone.so" -Wl,-soname,libgone.so -x c /dev/null
  gcc -shared -o "$live" -x c /dev/null -Wl,--no-as-needed -L"$BATS_TEST_TMPDIR" -lgone
  stopped
  run inside status
  [[ "$output" == *"libgone.so"* ]]
  rescued
}

@test "a crash at start" {
  cp "$OX_BUILD/tests/faulty/liboxidalloc-constructor.so" "$live"
  stopped
  rescued
}

@test "rescue does the same, also in boot-safe mode" {
  inside enable --mode boot-safe
  cp "$OX_BUILD/tests/faulty/liboxidalloc-constructor.so" "$live"
  stopped
  inside rescue
  starts "$root"
  off "$root"
  run "$tree/usr/bin/oxidalloc-status" --root "$root"
  [[ "$output" == *"refused:"*"oxidalloc-rescue was run"* ]]
}

@test "enable says what to do, and enables again after that" {
  cp "$OX_BUILD/tests/faulty/liboxidalloc-constructor.so" "$live"
  run inside enable
  [ "$status" -eq 1 ]
  [[ "$output" == *"run oxidalloc-disable first"* ]]
  inside disable
  inside enable
  on "$root"
  starts "$root"
}
