# enable and disable killed at every system call in turn that others could notice: the preload file then
# holds the old content or the new one, byte for byte, and programs start.
# A tool that writes in place goes through the same test and must fail it.

load helper

setup() {
  need_tools
  need_root
  need gcc
  make_tree
  root=$BATS_TEST_TMPDIR/root
  make_root "$root"
  foreign=$'/usr/lib/libforeign.so\n'
  both=$foreign$entry$'\n'
}

# A library that exists, so that the foreign entry is silent.
with_foreign_library() {
  gcc -shared -nostdlib -o "$root/usr/lib/libforeign.so" -x c /dev/null
  printf %s "$foreign" >"$root/etc/ld.so.preload"
}

# reset OLD: the root as it was before the run.
reset() {
  rm -rf "$root"/etc/oxidalloc "$root"/etc/.ld* "$(live_directory "$root")"
  if [ "$1" ]; then printf %s "$1" >"$root/etc/ld.so.preload"; else rm -f "$root/etc/ld.so.preload"; fi
}

# content: the preload file, exactly, or "absent".
content() {
  local file=$root/etc/ld.so.preload
  if [ -L "$file" ]; then
    echo "link to $(readlink "$file")"
  elif [ -e "$file" ]; then
    cat "$file" && echo .
  else
    echo absent
  fi
}

# killed_everywhere BEFORE OLD NEW COMMAND...: OLD and NEW as `content` prints them. Prints the number of
# kills; fails at the first that leaves anything else, or a system in which programs do not start.
killed_everywhere() {
  local before=$1 old=$2 new=$3 nth=0 survived=0 found seen_old=0 seen_new=0
  shift 3
  while [ "$survived" -lt 3 ]; do # the count of calls varies a little: waiting for children
    nth=$((nth + 1))
    $before
    status=0
    "$OX_BUILD/tests/kill_at" "$nth" "$@" >/dev/null 2>&1 || status=$?
    case $status in
      0) survived=$((survived + 1)) ;;
      137) survived=0 ;;
      *) fail "killed at call $nth: exit status $status"; return ;;
    esac
    found=$(content)
    case $found in
      "$old") seen_old=1 ;;
      "$new") seen_new=1 ;;
      *) fail "killed at call $nth: the file holds: $found"; return ;;
    esac
    starts "$root" || { fail "killed at call $nth"; return; }
  done
  echo "$nth kills"
  [ "$nth" -gt 15 ] && [ "$seen_new" = 1 ] && [ "$seen_old" = 1 ] || fail "too few kills to prove anything: $nth"
}

fresh() { reset ""; }
foreign_alone() { reset "$foreign"; }
enabled() { enabled_beside "$foreign"; }
enabled_alone() { enabled_beside ""; }

# enabled_beside OLD: the root once enabled is kept for the next time; a test has one OLD.
enabled_beside() {
  local kept=$BATS_TEST_TMPDIR/enabled
  if [ ! -d "$kept" ]; then
    reset "$1" && "$tree/usr/sbin/oxidalloc-enable" --root "$root" >/dev/null && cp -a "$root" "$kept"
  else
    rm -rf "$root" && cp -a "$kept" "$root"
  fi
}

@test "enable, no file before" {
  killed_everywhere fresh absent "$entry"$'\n.' "$tree/usr/sbin/oxidalloc-enable" --root "$root"
}

@test "enable, beside a foreign entry" {
  with_foreign_library
  killed_everywhere foreign_alone "$foreign." "$both." "$tree/usr/sbin/oxidalloc-enable" --root "$root"
}

@test "disable, our entry alone" {
  killed_everywhere enabled_alone "$entry"$'\n.' absent "$tree/usr/sbin/oxidalloc-disable" --root "$root"
}

@test "disable, beside a foreign entry" {
  with_foreign_library
  killed_everywhere enabled "$both." "$foreign." "$tree/usr/sbin/oxidalloc-disable" --root "$root"
}

@test "boot-safe mode" {
  killed_everywhere fresh absent "link to $boot_link" "$tree/usr/sbin/oxidalloc-enable" --mode boot-safe --root "$root"
}

@test "a tool that writes in place is caught" {
  with_foreign_library
  run killed_everywhere enabled "$both." "$foreign." "$OX_BUILD/tests/unsafe/oxidalloc" disable --root "$root"
  echo "$output"
  [ "$status" -ne 0 ]
  [[ "$output" == *"the file holds"* ]]
}
