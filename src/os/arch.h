// Chooses the processor's header. Nothing outside os/arch/ depends on the processor.
#pragma once

#if defined(__x86_64__)
#include "os/arch/x86_64.h"
#elif defined(__aarch64__)
#include "os/arch/aarch64.h"
#else
#error "Oxidalloc runs on x86-64 and aarch64; add os/arch/<processor>.h for another one."
#endif
