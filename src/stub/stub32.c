/* What 32-bit programs load in the library's place: nothing at all. The preload entry names
 * /usr/$LIB/...; without a file of their class there, each of their starts would print an error.
 * Built without a C library, so that it needs none for 32 bits. */
__attribute__((visibility("hidden"))) const char oxidalloc_stub[] = "oxidalloc: 32-bit stub";
