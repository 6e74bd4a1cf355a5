# The edit of the preload file: what others put there stays byte for byte, whatever its form.

load helper

setup() {
  need_tools
  need_root
  make_tree
  root=$BATS_TEST_TMPDIR/root
  make_root "$root"
  gcc -shared -nostdlib -o "$root/usr/lib/liba.so" -x c /dev/null
  cp "$root/usr/lib/liba.so" "$root/usr/lib/libb.so"
  file=$root/etc/ld.so.preload
}

enable() { "$tree/usr/sbin/oxidalloc-enable" --root "$root" >/dev/null; }
disable() { "$tree/usr/sbin/oxidalloc-disable" --root "$root" >/dev/null; }

# is TEXT: the file's content, exactly.
is() {
  printf %s "$1" >"$BATS_TEST_TMPDIR/expected"
  cmp "$BATS_TEST_TMPDIR/expected" "$file" || { cat -A "$file"; fail "that is not what was expected"; }
}

# through BEFORE ENABLED AFTER: the texts along the way; the library is loaded exactly when it should be.
through() {
  printf %s "$1" >"$file"
  enable || return
  is "$2" && on "$root" && starts "$root" || return
  enable && is "$2" || return
  disable || return
  is "$3" && off "$root" && starts "$root"
}

a=/usr/lib/liba.so
b=/usr/lib/libb.so

@test "an entry before ours" { through $'/usr/lib/liba.so\n' "$a"$'\n'"$entry"$'\n' $'/usr/lib/liba.so\n'; }

@test "entries on one line, separated by blanks and colons" {
  through "$a $b"$'\n' "$a $b"$'\n'"$entry"$'\n' "$a $b"$'\n'
  through "$a:$b"$'\n' "$a:$b"$'\n'"$entry"$'\n' "$a:$b"$'\n'
}

@test "no newline at the end" { through "$a" "$a"$'\n'"$entry"$'\n' "$a"$'\n'; }

@test "an empty file goes when it would be empty again" {
  : >"$file"
  enable
  is "$entry"$'\n'
  disable
  [ ! -e "$file" ]
}

@test "ours before, between and after others, on the same line" {
  enable
  for line in "$entry $a $b" "$a $entry $b" "$a $b $entry" "$entry:$a:$b" "$a:$entry:$b" "$a"$'\t'"$entry $b"; do
    printf '%s\n' "$line" >"$file"
    on "$root"
    disable
    off "$root"
    starts "$root"
    [[ "$(<"$file")" == "$a"?"$b" ]] || { cat -A "$file"; false; }
  done
}

@test "ours on a line before and after lines of others" {
  printf '%s\n' "$a" "$entry" "$b" >"$file"
  disable
  is "$a"$'\n'"$b"$'\n'
}

@test "carriage returns: ours works, and is found again with one" {
  printf '%s\r\n' "$a" >"$file"
  enable
  is "$a"$'\r\n'"$entry"$'\n'
  on "$root"
  printf '%s\r\n' "$entry" >"$file" # a careless editor
  enable
  is "$entry"$'\n'
  printf '%s\r\n' "$a" "$entry" >"$file"
  disable
  is "$a"$'\r\n'
}

@test "comments stay, and ours is loaded behind them" {
  through $'# a comment\n/usr/lib/liba.so\n' $'# a comment\n/usr/lib/liba.so\n'"$entry"$'\n' $'# a comment\n/usr/lib/liba.so\n'
  through $'/usr/lib/liba.so # why' $'/usr/lib/liba.so # why\n'"$entry"$'\n' $'/usr/lib/liba.so # why\n'
}

@test "an entry of ours behind a comment does not count as enabled" {
  printf '# %s\n' "$entry" >"$file"
  enable
  grep -qx "$entry" "$file"
  on "$root"
}

@test "another path to the library is replaced by the entry" {
  printf '/usr/lib/liboxidalloc.so\n%s\n' "$a" >"$file"
  enable
  is "$a"$'\n'"$entry"$'\n'
}

