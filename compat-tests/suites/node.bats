# Node: JSON, buffers, compression and worker threads, as in tests/programs/node.bats.
load ../lib/compat

@test "JSON, buffers, compression, worker threads: the same checksums" {
  program Node node node --version
  as_user
  on_both script node /mnt/source/tests/programs/node_work.js
  same script
  sound script
  grep -qx end "$BATS_TEST_TMPDIR/script.ox/out"
  ran script ours node
  reached script
}
