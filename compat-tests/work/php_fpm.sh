#!/usr/bin/env bash
# PHP's server of processes (php-fpm): two workers, the same page asked for again and again over FastCGI.
# usage: php_fpm.sh PHP_FPM
set -euo pipefail

cat >fpm.conf <<CONF
[global]
error_log = $PWD/fpm.log
daemonize = no
[www]
listen = $PWD/socket
pm = static
pm.max_children = 2
pm.max_requests = 5
CONF
"$1" -n -c "$OX_WORK/php_fpm.ini" -y fpm.conf >&2 &
server=$!
for ((tries = 0; tries < 100; tries++)); do [[ ! -S socket ]] || break; sleep 0.1; done
for ((request = 0; request < 12; request++)); do
  SCRIPT_FILENAME=$OX_WORK/php_work.php REQUEST_METHOD=GET QUERY_STRING=wait=0 \
    cgi-fcgi -bind -connect "$PWD/socket" </dev/null | tr -d '\r' | grep -vE '^(Content-type|X-Powered-By).*|^$'
done
kill -QUIT "$server"
wait "$server"
