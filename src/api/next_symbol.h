// Where the function is that this library stands in front of.
#pragma once

namespace ox {

// The definition of `name` that comes after this library's own in the program's look-up order, or
// nullptr. May allocate: not for the paths that malloc needs.
void* next_symbol(const char* name);

// The same by a walk over the loaded objects, without dlsym(): before glibc 2.34 it stands in libdl,
// which may be loaded after this library was bound.
void* find_behind(const void* own_address, const char* name);

}  // namespace ox
