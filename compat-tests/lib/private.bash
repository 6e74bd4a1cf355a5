# The private system that all runs happen in: a mount namespace in which the machine is as it is, but for
#   /usr /etc /var   overlays that go with the namespace: the package's files are installed, the library is enabled
#                    by oxidalloc-enable, and a throw-away user `compat` is there
#   /etc/ld.so.preload  covered by an empty file; a run that takes it away (lib/inside.sh) has the library
#   /mnt/source      the checkout, read-only; /mnt/results, where results are kept; /mnt/runs, for the runs
# The machine itself is never changed. Needs root. Sourced by run.sh.

# enter_private_system SOURCE BUILD RESULTS LIBRARY: LIBRARY replaces the enabled one ("" does not).
enter_private_system() {
  local source=$1 build=$2 results=$3 library=$4 stage
  stage=$(mktemp -d)
  mount -t tmpfs -o mode=755 compat "$stage"
  mkdir "$stage"/{source,build,results,runs}
  mount --bind "$source" "$stage/source"
  mount -o remount,bind,ro "$stage/source"
  mount --bind "$build" "$stage/build"
  mount --bind "$results" "$stage/results"
  [[ -z $library ]] || cp "$library" "$stage/library.so"
  mount --move "$stage" /mnt
  rmdir "$stage"

  local place
  for place in usr etc var; do
    mkdir "/mnt/$place" "/mnt/$place.work"
    [[ $place != usr ]] || DESTDIR=/mnt cmake --install /mnt/build --prefix /usr >/dev/null
    mount -t overlay compat -o "lowerdir=/$place,upperdir=/mnt/$place,workdir=/mnt/$place.work" "/$place"
  done
  mount -t tmpfs -o mode=755 run /run
  add_user ""
  switch_on ""
  [[ -z $library ]] || mv /mnt/library.so "$(live_library)"
}

# add_user ROOT
add_user() {
  echo 'compat:x:54321:54321::/run/home:/bin/bash' >>"$1/etc/passwd"
  echo 'compat:x:54321:' >>"$1/etc/group"
  echo 'compat:*:19000:0:99999:7:::' >>"$1/etc/shadow"
  [[ -s $1/etc/machine-id ]] || tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"
}

# switch_on ROOT: enables the library as its package does, and covers the preload file with an empty one.
switch_on() {
  local log
  log=$(chroot "$1/" oxidalloc-enable --mode direct 2>&1) || { printf '%s\n' "$log" >&2; return 1; }
  cover_preload "$1"
}

# cover_preload ROOT: with an empty file, where the preload file is or where it leads.
cover_preload() {
  : >/mnt/empty
  mount --bind /mnt/empty "$(realpath "$1/etc/ld.so.preload")"
}

# Where the entry leads a 64-bit program.
live_library() { { oxidalloc-status --json || true; } | jq -r .library; }
