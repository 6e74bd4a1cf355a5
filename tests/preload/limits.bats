# Little address space: programs start and run, and exhaustion is NULL and ENOMEM, not the end.

load helper

@test "64 MiB of address space: sh" { on_ox prlimit --as=67108864 sh -c :; }

@test "64 MiB of address space: python3" {
  [ -x /usr/bin/python3 ] || skip "no python3"
  on_ox prlimit --as=67108864 /usr/bin/python3 -c 1
}

@test "64 MiB of address space: half of it can be allocated, and exhaustion is survived" {
  on_ox prlimit --as=67108864 "$OX_PROGRAMS/exhaust" 32
}

@test "8 MiB of data beyond the start (RLIMIT_DATA), and 400 MiB of address space" {
  on_ox prlimit --data=16777216 "$OX_PROGRAMS/exhaust" 4
  on_ox prlimit --as=419430400 "$OX_PROGRAMS/exhaust" 250
}
