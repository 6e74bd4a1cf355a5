/* An auditor of the loader that tells the program another page size than the kernel's:
 * PAGE_SIZE_TOLD, in the auxiliary vector, where a library finds it. The loader has read its own
 * before. */
#include <elf.h>
#include <link.h>
#include <stdlib.h>

extern char** environ;

unsigned int la_version(unsigned int version) {
  char** last = environ;
  while (*last) ++last;
  const char* told = getenv("PAGE_SIZE_TOLD");
  for (ElfW(auxv_t)* entry = (ElfW(auxv_t)*)(last + 1); told && entry->a_type != AT_NULL; ++entry)
    if (entry->a_type == AT_PAGESZ) entry->a_un.a_val = strtoul(told, NULL, 10);
  return version;
}
