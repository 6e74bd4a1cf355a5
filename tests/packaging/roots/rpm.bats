# The .rpm with rpm itself, in a Debian 12 root: scriptlets run inside it.

bats_require_minimum_version 1.5.0
load helper

setup() {
  fresh_root
  cp "$OX_WORK"/rpm/*/oxidalloc-[0-9]*.x86_64.rpm "$root/packages/"
  use_rpm
  mkdir -p "$root/usr/share/licenses" "$root/etc/dnf/modules.d" # which an rpm system has
}
teardown() { drop_root; }

old() { echo "$root"/packages/oxidalloc-"$OX_OLD"-*.rpm; }
new() { echo "$root"/packages/oxidalloc-"$OX_NEW"-*.rpm; }

put() { rpm_do -U --oldpackage "$1"; }
next() { if (($1 % 2)); then new; else old; fi; } # up, down, up: rpm runs the same scriptlets in the same order

lifecycle() {
  lives "$@"
  rpm_do -e oxidalloc
  executions_were_clean 200
  diff "$work/before" <(snapshot)
}

@test "rpm: install, enable, upgrade, downgrade, 50 more, disable, remove: no trace, no failed start" {
  lifecycle direct 50
}

@test "rpm: the same in boot-safe mode, with fewer upgrades" {
  lifecycle boot-safe 4
}

@test "rpm: removed while enabled, it is disabled first; a local denylist stays" {
  snapshot >"$work/before"
  rpm_do -i "$(old)"
  inside oxidalloc-enable
  inside oxidalloc-denylist add /usr/bin/example
  expect_on
  start_executing
  rpm_do -e oxidalloc
  expect_off
  executions_were_clean 5
  programs_start
  [ "$(cd "$root/etc/oxidalloc" && find . -type f)" = ./denylist.d/50-local.conf ]
  rm -r "$root/etc/oxidalloc"
  diff "$work/before" <(snapshot)
}

@test "rpm: where it cannot be disabled, it is not removed" {
  rpm_do -i "$(old)"
  inside oxidalloc-enable
  chattr +i "$root/etc/ld.so.preload" 2>/dev/null || skip "no chattr on this file system"
  run "${rpm_[@]}" -e oxidalloc
  chattr -i "$root/etc/ld.so.preload"
  [ "$status" -ne 0 ]
  programs_start
  expect_on
}

# Back to one installed version, and to nothing of a transaction that was cut short.
repair() {
  sleep 1.1 # rpm's temporary names change by the second
  rpm_do -U --oldpackage --replacepkgs --replacefiles "$1"
  # Both versions may stand in rpm's books: what `dnf remove --duplicates` is for.
  local kept
  kept=$(rpm -qp --qf '%{VERSION}' "$1")
  [ "$kept" = "$(rpm --root "$root" -q --qf '%{VERSION}' oxidalloc)" ] ||
    rpm_do -e "$(rpm --root "$root" -q oxidalloc | grep -vF "oxidalloc-$kept-")"
}

@test "rpm: killed anywhere in an upgrade: programs start, and rpm repairs it" {
  rpm_do -i "$(old)"
  inside oxidalloc-enable
  measure put "$(new)"
  local percent
  for percent in 95 5 85 15 75 25 65 35 55 45 40 30; do
    put "$(old)"
    killed_at "$percent" "${rpm_[@]}" -U "$(new)"
    programs_start
    serving
    repair "$(new)"
    expect_on
    expect_version "$OX_NEW"
  done
  enough_kills 6
}

@test "rpm: killed anywhere in a removal: programs start, and rpm removes it then" {
  snapshot >"$work/before"
  rpm_do -i "$(old)"
  inside oxidalloc-enable
  measure rpm_do -e oxidalloc
  local percent
  for percent in 90 10 75 25 60 40 50 30; do
    put "$(old)"
    inside oxidalloc-enable
    killed_at "$percent" "${rpm_[@]}" -e oxidalloc
    programs_start
    repair "$(old)"
    rpm_do -e oxidalloc
    expect_off
    diff "$work/before" <(snapshot)
  done
  enough_kills 4
}

@test "rpm: another libc: the library is tried again, and disabled if it fails" {
  rpm_do -i "$(old)"
  inside oxidalloc-enable
  cat >"$work/glibc.spec" <<'SPEC'
Name: glibc
Version: 99
Release: 1
Summary: stands for another libc: the file that the trigger watches
License: none
BuildArch: noarch
%description
A file.
%install
mkdir -p %{buildroot}/usr/lib64
echo >%{buildroot}/usr/lib64/libc.so.6
%files
/usr/lib64/libc.so.6
SPEC
  rpmbuild -bb --define "_topdir $work/rpmbuild" "$work/glibc.spec" >/dev/null 2>&1
  rpm_do -i "$work"/rpmbuild/RPMS/noarch/glibc-99-1.noarch.rpm
  expect_on
  rpm_do -e glibc
  sleep 1.1
  truncate -s 9000 "$(master)"
  rpm_do -i "$work"/rpmbuild/RPMS/noarch/glibc-99-1.noarch.rpm
  grep -q "oxidalloc: disabled: " "$work/rpm.log"
  expect_off
  programs_start
}

@test "rpm: dnf installs, upgrades and removes it" {
  cat >"$work/system.spec" <<'SPEC'
Name: system
Version: 1
Release: 1
Summary: what the root has, though rpm does not know
License: none
BuildArch: noarch
Provides: /bin/sh, rtld(GNU_HASH), libc.so.6()(64bit)
Provides: libc.so.6(GLIBC_2.2.5)(64bit), libc.so.6(GLIBC_2.3.2)(64bit), libc.so.6(GLIBC_2.14)(64bit)
Provides: libc.so.6(GLIBC_2.16)(64bit), libc.so.6(GLIBC_2.34)(64bit), libc.so.6(GLIBC_2.3.4)(64bit)
Provides: libc.so.6(GLIBC_2.4)(64bit)
%description
Nothing.
%files
SPEC
  rpmbuild -bb --define "_topdir $work/rpmbuild" "$work/system.spec" >/dev/null 2>&1
  rpm_do -i "$work"/rpmbuild/RPMS/noarch/system-1-1.noarch.rpm
  local -a dnf_=(dnf -q --installroot "$root" --releasever=1 --setopt=reposdir=/dev/null --nogpgcheck -y)
  snapshot >"$work/before"
  "${dnf_[@]}" install "$(old)"
  expect_off
  inside oxidalloc-enable
  start_executing
  "${dnf_[@]}" upgrade "$(new)"
  expect_on
  expect_version "$OX_NEW"
  "${dnf_[@]}" downgrade "$(old)"
  expect_on
  "${dnf_[@]}" remove oxidalloc
  expect_off
  executions_were_clean 20
  diff "$work/before" <(snapshot)
}

@test "rpm: rpmlint finds no error and no warning" {
  run rpmlint -r "$OX_SOURCE/packaging/rpm/oxidalloc.rpmlintrc" "$OX_WORK/rpm/$OX_OLD"/*.rpm
  echo "$output"
  [[ "$output" == *" 0 errors, 0 warnings"* ]]
}

@test "rpm: debug symbols are in a package of their own, the header in another" {
  [ -n "$(echo "$OX_WORK/rpm/$OX_OLD"/oxidalloc-debuginfo-*.x86_64.rpm)" ]
  rpm -qlp "$OX_WORK/rpm/$OX_OLD"/oxidalloc-debuginfo-*.x86_64.rpm | grep -q 'liboxidalloc.so.*debug'
  rpm -qlp "$OX_WORK/rpm/$OX_OLD"/oxidalloc-devel-*.x86_64.rpm | grep -q '/usr/include/oxidalloc.h'
}
