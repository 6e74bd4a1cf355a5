# apt and dpkg: what the whole system stands on.
load ../lib/compat

@test "packages are made, installed from a repository, upgraded, removed; all that is known is looked through" {
  program "apt, dpkg" apt-get apt-get --version
  require dpkg-deb dpkg-scanpackages
  on_both packages "$OX_WORK/packages.sh"
  sound packages
  same_output packages
  grep -qx 'oxcompat-two 2.0 installed' "$BATS_TEST_TMPDIR/packages.ox/out"
  ran packages ours apt-get dpkg
  reached packages
}
