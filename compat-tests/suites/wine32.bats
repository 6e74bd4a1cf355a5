# Wine for 32-bit Windows programs: its processes are 32-bit, get the stub in the library's place, and say nothing of
# it. Debian's 32-bit packages are installed into the private system alone, and only with --install: the machine's own
# list of architectures stays.
load ../lib/compat

setup_file() {
  [ -e /usr/lib/wine/wine32 ] || [ "${CI:-}" != true ] || install_wine32 >"$OX_RESULTS/wine32-install.log" 2>&1 </dev/null
}

install_wine32() {
  dpkg --add-architecture i386
  apt-get -q update
  DEBIAN_FRONTEND=noninteractive apt-get -qy -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold \
    install --no-install-recommends wine32:i386 wine64 wine
}

@test "32-bit: a prefix is made, programs work in it" {
  local RUN_SECONDS=900
  program "Wine (32 bit)" /usr/lib/wine/wine32 /usr/lib/wine/wine32 --version
  as_user
  on_both work env WINEARCH=win32 "$OX_WORK/wine.sh" /usr/lib/wine/wine32
  sound work
  same_output work
  grep -qx 'lines 5050' "$BATS_TEST_TMPDIR/work.ox/out"
  cat "$BATS_TEST_TMPDIR/work."{libc,ox}/err
  ! grep 'ld.so\|preload' "$BATS_TEST_TMPDIR/work.ox/err" || fail "the loader complained"
  told work.ox '.processes[] | select(.why == "a 32-bit program") | .name' | grep -qx wine32 || fail "no 32-bit program was seen"
  reached work
}
