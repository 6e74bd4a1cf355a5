# Refusals: a clear message that says what to do, exit code 1, and nothing changed.

load helper

setup() {
  need_tools
  need_root
  make_tree
  root=$BATS_TEST_TMPDIR/root
  make_root "$root"
  file=$root/etc/ld.so.preload
}

# refuses PATTERN COMMAND...: fails with 1 and a message that matches, and leaves /etc as it was.
refuses() {
  local pattern=$1 before after
  shift
  before=$(fingerprint "$root/etc")
  run "$@"
  echo "$output"
  after=$(fingerprint "$root/etc")
  [ "$status" -eq 1 ] || fail "exit status $status" || return
  # shellcheck disable=SC2053
  [[ "$output" == $pattern ]] || fail "the message lacks: $pattern" || return
  diff <(echo "$before") <(echo "$after")
}

enable=(eval '"$tree/usr/sbin/oxidalloc-enable" --root "$root"')
disable=(eval '"$tree/usr/sbin/oxidalloc-disable" --root "$root"')

@test "a foreign symbolic link" {
  echo /usr/lib/libx.so >"$root/etc/elsewhere"
  ln -s elsewhere "$file"
  refuses '*symbolic link to elsewhere*' "${enable[@]}"
  refuses '*symbolic link to elsewhere*' "${disable[@]}"
}

@test "a foreign dangling link" {
  ln -s /run/nothing "$file"
  refuses '*symbolic link to /run/nothing*' "${enable[@]}"
}

@test "a directory in its place" {
  mkdir "$file"
  refuses '*no regular file*' "${enable[@]}"
}

@test "an owner other than root" {
  : >"$file"
  chown 1000 "$file"
  refuses '*belongs to user 1000*chown root*' "${enable[@]}"
}

@test "writable by the group, or by all" {
  : >"$file"
  chmod 0664 "$file"
  refuses '*others than root may write it*0664*' "${enable[@]}"
  chmod 0646 "$file"
  refuses '*others than root may write it*0646*' "${enable[@]}"
}

@test "readable by root alone" {
  : >"$file"
  chmod 0600 "$file"
  refuses '*not everybody may read it*' "${enable[@]}"
}

@test "disable works whatever the mode and owner, and keeps both" {
  "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  echo /usr/lib/liboxidalloc.so >>"$file"
  echo /lib/libc.so.6 >>"$file"
  chmod 0600 "$file"
  chown 1000 "$file"
  "$tree/usr/sbin/oxidalloc-disable" --root "$root"
  [ "$(<"$file")" = /lib/libc.so.6 ]
  [ "$(stat -c '%a %u' "$file")" = "600 1000" ]
}

@test "not root" {
  chmod -R a+rX "$BATS_RUN_TMPDIR"
  cp "$tree/usr/sbin/oxidalloc" "$root/usr/bin/oxidalloc-tool"
  as_nobody() { chroot --userspec=65534:65534 "$root" /usr/sbin/oxidalloc "$@"; }
  refuses '*only root*sudo*' as_nobody enable
  refuses '*only root*sudo*' as_nobody disable
  refuses '*only root*' as_nobody denylist add /bin/true
}

@test "a read-only file system" {
  in_namespace() {
    unshare -m --propagation private sh -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && "$@"' sh "$root" "$@"
  }
  refuses '*Read-only file system*remount*' in_namespace "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  echo "$entry" >"$file"
  refuses '*Read-only file system*remount*' in_namespace "$tree/usr/sbin/oxidalloc-disable" --root "$root"
}

# With /etc on a tmpfs of 64 KiB that is full to the last byte.
on_full_disk() {
  unshare -m --propagation private sh -c '
    mkdir "$1.upper" && cp -a "$1/etc/." "$1.upper" && mount -t tmpfs -o size=64k,mode=755 t "$1/etc" &&
      cp -a "$1.upper/." "$1/etc" && cat /dev/zero >"$1/etc/filler" 2>/dev/null
    root=$1 && shift && "$@"; status=$?
    chroot "$root" /bin/sh -c "echo \$(echo started)"
    rm "$root/etc/filler"; ls -A "$root/etc"; cat "$root/etc/ld.so.preload" 2>/dev/null; exit $status' sh "$root" "$@"
}

@test "a full disk: enable refuses" {
  echo /usr/lib/libforeign.so >"$file"
  gcc -shared -nostdlib -o "$root/usr/lib/libforeign.so" -x c /dev/null
  run on_full_disk "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"No space left on device"*"Free some space"*started*ld.so.preload*/usr/lib/libforeign.so ]]
}

@test "a full disk: disable works where ours is the only entry" {
  "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  run on_full_disk "$tree/usr/sbin/oxidalloc-disable" --root "$root"
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"is off"*started* && "$output" != *ld.so.preload* ]]
}

@test "a full disk: disable beside others refuses, and nothing changed" {
  gcc -shared -nostdlib -o "$root/usr/lib/libforeign.so" -x c /dev/null
  echo /usr/lib/libforeign.so >"$file"
  "$tree/usr/sbin/oxidalloc-enable" --root "$root"
  run on_full_disk "$tree/usr/sbin/oxidalloc-disable" --root "$root"
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"No space left on device"*started*/usr/lib/libforeign.so*"$entry" ]]
}

@test "no library" {
  rm "$root/usr/lib/liboxidalloc.so"
  refuses '*no liboxidalloc.so installed*Install*' "${enable[@]}"
}

@test "wrong usage has exit code 2, help and version 0" {
  for words in "enable --nonsense" "enable --mode sometimes" "denylist" "run" "nonsense" "--root /nowhere enable"; do
    # shellcheck disable=SC2086
    run "$tree/usr/sbin/oxidalloc" $words
    [ "$status" -eq 2 ] || fail "oxidalloc $words: exit status $status"
  done
  for tool in enable disable status run denylist rescue; do
    run "$bin/oxidalloc-$tool" --help
    [ "$status" -eq 0 ]
    [[ "$output" == *"--version"*"Exit codes"* ]]
    run "$bin/oxidalloc-$tool" --version
    [ "$status" -eq 0 ]
    [[ "$output" == "oxidalloc "[0-9]* ]]
  done
}

@test "--dry-run changes nothing" {
  before=$(fingerprint "$root")
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --dry-run
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --dry-run --json
  "$tree/usr/sbin/oxidalloc-disable" --root "$root" --dry-run
  diff <(echo "$before") <(fingerprint "$root")
}
