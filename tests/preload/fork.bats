# fork, vfork and posix_spawn in programs whose threads are busy.

load helper

@test "forks under load of eight threads: no child hangs or fails" {
  local forks=500
  [ "${OX_HEAVY:-}" != 1 ] || forks=2000
  on_ox "$OX_PROGRAMS/fork_load" "$forks"
}

@test "vfork, posix_spawn and popen from several threads" { on_ox "$OX_PROGRAMS/spawn"; }
