#!/usr/bin/env bash
# cron starts root's job and a user's when it starts, and the system's table; each leaves what it found.
set -euo pipefail

chmod 777 .
job="seq 300000 | sort -rn | md5sum >$PWD"
mkdir -p /var/spool/cron/crontabs
printf '@reboot %s/root.out; id -un >>%s/root.out; sleep 2; touch %s/root.end\n' "$job" "$PWD" "$PWD" | crontab -u root -
printf '@reboot %s/user.out; id -un >>%s/user.out; sleep 2; touch %s/user.end\n' "$job" "$PWD" "$PWD" | crontab -u compat -
crontab -u compat -l | sed "s|$PWD|.|g"
cron -f &
server=$!
for ((tries = 0; tries < 300; tries++)); do [[ ! -e root.end || ! -e user.end ]] || break; sleep 0.2; done
cat root.out user.out
kill "$server"
wait "$server" || true
crontab -u root -r
crontab -u compat -r
