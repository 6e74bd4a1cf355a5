# C++ programs: operator new and delete.

load helper

@test "operator new and delete: all forms, bad_alloc, new_handler" { on_ox "$OX_PROGRAMS/operator_new"; }

@test "a C++ program linked statically with its runtime" {
  g++ -std=c++17 -O1 -static-libstdc++ -static-libgcc -o "$BATS_TEST_TMPDIR/static" \
    "$OX_SOURCE/tests/preload/src/operator_new.cpp" -Wno-mismatched-new-delete
  on_ox "$BATS_TEST_TMPDIR/static"
}
