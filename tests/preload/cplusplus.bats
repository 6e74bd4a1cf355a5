# C++ programs: operator new and delete.

load helper

@test "operator new and delete: all forms, bad_alloc, new_handler" { on_ox "$OX_PROGRAMS/operator_new"; }

@test "a C++ program linked statically with its runtime" {
  on_ox "$OX_PROGRAMS/operator_new_static"
}
