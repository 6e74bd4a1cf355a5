#!/usr/bin/env bash
# nftables' tool in a network of the run's own: large sets, maps, rules that count what passes; then a program behind a
# netfilter queue, which changes packets on their way.
# usage: netfilter.sh NETQUEUE    the program (netqueue.c)
set -euo pipefail

{
  echo 'table inet work {'
  echo '  set many { type ipv4_addr; flags interval; elements = {'
  for ((i = 0; i < 20000; i++)); do echo "10.$((i / 250)).$((i % 250)).0/26,"; done
  echo '  } }'
  echo '  map ports { type inet_service : verdict; elements = {'
  for ((i = 1000; i < 5000; i++)); do echo "$i : accept,"; done
  echo '  } }'
  echo '  chain out { type filter hook output priority 0; ip daddr @many counter; udp dport 9998 counter accept'
  echo '    udp dport vmap @ports'
  for ((i = 0; i < 1000; i++)); do echo "    ip saddr 192.168.$((i % 200)).$((i / 200)) tcp dport $i counter drop"; done
  printf '  }\n}\n'
} >rules.nft
for ((round = 0; round < 3; round++)); do
  nft flush ruleset
  nft -f rules.nft
done
nft list ruleset | md5sum
nft -j list ruleset | jq '.nftables | length'
nft delete element inet work many '{ 10.0.0.0/26 }'
nft list set inet work many | md5sum

iptables-legacy -A OUTPUT -p udp --dport 9999 -j NFQUEUE --queue-num 3
"$1" 3 3000 &
queue=$!
sleep 0.5
/usr/bin/python3 "$OX_WORK/netfilter.py"
wait "$queue"
nft list chain inet work out | grep 'dport 9998'
