# The Ansible role, against local roots as hosts: enable, a share of hosts, a second run changes nothing,
# a host that fails stops the rollout and takes the others back.

load helper

setup() {
  need_tools
  need_root
  need ansible-playbook
  make_tree
  hosts=$BATS_TEST_TMPDIR/hosts
  mkdir "$hosts"
  export LC_ALL=C.UTF-8 ANSIBLE_LOCAL_TEMP=$BATS_TEST_TMPDIR/ansible ANSIBLE_HOME=$BATS_TEST_TMPDIR/ansible
  export ANSIBLE_NOCOWS=1 ANSIBLE_PIPELINING=true
  export ANSIBLE_ROLES_PATH=$OX_SOURCE/packaging/ansible/roles PATH=$tree/usr/sbin:$tree/usr/bin:$PATH
}

at_once='{"oxidalloc_batches": ["100%"]}' # a batch more takes seconds

# make_hosts COUNT: roots and an inventory.
make_hosts() {
  local i
  for ((i = 1; i <= $1; ++i)); do
    if ((i == 1)); then make_root "$hosts/host1"; else cp -a "$hosts/host1" "$hosts/host$i"; fi
    echo "host$i ansible_connection=local ansible_python_interpreter=/usr/bin/python3 oxidalloc_root=$hosts/host$i"
  done >"$BATS_TEST_TMPDIR/inventory"
}

rollout() {
  run ansible-playbook -i "$BATS_TEST_TMPDIR/inventory" "$OX_SOURCE/packaging/ansible/rollout.yml" -e oxidalloc_become=false "$@"
  echo "$output"
}

enabled_hosts() {
  local host count=0
  for host in "$hosts"/*; do
    starts "$host" || return
    if loaded "$host"; then count=$((count + 1)); fi
  done
  echo "$count"
}

@test "enabled everywhere, then nothing to change, then disabled" {
  make_hosts 3
  rollout -e "$at_once" -e '{"oxidalloc_denylist": [{"pattern": "/usr/bin/env", "reason": "by the role"}]}'
  [ "$status" -eq 0 ]
  [ "$(enabled_hosts)" = 3 ]
  grep -q '^/usr/bin/env  # by the role$' "$hosts/host2/etc/oxidalloc/denylist.d/50-local.conf"
  rollout -e "$at_once" -e '{"oxidalloc_denylist": [{"pattern": "/usr/bin/env", "reason": "by the role"}]}'
  [ "$status" -eq 0 ]
  [[ "$output" != *changed=[1-9]* ]]
  rollout -e "$at_once" -e oxidalloc_state=disabled
  [ "$status" -eq 0 ]
  [ "$(enabled_hosts)" = 0 ]
}

@test "a share of the hosts, which grows and keeps those it had" {
  make_hosts 6
  rollout -e "$at_once" -e oxidalloc_share=50
  [ "$status" -eq 0 ]
  half=$(enabled_hosts)
  [ "$half" -ge 1 ] && [ "$half" -le 5 ]
  first=$(for host in "$hosts"/*; do ! loaded "$host" || echo "$host"; done)
  rollout -e "$at_once" -e oxidalloc_share=0
  [ "$(enabled_hosts)" = 0 ]
  rollout -e "$at_once" -e oxidalloc_share=50
  [ "$(for host in "$hosts"/*; do ! loaded "$host" || echo "$host"; done)" = "$first" ]
  rollout -e "$at_once"
  [ "$(enabled_hosts)" = 6 ]
}

@test "a host that fails: the rollout stops, all go back, and the message names it and why" {
  make_hosts 5
  cp "$OX_BUILD/tests/faulty/liboxidalloc-fork.so" "$hosts/host4/usr/lib/liboxidalloc.so"
  rollout -e '{"oxidalloc_batches": [1, 1, 2, 1]}'
  [ "$status" -ne 0 ]
  [[ "$output" == *"Stopped and rolled back."*"host4: Enable: oxidalloc: the library failed the check"* ]]
  [ "$(enabled_hosts)" = 0 ]
  [ ! -e "$hosts/host5/etc/oxidalloc" ] # never reached
}

@test "failures that may be: the others stay" {
  make_hosts 4
  cp "$OX_BUILD/tests/faulty/liboxidalloc-fork.so" "$hosts/host4/usr/lib/liboxidalloc.so"
  rollout -e oxidalloc_most_failures=50
  [ "$status" -ne 0 ] # the host itself has failed
  [ "$(enabled_hosts)" = 3 ]
}
