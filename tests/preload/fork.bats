# fork, vfork and posix_spawn in programs whose threads are busy.

load helper

@test "2,000 forks under load of eight threads: no child hangs or fails" { on_ox "$OX_PROGRAMS/fork_load" 2000; }

@test "vfork, posix_spawn and popen from several threads" { on_ox "$OX_PROGRAMS/spawn"; }
