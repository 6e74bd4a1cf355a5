# The Ansible role from the package's installation on: the host is a Debian 12 root in which Ansible's modules run, with
# its own apt. What the role does with a share of hosts, and with hosts that fail: tests/cli/ansible.bats.

load helper

setup() {
  fresh_root bookworm-ansible
  cp "$OX_WORK"/deb/*/oxidalloc_*.deb "$root/packages/"
  # Ansible gives its modules to the interpreter on stdin: this one is the root's.
  printf '#!/bin/sh\nexec chroot %s /usr/bin/python3 "$@"\n' "$root" >"$work/python"
  chmod 755 "$work/python"
  echo "host ansible_connection=local ansible_pipelining=true ansible_python_interpreter=$work/python" >"$work/inventory"
  export LC_ALL=C.UTF-8 ANSIBLE_LOCAL_TEMP=$work/ansible ANSIBLE_HOME=$work/ansible ANSIBLE_NOCOWS=1
  export ANSIBLE_ROLES_PATH=$OX_SOURCE/packaging/ansible/roles
}
teardown() { drop_root; }

# rollout CHANGED [OPTION...]: it succeeds, with that many changes ("[0-9]*": any number).
rollout() {
  local changed=$1
  shift
  ansible-playbook -i "$work/inventory" "$OX_SOURCE/packaging/ansible/rollout.yml" -e oxidalloc_become=false "$@" \
    >"$work/rollout" 2>&1 || { cat "$work/rollout"; return 1; }
  grep -qE "changed=$changed +unreachable=0 +failed=0" "$work/rollout" || { cat "$work/rollout"; return 1; }
}
package() { echo "-eoxidalloc_package=/packages/oxidalloc_$1-1_amd64.deb"; }

@test "ansible: the package is installed and enabled; nothing to do again; an upgrade is taken over; disabled" {
  expect_off
  rollout 2 "$(package "$OX_OLD")" # installed, enabled
  expect_on
  expect_version "$OX_OLD"
  rollout 0 "$(package "$OX_OLD")"
  rollout 1 "$(package "$OX_NEW")"
  expect_on
  expect_version "$OX_NEW"
  rollout 1 "$(package "$OX_NEW")" -e oxidalloc_state=disabled
  expect_off
  expect_version "$OX_NEW"
}

@test "ansible: a package that cannot be installed: the host has failed, and is as before" {
  snapshot >"$work/before"
  head -c 20000 "$root/packages/oxidalloc_$OX_OLD-1_amd64.deb" >"$root/packages/torn.deb"
  run rollout "[0-9]*" -e oxidalloc_package=/packages/torn.deb
  [ "$status" -ne 0 ]
  [[ "$output" == *"failed=1"* ]]
  expect_off
  diff "$work/before" <(snapshot)
}
