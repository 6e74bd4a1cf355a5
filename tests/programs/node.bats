# node on the library: JSON, buffers inside and outside V8's heap, compression and worker threads
# come to libc's checksums. node is an executable of fixed address that takes malloc's
# address; a library that asks "is malloc mine?" by comparing addresses hands all of it to libc.

load helper

@test "node: JSON, buffers, compression and worker threads come to the same" {
  require node
  on_both script node "$programs/node_work.js"
  agrees script node
  grep -qx 'end' "$BATS_TEST_TMPDIR/script.ox/out"
  served script
}
