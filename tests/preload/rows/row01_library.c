/* An allocator in a library that the program links, as libjemalloc in Blender: it stands behind the
 * preloaded one, which serves. */
#include "own_family.h"

long count_served(void) {
  return own_served;
}
