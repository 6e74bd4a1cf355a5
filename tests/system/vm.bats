# A whole machine, emulated: Debian's kernel, its initramfs, a disk that keeps what a boot did. What a container cannot
# show: the kernel's command line, the initramfs, a first process that does not start, and settings of the kernel that
# are not to be touched on the machine where the tests run. The tests follow each other on one disk. Run by
# scripts/system-tests.sh, which makes the root (OX_VM_ROOT).
#
# In the guest report.service waits until the boot is over, writes what it sees to /report, then runs /steps/STEP
# (step=STEP on the command line), which prepares the next boot, and powers off.

load helper

setup_file() {
  need_root
  need qemu-system-x86_64 mke2fs debugfs jq
  make_tree
  unpack "$OX_VM_ROOT" vm
  echo '/dev/vda / ext4 defaults 0 1' >"$guest/etc/fstab"
  echo "0123456789abcdef0123456789abcdef" >"$guest/etc/machine-id"
  after_boot <<'SH'
rm -rf /report && mkdir /report
timeout 300 systemctl is-system-running --wait >/report/running
oxidalloc-status --json >/report/status.json
oxidalloc-status >/report/status.txt
systemctl --failed --plain --no-legend >/report/failed
journalctl -b --no-pager >/report/journal
step=$(sed -n 's/.*step=\([a-z]*\).*/\1/p' /proc/cmdline)
cd /steps && bash -x "$step" >/report/log 2>&1
echo "$?" >/report/step
systemctl poweroff
SH
  printf 'MODULES=dep\nCOMPRESS=gzip\nCOMPRESSLEVEL=1\n' >"$guest/etc/initramfs-tools/conf.d/quick"
  mkdir "$guest/steps"
  cp "$OX_BUILD/tests/faulty/liboxidalloc-constructor.so" "$guest/steps/faulty.so"
  cc -D_GNU_SOURCE -O1 -fno-builtin -I"$OX_SOURCE/tests/preload/rows" -o "$guest/steps/row11_cycle" \
    "$OX_SOURCE/tests/preload/rows/row11_cycle.c"
  write_steps "$guest/steps"
  cp "$guest"/boot/vmlinuz-* "$BATS_FILE_TMPDIR/kernel"
  cp "$guest"/boot/initrd.img-* "$BATS_FILE_TMPDIR/initrd"
  mke2fs -q -t ext4 -d "$guest" "$BATS_FILE_TMPDIR/disk" 1400M
}

# write_steps DIRECTORY
write_steps() (
  cd "$1" || return
  live=$(live_directory "")
  echo true >nothing
  echo 'oxidalloc-enable --verbose' >enable
  echo 'update-initramfs -u && lsinitramfs /boot/initrd.img-* >/report/initramfs' >initramfs
  # No program starts from then on (those that run keep their library), so the shell itself syncs, unmounts and
  # switches off.
  cat >switch-off <<'SH'
! /bin/true || exit
echo 0 >/report/step
for key in s u o; do
  SECONDS=0
  echo $key >/proc/sysrq-trigger
  until ((SECONDS >= 3)); do :; done
done
SH
  echo "mv faulty.so $live/liboxidalloc.so && . /steps/switch-off" >"./break"
  cat >poison <<SH
oxidalloc-disable && oxidalloc-enable --mode direct || exit
head -c 5000 $live/liboxidalloc.so >short && mv short $live/liboxidalloc.so && . /steps/switch-off
SH
  # A program with a heap is saved, ends, is brought back, and goes on.
  cat >criu <<'SH'
oxidalloc-enable || exit
setsid perl -e 'my %heap = map { $_ => "x" x ($_ % 3000) } 1 .. 50000; my $sum = 0;
  $SIG{USR1} = sub { $heap{$_ . "more"} = "y" x 2000 for 1 .. 20000; $sum = 0; $sum += length for values %heap;
    open my $out, ">", "/report/sum"; print $out "$sum\n"; close $out; };
  open my $out, ">", "/report/ready"; close $out; sleep 1 while 1' </dev/null >/dev/null 2>&1 &
until [ -e /report/ready ]; do sleep 1; done
grep -c liboxidalloc /proc/$!/maps || exit
time timeout 400 criu dump -t $! -D /steps/image --shell-job -v2 -o dump.log || { tail -n 5 image/dump.log; exit 1; }
! kill -0 $! && time timeout 400 criu restore -d -D /steps/image --shell-job -v2 -o restore.log ||
  { tail -n 5 image/restore.log; exit 1; }
du -sk image | cut -f1 >/report/image.kib
kill -USR1 $! && for second in $(seq 60); do [ -s /report/sum ] || sleep 1; done
SH
  mkdir image
  cat >overcommit <<'SH'
oxidalloc-enable || exit
sysctl -w vm.overcommit_memory=2 vm.overcommit_ratio=90
grep -E 'CommitLimit|Committed_AS' /proc/meminfo
./row11_cycle 30 2 || exit
systemctl restart cron nginx ssh || exit
oxidalloc-status --json >/report/strict.json
# More than there is: refused, and the program goes on.
perl -e 'my @kept; my $more = eval { push @kept, "x" x (64 << 20) while @kept < 200; 1 }; exit 3 if $more' >/report/exhausted 2>&1
echo "perl: $?"
sysctl -w vm.overcommit_memory=0
SH
)

