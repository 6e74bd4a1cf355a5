# The denylist and the other exceptions: what the library does in a process (`where` judges by its own
# heap), what status says of it, and what the tool explains. In private mount namespaces.

load helper

setup() {
  need_tools
  need_root
  need jq unshare setpriv
  make_tree
}

# expect WORD COMMAND...: the program says who serves it.
expect() {
  local found
  found=$("${@:2}")
  [ "$found" = "$1" ] || fail "${*:2}: $found, not $1"
}

deny() { oxidalloc-denylist add "$@" >/dev/null; }
allow() { oxidalloc-denylist remove "$@" >/dev/null; }

decisions() {
  oxidalloc-enable --mode direct >/dev/null
  expect ours where
  deny /usr/bin/where --reason "a test"
  expect libc where
  expect libc env -i /usr/bin/where
  (cd /usr/bin && expect libc ./where)
  ln -s /usr/bin/where /usr/bin/elsewhere
  expect libc elsewhere
  cp /usr/bin/where /usr/bin/another
  expect ours another
  allow /usr/bin/where
  expect ours where
}
@test "a denied path is denied by any name, and only it" { in_private_system decisions; }

patterns() {
  oxidalloc-enable --mode direct >/dev/null
  mkdir -p /usr/local/a/b
  cp /usr/bin/where /usr/local/a/where
  cp /usr/bin/where /usr/local/a/b/where
  deny where
  expect libc where
  expect libc /usr/local/a/b/where
  allow where
  deny '/usr/local/*/where'
  expect libc /usr/local/a/where
  expect ours /usr/local/a/b/where
  expect ours where
  allow '/usr/local/*/where'
  deny '/usr/local/**'
  expect libc /usr/local/a/b/where
  expect ours where
  allow '/usr/local/**'
  deny 'w?ere'
  expect libc where
  allow 'w?ere'
  deny '**/b/w*'
  expect libc /usr/local/a/b/where
  expect ours /usr/local/a/where
  allow '**/b/w*'
  ln -s a/b/where /usr/local/link
  deny /usr/local/link # the kernel knows the program by its real path
  expect libc /usr/local/link
  expect libc /usr/local/a/b/where
}
@test "paths, names, globs and links" { in_private_system patterns; }

environment() {
  oxidalloc-enable --mode direct >/dev/null
  OX_DISABLE=1 expect libc where
  OX_DISABLE=10 expect ours where
  OX_DISABLE=0 expect ours where
  OX_DISABLE='' expect ours where
  expect ours where OX_DISABLE=1 # an argument is not the environment
  expect libc oxidalloc-run --system-malloc where
  expect ours env OX_DISABLE=1 oxidalloc-run where
  expect libc setpriv --reuid 65534 --regid 65534 --clear-groups oxidalloc-run --system-malloc where
}
@test "OX_DISABLE=1 and oxidalloc-run --system-malloc" { in_private_system environment; }

set_user_id() {
  oxidalloc-enable --mode direct >/dev/null
  cp /usr/bin/where /usr/bin/privileged
  chmod 4755 /usr/bin/privileged
  as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  expect ours "${as_nobody[@]}" privileged
  OX_DISABLE=1 expect libc "${as_nobody[@]}" where
  OX_DISABLE=1 expect ours "${as_nobody[@]}" privileged # the caller has no say
  "${as_nobody[@]}" privileged 60 >/dev/null &
  waiting $! privileged
  [ "$(state_of $!)" = ours ]
  deny /usr/bin/privileged
  expect libc "${as_nobody[@]}" privileged
  "${as_nobody[@]}" privileged 60 >/dev/null &
  waiting $! privileged
  [ "$(state_of $! why)" = "denied by the denylist" ]
}
@test "a set-user-ID program: on the library, ignores the environment, can be denied" { in_private_system set_user_id; }

running() {
  where 60 >/dev/null &
  before=$!
  waiting $before where
  oxidalloc-enable --mode direct >/dev/null
  where 60 >/dev/null &
  started=$!
  waiting $started where
  own_malloc 60 &
  own=$!
  OX_DISABLE=1 where 60 >/dev/null &
  disabled=$!
  deny /usr/bin/where
  where 60 >/dev/null &
  denied=$!
  waiting $own own_malloc
  waiting $disabled where
  waiting $denied where
  for state in $before $started $own $disabled $denied; do echo "$(state_of "$state"): $(state_of "$state" why)"; done
  [ "$(state_of $before)" = untouched ]
  [ "$(state_of $started)" = ours ]
  [ "$(state_of $own why)" = "it exports an allocator of its own" ]
  [ "$(state_of $disabled why)" = "OX_DISABLE=1" ]
  [ "$(state_of $denied why)" = "denied by the denylist" ]
  [ "$(state_of $denied)" = passthrough ]
  # Before its first instruction nothing is loaded: that is no process without the library.
  gdb -q -batch -ex starti -ex 'shell oxidalloc-status --json >early' where >gdb 2>&1
  jq -r '.processes[] | select(.name | endswith("/where")) | .why' early | grep -qx 'its loader is still at work'
  allow /usr/bin/where # the process started before stays what it is
  [ "$(state_of $denied why)" = "denied by the denylist" ]
  cp /usr/lib/liboxidalloc.so /usr/lib/new && printf x >>/usr/lib/new && mv /usr/lib/new /usr/lib/liboxidalloc.so
  oxidalloc-enable >/dev/null
  [ "$(state_of $started)" = older ]
}
@test "status tells what each process is: untouched, ours, older, passthrough and why" { in_private_system running; }

