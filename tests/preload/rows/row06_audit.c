/* An auditor of the loader, in a namespace of its own: it allocates at every event, and tells where
 * malloc is bound. */
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void allocate(void) {
  free(memset(malloc(1000), 1, 1000));
}

unsigned int la_version(unsigned int version) {
  allocate();
  return version;
}

unsigned int la_objopen(struct link_map* map, Lmid_t space, uintptr_t* cookie) {
  (void)space;
  allocate();
  *cookie = (uintptr_t)map;
  return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}

uintptr_t la_symbind64(Elf64_Sym* symbol, unsigned int index, uintptr_t* from, uintptr_t* to,
                       unsigned int* flags, const char* name) {
  (void)index;
  (void)flags;
  allocate();
  if (strcmp(name, "malloc") == 0)
    fprintf(stderr, "audit: malloc of %s bound to %s\n", ((struct link_map*)*from)->l_name,
            ((struct link_map*)*to)->l_name);
  return symbol->st_value;
}
