#!/usr/bin/env bash
# nginx with two workers, without master's privileges: files, compression, a proxy with a cache before itself, TLS; a
# reload in the middle. Every answer is compared with what it must be.
set -euo pipefail

mkdir -p pages cache temp
for number in 1 2 3 4 5 6 7 8; do
  seq "$((number * 5000))" >"pages/$number.txt"
done
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost 2>/dev/null
sed "s|@HERE@|$PWD|g" "$OX_WORK/nginx.conf" >nginx.conf
nginx -p "$PWD" -c "$PWD/nginx.conf" -e "$PWD/error.log" &
server=$!
for ((tries = 0; tries < 100; tries++)); do ! curl -so /dev/null http://localhost:8080/1.txt || break; sleep 0.1; done
# fetch NAME ADDRESS OPTION...: 8 pages 40 times over, 16 at a time; prints how many of them were right.
fetch() {
  local name=$1 address=$2
  shift 2
  mkdir -p "got.$name"
  for ((round = 0; round < 40; round++)); do
    for number in 1 2 3 4 5 6 7 8; do printf 'url=%s/%s.txt\noutput=got.%s/%s.%s\n' "$address" "$number" "$name" "$number" "$round"; done
  done >"list.$name"
  curl --silent --insecure --parallel --parallel-max 16 "$@" --config "list.$name"
  for got in got."$name"/*; do
    number=${got##*/}
    ! cmp -s "$got" "pages/${number%%.*}.txt" || echo "$name"
  done | sort | uniq -c
}
fetch plain http://localhost:8080
fetch packed http://localhost:8080 --compressed
kill -HUP "$server"
fetch proxied http://localhost:8081
fetch encrypted https://localhost:8443
curl -s http://localhost:8080/missing | grep -c '404 Not Found'
sleep 1
kill -QUIT "$server"
wait "$server"
! grep -E 'exited on signal|\[alert\]|\[crit\]' error.log