# vm STEP [WORD...]: a boot, up to the power-off or the kernel's panic, with those words on the kernel's command line.
vm() {
  timeout -k 5 "${VM_SECONDS:-900}" qemu-system-x86_64 -accel tcg,thread=multi -cpu max -m 2048 -smp 2 -display none -monitor none \
    -nic none -serial "file:$BATS_TEST_TMPDIR/console" -no-reboot -kernel "$BATS_FILE_TMPDIR/kernel" -initrd "$BATS_FILE_TMPDIR/initrd" \
    -drive "file=$BATS_FILE_TMPDIR/disk,format=raw,if=virtio,cache=unsafe" \
    -append "root=/dev/vda ro console=ttyS0 panic=-1 step=$*" 3>&- || { tail -n 30 "$BATS_TEST_TMPDIR/console"; fail "the machine did not end"; }
  rm -rf "$guest/report"
  debugfs -R "rdump /report $guest" "$BATS_FILE_TMPDIR/disk" 2>/dev/null
}
did() { [ "$(<"$guest/report/step")" = 0 ] || { cat "$guest/report/log"; fail "the step failed"; }; }

@test "enabled, then a reboot: every service is on the allocator, PID 1 is not, the initramfs has nothing of it" {
  vm enable
  up
  did
  reported .enabled false
  vm initramfs
  up
  did
  reported .enabled true
  reported .mode boot-safe
  reported '.drift | length' 0
  reported '.processes[] | select(.pid == 1) | .state' untouched
  # systemd-fsckd looks at the disks before they are mounted, and before the unit that enables the library.
  reported '[.processes[] | select(.state != "ours" and .pid != 1 and (.name | endswith("/systemd-fsckd") | not)) | .name] | join(" ")' ""
  reported .incomplete_boots 0
  grep -q systemd-udevd "$guest/report/initramfs"
  run grep -E 'ld\.so\.preload|oxidalloc' "$guest/report/initramfs"
  echo "$output"
  [ "$status" -eq 1 ]
}

@test "oxidalloc=off on the kernel's command line: off for this boot" {
  vm nothing oxidalloc=off
  up
  reported .enabled false
  reported .counts.ours 0
  reported '.refusals[0]' "off for this boot: oxidalloc=off on the kernel command line"
}

@test "a broken library, then a reboot: the system is up, the allocator off, status says why" {
  vm break
  up
  did
  reported .enabled true
  vm poison
  up
  reported .enabled false
  reported .counts.ours 0
  reported '.refusals[0] | startswith("off for this boot: the library failed the check")' true
  did
}

@test "not even init starts: init=oxidalloc-rescue brings the system back" {
  vm nothing
  grep -q 'Kernel panic - not syncing: Attempted to kill init' "$BATS_TEST_TMPDIR/console"
  [ ! -e "$guest/report" ] || [ "$(jq -r .mode "$guest/report/status.json")" = boot-safe ] # the boot before's
  vm criu init=/usr/sbin/oxidalloc-rescue
  up
  reported .enabled false
  reported .mode off
  reported '.refusals[0]' "disabled: oxidalloc-rescue was run"
  cp "$guest/report/log" "$guest/report/step" "$BATS_FILE_TMPDIR/"
  cp "$guest/report/sum" "$guest/report/image.kib" "$BATS_FILE_TMPDIR/" || true
}

# In the boot of the test before.
@test "row 21: CRIU saves a program, and brings it back with its heap" {
  cat "$BATS_FILE_TMPDIR/log"
  [ "$(<"$BATS_FILE_TMPDIR/step")" = 0 ]
  # As Perl counts: 50000 values of 0 to 2999 bytes, 20000 of 2000.
  sum=$(seq 50000 | awk '{ sum += $1 % 3000 } END { print sum + 20000 * 2000 }')
  [ "$(<"$BATS_FILE_TMPDIR/sum")" = "$sum" ]
  echo "# saved: $(<"$BATS_FILE_TMPDIR/image.kib") KiB" >&3
  [ "$(<"$BATS_FILE_TMPDIR/image.kib")" -le 400000 ]
}

@test "row 11: a system with vm.overcommit_memory=2 starts its services on the allocator" {
  vm overcommit
  up
  cat "$guest/report/log"
  did
  [ "$(jq '[.processes[] | select(.name == "/usr/sbin/nginx" or .name == "/usr/sbin/sshd" or .name == "/usr/sbin/cron")
    | select(.state == "ours")] | length >= 4' "$guest/report/strict.json")" = true ]
  grep -q 'Out of memory' "$guest/report/exhausted"
}