service() {
  oxidalloc-enable --mode direct >/dev/null
  start() {
    where 60 >/dev/null &
    waiting $! where
  }
  start
  first=$!
  deny /usr/bin/where
  [ "$(state_of $first)" = ours ]
  kill $first
  start
  [ "$(state_of $!)" = passthrough ]
}
@test "denying what runs takes effect when it starts again" { in_private_system service; }

bad_configuration() {
  oxidalloc-enable --mode direct >/dev/null
  list=/etc/oxidalloc/denylist.bin
  deny /usr/bin/where
  cp $list /run/sound
  expect libc where
  says() { { oxidalloc-status || true; } | grep -q 'drift:.*denylist is missing, damaged or out of date' || fail "status is silent about $1"; }
  for size in 0 1 8 23 24 30 39; do
    head -c $size /run/sound >$list
    expect ours where
    says "$size bytes"
  done
  head -c 100000 /dev/urandom >$list
  expect ours where
  says noise
  { head -c 8 /run/sound; head -c 5000 /dev/urandom; } >$list
  expect ours where
  { head -c 12 /run/sound; printf '\377\377\377\377\377\377'; tail -c +19 /run/sound; } >$list
  expect ours where
  rm $list
  expect ours where
  mkdir $list
  expect ours where
  rmdir $list
  ln -s denylist.bin $list
  expect ours where
  rm $list
  cp /run/sound $list
  chmod 600 $list
  expect libc where
  expect ours setpriv --reuid 65534 --regid 65534 --clear-groups where
  rm -r /etc/oxidalloc
  expect ours where
  rm /run/sound
}
@test "a bad or unreadable list: the library serves, nothing crashes, status has a line" {
  in_private_system bad_configuration
}

explanations() {
  if ! [ -e /usr/lib/systemd/systemd ]; then # a system without it, as a container's may be
    mkdir -p /usr/lib/systemd
    cp /usr/bin/where /usr/lib/systemd/systemd
    ln -sf /lib/systemd/systemd /usr/sbin/init
  fi
  deny /usr/bin/where --reason "it minds"
  run() { output=$(oxidalloc-denylist "$@" 2>&1) || true; }
  run explain /usr/bin/where
  [[ "$output" == *"/etc/oxidalloc/denylist.d/50-local.conf:1: /usr/bin/where  # it minds"* ]]
  printf '# head\n\nown_*   # by hand\n' >/etc/oxidalloc/denylist.d/20-hand.conf
  run explain /usr/bin/own_malloc
  [[ "$output" == *"20-hand.conf:3: own_*  # by hand"*"exports an allocator of its own"*"not up to date"* ]]
  oxidalloc-denylist compile
  [ "$(oxidalloc-denylist explain --json /usr/bin/own_malloc | jq -r '.by.line')" = 3 ]
  run explain /bin/sh
  [[ "$output" == *"is not denied."* ]]
  run explain /usr/sbin/oxidalloc
  [[ "$output" == *"not denied."*"static"* ]]
  run explain /usr/lib/systemd/systemd
  [[ "$output" == *"/usr/share/oxidalloc/denylist.d/10-system.conf:"* ]]
  run list
  [[ "$output" == *"own_*  ("*"20-hand.conf:3)  # by hand"* ]]
  allow /usr/lib/systemd/systemd # shipped: overruled, not edited
  run explain /usr/lib/systemd/systemd
  [[ "$output" == *"10-system.conf"* ]] # by the other line
  for other in /lib/systemd/systemd /usr/sbin/init /sbin/init; do allow "$other"; done
  run explain /usr/lib/systemd/systemd
  [[ "$output" == *"is not denied."* ]]
  deny /lib/systemd/systemd
  run explain /usr/lib/systemd/systemd
  [[ "$output" == *"10-system.conf"* ]]
}
@test "explain names the file and the line" { in_private_system explanations; }

wrong_patterns() {
  for pattern in '' 'relative/path' 'a#b' '[ab]' '*' '/**' "$(printf 'x%.0s' {1..300})" '!x'; do
    ! oxidalloc-denylist add "$pattern" 2>/dev/null || fail "accepted: $pattern"
  done
  printf '/good\nbad/relative\n' >/etc/oxidalloc-test
  mkdir -p /etc/oxidalloc/denylist.d
  mv /etc/oxidalloc-test /etc/oxidalloc/denylist.d/x.conf
  oxidalloc-denylist compile 2>&1 | grep -q 'x.conf:2: a path must be absolute'
  oxidalloc-denylist list 2>/dev/null | grep -q '^/good'
  chmod 666 /etc/oxidalloc/denylist.d/x.conf
  ! oxidalloc-denylist list 2>/dev/null | grep -q '^/good' || fail "a file that others may write was read"
  seq -f '/a/%g' 2000 >/etc/oxidalloc/denylist.d/y.conf
  ! oxidalloc-denylist compile 2>/dev/null
}
@test "what cannot be a pattern is refused or left out, with a line that says so" { in_private_system wrong_patterns; }
