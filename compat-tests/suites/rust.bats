# Rust: cargo builds a program in release and test form, and it runs. The compilers that rustup installs export a malloc
# of their own (passthrough); the distribution's do not.
load ../lib/compat

# state PROGRAM: how the library must serve it.
state() { if nm -D --defined-only "$1" | grep -q ' [TW] malloc$'; then echo passthrough; else echo ours; fi; }

# builds DIRECTORY: with the cargo and rustc there.
builds() {
  # shellcheck disable=SC2016 # the run's shell
  on_both work sh -c 'cp -r "$OX_WORK/rust" . && cd rust &&
    PATH="$1:$PATH" CARGO_HOME="$PWD/home" cargo build --offline --quiet --release && target/release/rustwork' build "$1"
  same_output work
  sound work
  grep -qx end "$BATS_TEST_TMPDIR/work.ox/out"
  ran work ours rustwork
  ran work "$(state "$1/rustc")" rustc
  reached work
}

@test "the distribution's cargo builds a program, and it runs" {
  program "Rust (Debian's)" /usr/bin/cargo /usr/bin/rustc --version
  as_user
  builds /usr/bin
}

@test "rustup's cargo builds a program, and it runs" {
  program "Rust (rustup's)" rustup rustc --version
  builds "$(dirname "$(rustup which rustc)")"
}
