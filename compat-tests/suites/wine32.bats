# Wine for 32-bit Windows programs, in a Debian of both widths: its processes are 32-bit, get the stub in the library's
# place, and say nothing of it.
load ../lib/compat
load ../lib/roots

setup_file() { debian_root wine32 bookworm --architectures=amd64,i386 --include=wine64,wine32:i386,wine; }

@test "32-bit: a prefix is made, programs work in it" {
  local RUN_SECONDS=900 wine=/usr/lib/wine/wine
  tested="Wine (32 bit)"
  in_root wine32
  run chroot "$OX_ROOT" /lib/ld-linux.so.2 --version
  [ "$status" -ne 126 ] || skip "this kernel runs no 32-bit programs" # 126: it is there, and cannot be executed
  version=$(chroot "$OX_ROOT" dpkg-query -W -f '${Version}' wine | grep -oE '^[0-9.]+')
  as_user
  on_both work env WINEARCH=win32 "$OX_WORK/wine.sh" $wine
  sound work
  same_output work
  grep -qx 'lines 5050' "$BATS_TEST_TMPDIR/work.ox/out"
  ! grep 'ld.so\|preload' "$BATS_TEST_TMPDIR/work.ox/err" || fail "the loader complained"
  told work.ox '.processes[] | select(.why == "a 32-bit program") | .name' | grep -q '^wine' ||
    fail "no 32-bit program was seen: $(told work.ox '.processes[] | tojson')"
  reached work
}
