/* Libraries with one fault each, chosen by a macro: what the preflight must find before programs
 * do. */
#include <stddef.h>

extern void* __libc_malloc(size_t);
extern void __libc_free(void*);
extern int __register_atfork(void (*)(void), void (*)(void), void (*)(void), void*);

#if defined(IN_CONSTRUCTOR)
__attribute__((constructor)) static void start(void) {
  __builtin_trap();
}
#elif defined(IN_MALLOC)
void* malloc(size_t size) {
  if (size > 100) __builtin_trap();
  return __libc_malloc(size);
}
#elif defined(IN_FORK)
static void in_child(void) {
  __builtin_trap();
}
__attribute__((constructor)) static void start(void) {
  __register_atfork(NULL, NULL, in_child, NULL);
}
#elif defined(IN_THREAD)
/* Each thread costs far more stack than a small one has. */
void* malloc(size_t size) {
  volatile char waste[200000];
  waste[0] = waste[sizeof waste - 1] = 0;
  return __libc_malloc(size);
}
#elif defined(IN_SECURE)
extern unsigned long getauxval(unsigned long);
__attribute__((constructor)) static void start(void) {
  if (getauxval(23 /* AT_SECURE */)) __builtin_trap();
}
#elif defined(HANGS)
__attribute__((constructor)) static void start(void) {
  for (;;) __asm__ volatile("" ::: "memory");
}
#elif defined(WRITES)
extern long write(int, const void*, unsigned long);
__attribute__((constructor)) static void start(void) {
  if (write(2, "hello\n", 6) < 0) __builtin_trap();
}
#else
/* None: another sound library. */
int oxidalloc_other = 1;
#endif
