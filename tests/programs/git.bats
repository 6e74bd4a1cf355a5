# git on the library: the same objects and refs as on libc, through every helper process it starts.
# Certain because an object's id is a hash of its content: one wrong byte and the ids differ.
# Skipped: the second test where the source is no git repository (a release tarball).

load helper

setup() {
  require git awk
  export HOME=$BATS_TEST_TMPDIR GIT_CONFIG_NOSYSTEM=1
  git config --global safe.directory '*'  # the source may belong to another user
  git config --global init.defaultBranch main
}

# Clones $1 without its shortcuts for local paths, repacks, checks, and prints every object and ref.
cat_all='
  git clone --quiet --no-local --mirror "$1" copy.git && cd copy.git &&
  git gc --quiet --aggressive --prune=now && git fsck --full --strict --no-progress &&
  git for-each-ref && git cat-file --batch-all-objects --batch-check &&
  git log --all --stat --format=%H%n%B'

@test "git: a made repository has the ids it has on libc" {
  on_both made bash -c "git init --quiet --bare made.git &&
    awk -f '$programs/git_history.awk' | git -C made.git fast-import --quiet &&
    set -- \$PWD/made.git && $cat_all"
  agrees made git bash
  [ "$(grep -c ' commit ' "$BATS_TEST_TMPDIR/made.ox/out")" -ge 300 ]
}

@test "git: a clone of this repository is packed, checked and equal" {
  git -C "${OX_SOURCE:-}" rev-parse --quiet --verify HEAD >/dev/null 2>&1 ||
    skip "no git repository with a commit: '${OX_SOURCE:-}'"
  on_both clone bash -c "$cat_all" cat_all "$OX_SOURCE"
  agrees clone git
}
