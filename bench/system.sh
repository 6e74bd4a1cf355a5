#!/usr/bin/env bash
# Memory of a whole system: boots one Debian root once per allocator and round, with the allocator in its
# /etc/ld.so.preload, and sums PSS over all processes 5 seconds after the boot is over.
#
#   bench/system.sh --root DIR [--rounds N] [--out FILE] [--peers] [NAME=PATH...]
#
# DIR is the system, which is not changed: it is booted under an overlay. If it is not there it is made (mmdebstrap,
# Debian 12, some twenty services; minutes). As root; needs systemd-nspawn. Prints a Markdown table; --out: also every
# process's PSS, in lines "ALLOCATOR ROUND KIB NAME".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${OXIDALLOC_BUILD:-$here/../build}
usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; }
root='' rounds=1 out=/dev/null arguments=()
while (($#)); do
  case $1 in
    --root) root=$2 && shift ;;
    --rounds) rounds=$2 && shift ;;
    --out) out=$2 && shift ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
[[ -n $root ]] || { usage; exit 2; }
# shellcheck source=bench/allocators.sh
. "$here/allocators.sh"
names=(libc oxidalloc)
add_arguments "${arguments[@]}"
((EUID == 0)) || { echo "system.sh must run as root" >&2; exit 1; }

packages=systemd-sysv,dbus,procps,openssh-server,cron,nginx,postgresql,redis-server,rsyslog,network-manager
packages+=,avahi-daemon,cups,udisks2,polkitd,php-fpm,mariadb-server,dovecot-imapd,exim4-daemon-light,fail2ban
packages+=,modemmanager,packagekit,upower,accountsservice,colord,bluez,rtkit
[[ -d $root ]] || mmdebstrap --variant=minbase --include="$packages" bookworm "$root"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What the guest runs when its boot is over. A process that ends meanwhile counts as nothing.
report() {
  cat <<'REPORT'
systemctl is-system-running --wait >/report/state
sleep 5
for process in /proc/[0-9]*; do
  pss=$(awk '/^Pss:/ {print $2}' "$process/smaps_rollup" 2>/dev/null)
  [ -z "$pss" ] || [ "${process#/proc/}" = $$ ] || echo "$pss $(tr '\0' ' ' <"$process/cmdline" | cut -c1-60)"
done >/report/pss
systemctl --failed --plain --no-legend | awk '{print $1}' >/report/failed
systemctl poweroff
REPORT
}

unit() {
  printf '%s\n' '[Unit]' 'Description=Report' 'After=basic.target' '[Service]' 'ExecStart=/bin/sh /report/report.sh' \
    '[Install]' 'WantedBy=multi-user.target'
}

# prepare NAME: the overlay's upper directory, with the allocator as NAME says.
prepare() {
  local upper=$work/upper
  rm -rf "$upper" "$work/over"
  mkdir -p "$upper/etc/systemd/system/multi-user.target.wants" "$upper/report" "$work/over" "$work/merged"
  report >"$upper/report/report.sh"
  unit >"$upper/etc/systemd/system/report.service"
  ln -s ../report.service "$upper/etc/systemd/system/multi-user.target.wants/report.service"
  [[ -n ${path[$1]:-} ]] || return 0
  mkdir -p "$upper/opt"
  install -m 755 "$(realpath "${path[$1]}")" "$upper/opt/allocator.so"
  echo /opt/allocator.so >"$upper/etc/ld.so.preload"
}

# boot: up to the power-off, in namespaces and a control group of its own.
boot() {
  # shellcheck disable=SC2016 # the inner shell's
  timeout --foreground -k 5 300 unshare -m --propagation private bash -c '
    mount -t tmpfs -o mode=755 t /run
    mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/over" overlay "$2/merged"
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    group=/sys/fs/cgroup/oxidalloc-bench-$$
    if mkdir "$group" 2>/dev/null; then echo $$ >"$group/cgroup.procs"; fi
    systemd-nspawn -q -D "$2/merged" --register=no --keep-unit --private-network --boot --console=pipe </dev/null
    echo $$ >/sys/fs/cgroup/cgroup.procs && find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  ' boot "$root" "$work" >"$work/console" 2>&1 || { tail -n 20 "$work/console" >&2; echo "the boot failed: $1" >&2; }
}

declare -A sums counts failed
for ((round = 1; round <= rounds; round++)); do
  for name in "${names[@]}"; do
    prepare "$name"
    boot "$name"
    pss=$work/upper/report/pss
    [[ -s $pss ]] || { sums[$name]+=" -" counts[$name]+=" -" failed[$name]+=" did not boot"; continue; }
    sed "s/^/$name $round /" "$pss" >>"$out"
    sums[$name]+=" $(awk '{sum += $1} END {printf "%.1f", sum / 1024}' "$pss")"
    counts[$name]+=" $(wc -l <"$pss")"
    failed[$name]+=" $(paste -sd, "$work/upper/report/failed")"
  done
done

echo "| allocator | PSS of all processes, MiB | processes | failed units |"
echo "| --- | --- | --- | --- |"
for name in "${names[@]}"; do echo "| $name |${sums[$name]} |${counts[$name]} |${failed[$name]} |"; done
