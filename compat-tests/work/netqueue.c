// Takes the UDP packets of a netfilter queue into memory of its own, one allocation a packet, turns their letters into
// capitals, and lets them go. usage: netqueue QUEUE COUNT    ends after COUNT packets
#include <arpa/inet.h>
#include <ctype.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <libnetfilter_queue/libnetfilter_queue_ipv4.h>
#include <libnetfilter_queue/libnetfilter_queue_udp.h>
#include <libnetfilter_queue/pktbuff.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <stdio.h>
#include <stdlib.h>

static struct mnl_socket* link_;
static unsigned queue;
static long left;

static void die(const char* what) {
  perror(what);
  exit(1);
}

static void shout(struct pkt_buff* packet) {
  struct iphdr* ip = nfq_ip_get_hdr(packet);
  if (!ip || nfq_ip_set_transport_header(packet, ip)) die("no IP packet");
  struct udphdr* udp = nfq_udp_get_hdr(packet);
  unsigned char* text = udp ? nfq_udp_get_payload(udp, packet) : NULL;
  if (!text) die("no UDP packet");
  for (unsigned i = 0; i < nfq_udp_get_payload_len(udp, packet); i++) text[i] = (unsigned char)toupper(text[i]);
  nfq_udp_compute_checksum_ipv4(udp, ip);
}

static int take(const struct nlmsghdr* message, void* unused) {
  (void)unused;
  struct nlattr* attributes[NFQA_MAX + 1] = {0};
  if (nfq_nlmsg_parse(message, attributes) < 0) die("nfq_nlmsg_parse");
  struct nfqnl_msg_packet_hdr* header = mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
  struct pkt_buff* packet = pktb_alloc(AF_INET, mnl_attr_get_payload(attributes[NFQA_PAYLOAD]),
                                       mnl_attr_get_payload_len(attributes[NFQA_PAYLOAD]), 64);
  if (!packet) die("pktb_alloc");
  shout(packet);
  char buffer[0x10000];
  struct nlmsghdr* answer = nfq_nlmsg_put(buffer, NFQNL_MSG_VERDICT, queue);
  nfq_nlmsg_verdict_put(answer, (int)ntohl(header->packet_id), NF_ACCEPT);
  nfq_nlmsg_verdict_put_pkt(answer, pktb_data(packet), pktb_len(packet));
  if (mnl_socket_sendto(link_, answer, answer->nlmsg_len) < 0) die("verdict");
  pktb_free(packet);
  left--;
  return MNL_CB_OK;
}

int main(int count, char** words) {
  if (count != 3) return 2;
  queue = (unsigned)atoi(words[1]);
  left = atol(words[2]);
  link_ = mnl_socket_open(NETLINK_NETFILTER);
  if (!link_ || mnl_socket_bind(link_, 0, MNL_SOCKET_AUTOPID) < 0) die("netlink");
  char* buffer = malloc(0x20000);
  struct nlmsghdr* message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, queue);
  nfq_nlmsg_cfg_put_cmd(message, AF_INET, NFQNL_CFG_CMD_BIND);
  if (mnl_socket_sendto(link_, message, message->nlmsg_len) < 0) die("bind");
  message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, queue);
  nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, 0xffff);
  if (mnl_socket_sendto(link_, message, message->nlmsg_len) < 0) die("parameters");
  puts("bound");
  fflush(stdout);
  while (left > 0) {
    ssize_t size = mnl_socket_recvfrom(link_, buffer, 0x20000);
    if (size < 0) die("receive");
    if (mnl_cb_run(buffer, (size_t)size, 0, mnl_socket_get_portid(link_), take, NULL) < 0) die("packet");
  }
  free(buffer);
  mnl_socket_close(link_);
}
