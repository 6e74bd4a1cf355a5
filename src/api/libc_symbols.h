// Symbols of libc that the library binds to at their oldest version, so that it loads with every
// glibc since 2.17; and weakly where, before glibc 2.34, they stood in libpthread or libdl, which
// need not be loaded: then they are null.
#pragma once

#include <dlfcn.h>
#include <pthread.h>

#include "os/arch.h"

extern "C" {
[[gnu::weak]] int ox_pthread_key_create(pthread_key_t* key, void (*destructor)(void*));
[[gnu::weak]] int ox_pthread_setspecific(pthread_key_t key, const void* value);
[[gnu::weak]] void* ox_dlsym(void* handle, const char* name);

int __register_atfork(void (*prepare)(), void (*parent)(), void (*child)(), void* object);

// libc's own allocator, under the names that cannot be interposed.
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* block);
}

asm(".symver ox_pthread_key_create, pthread_key_create@" OX_FIRST_GLIBC);
asm(".symver ox_pthread_setspecific, pthread_setspecific@" OX_FIRST_GLIBC);
asm(".symver ox_dlsym, dlsym@" OX_FIRST_GLIBC);
