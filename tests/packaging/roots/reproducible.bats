# Two builds of one commit, in folders of different names, at different times: the same bytes.

setup_file() { export WORK=$BATS_FILE_TMPDIR; }

# twice KIND [OPTION...]: in $WORK/one and $WORK/a-longer-name
twice() {
  local kind=$1
  shift
  "$OX_SOURCE/scripts/package.sh" -w "$WORK/build-one" -o "$WORK/one" "$@" "$kind" >"$WORK/log" 2>&1 ||
    { tail -20 "$WORK/log"; return 1; }
  "$OX_SOURCE/scripts/package.sh" -w "$WORK/a-longer-name-to-build-in" -o "$WORK/two" "$@" "$kind" >"$WORK/log" 2>&1 ||
    { tail -20 "$WORK/log"; return 1; }
}

same() {
  local file count=0
  for file in "$WORK"/one/$1; do
    cmp "$file" "$WORK/two/${file##*/}" || return 1
    count=$((count + 1))
  done
  [ "$count" -ge "$2" ]
}

@test "reproducible: the source tarball, also when it is made from what it unpacks to" {
  twice source
  same '*.tar.gz' 1
  tar -x -C "$WORK" -f "$WORK"/one/*.tar.gz
  bash "$WORK"/oxidalloc-*/scripts/package.sh -o "$WORK/three" source
  cmp "$WORK"/one/*.tar.gz "$WORK"/three/*.tar.gz
}

@test "reproducible: the .debs, debug symbols and source package included" {
  twice deb
  same '*.deb' 3
  same '*.debian.tar.xz' 1
}

@test "reproducible: the rpms" {
  # rpm writes the folder of the build into the package's debug symbols: the same folder, at another time.
  "$OX_SOURCE/scripts/package.sh" -s -w "$WORK/rpm" -o "$WORK/one" rpm >"$WORK/log" 2>&1
  "$OX_SOURCE/scripts/package.sh" -s -w "$WORK/rpm" -o "$WORK/two" rpm >"$WORK/log" 2>&1
  same '*.rpm' 4
}

@test "reproducible: the Arch package, built in the same folder as makepkg's own check demands" {
  "$OX_SOURCE/scripts/package.sh" -s -w "/var/tmp/oxidalloc-arch.$$" -o "$WORK/one" arch >"$WORK/log" 2>&1
  "$OX_SOURCE/scripts/package.sh" -s -w "/var/tmp/oxidalloc-arch.$$" -o "$WORK/two" arch >"$WORK/log" 2>&1
  rm -rf "/var/tmp/oxidalloc-arch.$$"
  same '*.pkg.tar.*' 3
}