@test "umask 0077: everybody may still read" {
  (umask 0077 && enable)
  [ "$(stat -c %a "$file")" = 644 ]
  [ "$(stat -c %a "$(live_directory "$root")" "$(live_directory "$root")/liboxidalloc.so" "$root/etc/oxidalloc" \
    "$root/etc/oxidalloc/denylist.bin" | sort -u | tr '\n' ' ')" = "644 755 " ]
  on "$root"
}

@test "two at once: one after the other, one entry" {
  for _ in 1 2 3 4 5; do
    enable & enable & wait
    is "$entry"$'\n'
    disable & disable & wait
    [ ! -e "$file" ]
    enable & disable & wait
    starts "$root"
    [ ! -e "$file" ] || is "$entry"$'\n'
    disable
  done
}

@test "a file left by a killed run is cleared away" {
  echo old >"$root/etc/.ld.so.preload.oxidalloc-new"
  enable
  is "$entry"$'\n'
  [ ! -e "$root/etc/.ld.so.preload.oxidalloc-new" ]
}

@test "boot-safe mode makes a link, and disable takes it away" {
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --mode boot-safe
  [ "$(readlink "$file")" = "$boot_link" ]
  [ "$(<"$root$boot_link")" = "$entry" ]
  on "$root"
  starts "$root"
  rm -r "$root/run/oxidalloc" # as a boot does
  off "$root"
  starts "$root"
  disable
  [ ! -e "$file" ] && [ ! -L "$file" ]
  [ -z "$(find "$root/etc/systemd" -type l)" ]
}

@test "from one mode to the other, and entries of others keep boot-safe mode away" {
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --mode boot-safe
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --mode direct
  is "$entry"$'\n'
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --mode boot-safe
  [ -L "$file" ]
  disable
  echo "$a" >"$file"
  run "$tree/usr/sbin/oxidalloc-enable" --root "$root" --mode boot-safe
  [ "$status" -eq 1 ]
  [[ "$output" == *"entries of others"*"--mode direct"* ]]
  is "$a"$'\n'
}

@test "disable --purge leaves nothing" {
  before=$(cd "$root" && find . | sort)
  enable
  "$tree/usr/bin/oxidalloc-denylist" add --root "$root" /usr/bin/env --reason test
  "$tree/usr/sbin/oxidalloc-disable" --root "$root" --purge
  diff <(echo "$before") <(cd "$root" && find . | sort)
}

@test "rollback goes back to the library before, and forward again" {
  enable
  old=$(md5sum <"$(live_directory "$root")/liboxidalloc.so")
  cp "$OX_BUILD/tests/faulty/liboxidalloc-other.so" "$root/usr/lib/liboxidalloc.so"
  enable
  new=$(md5sum <"$(live_directory "$root")/liboxidalloc.so")
  [ "$old" != "$new" ]
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --rollback
  [ "$(md5sum <"$(live_directory "$root")/liboxidalloc.so")" = "$old" ]
  run "$tree/usr/bin/oxidalloc-status" --root "$root"
  [ "$status" -eq 1 ]
  [[ "$output" == *"drift:"*"not the package's library"* ]]
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --rollback
  [ "$(md5sum <"$(live_directory "$root")/liboxidalloc.so")" = "$new" ]
}

@test "--hardened: the other library, an upgrade renews it, and back" {
  live=$(live_directory "$root")/liboxidalloc.so
  package=$root/usr/lib/liboxidalloc
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --hardened
  cmp "$live" "$package-hardened.so"
  on "$root" && starts "$root"
  "$tree/usr/bin/oxidalloc-status" --root "$root" # no drift
  printf 'longer' >>"$package-hardened.so"
  "$tree/usr/sbin/oxidalloc-enable" --root "$root" --reconcile
  cmp "$live" "$package-hardened.so"
  enable
  cmp "$live" "$package.so"
  run "$tree/usr/sbin/oxidalloc-enable" --root "$root" --hardened --library "$package.so"
  [ "$status" -eq 2 ]
}
