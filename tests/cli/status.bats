# Status: text, JSON, metrics, --watch; and the exit code that tells drift.

load helper

setup() {
  need_tools
  need_root
  need jq
  make_tree
}

formats() {
  oxidalloc-enable >/dev/null
  where 60 >/dev/null &
  waiting $! where
  oxidalloc-status >/run/text
  grep -q "^Oxidalloc .*: on, direct mode, since 20" /run/text
  grep -q "^  ours: [1-9]" /run/text
  oxidalloc-status --json >/run/json
  [ "$(jq -r '.enabled, .mode, .asked_for, (.drift | length), .counts.ours > 0' /run/json | tr '\n' ' ')" = "true direct direct 0 true " ]
  [ "$(jq -r --argjson pid $! '.processes[] | select(.pid == $pid) | .name' /run/json)" = /usr/bin/where ]
  [ "$(jq -r --argjson pid $! '.processes[] | select(.pid == $pid) | .rss_kib > 100' /run/json)" = true ]
  [ "$(jq -r --argjson pid $! '.processes[] | select(.pid == $pid) | .heap_kib > 0 and .heap_kib < .rss_kib' /run/json)" = true ]
  grep -q "^  ours: .*of it heap 0.[0-9]* MiB" /run/text
  oxidalloc-status --prometheus >/run/metrics
  grep -qx 'oxidalloc_enabled 1' /run/metrics
  grep -qxE 'oxidalloc_processes\{state="ours"\} [1-9][0-9]*' /run/metrics
  ! grep -vE '^(# (HELP|TYPE) oxidalloc_[a-z_]+ .+|oxidalloc_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+]+)$' /run/metrics
}
@test "text, JSON and metrics of a running system" { in_private_system formats; }

drift() {
  expect_drift() { # WHAT: exit code 1 and a line
    local status=0
    oxidalloc-status >/run/text || status=$?
    [ $status = 1 ] || fail "no drift: $1"
    grep -q "^drift: .*$1" /run/text || { cat /run/text; fail "no line: $1"; }
  }
  oxidalloc-enable >/dev/null
  oxidalloc-status >/dev/null
  echo x >>/usr/lib/liboxidalloc.so
  expect_drift "not the package's library"
  oxidalloc-enable >/dev/null
  oxidalloc-status >/dev/null
  echo /usr/bin/where >/etc/oxidalloc/denylist.d.conf
  mkdir -p /etc/oxidalloc/denylist.d && mv /etc/oxidalloc/denylist.d.conf /etc/oxidalloc/denylist.d/x.conf
  expect_drift "run oxidalloc-denylist compile"
  oxidalloc-denylist compile
  oxidalloc-status >/dev/null
  rm /etc/ld.so.preload
  expect_drift "asked for: direct, found: off"
  oxidalloc-disable >/dev/null
  oxidalloc-status >/dev/null
  echo /usr/lib/liboxidalloc.so >/etc/ld.so.preload
  expect_drift "asked for: off, found: direct"
}
@test "drift has a line each, and exit code 1" { in_private_system drift; }

watching() {
  oxidalloc-enable >/dev/null
  oxidalloc-status --watch --frames 3 --interval 0.2 >/run/frames
  [ "$(grep -c '^Oxidalloc ' /run/frames)" = 3 ]
  # On a terminal: the other screen, in place, and the user's own again at the end.
  script -qec "oxidalloc-status --watch --frames 2 --interval 0.2" /run/typescript >/dev/null </dev/null
  grep -q $'\033\[?1049h' /run/typescript
  [ "$(grep -c $'\033\[H' /run/typescript)" -ge 2 ]
  grep -q $'\033\[?1049l' /run/typescript
  timeout --preserve-status -s INT 1 oxidalloc-status --watch --interval 0.2 >/run/frames
  [ "$(grep -c '^Oxidalloc ' /run/frames)" -ge 2 ]
}
@test "--watch goes on in place, and ends at Ctrl-C" { in_private_system watching; }

as_user() {
  oxidalloc-enable >/dev/null
  setpriv --reuid 65534 --regid 65534 --clear-groups oxidalloc-status --json >/run/json
  [ "$(jq -r .enabled /run/json)" = true ]
  [ "$(jq -r .counts.unknown /run/json)" -gt 0 ]
}
@test "an ordinary user learns what is his to know" { in_private_system as_user; }

running() {
  cp /usr/bin/where /run/where
  [ "$(oxidalloc-run /run/where)" = ours ]
  [ "$(LD_PRELOAD='' oxidalloc-run /run/where)" = ours ]
  local code=0
  oxidalloc-run sh -c 'exit 42' || code=$?
  [ $code = 42 ]
  code=0
  oxidalloc-run /no/such/program 2>/dev/null || code=$?
  [ $code = 127 ]
  code=0
  oxidalloc-run /etc/passwd 2>/dev/null || code=$?
  [ $code = 126 ]
  [ "$(oxidalloc-run echo --help -x)" = "--help -x" ]
  [ "$(oxidalloc-run -- echo a b)" = "a b" ]
}
@test "oxidalloc-run: the command's words and exit code are its own" { in_private_system running; }
