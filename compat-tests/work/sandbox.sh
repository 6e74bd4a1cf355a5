#!/usr/bin/env bash
# Sandboxes made by bubblewrap as flatpak makes them, without privileges: namespaces of users, processes, networks and
# files; the machine's /usr read-only inside, a home of the sandbox's own, a filter of system calls.
set -euo pipefail

/usr/bin/python3 "$OX_WORK/seccomp_filter.py" >filter
sandbox=(bwrap --unshare-all --die-with-parent --new-session --ro-bind /usr /usr --symlink usr/lib /lib --symlink usr/lib64 /lib64
  --symlink usr/bin /bin --ro-bind /etc /etc --proc /proc --dev /dev --tmpfs /tmp --dir /home/inside --setenv HOME /home/inside
  --bind "$PWD" /work --chdir /work)
"${sandbox[@]}" --seccomp 7 7<filter -- sh -c 'id -u >/dev/null; seq 300000 | sort -rn | md5sum; ls -d /home/*; sleep 1'
# shellcheck disable=SC2016 # Perl's
"${sandbox[@]}" -- perl -e 'my %x = map { $_ => "x" x ($_ % 3000) } 1 .. 20000; my $n = 0; $n += length for values %x; print "$n\n"; sleep 1'
for number in 1 2 3 4 5 6 7 8; do "${sandbox[@]}" -- sh -c "seq $number 30 | tail -n 1" & done
wait
"${sandbox[@]}" -- bwrap --unshare-user --ro-bind / / --proc /proc --dev /dev -- sh -c 'echo inside of inside'
