#!/usr/bin/env bash
# The part of the vm mode that runs in the machine, started by its systemd when a boot is over. The kernel's command line
# names the step (compat=STEP); its log, its exit status and what status said are left in /mnt/results.
set -euo pipefail

step=$(sed -n 's/.*compat=\([a-z]*\).*/\1/p' /proc/cmdline)
results=/mnt/results
cd /mnt

# The package is installed and enabled; nothing is on it before the next boot.
step_install() {
  dpkg -i /mnt/oxidalloc.deb
  oxidalloc-enable --verbose
  # shellcheck source=compat-tests/lib/private.bash
  source /mnt/source/compat-tests/lib/private.bash
  add_user ""
}

# Enabled since the boot: the suites are run, then it is disabled.
step_suites() {
  local status=0
  jq -e '.enabled and .mode == "boot-safe" and .counts.ours > 8' "$results/suites.json"
  mapfile -t suites </mnt/suites
  unshare --mount --propagation private /mnt/source/compat-tests/lib/judge.sh --in-guest "${suites[@]}" >/dev/ttyS1 || status=$?
  oxidalloc-disable
  return "$status"
}

# Disabled before the boot: nothing is on it, and the package goes.
step_after() {
  jq -e '(.enabled | not) and .counts.ours == 0' "$results/after.json"
  dpkg --purge oxidalloc
  [[ ! -e /etc/ld.so.preload && ! -L /etc/ld.so.preload ]]
}

# Not on the left of ||: there an error would not end it.
set +e
(
  set -e
  timeout 600 systemctl is-system-running --wait || { systemctl --failed --no-pager; exit 1; }
  [[ $step == install ]] || oxidalloc-status --json >"$results/$step.json" || true
  "step_$step"
) >"$results/$step.log" 2>&1
status=$?
set -e
journalctl -b --no-pager >"$results/$step.journal" || true
echo "$status" >"$results/$step.status"
sync
systemctl poweroff
