// Symbols of libc that no header declares, bound at the start of every program: see next_symbol.h
// for the others.
#pragma once

extern "C" {
int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(), void* object);
}
