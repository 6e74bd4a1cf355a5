#!/usr/bin/env bash
# An OpenSSH server, and a user's logins: a refused one, many at once, files to and fro by scp and sftp, a forwarded port,
# a session with a terminal. The process before authentication lives under seccomp (the server's default).
set -euo pipefail

mkdir -p /run/sshd keys
chmod 755 . keys
ssh-keygen -q -t ed25519 -N '' -f host_key
ssh-keygen -q -t rsa -b 3072 -N '' -f host_rsa
ssh-keygen -q -t ed25519 -N '' -f user_key
cp user_key.pub keys/compat
cat >sshd_config <<CONF
Port 2222
ListenAddress 127.0.0.1
HostKey $PWD/host_key
HostKey $PWD/host_rsa
AuthorizedKeysFile $PWD/keys/%u
StrictModes no
UsePAM yes
PasswordAuthentication no
MaxStartups 100
PidFile none
Subsystem sftp /usr/lib/openssh/sftp-server
CONF
/usr/sbin/sshd -D -f "$PWD/sshd_config" -E "$PWD/log" &
server=$!
options=(-F none -i user_key -o Port=2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile="$PWD/known" -o LogLevel=ERROR)
# shellcheck disable=SC2029 # it expands here
login() { ssh "${options[@]}" "$@"; }
listening() { for ((tries = 0; tries < 300; tries++)); do ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0; sleep 0.1; done; }
listening 2222

exec 9<>/dev/tcp/127.0.0.1/2222 # stays before authentication
read -r banner <&9
echo "${banner%%_*}"
# Perl stays until it has been looked at: in an emulated machine a look takes seconds.
# shellcheck disable=SC2016 # the other side's
login compat@127.0.0.1 'id -un; echo ~; ulimit -n >/dev/null; perl -e "my @x = map { q(x) x \$_ } 1 .. 3000; print length join(q(), @x), qq(\n); sleep 5"'
login -tt compat@127.0.0.1 'test -t 0 && echo terminal' </dev/null | tr -d '\r'
(! login nobody@127.0.0.1 true 2>&1) | grep -o 'Permission denied'
for number in 1 2 3 4 5 6 7 8 9 10; do login compat@127.0.0.1 "seq $number 3000 | tail -n 1" & clients+=($!); done
wait "${clients[@]}"
seq 1000000 >data
old=() # the protocol of old, where there are two
! scp -O 2>&1 | grep -q '\[-[0-9A-Za-z]*O' || old=(-O)
scp -q "${options[@]}" data compat@127.0.0.1:/tmp/data
scp -q "${options[@]}" "${old[@]}" -C compat@127.0.0.1:/tmp/data back
cmp data back && echo same
printf 'put data /tmp/second\nget /tmp/second again\nls -1 /tmp/second\n' | sftp -q -b - "${options[@]}" compat@127.0.0.1
cmp data again && echo same
ssh -o UserKnownHostsFile=known_rsa "${options[@]}" -o HostKeyAlgorithms=rsa-sha2-512 -o Compression=yes -c aes256-ctr -m hmac-sha2-256 compat@127.0.0.1 'cat /tmp/data' | md5sum
login -N -L 127.0.0.1:3333:127.0.0.1:2222 compat@127.0.0.1 &
tunnel=$!
listening 3333
ssh -o Port=3333 "${options[@]}" compat@127.0.0.1 'echo through the tunnel'
kill "$tunnel"
exec 9>&-
kill "$server"
wait "$server" || true
! grep -iE 'fatal|bad system call|segfault|signal 31' log
