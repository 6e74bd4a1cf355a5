# Boots are counted by sysvinit's init where there is no systemd: two lines in /etc/inittab, and nothing else of
# it is touched. Whole boots of a sysvinit system are in tests/system/.

load helper

setup() {
  need_tools
  need_root
  make_tree
  root=$BATS_TEST_TMPDIR/root
  make_root "$root"
  file=$root/etc/inittab
  others=$'# local\nid:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\nl2:2:wait:/etc/init.d/rc 2\n1:2345:respawn:/sbin/getty tty1'
  count='oxb::bootwait:/usr/sbin/oxidalloc boot count'
  complete='oxc:2345:once:/usr/sbin/oxidalloc boot complete'
}

enable() { "$tree/usr/sbin/oxidalloc-enable" --root "$root" "$@"; }
disable() { "$tree/usr/sbin/oxidalloc-disable" --root "$root" >/dev/null; }
is() { diff <(printf '%s' "$1") "$file" || fail "that is not what was expected"; }

@test "enabled: two lines at the end; again: the same two; disabled: as before" {
  printf '%s\n' "$others" >"$file"
  chmod 640 "$file"
  chgrp 4 "$file"
  run enable
  [ "$status" -eq 0 ]
  [[ "$output" != *"No init is known"* ]]
  is "$others"$'\n'"$count"$'\n'"$complete"$'\n'
  enable
  is "$others"$'\n'"$count"$'\n'"$complete"$'\n'
  [ "$(stat -c '%a %u %g' "$file")" = "640 0 4" ]
  disable
  is "$others"$'\n'
}

@test "no newline at the end; lines of others that look like ours; ours in the middle" {
  printf '%s' "#$count"$'\n'"$others" >"$file"
  enable
  is "#$count"$'\n'"$others"$'\n'"$count"$'\n'"$complete"$'\n'
  printf '%s\n' "$complete" "$others" "$count" "last" >"$file"
  disable
  is "$others"$'\nlast\n'
}

@test "the lines name what counts: three boots begun, and it is off" {
  printf '%s\n' "$others" >"$file"
  enable
  for boot in 1 2 3; do
    line=$(sed -n 's/^oxb::bootwait://p' "$file")
    [ -n "$line" ]
    # shellcheck disable=SC2086 # words, as init takes them
    chroot "$root" $line
    if [ "$boot" -lt 3 ]; then on "$root"; fi
  done
  off "$root"
  starts "$root"
  is "$others"$'\n'
}

@test "no inittab, or one that is a link or not root's: it stays so, and the message says that nothing counts" {
  run enable
  [ "$status" -eq 0 ]
  [[ "$output" == *"No init is known here that would count boots"* ]]
  [ ! -e "$file" ]
  on "$root"
  disable
  printf '%s\n' "$others" >"$file.real"
  ln -s inittab.real "$file"
  run enable
  [[ "$output" == *"No init is known"* ]]
  [ -L "$file" ]
  disable
  rm "$file"
  printf '%s\n' "$others" >"$file"
  chown 65534 "$file"
  run enable
  [[ "$output" == *"No init is known"* ]]
  is "$others"$'\n'
}

@test "a root with systemd keeps its inittab as it is" {
  printf '%s\n' "$others" >"$file"
  mkdir -p "$root/usr/lib/systemd"
  gcc -o "$root/usr/lib/systemd/systemd" -x c - <<<'#include <stdio.h>
    int main(void) { return puts("systemd 252") < 0; }' # the preflight asks its version
  enable --mode direct
  is "$others"$'\n'
  [ -L "$root/etc/systemd/system/sysinit.target.wants/oxidalloc-count.service" ]
}
