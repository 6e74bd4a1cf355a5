# The packet filter of the kernel, set up by nft, and a program that takes packets from a netfilter queue, changes them and
# lets them go (as Zapret does), in a network namespace. The rule that fills the queue is iptables', which kernels without
# nftables' queue statement know too.
load ../lib/compat

@test "20000 elements in nft's sets, 1000 rules, 3000 packets changed in a queue" {
  local queue=$BATS_TEST_TMPDIR/netqueue
  program "nft, netfilter queue" nft nft --version
  require cc iptables-legacy jq
  [ -e /usr/include/libnetfilter_queue/pktbuff.h ] || missing libnetfilter-queue-dev
  cc -O2 -Wall -Wextra -o "$queue" "$OX_WORK/netqueue.c" -lnetfilter_queue -lmnl
  on_both packets "$OX_WORK/netfilter.sh" "$queue"
  sound packets
  same_output packets
  grep -qx 'right 4000' "$BATS_TEST_TMPDIR/packets.ox/out"
  ran packets ours netqueue nft
  reached packets
}
